"""The items of the fever room and their ledger: what was there, what came and went (S0-13b)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, FromClause, Select, bindparam, case, func, select

from desktop.services.figures.catalogue import Ask
from desktop.services.figures.dimensions import Dimension, DimensionRow, declare_dimension
from desktop.services.figures.movements import bounds, which_period, with_unit
from desktop.services.figures.readings import Readings
from desktop.services.figures.spans import compared, together
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


def items(ask: Ask) -> dict[str, Item]:
    """Return the items of the register by their id in hexadecimal."""
    return ask.readings.once(_read_items)


def _list(readings: Readings, _period: Period) -> list[DimensionRow]:
    return [
        DimensionRow(key, with_unit(item.name, item.unit))
        for key, item in readings.once(_read_items).items()
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


def stock(ask: Ask) -> dict[str, int]:
    """Return the stock of the register's items at the end of a period; none before they moved."""
    days = tuple(each.last for each in compared(ask.readings, ask.period))
    found = ask.readings.once(_read_stock, days).get(ask.period.last, {})
    return {key: found[key] for key in items(ask) if key in found}


def stock_before(ask: Ask) -> dict[str, int]:
    """Return the stock on the day before a period begins."""
    previous = ask.period.previous
    periods = compared(ask.readings, previous)
    found = ask.readings.once(_read_stock, tuple(each.last for each in periods))
    held = found.get(previous.last, {})
    return {key: held[key] for key in items(ask) if key in held}


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
    readings: Readings, periods: tuple[Period, ...]
) -> dict[str, list[tuple[str, str, int]]]:
    """Return what moved by period: item, kind and quantity."""
    asked = _flows(readings.records.table("supply_moves"), len(periods))
    bound = bounds(periods) | {
        "since": min(each.first for each in periods),
        "until": max(each.last for each in periods),
    }
    made: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for supply, kind, at, quantity in readings.records.rows(asked, **bound):
        if at is not None:
            moved = bytes(supply).hex(), kind or "", int(quantity or 0)
            made[periods[at].key].append(moved)
    return made


def moved(ask: Ask, fits: Callable[[str], bool]) -> dict[str, int]:
    """Return what moved of each item that has a ledger by then."""
    made = dict.fromkeys(stock(ask), 0)
    periods = together(ask.readings, ask.period)
    for key, kind, quantity in ask.readings.once(_read_flows, periods).get(ask.period.key, ()):
        if key in made and fits(kind):
            made[key] += quantity
    return made
