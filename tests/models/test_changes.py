"""Every write leaves its change row in the same transaction, in the order of one clock."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from desktop.errors import RecordRefused
from desktop.models import store
from desktop.models.changes import (
    NEW_RECORD,
    changed_fields,
    columns_by_number,
    history,
    hlc_time,
    last_seq,
)
from desktop.models.database import connect_raw
from desktop.models.ids import new_id
from desktop.models.local import Change, SyncState
from desktop.models.opening import Centre
from desktop.models.register import DELETED_AT, Values
from desktop.models.registers import all_registers, find_register

RESIDENTS = find_register("residents")
TABLE = RESIDENTS.table
DAY_MS = 86_400_000


def changes(session: Session, after: int = 0) -> list[Change]:
    return list(
        session.scalars(select(Change).where(Change.seq > after).order_by(Change.seq)).all()
    )


def people(count: int) -> list[Values]:
    return [{"name": f"居民{order}", "householder": "王大"} for order in range(count)]


def test_a_bulk_update_is_caught_row_by_row(fresh_centre: Centre) -> None:
    with fresh_centre.store.writing() as session:
        ids = store.insert_many(session, RESIDENTS, people(660))
        start = last_seq(session)
        session.execute(
            update(TABLE).where(TABLE.c.name.like("居民%5")).values(householder="李大", note="搬迁")
        )
        written = changes(session, start)
    assert len(written) == 66
    assert {each.record_id for each in written} == {ids[order] for order in range(5, 660, 10)}
    mask = 1 << RESIDENTS.by_key["householder"].number | 1 << RESIDENTS.by_key["note"].number
    assert {each.mask for each in written} == {mask}
    before = json.loads(written[0].before or "")
    assert (before["householder"], before["note"]) == ("王大", None)


def test_a_bulk_insert_past_the_store_is_caught_too(fresh_centre: Centre) -> None:
    with fresh_centre.store.writing() as session:
        start = last_seq(session)
        session.execute(insert(TABLE), [{"name": "甲"}, {"name": "乙"}])
        written = changes(session, start)
    assert [each.mask for each in written] == [NEW_RECORD, NEW_RECORD]
    assert {each.person for each in written} == {fresh_centre.unlocked.person_id}


def test_an_update_that_changes_nothing_leaves_no_row(fresh_centre: Centre) -> None:
    with fresh_centre.store.writing() as session:
        store.insert_many(session, RESIDENTS, people(3))
        start = last_seq(session)
        session.execute(update(TABLE).values(householder="王大"))
        session.execute(update(TABLE).values(search_key="derived, stays here"))
        assert changes(session, start) == []


def test_blank_and_empty_differ(fresh_centre: Centre) -> None:
    with fresh_centre.store.writing() as session:
        made = store.insert_many(session, RESIDENTS, [{"name": "甲", "note": None}])[0]
        start = last_seq(session)
        session.execute(update(TABLE).where(TABLE.c.id == made).values(note=""))
        session.execute(update(TABLE).where(TABLE.c.id == made).values(note=None))
        assert [changed_fields(RESIDENTS, each.mask) for each in changes(session, start)] == [
            ["note"],
            ["note"],
        ]


def test_what_fails_writes_neither_record_nor_change(fresh_centre: Centre) -> None:
    def count(session: Session) -> tuple[int, int]:
        return len(session.execute(select(TABLE.c.id)).all()), last_seq(session)

    with fresh_centre.store.reading() as session:
        before = count(session)

    def write_and_fail() -> None:
        with fresh_centre.store.writing() as session:
            store.insert_many(session, RESIDENTS, people(50))
            assert count(session) != before
            raise RuntimeError("the power goes")

    def write_and_be_refused() -> None:
        with fresh_centre.store.writing() as session:
            store.insert_many(session, RESIDENTS, people(2))
            store.save(session, RESIDENTS, {"name": None})

    with pytest.raises(RuntimeError, match="the power goes"):
        write_and_fail()
    with pytest.raises(RecordRefused):
        write_and_be_refused()
    with fresh_centre.store.reading() as session:
        assert count(session) == before


def test_rows_taken_from_the_hub_leave_no_change(fresh_centre: Centre) -> None:
    with fresh_centre.store.writing() as session:
        start = last_seq(session)
        connection = session.connection()
        with fresh_centre.database.not_capturing(connection):
            ids = store.insert_many(session, RESIDENTS, people(5))
            store.change_many(session, RESIDENTS, [(ids[0], {"name": "改名"})])
        assert changes(session, start) == []
        store.change_many(session, RESIDENTS, [(ids[1], {"name": "又改名"})])
        assert len(changes(session, start)) == 1
    with fresh_centre.store.writing() as session:  # the connection is back from the pool
        start = last_seq(session)
        store.insert_many(session, RESIDENTS, people(1))
        assert len(changes(session, start)) == 1


def test_a_tool_that_does_not_sign_its_writes_cannot_write(fresh_centre: Centre) -> None:
    raw = connect_raw(fresh_centre.database.path, fresh_centre.database.data_key)
    try:
        with pytest.raises(sqlcipher.OperationalError, match=r"capturing|person"):
            raw.execute("UPDATE resident SET name = 'x'")
        with pytest.raises(sqlcipher.OperationalError, match=r"capturing|person"):
            raw.execute("INSERT INTO resident (id, search_key) VALUES (x'00', '')")
    finally:
        raw.close()


# ---- The clock ----


def clock(session: Session) -> list[int]:
    return [each.hlc for each in changes(session)]


def test_the_clock_rises_with_every_row_and_is_near_the_wall(fresh_centre: Centre) -> None:
    begun = time.time_ns() // 1_000_000
    with fresh_centre.store.writing() as session:
        start = last_seq(session)
        ids = store.insert_many(session, RESIDENTS, people(500))
        session.execute(update(TABLE).values(householder="李大"))
        store.remove(session, RESIDENTS, ids[0])
        stamps = clock(session)
        mine = [each.hlc for each in changes(session, start)]
    assert stamps == sorted(set(stamps))
    assert len(mine) == 1001
    assert begun - 60_000 <= mine[0] >> 16 <= begun + 60_000
    assert abs((hlc_time(mine[0]) - datetime.now(UTC)).total_seconds()) < 120


def test_the_clock_rises_when_the_pc_is_set_back(fresh_centre: Centre) -> None:
    ahead = (time.time_ns() // 1_000_000 + 30 * DAY_MS) << 16
    with fresh_centre.store.writing() as session:
        made = store.insert_many(session, RESIDENTS, people(1))[0]
        # As if that row had been written before the clock was set back by a month.
        session.execute(update(Change).where(Change.record_id == made).values(hlc=ahead))
        start = last_seq(session)
        store.change_many(session, RESIDENTS, [(made, {"note": "一"})])
        store.change_many(session, RESIDENTS, [(made, {"note": "二"})])
        assert [each.hlc for each in changes(session, start)] == [ahead + 1, ahead + 2]


def test_the_clock_is_beyond_all_that_was_seen_from_the_hub(fresh_centre: Centre) -> None:
    ahead = (time.time_ns() // 1_000_000 + 30 * DAY_MS) << 16
    with fresh_centre.store.writing() as session:
        session.execute(delete(SyncState))
        session.add(SyncState(one=1, hlc=ahead))
        session.flush()
        session.execute(delete(Change))  # all confirmed and cleared away
        ids = store.insert_many(session, RESIDENTS, people(2))
        store.change_many(session, RESIDENTS, [(ids[0], {"note": "改"})])
        assert clock(session)[-3:] == [ahead + 1, ahead + 2, ahead + 3]


def test_numbers_of_cleared_change_rows_are_never_used_again(fresh_centre: Centre) -> None:
    with fresh_centre.store.writing() as session:
        store.insert_many(session, RESIDENTS, people(3))
        top = last_seq(session)
        session.execute(delete(Change))
    with fresh_centre.store.writing() as session:
        store.insert_many(session, RESIDENTS, people(1))
        assert [each.seq for each in changes(session)] == [top, top + 1]
        session.execute(delete(Change).where(Change.seq == top))
        assert [each.seq for each in changes(session)] == [top + 1]


# ---- Masks and history ----


@given(st.data())
def test_a_mask_names_just_the_fields_it_was_made_of(data: st.DataObject) -> None:
    register = data.draw(st.sampled_from(list(all_registers().values())))
    names = columns_by_number(register)
    chosen = data.draw(st.sets(st.sampled_from(sorted(names))))
    mask = sum(1 << number for number in chosen)
    assert set(changed_fields(register, mask)) == {names[number] for number in chosen}
    assert mask < 2**62


def test_history_tells_who_changed_what_the_newest_first(fresh_centre: Centre) -> None:
    contracts = find_register("contracts")
    with fresh_centre.store.writing() as session:
        values: Values = {"name": "王秀兰", "expires_on": date(2026, 12, 31), "elderly": True}
        made = store.insert_many(session, contracts, [values])[0]
        store.change_many(session, contracts, [(made, {"elderly": False})])
        fresh_centre.database.person = "another person"
        store.change_many(
            session, contracts, [(made, {"name": "王秀蓝", "expires_on": date(2027, 12, 31)})]
        )
        entries = history(session, contracts, made)
    assert [entry.person for entry in entries] == [
        "another person",
        fresh_centre.unlocked.person_id,
    ]
    assert entries[0].before == {"name": "王秀兰", "expires_on": "2026-12-31"}
    assert entries[1].before == {"elderly": 1}
    assert entries[0].seq > entries[1].seq


def test_a_change_row_keeps_the_changed_fields_old_values_and_no_others(
    fresh_centre: Centre,
) -> None:
    contracts, village = find_register("contracts"), new_id()
    with fresh_centre.store.writing() as session:
        values: Values = {"name": '王"秀\\兰', "expires_on": date(2026, 12, 31), "note": None}
        made = store.insert_many(session, contracts, [values])[0]
        start = last_seq(session)
        edits: list[Values] = [
            {"name": "王秀蓝", "village_id": village},
            {"village_id": None, "note": "补"},
            {"note": None, "elderly": True},
        ]
        for edit in edits:
            store.change_many(session, contracts, [(made, edit)])
        images = [json.loads(each.before or "") for each in changes(session, start)]
    assert images == [
        {"name": '王"秀\\兰', "village_id": None},
        {"village_id": village.hex(), "note": None},
        {"note": "补", "elderly": None},
    ]


def test_the_mark_of_deletion_is_a_field_of_its_own(fresh_centre: Centre) -> None:
    with fresh_centre.store.writing() as session:
        made = store.insert_many(session, RESIDENTS, people(1))[0]
        start = last_seq(session)
        store.remove(session, RESIDENTS, made)
        store.put_back(session, RESIDENTS, made)
        assert [each.mask for each in changes(session, start)] == [1 << DELETED_AT] * 2
        assert columns_by_number(RESIDENTS)[DELETED_AT] == "deleted_at"
