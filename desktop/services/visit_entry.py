"""A supervision visit entered in one step: items, samples, findings (S3-5.2a, S4-4a)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.registers.findings import OPEN
from desktop.models.store import Store, insert_many, save
from desktop.services import photos
from desktop.services.checklists import (
    Answer,
    ChecklistItem,
    JudgedItem,
    Judgement,
    bands_on,
    checklist_on,
    judge,
    load_checklist,
)
from desktop.services.findings import repeats_of
from desktop.services.photos import NewPhoto, Subject
from desktop.services.records import Records
from desktop.services.visits import intervals_on
from desktop.text import _


@dataclass(frozen=True)
class Sampled:
    """A sampled record: whose, true, as it should be."""

    kind: str
    subject: str
    genuine: bool | None = None
    compliant: bool | None = None
    note: str = ""
    resident_id: bytes | None = None


@dataclass(frozen=True)
class Fault:
    """What is told of a failed item beyond its wording."""

    problem: str = ""
    doctor_id: bytes | None = None
    due_on: date | None = None


@dataclass(frozen=True)
class VisitEntry:
    """A visit as entered: answers by item code, samples, and more about failed items."""

    clinic_id: bytes
    visited_on: date
    answers: Mapping[str, Answer]
    staff_id: bytes | None = None
    kind: str = "日常督导"
    checklist: str = ""
    samples: tuple[Sampled, ...] = ()
    faults: Mapping[str, Fault] = field(default_factory=dict)
    next_visit_on: date | None = None
    signed_visitor: str = ""
    signed_clinic: str = ""
    content: str = ""
    note: str = ""
    photos: tuple[NewPhoto, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """What was written: the visit, its judgement and findings; ``repeats`` were found before."""

    visit_id: bytes
    judgement: Judgement
    findings: tuple[bytes, ...]
    repeats: tuple[str, ...]
    next_visit_on: date | None


def record_visit(store: Store, entry: VisitEntry, today: date) -> Recorded:
    """Write a visit with its items, samples, findings and photos in one transaction.

    Raises:
        UserError: An item has no answer, or the day lies ahead.
        RecordRefused: The same visit was entered on this PC already.
    """
    if entry.visited_on > today:
        raise UserError(_("督导日期 {day} 还没有到。").format(day=entry.visited_on.isoformat()))
    digests = photos.write_files(store, entry.photos)
    with store.writing() as session:
        records = Records(session)
        checklist = (
            load_checklist(entry.checklist, records)
            if entry.checklist
            else checklist_on(entry.visited_on, records)
        )
        judgement = judge(checklist, entry.answers, bands_on(records, entry.visited_on))
        next_on = entry.next_visit_on
        days = intervals_on(records, entry.visited_on).get(judgement.grade)
        if next_on is None and days is not None:
            next_on = entry.visited_on + timedelta(days=days)
        visit_id = save(session, find_register("visits"), _visit(entry, checklist.key, judgement))
        change: Values = {"next_visit_on": next_on}
        save(session, find_register("visits"), change, visit_id)
        _add(session, "visit_items", [_item(visit_id, each) for each in judgement.items])
        _add(session, "visit_samples", [_sample(visit_id, each) for each in entry.samples])
        repeats = _found_before(records, entry, judgement)
        rows = _findings(records, entry, visit_id, judgement)
        findings = _add(session, "findings", rows)
        subject = Subject(visit_id)
        photos.attach(session, store, subject, entry.photos, digests, entry.visited_on)
    return Recorded(visit_id, judgement, tuple(findings), repeats, next_on)


def _add(session: Session, key: str, rows: list[Values]) -> list[bytes]:
    return insert_many(session, find_register(key), rows)


def _visit(entry: VisitEntry, checklist: str, judgement: Judgement) -> Values:
    return {
        "clinic_id": entry.clinic_id,
        "visited_on": entry.visited_on,
        "kind": entry.kind or None,
        "staff_id": entry.staff_id,
        "checklist": checklist,
        "score": judgement.score,
        "grade": judgement.grade or None,
        "vetoed": judgement.vetoed,
        "signed_visitor": entry.signed_visitor or None,
        "signed_clinic": entry.signed_clinic or None,
        "content": entry.content or None,
        "note": entry.note or None,
    }


def _item(visit_id: bytes, judged: JudgedItem) -> Values:
    return {
        "visit_id": visit_id,
        "code": judged.item.code,
        "section": judged.item.section,
        "wording": judged.item.wording,
        "result": judged.answer.result,
        "earned": judged.earned,
        "possible": judged.possible,
        "critical": judged.item.critical,
        "veto": judged.item.veto,
        "note": judged.answer.note or None,
    }


def _sample(visit_id: bytes, sample: Sampled) -> Values:
    return {
        "visit_id": visit_id,
        "kind": sample.kind,
        "subject": sample.subject,
        "genuine": sample.genuine,
        "compliant": sample.compliant,
        "note": sample.note or None,
        "resident_id": sample.resident_id,
    }


def _findings(
    records: Records, entry: VisitEntry, visit_id: bytes, judgement: Judgement
) -> list[Values]:
    usual = records.policy("visit.rectify_days", entry.visited_on)
    made: list[Values] = []
    for judged in judgement.failed:
        item = judged.item
        fault = entry.faults.get(item.code, Fault())
        due = fault.due_on or due_day(item, entry.visited_on, usual)
        severity = "一票否决" if item.veto else "关键" if item.critical else "一般"
        made.append(
            {
                "clinic_id": entry.clinic_id,
                "visit_id": visit_id,
                "problem": fault.problem or judged.answer.note or item.wording,
                "found_on": entry.visited_on,
                "item_code": item.code,
                "clause": item.clause or None,
                "doctor_id": fault.doctor_id,
                "due_on": due,
                "status": OPEN,
                "severity": severity,
            }
        )
    return made


def due_day(item: ChecklistItem, found_on: date, usual: Decimal | int | None) -> date | None:
    """Return by when a failed item is put right: the checklist's own days, else the policy's."""
    days = item.due_days if item.due_days is not None else usual
    return None if days is None else found_on + timedelta(days=int(days))


def _found_before(records: Records, entry: VisitEntry, judgement: Judgement) -> tuple[str, ...]:
    codes = [each.item.code for each in judgement.failed]
    return repeats_of(records, entry.clinic_id, codes, entry.visited_on)
