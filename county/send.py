"""Pages for a PC: what its centre's other PCs and the hub have written since its cursor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, TextClause, select, text

from county.batch import Cell, pack_cells, select_by_id
from county.tables import CHANGES, column_of, register_tables
from desktop.models.register import DELETED_AT, Register
from desktop.sync.protocol import Edits, Rows
from desktop.sync.wire import pack_column, pack_ids

LARGEST_PAGE = 20_000
_WIDEST_WINDOW = 1_000_000


class Page(NamedTuple):
    """New records and edits up to a revision."""

    cursor: int
    inserts: list[Rows]
    edits: list[Edits]


def page(
    connection: Connection, centre_id: int, dev: int, cursor: int, top: int, want: int
) -> Page:
    """Return the next page after a cursor, without what the device itself has sent.

    Values are the hub's present ones, not those of the history: a page that showed an edit which
    the same exchange has just outdone would put the older value back at the PC.
    """
    window = min(want, LARGEST_PAGE)
    while window and cursor < top:
        upper = min(cursor + window, top)
        inserts, whole = _new_records(connection, centre_id, dev, cursor, upper)
        edits = _edited(connection, centre_id, dev, (cursor, upper), whole)
        cursor = upper
        if inserts or edits:
            return Page(cursor, inserts, edits)
        # A stretch of the PC's own edits: nothing to say about it, so look further ahead.
        window = min(window * 4, _WIDEST_WINDOW)
    return Page(cursor, [], [])


def _new_records(
    connection: Connection, centre_id: int, dev: int, lower: int, upper: int
) -> tuple[list[Rows], set[tuple[int, bytes]]]:
    packed = []
    whole = set()
    window = {"centre": centre_id, "dev": dev, "lower": lower, "upper": upper}
    for number in connection.execute(_with_new_records(), window).scalars():
        register, table = register_tables()[number]
        columns = [table.c[column_of(register, number)] for number in _numbers(register)]
        rows = connection.execute(
            select(table.c.id, *columns)
            .where(
                table.c.centre_id == centre_id,
                table.c.rev > lower,
                table.c.rev <= upper,
                table.c.dev != dev,
            )
            .order_by(table.c.rev)
        ).all()
        if rows:
            packed.append(pack_rows(register, rows))
            whole |= {(number, row.id) for row in rows}
    return packed, whole


@cache
def _with_new_records() -> TextClause:
    """Return the statement that asks which registers have new records in a window.

    Most windows touch a few of them; asking each would take longer than the rest of the exchange.
    """
    parts = (
        f'SELECT {number} AS t WHERE EXISTS (SELECT 1 FROM "{table.name}" '  # noqa: S608 - declared
        "WHERE centre_id = :centre AND rev > :lower AND rev <= :upper AND dev <> :dev)"
        for number, (_register, table) in sorted(register_tables().items())
    )
    return text(" UNION ALL ".join(parts) + " ORDER BY t")


def _numbers(register: Register) -> list[int]:
    return [DELETED_AT, *register.by_number]


def whole_rows(
    connection: Connection, centre_id: int, most: int
) -> Iterator[tuple[Register, Sequence[Any]]]:
    """Give every record of a centre, register by register, in pieces of at most so many."""
    for _number, (register, table) in sorted(register_tables().items()):
        columns = [table.c[column_of(register, each)] for each in _numbers(register)]
        rev = 0
        while True:
            rows = connection.execute(
                select(table.c.id, *columns, table.c.rev.label("rev_"))
                .where(table.c.centre_id == centre_id, table.c.rev > rev)
                .order_by(table.c.rev)
                .limit(most)
            ).all()
            if not rows:
                break
            rev = rows[-1].rev_
            yield register, [row[:-1] for row in rows]


def pack_rows(register: Register, rows: Sequence[Any]) -> Rows:
    """Return records column by column, as they travel; each row has its id and all its fields."""
    ids, *columns = zip(*rows, strict=True) if rows else ((), *((),) * len(_numbers(register)))
    packed = [pack_column(column) for column in columns]
    return Rows(register.number, pack_ids(ids), _numbers(register), packed)


def _edited(
    connection: Connection,
    centre_id: int,
    dev: int,
    window: tuple[int, int],
    whole: set[tuple[int, bytes]],
) -> list[Edits]:
    marked = connection.execute(
        select(CHANGES.c.t, CHANGES.c.row_id, CHANGES.c.field).where(
            CHANGES.c.centre_id == centre_id,
            CHANGES.c.rev > window[0],
            CHANGES.c.rev <= window[1],
            CHANGES.c.dev != dev,
            CHANGES.c.lost.is_(False),
        )
    )
    fields: dict[int, dict[bytes, set[int]]] = defaultdict(lambda: defaultdict(set))
    for number, id, field in marked:
        if (number, id) not in whole and number in register_tables():
            fields[number][id].add(field)
    edits = []
    for number, by_id in fields.items():
        register, table = register_tables()[number]
        edits += pack_cells(_present(connection, centre_id, register, table, by_id), [""], 0)
    return edits


def _present(
    connection: Connection,
    centre_id: int,
    register: Register,
    table: Table,
    fields: dict[bytes, set[int]],
) -> Iterator[Cell]:
    for row in select_by_id(connection, table, list(fields)):
        if row.centre_id != centre_id:
            continue
        for field in sorted(fields[row.id]):
            value = getattr(row, column_of(register, field))
            yield Cell(register.number, row.id, field, value, 0, "")
