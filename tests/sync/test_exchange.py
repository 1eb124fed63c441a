from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec import msgpack
from sqlalchemy import func, insert, select

from county import centres
from county.storage import Hub, renew_generation
from county.tables import CHANGES, register_tables
from county.verifying import problems
from desktop.errors import Frozen, UserError
from desktop.models.exchange_tables import UnknownField
from desktop.models.registers import find_register
from desktop.models.store import remove
from desktop.sync import conflicts
from desktop.sync.applying import Applying
from desktop.sync.engine import Engine
from desktop.sync.outbox import Batch
from desktop.sync.protocol import Edits, FieldEdits, Reply, Rows
from desktop.sync.wire import pack_ids
from tests.sync.parts import PC, Lost, add_centre, code_for, everything, staff

MakePC = Callable[..., PC]


@pytest.fixture
def two(hub: Hub, make_pc: MakePC) -> tuple[PC, PC]:
    one, other = make_pc(), make_pc(person="张会计")
    one.join(hub, code_for(hub))
    other.join(hub, code_for(hub))
    one.sync()
    other.sync()
    one.sync()
    return one, other


def settle(*pcs: PC) -> None:
    for _round in range(2):
        for each in pcs:
            each.sync()


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


def test_a_refused_record_is_named_and_blocks_nothing(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    register = find_register("contracts")
    good = [one.save("staff", staff(f"员工{n}")) for n in range(3)]
    with one.store.writing() as session:  # As an older program without this rule would write it.
        bad = one.save_raw(session, "contracts", name="李四", id_number="330523199001011237")
    more = one.save("staff", staff("后来的"))
    report = one.sync()
    assert [(each.table, each.id) for each in report.refused] == [(register.number, bad)]
    assert report.waiting == 0
    settle(other)
    assert {*good, more} <= set(other.rows()["staff"])
    assert bad not in other.rows()["contracts"]
    with one.store.reading() as session:
        (issue,) = conflicts.list_issues(session)
    assert issue.kind == "refused"
    assert issue.message
    with pytest.raises(UserError), one.store.writing() as session:
        conflicts.put_back(session, issue.id)
    one.save(
        "contracts",
        {
            "id_number": "11010519491231002X",
            "signed_on": date(2026, 1, 1),
            "expires_on": date(2026, 12, 31),
        },
        bad,
    )
    assert one.sync().refused == []
    settle(other)
    assert other.load("contracts", bad)["name"] == "李四"
    assert one.status().issues == 0


def test_a_record_mended_by_its_other_field_is_the_same_everywhere(
    hub: Hub, two: tuple[PC, PC]
) -> None:
    one, other = two
    contract = one.save(
        "contracts",
        {
            "name": "李四",
            "id_number": "11010519491231002X",
            "signed_on": date(2026, 3, 1),
            "expires_on": date(2026, 12, 31),
        },
    )
    settle(one, other)
    one.save("contracts", {"signed_on": date(2026, 10, 1)}, contract)
    other.save("contracts", {"expires_on": date(2026, 6, 30)}, contract)
    one.sync()
    assert len(other.sync().refused) == 1  # Together they would end before they begin.
    other.save("contracts", {"signed_on": date(2026, 3, 2)}, contract)
    settle(other, one)
    assert one.rows() == other.rows()
    assert one.load("contracts", contract)["signed_on"] == date(2026, 3, 2)
    assert one.load("contracts", contract)["expires_on"] == date(2026, 6, 30)
    assert other.status().issues == 0


def test_an_edit_that_had_not_seen_the_deletion_revives_the_record(
    hub: Hub, two: tuple[PC, PC]
) -> None:
    one, other = two
    shared = one.save("staff", staff("王小明"))
    settle(one, other)
    with one.store.writing() as session:
        remove(session, find_register("staff"), shared)
    one.sync()
    other.save("staff", {"phone": "13800000009"}, shared)
    settle(other, one)
    for pc in two:
        assert pc.load("staff", shared)["phone"] == "13800000009"
    with one.store.reading() as session:
        (issue,) = conflicts.list_issues(session)
    assert (issue.label, issue.mine, issue.theirs) == ("删除", "已删除", "未删除")


def test_a_deletion_that_had_not_seen_an_edit_gives_way(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    shared = one.save("staff", staff("王小明"))
    settle(one, other)
    other.save("staff", {"phone": "13800000009"}, shared)
    with one.store.writing() as session:
        remove(session, find_register("staff"), shared)
    other.sync()
    settle(one, other)
    for pc in two:
        assert pc.load("staff", shared)["phone"] == "13800000009"
    with one.store.writing() as session:  # Having seen it, the deletion stands.
        remove(session, find_register("staff"), shared)
    settle(one, other)
    assert other.rows() == one.rows()
    with pytest.raises(UserError):
        other.load("staff", shared)


def test_a_submitted_return_is_received_and_then_locked(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    draft = one.save("returns", {"form": "f", "month": "2026-10", "revision": 1, "status": "草稿"})
    settle(one, other)
    other.save("returns", {"typed": "{}"}, draft)
    one.save("returns", {"status": "已上报", "submitted_by": "院长"}, draft)
    assert one.load("returns", draft)["received_at"] is None
    one.sync()
    received = one.load("returns", draft)
    assert received["status"] == "县级已接收"
    assert received["received_at"]
    report = other.sync()
    assert [each.reason for each in report.refused] == ["frozen"]
    assert other.load("returns", draft)["typed"] is None
    assert other.load("returns", draft) == received
    with pytest.raises(Frozen):
        other.save("returns", {"typed": "{}"}, draft)
    settle(one, other)
    assert one.rows() == other.rows()
    assert one.status().issues == 0
    with other.store.reading() as session:
        (issue,) = conflicts.list_issues(session)
    assert (issue.mine, issue.reason) == ("{}", "frozen")


def test_a_pc_cannot_receive_its_own_return(hub: Hub, two: tuple[PC, PC]) -> None:
    one, _other = two
    forged = {"form": "f", "month": "2026-10", "revision": 1, "status": "县级已接收"}
    made = one.save("returns", forged | {"received_at": "2020-01-01"})
    one.sync()
    with hub.reading() as connection:
        table = register_tables()[find_register("returns").number][1]
        row = connection.execute(select(table).where(table.c.id == made)).one()
    assert row.received_at != "2020-01-01"
    assert one.load("returns", made)["received_at"] == row.received_at


def test_a_restored_pc_gets_its_own_number_and_everything_back(
    hub: Hub, two: tuple[PC, PC], tmp_path: Path
) -> None:
    one, other = two
    shared = one.save("staff", staff("王小明"))
    lot = one.save("drug_stock", {"drug_id": one.save("drugs", {"name": "阿司匹林"})})
    settle(one, other)
    waiting = one.save("staff", staff("备份时还没送"))
    copy = tmp_path / "备份"
    one.reopen(lambda: void(shutil.copytree(one.home, copy)))
    move = {"lot_id": lot, "moved_on": date(2026, 10, 1), "kind": "入库", "quantity": 3}
    lost_here = [one.save("staff", staff("备份之后")), one.save("stock_moves", move)]
    one.save("staff", {"name": "备份之后改的"}, shared)
    one.sync()
    one.sync()

    def restore() -> None:
        shutil.rmtree(one.home)
        shutil.copytree(copy, one.home)

    one.reopen(restore)
    again = one.save("staff", staff("恢复之后"))
    report = one.sync()
    assert report.copied
    assert (report.waiting, report.refused) == (0, [])
    settle(other, one)
    assert one.rows() == other.rows()
    assert {shared, waiting, again, lost_here[0]} <= set(one.rows()["staff"])
    assert lost_here[1] in one.rows()["stock_moves"]
    assert one.load("staff", shared)["name"] == "备份之后改的"
    with hub.reading() as connection:
        assert len(centres.devices(connection)) == 3
        assert problems(connection) == []


def void(_result: object) -> None:
    """Take a result and give none."""


def test_a_restored_hub_is_filled_again(tmp_path: Path, make_pc: MakePC) -> None:
    path = tmp_path / "hub.db"
    hub = Hub(f"sqlite:///{path}")
    hub.create()
    add_centre(hub)
    one, other = make_pc(), make_pc()
    for pc in (one, other):
        pc.join(hub, code_for(hub))
    shared = one.save("staff", staff("王小明"))
    settle(one, other)
    hub.close()
    shutil.copy(path, tmp_path / "backup.db")
    for pc in (one, other):
        pc.save("staff", staff(f"备份之后{pc.home.name}"))
    one.save("staff", {"name": "备份之后改的"}, shared)
    settle(one, other)
    before = one.rows()
    hub.close()
    for piece in tmp_path.glob("hub.db*"):
        piece.unlink()
    shutil.copy(tmp_path / "backup.db", path)
    with hub.writing() as connection:
        renew_generation(connection)
    other.save("staff", {"phone": "13800000001"}, shared)
    settle(one, other)
    assert one.rows() == other.rows()
    assert set(before["staff"]) == set(one.rows()["staff"])
    assert one.load("staff", shared)["name"] == "备份之后改的"
    with hub.reading() as connection:
        assert problems(connection) == []
        assert set(everything(connection)["staff"]) == set(before["staff"])
    hub.close()


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
