"""Digests of a centre's records at the hub, to be held against those of its PCs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select

from county.tables import column_of, register_tables
from desktop.models.kinds import Value
from desktop.models.register import DELETED_AT, Register
from desktop.sync.digests import Digest, digest_of

_AT_ONCE = 5_000


def digests(connection: Connection, centre_id: int) -> dict[int, Digest]:
    """Return the digest of every register of a centre that has records, by its number."""
    found = {}
    for number, (register, table) in sorted(register_tables().items()):
        numbers = [DELETED_AT, *register.by_number]
        made = digest_of(numbers, values(connection, centre_id, register, table, numbers))
        if any(count for count, _sum in made):
            found[number] = made
    return found


def values(
    connection: Connection,
    centre_id: int,
    register: Register,
    table: Table,
    numbers: Sequence[int],
) -> Iterable[Sequence[Value]]:
    """Give the records of a centre with these fields; never all of them in the memory."""
    columns = [table.c[column_of(register, each)] for each in numbers]
    rows: Iterable[Any] = connection.execute(
        select(table.c.id, *columns)
        .where(table.c.centre_id == centre_id)
        .execution_options(yield_per=_AT_ONCE)
    )
    return rows
