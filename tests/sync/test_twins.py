"""Two records of one person made one, at one PC and everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from county.storage import Hub
from desktop.errors import NotFound, RecordRefused, UserError
from desktop.models.published import mask_of
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import put_back, remove
from desktop.services.twins import find_twins, leave_apart, make_one
from tests.sync.parts import PC, everything, id_number, settle, staff

MakePC = Callable[..., PC]

RESIDENTS = find_register("residents")
A_YEAR: Values = {"signed_on": date(2026, 1, 1), "expires_on": date(2026, 12, 31)}


def alike(pc: PC, *more: Values) -> list[bytes]:
    """Make residents of one ID number, as PCs do that have not met; returns their ids."""
    number = id_number()
    with pc.store.writing() as session:
        return [
            pc.save_raw(
                session,
                "residents",
                **{"id": bytes([at + 1]) * 16, "name": "刘德海", "id_number": number} | values,
            )
            for at, values in enumerate(more)
        ]


def twins_of(pc: PC) -> list[tuple[str, list[bytes]]]:
    with pc.store.reading() as session:
        return [
            (each.register.key, [twin.id for twin in each.twins]) for each in find_twins(session)
        ]


def test_two_wrong_numbers_put_right_are_one_person(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    number = id_number()
    mine = one.save("residents", staff("刘德海", phone="13800000001"))
    theirs = other.save("residents", staff("刘德海", address="南庄"))
    contract = other.save("contracts", staff("刘德海", resident_id=theirs) | A_YEAR)
    settle(one, other)
    one.save("residents", {"id_number": number}, mine)
    other.save("residents", {"id_number": number}, theirs)
    settle(one, other)
    assert twins_of(one) == twins_of(other) == [("residents", [theirs, mine])]
    with one.store.writing() as session:
        written = make_one(session, RESIDENTS, mine, theirs)
    assert written == {"residents", "contracts"}
    settle(one, other)
    assert twins_of(other) == []
    assert one.rows() == other.rows()
    kept = other.load("residents", mine)
    assert (kept["phone"], kept["address"]) == ("13800000001", "南庄")
    assert other.load("contracts", contract)["resident_id"] == mine
    with hub.reading() as connection:
        assert everything(connection)["residents"][theirs][0] is not None


def test_what_has_ledger_entries_stays_and_nothing_is_half_done(make_pc: MakePC) -> None:
    pc = make_pc()
    drug = pc.save("supplies", {"name": "口罩"})
    with pc.store.writing() as session:
        twin = pc.save_raw(session, "supplies", id=bytes(15) + b"\x07", name="口罩")
    move: Values = {"supply_id": twin, "moved_on": date(2026, 10, 1), "kind": "入库", "quantity": 3}
    pc.save("supply_moves", move)
    assert twins_of(pc) == [("supplies", [twin, drug])]
    supplies = find_register("supplies")
    with pytest.raises(UserError, match="流水"), pc.store.writing() as session:
        make_one(session, supplies, drug, twin)
    assert twins_of(pc) == [("supplies", [twin, drug])]
    with pc.store.writing() as session:
        make_one(session, supplies, twin, drug)
    assert twins_of(pc) == []
    with pytest.raises(NotFound), pc.store.writing() as session:
        make_one(session, supplies, twin, drug)


def test_people_whose_number_is_not_known_are_two(make_pc: MakePC) -> None:
    pc = make_pc()
    with pc.store.writing() as session:
        for _each in range(2):
            pc.save_raw(session, "residents", name="刘德海")
    assert twins_of(pc) == []


@pytest.mark.parametrize("filled", [True, False])
def test_two_pcs_that_keep_one_each_lose_nobody(two: tuple[PC, PC], *, filled: bool) -> None:
    one, other = two
    phone, address = ("13800000001", "南庄") if filled else (None, None)
    first, second = alike(
        one,
        {"phone": phone, "address": "北庄"},
        {"phone": "13900000002", "address": address},
    )
    contract = one.save("contracts", staff("刘德海", resident_id=second) | A_YEAR)
    settle(one, other)
    with one.store.writing() as session:
        make_one(session, RESIDENTS, first, second)
    with other.store.writing() as session:
        make_one(session, RESIDENTS, second, first)
    settle(one, other)
    settle(one, other)
    assert one.rows() == other.rows()
    assert twins_of(one) == twins_of(other) == [("residents", [first, second])]
    assert one.load("contracts", contract)["resident_id"] == first
    with other.store.writing() as session:
        make_one(session, RESIDENTS, first, second)
    settle(one, other)
    assert twins_of(one) == []
    assert one.load("residents", first)["address"] == "北庄"
    with pytest.raises(NotFound):
        one.load("residents", second)


def test_three_records_of_one_person_are_made_one_two_at_a_time(make_pc: MakePC) -> None:
    pc = make_pc()
    first, second, third = alike(pc, {"address": "南庄"}, {"phone": "13800000001"}, {})
    with pc.store.writing() as session:
        make_one(session, RESIDENTS, third, second)
    assert twins_of(pc) == [("residents", [first, third])]
    with pc.store.writing() as session:
        make_one(session, RESIDENTS, third, first)
    assert twins_of(pc) == []
    kept = pc.load("residents", third)
    assert (kept["phone"], kept["address"]) == ("13800000001", "南庄")


def test_blanks_are_filled_only_as_the_rules_allow(make_pc: MakePC) -> None:
    pc = make_pc()
    number = id_number()
    with pc.store.writing() as session:
        first, second = (
            pc.save_raw(
                session, "contracts", id=id, **staff("刘德海") | {"id_number": number} | more
            )
            for id, more in (
                (b"\1" * 16, {"signed_on": date(2026, 1, 1)}),
                (b"\2" * 16, {"signed_on": date(2026, 1, 1), "expires_on": date(2025, 1, 1)}),
            )
        )
    with pytest.raises(RecordRefused), pc.store.writing() as session:
        make_one(session, find_register("contracts"), first, second)
    assert twins_of(pc) == [("contracts", [first, second])], "nothing is half done"


def test_what_the_county_published_blank_stays_blank(make_pc: MakePC) -> None:
    pc = make_pc()
    drugs = find_register("drugs")
    with pc.store.writing() as session:
        same: Values = {"name": "阿司匹林", "spec": "1g"}
        published = pc.save_raw(session, "drugs", id=b"\1" * 16, **same)
        own = pc.save_raw(session, "drugs", id=b"\2" * 16, **same, unit="盒", note="放二号柜")
        pc.save_raw(
            session,
            "county_marks",
            id=published,
            register=drugs.number,
            fields=mask_of(drugs, ["name", "spec", "unit"]),
            published_on=date(2026, 1, 1),
        )
    with pc.store.writing() as session:
        make_one(session, drugs, published, own)
    kept = pc.load("drugs", published)
    assert (kept["unit"], kept["note"]) == (None, "放二号柜")


def test_a_deleted_record_of_the_one_that_goes_comes_back_at_the_other(
    two: tuple[PC, PC],
) -> None:
    one, other = two
    first, second = alike(one, {}, {})
    contracts = find_register("contracts")
    contract = one.save("contracts", staff("刘德海", resident_id=second) | A_YEAR)
    settle(one, other)
    with one.store.writing() as session:
        remove(session, contracts, contract)
        make_one(session, RESIDENTS, first, second)
    settle(one, other)
    with pytest.raises(NotFound):
        other.load("contracts", contract)
    with other.store.writing() as session:
        put_back(session, contracts, contract)
    settle(one, other)
    assert one.load("contracts", contract)["resident_id"] == first


def test_groups_left_apart_hide_no_others(make_pc: MakePC) -> None:
    pc = make_pc()
    with pc.store.writing() as session:
        for number in range(53):
            for _each in range(2):
                pc.save_raw(session, "packages", name=f"包{number:03}")
        found = find_twins(session)
        assert len(found) == 50, "no more are shown at once"
        for group in found:
            leave_apart(session, group)
    assert len(twins_of(pc)) == 3
