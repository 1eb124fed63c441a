"""Whom to visit when: every clinic's next supervision visit, and each doctor's route (S3-5.2c)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from desktop.models.registers.findings import UNSETTLED
from desktop.services.records import Records
from desktop.text import N_

CLOSED = ("合并", "撤销")

NEVER = "never"
OVERDUE = "overdue"
TODAY = "today"
SOON = "soon"
LATER = "later"
STATE_LABELS = {
    NEVER: N_("从未督导"),
    OVERDUE: N_("逾期"),
    TODAY: N_("今日"),
    SOON: N_("七日内"),
    LATER: N_("未到期"),
}
_SOON_DAYS = 7


@dataclass(frozen=True)
class PlanLine:
    """A clinic's next visit: when, why then, who goes, and what is open there.

    ``late`` is the number of days since the visit was due, negative before it.
    """

    clinic_id: bytes
    clinic: str
    village: str
    phone: str
    last_on: date | None
    last_id: bytes | None
    score: int | None
    grade: str
    next_on: date | None
    late: int
    state: str
    staff_id: bytes | None
    staff: str
    open_findings: int
    overdue_findings: int

    @property
    def due(self) -> bool:
        """Say that the clinic should be visited today at the latest."""
        return self.state in (NEVER, OVERDUE, TODAY)


def intervals_on(records: Records, day: date) -> dict[str, int | None]:
    """Return the days between visits by class (policy rows)."""
    found = {g: records.policy(f"visit.interval_{g.lower()}_days", day) for g in ("A", "B", "C")}
    return {grade: None if days is None else int(days) for grade, days in found.items()}


def plan(bind: Session | Records, today: date) -> list[PlanLine]:
    """Return every working clinic's next visit, the most pressing first."""
    records = bind if isinstance(bind, Records) else Records(bind)
    last = _last_visits(records)
    intervals = intervals_on(records, today)
    guides = responsible(records, today)
    counts = _finding_counts(records, today)
    made = []
    for clinic in _clinics(records):
        visit = last.get(clinic.id)
        next_on = _next(visit, intervals)
        late = (today - next_on).days if next_on is not None else 0
        state = NEVER if visit is None else _state(late if next_on is not None else None)
        staff_id, staff = guides.get(clinic.id, (None, ""))
        open_count, overdue = counts.get(clinic.id, (0, 0))
        made.append(
            PlanLine(
                clinic.id,
                clinic.name or "",
                clinic.village or "",
                clinic.phone or "",
                visit.visited_on if visit is not None else None,
                bytes(visit.id) if visit is not None else None,
                visit.score if visit is not None else None,
                (visit.grade or "") if visit is not None else "",
                next_on,
                late,
                state,
                staff_id,
                staff,
                open_count,
                overdue,
            )
        )
    order = list(STATE_LABELS)
    return sorted(
        made, key=lambda line: (order.index(line.state), -line.late, line.clinic, line.clinic_id)
    )


def _next(visit: Any, intervals: dict[str, int | None]) -> date | None:
    if visit is None:
        return None
    if visit.next_visit_on is not None:
        return visit.next_visit_on  # type: ignore[no-any-return]
    days = intervals.get(visit.grade or "")
    return None if days is None else visit.visited_on + timedelta(days=days)


def _state(late: int | None) -> str:
    if late is None:
        return LATER
    if late > 0:
        return OVERDUE
    if late == 0:
        return TODAY
    return SOON if late >= -_SOON_DAYS else LATER


def _clinics(records: Records) -> list[Any]:
    clinic, village = records.table("clinics").c, records.table("divisions")
    return list(
        records.rows(
            select(clinic.id, clinic.name, clinic.phone, village.c.name.label("village"))
            .outerjoin(village, village.c.id == clinic.village_id)
            .where(
                clinic.deleted_at.is_(None),
                or_(clinic.status.is_(None), clinic.status.not_in(CLOSED)),
            )
            .order_by(clinic.name, clinic.id)
        )
    )


def _last_visits(records: Records) -> dict[bytes, Any]:
    """Return each clinic's last visit; of two on one day the one entered later."""
    table = records.table("visits").c
    rows = records.rows(
        select(
            table.id,
            table.clinic_id,
            table.visited_on,
            table.score,
            table.grade,
            table.next_visit_on,
        )
        .where(table.deleted_at.is_(None), table.visited_on.is_not(None))
        .order_by(table.visited_on, table.id)
    )
    return {row.clinic_id: row for row in rows if row.clinic_id is not None}


def responsible(records: Records, day: date) -> dict[bytes, tuple[bytes, str]]:
    """Return the backbone doctor of each clinic on a day: its own, else its village's (S3-5.2c)."""
    table, staff = records.table("assignments").c, records.table("staff")
    rows = records.rows(
        select(table.clinic_id, table.village_id, table.staff_id, staff.c.name)
        .join(staff, staff.c.id == table.staff_id)
        .where(
            table.deleted_at.is_(None),
            table.starts_on <= day,
            or_(table.ends_on.is_(None), table.ends_on >= day),
        )
        .order_by(table.starts_on, table.id)
    )
    own = {row.clinic_id: row for row in rows if row.clinic_id is not None}
    by_village = {row.village_id: row for row in rows if row.clinic_id is None}
    clinic = records.table("clinics").c
    made = {}
    for place in records.rows(select(clinic.id, clinic.village_id)):
        found = own.get(place.id) or by_village.get(place.village_id)
        if found is not None:
            made[bytes(place.id)] = (bytes(found.staff_id), found.name or "")
    return made


def _finding_counts(records: Records, today: date) -> dict[bytes, tuple[int, int]]:
    table = records.table("findings").c
    unsettled = and_(
        table.deleted_at.is_(None), or_(table.status.is_(None), table.status.in_(UNSETTLED))
    )
    rows = records.rows(
        select(table.clinic_id, table.due_on, func.count())
        .where(unsettled, table.clinic_id.is_not(None))
        .group_by(table.clinic_id, table.due_on)
    )
    made: dict[bytes, tuple[int, int]] = {}
    for clinic, due, count in rows:
        known, late = made.get(clinic, (0, 0))
        made[clinic] = (known + count, late + (count if due is not None and due < today else 0))
    return made


@dataclass(frozen=True)
class Route:
    """One backbone doctor's visits, to print with blank checklists."""

    staff_id: bytes | None
    staff: str
    lines: tuple[PlanLine, ...]


def routes(lines: list[PlanLine], *, within_days: int = 0) -> list[Route]:
    """Return the due visits by backbone doctor; ``within_days`` adds those due soon."""
    made: dict[tuple[str, bytes | None], list[PlanLine]] = {}
    for line in lines:
        soon = line.next_on is not None and -line.late <= within_days
        if line.due or soon:
            made.setdefault((line.staff, line.staff_id), []).append(line)
    ordered = sorted(made.items(), key=lambda each: (not each[0][0], each[0][0], each[0][1] or b""))
    return [Route(staff_id, staff, tuple(found)) for (staff, staff_id), found in ordered]
