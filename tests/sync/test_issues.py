"""What people have to look at: putting back, counting, and since when something waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, insert

from county.storage import Hub
from desktop.errors import UserError
from desktop.models.exchange_tables import SyncRefused
from desktop.models.register import DELETED_AT
from desktop.models.registers import find_register
from desktop.models.store import put_back, remove
from desktop.sync import conflicts, issues, standing
from desktop.sync.protocol import Refusal
from desktop.ui.exchange_runner import tone_of
from desktop.ui.screens.sync.reading import read_view
from tests.sync.parts import PC, code_for, staff

MakePC = Callable[..., PC]

CLINICS = find_register("clinics")
DOCTORS = find_register("village_doctors")


def gave_way(pc: PC, record: bytes, field: int, mine: Any, theirs: Any) -> int:
    """Note that a doctor's field gave way; returns the issue."""
    with pc.store.writing() as session:
        of = (DOCTORS.number, record)
        issues.note_conflict(session, of, field, issues.LOST, (mine, theirs), "王秀兰", 1 << 60)
        return conflicts.list_issues(session)[0].id


@pytest.mark.parametrize("deletion", [True, False])
def test_nothing_is_put_back_that_refers_to_a_deleted_record(
    make_pc: MakePC, *, deletion: bool
) -> None:
    pc = make_pc()
    clinic = pc.save("clinics", {"name": "南庄卫生室"})
    doctor = pc.save("village_doctors", staff("张医生", clinic_id=clinic if deletion else None))
    with pc.store.writing() as session:
        if deletion:
            remove(session, DOCTORS, doctor)
        remove(session, CLINICS, clinic)
    if deletion:
        issue = gave_way(pc, doctor, DELETED_AT, None, "2026-11-01")
    else:
        issue = gave_way(pc, doctor, DOCTORS.by_key["clinic_id"].number, clinic, None)
    with pytest.raises(UserError, match="南庄卫生室”已经删除"), pc.store.writing() as session:
        conflicts.put_back(session, issue)
    with pc.store.writing() as session:
        put_back(session, CLINICS, clinic)
        conflicts.put_back(session, issue)
        assert conflicts.list_issues(session) == []
    assert pc.load("village_doctors", doctor)["clinic_id"] == clinic


def test_as_many_are_counted_as_are_listed(make_pc: MakePC) -> None:
    pc = make_pc()
    with pc.store.writing() as session:
        for number in (30_000, CLINICS.number):  # The first is of a newer program.
            of = (number, bytes(16))
            issues.note_conflict(session, of, 1, issues.LOST, ("甲", "乙"), "王秀兰", 1 << 60)
        assert len(conflicts.list_issues(session)) == 1
        assert standing.status(session).issues == 1


def test_a_page_asks_no_more_of_many_refusals_than_of_few(make_pc: MakePC) -> None:
    pc = make_pc()
    made: list[str] = []
    engine = pc.store.database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: made.append(given[2]))
    counts: list[int] = []
    total = 0
    for names in (30, 60):
        records = [pc.save("clinics", {"name": f"{names}号{at}室"}) for at in range(names)]
        with pc.store.writing() as session:
            for id in records:
                refusal = Refusal(CLINICS.number, id, "bad_value", "县级退回")
                issues.note_refusal(session, refusal, 1, ("甲", None), 1 << 60)
                refused = {"t": CLINICS.number, "record_id": id, "field": 1, "hlc": 1}
                session.execute(insert(SyncRefused).values(**refused))
        made.clear()
        view = read_view(pc.store)
        counts.append(len(made))
        total += names
        assert (view.status.issues, view.status.refused) == (total, total)
        assert all(each.not_taken for each in view.issues)
    assert counts[0] == counts[1] > 0


def test_what_waits_since_a_clock_was_ahead_turns_red(sqlite_hub: Hub, make_pc: MakePC) -> None:
    pc = make_pc()
    pc.join(sqlite_hub, code_for(sqlite_hub))
    pc.sync()
    pc.skew(30 * 86_400_000)
    pc.save("staff", staff("甲"))
    pc.skew(0)
    pc.save("staff", staff("乙"))
    now = dt.datetime.now(dt.UTC)
    status = pc.status()
    assert [tone_of(status, now + dt.timedelta(days=days)) for days in (0, 2, 20)] == [
        "soft",
        "amber",
        "red",
    ]
    assert all(each.since <= now for each in read_view(pc.store).waiting)
