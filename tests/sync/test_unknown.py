"""Values that waited for a newer program, and what a person typed in their place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec
import pytest
from sqlalchemy import func, select

from desktop.models.exchange_tables import UnknownField
from desktop.models.kinds import Kind
from desktop.models.local import Change
from desktop.models.registers import find_register
from desktop.sync import unknown
from desktop.sync.conflicts import list_issues
from tests.sync.parts import PC, staff

STAFF = find_register("staff")
NOTE = STAFF.by_key["note"].number


@pytest.fixture
def pc(make_pc: Callable[..., PC]) -> PC:
    return make_pc()


def kept(pc: PC, value: str | None) -> bytes:
    """Make a record with a note of somebody else, as a program that had no notes kept it."""
    id = pc.save("staff", staff("王小明"))
    with pc.store.writing() as session:
        packed = msgspec.msgpack.encode(value)
        session.add(UnknownField(t=STAFF.number, record_id=id, field=NOTE, value=packed))
    return id


def fill_in(pc: PC, acknowledged: int) -> None:
    with (
        pc.store.writing() as session,
        pc.store.database.not_capturing(session.connection()),
    ):
        unknown.fill_in(session, acknowledged)


def receipted(pc: PC) -> int:
    """Return the last change there is now, as if the hub had it."""
    with pc.store.reading() as session:
        return int(session.execute(select(func.max(Change.seq))).scalar_one())


def test_a_kept_value_is_put_in_place(pc: PC) -> None:
    id = kept(pc, "旁人写的")
    fill_in(pc, receipted(pc))
    assert pc.load("staff", id)["note"] == "旁人写的"
    with pc.store.reading() as session:
        assert list_issues(session) == []
        assert session.execute(select(UnknownField)).all() == []


def test_what_was_typed_meanwhile_stays_and_the_other_is_told(pc: PC) -> None:
    id = kept(pc, "旁人写的")
    acknowledged = receipted(pc)
    pc.save("staff", {"note": "自己写的"}, id)
    fill_in(pc, acknowledged)
    assert pc.load("staff", id)["note"] == "自己写的"
    with pc.store.reading() as session:
        (issue,) = list_issues(session)
    assert (issue.record_id, issue.mine, issue.theirs) == (id, "自己写的", "旁人写的")


@pytest.mark.parametrize("value", [None, "自己写的"])
def test_a_blank_or_the_same_is_not_told(pc: PC, value: str | None) -> None:
    id = kept(pc, value)
    acknowledged = receipted(pc)
    pc.save("staff", {"note": "自己写的"}, id)
    fill_in(pc, acknowledged)
    with pc.store.reading() as session:
        assert list_issues(session) == []


def test_a_value_that_cannot_be_read_is_not_put_beside_what_was_typed(pc: PC) -> None:
    """A program newer than this one may write something else into a field that this one knows."""
    id = pc.save("staff", staff("王小明"))
    (day, *_others) = [each for each in STAFF.stored if each.kind is Kind.DATE]
    acknowledged = receipted(pc)
    pc.save("staff", {day.key: date(2026, 1, 2)}, id)
    with pc.store.writing() as session:
        packed = msgspec.msgpack.encode("2026年秋")
        row = UnknownField(t=STAFF.number, record_id=id, field=day.number, value=packed)
        session.add(row)
    fill_in(pc, acknowledged)
    assert pc.load("staff", id)[day.key] == date(2026, 1, 2)
    with pc.store.reading() as session:
        assert list_issues(session) == []
