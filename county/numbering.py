"""Numbers that several records of a centre have, as the hub sees them.

Nothing keeps a list of who claimed a number: the rows say it themselves, whatever was edited,
deleted or brought back since. Who came first at the hub stands first.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from county.tables import register_tables
from desktop.models.register import Field, Register


class SharedNumber(NamedTuple):
    """A number with the records that have it, the first that came at the head."""

    register: Register
    field: Field
    number: str
    ids: list[bytes]


def find_shared(connection: Connection, centre_id: int) -> list[SharedNumber]:
    """Return every number that several present records of a centre have."""
    found = []
    for register, table in register_tables().values():
        present = (table.c.centre_id == centre_id, table.c.deleted_at.is_(None))
        for declared in register.unique:
            key = str(declared.key)
            column = table.c[key]
            numbers = connection.scalars(
                select(column)
                .where(column.is_not(None), *present)
                .group_by(column)
                .having(register.papers(table.c) > 1)
                .order_by(column)
            ).all()
            for number in numbers:
                ids = connection.scalars(
                    select(table.c.id).where(column == number, *present).order_by(table.c.rev)
                ).all()
                found.append(SharedNumber(register, register.by_key[key], number, list(ids)))
    return found
