"""The versions of a scheme at the hub: one ends as the next begins, though it is locked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from county.storage import Hub
from county.tables import register_tables
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.registers.schemes import ENDED, IN_FORCE
from desktop.models.store import change_many
from desktop.services.performance.schemes import (
    begin_scheme,
    put_in_force,
    save_scheme,
    withdraw,
)
from tests.services.performance.building import scheme
from tests.sync.parts import PC, settle

SCHEMES = find_register("schemes")


def held(hub: Hub, id: bytes) -> tuple[str, date | None]:
    table = register_tables()[SCHEMES.number][1]
    with hub.reading() as connection:
        row = connection.execute(select(table).where(table.c.id == id)).one()
    return row.status, row.valid_to


def begin(pc: PC) -> tuple[bytes, bytes]:
    """Let a first version hold everywhere, and draw up a second one at one PC."""
    with pc.store.writing() as session:
        first = begin_scheme(session, scheme(), "村医绩效", date(2026, 1, 1))
        put_in_force(session, first, date(2026, 1, 1))
    with pc.store.reading() as session:
        name = pc.load("schemes", first)["name"]
    with pc.store.writing() as session:
        changed = replace(scheme(), name=str(name), note="第二版")
        return first, save_scheme(session, changed, date(2027, 1, 1), first)


def test_the_earlier_version_ends_everywhere(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    first, second = begin(one)
    settle(one, other)
    assert held(hub, first) == (IN_FORCE, None)
    with other.store.writing() as session:
        put_in_force(session, second, date(2027, 1, 1))
    report = other.sync()
    assert (report.refused, report.waiting) == ([], 0)
    one.sync()
    assert held(hub, first) == (IN_FORCE, date(2026, 12, 31))
    assert held(hub, second) == (IN_FORCE, None)
    assert one.load("schemes", first)["valid_to"] == date(2026, 12, 31)
    assert one.rows() == other.rows()
    with one.store.writing() as session:
        withdraw(session, second)
    assert one.sync().refused == []
    other.sync()
    assert held(hub, second) == (ENDED, None)
    assert one.rows() == other.rows()


def test_nothing_else_of_a_version_in_force_is_changed(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    first, _second = begin(one)
    settle(one, other)
    body = one.load("schemes", first)["body"]
    wrong: list[Values] = [{"body": "{}"}, {"status": "草稿"}, {"valid_to": None, "note": "改"}]
    for values in wrong:
        with one.store.writing() as session:
            change_many(session, SCHEMES, [(first, values)])
        assert [each.reason for each in one.sync().refused] == ["frozen"]
        assert one.load("schemes", first)["status"] == IN_FORCE
    assert (one.load("schemes", first)["body"], held(hub, first)[0]) == (body, IN_FORCE)


def test_another_pcs_draft_does_not_show_through_what_holds(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    _first, second = begin(one)
    settle(one, other)
    with one.store.writing() as session:
        put_in_force(session, second, date(2027, 1, 1))
    agreed = one.load("schemes", second)["body"]
    with other.store.writing() as session:
        drafted = replace(scheme(), name=str(one.load("schemes", second)["name"]), note="又改")
        assert save_scheme(session, drafted, date(2027, 1, 1), second) == second
    other.sync()
    one.sync()
    other.sync()
    assert one.load("schemes", second)["body"] == agreed
    assert one.rows() == other.rows()
    assert held(hub, second) == (IN_FORCE, None)
