"""The returns page: the list of what is due, the return that is open, its checks and preview."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget

from desktop.errors import UserError
from desktop.services.returns import ComposedReturn
from desktop.services.returns.story import CellStory
from desktop.text import _, language
from desktop.ui import theme
from desktop.ui.dialogs import ask_unsaved
from desktop.ui.page import EVERYTHING, Desk, Page, Wish
from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Action, Button, EmptyState, NoticeBar
from desktop.ui.preview import print_pdf, save_pdf
from desktop.ui.screens.returns import reading
from desktop.ui.screens.returns.body import ReturnBody
from desktop.ui.screens.returns.due_list import DueList
from desktop.ui.screens.returns.explaining import StoryDialog
from desktop.ui.screens.returns.flow import Flow
from desktop.ui.screens.returns.pasting import Pasted
from desktop.ui.screens.returns.reading import Opened, Place, ReturnsView
from desktop.ui.screens.returns.side import ReturnSide
from desktop.ui.screens.returns.steps import StepBar
from desktop.ui.screens.returns.surveying import Survey

_OWN_REGISTERS = frozenset({"returns", "return_cells"})
_LIST_WIDTH = 256
_ENGLISH_LIST_WIDTH = 262


class ReturnsPage(Page):
    """The returns of a period."""

    registers = EVERYTHING
    help_topic = "returns"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.view: ReturnsView | None = None
        self._period = ""
        self._place: Place = ("", "")
        self._cell = ""
        self._advancing = False
        self._own_write = False
        self._ask_again = True
        self._pdf = b""
        self._side_wanted: bool | None = None
        self._make_header()
        self.steps = StepBar()
        self.column.addWidget(self.steps)
        self.notice = NoticeBar()
        self.column.addWidget(self.notice)
        self.flow = Flow(self, desk, self.notice, self.show_checks)
        self.due = DueList()
        self.due.setFixedWidth(theme.px(_LIST_WIDTH if language() == "zh" else _ENGLISH_LIST_WIDTH))
        self.body = ReturnBody()
        self.side = ReturnSide(self.worker)
        self.nothing = EmptyState("fa6s.print", _("这一期没有要报的报表"))
        self.middle = QStackedWidget()
        self.middle.addWidget(self.body)
        self.middle.addWidget(self.nothing)
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        row.addWidget(self.due)
        row.addWidget(self.middle, 1)
        row.addWidget(self.side)
        self.column.addLayout(row, 1)
        self.survey = Survey(self.worker, self)
        self._connect()

    def _make_header(self) -> None:
        self.sides = Button("", "fa6s.table-columns", self._turn_side, role="tool")
        self.sides.setToolTip(_("显示或收起右侧的预览和审核"))
        self.excel = Button(_("导出 Excel"), "fa6s.file-export", self.export)
        self.pdf = Button(_("保存 PDF"), "fa6s.file-pdf", self.save_pdf)
        self.print_all = Button(_("打印全部"), "fa6s.layer-group", self.print_pack)
        self.print_all.setToolTip(_("打印本期全部报表，附汇总封面"))
        self.print = Button(_("打印"), "fa6s.print", self.print_out, shortcut="Ctrl+P")
        self.submit = Button(_("审核本表"), "fa6s.check", self.advance, role="primary")
        buttons = (self.sides, self.excel, self.pdf, self.print_all, self.print, self.submit)
        self.header = PageHeader(_("月报与打印"), "", buttons)
        self.column.addWidget(self.header)

    def _connect(self) -> None:
        self.due.chosen.connect(self.show_place)
        self.due.period_wanted.connect(self.show_period)
        self.body.edited.connect(self._show_notice)
        self.body.story_wanted.connect(self.explain)
        self.body.pasted.connect(self._pasted)
        self.body.part_shown.connect(lambda: self.side.setVisible(self._side_shown()))
        self.side.findings.edited.connect(self._show_notice)
        self.side.findings.cell_wanted.connect(self.show_cell)
        self.survey.told.connect(self._surveyed)
        QShortcut(QKeySequence("Ctrl+S"), self).activated.connect(self.save)

    # What is shown

    @property
    def opened(self) -> ComposedReturn:
        """The return that is shown."""
        return self.flow.opened.composed

    def reload(self, registers: frozenset[str]) -> None:
        # What is typed into one return changes no other: those are not asked again.
        self._ask_again = not (self._own_write and registers <= _OWN_REGISTERS)
        self._own_write = False
        period, place, today = self._period, self._place, date.today()
        self.worker.run(lambda store: reading.read_view(store, period, place, today), self._show)

    def show_wish(self, wish: Wish) -> None:
        if wish.text or wish.chip:
            form, period = wish.chip or self._place[0], wish.text or self._place[1]
            # The list of the month in which that return stands is found when it is read.
            self._period, self._place = "" if form else period, (form, period)
        if self.view is not None:
            self.load()

    def show_period(self, period: str) -> None:
        """Show what is due in another period."""
        self._leave(partial(self._go, period, (self._place[0], period)))

    def show_place(self, place: Place) -> None:
        """Show another return."""
        if place != self._place:
            self._leave(partial(self._go, self._period, place))

    def show_cell(self, place: Place, cell: str) -> None:
        """Show a cell, of this or another return of the period."""
        if place == self._place:
            self.body.go_to_cell(cell)
            return

        def go() -> None:
            self._cell = cell
            self._go(self._period, place)

        self._leave(go)

    def _leave(self, then: Callable[[], object]) -> None:
        """Call ``then`` after asking where something typed would be lost."""
        if not self.has_unsaved():
            then()
            return

        def take(answer: str) -> None:
            if answer == "save":
                self.save_unsaved(then)
            elif answer == "drop":
                self.drop_unsaved()
                then()
            else:
                self.due.refuse_period()

        ask_unsaved(self, take)

    def _go(self, period: str, place: Place) -> None:
        self._period, self._place = period, place
        # Only another return is shown: nothing has changed.
        self._own_write = True
        self.reload(_OWN_REGISTERS)

    def _show(self, view: ReturnsView) -> None:
        self.view = view
        self._period = view.period.key
        self.due.show_view(view)
        self._show_nothing(none=view.opened is None)
        if view.opened is not None:
            self._show_return(view.opened)
        self.survey.begin(view, again=self._ask_again)

    def _show_nothing(self, *, none: bool) -> None:
        self.middle.setCurrentWidget(self.nothing if none else self.body)
        for button in (self.excel, self.print_all, self.submit):
            button.setEnabled(not none)
        if none:
            self.steps.hide()
            self.side.hide()
            self.notice.hide()
            self.header.remark.setText("")
            self._take_pdf(b"")

    def _show_return(self, opened: Opened) -> None:
        composed = opened.composed
        self._place = opened.place
        self.flow.show(opened)
        self.body.show_return(opened)
        self.side.findings.show_return(composed, locked=opened.locked)
        self.side.show_count(len(composed.blocking))
        self.steps.show()
        self.steps.show_return(composed)
        self.header.remark.setText(f"{composed.period.label} · {_(composed.form.title)}")
        step = self.flow.next_step()
        self.submit.setText(f" {step.text}")
        self.submit.setAccessibleName(step.text)
        self.submit.show_icon(step.icon)
        self._show_notice()
        self._draw()
        if self._cell:
            self.body.go_to_cell(self._cell)
            self._cell = ""
        if self._advancing:
            self._advancing = False
            self.flow.next_step().run()

    def _surveyed(self) -> None:
        """Show how the other returns stand, as their checks are asked one after the other."""
        for place, standing in self.survey.standings.items():
            self.due.show_standing(place, standing)
        self.side.findings.show_others(self.survey.others(self._place))

    def _draw(self) -> None:
        opened, today = self.opened, date.today()
        self._take_pdf(b"")

        def take(pdf: bytes) -> None:
            if opened is not self.opened:
                return  # A newer one is being drawn.
            self._take_pdf(pdf)
            self.side.preview.show_pdf(pdf, reading.title_of(opened))

        self.worker.run_aside(lambda _progress: reading.pdf_of(opened, today), take, owner=self)

    def _take_pdf(self, pdf: bytes) -> None:
        """Keep the drawn return; until it is there nothing older is printed in its place."""
        self._pdf = pdf
        for button in (self.print, self.pdf):
            button.setEnabled(bool(pdf))

    # The part at the right

    def _side_shown(self) -> bool:
        """Show the side unless the table needs its room or the person has put it away."""
        if self._side_wanted is not None:
            return self._side_wanted
        return theme.font_size() is not theme.FontSize.LARGEST and not self.body.wide

    def show_side(self, on: bool) -> None:
        """Show or hide the part at the right, also for the returns shown later."""
        self._side_wanted = on
        self.side.setVisible(on)

    def _turn_side(self) -> None:
        self.show_side(not self.side.isVisible())

    def show_checks(self) -> None:
        """Show what the checks have found."""
        self.side.show()
        self.side.show_checks()

    # Filling in

    def has_unsaved(self) -> bool:
        return bool(self.body.typed.pending or self.side.findings.pending())

    def save_unsaved(self, then: Callable[[], object]) -> None:
        self.save(then)

    def drop_unsaved(self) -> None:
        self.body.typed.drop()
        self.side.findings.drop()
        if self.view is not None and self.view.opened is not None:
            self._show_return(self.view.opened)

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Save what was filled in and explained."""
        wrong = self.body.typed.wrong
        if wrong:
            key = next(iter(wrong))
            self.body.go_to_cell(key)
            self.notice.say(wrong[key], tone="red")
            return
        typed, explained = dict(self.body.typed.pending), self.side.findings.pending()
        if not typed and not explained:
            if then is not None:
                then()
            return
        place = self._place

        def done(_none: None) -> None:
            self._own_write = True
            self.body.typed.saved(typed)
            self.side.findings.saved(explained)
            self.desk.tell(_("已保存。"))
            if then is not None:
                then()

        self.worker.run(
            lambda store: reading.save_answers(store, place, typed, explained),
            done,
            self._refused,
            owner=self,
        )

    def _refused(self, error: UserError) -> None:
        self.notice.say(str(error), Action(_("重试"), self.save), tone="red")

    def _pasted(self, done: Pasted) -> None:
        said = _("已粘贴 {count} 格。").format(count=done.cells)
        if done.outside:
            said += _("{count} 格不是填报项，没有粘贴。").format(count=done.outside)
        if done.unknown:
            said += _("没有找到：{names}。").format(names="、".join(done.unknown[:5]))
        self.desk.tell(said)

    def _show_notice(self) -> None:
        typed = self.body.typed
        count = len(typed.pending) + len(self.side.findings.pending())
        if typed.wrong:
            key, sentence = next(iter(typed.wrong.items()))
            go = Action(_("到该格"), partial(self.body.go_to_cell, key))
            self.notice.say(sentence, go, tone="red")
        elif count:
            self.notice.say(
                _("有 {count} 项填报或说明还没有保存。").format(count=count),
                Action(_("保存（Ctrl+S）"), self.save),
                Action(_("放弃"), self.drop_unsaved),
            )
        else:
            self.flow.say_standing()

    def explain(self, key: str) -> None:
        """Say where a cell comes from."""
        opened = self.opened

        def show(story: CellStory) -> None:
            dialog = StoryDialog(self, self.desk, opened, story)
            dialog.part_wanted.connect(self.explain)
            dialog.open()

        self.worker.run(lambda store: reading.read_story(store, opened, key), show, owner=self)

    # Out of the house

    def advance(self) -> None:
        """Take the return's next step; what was typed is saved first."""
        if self.view is None or self.view.opened is None:
            return
        if self.has_unsaved():
            self.save(self._advance_when_read)
        else:
            self.flow.next_step().run()

    def _advance_when_read(self) -> None:
        """Take the next step once the return was read again with what was saved."""
        self._advancing = True

    def print_out(self) -> None:
        """Print the return through the system's print dialog."""
        if self._pdf:
            print_pdf(self, self.worker, self._pdf, reading.title_of(self.opened))

    def print_pack(self) -> None:
        """Print all returns of the period with their cover sheet."""
        from desktop.ui.screens.returns.papers import open_pack

        assert self.view is not None
        title = _("{period}报表汇总").format(period=self.view.period.label)
        places = [due.key for due in self.view.due]
        self._leave(partial(open_pack, self, self.desk, places, self._period, title))

    def save_pdf(self) -> None:
        """Save the return as a PDF."""
        if self._pdf:
            save_pdf(self, self._pdf, reading.title_of(self.opened), self._saved)

    def export(self) -> None:
        """Save the return as an Excel workbook."""
        from desktop.ui.screens.returns.workbook import ask_workbook

        ask_workbook(self, self.worker, self.opened, self._saved)

    def _saved(self, path: Path) -> None:
        self.desk.tell(_("已保存“{file}”。").format(file=path.name))
