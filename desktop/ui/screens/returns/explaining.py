"""Where a cell comes from: definition, clause, numbers, the records; what it was; who typed it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from desktop.models.registers import find_register
from desktop.models.registers.return_cells import REGISTER as CELLS
from desktop.services.figures.clauses import in_words
from desktop.services.returns import ComposedReturn
from desktop.services.returns.story import CellStory, Part
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import Dialog
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Label
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.record_history import open_history
from desktop.ui.screens.returns.behind import RecordsList
from desktop.ui.screens.returns.history import earlier_table, edits_table

_SIZE = QSize(760, 560)


class StoryDialog(Dialog):
    """Tells the story of one cell; from there to its parts, its records and their register.

    Signals:
        part_wanted: ``key``: another cell of the same return.
    """

    part_wanted = Signal(str)

    def __init__(
        self, parent: QWidget, desk: Desk, opened: ComposedReturn, story: CellStory
    ) -> None:
        code = story.key.partition("@")[0]
        super().__init__(parent, f"{code}　{story.label}", "fa6s.calculator")
        self._desk = desk
        self.story = story
        self.lists: list[RecordsList] = []
        self.resize(QSize(theme.px(_SIZE.width()), theme.px(_SIZE.height())))
        unit = _(story.unit) if story.unit else ""
        figure = f"{story.text} {unit}".strip() if story.text else _("空白")
        shown = Label(f"{opened.period.label}　{figure}", "heading", wrap=True)
        self.column.addWidget(shown)
        self.tabs = QTabWidget()
        self.tabs.addTab(self._source(opened), _("数据来源"))
        value = opened.cell(story.key).this
        self.tabs.addTab(self._earlier(opened, value), _("近12期"))
        if opened.form.by_code[code].typed:
            self.tabs.addTab(self._edits(), _("填报记录"))
        self.column.addWidget(self.tabs, 1)
        self._add_buttons()

    def _add_buttons(self) -> None:
        registers = dict.fromkeys(each.behind.register for each in self.story.behind)
        for key in registers:
            label = _("打开“{register}”").format(register=_(find_register(key).label))
            go = Button(label, clicked=partial(self._open, key))
            go.setAutoDefault(False)
            self.add_button(go)
        close = Button(_("关闭"), clicked=self.accept, role="primary")
        self.add_button(close).setDefault(True)

    def _source(self, opened: ComposedReturn) -> QWidget:
        page, column = _tab()
        how = Label(self.story.how, "paragraph", wrap=True)
        how.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(how)
        if self.story.clause:
            text = _("口径依据：{clause}").format(clause=in_words(self.story.clause))
            column.addWidget(Label(text, "soft", wrap=True))
        if self.story.parts:
            column.addWidget(self._parts(self.story.parts))
        self._add_lists(column, opened)
        if not self.story.behind:
            column.addStretch(1)
        return page

    def _parts(self, parts: tuple[Part, ...]) -> PlainTable:
        table = PlainTable(
            [PlainColumn(_("项目"), 22), PlainColumn(_("数值"), 8, numeric=True)], row_height=28
        )
        table.show_rows([(part.label, part.text or _("空白")) for part in parts])
        high = theme.px(38 + 28 * min(len(parts), 6) + 6)
        table.setFixedHeight(high)

        def go(index: QModelIndex) -> None:
            key = parts[index.row()].key
            if key:
                self.accept()
                self.part_wanted.emit(key)

        table.doubleClicked.connect(go)
        self.parts = table
        return table

    def _add_lists(self, column: QVBoxLayout, opened: ComposedReturn) -> None:
        """Put the lists of records below: one alone, numerator and denominator in two tabs."""
        found = self.story.behind
        figure = opened.cell(self.story.key).this if not self.story.parts else None
        for behind in found:
            made = RecordsList(self._desk, behind, figure, frozen=opened.frozen)
            made.record_wanted.connect(self._open)
            self.lists.append(made)
        if len(found) == 1:
            column.addWidget(self.lists[0], 1)
        elif found:
            tabs = QTabWidget()
            for behind, made in zip(found, self.lists, strict=True):
                tabs.addTab(made, behind.label)
            column.addWidget(tabs, 1)

    def _earlier(self, opened: ComposedReturn, value: int | None) -> QWidget:
        page, column = _tab()
        self.earlier = earlier_table(self.story, opened.period.key, value)
        column.addWidget(self.earlier, 1)
        return page

    def _edits(self) -> QWidget:
        page, column = _tab()
        people = {each.id: each.name for each in self._desk.worker.centre.vault.people()}
        self.edits = edits_table(self.story.edits, people)
        if self.story.edits:
            column.addWidget(self.edits, 1)
            record = self.story.typed_record
            assert record is not None
            everywhere = Button(
                _("全部修改记录…"), "fa6s.clock-rotate-left", partial(self._history, record)
            )
            everywhere.setAutoDefault(False)
            column.addWidget(everywhere)
        else:
            column.addWidget(Label(_("这一格还没有填报过。"), "soft", wrap=True))
            column.addStretch(1)
        return page

    def _history(self, record: bytes) -> None:
        """Show the record's history, of all PCs where the county is in reach."""
        title = f"{self.story.key.partition('@')[0]} {self.story.label}"
        open_history(self, self._desk, CELLS, record, title)

    def _open(self, register: str, record: object = None) -> None:
        """Go to a register, or to one of its records."""
        self.accept()
        self._desk.go_to(register, record if isinstance(record, bytes) else None)


def _tab() -> tuple[QWidget, QVBoxLayout]:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, theme.px(10), 0, 0)
    column.setSpacing(theme.px(8))
    return page, column
