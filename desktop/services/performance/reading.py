"""Reads the rows that an appraisal is computed from, of a period and no others.

They come from the registers of the office PC, from the hub's of one centre, or from rows as they
were exported; the same rows give the same facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.sql.selectable import FromClause

from desktop.models.kinds import Value
from desktop.services.performance.facts import CHILDREN, REGISTERS, ContractCount, Facts, by_id
from desktop.services.periods import Period, parse_period
from desktop.services.records import Records

_DATED = {"visits": "visited_on", "events": "happened_on", "trainings": "starts_on"}
_UP_TO = {"findings": "found_on", "unified": "checked_on"}
_LASTING = ("postings", "subsidies")


def _target_keys(period: Period) -> list[str]:
    """Return every way in which a target of one of the period's months may be dated."""
    quarters = {f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}" for month in period.months}
    return sorted({*period.months, *quarters, period.key[:4]})


def belongs(part: str, table: FromClause, period: Period) -> ColumnElement[bool]:
    """Return which present rows of a register belong to the period."""
    c = table.c
    here = c.deleted_at.is_(None)
    if part == "months":
        return and_(here, c.month.in_(period.months))
    if part == "targets":
        return and_(here, c.period.in_(_target_keys(period)))
    if part in _DATED:
        return and_(here, c[_DATED[part]].between(period.first, period.last))
    if part in _UP_TO:
        return and_(here, c[_UP_TO[part]] <= period.last)
    if part in _LASTING:
        open_end = or_(c.ends_on.is_(None), c.ends_on >= period.first)
        return and_(here, open_end, or_(c.starts_on.is_(None), c.starts_on <= period.last))
    return here


Due = tuple[tuple[str, date], ...]
"""By month, the last day on which its report is in time."""


def read_facts(records: Records, period: Period, repeat_months: int = 12, due: Due = ()) -> Facts:
    """Read the rows of a period from the registers, the office PC's or the hub's."""
    parts: dict[str, Any] = {}
    visits = records.table("visits")
    of_visits = select(visits.c.id).where(belongs("visits", visits, period))
    for part, (key, row_type) in REGISTERS.items():
        table = records.table(key)
        condition = belongs(part, table, period)
        if part in CHILDREN:
            condition = and_(condition, table.c.visit_id.in_(of_visits))
        chosen = [table.c[name] for name in row_type._fields]
        found = records.rows(select(*chosen).where(condition).order_by(table.c.id))
        parts[part] = tuple(map(row_type._make, found))
    parts["contracts"] = _contract_counts(records, period)
    return Facts(period.key, repeat_months, due, **parts)


def _contract_counts(records: Records, period: Period) -> tuple[ContractCount, ...]:
    """Count the contracts by village; a renewal is a later contract of the same person."""
    table = records.table("contracts")
    c = table.c
    here = c.deleted_at.is_(None)
    ended = c.expires_on.between(period.first, period.last)
    counted = {
        "active": and_(c.signed_on <= period.last, c.expires_on >= period.last),
        "signed": c.signed_on.between(period.first, period.last),
        "ended": ended,
    }
    sums = [func.sum(case((each, 1), else_=0)) for each in counted.values()]
    rows = records.rows(
        select(c.village_id, *sums)
        .where(here, c.village_id.is_not(None), c.expires_on >= period.first)
        .group_by(c.village_id)
    )
    later = table.alias("later")
    again = select(later.c.id).where(
        later.c.deleted_at.is_(None),
        later.c.id_number == c.id_number,
        later.c.signed_on > c.signed_on,
        later.c.expires_on > c.expires_on,
    )
    renewed = records.rows(
        select(c.village_id, func.count())
        .where(here, c.village_id.is_not(None), ended, again.exists())
        .group_by(c.village_id)
    )
    times = {bytes(row[0]): int(row[1]) for row in renewed}
    made = [
        ContractCount(
            bytes(row[0]), int(row[1]), int(row[2]), int(row[3]), times.get(bytes(row[0]), 0)
        )
        for row in rows
    ]
    return tuple(sorted(made))


# The same from exported rows

Rows = Mapping[str, Iterable[Mapping[str, Value]]]
"""Rows by register key, each by field key and with its ``id``."""


def facts_from_rows(rows: Rows, period_key: str, repeat_months: int = 12, due: Due = ()) -> Facts:
    """Return the facts of a period from rows as exported, in any order."""
    period = parse_period(period_key)
    parts: dict[str, Any] = {}
    for part, (key, row_type) in REGISTERS.items():
        given = [row for row in rows.get(key, ()) if _belongs(part, row, period)]
        made = [row_type(*(row.get(name) for name in row_type._fields)) for row in given]
        parts[part] = tuple(sorted(made, key=by_id))
    kept = {visit.id for visit in parts["visits"]}
    for part in CHILDREN:
        parts[part] = tuple(row for row in parts[part] if row.visit_id in kept)
    parts["contracts"] = _counted(list(rows.get("contracts", ())), period)
    return Facts(period.key, repeat_months, due, **parts)


def _belongs(part: str, row: Mapping[str, Any], period: Period) -> bool:
    if row.get("deleted_at") is not None:
        return False
    if part == "months":
        return row.get("month") in period.months
    if part == "targets":
        return row.get("period") in _target_keys(period)
    if part in _DATED:
        day = row.get(_DATED[part])
        return day is not None and period.first <= day <= period.last
    if part in _UP_TO:
        day = row.get(_UP_TO[part])
        return day is not None and day <= period.last
    if part in _LASTING:
        start, end = row.get("starts_on"), row.get("ends_on")
        return (end is None or end >= period.first) and (start is None or start <= period.last)
    return True


def _counted(rows: list[Mapping[str, Any]], period: Period) -> tuple[ContractCount, ...]:
    there = [row for row in rows if row.get("deleted_at") is None]
    terms: dict[Any, list[tuple[date, date]]] = {}
    for row in there:
        if row.get("id_number") is not None and row.get("signed_on") and row.get("expires_on"):
            terms.setdefault(row["id_number"], []).append((row["signed_on"], row["expires_on"]))
    made: dict[bytes, list[int]] = {}
    for row in there:
        village, signed, expires = row.get("village_id"), row.get("signed_on"), row["expires_on"]
        if village is None or expires is None or expires < period.first:
            continue
        ended = period.first <= expires <= period.last
        again = ended and any(
            signed is not None and start > signed and end > expires
            for start, end in terms.get(row.get("id_number"), ())
        )
        by_end = signed is not None and signed <= period.last
        within = signed is not None and period.first <= signed <= period.last
        here = (by_end and expires >= period.last, within, ended, again)
        counts = made.setdefault(village, [0, 0, 0, 0])
        made[village] = [count + bool(more) for count, more in zip(counts, here, strict=True)]
    return tuple(sorted(ContractCount(village, *counts) for village, counts in made.items()))
