"""Contracts signed, ended and renewed, counted by day: any period adds its days up (facts c)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Select, bindparam, exists, func, or_, select

from desktop.services.figures.catalogue import WHOLE
from desktop.services.figures.contract_counts import COLUMNS, record_groups
from desktop.services.figures.readings import Readings
from desktop.services.figures.spans import Span, spans, together
from desktop.services.periods import Period


def later_contract(contracts: FromClause) -> ColumnElement[bool]:
    """Return the condition that the person has a contract signed later that ends later."""
    table, newer = contracts.c, contracts.alias("newer").c
    return exists(
        select(newer.id).where(
            newer.id_number == table.id_number,
            newer.deleted_at.is_(None),
            newer.signed_on > table.signed_on,
            newer.expires_on > table.expires_on,
        )
    )


SIGNED, ENDED, RENEWED = "signed", "ended", "renewed"

_DAY = {SIGNED: "signed_on", ENDED: "expires_on", RENEWED: "expires_on"}


def _span_names(count: int) -> list[tuple[str, str]]:
    return [(f"first_{at}", f"last_{at}") for at in range(count)]


def _in_spans(column: Any, count: int) -> ColumnElement[bool]:
    return or_(
        *(
            column.between(bindparam(first, type_=Date), bindparam(last, type_=Date))
            for first, last in _span_names(count)
        )
    )


@lru_cache(maxsize=32)
def _happened(contracts: FromClause, what: str, by: str, count: int) -> Select[*tuple[Any, ...]]:
    """Return the selection that counts by day, and by team or village.

    Of the whole centre the index of the day tells all without reading one contract; those since
    deleted, mostly none, are taken off again.
    """
    day = contracts.c[_DAY[what]]
    within = _in_spans(day, count)
    if not by and what != RENEWED:
        return select(day, func.count()).where(within).group_by(day)
    columns = [contracts.c[COLUMNS[by]]] if by else []
    asked = select(day, func.count(), *columns).where(contracts.c.deleted_at.is_(None), within)
    if what == RENEWED:
        asked = asked.where(later_contract(contracts))
    return asked.group_by(day, *columns)


@lru_cache(maxsize=16)
def _deleted(contracts: FromClause, what: str) -> Select[Any]:
    table = contracts.c
    narrow = select(table.id).where(table.deleted_at.is_not(None))  # An index has both.
    return select(table[_DAY[what]]).where(table.id.in_(narrow))


Days = dict[date, int]


def days_of(readings: Readings, period: Period, by: str, what: str) -> dict[str, Days]:
    """Return how many contracts were signed, ended or renewed on each day.

    The whole centre's are read for all that is compared; those by team or village stand in tables
    of one period, and reading a year of them takes as long as all the rest.
    """
    wanted = (period,) if by else together(readings, period)
    return readings.once(_days, spans(wanted), by, what)


def _days(readings: Readings, wanted: tuple[Span, ...], by: str, what: str) -> dict[str, Days]:
    records = readings.records
    contracts = records.table("contracts")
    names = _span_names(len(wanted))
    bound = {
        name: day
        for pair, span in zip(names, wanted, strict=True)
        for name, day in zip(pair, span, strict=True)
    }
    asked = _happened(contracts, what, by, len(wanted))
    groups = readings.once(record_groups, by) if by else None
    made: dict[str, Days] = {row: defaultdict(int) for row in (groups.rows if groups else [WHOLE])}
    for day, count, *record in records.rows(asked, **bound):
        row = groups.row_of(record[0]) if groups else WHOLE
        made[row][day] += int(count)
    if not by and what != RENEWED:
        for (day,) in records.rows(_deleted(contracts, what)):
            if day is not None and day in made[WHOLE]:
                made[WHOLE][day] -= 1
    return made
