"""The rows an appraisal is computed from, each read once, in an order no PC can change.

Rows are sorted by id, so that the same rows give the same result wherever and however they were
read (:mod:`desktop.services.performance.reading`). No income and no ID number is among them (S2-7b;
a pay sheet is posted in public).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import msgspec


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
            name: tuple(sorted(getattr(self, name), key=by_id)) for name in REGISTERS
        }
        return replace(self, contracts=tuple(sorted(self.contracts)), **parts)

    def encode(self) -> bytes:
        """Return the rows as JSON, from which the same result can be computed anywhere."""
        return msgspec.json.encode(self, order="deterministic")


def by_id(row: Any) -> bytes:
    """Return what rows are sorted by."""
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

CHILDREN = ("items", "samples")
"""Parts whose rows belong to a visit, and with it to a period."""
