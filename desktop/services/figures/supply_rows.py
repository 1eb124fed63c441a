"""The items of the fever room and their ledger: what was there, what came and went (S0-13b)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, FromClause, Select, bindparam, case, func, select

from desktop.services.figures.catalogue import Ask
from desktop.services.figures.dimensions import Dimension, DimensionRow, declare_dimension
from desktop.services.figures.movements import bounds, which_period, with_unit
from desktop.services.figures.readings import Readings
from desktop.services.figures.spans import Span
from desktop.services.periods import Period
from desktop.text import N_


@dataclass(frozen=True)
class Item:
    """A supply item of the register; ``unit`` is what its quantities are counted in."""

    name: str
    unit: str
    reserve: int | None
    nearest_expiry: date | None


@lru_cache(maxsize=8)
def _items(supplies: FromClause) -> Select[Any, Any, Any, Any, Any]:
    table = supplies.c
    return (
        select(table.id, table.name, table.unit, table.reserve, table.nearest_expiry)
        .where(table.deleted_at.is_(None))
        .order_by(table.name, table.id)
    )


def _read_items(readings: Readings) -> dict[str, Item]:
    found = readings.records.rows(_items(readings.records.table("supplies")))
    return {
        bytes(row.id).hex(): Item(row.name or "", row.unit or "", row.reserve, row.nearest_expiry)
        for row in found
    }


def items_of(readings: Readings) -> dict[str, Item]:
    """Return the items of the register by their id in hexadecimal."""
    return readings.once(_read_items)


def items(ask: Ask) -> dict[str, Item]:
    """Return the items of the register."""
    return items_of(ask.readings)


def _list(readings: Readings, _period: Period) -> list[DimensionRow]:
    return [
        DimensionRow(key, with_unit(item.name, item.unit))
        for key, item in items_of(readings).items()
    ]


declare_dimension(Dimension("supply", N_("物资"), _list, register="supplies"))


# The ledger


@lru_cache(maxsize=8)
def _balances(moves: FromClause, count: int) -> Select[*tuple[Any, ...]]:
    table = moves.c
    days = (bindparam(f"day_{at}", type_=Date) for at in range(count))
    sums = (func.sum(case((table.moved_on <= day, table.quantity))) for day in days)
    return (
        select(table.supply_id, *sums)
        .where(table.deleted_at.is_(None), table.supply_id.is_not(None))
        .group_by(table.supply_id)
    )


def _read_stock(readings: Readings, days: tuple[date, ...]) -> dict[date, dict[str, int]]:
    """Return what was there of each item on each day; nothing before its first movement."""
    asked = _balances(readings.records.table("supply_moves"), len(days))
    bound = {f"day_{at}": day for at, day in enumerate(days)}
    made: dict[date, dict[str, int]] = defaultdict(dict)
    for supply, *balances in readings.records.rows(asked, **bound):
        for day, balance in zip(days, balances, strict=True):
            if balance is not None:
                made[day][bytes(supply).hex()] = int(balance)
    return made


def stock_at(readings: Readings, day: date) -> dict[str, int]:
    """Return the stock of the register's items on a day; none before they moved."""
    days = tuple(each.last for each in readings.compared)
    found = readings.once(_read_stock, days if day in days else (day,)).get(day, {})
    return {key: found[key] for key in items_of(readings) if key in found}


def stock(ask: Ask) -> dict[str, int]:
    """Return the stock at the end of a period."""
    return stock_at(ask.readings, ask.period.last)


def stock_before(ask: Ask) -> dict[str, int]:
    """Return the stock on the day before a period begins."""
    return stock_at(ask.readings, ask.period.first - timedelta(days=1))


@lru_cache(maxsize=8)
def _flows(moves: FromClause, count: int) -> Select[Any, Any, Any, Any]:
    table = moves.c
    period = which_period(table.moved_on, count)
    return (
        select(table.supply_id, table.kind, period.label("period"), func.sum(table.quantity))
        .where(
            table.deleted_at.is_(None),
            table.supply_id.is_not(None),
            table.moved_on.between(bindparam("since", type_=Date), bindparam("until", type_=Date)),
        )
        .group_by(table.supply_id, table.kind, period)
    )


def _read_flows(
    readings: Readings, spans: tuple[Span, ...]
) -> dict[Span, list[tuple[str, str, int]]]:
    """Return what moved by span of days: item, kind and quantity."""
    asked = _flows(readings.records.table("supply_moves"), len(spans))
    made: dict[Span, list[tuple[str, str, int]]] = defaultdict(list)
    for supply, kind, at, quantity in readings.records.rows(asked, **bounds(spans)):
        if at is not None:
            made[spans[at]].append((bytes(supply).hex(), kind or "", int(quantity or 0)))
    return made


def moved_within(readings: Readings, span: Span, fits: Callable[[str], bool]) -> dict[str, int]:
    """Return what moved within some days of each item that has a ledger by then."""
    made = dict.fromkeys(stock_at(readings, span[1]), 0)
    spans = tuple((each.first, each.last) for each in readings.wanted)
    flows = readings.once(_read_flows, spans if span in spans else (span,))
    for key, kind, quantity in flows.get(span, ()):
        if key in made and fits(kind):
            made[key] += quantity
    return made


def moved(ask: Ask, fits: Callable[[str], bool]) -> dict[str, int]:
    """Return what moved in a period."""
    return moved_within(ask.readings, (ask.period.first, ask.period.last), fits)
