"""What the director asks about all clinics: unified, insured, assigned, licensed, supervised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from desktop.models.id_numbers import age_on, birth_date_of
from desktop.models.policy import policy_value
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import change_many, find_twin, insert_many
from desktop.services.findings import FindingLine, findings_of
from desktop.services.periods import Period, parse_period
from desktop.services.records import Records
from desktop.services.visits import CLOSED, responsible
from desktop.text import _

UNIFIED_DOMAINS = "clinic.unified_domains"
LEAVING_AGE = "village_doctor.leaving_age"
LICENCE_WARNING = "licence.warning_days"
DESIGNATED = "已定点"


def unified_domains(session: Session, day: date) -> tuple[str, ...]:
    """Return the domains of unified management that hold on a day: an editable policy text."""
    value = policy_value(session, UNIFIED_DOMAINS, day)
    text = value.text if value is not None else ""
    return tuple(part.strip() for part in text.replace("，", "、").split("、") if part.strip())


@dataclass(frozen=True)
class UnifiedState:
    """A clinic's state by domain: yes, no, or None where it was not checked."""

    clinic_id: bytes
    clinic: str
    passed: dict[str, bool | None]

    @property
    def complete(self) -> bool:
        """Say that every domain is managed by the centre."""
        return bool(self.passed) and all(self.passed.values())


def unified_state(session: Session, day: date) -> list[UnifiedState]:
    """Return the last check of each domain of every working clinic (S3-5.2a, S4-4a)."""
    records = Records(session)
    domains = unified_domains(session, day)
    table = records.table("unified_checks").c
    rows = records.rows(
        select(table.clinic_id, table.domain, table.passed)
        .where(table.deleted_at.is_(None), table.checked_on <= day)
        .order_by(table.checked_on, table.id)
    )
    last = {(row.clinic_id, row.domain): row.passed for row in rows}
    return [
        UnifiedState(each.id, each.name or "", {d: last.get((each.id, d)) for d in domains})
        for each in _working(records)
    ]


Checked = Mapping[tuple[bytes, str], bool]
"""What was found, by clinic and domain."""


def record_unified(session: Session, checked: Checked, on: date) -> int:
    """Keep checks of a day; one of the same clinic, domain and day is put right, not doubled."""
    register = find_register("unified_checks")
    new: list[Values] = []
    for (clinic, domain), passed in checked.items():
        values: Values = {"clinic_id": clinic, "domain": domain, "checked_on": on}
        known = find_twin(session, register, values)
        if known is None:
            new.append({**values, "passed": passed})
        else:
            change_many(session, register, [(known, {"passed": passed})])
    insert_many(session, register, new)
    return len(checked)


def _working(records: Records) -> list[Any]:
    table = records.table("clinics").c
    return list(
        records.rows(
            select(
                table.id,
                table.name,
                table.integrated,
                table.in_consortium,
                table.insurance,
                table.insurance_reason,
                table.insurance_expires_on,
                table.ecg_device,
            )
            .where(
                table.deleted_at.is_(None),
                or_(table.status.is_(None), table.status.not_in(CLOSED)),
            )
            .order_by(table.name, table.id)
        )
    )


@dataclass(frozen=True)
class ClinicShares:
    """How many working clinics are integrated, in the group, designated, with an ECG device."""

    clinics: int
    integrated: int
    in_consortium: int
    designated: int
    with_ecg: int
    without_ecg: tuple[str, ...]
    not_designated: tuple[tuple[str, str], ...]
    expiring: tuple[tuple[str, date], ...]

    def percent(self, count: int) -> Fraction | None:
        """Return a count as a share of all clinics in percent (S0-3h)."""
        return Fraction(count * 100, self.clinics) if self.clinics else None


def clinic_shares(session: Session, day: date, *, within_days: int = 60) -> ClinicShares:
    """Return the shares, and who is not yet designated and why (S0-3g)."""
    rows = _working(Records(session))
    soon = day + timedelta(days=within_days)
    return ClinicShares(
        clinics=len(rows),
        integrated=sum(1 for row in rows if row.integrated),
        in_consortium=sum(1 for row in rows if row.in_consortium),
        designated=sum(1 for row in rows if row.insurance == DESIGNATED),
        with_ecg=sum(1 for row in rows if row.ecg_device),
        without_ecg=tuple(row.name or "" for row in rows if not row.ecg_device),
        not_designated=tuple(
            (row.name or "", row.insurance_reason or "")
            for row in rows
            if row.insurance != DESIGNATED
        ),
        expiring=tuple(
            (row.name or "", row.insurance_expires_on)
            for row in rows
            if row.insurance_expires_on is not None and row.insurance_expires_on <= soon
        ),
    )


def unassigned_clinics(session: Session, day: date) -> list[str]:
    """Return the clinics without a backbone doctor on a day: there should be none (S3-5.2c)."""
    records = Records(session)
    guided = responsible(records, day)
    return [row.name or "" for row in _working(records) if row.id not in guided]


@dataclass(frozen=True)
class DoctorWarning:
    """A village doctor to look at: licence expired or expiring, leaving age, contract ending."""

    id: bytes
    name: str
    clinic: str
    code: str
    message: str


def doctor_warnings(bind: Session | Records, day: date) -> list[DoctorWarning]:
    """Return the village doctors whose licence, age or contract needs the director."""
    records = bind if isinstance(bind, Records) else Records(bind)
    doctor, clinic = records.table("village_doctors").c, records.table("clinics")
    rows = records.rows(
        select(
            doctor.id,
            doctor.name,
            doctor.id_number,
            doctor.licence_expires_on,
            doctor.contract_expires_on,
            clinic.c.name.label("clinic"),
        )
        .outerjoin(clinic, clinic.c.id == doctor.clinic_id)
        .where(doctor.deleted_at.is_(None), or_(doctor.status.is_(None), doctor.status != "离岗"))
        .order_by(doctor.name, doctor.id)
    )
    days = records.policy(LICENCE_WARNING, day)
    soon = day + timedelta(days=int(days)) if days is not None else day
    leaving = records.policy(LEAVING_AGE, day)
    made = []
    for row in rows:
        for code, message in _warnings(row, day, soon, None if leaving is None else int(leaving)):
            made.append(DoctorWarning(row.id, row.name or "", row.clinic or "", code, message))
    return made


def _warnings(row: Any, day: date, soon: date, leaving: int | None) -> list[tuple[str, str]]:
    found = []
    expires = row.licence_expires_on
    if expires is not None and expires < day:
        found.append(
            ("licence_expired", _("执业证 {day} 已到期。").format(day=expires.isoformat()))
        )
    elif expires is not None and expires <= soon:
        message = _("执业证 {day} 到期。").format(day=expires.isoformat())
        found.append(("licence_expiring", message))
    ends = row.contract_expires_on
    if ends is not None and ends <= soon:
        found.append(("contract_expiring", _("聘用合同 {day} 到期。").format(day=ends.isoformat())))
    if leaving is not None and row.id_number:
        age = age_on(birth_date_of(row.id_number), day)
        if age >= leaving:
            message = _("{age} 岁，已到离岗年龄 {leaving} 岁。").format(age=age, leaving=leaving)
            found.append(("leaving_age", message))
    return found


# The quarter for the county


@dataclass(frozen=True)
class SupervisionSummary:
    """The supervision of a period: visits, coverage, classes, findings and how they closed."""

    period: Period
    visits: int
    clinics: int
    clinics_visited: int
    not_visited: tuple[str, ...]
    mean_score: int | None
    grades: dict[str, int]
    vetoed: int
    samples: int
    samples_untrue: int
    findings: int
    settled: int
    overdue: int
    repeated: int
    by_section: tuple[tuple[str, int], ...]
    most: tuple[tuple[str, str, int], ...]


def supervision_summary(session: Session, period: Period | str, today: date) -> SupervisionSummary:
    """Return the quarterly supervision summary for the county."""
    wanted = parse_period(period) if isinstance(period, str) else period
    records = Records(session)
    clinics = _working(records)
    visits = _visits(records, wanted)
    visited = {row.clinic_id for row in visits}
    scores = [row.score for row in visits if row.score is not None]
    samples = _samples(records, [row.id for row in visits])
    found = [
        line
        for line in findings_of(records, today)
        if line.found_on is not None and wanted.first <= line.found_on <= wanted.last
    ]
    items = Counter((line.item_code, line.problem) for line in found)
    return SupervisionSummary(
        period=wanted,
        visits=len(visits),
        clinics=len(clinics),
        clinics_visited=len(visited & {row.id for row in clinics}),
        not_visited=tuple(row.name or "" for row in clinics if row.id not in visited),
        mean_score=(2 * sum(scores) + len(scores)) // (2 * len(scores)) if scores else None,
        grades=dict(sorted(Counter(row.grade for row in visits if row.grade).items())),
        vetoed=sum(1 for row in visits if row.vetoed),
        samples=len(samples),
        samples_untrue=sum(1 for row in samples if row.genuine is False),
        findings=len(found),
        settled=sum(1 for line in found if not line.open),
        overdue=sum(1 for line in found if line.overdue),
        repeated=sum(1 for line in found if line.repeated),
        by_section=_by_section(records, found),
        most=tuple(
            (code, problem, count)
            for (code, problem), count in sorted(items.items(), key=lambda e: (-e[1], e[0]))[:10]
        ),
    )


def _visits(records: Records, period: Period) -> list[Any]:
    table = records.table("visits").c
    return list(
        records.rows(
            select(table.id, table.clinic_id, table.score, table.grade, table.vetoed)
            .where(
                table.deleted_at.is_(None),
                and_(table.visited_on >= period.first, table.visited_on <= period.last),
            )
            .order_by(table.visited_on, table.id)
        )
    )


def _samples(records: Records, visits: list[bytes]) -> list[Any]:
    table = records.table("visit_samples").c
    return [
        row
        for start in range(0, len(visits), 500)
        for row in records.rows(
            select(table.genuine).where(
                table.deleted_at.is_(None), table.visit_id.in_(visits[start : start + 500])
            )
        )
    ]


def _by_section(records: Records, found: list[FindingLine]) -> tuple[tuple[str, int], ...]:
    """Count findings by the section of their item, as the visit's own items name it."""
    table = records.table("visit_items").c
    rows = records.rows(
        select(table.code, table.section).where(table.deleted_at.is_(None)).distinct()
    )
    sections = {row.code: row.section or "" for row in sorted(rows, key=str)}
    counted = Counter(sections.get(line.item_code, _("其他")) for line in found)
    return tuple(sorted(counted.items(), key=lambda each: (-each[1], each[0])))
