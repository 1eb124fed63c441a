"""Two PCs of a centre exchange through a hub: who wins, what waits, what is kept for later."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from msgspec import msgpack
from sqlalchemy import func, insert, select

from county.storage import Hub
from county.tables import CHANGES, register_tables
from county.verifying import problems
from desktop.models.exchange_tables import UnknownField
from desktop.models.registers import find_register
from desktop.models.store import remove
from desktop.sync import conflicts
from desktop.sync.applying import Applying
from desktop.sync.engine import Engine
from desktop.sync.outbox import Batch
from desktop.sync.protocol import Edits, FieldEdits, Reply, Rows
from desktop.sync.wire import pack_ids
from tests.exchange.sheets_made import person
from tests.sync.direct import Lost
from tests.sync.parts import PC, code_for, settle, staff

MakePC = Callable[..., PC]


def test_seeded_rows_are_one_after_two_pcs_met(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    assert one.rows() == other.rows()
    assert len(one.rows()["centre"]) == 1
    policies = len(one.rows()["policy"])
    table = register_tables()[find_register("policy").number][1]
    with hub.reading() as connection:
        assert connection.execute(select(func.count()).select_from(table)).scalar() == policies
        assert problems(connection) == []


def test_different_records_and_fields_both_stay(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    shared = one.save("staff", staff("王小明", phone="13800000001"))
    settle(one, other)
    mine = one.save("staff", staff("李四"))
    theirs = other.save("staff", staff("赵六"))
    one.save("staff", {"phone": "13900000002"}, shared)
    other.save("staff", {"name": "王小名"}, shared)
    settle(one, other)
    assert one.rows() == other.rows()
    for pc in two:
        assert pc.load("staff", shared)["phone"] == "13900000002"
        assert pc.load("staff", shared)["name"] == "王小名"
        assert pc.load("staff", mine)["name"] == "李四"
        assert pc.load("staff", theirs)["name"] == "赵六"
        assert pc.status().waiting == 0
        assert pc.status().issues == 0
    with hub.reading() as connection:
        assert problems(connection) == []


@pytest.mark.parametrize("later_syncs_first", [False, True])
def test_same_field_takes_the_later_edit_and_keeps_the_other(
    hub: Hub, two: tuple[PC, PC], later_syncs_first: bool
) -> None:
    one, other = two
    shared = one.save("staff", staff("王小明", phone="13800000001"))
    settle(one, other)
    one.save("staff", {"phone": "13800000002"}, shared)
    other.save("staff", {"phone": "13800000003"}, shared)
    for pc in (other, one) if later_syncs_first else (one, other):
        pc.sync()
    settle(one, other)
    assert one.rows() == other.rows()
    assert one.load("staff", shared)["phone"] == "13800000003"
    told = one if later_syncs_first else other
    with told.store.reading() as session:
        (issue,) = conflicts.list_issues(session)
    values = ("13800000002", "13800000003")
    shown = tuple(f"{each[:3]}****{each[-4:]}" for each in values)
    if later_syncs_first:
        assert (issue.kind, issue.mine, issue.theirs, issue.who) == ("lost", *shown, "张会计")
    else:
        assert (issue.kind, issue.mine, issue.theirs, issue.who) == ("won", *shown[::-1], "院长")
    with told.store.writing() as session:
        conflicts.put_back(session, issue.id)
    settle(told, *({one, other} - {told}))
    assert one.load("staff", shared)["phone"] == "13800000002"
    assert other.load("staff", shared)["phone"] == "13800000002"
    assert told.status().issues == 0


def test_a_value_seen_before_is_beaten_even_by_a_slow_clock(hub: Hub, make_pc: MakePC) -> None:
    fast, slow = make_pc(), make_pc()
    fast.skew(+120_000)
    slow.skew(-3_600_000)
    fast.join(hub, code_for(hub))
    slow.join(hub, code_for(hub))
    shared = fast.save("staff", staff("王小明"))
    settle(fast, slow)
    fast.save("staff", {"name": "快"}, shared)
    settle(fast, slow)
    slow.save("staff", {"name": "慢"}, shared)
    settle(slow, fast)
    assert fast.load("staff", shared)["name"] == slow.load("staff", shared)["name"] == "慢"


def test_a_clock_far_ahead_is_shifted_back_and_the_order_stays(
    hub: Hub, two: tuple[PC, PC]
) -> None:
    one, other = two
    shared = one.save("staff", staff("王小明"))
    settle(one, other)
    one.skew(+7_200_000)
    for name in ("甲", "乙", "丙"):
        one.save("staff", {"name": name}, shared)
        one.save("staff", staff(f"新{name}"))
    report = one.sync()
    assert report.waiting == 0
    settle(one, other)
    other.save("staff", {"name": "丁"}, shared)
    settle(other, one)
    assert one.load("staff", shared)["name"] == "丁"
    assert one.rows() == other.rows()
    with hub.reading() as connection:
        clocks = connection.execute(select(CHANGES.c.clock)).scalars().all()
    assert len(clocks) == len(set(clocks))


def test_what_a_newer_hub_sends_is_kept_and_filled_in_later(hub: Hub, two: tuple[PC, PC]) -> None:
    one, _other = two
    register = find_register("staff")
    id, phone = one.save("staff", staff("王小明")), register.by_key["phone"].number
    one.sync()
    cells = [FieldEdits(61, None, ["未来"]), FieldEdits(1, None, [["别的形状"]])]
    reply = Reply(0, 0, 0, 0, 0, 0, b"", 0)
    with one.store.writing() as session, one.store.database.not_capturing(session.connection()):
        applying = Applying(session, Batch(1, 0, more=False), reply)
        rows = Rows(999, pack_ids([id]), [1], [["新台账"]])
        applying.take_page([rows], [Edits(register.number, pack_ids([id]), cells)])
        kept = session.execute(select(UnknownField.record_id)).scalars().all()
        assert kept == [id] * 3
        session.execute(
            insert(UnknownField).values(
                t=register.number, record_id=id, field=phone, value=msgpack.encode("13800000001")
            )
        )
    assert one.load("staff", id)["name"] == "王小明"
    assert one.sync().waiting == 0
    assert one.load("staff", id)["phone"] == "13800000001"
    with one.store.reading() as session:
        assert len(session.execute(select(UnknownField)).all()) == 3


def test_status_tells_what_waits_and_since_when(hub: Hub, make_pc: MakePC) -> None:
    pc = make_pc()
    before = pc.status()
    assert (before.enrolled, before.last_success) == (False, "")
    assert before.waiting > 0
    pc.join(hub, code_for(hub))
    pc.sync()
    assert (pc.status().waiting, pc.status().oldest_waiting) == (0, None)
    assert pc.status().last_success
    id = pc.save("staff", staff("王小明"))
    pc.save("staff", {"name": "李四"}, id)
    waiting = pc.status()
    assert waiting.waiting == 1
    assert waiting.oldest_waiting is not None
    assert abs((datetime.now(UTC) - waiting.oldest_waiting).total_seconds()) < 60


def test_a_receipt_never_reaches_beyond_what_was_sent(hub: Hub, two: tuple[PC, PC]) -> None:
    """The answer that told of the lost deletion was lost; the next batch is too small for it."""
    one, other = two
    shared = one.save("staff", staff("王小明"))
    settle(one, other)
    other.save("staff", {"phone": "13800000009"}, shared)
    other.sync()
    one.save("staff", staff("别人"))
    with one.store.writing() as session:
        remove(session, find_register("staff"), shared)
    assert one.client is not None
    one.client._fate = lambda: "unanswered"
    with pytest.raises(Lost):
        one.sync()
    one.client._fate = lambda: "pass"
    small = Engine(one.store, one.client)
    small._limit = 1
    assert small.exchange().waiting == 0
    settle(one, other)
    assert one.rows() == other.rows()
    assert one.load("staff", shared)["phone"] == "13800000009"


@pytest.mark.parametrize(("slow", "stands"), [(30_000, "退休"), (0, "借调")])
def test_what_gave_way_is_told_though_the_answer_was_lost_and_a_third_pc_went_on(
    hub: Hub, make_pc: MakePC, slow: int, stands: str
) -> None:
    fates = iter(["unanswered"])
    first, middle, last = (make_pc(person=name) for name in ("院长", "张会计", "李护士"))
    for pc in (first, last):
        pc.join(hub, code_for(hub))
    middle.join(hub, code_for(hub), lambda: next(fates, "pass") if armed else "pass")
    armed = False
    known = {"name": "王小明", "id_number": person(1)}
    first.skew(-60_000)
    middle.skew(-slow)
    id = first.save("staff", known | {"note": "返聘"})
    first.sync()
    assert middle.save("staff", known) == id
    middle.save("staff", {"note": "外聘"}, id)
    armed = True
    with contextlib.suppress(Lost):
        middle.sync()
    last.sync()
    last.save("staff", {"note": "退休"}, id)
    last.sync()
    middle.save("staff", {"note": "借调"}, id)
    middle.sync()
    for pc in (first, middle, last):
        pc.sync()
        assert pc.load("staff", id)["note"] == stands
    with middle.store.reading() as session:
        told = {each.theirs for each in conflicts.list_issues(session)}
    assert told == {"退休", "返聘"}
