"""How a sheet is to be read, as a person says it: its register, its header, its columns."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.exchange.choosing import Question
from desktop.exchange.headers import DEEPEST, SEARCHED_ROWS, Match, headings_said
from desktop.exchange.layouts import NOT_TAKEN_IN
from desktop.exchange.sheets import Row, Sheet, is_blank
from desktop.models.registers import all_registers
from desktop.text import _, in_a_row
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.import_columns import FieldCombos, sample
from desktop.ui.parts import Button, ElidedLabel, Label, NoticeBar, Pill

_ROWS_ABOVE, _ROWS_BELOW = 2, 6
_CELL_WIDTH = 150
_HEADING_LETTERS = 22


def register_choice(nothing: str) -> QComboBox:
    """Return a combo of the registers that can be taken in, with a first word for none."""
    combo = ChoiceBox()
    combo.setAccessibleName(_("台账"))
    combo.addItem(nothing, "")
    for key, register in all_registers().items():
        if key not in NOT_TAKEN_IN:
            combo.addItem(_(register.label), key)
    return combo


class SheetReading(QWidget):
    """The first rows of a sheet with a combo of fields over each column.

    Signals:
        answered: What is to be remembered, once every required column is there.
    """

    answered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.question: Question | None = None
        self.fields: FieldCombos | None = None
        self.complaint = Label("", "plain", wrap=True)
        self.register = register_choice(_("请选择台账"))
        self.register.activated.connect(lambda _at: self._find_header())
        self.sheet = ChoiceBox()
        self.sheet.setAccessibleName(_("工作表"))
        self.sheet.activated.connect(lambda _at: self._sheet_chosen())
        self.top = ChoiceBox()
        self.top.setAccessibleName(_("表头所在的行"))
        self.header_rows = ChoiceBox()
        self.header_rows.setAccessibleName(_("表头的行数"))
        for count in range(1, DEEPEST + 1):
            self.header_rows.addItem(_("共 {count} 行").format(count=count), count)
        for combo, letters in ((self.register, 10), (self.sheet, 5), (self.top, 5)):
            # The longest name would make the window wider than a small screen.
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            combo.setMinimumContentsLength(letters)
        for combo in (self.top, self.header_rows):
            combo.activated.connect(lambda _at: self._read())
        self.notice = NoticeBar("amber")
        self.go = Button(_("按此预览"), "fa6s.arrow-right", self._answer, role="primary")
        self.go.setAutoDefault(False)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addWidget(self.complaint)
        choices = QHBoxLayout()
        choices.setSpacing(theme.px(8))
        for widget in (
            self.register,
            self.sheet,
            Label(_("表头"), "soft"),
            self.top,
            self.header_rows,
        ):
            choices.addWidget(widget)
        self.top.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column.addLayout(choices)
        column.addWidget(self.notice)
        self._area = QScrollArea()
        self._area.setProperty("role", "plain")
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        column.addWidget(self._area, 1)
        end = QHBoxLayout()
        end.addStretch(1)
        end.addWidget(self.go)
        column.addLayout(end)

    def ask(self, question: Question, complaint: str, register: str = "") -> None:
        """Show the sheets of a file and what is wrong with them.

        Args:
            question: The sheets.
            complaint: Why the file was not taken in, empty where it was.
            register: Key of the register that the person chose for all files.
        """
        self.question = question
        self.complaint.setText(complaint)
        self.complaint.setVisible(bool(complaint))
        guess = question.guess
        self.sheet.clear()
        for sheet in question.sheets:
            self.sheet.addItem(sheet.name)
        self.sheet.setVisible(len(question.sheets) > 1)
        at = [sheet is guess.sheet for sheet in question.sheets].index(True) if guess else 0
        self.sheet.setCurrentIndex(at)
        key = guess.register_key if guess is not None else register
        self.register.setCurrentIndex(max(0, self.register.findData(key)))
        self._sheet_chosen()

    # What was chosen

    def _chosen_sheet(self) -> Sheet | None:
        sheets = self.question.sheets if self.question is not None else ()
        at = self.sheet.currentIndex()
        return sheets[at] if 0 <= at < len(sheets) else None

    def _sheet_chosen(self) -> None:
        """List the rows that may be the header."""
        sheet = self._chosen_sheet()
        self.top.clear()
        for at, row in enumerate(sheet.rows[:SEARCHED_ROWS] if sheet is not None else ()):
            words = " ".join(dict.fromkeys(sample(cell) for cell in row if not is_blank(cell)))
            if words and sheet is not None:
                if len(words) > _HEADING_LETTERS:
                    words = f"{words[:_HEADING_LETTERS]}…"
                text = _("第 {row} 行：{words}").format(row=sheet.numbers[at], words=words)
                self.top.addItem(text, at)
        self._find_header()

    def _find_header(self) -> None:
        """Choose the likeliest header for the sheet and register."""
        sheet = self._chosen_sheet()
        if self.question is None or sheet is None:
            return
        top, depth = self.question.header(sheet, self.register.currentData())
        self.top.setCurrentIndex(max(0, self.top.findData(top)))
        self.header_rows.setCurrentIndex(self.header_rows.findData(depth))
        self._read()

    def _read(self) -> None:
        """Read the sheet as chosen, and show it."""
        sheet = self._chosen_sheet()
        if self.fields is not None:
            self.fields.deleteLater()
            self.fields = None
        self._begin_grid()
        top = self.top.currentData()
        if self.question is None or sheet is None or top is None:
            return
        depth, register = self.header_rows.currentData(), self.register.currentData()
        if register:
            match = self.question.read(sheet, register, top, depth)
            self.fields = FieldCombos(self, match)
            self.fields.chosen.connect(self._say_what_lacks)
            self._show_combos(self.fields, match)
        self._show_rows(sheet, top, depth)
        self._say_what_lacks()

    def _say_what_lacks(self) -> None:
        lacking = self.fields.choosing.lacking() if self.fields is not None else []
        self.go.setEnabled(self.fields is not None and not lacking)
        if self.fields is None:
            self.notice.say(_("请先选择这张表属于哪个台账，再核对表头在哪一行。"))
        elif lacking:
            names = in_a_row(_(column.label) for column in lacking)
            self.notice.say(
                _("还缺必填的列：{columns}。请在对应的列上方选出来。").format(columns=names)
            )
        else:
            self.notice.say(
                _("必填的列都有了，可以预览。导入后会记住，下次自动使用。"), tone="green"
            )

    def _answer(self) -> None:
        if self.fields is not None:
            self.answered.emit(self.fields.choosing.answer())

    # The rows

    def _begin_grid(self) -> None:
        """Begin with an empty grid: a used one keeps the columns of the sheet before."""
        inside = QWidget()
        inside.setProperty("role", "plainground")
        around = QVBoxLayout(inside)
        around.setContentsMargins(2, theme.px(4), theme.px(4), theme.px(4))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(8))
        self._grid.setVerticalSpacing(theme.px(6))
        around.addLayout(self._grid)
        around.addStretch(1)
        self._area.setWidget(inside)

    def _show_combos(self, fields: FieldCombos, match: Match) -> None:
        likened = {match.columns[key] for key in match.likened}
        for heading in match.headings:
            if fields.choosing.place(heading) not in fields.combos:
                combo = fields.make(heading)
                combo.setFixedWidth(theme.px(_CELL_WIDTH))
                combo.setToolTip(heading.text)
                self._grid.addWidget(combo, 0, heading.index + 1)
            if heading.index in likened:
                self._grid.addWidget(Pill(_("猜的，请核对"), "amber"), 1, heading.index + 1)
        # New widgets would come last in the window, after its buttons.
        order = [self.header_rows, *fields.combos.values(), self.go]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _show_rows(self, sheet: Sheet, top: int, depth: int) -> None:
        first = max(0, top - _ROWS_ABOVE)
        shown = range(first, min(top + depth + _ROWS_BELOW, len(sheet.rows)))
        width = max((len(sheet.rows[at]) for at in shown), default=0)
        used = [
            index for index in range(width) if any(_text(sheet.rows[at], index) for at in shown)
        ]
        for index in used:
            self._grid.setColumnMinimumWidth(index + 1, theme.px(_CELL_WIDTH))
        headed = {heading.index for heading in headings_said(sheet, top, depth)}
        for line, at in enumerate(shown, 2):
            self._grid.addWidget(Label(str(sheet.numbers[at]), "help"), line, 0)
            is_header = top <= at < top + depth
            for index in used:
                role = "heading" if is_header and index in headed else "soft"
                label = ElidedLabel(_text(sheet.rows[at], index), role)
                label.setFixedWidth(theme.px(_CELL_WIDTH))
                self._grid.addWidget(label, line, index + 1)
        self._grid.setColumnStretch(width + 1, 1)


def _text(row: Row, index: int) -> str:
    return sample(row[index]) if index < len(row) else ""
