"""What came in and went out of a ledger, period by period, in one statement for all compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Case, Date, FromClause, Select, bindparam, case, func, select

from desktop.services.figures.readings import Readings
from desktop.services.figures.spans import Span
from desktop.text import _

RECEIVED, ISSUED, LOST = "入库", "出库", "报损"


def which_period(column: Any, count: int) -> Case[Any]:
    """Return which of several periods a day lies in, from 0; NULL in none of them."""
    spans = (
        (bindparam(f"first_{at}", type_=Date), bindparam(f"last_{at}", type_=Date))
        for at in range(count)
    )
    return case(*((column.between(*span), at) for at, span in enumerate(spans)))


def bounds(spans: Sequence[Span]) -> dict[str, date]:
    """Return what :func:`which_period` leaves to be bound, and the days around all of them."""
    firsts = {f"first_{at}": first for at, (first, _last) in enumerate(spans)}
    lasts = {f"last_{at}": last for at, (_first, last) in enumerate(spans)}
    around = {"since": min(firsts.values()), "until": max(lasts.values())}
    return firsts | lasts | around


@lru_cache(maxsize=8)
def _first_move(ledger: FromClause) -> Select[Any]:
    return select(func.min(ledger.c.moved_on)).where(ledger.c.deleted_at.is_(None))


def _begins(readings: Readings, ledger: str) -> date | None:
    found: date | None = readings.records.one(_first_move(readings.records.table(ledger)))[0]
    return found


def kept_by(readings: Readings, ledger: str, day: date) -> bool:
    """Say that a ledger was kept by a day: before its first movement nothing is known."""
    first = readings.once(_begins, ledger)
    return first is not None and first <= day


def with_unit(name: str, unit: str) -> str:
    """Return a name with the unit that its quantities are counted in."""
    return _("{name}（{unit}）").format(name=name, unit=unit) if unit else name
