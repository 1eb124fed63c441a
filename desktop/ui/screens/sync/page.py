"""The sync page."""

from __future__ import annotations

import datetime as dt
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.models.registers import all_registers
from desktop.services.twins import TwinGroup
from desktop.sync.conflicts import Issue
from desktop.sync.engine import ExchangeReport, SyncStatus
from desktop.sync.files import FilesReport
from desktop.sync.mending import in_words
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import confirm
from desktop.ui.exchange_runner import (
    is_synced,
    moment_in_words,
    runner_of,
    tone_of,
    waiting_days,
)
from desktop.ui.page import Desk, Page
from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Button, Card, EmptyState, Label, Pill, clear, form_grid
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.screens.sync import reading
from desktop.ui.screens.sync.by_stick import StickDialog
from desktop.ui.screens.sync.enrolling import EnrolCard
from desktop.ui.screens.sync.issue_card import IssueCard
from desktop.ui.screens.sync.reading import SyncView
from desktop.ui.screens.sync.testing import TestDialog, save_support_file
from desktop.ui.screens.sync.twin_card import TwinCard

_MOST_ISSUES = 50


class SyncPage(Page):
    """What waits for the county, since when; exchanging; what has to be looked at."""

    registers = frozenset(all_registers())
    help_topic = "sync"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.view: SyncView | None = None
        self.runner = runner_of(desk)
        self.cards: list[IssueCard] = []
        self.twin_cards: list[TwinCard] = []
        self._twins: list[TwinGroup] = []
        self._twins_of: tuple[int, int] | None = None
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
        lower.addWidget(self._make_waiting(), 4)
        self.issues_card = self._make_issues()
        lower.addWidget(self.issues_card, 5)
        lower.addWidget(self.enrol, 5)
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

    def _make_waiting(self) -> Card:
        card = Card(_("待上传"), margin=16)
        self.waiting = PlainTable(
            [
                PlainColumn(_("台账"), 8),
                PlainColumn(_("条数"), 4, numeric=True),
                PlainColumn(_("最早的一条"), 7),
            ],
            row_height=32,
        )
        self.nothing = EmptyState("fa6s.circle-check", _("没有待上传的记录"))
        card.add(self.waiting, self.nothing)
        card.add(Label(_("最近一次"), "heading"))
        self.last_success = Label("", wrap=True)
        self.last_error = Label("", wrap=True)
        self.photos = Label("", wrap=True)
        self.checked = Label("", wrap=True)
        rows = (
            (_("同步成功"), self.last_success),
            (_("上次出错"), self.last_error),
            (_("照片"), self.photos),
            (_("与县级核对"), self.checked),
        )
        card.column.addLayout(form_grid(rows))
        return card

    def _make_issues(self) -> Card:
        card = Card(_("需要核对"), margin=16)
        inside = QWidget()
        inside.setProperty("role", "plainground")
        self._issues = QVBoxLayout(inside)
        self._issues.setContentsMargins(0, 0, theme.px(6), 0)
        self._issues.setSpacing(theme.px(10))
        area = QScrollArea()
        area.setProperty("role", "plain")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        card.column.addWidget(area, 1)
        return card

    # What is shown

    def reload(self, registers: frozenset[str]) -> None:
        self.worker.run(reading.read_view, self._show)

    def _show(self, view: SyncView) -> None:
        self.view = view
        status, now = view.status, dt.datetime.now(dt.UTC)
        self.header.remark.setText(status.url if status.enrolled else "")
        # Before the PC is let in there is nothing to compare.
        self.enrol.setVisible(not status.enrolled)
        self.issues_card.setVisible(status.enrolled)
        self.go.setEnabled(status.enrolled and bool(status.url) and not self.runner.running)
        self._show_state(now)
        rows = [
            (each.label, f"{each.count:,}", moment_in_words(each.since, now))
            for each in view.waiting
        ]
        self.waiting.show_rows(rows)
        self.waiting.setVisible(bool(rows))
        self.nothing.setVisible(not rows)
        self.last_success.setText(
            moment_in_words(dt.datetime.fromisoformat(status.last_success), now)
            if status.last_success
            else _("从未")
        )
        self.last_error.setText(_error_in_words(status.last_error, now))
        self.photos.setText(_waiting_photos(status))
        self.checked.setText(_checked_in_words(status, now))
        self._show_issues(view.issues)
        if status.enrolled and view.state != self._twins_of:
            self._twins_of = view.state
            self.worker.run(reading.read_twins, self._take_twins)

    def _take_twins(self, twins: list[TwinGroup]) -> None:
        self._twins = twins
        if self.view is not None:
            self._show_issues(self.view.issues)

    def _show_state(self, now: dt.datetime) -> None:
        assert self.view is not None
        status = self.view.status
        days = waiting_days(status, now)
        tone = tone_of(status, now)
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
        elif is_synced(status):
            self.state.setText(_("已同步"))
            self.said.setText(_("县级已确认收到全部记录，回执已存入本机。"))
        else:
            self.state.setText(_("还没有同步过"))
            self.said.setText(_("点“立即同步”开始第一次同步。"))
        since = _("最早的已等 {days} 天").format(days=days) if days >= 1 else ""
        self.pill.show_as(since, tone)
        self.pill.setVisible(bool(since))

    def _show_issues(self, issues: tuple[Issue, ...]) -> None:
        clear(self._issues)
        self.cards = [
            IssueCard(issue, partial(self._act, issue)) for issue in issues[:_MOST_ISSUES]
        ]
        self.twin_cards = [TwinCard(each, partial(self._keep, each)) for each in self._twins]
        for card in (*self.cards, *self.twin_cards):
            self._issues.addWidget(card)
        if not self.cards and not self.twin_cards:
            self._issues.addWidget(
                EmptyState(
                    "fa6s.code-compare",
                    _("没有需要核对的内容"),
                    _("两台电脑改了同一处，或县级退回记录时，会列在这里。"),
                )
            )
        self._issues.addStretch(1)

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

    def _ended(self, outcome: ExchangeReport | UserError) -> None:
        self.busy.hide()
        if isinstance(outcome, ExchangeReport):
            self.desk.tell(
                _("送出 {pushed} 项，收到 {pulled} 条。").format(
                    pushed=f"{outcome.pushed:,}", pulled=f"{outcome.pulled:,}"
                )
                + _photos_in_words(outcome.files)
                + (in_words(outcome.found) if outcome.found else "")
            )
        self.load()

    def _enrolled(self) -> None:
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

    def _keep(self, group: TwinGroup, stays: bytes, goes: bytes) -> None:
        def keep() -> None:
            self.worker.run(
                lambda store: reading.keep_twin(store, group, stays, goes),
                self._done_issue,
                owner=self,
            )

        text = _("另一条会删除，引用它的记录都转到保留的这条。")
        confirm(self, _("合成一条？"), text, _("合成一条"), keep)

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

    def save_support(self) -> None:
        """Write the support file."""
        if self.view is not None:
            save_support_file(self, self.view, [])


def _waiting_photos(status: SyncStatus) -> str:
    """Return how many photos wait to be sent, and how many have not come."""
    words = []
    if status.files_waiting:
        words.append(_("待上传 {count} 张").format(count=f"{status.files_waiting:,}"))
    if status.files_missing:
        words.append(_("{count} 张还没有收到").format(count=f"{status.files_missing:,}"))
    return "，".join(words) or _("没有待传的")


def _photos_in_words(found: FilesReport) -> str:
    """Return what became of the photos; nothing where there were none."""
    words = ""
    if found.sent or found.fetched:
        words += _("照片送出 {sent} 张，收到 {fetched} 张。").format(
            sent=found.sent, fetched=found.fetched
        )
    if found.waiting:
        words += _("还有 {count} 张照片待送，下次同步会再试。").format(count=found.waiting)
    return words


def _checked_in_words(status: SyncStatus, now: dt.datetime) -> str:
    """Return when the registers were last held against the county's, and what was found."""
    if status.found is None or not status.checked_at:
        return _("每周自动核对一次")
    when = moment_in_words(dt.datetime.fromisoformat(status.checked_at), now)
    return f"{when}　{in_words(status.found)}"


def _error_in_words(text: str, now: dt.datetime) -> str:
    """Return the last error with its moment in words."""
    moment, _space, reason = text.partition(" ")
    if not reason:
        return text or _("无")
    try:
        when = dt.datetime.fromisoformat(moment)
    except ValueError:
        return text
    return f"{moment_in_words(when, now)}　{reason}"
