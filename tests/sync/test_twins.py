"""Two records of one person made one, at one PC and everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from county.storage import Hub
from desktop.errors import NotFound, UserError
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.services.twins import find_twins, make_one
from tests.sync.parts import PC, everything, id_number, settle, staff

MakePC = Callable[..., PC]

RESIDENTS = find_register("residents")


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
    signed: Values = {"signed_on": date(2026, 1, 1), "expires_on": date(2026, 12, 31)}
    contract = other.save("contracts", staff("刘德海", resident_id=theirs) | signed)
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
