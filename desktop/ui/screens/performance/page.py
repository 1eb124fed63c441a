"""The performance page: a period's scores and money, why they are so, and approving them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from desktop.errors import UserError
from desktop.models.kinds import show_amount
from desktop.services.performance.pending import PendingRow
from desktop.services.performance.simulating import Changes, WhatIf, changed_scheme, what_if
from desktop.text import N_, _
from desktop.ui import theme
from desktop.ui.flow_row import FlowRow
from desktop.ui.page import EVERYTHING, Desk, Page, Wish
from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Action, Button, NoticeBar, Pill, row_of
from desktop.ui.screens.performance import papers, reading
from desktop.ui.screens.performance.appeals import AppealsPart
from desktop.ui.screens.performance.approving import ApprovalDialog, show_notices
from desktop.ui.screens.performance.basis import BasisDialog
from desktop.ui.screens.performance.card import DoctorCard
from desktop.ui.screens.performance.charts import (
    FindingsChart,
    HeatMapCard,
    RankingChart,
    TrendChart,
)
from desktop.ui.screens.performance.doctors import DoctorTable
from desktop.ui.screens.performance.header import PeriodPicker, VersionPicker
from desktop.ui.screens.performance.printer import Printer
from desktop.ui.screens.performance.reading import Trend, View
from desktop.ui.screens.performance.share import ShareDialog, share_text
from desktop.ui.screens.performance.what_if import WhatIfPart

LIST, RANKING, HEAT, TREND, FINDINGS, WHAT_IF, APPEALS = range(7)
_PARTS = (
    N_("得分与金额"),
    N_("排名"),
    N_("热力图"),
    N_("走势"),
    N_("问题分布"),
    N_("试算"),
    N_("申诉与补充"),
)
_SIDE_WIDTH = 344
_ALONE = (WHAT_IF, APPEALS)


def _now() -> datetime:
    return datetime.now()  # noqa: DTZ005 - the clock on the office's wall


class PerformancePage(Page):
    """Scores and pay of the village doctors."""

    registers = EVERYTHING
    help_topic = "performance"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        edges = self.column.contentsMargins()
        self.column.setContentsMargins(edges.left(), theme.px(12), edges.right(), theme.px(12))
        self.column.setSpacing(theme.px(8))
        self.view: View | None = None
        self._version: bytes | None = None
        self._trend_of: object = None
        self._make_header()
        self._make_tabs()
        self.notice = NoticeBar()
        self.column.addWidget(self.notice)
        self.column.addLayout(self._make_body(), 1)
        self.show_part(LIST)
        self._show_buttons()
        QShortcut(QKeySequence("Ctrl+P"), self).activated.connect(
            lambda: self.printer.show(_("绩效发放表"), papers.pay_sheet)
        )

    # Building

    def _make_header(self) -> None:
        self.printer = Printer(self)
        self.schemes = Button(
            _("考核方案"), "fa6s.scale-balanced", lambda: self.desk.go_to("schemes")
        )
        self.public = Button(
            _("公示表"),
            "fa6s.bullhorn",
            self.printer.show_public,
        )
        self.print = Button(
            _("打印发放表"), "fa6s.print", lambda: self.printer.open_menu(self.print)
        )
        self.approve = Button(_("核定并锁定"), "fa6s.lock", self.ask_approval, role="primary")
        self.header = PageHeader(
            _("村医绩效"), "", (self.schemes, self.public, self.print, self.approve)
        )
        self.column.addWidget(self.header)

    def _make_tabs(self) -> None:
        self.period = PeriodPicker(date.today())
        self.period.chosen.connect(self._go_to_period)
        self.version = VersionPicker()
        self.version.activated.connect(self._choose_version)
        self.state = Pill()
        self.share = Button("", clicked=self.show_share, role="link")
        self.column.addLayout(
            row_of(self.period, self.version, QWidget(), self.state, spacing=12, stretch=2)
        )
        self.tabs = FlowRow()
        self.chips: list[Button] = []
        for part, label in enumerate(_PARTS):
            chip = Button(_(label), clicked=partial(self.show_part, part), role="chip")
            chip.setCheckable(True)
            chip.setShortcut(f"Alt+{part + 1}")
            chip.setToolTip(f"Alt+{part + 1}")
            self.chips.append(chip)
            self.tabs.add(chip)
        self.column.addLayout(row_of(self.tabs, self.share, stretch=0))

    def _make_body(self) -> QHBoxLayout:
        self.table = DoctorTable()
        self.table.selectionModel().currentRowChanged.connect(lambda *_rows: self._show_chosen())
        self.table.activated.connect(lambda _index: self.show_basis())
        self.ranking, self.heat, self.trend = RankingChart(), HeatMapCard(), TrendChart()
        self.findings, self.trial = FindingsChart(), WhatIfPart()
        self.appeals = AppealsPart(self.desk)
        self.stack = QStackedWidget()
        for widget in (
            self.table,
            self.ranking,
            self.heat,
            self.trend,
            self.findings,
            self.trial,
            self.appeals,
        ):
            self.stack.addWidget(widget)
        self.trial.tried.connect(self._try)
        self.trial.keep_wanted.connect(self._keep)
        self.appeals.done.connect(lambda: self.reload(EVERYTHING))
        self.appeals.print_wanted.connect(self.printer.show_supplement)
        self.card = DoctorCard()
        self.card.basis_wanted.connect(self.show_basis)
        self.card.notice_wanted.connect(lambda: self.printer.show_notice(self.table.chosen()))
        largest = theme.font_size() is theme.FontSize.LARGEST
        self.card.setFixedWidth(theme.px(_SIDE_WIDTH * (0.86 if largest else 1)))
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        row.addWidget(self.stack, 1)
        row.addWidget(self.card)
        return row

    # Reading

    def reload(self, registers: frozenset[str]) -> None:
        key, version = self.period.key, self._version
        self.worker.run(
            lambda store: reading.read_view(store, key, version),
            partial(self._show, key),
            self._refused,
            owner=self,
        )

    def _go_to_period(self, _key: str) -> None:
        self._version = None
        self.reload(EVERYTHING)

    def _choose_version(self, _at: int) -> None:
        self._version = self.version.currentData()
        self.reload(EVERYTHING)

    def _refused(self, error: UserError) -> None:
        self.view = None
        self.notice.say(
            str(error), Action(_("考核方案"), lambda: self.desk.go_to("schemes")), tone="red"
        )
        self.table.show_rows([])
        self.table.shown = []
        self.card.show_doctor(None)
        self.state.show_as(_("没有测算"), "red")
        self._show_buttons()

    def _show(self, key: str, view: View) -> None:
        if key != self.period.key:  # The person has gone on in the meantime.
            return
        self.view = view
        self.version.show_versions(view.versions, view.version)
        self._show_state(view)
        self._show_notices(view)
        self.table.show_statement(view.statement)
        self.ranking.show_statement(view.statement)
        self.heat.map.show_statement(view.statement)
        self.trial.show_scheme(view.simulation.scheme)
        self.appeals.show_view(view)
        self._trend_of = None
        self._show_chosen()
        self._show_buttons()
        self._fill_part(self.stack.currentIndex())

    def _show_state(self, view: View) -> None:
        totals = view.statement.totals
        said = _("{count} 人，合计 {total} 元")
        self.header.remark.setText(said.format(count=totals.doctors, total=show_amount(totals.pay)))
        self.share.setText(share_text(view.share, short=True))
        self.share.setToolTip(share_text(view.share))
        code = view.statement.check_code
        if view.sheet is None:
            self.state.show_as(_("测算 · 校验码 {code}").format(code=code), "amber")
        else:
            day = view.sheet.approved_at[:10]
            said = _("已核定锁定 {day} · 校验码 {code}")
            if view.sheet.received_at:
                said = _("已核定锁定 {day} · 县级已接收 · 校验码 {code}")
            self.state.show_as(said.format(day=day, code=code), "green")
            received = _("县级平台收到的时间：{time}")
            time = view.sheet.received_at[:16].replace("T", " ")
            self.state.setToolTip(received.format(time=time) if time else "")

    def _show_notices(self, view: View) -> None:
        if view.version is None:
            self.notice.say(
                _("还没有考核方案在执行，现按程序附带的提案测算，单价和定补未定的不计金额。"),
                Action(_("去采用"), lambda: self.desk.go_to("schemes")),
            )
            return
        if view.apart:
            other = view.apart[0]
            said = _("另一台电脑也核定过本期：{name} {day}，合计 {total} 元。请核对以哪一张为准。")
            day, total = other.approved_at[:10], show_amount(other.total)
            self.notice.say(said.format(name=other.approved_by, day=day, total=total), tone="red")
            return
        notices = view.statement.notices
        if not notices or view.sheet is not None:
            self.notice.hide()
            return
        more = (
            ""
            if len(notices) == 1
            else _("另有 {count} 项需要核对。").format(count=len(notices) - 1)
        )
        show = Action(_("全部查看"), lambda: show_notices(self, notices))
        self.notice.say(f"{notices[0].message} {more}".strip(), show)

    def _show_chosen(self) -> None:
        doctor = self.table.chosen()
        view = self.view
        self.card.show_doctor(doctor, view.supplements if view is not None else ())
        if doctor is not None and view is not None:
            for clinic in view.statement.clinics:
                if doctor.id in clinic.doctors:
                    self.trend.choose(clinic.id)

    def _show_buttons(self) -> None:
        some = self.view is not None and bool(self.view.statement.doctors)
        self.public.setEnabled(some)
        self.print.setEnabled(some)
        self.approve.setEnabled(some and self.view is not None and self.view.sheet is None)

    # Parts

    def show_part(self, part: int) -> None:
        """Show the table, a chart, the trial or the appeals."""
        self.stack.setCurrentIndex(part)
        for at, chip in enumerate(self.chips):
            chip.setChecked(at == part)
        self.card.setVisible(part not in _ALONE)
        self._fill_part(part)
        if part == LIST:
            self.table.setFocus()

    def _fill_part(self, part: int) -> None:
        """Compute what only some look at when they look at it."""
        view = self.view
        if view is None:
            return
        if part == TREND and self._trend_of is not view:
            self._trend_of = view
            self.worker.run(
                lambda store: reading.read_trend(store, view.period, view.scheme, date.today()),
                self._show_trend,
            )
        elif part == FINDINGS:
            self.worker.run(
                lambda store: reading.read_findings(store, view.period, date.today()),
                self.findings.show_counts,
            )
        elif part == WHAT_IF:
            self.trial.take()

    def _show_trend(self, trend: Trend) -> None:
        if self.view is not None:
            self.trend.show_trend(self.view.statement, trend.months, trend.scores)
            self._show_chosen()

    # What if

    def _try(self, changes: Changes) -> None:
        view = self.view
        if view is None:
            return

        def work(_progress: object) -> WhatIf:
            return what_if(view.simulation, changes)

        self.worker.run_aside(work, self.trial.show_result, self.trial.refuse, owner=self)

    def _keep(self, changes: Changes) -> None:
        view = self.view
        if view is None:
            return
        scheme = changed_scheme(view.simulation.scheme, changes)
        since = date.today().replace(day=1)

        def done(made: bytes) -> None:
            go = Action(_("打开"), lambda: self.desk.go_to("schemes", made))
            self.desk.tell(_("已存为新版本草稿，核对后再执行。"), go)

        self.worker.run(
            lambda store: reading.keep_scheme(store, scheme, since),
            done,
            self.trial.refuse,
            owner=self,
        )

    # Basis, approval, going there

    def show_basis(self) -> BasisDialog | None:
        """List every line of the selected doctor with its rows."""
        doctor = self.table.chosen()
        if doctor is None:
            return None
        dialog = BasisDialog(self, self.desk, doctor)
        dialog.open()
        return dialog

    def show_share(self) -> None:
        """List the villages' share of public-health work by item."""
        if self.view is not None:
            ShareDialog(self, self.desk, self.view.share).open()

    def ask_approval(self) -> None:
        """Show what to look at first; approve once the person has acknowledged it."""
        view = self.view
        if view is None or view.sheet is not None:
            return
        today = date.today()

        def ask(found: tuple[Sequence[str], Sequence[PendingRow]]) -> None:
            run = partial(self._approve, view)
            self.question = ApprovalDialog(self, view.statement, *found, approve=run)
            self.question.open()

        self.worker.run(
            lambda store: reading.read_warnings(store, view.simulation, today), ask, owner=self
        )

    def _approve(self, view: View) -> None:
        def done(_id: bytes) -> None:
            self.desk.tell(_("{period}绩效已核定锁定。").format(period=view.period.label))
            self.reload(EVERYTHING)

        self.worker.run(
            lambda store: reading.approve(store, view.simulation, _now()),
            done,
            owner=self,
        )

    def show_wish(self, wish: Wish) -> None:
        """Show the statement of a doctor, or the period that is named."""
        if wish.text:
            self.period.show_key(wish.text)
            self._go_to_period(wish.text)
        if wish.record is not None:
            self.show_part(LIST)
            self.table.choose(wish.record.hex())
