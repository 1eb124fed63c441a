"""Taking in the hub's answer: receipt, cursor and page in one transaction, with capture off.

A field with a waiting edit of this PC is never overwritten: the hub will arbitrate when that edit
arrives and answer with the present value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import Session

from desktop.models.changes import NEW_RECORD, columns_by_number
from desktop.models.crowds import insert_columns
from desktop.models.exchange_tables import UnknownField
from desktop.models.kinds import BadValue
from desktop.models.local import Change
from desktop.models.register import DELETED_AT, Register
from desktop.models.registers import registers_by_number
from desktop.models.store import renew_dependants, renew_search_keys
from desktop.sync import account, issues, seen
from desktop.sync.outbox import (
    Batch,
    Record,
    latest_waiting,
    pending_fields,
    read_records,
    send_whole,
    stored_ids,
)
from desktop.sync.protocol import MISSING, Edits, Refusal, Reply, Rows
from desktop.sync.wire import (
    field_of,
    read_column,
    read_value,
    unpack_column,
    unpack_ids,
    write_value,
)
from desktop.text import _


class Cell(NamedTuple):
    """One raw value from the hub."""

    record: Record
    field: int
    raw: Any
    stamp: int
    person: str


@dataclass(slots=True)
class Applied:
    """What an answer brought."""

    pulled: int = 0
    conflicts: int = 0
    refused: list[Refusal] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)


class Applying:
    """One answer of the hub inside its transaction; the caller keeps capture off.

    Args:
        session: The transaction.
        batch: What was sent.
        reply: The answer.
        held: The last change that the hub held when it read the page, where the answer came late.
    """

    def __init__(
        self, session: Session, batch: Batch, reply: Reply, held: int | None = None
    ) -> None:
        self._session = session
        self._batch = batch
        self._reply = reply
        # Never beyond what was sent: after a lost answer the hub may hold more, but this answer
        # does not tell which of that lost or was refused. It tells when that is sent once more.
        self._acknowledged = max(min(reply.ack, batch.last), batch.first - 1)
        # A page that came late says nothing of what was edited and receipted since it was read.
        self._held = self._acknowledged if held is None else min(held, self._acknowledged)
        self._applied = Applied()
        self._searched: dict[int, set[bytes]] = defaultdict(set)
        self._refused = issues.refused_records(session)

    @cached_property
    def _pending(self) -> dict[Record, int]:
        """Fields that wait; what the answer gives its receipt for no longer does."""
        return pending_fields(self._session, self._acknowledged)

    def apply(self) -> Applied:
        """Take in the answer; either all of it or nothing."""
        reply, session = self._reply, self._session
        row = account.read_row(session)
        cursor, floor = (row.cursor, row.hlc) if row is not None else (0, 0)
        state: dict[str, Any] = {}
        if not self._batch.more:
            # A batch with more behind it asked for no page: the cursor stays where it is.
            seen.note(session, self._acknowledged, cursor, reply.cursor)
            state["cursor"] = reply.cursor
        if reply.nonce:  # An answer on a stick has none: it may be older than the last exchange.
            state["nonce"] = reply.nonce
        account.write(
            session,
            acked_seq=self._acknowledged,
            hub_gen=reply.generation,
            safe_seq=reply.safe,
            hlc=max(reply.clock, floor),
            **state,
        )
        self._settle_refusals()
        self.tell_conflicts()
        if self._held < self._acknowledged:
            self._pending = pending_fields(session, self._held)
        return self.take_page(reply.inserts, reply.edits)

    def take_page(self, inserts: Iterable[Rows], edits: Iterable[Edits]) -> Applied:
        """Write new records and edits, parents before children, then their search keys."""
        for rows in sorted(inserts, key=lambda each: each.table):
            self._take_rows(rows)
        for each in edits:
            self._take_edits(each)
        for number, ids in self._searched.items():
            renew_search_keys(self._session, registers_by_number()[number], list(ids))
        return self._applied

    # Refusals

    def _settle_refusals(self) -> None:
        refused = {(each.table, each.id) for each in self._reply.refused}
        issues.mend(self._session, self._sent_again() - refused)
        for refusal in self._reply.refused:
            if refusal.reason == MISSING:
                send_whole(self._session, (refusal.table, refusal.id))
            elif refusal.table in registers_by_number() and self._note_refusal(refusal):
                self._applied.refused.append(refusal)

    def _sent_again(self) -> set[Record]:
        """Return the refused records that the hub has been sent once more."""
        if self._batch.resent is not None:
            return self._batch.resent | issues.replaced(self._session, self._batch)
        return self._batch.records & self._refused if self._refused else set()

    def _note_refusal(self, refusal: Refusal) -> bool:
        register = registers_by_number()[refusal.table]
        record = (refusal.table, refusal.id)
        local = self._local(register, [refusal.id]).get(refusal.id, {})
        theirs = refusal.theirs or {}
        at = self._batch.edited.get(record, {}).get(refusal.field)
        when = at.hlc if at else self._reply.now << 16
        if not refusal.restore:
            issues.keep_refused(self._session, self._batch, refusal)
            if local.get(DELETED_AT) and issues.is_over(self._session, self._batch, record):
                return False
            values = (local.get(refusal.field), theirs.get(refusal.field))
            issues.note_refusal(self._session, refusal, refusal.field, values, when)
            return True
        for number, raw in theirs.items():
            if write_value(local.get(number)) != raw:
                values = (write_value(local.get(number)), raw)
                issues.note_refusal(self._session, refusal, number, values, when)
        self._write_cells(register, [Cell(record, n, raw, 0, "") for n, raw in theirs.items()])
        return True

    # Conflicts

    def tell_conflicts(self) -> None:
        """Note for people what the answer says of values that gave way."""
        for edits in self._reply.superseded:
            every = list(self._cells(edits))
            cells = [cell for cell in every if not self._is_pending(cell)]
            register = registers_by_number().get(edits.table)
            if register is not None:
                self._note_conflicts(register, cells, issues.LOST)
                self._write_cells(register, cells)
                # The hub takes it for seen: what replaces it was made after this answer's page.
                later = [cell for cell in every if self._loses(cell)]
                self._note_conflicts(register, later, issues.WON)
        for edits in self._reply.met:
            self._take_met(edits)
        for edits in self._reply.overridden:
            register = registers_by_number().get(edits.table)
            if register is not None:
                self._note_conflicts(register, list(self._cells(edits)), issues.WON)

    def _take_met(self, edits: Edits) -> None:
        """Take over what stands of a record that another PC made too; tell what gave way."""
        register = registers_by_number().get(edits.table)
        if register is not None:
            every = list(self._cells(edits))
            cells = [cell for cell in every if not self._is_pending(cell)]
            self._note_conflicts(register, cells, issues.LOST, issues.MADE_TWICE)
            self._write_cells(register, cells)
            # What is edited here since will replace what stands, as the later of the two.
            # The hub names nobody where this PC's record had a blank, but an edit is none any more.
            later = [
                cell if cell.person or cell.raw is None else cell._replace(person=_("其他电脑"))
                for cell in every
                if self._is_pending(cell)
            ]
            self._note_conflicts(register, later, issues.WON, issues.MADE_TWICE)

    def _note_conflicts(
        self, register: Register, cells: list[Cell], kind: str, reason: str = ""
    ) -> None:
        local = self._local(register, {cell.record[1] for cell in cells})
        for cell in cells:
            mine = write_value(local.get(cell.record[1], {}).get(cell.field))
            by_somebody = bool(cell.person) or cell.field == DELETED_AT
            if mine != cell.raw and by_somebody and self._is_told(register, cell, local):
                self._applied.conflicts += issues.note_conflict(
                    self._session,
                    cell.record,
                    cell.field,
                    kind,
                    (mine, cell.raw),
                    cell.person,
                    cell.stamp,
                    reason,
                )

    def _is_told(
        self, register: Register, cell: Cell, local: Mapping[bytes, Mapping[int, Any]]
    ) -> bool:
        """Tell whether a person is to look at the field: drafts are worked out again anyway."""
        field = register.by_number.get(cell.field)
        if field is None or not field.made:
            return True
        held = local.get(cell.record[1], {})
        names = columns_by_number(register)
        return register.frozen_when({names[number]: value for number, value in held.items()})

    # The page

    def _take_rows(self, rows: Rows) -> None:
        ids = unpack_ids(rows.ids)
        columns = [unpack_column(column) for column in rows.columns]
        self._applied.pulled += len(ids)
        register = registers_by_number().get(rows.table)
        if register is None:
            self._keep_unknown(
                ((rows.table, id), number, column[at])
                for number, column in zip(rows.fields, columns, strict=True)
                for at, id in enumerate(ids)
            )
            return
        there = stored_ids(self._session, register, ids)
        if not there:
            self._insert(register, ids, rows.fields, columns)
            return
        known = self._local(register, there)
        new = [at for at, id in enumerate(ids) if id not in there]
        picked = [[column[at] for at in new] for column in columns]
        self._insert(register, [ids[at] for at in new], rows.fields, picked)
        # What waits as new here is compared by the hub when it arrives there.
        told = there - self._waiting_new(register, there)
        cells = (
            Cell((rows.table, id), number, columns[place][at], 0, "")
            for at, id in enumerate(ids)
            if id in told
            for place, number in enumerate(rows.fields)
            # A ledger row differs only where two PCs had booked the same before they met.
            if not register.append_only or write_value(known[id].get(number)) != columns[place][at]
        )
        self._write_cells(register, [cell for cell in cells if not self._is_pending(cell)])

    def _waiting_new(self, register: Register, ids: Collection[bytes]) -> set[bytes]:
        """Return which of these records were made here and have not reached the hub."""
        if not ids:
            return set()
        waiting = select(Change.record_id).where(
            Change.seq > self._held,
            Change.t == register.number,
            Change.mask == NEW_RECORD,
        )
        return set(ids).intersection(self._session.scalars(waiting))

    def _insert(
        self, register: Register, ids: list[bytes], fields: list[int], columns: list[list[Any]]
    ) -> None:
        if not ids:
            return
        names = columns_by_number(register)
        values: dict[str, list[Any]] = {}
        for number, column in zip(fields, columns, strict=True):
            known, declared = field_of(register.by_number, number)
            try:
                if known:
                    values[names[number]] = read_column(declared, column)
                    continue
            except BadValue:
                records = [(register.number, id) for id in ids]
                values[names[number]] = [
                    self._read(register, record, number, raw)[1]
                    for record, raw in zip(records, column, strict=True)
                ]
                continue
            self._keep_unknown(
                ((register.number, id), number, raw) for id, raw in zip(ids, column, strict=True)
            )
        insert_columns(self._session, register, ids, values)
        # Children may have come first: their parent had been refused, or came by a later stick.
        renew_dependants(self._session, register, ids)
        self._applied.changed.add(register.key)

    def _take_edits(self, edits: Edits) -> None:
        cells = [cell for cell in self._cells(edits) if not self._is_pending(cell)]
        self._applied.pulled += len({cell.record for cell in cells})
        register = registers_by_number().get(edits.table)
        if register is None:
            self._keep_unknown((cell.record, cell.field, cell.raw) for cell in cells)
            return
        revived = [cell for cell in cells if cell.field == DELETED_AT and cell.raw is None]
        self._note_conflicts(register, revived, issues.LOST)
        self._write_cells(register, cells)

    def _cells(self, edits: Edits) -> Iterator[Cell]:
        ids = unpack_ids(edits.ids)
        for one in edits.fields:
            places = range(len(ids)) if one.rows is None else one.rows
            for at, (place, raw) in enumerate(zip(places, unpack_column(one.values), strict=True)):
                stamp = one.stamps[at] + self._reply.base if one.stamps else 0
                person = self._reply.people[one.people[at]] if self._reply.people else ""
                yield Cell((edits.table, ids[place]), one.field, raw, stamp, person)

    def _is_pending(self, cell: Cell) -> bool:
        return bool(self._pending.get(cell.record, 0) >> cell.field & 1)

    def _loses(self, cell: Cell) -> bool:
        waiting = (self._session, self._acknowledged, cell.record, cell.field)
        return self._is_pending(cell) and latest_waiting(*waiting) > cell.stamp

    # Writing

    def _local(self, register: Register, ids: Iterable[bytes]) -> dict[bytes, dict[int, Any]]:
        numbers = list(columns_by_number(register))
        return {
            id: dict(zip(numbers, values, strict=True))
            for id, values in read_records(self._session, register, list(ids))
        }

    def _read(self, register: Register, record: Record, number: int, raw: Any) -> tuple[bool, Any]:
        """Return whether the field is known and its value; what is not understood is kept."""
        known, declared = field_of(register.by_number, number)
        if known:
            try:
                return True, read_value(declared, raw)
            except BadValue:
                known = False
        self._keep_unknown([(record, number, raw)])
        return known, None

    def _write_cells(self, register: Register, cells: Iterable[Cell]) -> None:
        names = columns_by_number(register)
        records: dict[bytes, dict[str, Any]] = defaultdict(dict)
        for cell in cells:
            known, value = self._read(register, cell.record, cell.field, cell.raw)
            if known:
                records[cell.record[1]][names[cell.field]] = value
                if cell.record in self._refused:
                    issues.forget_refused(self._session, [cell.record], cell.field)
        if not records:
            return
        by_fields: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        searched = {str(column.key) for column in register.search}
        for id, values in records.items():
            new = {f"new_{name}": value for name, value in values.items()}
            by_fields[tuple(values)].append({"which": id, **new})
            if searched & values.keys():
                self._searched[register.number].add(id)
        table = register.table
        for fields, group in by_fields.items():
            statement = update(table).where(table.c.id == bindparam("which"))
            named: dict[str, Any] = {name: bindparam(f"new_{name}") for name in fields}
            self._session.execute(statement.values(named), group)
        self._applied.changed.add(register.key)

    def _keep_unknown(self, cells: Iterable[tuple[Record, int, Any]]) -> None:
        kept = [
            {"t": number, "record_id": id, "field": field, "value": msgspec.msgpack.encode(raw)}
            for (number, id), field, raw in cells
        ]
        if kept:
            statement = upsert(UnknownField)
            self._session.execute(
                statement.on_conflict_do_update(
                    index_elements=["t", "record_id", "field"],
                    set_={"value": statement.excluded.value},
                ),
                kept,
            )
