"""One conflict or refusal side by side: mine, theirs, who, when, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.sync.conflicts import Issue
from desktop.sync.issues import CAME_APART, LOST, MADE_TWICE, REFUSED
from desktop.text import _
from desktop.ui import theme
from desktop.ui.exchange_runner import moment_in_words
from desktop.ui.flow_row import FlowRow
from desktop.ui.parts import Button, Card, ElidedLabel, Label, Pill


class IssueCard(Card):
    """An issue and its two buttons.

    Args:
        issue: What is to be looked at.
        act: Called with ``put_back``, ``dismiss`` or ``open``.
    """

    def __init__(self, issue: Issue, act: Callable[[str], object]) -> None:
        super().__init__(margin=12, spacing=8)
        self.issue = issue
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        self.pill = _pill(issue)
        self.pill.setMinimumHeight(theme.px(24))
        head.addWidget(self.pill)
        head.addWidget(ElidedLabel(f"{_(issue.register.label)} · {issue.title}", "heading"), 1)
        self.column.addLayout(head)
        if issue.kind == REFUSED:
            self.add(Label(issue.message, "paragraph", wrap=True))
            buttons: tuple[tuple[str, str, str], ...] = (("open", _("打开改正"), "primary"),)
            if issue.not_taken:
                text = _("县级还没有收下这条。改好后会自动再传；不要这条了，打开后删除即可。")
                self.add(Label(text, "help", wrap=True))
            else:
                buttons += (("dismiss", _("知道了"), "plain"),)
        else:
            self.column.addLayout(_side_by_side(issue))
            keep, change = _choices(issue)
            # A ledger is not rewritten: another count is booked where this one is wrong.
            buttons = (keep,) if issue.register.append_only else (change, keep)
            if not issue.in_use_deleted:
                buttons = (("open", _("打开记录"), "plain"), *buttons)
        row = FlowRow()
        self.buttons: dict[str, Button] = {}
        for key, text, role in buttons:
            button = Button(text, role=role)
            button.clicked.connect(lambda _on=False, key=key: act(key))
            self.buttons[key] = button
            row.add(button)
        self.column.addWidget(row)


def _choices(issue: Issue) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Return the buttons that leave things as they are and that change them, in plain words."""
    if issue.is_deletion:
        gone = issue.in_use_deleted
        keep, change = (_("同意删除"), _("恢复这条")) if gone else (_("保留记录"), _("仍然删除"))
    elif issue.kind == LOST:
        keep, change = _("保留对方的"), _("换回我的")
    else:
        keep, change = _("保留我的"), _("换成对方的")
    return ("dismiss", keep, "plain"), ("put_back", change, "plain")


def _pill(issue: Issue) -> Pill:
    if issue.kind == REFUSED:
        return Pill(_("被退回"), "red")
    if issue.reason == MADE_TWICE:
        return Pill(_("两处都录入了"), "amber")
    if issue.reason == CAME_APART:
        return Pill(_("核对后采用了县级的"), "amber")
    if issue.kind == LOST:
        return Pill(_("采用了对方的"), "amber")
    return Pill(_("采用了我的"), "soft")


def _side_by_side(issue: Issue) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.px(8))
    lost = issue.kind == LOST
    label = _("这条记录") if issue.is_deletion else issue.label
    mine = _value(_("我的{label}").format(label=label), issue.mine, "", used=not lost)
    who = issue.who or _("其他电脑")
    if issue.at is not None:
        when = moment_in_words(issue.at, datetime.now(UTC))
        who = _("{who} · {when}").format(who=who, when=when)
    theirs = _value(_("对方的{label}").format(label=label), issue.theirs, who, used=lost)
    row.addWidget(mine, 1)
    row.addWidget(theirs, 1)
    return row


def _value(label: str, value: str, who: str, *, used: bool) -> QWidget:
    """Return a box with a value; the one in use has the accent's edge."""
    box = QFrame()
    edge, ground = (theme.ACCENT, theme.ACCENT_SOFT) if used else (theme.LINE, theme.SURFACE)
    box.setObjectName("value")
    box.setStyleSheet(
        f"QFrame#value {{ border: 1px solid {edge}; border-radius: 6px; background: {ground}; }}"
    )
    column = QVBoxLayout(box)
    column.setContentsMargins(theme.px(10), theme.px(6), theme.px(10), theme.px(6))
    column.setSpacing(theme.px(2))
    column.addWidget(Label(label, "soft"))
    column.addWidget(Label(value or _("（空白）"), "heading", wrap=True))
    column.addWidget(Label(who or _("本机"), "help"))
    return box
