"""The page of the clinics' monthly figures: the grid for entry, the plain list beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.models.register import Values
from desktop.models.registers.clinic_months import REGISTER
from desktop.models.store import Store, load
from desktop.services.monthly_sheet import MonthSheet, SheetRefused
from desktop.services.months import month_of, shifted
from desktop.services.returns.sheet import period_in_words
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.dialogs import Answer, Question, ask_unsaved
from desktop.ui.page import Desk, Page, Wish
from desktop.ui.parts import Action, Button, ElidedLabel, Label, NoticeBar, Pill, row_of
from desktop.ui.register_page import RegisterPage
from desktop.ui.screens.clinic_months import paper, reading, sentences
from desktop.ui.screens.clinic_months.beside import BesideBox
from desktop.ui.screens.clinic_months.excel import Pasted
from desktop.ui.screens.clinic_months.grid import Grid, Totals
from desktop.ui.screens.clinic_months.model import Place, SheetModel, Tone

_NAMED = 5
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class ClinicMonthsPage(Page):
    """The months of all clinics."""

    registers = frozenset({"clinic_months", "clinics", "targets", "policy"})
    help_topic = "clinic_months"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        edges = self.column.contentsMargins()
        self.column.setContentsMargins(edges.left(), theme.px(10), edges.right(), theme.px(8))
        self.column.setSpacing(theme.px(6))
        self.model = SheetModel()
        self.grid = Grid(self.model)
        self.totals = Totals(self.grid)
        self._wished: bytes | None = None
        self._month = shifted(month_of(date.today()), -1)
        self._list: RegisterPage | None = None
        self._keys: list[QShortcut] = []
        self._make_header()
        self.stack = QStackedWidget()
        self.stack.addWidget(self._make_sheet())
        self.column.addWidget(self.stack, 1)
        self.model.edited.connect(self._edited)
        self.grid.cell_entered.connect(self._describe)
        self.grid.pasted.connect(self._pasted)
        for keys, run in (("Ctrl+S", self.save), ("Alt+Left", self._back), ("Alt+Right", self._on)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(run)
            self._keys.append(shortcut)

    # Building

    def _make_header(self) -> None:
        tight = theme.font_size() is theme.FontSize.LARGEST
        self.title = (ElidedLabel if tight else Label)(_("村卫生室月报"), "title")
        self.back = Button("", "fa6s.chevron-left", self._back, role="tool", tip=_("上月"))
        self.on = Button("", "fa6s.chevron-right", self._on, role="tool", tip=_("下月"))
        self.month = ChoiceBox()
        self.month.setAccessibleName(_("月份"))
        self.month.setMaxVisibleItems(14)
        self.month.setMinimumContentsLength(7)
        self.month.activated.connect(lambda at: self.show_month(self.month.itemData(at)))
        self.entry_tab = Button(_("录入表"), clicked=lambda: self.show_list(False), role="chip")
        self.list_tab = Button(_("明细列表"), clicked=lambda: self.show_list(True), role="chip")
        for tab in (self.entry_tab, self.list_tab):
            tab.setCheckable(True)
        self.entry_tab.setChecked(True)
        self.take_in = Button(_("导入 Excel"), "fa6s.file-import", self.open_import)
        self.print = Button(_("打印"), "fa6s.print", self.print_sheet, tip=_("打印汇总表"))
        self.keep = Button(
            _("保存"), "fa6s.check", self.save, role="primary", tip=_("保存 (Ctrl+S)")
        )
        filler = QWidget()
        self.column.addLayout(
            row_of(
                self.title,
                self.entry_tab,
                self.list_tab,
                filler,
                self.back,
                self.month,
                self.on,
                self.take_in,
                self.print,
                self.keep,
                stretch=0 if tight else 3,
            )
        )
        self._sheet_tools = (self.back, self.month, self.on, self.take_in, self.print, self.keep)

    def _make_sheet(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        self.reported = Pill()
        self.missing = ElidedLabel("", "soft")
        self.beside = BesideBox()
        self.beside.wanted.connect(self.grid.show_beside)
        column.addLayout(row_of(self.reported, self.missing, self.beside, stretch=1))
        self.notice = NoticeBar()
        column.addWidget(self.notice)
        column.addWidget(self.grid, 1)
        column.addWidget(self.totals)
        self.about = ElidedLabel("", "soft")
        self.matter = Label("", "error")
        column.addLayout(row_of(self.about, self.matter, stretch=0))
        return page

    # The month

    @property
    def sheet_month(self) -> str:
        """The month that is shown."""
        return self._month

    def reload(self, registers: frozenset[str]) -> None:
        month = self._month
        self.worker.run(lambda store: reading.read_sheet(store, month), self._show)
        if self._list is not None:
            self._list.reload(registers)

    def _show(self, sheet: MonthSheet) -> None:
        if sheet.month != self._month:
            return
        here = self.grid.currentIndex()
        row, column = max(here.row(), 0), max(here.column(), 1)
        self.model.show_sheet(sheet)
        self.grid.fit()
        self._show_months(sheet)
        if self._wished is not None:
            rows = [at for at, each in enumerate(sheet.rows) if each.record == self._wished]
            row, column = (rows[0] if rows else row), 1
            self._wished = None
        if row < len(sheet.rows):
            self.grid.setCurrentIndex(self.model.index(row, column))
        self._show_missing(sheet)
        self._edited()
        if self.isVisible() and self.stack.currentIndex() == 0:
            self.grid.setFocus()

    def _show_months(self, sheet: MonthSheet) -> None:
        self.month.clear()
        for month in sheet.months:
            self.month.addItem(period_in_words(month), month)
        self.month.setCurrentIndex(sheet.months.index(sheet.month))

    def _show_missing(self, sheet: MonthSheet) -> None:
        missing, count = sheet.missing, len(sheet.rows)
        if not count:
            self.reported.show_as(_("还没有村卫生室名册"), "amber")
            self.missing.setText(_("请先在“村卫生室”台账中登记或导入。"))
        elif missing:
            self.reported.show_as(_("缺报 {count} 个").format(count=len(missing)), "amber")
            self.missing.setText(sentences.absent(sheet))
        else:
            self.reported.show_as(_("{count} 个全部已报").format(count=count), "green")
            self.missing.setText(sentences.absent(sheet))

    def show_month(self, month: str) -> None:
        """Show another month, after asking where something typed would be lost."""
        if month == self._month:
            return

        def go() -> None:
            self._month = month
            self.reload(self.registers)

        def take(answer: str) -> None:
            if answer == "save":
                self.save(go)
            elif answer == "drop":
                self.model.drop()
                go()
            else:
                self._show_months(self.model.sheet)

        if self.model.typed:
            ask_unsaved(self, take)
        else:
            go()

    def _back(self) -> None:
        self.show_month(shifted(self._month, -1))

    def _on(self) -> None:
        self.show_month(shifted(self._month, 1))

    def show_list(self, on: bool) -> None:
        """Show the plain list of reports, or the grid."""
        if on and self._list is None:
            self._list = RegisterPage(self.desk, REGISTER)
            self._list.column.setContentsMargins(0, 0, 0, 0)
            self._list.header.title.hide()
            self.stack.addWidget(self._list)
            self._list.load()
        self.stack.setCurrentIndex(1 if on else 0)
        self.entry_tab.setChecked(not on)
        self.list_tab.setChecked(on)
        for widget in self._sheet_tools:
            widget.setVisible(not on)
        for key in self._keys:
            key.setEnabled(not on)  # The list has its own Ctrl+S.

    @property
    def plain_list(self) -> RegisterPage | None:
        """The plain list, once it was opened."""
        return self._list

    def show_wish(self, wish: Wish) -> None:
        if wish.record is not None:
            self._find(wish.record)
        elif _MONTH.fullmatch(wish.text):
            self.show_list(False)
            self.show_month(wish.text)
        elif wish.text or wish.chip:
            self.show_list(True)
            assert self._list is not None
            self._list.show_wish(wish)

    def _find(self, record: bytes) -> None:
        def task(store: Store) -> Values:
            with store.reading() as session:
                return load(session, REGISTER, record)

        def done(values: Values) -> None:
            self._wished = record
            self.show_list(False)
            if values["month"] == self._month:
                self.reload(self.registers)
            else:
                self.show_month(str(values["month"]))

        self.worker.run(task, done, owner=self)

    def focus_search(self) -> None:
        if self._list is not None and self.stack.currentIndex() == 1:
            self._list.focus_search()

    # What the cursor stands on

    def _describe(self, index: QModelIndex) -> None:
        place = self.model.place(index)
        if place is None:
            self.about.setText("")
            self.matter.setText("")
            return
        self.about.setText(sentences.about(self.model, index, place))
        self.matter.setText(sentences.matter(self.model, index, place))
        tones = {Tone.FAR: "warning"}
        self.matter.setProperty("role", tones.get(self.model.tone(index), "error"))
        self.matter.style().polish(self.matter)

    def _go_to(self, place: Place) -> None:
        index = self.model.index_of(place)
        self.grid.setCurrentIndex(index)
        self.grid.scrollTo(index)
        self.grid.setFocus()

    # Saving

    def has_unsaved(self) -> bool:
        inner = self._list is not None and self._list.has_unsaved()
        return bool(self.model.typed) or inner

    def save_unsaved(self, then: Callable[[], object]) -> None:
        if self._list is not None and self._list.has_unsaved():
            inner = self._list
            self.save(lambda: inner.save_unsaved(then))
        else:
            self.save(then)

    def drop_unsaved(self) -> None:
        self.model.drop()
        if self._list is not None:
            self._list.drop_unsaved()

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Save what was typed; wrong cells are named first, absurd figures are asked about."""
        then = then or (lambda: None)
        if not self.model.typed:
            then()
            return
        wrong = self.model.problems()
        if wrong:
            self._say_wrong(wrong)
            self._go_to(next(iter(wrong)))
            return
        absurd = self.model.absurd()
        if absurd:
            self._ask_absurd(absurd, then)
        else:
            self._write(then)

    def _ask_absurd(self, absurd: list[Place], then: Callable[[], object]) -> None:
        lines = [sentences.comparison(self.model, place) for place in absurd[:_NAMED]]
        if len(absurd) > _NAMED:
            lines.append(_("等 {count} 处").format(count=len(absurd)))
        question = Question(
            self,
            _("{count} 处数字与近12个月平均相差很大").format(count=len(absurd)),
            "\n".join(lines),
            (
                Answer("look", _("回去核对"), "primary"),
                Answer("save", _("数字无误，保存")),
            ),
        )

        def take(answer: str) -> None:
            if answer == "save":
                self._write(then)
            else:
                self._go_to(absurd[0])

        # Esc is the last answer; here it must not save.
        question.rejected.connect(lambda: setattr(question, "_chosen", "look"))
        question.ask(take)

    def _write(self, then: Callable[[], object]) -> None:
        month, typed = self._month, self.model.typed_figures()

        def done(count: int) -> None:
            self.model.saved()
            self.desk.tell(_("已保存 {count} 个村卫生室的数字。").format(count=count))
            then()

        self.worker.run(
            lambda store: reading.save_sheet(store, month, typed), done, self._refused, owner=self
        )

    def _refused(self, error: UserError) -> None:
        if isinstance(error, SheetRefused):
            self.model.show_problems(error.problems)
        self.notice.say(str(error), Action(_("重试"), self.save), tone="red")

    def _edited(self) -> None:
        """Say how much is typed and what is wrong."""
        wrong = self.model.problems()
        if wrong:
            self._say_wrong(wrong)
        else:
            self.notice.hide()
        count = len(self.model.typed)
        word = _("保存（{count}）").format(count=count) if count else _("保存")
        self.keep.setText(f" {word}")
        self.keep.setEnabled(bool(count))
        self._describe(self.grid.currentIndex())

    def _say_wrong(self, wrong: dict[Place, str]) -> None:
        place, sentence = next(iter(wrong)), sentences.wrong(self.model, wrong)
        self.notice.say(sentence, Action(_("到该格"), lambda: self._go_to(place)), tone="red")

    def _pasted(self, done: Pasted) -> None:
        self.desk.tell(sentences.pasted(done))

    # Files and paper

    def open_import(self) -> None:
        """Take in the clinics' own forms, with this month where they name none."""
        from desktop.ui.import_dialog import ImportDialog

        dialog = ImportDialog(self, self.desk, REGISTER.key)
        dialog.period.setText(self._month)
        dialog.open()

    def print_sheet(self) -> None:
        """Print the month as a list with its totals; what is typed is saved first."""
        if self.model.typed:
            self.save(self.print_sheet)
            return
        from desktop.ui.register_output import PrintDialog

        rows, title = paper.rows(self.model), paper.title(self._month)
        centre, remark = self.worker.centre.vault.centre, paper.remark(self.model.sheet)

        def task(_progress: object) -> bytes:
            return paper.list_pdf(title, centre, date.today(), remark, rows)

        self.worker.run_aside(
            task, lambda pdf: PrintDialog(self, self.desk, pdf, f"{title}.pdf").open(), owner=self
        )
