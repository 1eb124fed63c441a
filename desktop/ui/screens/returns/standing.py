"""How a return stands, in words: its state, its day, on time or late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from desktop.models.registers.returns import (
    ACCEPTED,
    APPROVED,
    CHECKED,
    OPEN,
    RECEIVED,
    RETURNED,
    SETTLED,
    SUBMITTED,
)
from desktop.services.periods import MONTH, WEEK, Period
from desktop.services.returns import ComposedReturn, Form
from desktop.services.returns.due import Due
from desktop.text import _


@dataclass(frozen=True)
class Kept:
    """What is kept of a return's latest revision."""

    status: str = ""
    submitted_at: str = ""
    received_at: str = ""

    @property
    def received(self) -> bool:
        """Say that the hub's receipt is here; only then it is said to be received."""
        return self.status in (RECEIVED, ACCEPTED) or (
            self.status == SUBMITTED and bool(self.received_at)
        )


@dataclass(frozen=True)
class Standing:
    """How a return stands: a word with its tone, a line on its day, whether that is late."""

    word: str
    tone: str
    when: str
    late: bool = False
    status: str = ""


def standing_of(
    due: Due,
    kept: Kept | None,
    today: date,
    composed: ComposedReturn | None = None,
    *,
    locked: bool = False,
) -> Standing:
    """Return how a return stands; without its composed cells nothing is said of its checks."""
    kept = kept or Kept()
    status = composed.status if composed is not None else kept.status
    when, late = when_due(due, kept, today)
    word, tone = _settled(status, kept)
    if not word and composed is not None:
        word, tone = _open(composed, locked=locked, overdue=due.days_left(today) < 0)
    return Standing(word, tone, when, late, status)


def _settled(status: str, kept: Kept) -> tuple[str, str]:
    """Return the word of a return that left the house; received only from a receipt."""
    if status == ACCEPTED:
        return _("县级已审定"), "green"
    if status == RETURNED:
        return _("县级退回"), "red"
    if status in SETTLED:
        if kept.received:
            return _("县级已接收"), "green"
        return _("已上报 · 待上传"), "amber"
    return "", "soft"


def _open(composed: ComposedReturn, *, locked: bool, overdue: bool) -> tuple[str, str]:
    """Return the word of a return that the centre still works on: what keeps it here."""
    errors = sum(finding.level == "E" for finding in composed.blocking)
    if locked:
        return _("已锁定"), "red"
    if errors:
        return _("缺错 {count} 处").format(count=errors), "red"
    if composed.blocking:
        return _("待说明 {count}").format(count=len(composed.blocking)), "amber"
    tone = "red" if overdue else "green"
    if composed.status == APPROVED:
        return _("待上报"), tone
    return (_("待批准"), tone) if composed.status == CHECKED else (_("可审核"), tone)


def name_of(form: Form, period: Period) -> str:
    """Return a return's name in a list that holds several kinds of periods."""
    name = _(form.short)
    if period.kind == WEEK:
        return _("{name} 第{week}周").format(name=name, week=int(period.key[6:]))
    return name if period.kind == MONTH else f"{name} {period.label}"


def when_due(due: Due, kept: Kept, today: date) -> tuple[str, bool]:
    """Return the line on a return's day: days left or overdue, on time or late."""
    day = _("{month}月{day}日前").format(month=due.day.month, day=due.day.day)
    if kept.submitted_at and kept.status not in OPEN:
        after = (date.fromisoformat(kept.submitted_at[:10]) - due.day).days
        if after > 0:
            return _("逾期 {count} 天报出 · {day}").format(day=day, count=after), True
        return _("按时报出 · {day}").format(day=day), False
    left = due.days_left(today)
    if left < 0:
        return _("逾期 {count} 天 · {day}").format(day=day, count=-left), True
    if left == 0:
        return _("今天到期 · {day}").format(day=day), True
    return _("还有 {count} 天 · {day}").format(day=day, count=left), False
