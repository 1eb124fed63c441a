from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from desktop.models.local import Change
from desktop.models.registers import find_register
from desktop.sync import account, outbox
from desktop.sync.clock import shift_back
from desktop.sync.protocol import CLOCK_TOLERANCE_MS, Reply, Status
from desktop.sync.wire import unpack_ids
from tests.sync.parts import PC, staff

MakePC = Callable[..., PC]
STAFF = find_register("staff")
PHONE = STAFF.by_key["phone"].number


@pytest.fixture
def pc(make_pc: MakePC) -> PC:
    return make_pc()


def last(pc: PC) -> int:
    with pc.store.reading() as session:
        return int(session.execute(select(func.max(Change.seq))).scalar_one())


def build(pc: PC, since: int, limit: int) -> outbox.Batch:
    with pc.store.reading() as session:
        return outbox.build(session, since, limit, {pc.store.person_id: "院长"})


def test_a_present_value_never_travels_under_an_earlier_stamp(pc: PC) -> None:
    id = pc.save("staff", staff("王小明"))
    since = last(pc)
    pc.save("staff", {"phone": "13800000001"}, id)
    pc.save("staff", staff("别人"))
    pc.save("staff", {"phone": "13800000002"}, id)
    with pc.store.reading() as session:
        stamps = session.execute(select(Change.hlc).order_by(Change.seq)).scalars().all()
    batch = build(pc, since, 1)
    assert (batch.first, batch.last, batch.more) == (since + 1, since + 1, True)
    (edits,) = batch.edits
    (field,) = edits.fields
    assert (field.field, field.values) == (PHONE, ["13800000002"])
    assert field.stamps[0] + batch.base == stamps[-1]
    assert batch.people == ["院长"]


def test_edits_of_one_field_travel_as_one_and_others_not_at_all(pc: PC) -> None:
    id, still = pc.save("staff", staff("王小明")), pc.save("staff", staff("别人"))
    since = last(pc)
    for number in range(5):
        pc.save("staff", {"phone": f"1380000000{number}"}, id)
    batch = build(pc, since, 100)
    assert (batch.inserts, batch.more) == ([], False)
    (edits,) = batch.edits
    assert unpack_ids(edits.ids) == [id]
    assert [each.field for each in edits.fields] == [PHONE]
    assert still not in unpack_ids(edits.ids)


def test_new_records_travel_whole_with_their_later_edits(pc: PC) -> None:
    since = last(pc)
    id = pc.save("staff", staff("王小明"))
    pc.save("staff", {"phone": "13800000001"}, id)
    batch = build(pc, since, 100)
    (rows,) = batch.inserts
    assert unpack_ids(rows.ids) == [id]
    assert rows.columns[rows.fields.index(PHONE)] == ["13800000001"]
    assert [each.field for each in batch.edits[0].fields] == [PHONE]


def test_nothing_waiting_is_an_empty_batch(pc: PC) -> None:
    batch = build(pc, last(pc), 100)
    assert batch.last == batch.first - 1
    assert (batch.inserts, batch.edits, batch.records) == ([], [], set())


def stamps(pc: PC) -> list[int]:
    with pc.store.reading() as session:
        return list(session.execute(select(Change.hlc).order_by(Change.seq)).scalars())


def answer(now: int) -> Reply:
    """Return the answer of a hub that has seen nothing yet to stamps ahead of its time."""
    return Reply(Status.CLOCK, 0, 0, 0, 0, 1, b"", now)


@pytest.mark.parametrize("still_ahead", [True, False])
def test_only_stamps_in_the_hubs_future_are_shifted(pc: PC, still_ahead: bool) -> None:
    before = stamps(pc)
    hub_now = time.time_ns() // 1_000_000
    hour = 3_600_000
    pc.skew(hour)
    for name in ("甲", "乙", "丙"):
        pc.save("staff", staff(name))
    with pc.store.writing() as session:
        assert shift_back(session, 0, answer(hub_now + 60_000), hour if still_ahead else 0) == 3
    after = stamps(pc)
    assert after[: len(before)] == before
    assert after == sorted(set(after))
    assert all(stamp >> 16 <= hub_now + 60_000 for stamp in after)


def test_a_floor_as_far_ahead_as_the_stamps_comes_back_with_them(pc: PC) -> None:
    hub_now = time.time_ns() // 1_000_000
    day = 86_400_000
    pc.skew(day)
    pc.save("staff", staff("甲"))
    with pc.store.writing() as session:
        account.write(session, hlc=max(session.execute(select(Change.hlc)).scalars()))
        assert shift_back(session, 0, answer(hub_now), day) == 1
    pc.skew(0)
    pc.save("staff", staff("乙"))
    after = stamps(pc)
    assert after == sorted(set(after))
    assert after[-1] >> 16 < hub_now + CLOCK_TOLERANCE_MS
