"""Returns that arrive: the hub's receipt is a pair of fields that only the hub sets.

The PC shows 县级已接收 because it has pulled these fields, never because it has sent something.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select

from county.batch import TableBatch, select_by_id
from county.clock import written
from county.merge import Merge, RowMerge
from county.tables import CENTRES, register_tables
from desktop.models.registers import returns
from desktop.models.registers.returns import (
    ACCEPTED,
    RECEIVED,
    RETURNED,
    SETTLED,
    SUBMITTED,
    Return,
)

NUMBER = returns.REGISTER.number
_STATUS = returns.REGISTER.by_key[Return.status.key].number
_RECEIVED_AT = returns.REGISTER.by_key[Return.received_at.key].number
_BY_COUNTY = (RECEIVED, ACCEPTED, RETURNED)
_COUNTY_FIELDS = frozenset(
    returns.REGISTER.by_key[column.key].number
    for column in (Return.received_at, Return.answered_at, Return.answered_by, Return.remarks)
)
"""What only the hub may say of a return."""


@dataclass(frozen=True, slots=True)
class ListedReturn:
    """A return as the county sees it."""

    centre: str
    centre_name: str
    form: str
    month: str
    revision: int
    status: str
    submitted_at: str
    submitted_by: str
    received_at: str
    checksum: str
    id: str


def leave_to_county(batch: TableBatch) -> None:
    """Take out of a PC's batch what only the hub may say of a return."""
    for records in batch.inserts:
        for number in _COUNTY_FIELDS:
            records.columns.pop(number, None)
        records.columns[_STATUS] = [
            SUBMITTED if status in _BY_COUNTY else status
            for status in records.columns.get(_STATUS, [None] * len(records.ids))
        ]
    for id, edits in batch.edits.items():
        batch.edits[id] = [
            edit
            for edit in edits
            if edit.field not in _COUNTY_FIELDS
            and not (edit.field == _STATUS and edit.raw in _BY_COUNTY)
        ]


def acknowledge(merge: Merge, ids: Sequence[bytes]) -> None:
    """Give a receipt for every submitted return among these records."""
    register, table = register_tables()[NUMBER]
    arrived = select_by_id(
        merge.connection,
        table,
        ids,
        where=lambda piece: and_(
            table.c.id.in_(piece),
            table.c.centre_id == merge.centre_id,
            table.c.status == SUBMITTED,
            table.c.deleted_at.is_(None),
        ),
        columns=(table.c.id,),
    )
    hub = RowMerge(merge, register, table)
    for row in arrived:
        hub.set_by_hub(row.id, _STATUS, RECEIVED)
        hub.set_by_hub(row.id, _RECEIVED_AT, written())
    hub.write()


def listing(connection: Connection) -> list[ListedReturn]:
    """Return every return that was submitted, by month, centre, form and revision."""
    _register, table = register_tables()[NUMBER]
    rows = connection.execute(
        select(table, CENTRES.c.code.label("centre"), CENTRES.c.name.label("centre_name"))
        .join(CENTRES, CENTRES.c.id == table.c.centre_id)
        .where(table.c.status.in_((*SETTLED, RETURNED)), table.c.deleted_at.is_(None))
        .order_by(table.c.month, CENTRES.c.code, table.c.form, table.c.revision)
    )
    return [_listed(row) for row in rows]


def _listed(row: Any) -> ListedReturn:
    return ListedReturn(
        centre=row.centre,
        centre_name=row.centre_name,
        form=row.form,
        month=row.month,
        revision=row.revision or 1,
        status=row.status,
        submitted_at=row.submitted_at or "",
        submitted_by=row.submitted_by or "",
        received_at=row.received_at or "",
        checksum=row.checksum or "",
        id=row.id.hex(),
    )
