"""Digests of a centre's records at the hub, to be held against those of its PCs."""

from __future__ import annotations

from sqlalchemy import Connection, select

from county.tables import column_of, register_tables
from desktop.models.register import DELETED_AT
from desktop.sync.digests import Digest, digest_of


def digests(connection: Connection, centre_id: int) -> dict[int, Digest]:
    """Return the digest of every register of a centre that has records, by its number."""
    found = {}
    for number, (register, table) in sorted(register_tables().items()):
        numbers = [DELETED_AT, *register.by_number]
        columns = [table.c[column_of(register, each)] for each in numbers]
        rows = connection.execute(
            select(table.c.id, *columns)
            .where(table.c.centre_id == centre_id)
            .execution_options(yield_per=5_000)
        )
        made = digest_of(numbers, rows)
        if any(count for count, _sum in made):
            found[number] = made
    return found
