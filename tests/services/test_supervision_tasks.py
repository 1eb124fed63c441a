"""The home page names the clinics to visit and what they should have put right."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import change_many, insert_many
from desktop.services.checklists import FAILED, PASSED, Answer, checklist_on
from desktop.services.records import Records
from desktop.services.supervision_tasks import supervision_tasks
from desktop.services.tasks import Task, Urgency
from desktop.services.visit_entry import VisitEntry, record_visit

DAY = date(2026, 6, 1)


def tasks_on(centre: Centre, day: date) -> dict[str, Task]:
    with centre.store.reading() as session:
        return {task.kind: task for task in supervision_tasks(Records(session), day)}


def visited(centre: Centre) -> None:
    """Visit one of two clinics; its first item is failed."""
    with centre.store.writing() as session:
        rows = [{"name": "甲村卫生室"}, {"name": "乙村卫生室"}]
        clinic = insert_many(session, find_register("clinics"), rows)[0]
    items = checklist_on(DAY).items
    answers = {item.code: Answer(PASSED) for item in items if not item.by_points}
    answers |= {item.code: Answer("计分", item.points) for item in items if item.by_points}
    answers[items[0].code] = Answer(FAILED, note="证照过期")
    record_visit(centre.store, VisitEntry(clinic, DAY, answers), DAY)


def test_a_centre_that_has_not_begun_is_not_urged(fresh_centre: Centre) -> None:
    with fresh_centre.store.writing() as session:
        insert_many(session, find_register("clinics"), [{"name": "甲村卫生室"}])
    assert tasks_on(fresh_centre, DAY) == {}


def test_a_clinic_never_visited_is_due_at_once(fresh_centre: Centre) -> None:
    visited(fresh_centre)
    task = tasks_on(fresh_centre, DAY)["visits"]
    assert task.detail == "乙村卫生室"
    assert task.parameters == {"register": "visits", "chip": "due"}


def test_a_finding_is_a_task_from_the_day_after_its_date(fresh_centre: Centre) -> None:
    visited(fresh_centre)
    with fresh_centre.store.reading() as session:
        table = find_register("findings").table.c
        due = session.query(table.due_on).scalar()
    assert "findings" not in tasks_on(fresh_centre, due)
    task = tasks_on(fresh_centre, due + timedelta(days=1))["findings"]
    assert task.urgency is Urgency.RED
    assert task.detail == "甲村卫生室"


def test_a_doctor_past_the_leaving_age_is_named_on_the_home_page(fresh_centre: Centre) -> None:
    with fresh_centre.store.writing() as session:
        insert_many(
            session,
            find_register("village_doctors"),
            [{"name": "李建国", "id_number": "41108119650101001X"}],
        )
        policy = find_register("policy")
        code = policy.table.c.code == "village_doctor.leaving_age"
        (row,) = session.execute(select(policy.table.c.id).where(code)).scalars()
        change_many(session, policy, [(row, {"value": "60"})])
    assert "village_doctors" not in tasks_on(fresh_centre, date(2024, 12, 31))
    task = tasks_on(fresh_centre, date(2025, 1, 1))["village_doctors"]
    assert task.detail == "李建国"
    assert task.parameters == {"register": "oversight", "chip": "doctors"}
