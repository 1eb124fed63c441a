"""What must hold after every schedule, looked at from outside of the program's own words."""

from __future__ import annotations

import functools
import json
from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import Select, bindparam, select

from county.tables import CENTRES, register_tables
from county.verifying import problems
from desktop.models.changes import columns_by_number
from desktop.models.register import Register
from desktop.models.registers import all_registers, find_register
from desktop.models.registers.returns import ACCEPTED, RECEIVED, RETURNED
from tests.simulation import prepared
from tests.simulation.desks import Desk
from tests.simulation.settling import fresh
from tests.simulation.story import Cell, Entry
from tests.simulation.work import FIELDS, FORM
from tests.simulation.world import World

Rows = dict[bytes, tuple[Any, ...]]
Held = dict[str, Rows]
_TWICE = 2


class Broken(AssertionError):  # noqa: N818 - an invariant that is broken
    """An invariant does not hold."""


def demand(holds: object, sentence: str, *about: object) -> None:
    """Say which invariant is broken, and where."""
    if not holds:
        raise Broken(": ".join((sentence, *map(str, about))))


def check(world: World) -> None:
    """Look at everything, once the exchange has come to rest."""
    used = sorted({desk.centre for desk in world.desks})
    for centre in used:
        fresh(world, centre)
    with world.hub.hub.reading() as connection:
        at_hub = {each: _at_hub(connection, each) for each in used}
        found = problems(connection)
        demand(found == [], "the hub finds itself damaged", found)
    for desk in world.desks:
        _same(desk, at_hub[desk.centre])
    for centre in used:
        desks = [desk for desk in world.desks if desk.centre == centre]
        _nothing_of_others(world, centre, at_hub[centre])
        _receipts(at_hub[centre])
        standing = world.story.standing([desk.journal for desk in desks])
        entries = [each for each in standing if world.story.owners[each.cell[1]] == centre]
        _nothing_lost(world, entries, at_hub[centre], _told(world, desks))
        if not (world.story.rare or world.story.shifted):
            _later_wins(entries, at_hub[centre])
            _seen_gives_way(entries, at_hub[centre])


def _columns(register: Register) -> list[str]:
    return list(columns_by_number(register).values())


@functools.cache
def _hub_statements() -> dict[str, Select[Any]]:
    return {
        register.key: select(table.c.id, *(table.c[name] for name in _columns(register))).where(
            table.c.centre_id == bindparam("centre")
        )
        for register, table in register_tables().values()
    }


@functools.cache
def _desk_statements() -> dict[str, Select[Any]]:
    return {
        key: select(register.table.c.id, *(register.table.c[name] for name in _columns(register)))
        for key, register in all_registers().items()
    }


def _at_hub(connection: Any, centre: int) -> Held:
    """Return what the hub holds of a centre, as a PC would."""
    number = connection.execute(
        select(CENTRES.c.id).where(CENTRES.c.code == prepared.code(centre))
    ).scalar_one()
    found: Held = {}
    for key, statement in _hub_statements().items():
        rows = connection.execute(statement, {"centre": number})
        found[key] = {row[0]: tuple(row[1:]) for row in rows}
    return found


def _same(desk: Desk, held: Held) -> None:
    with desk.at_work() as store, store.reading() as session:
        connection = session.connection()
        for key, register in all_registers().items():
            rows = connection.execute(_desk_statements()[key]).all()
            mine = {row[0]: tuple(row[1:]) for row in rows}
            if mine != held[key]:
                told = _difference(register, mine, held[key])
                demand(False, "a PC differs from the hub", desk.home.name, key, told)


def _difference(register: Register, mine: Rows, held: Rows) -> str:
    told = [f"{id.hex()} only here" for id in mine.keys() - held.keys()]
    told += [f"{id.hex()} only at the hub" for id in held.keys() - mine.keys()]
    names = _columns(register)
    for id in mine.keys() & held.keys():
        pairs = zip(names, mine[id], held[id], strict=True)
        told += [f"{id.hex()} {name} {one!r} / {two!r}" for name, one, two in pairs if one != two]
    return "; ".join(told[:6])


def _nothing_of_others(world: World, centre: int, held: Held) -> None:
    for key, rows in held.items():
        for id in rows:
            owner = world.story.owners.get(id, centre)
            demand(owner == centre, "a record of another centre", key, id.hex())


def _receipts(held: Held) -> None:
    """What was submitted is held whole, as one person saw it."""
    names = _columns(find_register("returns"))
    for row in held["returns"].values():
        values = dict(zip(names, row, strict=True))
        if values["form"] == FORM and values["status"] in {RECEIVED, ACCEPTED, RETURNED}:
            figures = str(json.loads(values["figures"])["n"])
            demand(values["checksum"] == figures, "a return is a mixture", values)
            demand(values["submitted_at"] == figures, "a receipt for another return", values)
            demand(values["received_at"], "a state without its receipt", values)


def _told(world: World, desks: list[Desk]) -> set[tuple[bytes, Any]]:
    """Return the values that somebody was told of; copied disks may leave that to the history."""
    told = world.story.told.union(*(desk.told() for desk in desks))
    return told | world.hub.history() if world.story.rare else told


def _nothing_lost(
    world: World, entries: list[Entry], held: Held, told: set[tuple[bytes, Any]]
) -> None:
    for entry in entries:
        key, id, field = entry.cell
        demand(id in held[key], "a record was lost", key, id.hex())
        if not field or entry.value is None:
            continue
        at = _columns(find_register(key)).index(field)
        stands = held[key][id][at] == entry.value
        seen = (entry.cell, entry.value) in world.story.replaced
        demand(
            stands or seen or (id, entry.value) in told,
            "a value was lost without a word",
            key,
            id.hex(),
            field,
            entry.value,
        )


def _later_wins(entries: list[Entry], held: Held) -> None:
    edits: dict[Cell, list[Entry]] = defaultdict(list)
    for entry in entries:
        if not entry.made and entry.cell[2] in FIELDS:
            edits[entry.cell].append(entry)
    for (key, id, field), written in edits.items():
        last = max((each.hlc, each.device) for each in written)
        winners = [each.value for each in written if (each.hlc, each.device) == last]
        at = _columns(find_register(key)).index(field)
        stands = held[key][id][at]
        demand(stands in winners, "an earlier edit won", id.hex(), field, stands, winners)


def _seen_gives_way(entries: list[Entry], held: Held) -> None:
    """What somebody saw and replaced does not stand again, whatever the clocks showed."""
    written = Counter((each.cell, each.value) for each in entries)
    for entry in entries:
        key, id, field = entry.cell
        if entry.made or field not in FIELDS or entry.old is None:
            continue
        stands = held[key][id][_columns(find_register(key)).index(field)]
        # A value that was written twice was put back by taking back an import.
        back = stands == entry.old and written[entry.cell, stands] < _TWICE
        demand(not back, "a value replaced by who had seen it won", id.hex(), field, stands)
