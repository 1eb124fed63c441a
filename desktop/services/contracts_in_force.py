"""How many contracts are in force on a day, by key group, and how many were signed in a month.

A centre has tens of thousands: what is counted here is counted where it lies, each statement
written so that SQLite reads the rows, or one narrow index, in their order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)

from desktop.models.registers.contracts import GROUPS
from desktop.services.months import month_of
from desktop.services.records import Records


@dataclass(frozen=True)
class Contracts:
    """Contracts in force on a day: all, with any key group, and by group."""

    total: int
    any_group: int
    by_group: dict[str, int]


def in_force(table: Any, day: date) -> ColumnElement[bool]:
    """Return the condition that a contract is in force on a day: signed by then, not yet ended."""
    return and_(table.signed_on <= day, table.expires_on >= day)


def has_group(table: Any) -> ColumnElement[bool]:
    """Return the condition that the person belongs to at least one key group."""
    return or_(*(table[field.key].is_(True) for field in GROUPS))


@lru_cache(maxsize=8)
def _counts_on_a_day(contracts: FromClause) -> Select[*tuple[Any, ...]]:
    """Return the selection that counts; building it takes as long as running it.

    Most contracts are in force: an index on a date would fetch them one by one, which takes four
    times as long as reading them all. ``coalesce`` keeps the indexes out. A filtered count skips
    what is false, a sum would add up every zero.
    """
    table = contracts.c
    day = bindparam("day", type_=Date)
    groups = [table[field.key].is_(True) for field in GROUPS]
    counted: list[ColumnElement[int]] = [func.count()]
    counted += [func.count().filter(flag) for flag in (or_(*groups), *groups)]
    return select(*counted).where(
        table.deleted_at.is_(None),
        func.coalesce(table.signed_on, None) <= day,
        func.coalesce(table.expires_on, None) >= day,
    )


def contracts_on(records: Records, day: date) -> Contracts:
    """Count the contracts in force on a day."""
    counting = _counts_on_a_day(records.table("contracts"))
    total, any_group, *groups = records.one(counting, day=day)
    return Contracts(
        total, any_group, dict(zip((each.key for each in GROUPS), groups, strict=True))
    )


@dataclass(frozen=True)
class HeldTwice:
    """What people with several contracts in force add to the counts of contracts."""

    people: int = 0
    contracts: int = 0
    key_contracts: int = 0


_FEW = 500
"""So many people are named in a statement; more are looked for by a selection."""


def held_twice_on(records: Records, days: list[date]) -> dict[date, HeldTwice]:
    """Count the people with several contracts in force on each day, and what they count too much.

    The narrow index of ID numbers tells who has several contracts at all; mostly few people.
    """
    contracts = records.table("contracts")
    people = [row[0] for row in records.rows(_several(contracts))]
    if len(people) > _FEW:
        which = contracts.c.id_number.in_(_with_several(contracts))
        return {day: _held_twice(records, contracts.c, day, which) for day in days}
    found = records.rows(_held_by(contracts), people=people)
    return {day: _add_up(found, day) for day in days} if people else {}


@lru_cache(maxsize=8)
def _with_several(contracts: FromClause) -> Select[Any]:
    number = contracts.c.id_number
    return select(number).group_by(number).having(func.count() > 1)


@lru_cache(maxsize=8)
def _several(contracts: FromClause) -> Select[Any]:
    return _with_several(contracts).limit(_FEW + 1)


@lru_cache(maxsize=8)
def _held_by(contracts: FromClause) -> Select[Any, Any, Any, Any]:
    table = contracts.c
    return select(table.id_number, table.signed_on, table.expires_on, has_group(table)).where(
        table.deleted_at.is_(None), table.id_number.in_(bindparam("people", expanding=True))
    )


def _add_up(contracts: Sequence[Any], day: date) -> HeldTwice:
    """Add up what people with several contracts in force on a day count too much."""
    flags: dict[str, list[bool]] = {}
    for number, signed, expires, flagged in contracts:
        if signed and expires and signed <= day <= expires:
            flags.setdefault(number, []).append(bool(flagged))
    several = [held for held in flags.values() if len(held) > 1]
    return HeldTwice(
        len(several),
        sum(len(held) - 1 for held in several),
        sum(max(0, sum(held) - 1) for held in several),
    )


def _held_twice(records: Records, table: Any, day: date, which: ColumnElement[bool]) -> HeldTwice:
    flagged = func.sum(case((has_group(table), 1), else_=0))
    persons = (
        select(func.count().label("held"), flagged.label("flagged"))
        .where(table.deleted_at.is_(None), in_force(table, day), which)
        .group_by(table.id_number)
        .having(func.count() > 1)
        .subquery()
    ).c
    extra_key = case((persons.flagged > 1, persons.flagged - 1), else_=0)
    row = records.one(select(func.count(), func.sum(persons.held - 1), func.sum(extra_key)))
    return HeldTwice(int(row[0]), int(row[1] or 0), int(row[2] or 0))


def signed_by_month(records: Records, since: date, until: date) -> dict[str, int]:
    """Count the contracts signed between two days, by month.

    The index of the day tells all of them without reading one; those since deleted, mostly none,
    are taken off again.
    """
    contracts = records.table("contracts")
    made: Counter[str] = Counter()
    for signed, count in records.rows(_signed(contracts), since=since, until=until):
        made[month_of(signed)] += int(count)
    for (signed,) in records.rows(_deleted(contracts)):
        if signed is not None and since <= signed <= until:
            made[month_of(signed)] -= 1
    return made


@lru_cache(maxsize=8)
def _signed(contracts: FromClause) -> Select[Any]:
    signed = contracts.c.signed_on
    since, until = (bindparam(name, type_=Date) for name in ("since", "until"))
    return select(signed, func.count()).where(signed.between(since, until)).group_by(signed)


@lru_cache(maxsize=8)
def _deleted(contracts: FromClause) -> Select[Any]:
    table = contracts.c
    narrow = select(table.id).where(table.deleted_at.is_not(None))  # An index has both.
    return select(table.signed_on).where(table.id.in_(narrow))
