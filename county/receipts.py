"""Returns and pay sheets that arrive: the hub's receipt is in fields that only the hub sets.

The PC shows 县级已接收 because it has pulled these fields, never because it has sent something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select
from sqlalchemy.orm import InstrumentedAttribute

from county.batch import Cell, Edit, TableBatch, select_by_id
from county.clock import written
from county.merge import Merge, RowMerge
from county.tables import CENTRES, column_of, register_tables
from desktop.models.register import Register
from desktop.models.registers import pay_sheets, returns
from desktop.models.registers.pay_sheets import APPROVED, PaySheet
from desktop.models.registers.returns import (
    ACCEPTED,
    RECEIVED,
    RETURNED,
    SETTLED,
    SUBMITTED,
    Return,
)
from desktop.sync.wire import write_value

NUMBER = returns.REGISTER.number


@dataclass(frozen=True)
class Receipted:
    """A register whose records the county gives a receipt for.

    Args:
        register: The register.
        columns: What only the hub may say of a record; the first is the moment of the receipt.
        handed_over: The state in which the centre hands a record over.
        received: The state that the receipt gives it; empty where it stays.
        by_county: States that only the hub gives.
    """

    register: Register
    columns: tuple[InstrumentedAttribute[Any], ...]
    handed_over: str
    received: str = ""
    by_county: tuple[str, ...] = ()

    def number(self, column: InstrumentedAttribute[Any]) -> int:
        """Return a column's number on the wire."""
        return self.register.by_key[str(column.key)].number

    @property
    def status(self) -> int:
        """Return the number of the field with the state."""
        return self.register.by_key["status"].number

    @property
    def received_at(self) -> int:
        """Return the number of the field with the moment of the receipt."""
        return self.number(self.columns[0])

    @property
    def fields(self) -> frozenset[int]:
        """Return the numbers of what only the hub may say."""
        return frozenset(self.number(column) for column in self.columns)


RECEIPTED = {
    each.register.number: each
    for each in (
        Receipted(
            returns.REGISTER,
            (Return.received_at, Return.answered_at, Return.answered_by, Return.remarks),
            SUBMITTED,
            RECEIVED,
            (RECEIVED, ACCEPTED, RETURNED),
        ),
        Receipted(pay_sheets.REGISTER, (PaySheet.received_at,), APPROVED),
    )
}
"""What gets a receipt, by the registers' numbers."""


@dataclass(frozen=True, slots=True)
class ListedReturn:
    """A return as the county sees it."""

    centre: str
    centre_name: str
    form: str
    month: str
    period: str
    revision: int
    status: str
    submitted_at: str
    submitted_by: str
    received_at: str
    answered_at: str
    answered_by: str
    checksum: str
    id: str


def leave_to_county(
    merge: Merge, receipted: Receipted, batch: TableBatch
) -> dict[bytes, list[Edit]]:
    """Take out of a PC's batch what only the hub may say; returns the edits of it by record."""
    fields, status = receipted.fields, receipted.status
    for records in batch.inserts:
        for number in fields:
            records.columns.pop(number, None)
        if status in records.columns:
            records.columns[status] = [
                receipted.handed_over if word in receipted.by_county else word
                for word in records.columns[status]
            ]
    lost = _lost_receipts(merge, receipted, batch)
    taken_out: dict[bytes, list[Edit]] = {}
    for id, edits in batch.edits.items():
        kept: list[Edit] = []
        for edit in edits:
            said_by_county = edit.field == status and edit.raw in receipted.by_county
            if said_by_county and id in lost:
                kept.append(edit._replace(raw=receipted.handed_over))
                continue
            if edit.field in fields or said_by_county:
                taken_out.setdefault(id, []).append(edit)
            else:
                kept.append(edit)
        batch.edits[id] = kept
    return taken_out


def _lost_receipts(merge: Merge, receipted: Receipted, batch: TableBatch) -> set[bytes]:
    """Return which records have a receipt at the PC and none here: the hub was restored since."""
    told = [
        id
        for id, edits in batch.edits.items()
        if any(e.field == receipted.status and e.raw in receipted.by_county for e in edits)
    ]
    table = register_tables()[receipted.register.number][1]
    found = select_by_id(
        merge.connection,
        table,
        told,
        where=lambda piece: and_(
            table.c.id.in_(piece),
            table.c.centre_id == merge.centre_id,
            table.c.received_at.is_(None),
        ),
        columns=(table.c.id,),
    )
    return {row.id for row in found}


def acknowledge(merge: Merge, receipted: Receipted, ids: Sequence[bytes]) -> None:
    """Give a receipt for everything handed over among these records, once."""
    register, table = register_tables()[receipted.register.number]
    there = [table.c.centre_id == merge.centre_id, table.c.deleted_at.is_(None)]
    if not receipted.received:  # Its state does not tell that it has its receipt.
        there.append(table.c.received_at.is_(None))
    arrived = select_by_id(
        merge.connection,
        table,
        ids,
        where=lambda piece: and_(
            table.c.id.in_(piece), table.c.status == receipted.handed_over, *there
        ),
        columns=(table.c.id,),
    )
    hub = RowMerge(merge, register, table)
    for row in arrived:
        if receipted.received:
            hub.set_by_hub(row.id, receipted.status, receipted.received)
        hub.set_by_hub(row.id, receipted.received_at, written())
    hub.write()


def tell_present(merge: Merge, receipted: Receipted, taken_out: Mapping[bytes, list[Edit]]) -> None:
    """Answer the edits that were taken out: until then the PC lets no page write their fields."""
    register, table = register_tables()[receipted.register.number]
    for row in select_by_id(merge.connection, table, list(taken_out)):
        if row.centre_id != merge.centre_id:
            continue
        for edit in taken_out[row.id]:
            value = getattr(row, column_of(register, edit.field))
            if write_value(value) != edit.raw:
                merge.superseded.append(
                    Cell(register.number, row.id, edit.field, value, merge.clock, "")
                )


def listing(connection: Connection) -> list[ListedReturn]:
    """Return every return that was submitted, by month, centre, form and revision."""
    _register, table = register_tables()[NUMBER]
    rows = connection.execute(
        select(table, CENTRES.c.code.label("centre"), CENTRES.c.name.label("centre_name"))
        .join(CENTRES, CENTRES.c.id == table.c.centre_id)
        .where(table.c.status.in_((*SETTLED, RETURNED)), table.c.deleted_at.is_(None))
        .order_by(table.c.month, CENTRES.c.code, table.c.form, table.c.period, table.c.revision)
    )
    return [listed(row) for row in rows]


def listed(row: Any) -> ListedReturn:
    """Return a return as the county sees it, from its row with the centre's code and name."""
    return ListedReturn(
        centre=row.centre,
        centre_name=row.centre_name,
        form=row.form,
        month=row.month,
        period=row.period or row.month,
        revision=row.revision or 1,
        status=row.status,
        submitted_at=row.submitted_at or "",
        submitted_by=row.submitted_by or "",
        received_at=row.received_at or "",
        answered_at=row.answered_at or "",
        answered_by=row.answered_by or "",
        checksum=row.checksum or "",
        id=row.id.hex(),
    )
