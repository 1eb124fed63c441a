"""The visits page: the plan, entering a visit, and the plain list of visits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.models.registers.visits import REGISTER
from desktop.models.store import Store
from desktop.services import visits
from desktop.services.photos import Subject
from desktop.services.visit_entry import Recorded
from desktop.services.visits import PlanLine
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.dialogs import Answer, Question, ask_unsaved
from desktop.ui.page import Desk, Page, Wish
from desktop.ui.parts import Action, Button, Label, row_of
from desktop.ui.photos.stored import PhotosDialog
from desktop.ui.register_page import RegisterPage
from desktop.ui.screens.visits import papers, reading
from desktop.ui.screens.visits.entry import VisitForm
from desktop.ui.screens.visits.plan_table import PlanTable
from desktop.ui.screens.visits.reading import PlanView, score_text

PLAN, ENTRY, LIST = range(3)
DUE, WEEK, EVERY = "due", "week", "every"


class VisitsPage(Page):
    """Supervision visits."""

    registers = frozenset(
        {"visits", "clinics", "findings", "assignments", "staff", "divisions", "policy"}
    )
    help_topic = "visits"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        edges = self.column.contentsMargins()
        self.column.setContentsMargins(edges.left(), theme.px(12), edges.right(), theme.px(12))
        self.view = PlanView(date.today())
        self.shown: list[PlanLine] = []
        self._which = DUE
        self._chosen_once = False
        self._list: RegisterPage | None = None
        self._keys: list[QShortcut] = []
        self._make_header()
        self.stack = QStackedWidget()
        self.form = VisitForm(desk)
        self.stack.addWidget(self._make_plan())
        self.stack.addWidget(self.form)
        self.column.addWidget(self.stack, 1)
        self.form.saved.connect(self._saved)
        self._shortcut("Ctrl+S", self._save)
        self._shortcut("Ctrl+N", self.enter_any)
        self._show_part(PLAN)

    def _shortcut(self, keys: str, run: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.activated.connect(run)
        self._keys.append(shortcut)

    # Building

    def _make_header(self) -> None:
        self.title = Label(_("督导检查"), "title")
        self.plan_tab = Button(_("督导计划"), clicked=lambda: self.show_part(PLAN), role="chip")
        self.list_tab = Button(_("督导记录"), clicked=lambda: self.show_part(LIST), role="chip")
        for tab in (self.plan_tab, self.list_tab):
            tab.setCheckable(True)
        self.route = Button(_("打印路线单"), "fa6s.route", self.ask_route)
        self.blank = Button(_("打印检查表"), "fa6s.print", self.print_blank)
        self.photos = Button(_("照片"), "fa6s.camera", self.open_photos)
        self.photos.setToolTip(_("查看、添加、打印所选督导的照片"))
        self.new = Button(_("录入督导"), "fa6s.pen-to-square", self.enter_chosen, role="primary")
        self.back = Button(_("返回计划"), "fa6s.arrow-left", lambda: self.show_part(PLAN))
        self.keep = Button(
            _("保存"), "fa6s.check", self._save, role="primary", tip=_("保存 (Ctrl+S)")
        )
        filler = QWidget()
        self.column.addLayout(
            row_of(
                self.title,
                self.plan_tab,
                self.list_tab,
                filler,
                self.route,
                self.blank,
                self.photos,
                self.new,
                self.back,
                self.keep,
                stretch=3,
            )
        )

    def _make_plan(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.chips: dict[str, Button] = {}
        for which in (DUE, WEEK, EVERY):
            chip = Button("", clicked=partial(self.show_which, which), role="chip")
            chip.setCheckable(True)
            self.chips[which] = chip
        self.doctor = ChoiceBox()
        self.doctor.setAccessibleName(_("责任医生"))
        self.doctor.activated.connect(lambda _at: self._list_lines())
        self.remark = Label("", "soft")
        column.addLayout(row_of(*self.chips.values(), self.remark, self.doctor, stretch=3))
        self.table = PlanTable()
        self.table.activated.connect(lambda _index: self.enter_chosen())
        column.addWidget(self.table, 1)
        return page

    # Parts

    @property
    def plain_list(self) -> RegisterPage | None:
        """The plain list of visits, once it was opened."""
        return self._list

    def show_part(self, part: int) -> None:
        """Show the plan, the entry or the plain list, after asking about what is typed."""
        if part != ENTRY and self.stack.currentIndex() == ENTRY and self.form.is_dirty:
            self._ask_unsaved(lambda: self._show_part(part))
        else:
            self._show_part(part)

    def _ask_unsaved(self, then: Callable[[], object]) -> None:
        def take(answer: str) -> None:
            if answer == "save":
                self.form.save(then)
            elif answer == "drop":
                self.form.begin(self.view, None)
                then()
            else:
                self._mark_tabs()

        ask_unsaved(self, take)

    def _show_part(self, part: int) -> None:
        if part == LIST and self._list is None:
            self._list = RegisterPage(self.desk, REGISTER)
            self._list.column.setContentsMargins(0, 0, 0, 0)
            self._list.header.title.hide()
            self.stack.addWidget(self._list)
            self._list.load()
        self.stack.setCurrentIndex(part)
        self._mark_tabs()
        for widget in (self.route, self.blank, self.new):
            widget.setVisible(part == PLAN)
        self.photos.setVisible(part == LIST)
        for widget in (self.back, self.keep):
            widget.setVisible(part == ENTRY)
        for key in self._keys:
            key.setEnabled(part != LIST)  # The list has its own.
        self.title.setText(_("录入督导") if part == ENTRY else _("督导检查"))
        if part == PLAN:
            self.table.setFocus()

    def _mark_tabs(self) -> None:
        part = self.stack.currentIndex()
        self.plan_tab.setChecked(part == PLAN)
        self.list_tab.setChecked(part == LIST)

    # The plan

    def reload(self, registers: frozenset[str]) -> None:
        today = date.today()
        self.worker.run(lambda store: reading.read_plan(store, today), self._show)
        if self._list is not None:
            self._list.reload(registers)

    def _show(self, view: PlanView) -> None:
        self.view = view
        due = sum(line.due for line in view.lines)
        week = sum(self._within_week(line) for line in view.lines)
        self.chips[DUE].setText(_("应督导 {count}").format(count=due))
        self.chips[WEEK].setText(_("七日内 {count}").format(count=week))
        self.chips[EVERY].setText(_("全部 {count}").format(count=len(view.lines)))
        if not self._chosen_once:
            self._which = DUE if due else EVERY
            self._chosen_once = bool(view.lines)
        chosen = self.doctor.currentData()
        self.doctor.clear()
        self.doctor.addItem(_("全部责任医生"), None)
        for name in sorted({line.staff for line in view.lines if line.staff}):
            self.doctor.addItem(name, name)
        self.doctor.setCurrentIndex(max(0, self.doctor.findData(chosen)))
        self._list_lines()

    @staticmethod
    def _within_week(line: PlanLine) -> bool:
        return line.due or line.state == visits.SOON

    def show_which(self, which: str) -> None:
        """Show what is due, what is due within a week, or every clinic."""
        self._which = which
        self._chosen_once = True
        self._list_lines()

    def _list_lines(self) -> None:
        for which, chip in self.chips.items():
            chip.setChecked(which == self._which)
        doctor = self.doctor.currentData()
        wanted: dict[str, Callable[[PlanLine], bool]] = {
            DUE: lambda line: line.due,
            WEEK: self._within_week,
            EVERY: lambda _line: True,
        }
        self.shown = [
            line
            for line in self.view.lines
            if wanted[self._which](line) and (doctor is None or line.staff == doctor)
        ]
        self.table.show_lines(self.shown)
        self.remark.setText("" if self.shown else _("没有需要督导的村卫生室。"))
        self.route.setEnabled(bool(self.shown))
        self.blank.setEnabled(bool(self.shown))

    def chosen_lines(self) -> list[PlanLine]:
        """Return the lines that are selected."""
        return [self.shown[row] for row in self.table.chosen_rows()]

    # Entering

    def enter_chosen(self) -> None:
        """Enter a visit of the chosen clinic."""
        chosen = self.chosen_lines()
        self.enter(chosen[0] if chosen else None)

    def enter_any(self) -> None:
        """Enter a visit and choose the clinic in the form."""
        if self.stack.currentIndex() != ENTRY:
            self.enter(None)

    def enter(self, line: PlanLine | None) -> None:
        """Begin to enter a visit."""
        self.form.begin(self.view, line)
        self._show_part(ENTRY)
        self.form.focus_first()

    def _save(self) -> None:
        if self.stack.currentIndex() == ENTRY:
            self.form.save()

    def _saved(self, recorded: Recorded) -> None:
        judged = recorded.judgement
        words = [
            _("已保存：{score} 分，{grade} 级。").format(
                score=score_text(judged.score) or "—", grade=judged.grade or "—"
            )
        ]
        action = None
        if recorded.findings:
            words.append(_("{count} 个问题待整改。").format(count=len(recorded.findings)))
            action = Action(
                _("打印整改通知书"), lambda: print_notice(self, self.desk, recorded.visit_id)
            )
        if recorded.repeats:
            words.append(
                _("其中 {codes} 是重复出现的问题。").format(codes="、".join(recorded.repeats))
            )
        self.desk.tell("".join(words), action)
        self._show_part(PLAN)

    def has_unsaved(self) -> bool:
        inner = self._list is not None and self._list.has_unsaved()
        return self.form.is_dirty or inner

    def save_unsaved(self, then: Callable[[], object]) -> None:
        if self.form.is_dirty:
            self.form.save(then)
        elif self._list is not None:
            self._list.save_unsaved(then)

    def drop_unsaved(self) -> None:
        self.form.begin(self.view, None)
        if self._list is not None:
            self._list.drop_unsaved()

    # Going there

    def show_wish(self, wish: Wish) -> None:
        if wish.chip in self.chips:
            self.show_part(PLAN)
            self.show_which(wish.chip)
        elif wish.record is not None or wish.chip or wish.text:
            self.show_part(LIST)
            if self._list is not None:
                self._list.show_wish(wish)

    def focus_search(self) -> None:
        if self._list is not None and self.stack.currentIndex() == LIST:
            self._list.focus_search()

    def open_photos(self) -> None:
        """Show the photos of the visit chosen in the list."""
        record = self._list.form.record if self._list is not None else None
        if record is None or record.id is None:
            self.desk.tell(_("请先在列表中选中一次督导。"))
            return
        title = _("{visit} 的照片").format(visit=record.title)
        PhotosDialog(self, self.desk, Subject(visit_id=record.id), title).open()

    # Paper

    def ask_route(self) -> None:
        """Ask whether blank checklists go with the routes, and print what is listed."""
        question = Question(
            self,
            _("打印 {count} 个村卫生室的督导路线单").format(count=len(self.shown)),
            _("按责任医生分页。要同时打印每个村卫生室的空白检查表吗？"),
            (
                Answer("both", _("路线单和检查表"), "primary"),
                Answer("route", _("只打路线单")),
                Answer("no", _("取消")),
            ),
        )

        def take(answer: str) -> None:
            if answer != "no":
                self.print_route(checklists=answer == "both")

        question.ask(take)

    def print_route(self, *, checklists: bool) -> None:
        """Print the routes of the listed visits."""
        view, lines, centre = self.view, list(self.shown), self.worker.centre.vault.centre
        self._print(
            _("督导路线单"),
            lambda: papers.routes_pdf(centre, view, lines, checklists=checklists),
        )

    def print_blank(self) -> None:
        """Print blank checklists for the selected clinics."""
        view, lines, centre = self.view, self.chosen_lines(), self.worker.centre.vault.centre
        if lines:
            self._print(_("督导检查表"), lambda: papers.checklist_pdf(centre, view, lines))

    def _print(self, title: str, make: Callable[[], bytes]) -> None:
        from desktop.ui.register_output import PrintDialog

        self.worker.run_aside(
            lambda _progress: make(),
            lambda pdf: PrintDialog(self, self.desk, pdf, f"{title}.pdf").open(),
            owner=self,
        )


def print_notice(parent: QWidget, desk: Desk, visit: bytes) -> None:
    """Show the rectification notice of a visit before it goes to the printer."""
    from desktop.ui.register_output import PrintDialog

    centre, today = desk.worker.centre.vault.centre, date.today()

    def task(store: Store) -> bytes:
        return papers.notice_pdf(store, centre, visit, today)

    def done(pdf: bytes) -> None:
        PrintDialog(parent, desk, pdf, f"{_('整改通知书')}.pdf").open()

    desk.worker.run(task, done, owner=parent)
