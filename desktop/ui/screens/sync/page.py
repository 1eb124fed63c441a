"""The sync page."""

from __future__ import annotations

import datetime as dt

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from desktop.models.registers import all_registers
from desktop.services.numbers import SharedNumber
from desktop.services.twins import TwinGroup
from desktop.sync.conflicts import Issue
from desktop.sync.engine import ExchangeReport
from desktop.sync.mending import in_words
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import confirm
from desktop.ui.exchange_runner import (
    is_synced,
    runner_of,
    tone_of,
    waiting_days,
)
from desktop.ui.page import Desk, Page
from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Action, Button, Card, Label, Pill
from desktop.ui.screens.sync import reading
from desktop.ui.screens.sync.by_stick import StickDialog
from desktop.ui.screens.sync.checking_card import CheckingCard, Deeds
from desktop.ui.screens.sync.enrolling import EnrolCard
from desktop.ui.screens.sync.reading import (
    FIRST_ISSUES,
    MORE_ISSUES,
    Doubles,
    Renumbered,
    SyncView,
)
from desktop.ui.screens.sync.scrolled import Scrolled
from desktop.ui.screens.sync.testing import TestDialog, save_support_file
from desktop.ui.screens.sync.waiting_card import WaitingCard, photos_in_words
from desktop.ui.screens.sync.way import WayDialog

_MINUTE_MS = 60_000


class SyncPage(Page):
    """What waits for the county, since when; exchanging; what has to be looked at."""

    registers = frozenset(all_registers())
    help_topic = "sync"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.view: SyncView | None = None
        self.runner = runner_of(desk)
        self._twins: list[TwinGroup] = []
        self._numbers: list[SharedNumber] = []
        self._twins_of: tuple[int, int] | None = None
        self._most = FIRST_ISSUES
        self.support = Button(_("支持文件"), "fa6s.life-ring", self.save_support)
        self.test = Button(_("测试连接"), "fa6s.stethoscope", self.test_connection)
        self.go = Button(_("立即同步"), "fa6s.rotate", self.exchange, role="primary")
        self.stick = Button(_("用U盘交换"), "fa6s.hard-drive", self.exchange_by_stick)
        buttons = (self.support, self.test, self.stick, self.go)
        self.header = PageHeader(_("与县级同步"), "", buttons)
        self.column.addWidget(self.header)
        self.column.addWidget(self._make_state())
        self.enrol = EnrolCard(self.worker, self._enrolled)
        lower = QHBoxLayout()
        lower.setSpacing(theme.px(14))
        self.waiting = WaitingCard(self.set_way)
        lower.addWidget(self.waiting, 4)
        self.checking = CheckingCard(
            Deeds(self._act, self._keep, self._leave, self._renumber, self._open_holder, self._more)
        )
        right = Scrolled(spacing=14, margin=0)
        right.inside.addWidget(self.enrol)
        right.inside.addWidget(self.checking, 1)
        self.checking.setMinimumHeight(theme.px(220))
        lower.addWidget(right, 5)
        self.column.addLayout(lower, 1)
        self.runner.progressed.connect(self._progress)
        self.runner.ended.connect(self._ended)
        self.runner.status_changed.connect(lambda _status: self.load())

    def _make_state(self) -> Card:
        card = Card(margin=16, spacing=6)
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        self.state = Label("", "title")
        self.pill = Pill()
        row.addWidget(self.state)
        row.addWidget(self.pill)
        row.addStretch(1)
        self.news = Button(
            "", "fa6s.bullhorn", lambda: self.desk.go_to("publications"), role="plain"
        )
        row.addWidget(self.news)
        card.column.addLayout(row)
        self.said = Label("", "soft", wrap=True)
        card.add(self.said)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.stop = Button(_("停止"), clicked=self.stop_exchange)
        line = QHBoxLayout()
        line.setSpacing(theme.px(12))
        line.addWidget(self.bar, 1)
        line.addWidget(self.stop)
        self.busy = QWidget()
        line.setContentsMargins(0, 0, 0, 0)
        self.busy.setLayout(line)
        self.busy.hide()
        card.add(self.busy)
        return card

    # What is shown

    def reload(self, registers: frozenset[str]) -> None:
        most = self._most
        self.worker.run(lambda store: reading.read_view(store, most), self._show)

    def _show(self, view: SyncView) -> None:
        self.view = view
        status, now = view.status, dt.datetime.now(dt.UTC)
        self.header.remark.setText(status.url if status.enrolled else "")
        self.enrol.setVisible(not status.enrolled or self.runner.forgotten)
        if self.runner.forgotten and not self.enrol.url.text():
            self.enrol.url.setText(status.url)
        self.go.setEnabled(status.enrolled and bool(status.url) and not self.runner.running)
        self._show_state(now)
        self.waiting.show_view(view, now)
        self._show_news(view)
        self._show_checking()
        if view.state != self._twins_of:
            self._twins_of = view.state
            self.worker.run(reading.read_doubles, self._take_doubles)

    def _take_doubles(self, found: Doubles) -> None:
        self._twins, self._numbers = found.twins, found.numbers
        self._show_checking()

    def _show_checking(self) -> None:
        if self.view is not None:
            listed = self.view.issues
            left = self.view.status.issues - len(listed)
            self.checking.show_all(listed, self._twins, self._numbers, left)
            # Before the PC is let in there is nothing to compare, but for what is there twice.
            doubles = bool(self._twins or self._numbers)
            self.checking.setVisible(self.view.status.enrolled or doubles)

    def _show_news(self, view: SyncView) -> None:
        words = _("县里新发 {count} 件").format(count=view.news) if view.news else _("县里新发")
        if view.to_confirm:
            words += _("，{count} 件待签收").format(count=view.to_confirm)
        self.news.setText(f" {words}")
        self.news.setAccessibleName(words)
        self.news.setVisible(view.status.enrolled)

    def _show_state(self, now: dt.datetime) -> None:
        assert self.view is not None
        status = self.view.status
        days = waiting_days(status, now)
        tone = tone_of(status, now, len(self._twins) + len(self._numbers))
        if not status.enrolled:
            self.state.setText(_("未登记"))
            self.said.setText(_("所有工作照常进行，记录都保存在本机，登记后一起上传。"))
        elif status.waiting:
            self.state.setText(_("待上传 {count} 条").format(count=f"{status.waiting:,}"))
            self.said.setText(_("收到县级回执后才算上传。没有网络时照常工作，不用等待。"))
        elif status.files_waiting:
            self.state.setText(_("待上传照片 {count} 张").format(count=f"{status.files_waiting:,}"))
            self.said.setText(
                _("记录已全部收到县级回执。照片在记录之后一张一张地传，传断了下次接着传。")
            )
        elif status.refused:
            self.state.setText(_("{count} 条被县级退回").format(count=f"{status.refused:,}"))
            self.said.setText(
                _("其余的记录县级都已确认收到。退回的请打开改正，改好以后会自动再传。")
            )
        elif is_synced(status):
            self.state.setText(_("已同步"))
            self.said.setText(
                _("本机的记录县级都已确认收到。刚才没有连上，别处的新内容要等连上后再收。")
                if status.last_error
                else _("县级已确认收到全部记录，回执已存入本机。")
            )
        else:
            self.state.setText(_("还没有同步过"))
            self.said.setText(_("点“立即同步”开始第一次同步。"))
        since = _("最早的已等 {days} 天").format(days=days) if days >= 1 else ""
        self.pill.show_as(since, tone)
        self.pill.setVisible(bool(since))

    # Exchanging

    def exchange(self) -> None:
        """Push and pull now."""
        self.bar.setRange(0, 0)
        self.busy.show()
        self.stop.setEnabled(True)
        self.go.setEnabled(False)
        self.state.setText(_("正在同步…"))
        self.pill.hide()
        self.runner.exchange()

    def stop_exchange(self) -> None:
        """End after the present batch."""
        self.stop.setEnabled(False)
        self.said.setText(_("正在停止，等这一批传完…"))
        self.runner.stop()

    def _progress(self, phase: str, done: int, total: int) -> None:
        self.busy.show()
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        texts = {
            "push": _("正在上传 {done} / {total}"),
            "pull": _("正在接收 {done} / {total}"),
            "files": _("正在传照片 {done} / {total}"),
        }
        self.said.setText(texts[phase].format(done=f"{done:,}", total=f"{total:,}"))

    def _ended(self, outcome: ExchangeReport | Exception) -> None:
        self.busy.hide()
        if isinstance(outcome, ExchangeReport):
            self.desk.tell(
                _("送出 {pushed} 项，收到 {pulled} 条。").format(
                    pushed=f"{outcome.pushed:,}", pulled=f"{outcome.pulled:,}"
                )
                + photos_in_words(outcome.files)
                + (in_words(outcome.found) if outcome.found else "")
                + _unusual(outcome)
            )
        self.load()

    def _enrolled(self) -> None:
        self.runner.forgotten = False
        self.load()
        self.exchange()

    # Issues

    def _act(self, issue: Issue, key: str) -> None:
        if key == "open":
            self.desk.go_to(issue.register.key, issue.record_id)
        elif key == "put_back":
            self.worker.run(
                lambda store: reading.put_back(store, issue), self._done_issue, owner=self
            )
        else:
            self.worker.run(
                lambda store: reading.dismiss(store, issue), self._done_issue, owner=self
            )

    def _more(self) -> None:
        self._most += MORE_ISSUES
        self.load()

    def _keep(self, group: TwinGroup, stays: bytes, goes: bytes) -> None:
        def keep() -> None:
            self.worker.run(
                lambda store: reading.keep_twin(store, group, stays, goes),
                self._done_issue,
                owner=self,
            )

        text = _("另一条会删除，引用它的记录都转到保留的这条。")
        confirm(self, _("合成一条？"), text, _("合成一条"), keep)

    def _leave(self, group: TwinGroup) -> None:
        self.worker.run(lambda store: reading.leave_apart(store, group), self._left, owner=self)

    def _left(self, _none: None) -> None:
        self._twins_of = None
        self.runner.count_anew()
        self.load()

    def _renumber(self, shared: SharedNumber, record_id: bytes, number: str) -> None:
        self.worker.run(
            lambda store: reading.renumber(store, shared, record_id, number),
            self._renumbered,
            owner=self,
        )

    def _renumbered(self, done: Renumbered) -> None:
        def take_back() -> None:
            self.worker.run(
                lambda store: reading.take_number_back(store, done), self._left, owner=self
            )

        text = _("{label}已由 {before} 改为 {number}。").format(
            label=_(done.shared.field.label), before=done.shared.number, number=done.number
        )
        self.desk.tell(text, Action(_("撤销改号"), take_back))
        self._left(None)

    def _open_holder(self, shared: SharedNumber, record_id: bytes) -> None:
        self.desk.go_to(shared.register.key, record_id)

    def _done_issue(self, _none: None) -> None:
        self.runner.look()
        self.load()

    # By stick

    def exchange_by_stick(self) -> None:
        """Write a packet for the county, or read its answer."""
        dialog = StickDialog(self, self.desk)
        dialog.exchanged.connect(self._by_stick)
        dialog.open()

    def _by_stick(self) -> None:
        self.runner.look()
        self.load()

    # Testing

    def test_connection(self) -> None:
        """Look at every step of the connection."""
        if self.view is not None:
            url = self.view.status.url or self.enrol.url.text().strip()
            TestDialog(self, self.desk, self.view, url).open()

    def set_way(self) -> None:
        """Set the proxy and the certificate."""
        if self.view is not None:
            dialog = WayDialog(self, self.desk, self.view.status.way)
            dialog.saved.connect(self.load)
            dialog.open()

    def save_support(self) -> None:
        """Write the support file."""
        if self.view is not None:
            save_support_file(self, self.view, [])


def _unusual(report: ExchangeReport) -> str:
    """Return what a person has to know of an exchange and seldom happens."""
    words = ""
    if report.copied:
        words += _("本机数据是恢复或复制来的，已换用新的电脑编号重新同步。")
    if report.clock_ahead_ms:
        minutes = round(report.clock_ahead_ms / _MINUTE_MS)
        words += _("本机时间快了约 {minutes} 分钟，请校准。").format(minutes=minutes)
    return words
