"""Findings to closure: open, overdue, rectified, re-checked, repeated; the notice to the clinic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.registers.findings import FAILED, OPEN, PASSED, RECTIFIED, UNSETTLED
from desktop.models.store import load, save
from desktop.services.months import month_of, shifted
from desktop.services.records import Records
from desktop.text import _

_DEFAULT_REPEAT = 12


@dataclass(frozen=True)
class FindingLine:
    """A finding with names; ``late`` is days past its date while the clinic has still to act.

    ``times`` says how often the same item failed at the clinic in the months that count.
    """

    id: bytes
    clinic_id: bytes | None
    clinic: str
    visit_id: bytes | None
    doctor_id: bytes | None
    doctor: str
    item_code: str
    problem: str
    clause: str
    severity: str
    found_on: date | None
    due_on: date | None
    status: str
    rectified_on: date | None
    evidence: str
    rechecked_on: date | None
    late: int
    times: int

    @property
    def open(self) -> bool:
        """Say that the clinic has still to act."""
        return self.status in UNSETTLED

    @property
    def overdue(self) -> bool:
        """Say that the clinic should have acted by now: shown on the home page."""
        return self.late > 0

    @property
    def repeated(self) -> bool:
        """Say that the same was found before."""
        return self.times > 1


def findings_of(
    bind: Session | Records,
    today: date,
    *,
    clinic_id: bytes | None = None,
    visit_id: bytes | None = None,
    open_only: bool = False,
) -> list[FindingLine]:
    """Return findings, the latest overdue first."""
    records = bind if isinstance(bind, Records) else Records(bind)
    rows = _rows(records, clinic_id)
    months = repeat_months(records, today)
    made = [
        _line(row, today, _times(row, rows, months))
        for row in rows
        if (visit_id is None or row.visit_id == visit_id)
        and (not open_only or (row.status or OPEN) in UNSETTLED)
    ]
    return sorted(
        made,
        key=lambda line: (not line.open, -line.late, line.due_on or date.max, line.clinic, line.id),
    )


def overdue(bind: Session | Records, today: date) -> list[FindingLine]:
    """Return what should have been put right by now."""
    return [line for line in findings_of(bind, today, open_only=True) if line.overdue]


def repeat_months(records: Records, day: date) -> int:
    """Return within how many months the same finding is a repeat (policy)."""
    number = records.policy("visit.repeat_months", day)
    return _DEFAULT_REPEAT if number is None else int(number)


def _rows(records: Records, clinic_id: bytes | None) -> list[Any]:
    finding = records.table("findings").c
    clinic, doctor = records.table("clinics"), records.table("village_doctors")
    statement = (
        select(
            finding.id,
            finding.clinic_id,
            finding.visit_id,
            finding.doctor_id,
            finding.item_code,
            finding.problem,
            finding.clause,
            finding.severity,
            finding.found_on,
            finding.due_on,
            finding.status,
            finding.rectified_on,
            finding.evidence,
            finding.rechecked_on,
            clinic.c.name.label("clinic"),
            doctor.c.name.label("doctor"),
        )
        .outerjoin(clinic, clinic.c.id == finding.clinic_id)
        .outerjoin(doctor, doctor.c.id == finding.doctor_id)
        .where(finding.deleted_at.is_(None))
        .order_by(finding.found_on, finding.id)
    )
    if clinic_id is not None:
        statement = statement.where(finding.clinic_id == clinic_id)
    return list(records.rows(statement))


def _since(day: date, months: int) -> date:
    """Return the same day so many months before, or the last of a shorter month."""
    month = shifted(month_of(day), -months)
    for number in (day.day, 30, 29, 28):
        try:
            return date(int(month[:4]), int(month[5:]), number)
        except ValueError:
            continue
    raise AssertionError


def _times(row: Any, rows: Iterable[Any], months: int) -> int:
    if not row.item_code or row.found_on is None:
        return 1
    since = _since(row.found_on, months)
    days = {
        other.found_on
        for other in rows
        if other.clinic_id == row.clinic_id
        and other.item_code == row.item_code
        and other.found_on is not None
        and since <= other.found_on <= row.found_on
    }
    return len(days)


def _line(row: Any, today: date, times: int) -> FindingLine:
    status = row.status or OPEN
    late = (today - row.due_on).days if status in UNSETTLED and row.due_on is not None else 0
    return FindingLine(
        bytes(row.id),
        row.clinic_id,
        row.clinic or "",
        row.visit_id,
        row.doctor_id,
        row.doctor or "",
        row.item_code or "",
        row.problem or "",
        row.clause or "",
        row.severity or "",
        row.found_on,
        row.due_on,
        status,
        row.rectified_on,
        row.evidence or "",
        row.rechecked_on,
        max(late, 0),
        times,
    )


def repeats_of(
    records: Records, clinic_id: bytes, codes: Iterable[str], day: date
) -> tuple[str, ...]:
    """Return which of these items failed at the clinic before, within the months that count."""
    wanted = list(codes)
    if not wanted:
        return ()
    table = records.table("findings").c
    rows = records.rows(
        select(table.item_code)
        .where(
            table.deleted_at.is_(None),
            table.clinic_id == clinic_id,
            table.item_code.in_(wanted),
            table.found_on >= _since(day, repeat_months(records, day)),
            table.found_on < day,
        )
        .distinct()
    )
    found = {row.item_code for row in rows}
    return tuple(code for code in wanted if code in found)


# Closing


def rectify(session: Session, finding_id: bytes, evidence: str, on: date) -> None:
    """Record that the clinic has put it right, with the evidence.

    Raises:
        UserError: No evidence, a day before it was found, or already closed.
    """
    kept = load(session, find_register("findings"), finding_id)
    if (kept["status"] or OPEN) not in UNSETTLED:
        raise UserError(_("这个问题已整改，等待复查或已办结。"))
    if not evidence.strip():
        raise UserError(_("请写明整改情况。"))
    _refuse_before(kept, on)
    values: Values = {"status": RECTIFIED, "rectified_on": on, "evidence": evidence.strip()}
    save(session, find_register("findings"), values, finding_id)


def recheck(
    session: Session,
    finding_id: bytes,
    *,
    passed: bool,
    on: date,
    by: bytes | None = None,
    due_on: date | None = None,
) -> None:
    """Record a re-check; one that was not passed opens the finding again with a new date.

    Raises:
        UserError: It was not rectified yet, or a failed re-check has no new date.
    """
    kept = load(session, find_register("findings"), finding_id)
    if kept["status"] != RECTIFIED:
        raise UserError(_("问题登记整改后才能复查。"))
    _refuse_before(kept, on)
    values: Values = {"rechecked_on": on, "rechecked_by": by}
    if passed:
        values["status"] = PASSED
    elif due_on is None or due_on < on:
        raise UserError(_("复查不合格须另定整改期限。"))
    else:
        # The clinic has to act again: what it did was not enough.
        values |= {"status": FAILED, "due_on": due_on, "rectified_on": None}
    save(session, find_register("findings"), values, finding_id)


def _refuse_before(kept: Values, on: date) -> None:
    found = kept.get("found_on")
    if isinstance(found, date) and on < found:
        raise UserError(_("日期不能早于发现日期 {day}。").format(day=found.isoformat()))


# The notice


@dataclass(frozen=True)
class RectificationNotice:
    """A rectification notice (整改通知书) of one visit, ready to print."""

    centre: str
    clinic: str
    visited_on: date | None
    visitor: str
    score: int | None
    grade: str
    lines: tuple[FindingLine, ...]
    due_on: date | None


def rectification_notice(session: Session, visit_id: bytes, today: date) -> RectificationNotice:
    """Return the notice of a visit with its unsettled findings.

    Raises:
        UserError: Nothing is open.
    """
    records = Records(session)
    visit = load(session, find_register("visits"), visit_id)
    lines = tuple(findings_of(records, today, visit_id=visit_id, open_only=True))
    if not lines:
        raise UserError(_("这次督导没有待整改的问题。"))
    centre, staff = records.table("centre").c, records.table("staff").c
    name = records.rows(
        select(centre.name).where(centre.deleted_at.is_(None)).order_by(centre.id).limit(1)
    )
    visitor = records.rows(select(staff.name).where(or_(staff.id == visit["staff_id"])).limit(1))
    dates = [line.due_on for line in lines if line.due_on is not None]
    score, visited = visit["score"], visit["visited_on"]
    return RectificationNotice(
        (name[0].name or "") if name else "",
        lines[0].clinic,
        visited if isinstance(visited, date) else None,
        str(visit["signed_visitor"] or (visitor[0].name if visitor else "") or ""),
        score if isinstance(score, int) else None,
        str(visit["grade"] or ""),
        lines,
        max(dates, default=None),
    )
