"""Which fields of a centre's records the county has published, as the hub knows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_

from county.batch import Edit, select_by_id
from county.tables import column_of, register_tables
from desktop.models.published import SHARED, fields_in
from desktop.models.register import DELETED_AT, Register
from desktop.models.registers.county_marks import REGISTER as MARKS
from desktop.sync.wire import write_value


def held(
    connection: Connection, centre_id: int, register: Register, ids: Sequence[bytes]
) -> dict[bytes, frozenset[int]]:
    """Return the numbers of the fields that are the county's by record; its deletion is too."""
    if register.key not in SHARED:
        return {}
    table = register_tables()[MARKS.number][1]
    found = select_by_id(
        connection,
        table,
        ids,
        where=lambda piece: and_(
            table.c.centre_id == centre_id,
            table.c.id.in_(piece),
            table.c.register == register.number,
            table.c.deleted_at.is_(None),
        ),
        columns=(table.c.id, table.c.fields),
    )
    return {
        row.id: frozenset(
            {DELETED_AT, *(register.by_key[key].number for key in fields_in(register, row.fields))}
        )
        for row in found
    }


def parted(
    register: Register, row: Row[Any], edits: Sequence[Edit], held: frozenset[int]
) -> tuple[list[Edit], list[Edit], dict[int, Any]]:
    """Return the centre's own edits, those that would change what is the county's, and that."""
    theirs = {number: write_value(getattr(row, column_of(register, number))) for number in held}
    own = [edit for edit in edits if edit.field not in held]
    wrong = [edit for edit in edits if edit.field in held and edit.raw != theirs[edit.field]]
    return own, wrong, {edit.field: theirs[edit.field] for edit in wrong}
