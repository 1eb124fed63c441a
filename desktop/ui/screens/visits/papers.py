"""The visits' papers: routes with blank checklists, and rectification notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

from desktop.models.store import Store
from desktop.services.findings import FindingLine, rectification_notice
from desktop.services.visits import PlanLine
from desktop.text import _
from desktop.ui.photos.paper import pictures_of
from desktop.ui.screens.visits.reading import (
    PlanView,
    due_text,
    last_text,
    open_text,
    score_text,
    worth_text,
)

if TYPE_CHECKING:
    from desktop.printing.visit_checklist import BlankChecklist


def routes_pdf(
    centre: str, view: PlanView, lines: Sequence[PlanLine], *, checklists: bool
) -> bytes:
    """Return the routes of these visits by backbone doctor, with checklists where wanted."""
    from desktop.printing.route_list import Route, RouteLine, print_routes

    by_doctor: dict[str, list[PlanLine]] = {}
    for line in lines:
        by_doctor.setdefault(line.staff, []).append(line)
    routes = [
        Route(
            doctor,
            tuple(
                RouteLine(
                    line.clinic,
                    line.village,
                    line.phone,
                    line.last_on.isoformat() if line.last_on else "",
                    " / ".join(each for each in (score_text(line.score), line.grade) if each),
                    line.next_on.isoformat() if line.next_on else due_text(line)[0],
                    open_text(line),
                )
                for line in held
            ),
            tuple(blank(centre, view, line) for line in held) if checklists else (),
        )
        for doctor, held in sorted(by_doctor.items(), key=lambda each: (not each[0], each[0]))
    ]
    target = BytesIO()
    print_routes(target, centre, view.today, routes)
    return target.getvalue()


def blank(centre: str, view: PlanView, line: PlanLine) -> BlankChecklist:
    """Return the blank checklist of a clinic, with what is open there."""
    from desktop.printing.visit_checklist import BlankChecklist, ChecklistLine

    checklist = view.checklist
    return BlankChecklist(
        _(checklist.title),
        centre,
        line.clinic,
        tuple(
            ChecklistLine(
                item.section,
                item.code,
                item.wording,
                worth_text(item.points),
                item.by_points,
                item.critical,
                item.veto,
            )
            for item in checklist.items
        ),
        line.staff,
        last_text(line),
        tuple(_finding(each) for each in view.findings.get(line.clinic_id, ())),
    )


def _finding(finding: FindingLine) -> str:
    text = f"{finding.item_code} {finding.problem}".strip()
    if finding.due_on is None:
        return text
    return _("{problem}（限 {day} 前）").format(problem=text, day=finding.due_on.isoformat())


def checklist_pdf(centre: str, view: PlanView, lines: Sequence[PlanLine]) -> bytes:
    """Return blank checklists for these clinics."""
    from desktop.printing.visit_checklist import print_checklists

    target = BytesIO()
    print_checklists(target, [blank(centre, view, line) for line in lines])
    return target.getvalue()


def notice_pdf(store: Store, centre: str, visit: bytes, today: date) -> bytes:
    """Return the rectification notice of a visit; refused where nothing is open."""
    from desktop.printing.rectification_notice import Notice, NoticeItem, print_notice

    with store.reading() as session:
        found = rectification_notice(session, visit, today)
    items = tuple(
        NoticeItem(line.problem, line.clause, line.doctor, line.due_on, line.times)
        for line in found.lines
    )
    notice = Notice(
        found.centre or centre,
        found.clinic,
        found.visited_on,
        items,
        today,
        found.due_on,
        score_text(found.score),
        found.grade,
        found.visitor,
        photos=pictures_of(store, visit),
    )
    target = BytesIO()
    print_notice(target, notice)
    return target.getvalue()
