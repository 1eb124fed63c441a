"""The rows an appraisal is computed from, each read once, in an order no PC can change.

Rows are sorted by id, so that the same rows give the same result wherever and however they were
read: from the office PC's registers, from the hub's, or from an export. No income and no ID number
is among them (S2-7b; a pay sheet is posted in public).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.sql.selectable import FromClause

from desktop.models.kinds import Value
from desktop.services.performance.periods import Period, parse_period
from desktop.services.records import Records


class Clinic(NamedTuple):
    """A village clinic."""

    id: bytes
    name: str | None
    village_id: bytes | None
    population: int | None
    status: str | None
    remote: bool | None
    closed_on: date | None


class Doctor(NamedTuple):
    """A village doctor, without the ID number."""

    id: bytes
    name: str | None
    clinic_id: bytes | None
    status: str | None
    qualification: str | None
    licence_expires_on: date | None
    hired_on: date | None
    left_on: date | None


class Posting(NamedTuple):
    """A doctor's time at a clinic, or a leave."""

    id: bytes
    doctor_id: bytes | None
    clinic_id: bytes | None
    kind: str | None
    starts_on: date | None
    ends_on: date | None
    share: int | None


class ClinicMonth(NamedTuple):
    """A clinic's figures of a month; None was not reported."""

    id: bytes
    clinic_id: bytes | None
    month: str | None
    visits: int | None
    tcm_visits: int | None
    referrals_up: int | None
    hypertension_followups: int | None
    diabetes_followups: int | None
    elderly_checkups: int | None
    education_sessions: int | None
    new_files: int | None
    contracts_performed: int | None = None
    received_on: date | None = None


class Visit(NamedTuple):
    """A supervision visit of the period."""

    id: bytes
    clinic_id: bytes | None
    visited_on: date | None
    kind: str | None
    score: int | None
    vetoed: bool | None


class VisitItem(NamedTuple):
    """An item of a visit of the period."""

    id: bytes
    visit_id: bytes | None
    code: str | None
    section: str | None
    wording: str | None
    result: str | None
    earned: int | None
    possible: int | None
    veto: bool | None


class VisitSample(NamedTuple):
    """A sampled record of a visit of the period."""

    id: bytes
    visit_id: bytes | None
    kind: str | None
    genuine: bool | None
    compliant: bool | None


class Finding(NamedTuple):
    """A finding made up to the period's end."""

    id: bytes
    clinic_id: bytes | None
    problem: str | None
    found_on: date | None
    item_code: str | None
    due_on: date | None
    rectified_on: date | None


class Event(NamedTuple):
    """An appraisal entry of the period."""

    id: bytes
    clinic_id: bytes | None
    doctor_id: bytes | None
    kind: str | None
    item: str | None
    happened_on: date | None
    quantity: int | None
    points: int | None
    amount: int | None
    reason: str | None


class Training(NamedTuple):
    """A doctor's training or meeting in the period."""

    id: bytes
    doctor_id: bytes | None
    topic: str | None
    starts_on: date | None
    attended: bool | None


class Target(NamedTuple):
    """A target of a year, quarter or month that meets the period."""

    id: bytes
    clinic_id: bytes | None
    figure: str | None
    period: str | None
    value: int | None


class UnifiedCheck(NamedTuple):
    """A check of unified management up to the period's end."""

    id: bytes
    clinic_id: bytes | None
    domain: str | None
    passed: bool | None
    checked_on: date | None


class Subsidy(NamedTuple):
    """A fixed subsidy that holds in the period."""

    id: bytes
    doctor_id: bytes | None
    clinic_id: bytes | None
    kind: str | None
    monthly: int | None
    starts_on: date | None
    ends_on: date | None


class ContractCount(NamedTuple):
    """The family-doctor contracts of a village: at the period's end and within it."""

    village_id: bytes
    active: int
    signed: int
    ended: int
    renewed: int


@dataclass(frozen=True)
class Facts:
    """All rows of a period; equal facts give equal scores and money.

    ``due`` is the last day on which each month's report is in time, where a policy row sets one.
    """

    period: str
    repeat_months: int
    due: tuple[tuple[str, date], ...] = ()
    clinics: tuple[Clinic, ...] = ()
    doctors: tuple[Doctor, ...] = ()
    postings: tuple[Posting, ...] = ()
    months: tuple[ClinicMonth, ...] = ()
    contracts: tuple[ContractCount, ...] = ()
    visits: tuple[Visit, ...] = ()
    items: tuple[VisitItem, ...] = ()
    samples: tuple[VisitSample, ...] = ()
    findings: tuple[Finding, ...] = ()
    events: tuple[Event, ...] = ()
    trainings: tuple[Training, ...] = ()
    targets: tuple[Target, ...] = ()
    unified: tuple[UnifiedCheck, ...] = ()
    subsidies: tuple[Subsidy, ...] = ()

    def ordered(self) -> Facts:
        """Return the same rows in the one order that everything is computed in."""
        parts: dict[str, Any] = {
            name: tuple(sorted(getattr(self, name), key=_by_id)) for name in REGISTERS
        }
        return replace(self, contracts=tuple(sorted(self.contracts)), **parts)

    def encode(self) -> bytes:
        """Return the rows as JSON, from which the same result can be computed anywhere."""
        return msgspec.json.encode(self, order="deterministic")


def _by_id(row: Any) -> bytes:
    return bytes(row[0])


def decode_facts(text: bytes | str) -> Facts:
    """Return the rows of :meth:`Facts.encode`."""
    return msgspec.json.decode(text, type=Facts)


REGISTERS: dict[str, tuple[str, type[Any]]] = {
    "clinics": ("clinics", Clinic),
    "doctors": ("village_doctors", Doctor),
    "postings": ("postings", Posting),
    "months": ("clinic_months", ClinicMonth),
    "visits": ("visits", Visit),
    "items": ("visit_items", VisitItem),
    "samples": ("visit_samples", VisitSample),
    "findings": ("findings", Finding),
    "events": ("appraisal_events", Event),
    "trainings": ("trainings", Training),
    "targets": ("targets", Target),
    "unified": ("unified_checks", UnifiedCheck),
    "subsidies": ("subsidies", Subsidy),
}
"""By part of the facts: the register it is read from, and its rows."""

REGISTER_KEYS = frozenset({key for key, _rows in REGISTERS.values()} | {"contracts"})
"""Every register that an appraisal rests on."""

_DATED = {"visits": "visited_on", "events": "happened_on", "trainings": "starts_on"}
_UP_TO = {"findings": "found_on", "unified": "checked_on"}
CHILDREN = ("items", "samples")
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
        parts[part] = tuple(sorted(made, key=_by_id))
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
