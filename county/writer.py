"""The hub as one more device of a centre: what the county itself writes into a centre's feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Table, update

from county.merge import HUB, Merge, RowMerge
from county.receive import insert_columns
from county.tables import CENTRES, register_tables
from desktop.models.kinds import Value
from desktop.models.register import Register


@dataclass(slots=True)
class Writer:
    """The hub as one more device of a centre, with the centre's row locked.

    Args:
        connection: The transaction.
        centre: The centre's row.
    """

    connection: Connection
    centre: Row[Any]
    merge: Merge = field(init=False)
    _rows: dict[int, RowMerge] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Begin where the centre's feed ends."""
        rev, clock = self.centre.rev, self.centre.clock
        self.merge = Merge(self.connection, self.centre.id, HUB, rev, rev, clock)

    def table(self, register: Register) -> Table:
        """Return a register's table."""
        return register_tables()[register.number][1]

    def insert(self, register: Register, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add new records to the centre's feed."""
        names = ("deleted_at", *(field.key for field in register.stored))
        columns = {name: [row.get(name) for row in rows] for name in names}
        insert_columns(self.merge, self.table(register), [row["id"] for row in rows], columns)

    def set(self, register: Register, id: bytes, number: int, value: Value) -> None:
        """Set a field in the county's name, later than every edit so far."""
        if register.number not in self._rows:
            self._rows[register.number] = RowMerge(self.merge, register, self.table(register))
        self._rows[register.number].set_by_hub(id, number, value)

    def write(self) -> None:
        """Write what is waiting, and how far the feed is now."""
        for rows in self._rows.values():
            rows.write()
        self.connection.execute(
            update(CENTRES)
            .where(CENTRES.c.id == self.centre.id)
            .values(rev=self.merge.rev, clock=self.merge.clock)
        )
