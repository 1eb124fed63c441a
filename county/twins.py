"""Who refers to a record that was made one with its double refers to the one that stays.

The PC that makes one record of two points what it has at the one that stays. Another may have
signed a contract with the one that goes before it knew: the hub, where both arrive, points that at
the one that stays too, and every PC gets it as an edit like any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Row, Table, TextClause, and_, text

from county.batch import TableBatch, select_by_id
from county.history import History, Logged, winner
from county.merge import HUB, Merge, RowMerge
from county.tables import register_tables
from desktop.models.identity import ONE_OF_A_KIND
from desktop.models.kinds import Value
from desktop.models.register import DELETED_AT, Field, Register


class _Gone(NamedTuple):
    """A record that was made one with another: which of the two stays, and whose deletion it is."""

    stays: bytes
    deletion: Logged


def follow(merge: Merge, batches: Mapping[int, TableBatch]) -> None:
    """Point what refers to records that were made one with others at those that stay.

    Args:
        merge: The batch that was just taken in.
        batches: What it held, by the registers' numbers.
    """
    tables = register_tables()
    for number, ids in _looked_at(merge, batches).items():
        register, table = tables[number]
        gone = _made_one(merge, register, table, sorted(ids)) if ids else {}
        if gone:
            _repoint_all(merge, register, gone)


def _looked_at(merge: Merge, batches: Mapping[int, TableBatch]) -> Mapping[int, set[bytes]]:
    """Return what got its key now, as what stays does, and what is deleted but referred to."""
    tables = register_tables()
    numbers = {each.key: number for number, (each, _table) in tables.items()}
    deleted = _deleted(merge)
    found: dict[int, set[bytes]] = defaultdict(set)
    for number, batch in batches.items() if deleted else ():
        if number not in tables:
            continue
        register = tables[number][0]
        if number in deleted:
            keys = {register.by_key[key].number for key in _keys(register)}
            found[number] |= {
                id for id, edits in batch.edits.items() if any(edit.field in keys for edit in edits)
            }
        for field in register.stored:
            target = numbers.get(field.target)
            if target in deleted:
                found[target] |= deleted[target].intersection(_targets(batch, field))
    return found


def _deleted(merge: Merge) -> dict[int, set[bytes]]:
    """Return the centre's deleted records by register: few, and mostly none at all."""
    found: dict[int, set[bytes]] = defaultdict(set)
    for number, id in merge.connection.execute(_with_deleted(), {"centre": merge.centre_id}):
        found[number].add(bytes(id))
    return found


@cache
def _with_deleted() -> TextClause:
    parts = (
        f'SELECT {number} AS t, id FROM "{table.name}" '  # noqa: S608 - declared
        "WHERE centre_id = :centre AND deleted_at > ''"  # As the index is sorted, for the planner.
        for number, (register, table) in sorted(register_tables().items())
        if register.key in ONE_OF_A_KIND
    )
    return text(" UNION ALL ".join(parts))


def _targets(batch: TableBatch, field: Field) -> Iterator[bytes]:
    """Give what a field refers to in a batch; whatever is no id, such as a blank, left out."""
    for records in batch.inserts:
        yield from (raw for raw in records.columns.get(field.number, ()) if type(raw) is bytes)
    for edits in batch.edits.values():
        for edit in edits:
            if edit.field == field.number and type(edit.raw) is bytes:
                yield edit.raw


def _keys(register: Register) -> list[str]:
    return [str(column.key) for column in register.natural_key]


def _made_one(
    merge: Merge, register: Register, table: Table, ids: Sequence[bytes]
) -> dict[bytes, _Gone]:
    """Return the deleted records among those of one key with these that another was kept for."""
    groups = _alike(merge, register, table, ids)
    every = [row.id for group in groups for row in group]
    histories = RowMerge(merge, register, table).histories(every)
    found = {}
    for group in groups:
        next_ones = _next_ones(register, group, histories)
        present = {row.id for row in group if row.deleted_at is None}
        for id, gone in next_ones.items():
            last, passed = gone.stays, {id}
            while last in next_ones and last not in passed:
                passed.add(last)
                last = next_ones[last].stays
            if last in present:
                found[id] = gone._replace(stays=last)
    return found


def _alike(
    merge: Merge, register: Register, table: Table, ids: Sequence[bytes]
) -> list[list[Row[Any]]]:
    """Return the groups of the centre's records, deleted and present, with the keys of these."""
    keys = _keys(register)
    first = table.c[keys[0]]
    columns = (table.c.id, table.c.centre_id, table.c.deleted_at, *(table.c[key] for key in keys))

    def key_of(row: Row[Any]) -> tuple[Value, ...]:
        return tuple(getattr(row, key) for key in keys)

    asked = select_by_id(merge.connection, table, ids, columns=columns)
    wanted = {key_of(row) for row in asked if row.centre_id == merge.centre_id}
    groups: dict[tuple[Value, ...], list[Row[Any]]] = defaultdict(list)
    firsts: set[Any] = {key[0] for key in wanted if key[0] is not None}
    same = select_by_id(
        merge.connection,
        table,
        sorted(firsts),
        where=lambda piece: and_(table.c.centre_id == merge.centre_id, first.in_(piece)),
        columns=columns,
    )
    for row in same:
        if key_of(row) in wanted:
            groups[key_of(row)].append(row)
    return [
        group for group in groups.values() if len({row.deleted_at is None for row in group}) > 1
    ]


def _next_ones(
    register: Register, group: Sequence[Row[Any]], histories: Mapping[bytes, History]
) -> dict[bytes, _Gone]:
    """Return for what was deleted which one was kept for it.

    Who makes one of two notes the key of the one that stays as written right after the deletion. A
    record that was only deleted has none: one number may have been given to two people.
    """
    numbers = [register.by_key[key].number for key in _keys(register)]
    found = {}
    for row in group:
        deletion = winner(histories.get(row.id, {}).get(DELETED_AT, ()))
        if row.deleted_at is None or deletion is None or deletion.dev == HUB:
            continue
        noted = [
            (edit.clock, other.id)
            for other in group
            for number in numbers
            for edit in histories.get(other.id, {}).get(number, ())
            if other.id != row.id and edit.dev == deletion.dev and edit.clock > deletion.clock
        ]
        if noted:
            found[row.id] = _Gone(min(noted)[1], deletion)
    return found


def _repoint_all(merge: Merge, register: Register, gone: dict[bytes, _Gone]) -> None:
    """Point every record of the centre at those that stay; what ledgers name comes back instead."""
    pointing = [
        (other, table, field)
        for other, table in register_tables().values()
        for field in other.stored
        if field.target == register.key
    ]
    kept = RowMerge(merge, *register_tables()[register.number])
    for other, table, field in pointing:
        if other.append_only:
            found = _referring(merge, table, field, gone)
            for id in sorted({getattr(row, field.key) for row in found}):
                kept.set_by_hub(id, DELETED_AT, None)
                del gone[id]
    kept.write()
    for other, table, field in pointing:
        if not other.append_only:
            _repoint(merge, (other, table, field), gone)


def _repoint(
    merge: Merge, pointing: tuple[Register, Table, Field], gone: Mapping[bytes, _Gone]
) -> None:
    """Point one field at what stays; locked records stay as they were signed."""
    other, table, field = pointing
    free = [
        row
        for row in _referring(merge, table, field, gone)
        if not other.frozen_when(dict(row._mapping))  # noqa: SLF001
    ]
    rows = RowMerge(merge, other, table)
    histories = rows.histories([row.id for row in free])
    for row in free:
        stays, deletion = gone[getattr(row, field.key)]
        before = winner(histories.get(row.id, {}).get(field.number, ()))
        # As if the PC that made one of them had known this record too: a later edit stands.
        stamp = max(deletion.clock, before.clock + 1 if before else 0)
        rows.set_by_hub(row.id, field.number, stays, (stamp, deletion.person))
    rows.write()


def _referring(merge: Merge, table: Table, field: Field, gone: Iterable[bytes]) -> list[Row[Any]]:
    column = table.c[field.key]
    return select_by_id(
        merge.connection,
        table,
        list(gone),
        where=lambda piece: and_(table.c.centre_id == merge.centre_id, column.in_(piece)),
    )
