"""What one PC writes for a record while another makes that one with its double."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from county.storage import Hub
from desktop.errors import NotFound
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import change_many, remove
from desktop.services.twins import find_twins, leave_apart, make_one
from desktop.sync import conflicts, engine
from tests.sync.parts import PC, code_for, settle, staff
from tests.sync.restored import assert_same
from tests.sync.test_twins import A_YEAR, RESIDENTS, alike, twins_of

MakePC = Callable[..., PC]


def merge(pc: PC, stays: bytes, goes: bytes) -> None:
    with pc.store.writing() as session:
        make_one(session, RESIDENTS, stays, goes)


def sign(pc: PC, resident: bytes) -> bytes:
    return pc.save("contracts", staff("刘德海", resident_id=resident) | A_YEAR)


def signed_for(contract: bytes, *pcs: PC) -> set[bytes]:
    return {pc.load("contracts", contract)["resident_id"] for pc in pcs}  # type: ignore[misc]


def assert_nothing_asked(hub: Hub, *pcs: PC) -> None:
    assert_same(hub, *pcs)
    for pc in pcs:
        assert twins_of(pc) == []
        with pc.store.reading() as session:
            assert conflicts.list_issues(session) == []


@pytest.mark.parametrize("merged_first", [True, False])
def test_a_contract_signed_with_the_one_that_goes_is_one_with_the_one_that_stays(
    hub: Hub, two: tuple[PC, PC], *, merged_first: bool
) -> None:
    one, other = two
    stays, goes = alike(one, {}, {"phone": "13800000001"})
    known = sign(one, goes)
    settle(one, other)
    merge(one, stays, goes)
    contract = sign(other, goes)
    for each in (one, other) if merged_first else (other, one):
        each.sync()
    settle(one, other)
    assert signed_for(contract, one, other) == signed_for(known, one, other) == {stays}
    assert one.rows() == other.rows()
    assert_nothing_asked(hub, one, other)


@pytest.mark.parametrize("edited", [0, 1])
def test_it_is_followed_however_the_two_come_apart_on_their_way(
    sqlite_hub: Hub, make_pc: MakePC, monkeypatch: pytest.MonkeyPatch, edited: int
) -> None:
    monkeypatch.setattr(engine, "FIRST_BATCH", 1)
    monkeypatch.setattr(engine, "LARGEST_BATCH", 1)
    one, other = make_pc(), make_pc(person="张会计")
    for pc in (one, other):
        pc.join(sqlite_hub, code_for(sqlite_hub))
    stays, goes = alike(one, {}, {})
    known = sign(one, goes)
    settle(one, other)
    contract = sign(other, goes)
    other.sync()
    # What waits of a record goes with its first edit: the deletion, or the key, before the rest.
    with one.store.writing() as session:
        change_many(session, RESIDENTS, [((stays, goes)[edited], {"phone": "13800000001"})])
    merge(one, stays, goes)
    settle(one, other)
    assert signed_for(contract, one, other) == signed_for(known, one, other) == {stays}
    assert_nothing_asked(sqlite_hub, one, other)


def test_a_contract_is_followed_from_one_to_the_next_that_stays(
    hub: Hub, two: tuple[PC, PC], make_pc: MakePC
) -> None:
    one, other = two
    away = make_pc(person="王护士")
    away.join(hub, code_for(hub))
    first, second, third = alike(one, {}, {}, {})
    settle(one, other, away)
    contract = sign(away, third)
    merge(one, second, third)
    settle(one, other)
    merge(other, first, second)
    settle(one, other, away)
    assert signed_for(contract, one, other, away) == {first}
    assert_nothing_asked(hub, one, other, away)


def test_who_only_has_the_same_number_gets_nothing(sqlite_hub: Hub, make_pc: MakePC) -> None:
    one, other = make_pc(), make_pc(person="张会计")
    for pc in (one, other):
        pc.join(sqlite_hub, code_for(sqlite_hub))
    left, wrong = alike(one, {}, {"name": "刘得海"})
    settle(one, other)
    with one.store.writing() as session:
        leave_apart(session, find_twins(session)[0])
        remove(session, RESIDENTS, wrong)
    contract = sign(other, wrong)
    settle(one, other)
    assert signed_for(contract, one, other) == {wrong} != {left}


def test_a_contract_put_right_since_then_stays_so(sqlite_hub: Hub, make_pc: MakePC) -> None:
    one, other = make_pc(), make_pc(person="张会计")
    for pc in (one, other):
        pc.join(sqlite_hub, code_for(sqlite_hub))
    stays, goes = alike(one, {}, {})
    person = one.save("residents", staff("王小明"))
    contract = sign(one, person)
    settle(one, other)
    one.save("contracts", {"resident_id": goes}, contract)
    one.sync()
    merge(other, stays, goes)
    one.save("contracts", {"resident_id": person}, contract)
    other.sync()
    settle(one, other)
    assert signed_for(contract, one, other) == {person}
    assert_nothing_asked(sqlite_hub, one, other)


def test_what_has_got_ledger_entries_meanwhile_comes_back(sqlite_hub: Hub, make_pc: MakePC) -> None:
    one, other = make_pc(), make_pc(person="张会计")
    for pc in (one, other):
        pc.join(sqlite_hub, code_for(sqlite_hub))
    stays = one.save("supplies", {"name": "口罩"})
    with one.store.writing() as session:
        goes = one.save_raw(session, "supplies", id=bytes(15) + b"\x07", name="口罩")
    settle(one, other)
    with one.store.writing() as session:
        make_one(session, find_register("supplies"), stays, goes)
    with pytest.raises(NotFound):
        one.load("supplies", goes)
    move: Values = {"supply_id": goes, "moved_on": date(2026, 10, 1), "kind": "入库", "quantity": 3}
    other.save("supply_moves", move)
    settle(one, other)
    for pc in (one, other):
        assert twins_of(pc) == [("supplies", [goes, stays])]
    assert_same(sqlite_hub, one, other)
