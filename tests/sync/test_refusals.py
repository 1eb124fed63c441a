"""What the hub refuses, revives and locks, and what a PC is told of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from county.storage import Hub
from county.tables import register_tables
from desktop.errors import Frozen, UserError
from desktop.models.registers import find_register
from desktop.models.store import remove
from desktop.sync import conflicts
from tests.sync.parts import PC, settle, staff

MakePC = Callable[..., PC]


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
    one.save("returns", {"status": "已上报", "submitted_by": "院长"}, draft)
    other.save("returns", {"typed": "{}"}, draft)
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


def test_a_refused_record_is_not_synced_until_it_is_mended_or_gone(
    hub: Hub, two: tuple[PC, PC]
) -> None:
    one, _other = two
    with one.store.writing() as session:
        bad = one.save_raw(session, "contracts", name="李四", id_number="330523199001011237")
    one.sync()
    assert one.status().refused == 1
    with one.store.reading() as session:
        (issue,) = conflicts.list_issues(session)
    assert issue.not_taken
    with one.store.writing() as session:
        remove(session, find_register("contracts"), bad)
    assert one.sync().refused == []
    status = one.status()
    assert (status.refused, status.issues, status.waiting) == (0, 0, 0)
