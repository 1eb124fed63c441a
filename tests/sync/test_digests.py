"""Both sides compute the same digests, and a row that differs shows in its bucket."""

from __future__ import annotations

from sqlalchemy import select, text, update

from county import centres, digesting
from county.storage import Hub
from county.tables import register_tables
from desktop.models.registers import find_register
from desktop.sync import comparing
from desktop.sync.digests import Digest, bucket_of, differing, in_short
from tests.sync.parts import CODE, PC, settle, staff


def _at_hub(hub: Hub) -> dict[int, Digest]:
    with hub.reading() as connection:
        return digesting.digests(connection, centres.find_centre(connection, CODE).id)


def _at(pc: PC) -> dict[int, Digest]:
    with pc.store.reading() as session:
        return comparing.digests(session)


def test_after_an_exchange_both_sides_have_the_same_digests(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    ids = [one.save("staff", staff(f"职工{number}")) for number in range(40)]
    other.save("drugs", {"name": "阿司匹林"})
    settle(one, other)
    one.save("staff", {"phone": "13800000001"}, ids[3])
    settle(one, other)
    assert _at(one) == _at(other) == _at_hub(hub)
    assert find_register("staff").number in _at(one)
    assert in_short(_at(one)) == in_short(_at_hub(hub))


def test_a_row_spoilt_on_one_side_shows_in_its_bucket(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    ids = [one.save("staff", staff(f"职工{number}")) for number in range(40)]
    settle(one, other)
    number = find_register("staff").number
    table = register_tables()[number][1]
    with hub.writing() as connection:
        assert connection.execute(select(table.c.name).where(table.c.id == ids[7])).scalar()
        connection.execute(update(table).where(table.c.id == ids[7]).values(name="改坏了"))
    assert differing(_at(one)[number], _at_hub(hub)[number]) == [bucket_of(ids[7])]
    with hub.writing() as connection:
        connection.execute(text("DELETE FROM staff WHERE name = '改坏了'"))
    assert differing(_at(one)[number], _at_hub(hub)[number]) == [bucket_of(ids[7])]
    assert in_short(_at(one)) != in_short(_at_hub(hub))
