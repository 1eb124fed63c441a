"""The items of a scheme: the list with its running sum, and the form of the selected one."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import Problem, UserError
from desktop.services.performance.scheme import COMPLETION, FULL, Item, Scheme
from desktop.services.performance.sources import SOURCES
from desktop.text import _, language
from desktop.ui import theme
from desktop.ui.parts import Button, Pill, row_of
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.screens.schemes.item_form import FORMULA_LABELS, ItemForm
from desktop.ui.screens.schemes.numbers import typed
from desktop.ui.screens.visits.side import scrolling

_FORM_WIDTH = 372
_FIRST_SOURCE = next(iter(SOURCES))


class ItemsPart(QWidget):
    """Items and weights.

    Signals:
        edited: The items that are now typed.
    """

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.scheme: Scheme | None = None
        self.error: str = ""
        self.form = ItemForm()
        self.form.edited.connect(self._typed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(10))
        column = QVBoxLayout()
        column.setSpacing(theme.px(6))
        self.sum = Pill()
        self.add = Button(_("加项目"), "fa6s.plus", self.add_item, role="link")
        self.take = Button(_("去掉项目"), "fa6s.minus", self.take_item, role="link")
        if theme.font_size() is theme.FontSize.LARGEST and language() != "zh":
            for button in (self.add, self.take):
                button.fold(True)
        column.addLayout(row_of(self.sum, QWidget(), self.add, self.take, stretch=1))
        self.table = PlainTable(
            [
                PlainColumn(_("代号"), 2.6),
                PlainColumn(_("项目"), 7.4),
                PlainColumn(_("权重"), 2.4, numeric=True),
                PlainColumn(_("数据来源"), 8),
                PlainColumn(_("单价"), 3, numeric=True),
                PlainColumn(_("计分办法"), 7),
            ],
            row_height=28,
        )
        self.table.setSelectionMode(self.table.SelectionMode.SingleSelection)
        self.table.selectionModel().currentRowChanged.connect(lambda *_rows: self._show_chosen())
        self.table.activated.connect(lambda _index: self.form.weight.setFocus())
        column.addWidget(self.table, 1)
        row.addLayout(column, 1)
        row.addWidget(scrolling(self.form, _FORM_WIDTH))

    def show_scheme(self, scheme: Scheme, row: int = 0) -> None:
        """Show the items of a scheme and select one."""
        self.scheme = scheme
        self.error = ""
        self.add.setEnabled(bool(scheme.blocks))
        self.add.setToolTip("" if scheme.blocks else _("先到“板块”里加一个板块。"))
        self._list()
        if scheme.items:
            self.table.selectRow(min(max(row, 0), len(scheme.items) - 1))
        self._show_chosen()

    def show_problems(self, problems: list[Problem]) -> None:
        """Mark the items that something is wrong with, and say it in the form."""
        scheme = self.scheme
        if scheme is None:
            return
        wrong = {problem.field for problem in problems}
        tones = {
            (row, column): theme.RED
            for row, item in enumerate(scheme.items)
            for column in (0, 1)
            if item.code in wrong
        }
        self.table.plain.tones = tones
        self.table.viewport().update()
        item = self.chosen()
        texts = [self.error] if self.error else []
        if item is not None:
            texts += [problem.message for problem in problems if problem.field == item.code]
        self.form.show_problems(texts)
        total = sum(each.weight for each in scheme.items)
        said = _("权重合计 {total} 分").format(total=typed(total))
        if total != FULL:
            said = _("权重合计 {total} 分，应为 100 分").format(total=typed(total))
        self.sum.show_as(said, "green" if total == FULL else "red")

    def chosen(self) -> Item | None:
        """Return the selected item."""
        row = self.table.currentIndex().row()
        items = self.scheme.items if self.scheme is not None else ()
        return items[row] if 0 <= row < len(items) else None

    def _list(self) -> None:
        assert self.scheme is not None
        self.table.show_rows([_cells(item) for item in self.scheme.items])

    def _show_chosen(self) -> None:
        if self.scheme is not None:
            self.error = ""
            self.form.show_item(self.scheme, self.chosen())
            self.edited.emit(self.scheme.items)

    # Changing

    def _typed(self) -> None:
        row = self.table.currentIndex().row()
        scheme = self.scheme
        if scheme is None or not 0 <= row < len(scheme.items):
            return
        try:
            item = self.form.read()
        except UserError as error:
            self.error = error.message
            self.edited.emit(scheme.items)
            return
        self.error = ""
        items = (*scheme.items[:row], item, *scheme.items[row + 1 :])
        self.scheme = replace(scheme, items=items)
        self.table.plain.rows[row] = _cells(item)
        first, last = (self.table.plain.index(row, column) for column in (0, 5))
        self.table.plain.dataChanged.emit(first, last)
        self.edited.emit(items)

    def add_item(self) -> None:
        """Add an item to the selected item's block."""
        scheme = self.scheme
        if scheme is None or not scheme.blocks:
            return
        here = self.chosen()
        block = here.block if here is not None else scheme.blocks[0].code
        codes = {item.code for item in scheme.items}
        code = next(f"X{n:02d}" for n in range(1, 1000) if f"X{n:02d}" not in codes)
        item = Item(code, _("新项目"), block, 0, _FIRST_SOURCE, COMPLETION)
        made = replace(scheme, items=(*scheme.items, item))
        self.show_scheme(made, len(scheme.items))
        self.form.label.setFocus()
        self.form.label.selectAll()

    def take_item(self) -> None:
        """Take the selected item away."""
        row = self.table.currentIndex().row()
        scheme = self.scheme
        if scheme is not None and 0 <= row < len(scheme.items):
            items = (*scheme.items[:row], *scheme.items[row + 1 :])
            self.show_scheme(replace(scheme, items=items), row)


def _cells(item: Item) -> tuple[str, ...]:
    source = SOURCES.get(item.source)
    return (
        item.code,
        item.label,
        typed(item.weight),
        _(source.label) if source is not None else item.source,
        typed(item.price) if item.price is not None else _("未定") if item.paid else "",
        _(FORMULA_LABELS[item.formula]) if item.formula in FORMULA_LABELS else item.formula,
    )
