"""The open return: whose sheet, which part of it, the grid, and a line on the cell one is at."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from desktop.services.returns.forms import TOTAL, split_key
from desktop.services.returns.wording import show_figure
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.flow_row import FlowRow
from desktop.ui.parts import Button, ElidedLabel, Label, row_of
from desktop.ui.screens.returns.blocks import Block, blocks_of
from desktop.ui.screens.returns.grid_model import Said
from desktop.ui.screens.returns.reading import Opened, Place
from desktop.ui.screens.returns.table import ReturnGrid
from desktop.ui.screens.returns.typed import Typed


class ReturnBody(QWidget):
    """Shows and fills in one return.

    Signals:
        edited: Something was typed or taken back.
        story_wanted: ``key``: where does a cell come from.
        pasted: A block came in.
        part_shown: A part of it is shown, which may need more or less room.
    """

    edited = Signal()
    story_wanted = Signal(str)
    pasted = Signal(object)
    part_shown = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.typed = Typed()
        self.typed.edited.connect(self._typed_something)
        self.grid = ReturnGrid(self.typed)
        self.grid.story_wanted.connect(self.story_wanted)
        self.grid.pasted.connect(self.pasted)
        self.grid.moved.connect(self.move_on)
        self.grid.cell_entered.connect(self._describe)
        self._opened: Opened | None = None
        self._said = Said()
        self._sheet = 0
        self._block = 0
        self._blocks: list[Block] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        column.addWidget(self._make_chooser())
        self.chips = FlowRow(6)
        column.addWidget(self.chips)
        column.addWidget(self.grid, 1)
        self.about = ElidedLabel("", "soft")
        self.matter = ElidedLabel("", "error")
        below = row_of(self.about)
        below.setStretch(0, 2)
        below.addWidget(self.matter, 3)
        column.addLayout(below)

    def _make_chooser(self) -> QWidget:
        self.subject = ChoiceBox()
        self.subject.setAccessibleName(_("填报对象"))
        self.subject.setMaxVisibleItems(20)
        self.subject.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.subject.setMinimumContentsLength(16)
        self.subject.activated.connect(self._choose_sheet)
        self.back = Button("", "fa6s.chevron-left", partial(self._turn, -1), role="tool")
        self.on = Button("", "fa6s.chevron-right", partial(self._turn, 1), role="tool")
        self.back.setToolTip(_("上一家"))
        self.on.setToolTip(_("下一家"))
        self.filled = Label("", "soft")
        self.chooser = QWidget()
        row = row_of(self.back, self.subject, self.on, self.filled, QWidget(), stretch=4)
        self.chooser.setLayout(row)
        return self.chooser

    # What is shown

    def show_return(self, opened: Opened) -> None:
        """Show a return; the same one again stays where one was."""
        same = self._opened is not None and self._opened.place == opened.place
        self._opened = opened
        if not same:
            self._sheet = self._block = 0
        composed = opened.composed
        self._sheet = min(self._sheet, max(0, len(composed.sheets) - 1))
        self.typed.show_return(composed, locked=opened.locked)
        self._said = _said(opened)
        self.chooser.setVisible(bool(composed.form.each))
        self._show_sheet(same=same)

    @property
    def place(self) -> Place:
        """Form and period of the return that is shown."""
        assert self._opened is not None
        return self._opened.place

    @property
    def wide(self) -> bool:
        """Say that the part that is shown is wider than fits beside a preview."""
        return bool(self._blocks) and self._blocks[self._block].wide

    @property
    def blocks(self) -> list[Block]:
        """The blocks of the sheet that is shown."""
        return self._blocks

    def _show_sheet(self, *, same: bool) -> None:
        assert self._opened is not None
        sheets = self._opened.composed.sheets
        sheet = sheets[self._sheet] if sheets else None
        self._blocks = [] if sheet is None else blocks_of(self._opened.composed.form, sheet)
        self._block = min(self._block, max(0, len(self._blocks) - 1))
        self._show_subjects()
        self._show_chips()
        self._show_block(same=same)

    def _show_block(self, *, same: bool) -> None:
        block = self._blocks[self._block] if self._blocks else Block("", (), (), 0)
        self.part_shown.emit()
        self.grid.show_block(block, self._said, same=same)
        if not same and block.rows:
            first = next((key for key in block.places if key in self.typed.fillable), "")
            first = first or next(iter(block.places), "")
            self.grid.setCurrentIndex(self.grid.cells.index_of(first))
            self.grid.horizontalScrollBar().setValue(0)
        self._describe(self.grid.key)

    def _show_chips(self) -> None:
        self.chips.clear()
        self.chips.setVisible(len(self._blocks) > 1)
        if len(self._blocks) < 2:  # noqa: PLR2004 - nothing to choose from
            return
        for number, block in enumerate(self._blocks):
            marks = len({*self._said.errors, *self._said.queries} & set(block.places))
            text = f"{block.title} {marks}" if marks else block.title
            chip = Button(text, clicked=partial(self.show_part, number), role="chip")
            chip.setCheckable(True)
            chip.setChecked(number == self._block)
            self.chips.add(chip)

    def show_part(self, number: int) -> None:
        """Show another part of the return."""
        same = number == self._block
        self._block = number
        self._show_chips()
        self._show_block(same=same)

    # Whose sheet

    def _show_subjects(self) -> None:
        assert self._opened is not None
        composed = self._opened.composed
        if not composed.form.each:
            return
        self.subject.clear()
        complete = 0
        wanted: dict[str, list[str]] = {sheet.subject: [] for sheet in composed.sheets}
        for key in composed.to_fill:
            wanted.setdefault(split_key(key)[1], []).append(key)
        for sheet in composed.sheets:
            keys = wanted[sheet.subject]
            filled = self.typed.filled(keys)
            complete += filled == len(keys)
            self.subject.addItem(
                _("{name}（{done} / {all}）").format(name=sheet.name, done=filled, all=len(keys))
            )
        self.subject.setCurrentIndex(self._sheet)
        self.filled.setText(
            _("已填完 {done} / {all} 家").format(done=complete, all=len(composed.sheets))
        )
        self.back.setEnabled(self._sheet > 0)
        self.on.setEnabled(self._sheet + 1 < len(composed.sheets))

    def _choose_sheet(self, number: int) -> None:
        if number != self._sheet and number >= 0:
            self._sheet = number
            self._show_sheet(same=False)

    def _turn(self, by: int) -> None:
        self._choose_sheet(self._sheet + by)

    # Going about

    def go_to_cell(self, key: str, *, edit: bool = False) -> bool:
        """Show a cell wherever it stands; tells whether the return has it."""
        number = self._sheet_of(key)
        if number != self._sheet:
            self._sheet = number
            self._show_sheet(same=False)
        for at, block in enumerate(self._blocks):
            if key in block.places:
                if at != self._block:
                    self.show_part(at)
                return self.grid.go_to(key, edit=edit)
        return False

    def _sheet_of(self, key: str) -> int:
        """Return the sheet a cell stands on."""
        assert self._opened is not None
        composed = self._opened.composed
        if not composed.form.each:
            return 0
        subject = split_key(key)[1]
        numbers = (at for at, sheet in enumerate(composed.sheets) if sheet.subject == subject)
        return next(numbers, self._sheet)

    def move_on(self, by: int) -> None:
        """Go on to the next cell to be filled in, of this or the next table or clinic, or back."""
        assert self._opened is not None
        here = self.grid.cells.key(self.grid.currentIndex())
        if here in self.typed.wrong:
            return  # What is not taken has to be looked at first.
        order = [key for key in self._opened.composed.to_fill if key in self.typed.fillable]
        if here in order and 0 <= order.index(here) + by < len(order):
            self.go_to_cell(order[order.index(here) + by])

    def _typed_something(self) -> None:
        self._show_subjects()
        self._describe(self.grid.key)
        self.edited.emit()

    # What the cursor stands on

    def _describe(self, key: str) -> None:
        nothing = bool(self._blocks) and not self._blocks[self._block].rows
        about = _("本期没有要列的行。") if nothing else ""
        self.about.setText(self._about(key) if key else about)
        matter = self._matter(key) if key else ""
        self.matter.setText(matter)
        self.matter.setVisible(bool(matter))

    def _about(self, key: str) -> str:
        assert self._opened is not None
        cell = self._opened.composed.cells.get(key)
        if cell is None:
            return ""
        line = cell.line
        unit = line.scale if line.money else line.unit
        parts = [f"{line.code} {_(line.label)}", self._row_name(cell.row), _(unit)]
        if not self._in_table(key):
            last, ago = show_figure(line, cell.last), show_figure(line, cell.year_ago)
            parts.append(_("上期 {figure}").format(figure=last) if last else "")
            parts.append(_("去年同期 {figure}").format(figure=ago) if ago else "")
        return " · ".join(part for part in parts if part)

    def _in_table(self, key: str) -> bool:
        assert self._opened is not None
        code = split_key(key)[0]
        form = self._opened.composed.form
        return any(line.code == code for section in form.section for line in section.column)

    def _row_name(self, row: str) -> str:
        """Return the name of a table's row."""
        if not row:
            return ""
        if row == TOTAL:
            return _("合计")
        rows = (block_row for block in self._blocks for block_row in block.rows)
        names = (each.texts[0] for each in rows if any(split_key(k)[1] == row for k in each.keys))
        return next(names, "") if not self._opened_each() else ""

    def _opened_each(self) -> bool:
        return self._opened is not None and bool(self._opened.composed.form.each)

    def _matter(self, key: str) -> str:
        if key in self.typed.wrong:
            return self.typed.wrong[key]
        return next(iter(self._said.lines(key)), "")


def _said(opened: Opened) -> Said:
    """Return what is to be said of the return's cells."""
    errors: dict[str, str] = {}
    queries: dict[str, str] = {}
    for finding in opened.composed.blocking:
        if finding.code:
            said = errors if finding.level == "E" else queries
            said.setdefault(finding.code, finding.message)
    remarks = {key: text for key, text in opened.composed.remarks.items() if key}
    return Said(errors, queries, remarks, opened.changed)
