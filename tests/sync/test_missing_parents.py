"""A record that refers to one which has not arrived is taken as it is, and whole once it has.

No database here knows foreign keys between records, so nothing has to wait in quarantine for its
parent: a child that came first is kept, listed with a blank, and found by its parent's name as soon
as that is there.
"""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from county.storage import Hub
from county.tables import register_tables
from county.verifying import problems
from desktop.models.listing import Query, every
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.sync import engine
from tests.sync.parts import PC, settle

WRONG = "110105194912310021"
RIGHT = "11010519491231002X"


def at_hub(hub: Hub, key: str) -> set[bytes]:
    table = register_tables()[find_register(key).number][1]
    with hub.reading() as connection:
        return set(connection.scalars(select(table.c.id)))


def found(pc: PC, key: str, words: str) -> list[bytes]:
    """Return what a search in a register lists, in its usual order."""
    with pc.store.reading() as session:
        return [row.id for row in every(session, Query(find_register(key), words))]


def make_family(pc: PC) -> tuple[bytes, bytes]:
    """Make a doctor whom the hub refuses and a posting that refers to him."""
    with pc.store.writing() as session:
        doctor: Values = {"name": "欧阳村医", "id_number": WRONG}
        (parent,) = insert_many(session, find_register("village_doctors"), [doctor])
        (clinic,) = insert_many(session, find_register("clinics"), [{"name": "南庄村卫生室"}])
        posting: Values = {
            "doctor_id": parent,
            "clinic_id": clinic,
            "kind": "任职",
            "starts_on": date(2026, 1, 1),
        }
        (child,) = insert_many(session, find_register("postings"), [posting])
    return parent, child


@pytest.mark.parametrize("page", [1, 2_000])
def test_a_child_whose_parent_was_refused_arrives_first(
    hub: Hub, two: tuple[PC, PC], page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PAGE", page)
    one, other = two
    parent, child = make_family(one)
    assert [each.id for each in one.sync().refused] == [parent]
    assert child in at_hub(hub, "postings")
    assert parent not in at_hub(hub, "village_doctors")
    other.sync()
    assert found(other, "postings", "") == [child]
    assert found(other, "postings", "欧阳") == []
    assert found(other, "postings", "南庄") == [child]
    one.save("village_doctors", {"id_number": RIGHT}, parent)
    assert one.sync().refused == []
    other.sync()
    assert found(other, "postings", "欧阳") == found(one, "postings", "欧阳") == [child]
    assert one.rows() == other.rows()
    with hub.reading() as connection:
        assert problems(connection) == []


def test_ledger_rows_before_their_lot_come_to_the_same_sum(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    drug = one.save("drugs", {"name": "阿司匹林"})
    lot = one.save("drug_stock", {"drug_id": drug, "batch_no": "A1"})
    settle(one, other)
    # The other PC books on a lot that the hub then loses with its disk, as does everybody else.
    move: Values = {"lot_id": lot, "moved_on": date(2026, 10, 1), "kind": "入库", "quantity": 3}
    with other.store.writing() as session:
        insert_many(session, find_register("stock_moves"), [move, move])
    with hub.writing() as connection:
        table = register_tables()[find_register("drug_stock").number][1]
        connection.execute(table.delete())
    assert other.sync().refused == []
    one.sync()
    assert one.load("drug_stock", lot)["quantity"] == 6
    one.save("drug_stock", {"batch_no": "A2"}, lot)
    assert one.sync().refused == []
    other.sync()
    assert lot in at_hub(hub, "drug_stock")
    assert other.load("drug_stock", lot)["quantity"] == 6
    assert one.rows() == other.rows()


def test_an_edit_of_a_record_that_never_arrived_brings_it_whole(
    hub: Hub, two: tuple[PC, PC]
) -> None:
    one, other = two
    parent, child = make_family(one)
    one.sync()
    with hub.writing() as connection:
        table = register_tables()[find_register("postings").number][1]
        connection.execute(table.delete().where(table.c.id == child))
    one.save("postings", {"share": 50}, child)
    report = one.sync()
    assert (report.waiting, report.refused) == (0, [])
    other.sync()
    assert other.load("postings", child)["share"] == 50
    assert parent not in at_hub(hub, "village_doctors")
