"""The edits that the hub has logged of a record, and which of them stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_

from county.batch import select_by_id
from county.tables import CHANGES


class Logged(NamedTuple):
    """One edit of a field in the hub's history."""

    clock: int
    dev: int
    rev: int
    lost: bool
    value: bytes
    person: str


History = Mapping[int, Sequence[Logged]]
"""The logged edits of one record by field."""


def winner(logged: Iterable[Logged]) -> Logged | None:
    """Return the edit that a field's present value is from."""
    standing = [each for each in logged if not each.lost]
    return max(standing, key=lambda each: (each.clock, each.dev), default=None)


def read_histories(
    connection: Connection, centre_id: int, table: int, ids: Sequence[bytes]
) -> dict[bytes, dict[int, list[Logged]]]:
    """Return the logged edits of records of a centre's register by field."""
    found: dict[bytes, dict[int, list[Logged]]] = defaultdict(lambda: defaultdict(list))
    rows = select_by_id(
        connection,
        CHANGES,
        ids,
        where=lambda piece: and_(
            CHANGES.c.centre_id == centre_id,
            CHANGES.c.t == table,
            CHANGES.c.row_id.in_(piece),
        ),
    )
    for row in rows:
        logged = Logged(row.clock, row.dev, row.rev, row.lost, row.value, row.person)
        found[row.row_id][row.field].append(logged)
    return found
