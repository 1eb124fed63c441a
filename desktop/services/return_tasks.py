"""What returns leave to do: sent back by the county, overdue, locked, due soon."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import FromClause, Select, bindparam, select

from desktop.models.registers.returns import RETURNED, SETTLED
from desktop.services.months import first_day, month_of, shifted
from desktop.services.periods import MONTH, QUARTER, WEEK, YEAR, Period, parse_period, period_of
from desktop.services.records import Records
from desktop.services.returns.due import Due
from desktop.services.returns.forms import Form
from desktop.services.returns.library import library
from desktop.services.returns.locks import lock_of
from desktop.services.tasks import Task, Urgency
from desktop.text import _, in_a_row

_BACK = 13
"""Months in which a return that was begun or sent back is still told of."""

_AHEAD = 31
"""Days before its due day from which a quarterly or annual return is told of."""

_TOGETHER = 3
"""So many returns that are due on the same day, or overdue for a period, stand in one line."""

_NAMES = 4
"""Names spelled out before "等"."""


@dataclass(frozen=True)
class Waiting:
    """A return that has to be handed in: how long there is time, and what stands in its way.

    ``reason`` is why the county has sent it back, or why it is locked.
    """

    due: Due
    left: int
    sent_back: bool = False
    locked: bool = False
    reason: str = ""

    @property
    def name(self) -> str:
        """Return the return's short title."""
        return _(self.due.form.short)

    @property
    def alone(self) -> bool:
        """Say that it is told in a line of its own."""
        return self.sent_back or self.locked

    @property
    def beside(self) -> tuple[object, ...]:
        """Return what it shares with those it may stand in one line with: period, or day."""
        if self.left < 0:
            return ("overdue", self.due.period.key)
        return ("due", self.due.period.kind, self.left)


@lru_cache(maxsize=8)
def _returns_since(returns: FromClause) -> Select[*tuple[Any, ...]]:
    table = returns.c
    return (
        select(table.form, table.period, table.month, table.status, table.remarks)
        .where(table.deleted_at.is_(None), table.month >= bindparam("since"))
        .order_by(table.revision, table.id)
    )


class ReturnsDue:
    """The returns that wait on a day.

    Args:
        records: The registers.
        today: The day.
        begun: A month in which the centre worked with the program before any return was kept;
            empty where it did not. Returns of earlier periods are not asked for.
    """

    def __init__(self, records: Records, today: date, begun: str = "") -> None:
        self._records = records
        self._today = today
        self._begun = begun

    @cached_property
    def _revisions(self) -> dict[tuple[str, str], list[Any]]:
        found = self._records.rows(
            _returns_since(self._records.table("returns")),
            since=shifted(month_of(self._today), -_BACK),
        )
        made: dict[tuple[str, str], list[Any]] = {}
        for row in found:
            made.setdefault((row.form or "", row.period or row.month or ""), []).append(row)
        return made

    def state(self, form: str, period: str) -> str:
        """Return the state of the latest revision; empty where there is none."""
        rows = self._revisions.get((form, period))
        return (rows[-1].status or "") if rows else ""

    def settled(self, form: str, period: str) -> bool:
        """Say that a return went to the county and has not come back."""
        return self.state(form, period) in SETTLED

    def waiting(self) -> list[Waiting]:
        """Return what waits: the sent back first, then by day, in the order of the forms."""
        found = library(self._records)
        order = {key: at for at, key in enumerate(found.keys)}
        made = [
            self._judged(Due(form, period, form.due_on(period)))
            for period in self._periods()
            for form in found.for_period(period)
            if self._asked(form, period)
        ]
        return sorted(
            made, key=lambda each: (not each.sent_back, each.left, order[each.due.form.key])
        )

    @cached_property
    def _since(self) -> date:
        """Return the first day that is asked about: when the first return or report was kept."""
        kept = [row.month for rows in self._revisions.values() for row in rows if row.month]
        months = [*kept, *([self._begun] if self._begun else [])]
        return first_day(min(months)) if months else self._today

    def _periods(self) -> list[Period]:
        """Return the current period and the one before of each kind, and all that were begun."""
        made = []
        for kind in (WEEK, MONTH, QUARTER, YEAR):
            current = period_of(kind, self._today)
            made += [current.previous, current]
        begun = [
            parse_period(period)
            for (_form, period), rows in self._revisions.items()
            if rows[-1].status not in SETTLED
        ]
        return list(dict.fromkeys((*begun, *made)))

    def _asked(self, form: Form, period: Period) -> bool:
        state = self.state(form.key, period.key)
        if state in SETTLED:
            return False
        if state or period.last < self._today:
            last = period_of(period.kind, self._today).previous
            return bool(state) or (period == last and period.last >= self._since)
        if period.kind in (QUARTER, YEAR):
            return (form.due_on(period) - self._today).days <= _AHEAD
        # This month's is told after last month's is in; until then one of them is enough.
        before = period.previous
        return before.last < self._since or self.settled(form.key, before.key)

    def _judged(self, due: Due) -> Waiting:
        left = due.days_left(self._today)
        back = self._sent_back(due)
        if back is not None:
            return Waiting(due, left, sent_back=True, reason=_said(back.remarks))
        lock = lock_of(self._records, due.form, due.period, self._today)
        if lock is not None:
            return Waiting(due, left, locked=True, reason=lock.reason)
        return Waiting(due, left)

    def _sent_back(self, due: Due) -> Any | None:
        """Return the revision that came back, also while a newer draft of it is at work."""
        for row in reversed(self._revisions.get(due.key, [])):
            if row.status == RETURNED:
                return row
            if row.status in SETTLED:
                return None
        return None

    # Tasks

    def tasks(self, soon: int) -> list[Task]:
        """Return the reminders; a return due in at most ``soon`` days is red."""
        made: list[Task] = []
        waiting = self.waiting()
        made += [self._own_line(each, soon) for each in waiting if each.alone]
        groups: dict[tuple[object, ...], list[Waiting]] = {}
        for each in waiting:
            if not each.alone:
                groups.setdefault(each.beside, []).append(each)
        for members in groups.values():
            if len(members) < _TOGETHER:
                made += [self._own_line(each, soon) for each in members]
            else:
                made.append(_one_line(members, soon))
        return made

    def _own_line(self, waiting: Waiting, soon: int) -> Task:
        due = waiting.due
        detail, badge = _until(due.day), _left(waiting.left)
        if waiting.sent_back:
            detail = _("县级退回：{reason}").format(reason=waiting.reason or _("未写原因"))
            badge = _("退回重报")
        elif waiting.locked:
            detail, badge = waiting.reason, _("已锁定")
        return Task(
            "returned" if waiting.sent_back else "return",
            _("{title}（{period}）").format(title=waiting.name, period=_short(due.period)),
            detail,
            badge,
            Urgency.RED if waiting.alone else _urgency(waiting.left, soon),
            "returns",
            {"month": due.period.key, "form": due.form.key},
        )


def _one_line(waiting: list[Waiting], soon: int) -> Task:
    """Return one line for returns that wait together; it leads to the one that is due first."""
    due = waiting[0].due
    names = in_a_row(each.name for each in waiting[:_NAMES])
    if len(waiting) > _NAMES:
        names = _("{names}等").format(names=names)
    return Task(
        "return",
        _("{count} 张报表待报（{period}）").format(count=len(waiting), period=_short(due.period)),
        _("{until}：{names}").format(until=_until(due.day), names=names),
        _left(waiting[0].left),
        _urgency(waiting[0].left, soon),
        "returns",
        {"month": due.period.key, "form": due.form.key},
    )


def _short(period: Period) -> str:
    """Return a period in few words; a month of any year is known by its number."""
    if period.kind == MONTH:
        return _("{month}月").format(month=int(period.key[5:]))
    if period.kind == WEEK:
        return _("第{week}周").format(week=int(period.key[6:]))
    return period.label


def _until(day: date) -> str:
    return _("{month}月{day}日前报出").format(month=day.month, day=day.day)


def _left(left: int) -> str:
    if left < 0:
        return _("逾期 {days} 天").format(days=-left)
    return _("还有 {days} 天").format(days=left) if left else _("今天截止")


def _urgency(left: int, soon: int) -> Urgency:
    return Urgency.RED if left <= soon else Urgency.AMBER


def _said(remarks: str | None) -> str:
    """Return what the county says of a return that it sent back: of the whole, else of a cell."""
    said: dict[str, str] = json.loads(remarks or "{}")
    whole = said.get("")
    if whole:
        return whole
    return in_a_row(f"{cell} {text}" for cell, text in list(said.items())[:_NAMES])
