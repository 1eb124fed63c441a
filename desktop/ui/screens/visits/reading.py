"""What the visits page asks of the database; runs on the database thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select

from desktop.models.kinds import show_amount
from desktop.models.registers.postings import WORK
from desktop.models.store import Store
from desktop.services import visits
from desktop.services.checklists import Bands, Checklist, bands_on, checklist_on
from desktop.services.findings import FindingLine, findings_of
from desktop.services.records import Records
from desktop.services.visit_entry import Recorded, VisitEntry, record_visit
from desktop.services.visits import PlanLine
from desktop.text import _
from desktop.ui.worker import Changed, changed

WRITTEN = ("visits", "visit_items", "visit_samples", "visit_photos", "findings")


@dataclass(frozen=True)
class PlanView:
    """The plan of a day, and what is open at each clinic."""

    today: date
    lines: tuple[PlanLine, ...] = ()
    findings: Mapping[bytes, tuple[FindingLine, ...]] = field(default_factory=dict)
    checklist: Checklist = field(default_factory=lambda: checklist_on(date.today()))

    def line_of(self, clinic: bytes) -> PlanLine | None:
        """Return a clinic's line; None where it is closed."""
        return next((line for line in self.lines if line.clinic_id == clinic), None)


@dataclass(frozen=True)
class Rules:
    """By what a visit of a day is judged, and the days to the next one by class."""

    checklist: Checklist
    bands: Bands
    intervals: Mapping[str, int | None]
    rectify_days: int | None = None


def read_plan(store: Store, today: date) -> PlanView:
    """Return every clinic's next visit and open findings."""
    with store.reading() as session:
        lines = visits.plan(session, today)
        held: dict[bytes, list[FindingLine]] = {}
        for finding in findings_of(session, today, open_only=True):
            if finding.clinic_id is not None:
                held.setdefault(finding.clinic_id, []).append(finding)
        checklist = checklist_on(today, Records(session))
    found = {key: tuple(each) for key, each in held.items()}
    return PlanView(today, tuple(lines), found, checklist)


def read_rules(store: Store, day: date) -> Rules:
    """Return the checklist and the policy numbers of a day."""
    with store.reading() as session:
        records = Records(session)
        days = records.policy("visit.rectify_days", day)
        return Rules(
            checklist_on(day, records),
            bands_on(records, day),
            visits.intervals_on(records, day),
            None if days is None else int(days),
        )


def read_doctors(store: Store, clinic: bytes, day: date) -> list[tuple[bytes, str]]:
    """Return the doctors who work in a clinic on a day."""
    with store.reading() as session:
        records = Records(session)
        doctor, posting = records.table("village_doctors").c, records.table("postings").c
        posted = select(posting.doctor_id).where(
            posting.deleted_at.is_(None),
            posting.clinic_id == clinic,
            posting.kind == WORK,
            or_(posting.starts_on.is_(None), posting.starts_on <= day),
            or_(posting.ends_on.is_(None), posting.ends_on >= day),
        )
        found = records.rows(
            select(doctor.id, doctor.name)
            .where(
                doctor.deleted_at.is_(None),
                or_(doctor.clinic_id == clinic, doctor.id.in_(posted)),
                or_(doctor.status.is_(None), doctor.status != "离岗"),
            )
            .order_by(doctor.name, doctor.id)
        )
    return [(bytes(row.id), row.name or "") for row in found]


def record(store: Store, entry: VisitEntry, today: date) -> Changed[Recorded]:
    """Write a visit with its items, samples and findings."""
    return changed(record_visit(store, entry, today), *WRITTEN)


# In words


def score_text(score: int | None) -> str:
    """Return a score with two decimals, as everywhere; blank where nothing was scored."""
    return "" if score is None else show_amount(score)


def worth_text(points: int | None) -> str:
    """Return an item's points as a person types them; blank where none were given."""
    return "" if points is None else show_amount(points).rstrip("0").rstrip(".")


def due_text(line: PlanLine) -> tuple[str, str]:
    """Return when a clinic is due in a word, and its tone."""
    if line.state == visits.NEVER:
        return _("从未督导"), "amber"
    if line.state == visits.OVERDUE:
        return _("逾期 {days} 天").format(days=line.late), "red"
    if line.state == visits.TODAY:
        return _("今日"), "amber"
    if line.next_on is None:
        return _("未定"), "soft"
    return _("还有 {days} 天").format(days=-line.late), "soft"


def last_text(line: PlanLine | None) -> str:
    """Say in one line what the last visit of a clinic found."""
    if line is None or line.last_on is None:
        return ""
    words = [_("上次督导 {day}").format(day=line.last_on.isoformat())]
    if line.score is not None:
        words.append(_("{score} 分").format(score=score_text(line.score)))
    if line.grade:
        words.append(_("{grade} 级").format(grade=line.grade))
    return "，".join(words)


def open_text(line: PlanLine) -> str:
    """Say how many findings are open at a clinic, and how many of them are overdue."""
    if not line.open_findings:
        return ""
    if not line.overdue_findings:
        return str(line.open_findings)
    return _("{open}（逾期 {overdue}）").format(
        open=line.open_findings, overdue=line.overdue_findings
    )
