"""Deadlines and locks: a return that was not submitted in time is locked until someone opens it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import FromClause, Select, bindparam, select
from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.models.registers.return_exceptions import REGISTER
from desktop.models.store import save
from desktop.services.periods import Period
from desktop.services.records import Records
from desktop.services.returns.forms import Form
from desktop.text import _

LOCK_DAYS = "return.lock_days"
"""Policy: so many days after its due day a return is locked; blank never locks."""

_LEAST_REASON = 2


@dataclass(frozen=True)
class Lock:
    """Why a return may not be filled in any more."""

    since: date
    reason: str


def lock_of(records: Records, form: Form, period: Period, today: date) -> Lock | None:
    """Return the lock of a period's return; None where it is open, or was opened again."""
    days = records.policy(LOCK_DAYS, period.last)
    if days is None:
        return None
    due = form.due_on(period)
    since = due + timedelta(days=int(days) + 1)
    if today < since or exception_for(records, form.key, period, today) is not None:
        return None
    return Lock(
        since,
        _("{period}《{title}》应于 {due} 前报出，逾期满 {days} 天，已于 {since} 锁定。").format(
            period=period.label,
            title=_(form.title),
            due=due.isoformat(),
            days=int(days),
            since=since.isoformat(),
        ),
    )


@lru_cache(maxsize=8)
def _exceptions(exceptions: FromClause) -> Select[Any]:
    table = exceptions.c
    return (
        select(exceptions)
        .where(
            table.deleted_at.is_(None),
            table.form == bindparam("form"),
            table.period == bindparam("period"),
            table.valid_until >= bindparam("today"),
        )
        .order_by(table.valid_until.desc(), table.id)
        .limit(1)
    )


def exception_for(records: Records, form: str, period: Period, today: date) -> Any | None:
    """Return the record that opens a locked return today; None where there is none."""
    statement = _exceptions(records.table("return_exceptions"))
    found = records.rows(statement, form=form, period=period.key, today=today)
    return found[0] if found else None


def open_again(
    session: Session, form: str, period: Period, reason: str, person: str, until: date
) -> bytes:
    """Open a locked return, recorded with its reason and the person who allows it.

    Raises:
        UserError: No reason is given, or the last day has gone by.
    """
    text = reason.strip()
    if len(text) < _LEAST_REASON:
        raise UserError(_("请写明解锁原因。"))
    if until < date.today():
        raise UserError(_("解锁截止日期 {day} 已过。").format(day=until.isoformat()))
    return save(
        session,
        REGISTER,
        {
            "form": form,
            "period": period.key,
            "reason": text,
            "opened_by": person,
            "opened_on": date.today(),
            "valid_until": until,
        },
    )
