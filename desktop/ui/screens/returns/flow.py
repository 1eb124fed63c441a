"""The way of a return out of the house: the next step, who may take it, and what it waits for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from PySide6.QtWidgets import QWidget

from desktop.errors import UserError
from desktop.models.registers.returns import (
    ACCEPTED,
    APPROVED,
    CHECKED,
    RECEIVED,
    RETURNED,
    SUBMITTED,
)
from desktop.models.vault import DIRECTOR
from desktop.services.returns import filing
from desktop.text import _
from desktop.ui.dialogs import confirm, show_error
from desktop.ui.page import Desk
from desktop.ui.parts import Action, NoticeBar
from desktop.ui.screens.returns import reading
from desktop.ui.screens.returns.reading import Opened
from desktop.ui.screens.returns.unlocking import UnlockDialog


@dataclass(frozen=True)
class NextStep:
    """What the main button says, and what it does."""

    text: str
    icon: str
    run: Callable[[], object]


class Flow:
    """Takes a return from step to step.

    Args:
        page: The widget that its questions belong to.
        desk: The way to the database and to the toast.
        notice: The line in which it says what a return waits for.
        show_checks: Shows what the checks have found.
    """

    def __init__(
        self, page: QWidget, desk: Desk, notice: NoticeBar, show_checks: Callable[[], object]
    ) -> None:
        self._page = page
        self._desk = desk
        self._notice = notice
        self._show_checks = show_checks
        self._opened: Opened | None = None

    def show(self, opened: Opened) -> None:
        """Take the return that is shown."""
        self._opened = opened

    @property
    def opened(self) -> Opened:
        """The return that is shown."""
        assert self._opened is not None, "nothing was read yet"
        return self._opened

    @property
    def is_director(self) -> bool:
        """Whether the person signed in is a director."""
        return self._desk.worker.centre.unlocked.role == DIRECTOR

    def next_step(self) -> NextStep:
        """Return what is to be done next with the return."""
        composed = self.opened.composed
        if self.opened.lock:
            return NextStep(_("解锁…"), "fa6s.lock-open", self.unlock)
        if composed.frozen:
            return NextStep(_("更正…"), "fa6s.pen", self.correct)
        if composed.status == RETURNED:
            return NextStep(_("更正重报"), "fa6s.pen", self.correct)
        if composed.status == CHECKED:
            return NextStep(_("批准"), "fa6s.stamp", self.approve)
        if composed.status == APPROVED:
            return NextStep(_("上报"), "fa6s.paper-plane", self.submit)
        return NextStep(_("审核本表"), "fa6s.check", self.check)

    # Steps

    def _write(self, task: Callable[..., object], told: str) -> None:
        self._desk.worker.run(
            task,
            lambda _none: self._desk.tell(told),
            lambda error: show_error(self._page, error),
            owner=self._page,
        )

    def _blocked(self) -> bool:
        """Show what keeps the return here, if anything does."""
        blocking = self.opened.composed.blocking
        if not blocking:
            return False
        errors = sum(finding.level == "E" for finding in blocking)
        self._notice.say(
            _("还不能上报：{errors} 处错误要改正，{queries} 处查询要写情况说明。").format(
                errors=errors, queries=len(blocking) - errors
            ),
            tone="red",
        )
        self._show_checks()
        return True

    def check(self) -> None:
        """Say that the return was checked, or show what keeps it from that."""
        if self._blocked():
            return
        place = self.opened.place
        self._write(
            lambda store: reading.take_step(store, filing.check, place), _("已审核，待院长批准。")
        )

    def approve(self) -> None:
        """Let the director approve the return; tell others whose step it is."""
        if not self._may(_("批准要由院长办理。"), _("请院长用自己的账号登录后批准。")):
            return
        composed, place = self.opened.composed, self.opened.place
        confirm(
            self._page,
            _("批准{title}？").format(title=reading.title_of(composed)),
            _("校验码 {code}。批准后台账再有改动，要重新审核、批准才能上报。").format(
                code=composed.check_code
            ),
            _("批准"),
            lambda: self._write(
                lambda store: reading.take_step(store, filing.approve, place),
                _("已批准，可以上报。"),
            ),
        )

    def submit(self) -> None:
        """Ask, then submit the return."""
        composed, place = self.opened.composed, self.opened.place
        confirm(
            self._page,
            _("上报{title}？").format(title=reading.title_of(composed)),
            _(
                "上报后数据锁定，不能再改；需要更正时另作更正版次。"
                "没有网络也可以上报，联网后自动上传。"
            ),
            _("上报"),
            lambda: self._write(
                lambda store: reading.take_step(store, filing.submit, place),
                _("已上报 · 待上传"),
            ),
        )

    def take_back(self) -> None:
        """Make a checked or approved return a draft again."""
        place = self.opened.place
        self._write(lambda store: reading.take_back(store, place), _("已改回草稿。"))

    def correct(self) -> None:
        """Ask, then begin a correction."""
        composed, place = self.opened.composed, self.opened.place
        text = _("已上报的第 {revision} 版保留不动。更正稿改好后重新上报，报表上会注明更正对象。")
        confirm(
            self._page,
            _("另作更正版次？"),
            text.format(revision=composed.revision),
            _("更正"),
            lambda: self._write(
                lambda store: reading.revise(store, place), _("更正稿已建立，可以修改。")
            ),
        )

    def unlock(self) -> None:
        """Let the director open a locked return; tell others whose step it is."""
        if not self._may(_("解锁要由院长办理。"), _("请院长用自己的账号登录后解锁。")):
            return
        place, title = self.opened.place, reading.title_of(self.opened.composed)

        def take(reason: str, until: date) -> None:
            self._desk.worker.run(
                lambda store: reading.unlock(store, place, reason, until),
                lambda _none: dialog.accept(),
                dialog.refuse,
                owner=dialog,
            )

        dialog = UnlockDialog(self._page, title, self.opened.lock, take)
        dialog.open()

    def _may(self, message: str, advice: str) -> bool:
        if not self.is_director:
            show_error(self._page, UserError(message, advice))
        return self.is_director

    # What it waits for

    def say_standing(self) -> None:
        """Say what the return waits for; a word of receipt only from the receipt."""
        opened, composed = self.opened, self.opened.composed
        if opened.lock:
            self._notice.say(opened.lock, Action(_("解锁…"), self.unlock), tone="red")
        elif opened.sent_back is not None:
            self._say_sent_back()
        elif composed.status in (RECEIVED, ACCEPTED) or composed.received_at:
            self._say_received()
        elif composed.status == SUBMITTED:
            self._say_submitted()
        elif composed.status in (CHECKED, APPROVED):
            self._say_on_the_way()
        elif composed.replaces:
            self._notice.say(_("更正稿，更正对象：{old}。").format(old=composed.replaces))
        elif opened.exception:
            self._notice.say(opened.exception)
        else:
            self._notice.hide()

    def _say_sent_back(self) -> None:
        opened, composed = self.opened, self.opened.composed
        told = opened.sent_back
        assert told is not None
        said = _("县级 {person} {time} 退回第 {revision} 版：{reason}").format(
            person=told.person,
            time=_minute(told.at),
            revision=told.revision,
            reason=told.reason or _("未写原因"),
        )
        if composed.revision > told.revision:
            said += _("（正在改的是第 {revision} 版，改动处已标出）").format(
                revision=composed.revision
            )
        self._notice.say(said, tone="red")

    def _say_received(self) -> None:
        composed = self.opened.composed
        if composed.status == ACCEPTED:
            said = _("县级 {person} 已于 {time} 审定。").format(
                person=composed.answered_by, time=_minute(composed.answered_at)
            )
        else:
            said = _("县级已于 {time} 接收。").format(time=_minute(composed.received_at))
        self._notice.say(said, tone="green")

    def _say_submitted(self) -> None:
        composed = self.opened.composed
        self._notice.say(
            _("{person} 已于 {time} 上报，待上传；联网同步后以县级回执为准。").format(
                person=composed.submitted_by, time=_minute(composed.submitted_at)
            ),
            Action(_("去同步"), lambda: self._desk.go_to("sync")),
        )

    def _say_on_the_way(self) -> None:
        approved = self.opened.composed.status == APPROVED
        said = (
            _("已批准，可以上报；改动任何数字后要重新审核。")
            if approved
            else _("已审核，待院长批准；改动任何数字后要重新审核。")
        )
        self._notice.say(said, Action(_("改回草稿"), self.take_back), tone="soft")


def _minute(at: str) -> str:
    """Return a moment to the minute."""
    return at[:16].replace("T", " ")
