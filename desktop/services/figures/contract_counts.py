"""Counting contracts where they lie: tens of thousands, each statement in the order SQLite reads.

Building a statement takes SQLAlchemy as long as SQLite needs to answer it: each is built once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
    null,
    or_,
    select,
)

from desktop.models.registers.contracts import GROUPS
from desktop.services.figures.catalogue import WHOLE
from desktop.services.figures.readings import Readings

NONE = "none"
"""The row of contracts that name no record of the register they are grouped by."""

COLUMNS = {"team": "team_id", "village": "village_id"}
REGISTERS = {"team": "teams", "village": "divisions"}

_KEYS = tuple(each.key for each in GROUPS)
_FEW = 500
"""So many people are named in a statement; more are counted by the statement itself."""


def in_force(table: Any, day: date) -> ColumnElement[bool]:
    """Return the condition that a contract is in force on a day: signed by then, not yet ended."""
    return and_(table.signed_on <= day, table.expires_on >= day)


def has_group(table: Any) -> ColumnElement[bool]:
    """Return the condition that the person belongs to at least one key group."""
    return or_(*(table[key].is_(True) for key in _KEYS))


def _group_flags(table: Any) -> list[ColumnElement[bool]]:
    """Return the conditions of any key group, and of each."""
    return [has_group(table), *(table[key].is_(True) for key in _KEYS)]


@lru_cache(maxsize=8)
def _first_day(contracts: FromClause) -> Select[Any]:
    return select(func.min(contracts.c.signed_on)).where(contracts.c.deleted_at.is_(None))


def _first_signed(readings: Readings) -> date | None:
    found: date | None = readings.records.one(_first_day(readings.records.table("contracts")))[0]
    return found


def known_by(readings: Readings, day: date) -> bool:
    """Say that the register was kept by a day: before its first contract nothing is known."""
    first = readings.once(_first_signed)
    return first is not None and first <= day


# By team and village


@dataclass(frozen=True)
class RecordGroups:
    """The records that contracts are grouped by; ``others`` tells of contracts that name none."""

    names: Mapping[str, str]
    others: bool

    @property
    def rows(self) -> list[str]:
        """Return the keys of all rows."""
        return [*self.names, NONE] if self.others else list(self.names)

    def row_of(self, record: bytes | None) -> str:
        """Return the row of a record; what is unknown or deleted is none."""
        key = NONE if record is None else bytes(record).hex()
        return key if key in self.names else NONE


def record_groups(readings: Readings, by: str) -> RecordGroups:
    """Return the teams or villages, and whether contracts name none of them."""
    records = readings.records
    contracts = records.table("contracts")
    target, column = records.table(REGISTERS[by]).c, contracts.c[COLUMNS[by]]
    found = records.rows(
        select(target.id, target.name)
        .where(target.deleted_at.is_(None))
        .order_by(target.name, target.id)
    )
    names = {bytes(row.id).hex(): row.name or "" for row in found}
    # The narrow index names all that are used; only what is odd is looked for in the records.
    odd = [
        row[0]
        for row in records.rows(select(column).distinct())
        if row[0] is None or bytes(row[0]).hex() not in names
    ]
    which = or_(column.is_(None), column.in_([each for each in odd if each is not None]))
    asked = select(contracts.c.id).where(contracts.c.deleted_at.is_(None), which).limit(1)
    return RecordGroups(names, bool(odd and records.rows(asked)))


# In force on a day


@dataclass
class Counted:
    """Contracts in force and the people who hold them, by key group; "" is any of them."""

    contracts: int = 0
    flagged: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("", *_KEYS), 0))
    people: int = 0
    key_people: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("", *_KEYS), 0))
    people_twice: int = 0
    """How many hold several contracts at once."""

    def add(self, total: int, flagged: Iterable[int]) -> None:
        """Add counts of contracts, each held by somebody else so far."""
        self.contracts += total
        self.people += total
        for key, count in zip(self.flagged, flagged, strict=True):
            self.flagged[key] += count
            self.key_people[key] += count

    def count_once(self, people: int, extra: int, flagged: Iterable[int]) -> None:
        """Take off what people with several contracts count too much."""
        self.people_twice += people
        self.people -= extra
        for key, count in zip(self.key_people, flagged, strict=True):
            self.key_people[key] -= count


@lru_cache(maxsize=16)
def _counting(contracts: FromClause, column: str) -> Select[*tuple[Any, ...]]:
    """Return the selection that counts what is in force on a day.

    Most contracts are in force: an index on a date would fetch them one by one, which takes four
    times as long as reading them all. ``coalesce`` keeps the indexes out. A filtered count skips
    what is false, a sum would add up every zero.
    """
    table = contracts.c
    day = bindparam("day", type_=Date)
    counted: list[ColumnElement[Any]] = [func.count()]
    counted += [func.count().filter(flag) for flag in _group_flags(table)]
    here = (
        table.deleted_at.is_(None),
        func.coalesce(table.signed_on, null()) <= day,
        func.coalesce(table.expires_on, null()) >= day,
    )
    if not column:
        return select(*counted).where(*here)
    place = func.coalesce(table[column], null())
    return select(*counted, place).where(*here).group_by(place)


def counts_at(readings: Readings, day: date, by: str = WHOLE) -> dict[str, Counted]:
    """Count the contracts in force on a day and their people, whole or by team or village."""
    return readings.once(_counts, day, by)


def _counts(readings: Readings, day: date, by: str) -> dict[str, Counted]:
    records, column = readings.records, COLUMNS.get(by, "")
    asked = _counting(records.table("contracts"), column)
    if not by:
        made = {WHOLE: Counted()}
        total, *flagged = records.one(asked, day=day)
        made[WHOLE].add(total, flagged)
    else:
        groups = readings.once(record_groups, by)
        made = {row: Counted() for row in groups.rows}
        for total, *flagged, record in records.rows(asked, day=day):
            made[groups.row_of(record)].add(total, flagged)
    _count_people_once(readings, made, day, by)
    return made


# People with several contracts


@lru_cache(maxsize=8)
def _several(contracts: FromClause) -> Select[Any]:
    """Return the selection of people with several contracts at all: a narrow index tells them."""
    number = contracts.c.id_number
    return select(number).group_by(number).having(func.count() > 1).limit(_FEW + 1)


@lru_cache(maxsize=8)
def _held_by(contracts: FromClause) -> Select[*tuple[Any, ...]]:
    table = contracts.c
    return select(
        table.id_number,
        table.signed_on,
        table.expires_on,
        table.team_id,
        table.village_id,
        *_group_flags(table),
    ).where(table.deleted_at.is_(None), table.id_number.in_(bindparam("people", expanding=True)))


def _held_by_few(readings: Readings) -> Sequence[Any] | None:
    """Return the contracts of the people with several; None where these are many."""
    contracts = readings.records.table("contracts")
    found = [row[0] for row in readings.records.rows(_several(contracts))]
    if len(found) > _FEW:
        return None
    people = [each for each in found if each is not None]
    return readings.records.rows(_held_by(contracts), people=people) if people else ()


def _count_people_once(readings: Readings, made: dict[str, Counted], day: date, by: str) -> None:
    held = readings.once(_held_by_few)
    groups = readings.once(record_groups, by) if by else None
    if held is None:
        target = readings.records.table(REGISTERS[by]) if by else None
        asked = _counted_too_much(readings.records.table("contracts"), by, target)
        for people, extra, *flagged, record in readings.records.rows(asked, day=day):
            row = WHOLE if groups is None else groups.row_of(record)
            made[row].count_once(people, int(extra or 0), [int(each or 0) for each in flagged])
        return
    holding: dict[tuple[str, str], list[Sequence[Any]]] = defaultdict(list)
    for number, signed, expires, team, village, *flags in held:
        if signed and expires and signed <= day <= expires:
            record = {"team": team, "village": village}.get(by)
            row = WHOLE if groups is None else groups.row_of(record)
            holding[row, number].append(flags)
    for (row, _number), contracts in holding.items():
        if len(contracts) > 1:
            flagged = [max(0, sum(map(bool, each)) - 1) for each in zip(*contracts, strict=True)]
            made[row].count_once(1, len(contracts) - 1, flagged)


@lru_cache(maxsize=16)
def _counted_too_much(contracts: FromClause, by: str, target: Any) -> Select[*tuple[Any, ...]]:
    """Return the selection that counts what people with several contracts count too much."""
    table = contracts.c
    flags = _group_flags(table)
    place = [_known_place(table[COLUMNS[by]], target).label("place")] if by else []
    persons = (
        select(
            func.count().label("held"),
            *(func.count().filter(flag).label(f"flag_{at}") for at, flag in enumerate(flags)),
            *place,
        )
        .where(
            table.deleted_at.is_(None),
            table.id_number.is_not(None),
            table.signed_on <= bindparam("day", type_=Date),
            table.expires_on >= bindparam("day", type_=Date),
        )
        .group_by(table.id_number, *place)
        .having(func.count() > 1)
        .subquery()
    ).c
    extra = [
        func.sum(case((persons[f"flag_{at}"] > 1, persons[f"flag_{at}"] - 1), else_=0))
        for at in range(len(flags))
    ]
    where = [persons.place] if by else [bindparam("no_row", None)]
    asked = select(func.count(), func.sum(persons.held - 1), *extra, *where)
    return asked.group_by(*where) if by else asked


def _known_place(column: ColumnElement[Any], target: FromClause) -> ColumnElement[Any]:
    """Return the team or village, or nothing where it is unknown or deleted: one row for all."""
    known = select(target.c.id).where(target.c.deleted_at.is_(None))
    return case((column.in_(known), column))
