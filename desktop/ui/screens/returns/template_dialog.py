"""Looking over which cell of an office's template takes which figure, and keeping it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.exchange.office_cells import letters, reference
from desktop.exchange.office_marks import THIS, Marks
from desktop.exchange.office_workbook import OfficeWorkbook
from desktop.exchange.return_template import proposed
from desktop.models.return_text import ReturnBook
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.dialogs import Dialog
from desktop.ui.editors import quiet_wheel
from desktop.ui.parts import Button, Label, NoticeBar, clear, form_grid, row_of
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.screens.returns.template_grid import TemplateGrid
from desktop.ui.screens.returns.template_marking import (
    Choice,
    Marked,
    Marking,
    choices_of,
    columns_of,
)

_WIDE, _HIGH = 1180, 640
_SIDE = 380


class TemplateDialog(Dialog):
    """Shows the template as a grid, at the right what the chosen cell takes and all marks.

    Args:
        parent: The window.
        book: The template.
        given: The return whose figures go into it.
        marks: What is marked to begin with: kept, or proposed.
        name: The template's name.
        keep: Gets name and marks; the dialog closes when it calls back.
    """

    def __init__(
        self,
        parent: QWidget | None,
        book: OfficeWorkbook,
        given: ReturnBook,
        marks: Marks,
        name: str,
        keep: Callable[[TemplateDialog, str, Marks], object],
    ) -> None:
        super().__init__(parent, _("核对填入位置"), "fa6s.file-excel")
        self._book, self._given, self._keep = book, given, keep
        self._columns = columns_of(given)
        self.marking = Marking(book.sheets, given, marks)
        self._listed: list[Marked] = []
        self.name = QLineEdit(name)
        self.notice = NoticeBar()
        self.column.addLayout(form_grid([(_("模板名称"), self.name)]))
        self.column.addWidget(self.notice)
        self._make_grid()
        self._make_side()
        body = row_of(self._left, self._side, spacing=14, stretch=0)
        self.column.addLayout(body, 1)
        self.again = self.add_button(Button(_("重新推测"), clicked=self._guess_again))
        self.cancel = self.add_button(Button(_("取消"), clicked=self.reject))
        self.save = self.add_button(Button(_("保存模板"), clicked=self._save, role="primary"))
        for button in (self.again, self.cancel, self.save):
            button.setAutoDefault(False)
        room = parent.window().size() if parent is not None else None
        wide, high = theme.px(_WIDE), theme.px(_HIGH)
        if room is not None:
            wide, high = min(wide, room.width() - 24), min(high, room.height() - 24)
        self.resize(wide, high)
        self._show_sheet()

    # Building

    def _make_grid(self) -> None:
        self.sheets = ChoiceBox()
        self.sheets.setAccessibleName(_("工作表"))
        for name, sheet in self._book.sheets.items():
            if sheet.visible and (sheet.texts or sheet.rows):
                self.sheets.addItem(name)
        self.sheets.setVisible(self.sheets.count() > 1)
        self.grid = TemplateGrid()
        self.sheets.currentIndexChanged.connect(lambda _at: self._show_sheet())
        self.grid.chosen.connect(self._show_choice)
        self._left = QWidget()
        column = QVBoxLayout(self._left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.sheets)
        column.addWidget(self.grid, 1)

    def _make_combos(self) -> None:
        """Make the two boxes that say what the chosen cell takes."""
        self.take = ChoiceBox()
        self.take.setEditable(True)
        self.take.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.take.setAccessibleName(_("填入"))
        completer = self.take.completer()
        assert completer is not None  # An editable combo has one.
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self._choices: dict[str, Choice] = {}
        for choice in choices_of(self._given):
            self._choices[choice.take] = choice
            text = f"{choice.label}（{choice.section}）" if choice.section else choice.label
            self.take.addItem(text, choice.take)
        self.compared = ChoiceBox()
        self.compared.setAccessibleName(_("取哪一栏"))
        for key, label in self._columns.items():
            self.compared.addItem(label, key)
        self.take.activated.connect(lambda _at: self._put())
        self.compared.activated.connect(lambda _at: self._put())
        for combo in (self.take, self.compared):
            quiet_wheel(combo)

    def _make_side(self) -> None:
        self._make_combos()
        self.where = Label("", "heading")
        self.none = Button(_("这格不填"), "fa6s.eraser", self._clear)
        self.none.setAutoDefault(False)
        self.count = Label("", "soft", wrap=True)
        columns = (PlainColumn(_("单元格"), 5), PlainColumn(_("填入"), 14))
        self.list = PlainTable(columns, row_height=28)
        self.list.setAccessibleName(_("填入位置"))
        self.list.clicked.connect(self._jump)
        self._tables = QVBoxLayout()
        self._side = QWidget()
        self._side.setFixedWidth(theme.px(_SIDE))
        column = QVBoxLayout(self._side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addWidget(self.where)
        rows = [(_("填入"), self.take), (_("取哪一栏"), self.compared)]
        column.addLayout(form_grid(rows))
        column.addWidget(self.none, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._tables)
        column.addWidget(self.count)
        column.addWidget(self.list, 1)

    # Showing

    @property
    def sheet(self) -> str:
        """Return the name of the sheet that is shown."""
        return self.sheets.currentText()

    def _show_sheet(self) -> None:
        if self.sheet:
            self.grid.show_sheet(self._book.sheets[self.sheet], self.marking)
        self._show_marks()
        first = next((each for each in self._listed if each.sheet == self.sheet), None)
        self.grid.go_to(first.place if first else (0, 0))

    def _show_marks(self) -> None:
        self.grid.cells.marks_changed()
        self._listed = self.marking.listed()
        single = self.sheets.count() <= 1
        rows = [
            (
                reference(each.place) if single else f"{each.sheet}!{reference(each.place)}",
                each.label if each.sure else _("{label}（请核对）").format(label=each.label),
            )
            for each in self._listed
        ]
        tones = {(at, 1): theme.AMBER for at, each in enumerate(self._listed) if not each.sure}
        self.list.show_rows(rows, tones)
        unsure = sum(not each.sure for each in self._listed)
        said = _("已对应 {count} 处。").format(count=len(rows))
        if unsure:
            said += _("其中 {count} 处按相似推测，请核对。").format(count=unsure)
        self.count.setText(said)
        self._show_tables()

    def _show_tables(self) -> None:
        """Show where the names and rows of the tables stand."""
        clear(self._tables)
        for key, table in self.marking.tables.items():
            if key[0] != self.sheet:
                continue
            office = self._book.sheets[key[0]]
            names = ChoiceBox()
            names.setAccessibleName(_("名称所在列"))
            for column in range(office.columns):
                names.addItem(letters(column), column)
            names.setCurrentIndex(table.names)
            first, last = (QSpinBox() for _each in range(2))
            for box, value in ((first, table.first), (last, table.last)):
                box.setRange(1, office.rows + 200)
                box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
                box.setValue(value + 1)

            def change(
                key: tuple[str, str] = key,
                names: QComboBox = names,
                first: QSpinBox = first,
                last: QSpinBox = last,
            ) -> None:
                rows = (first.value() - 1, last.value() - 1)
                self.marking.set_rows(key, names.currentData(), *rows)
                self.grid.cells.marks_changed()

            names.activated.connect(lambda _at, run=change: run())
            first.valueChanged.connect(lambda _at, run=change: run())
            last.valueChanged.connect(lambda _at, run=change: run())
            quiet_wheel(names)
            self._tables.addWidget(Label(key[1], "soft"))
            words = (Label(_("名称列"), "soft"), names, Label(_("行"), "soft"), first)
            self._tables.addLayout(row_of(*words, Label("–", "soft"), last))

    def _show_choice(self) -> None:
        places = self.grid.places()
        if not places:
            return
        office = self._book.sheets[self.sheet]
        self.where.setText(_("单元格 {cell}").format(cell=reference(office.first_of(places[0]))))
        take, compared = self.marking.at(self.sheet, places[0])
        self.take.setCurrentIndex(self.take.findData(take) if take else -1)
        if not take:
            self.take.setEditText("")
        if compared:
            self.compared.setCurrentIndex(max(0, self.compared.findData(compared)))
        choice = self._choices.get(take)
        self.compared.setEnabled(choice is None or choice.compared)
        self.none.setEnabled(bool(take))

    # Changing

    def _put(self) -> None:
        take = self.take.currentData()
        if not take:
            return
        compared = self.compared.currentData() if self._choices[take].compared else THIS
        try:
            self.marking.put(self.sheet, self.grid.places(), take, compared)
        except UserError as error:
            self.notice.say(str(error), tone="red")
        else:
            self.notice.hide()
        self._show_marks()
        self._show_choice()

    def _clear(self) -> None:
        self.marking.clear(self.sheet, self.grid.places())
        self._show_marks()
        self._show_choice()

    def _guess_again(self) -> None:
        self.marking = Marking(self._book.sheets, self._given, proposed(self._book, self._given))
        self._show_sheet()

    def _jump(self, index: QModelIndex) -> None:
        each = self._listed[index.row()]
        self.sheets.setCurrentText(each.sheet)
        self.grid.go_to(each.place)

    def _save(self) -> None:
        if not self.name.text().strip():
            self.notice.say(_("请给模板取一个名称。"), tone="red")
            self.name.setFocus()
            return
        if not self._listed:
            self.notice.say(_("还没有标出任何一格，请点一个单元格再选填入什么。"), tone="red")
            return
        self._keep(self, self.name.text().strip(), self.marking.marks)

    def refused(self, error: UserError) -> None:
        """Say why it could not be kept."""
        self.notice.say(str(error), tone="red")
