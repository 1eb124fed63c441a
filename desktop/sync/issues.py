"""Writing down what people must look at: conflicts and refusals, each until it is dealt with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from desktop.models.exchange_tables import SyncIssue, SyncRefused
from desktop.models.kinds import Kind, Value
from desktop.models.register import Field
from desktop.models.registers import registers_by_number
from desktop.sync.outbox import WHOLE_RECORD, Batch, Record
from desktop.sync.protocol import Refusal
from desktop.sync.wire import read_value

LOST = "lost"
WON = "won"
REFUSED = "refused"

MADE_TWICE = "made_twice"
"""The reason of a conflict: two PCs had made the same record before they met."""

CAME_APART = "came_apart"
"""The reason of a conflict: comparing found another value at the hub than here."""

OPEN = "open"
PUT_BACK = "put_back"
DISMISSED = "dismissed"
MENDED = "mended"


def to_json(value: Any) -> str:
    """Return a value as JSON; an id becomes hexadecimal text."""
    plain = value.hex() if isinstance(value, bytes) else value
    return msgspec.json.encode(plain).decode()


def from_json(field: Field | None, text: str | None) -> Value:
    """Return the stored value of the JSON."""
    raw = msgspec.json.decode(text or "null")
    if field is not None and field.kind is Kind.REFERENCE and isinstance(raw, str):
        raw = bytes.fromhex(raw)
    return read_value(field, raw)


def note_conflict(
    session: Session,
    record: Record,
    field: int,
    kind: str,
    values: tuple[Any, Any],
    who: str,
    at: int,
    reason: str = "",
) -> bool:
    """Keep both values of a field; says whether this is news.

    A repeated answer of the hub tells the same conflict again: it is noted once.
    """
    mine, theirs = to_json(values[0]), to_json(values[1])
    number, id = record
    same = select(SyncIssue.id).where(
        SyncIssue.t == number,
        SyncIssue.record_id == id,
        SyncIssue.field == field,
        SyncIssue.kind == kind,
        SyncIssue.mine == mine,
        SyncIssue.theirs == theirs,
        SyncIssue.at == at,
    )
    if session.execute(same).first() is not None:
        return False
    session.execute(
        insert(SyncIssue).values(
            t=number,
            record_id=id,
            field=field,
            kind=kind,
            mine=mine,
            theirs=theirs,
            who=who,
            at=at,
            reason=reason,
            message="",
            state=OPEN,
        )
    )
    return True


def note_refusal(
    session: Session, refusal: Refusal, field: int, values: tuple[Any, Any], at: int
) -> None:
    """Keep a refusal with its reason in words; a repeated one replaces the first."""
    session.execute(
        delete(SyncIssue).where(
            SyncIssue.t == refusal.table,
            SyncIssue.record_id == refusal.id,
            SyncIssue.field == field,
            SyncIssue.kind == REFUSED,
            SyncIssue.state == OPEN,
        )
    )
    session.execute(
        insert(SyncIssue).values(
            t=refusal.table,
            record_id=refusal.id,
            field=field,
            kind=REFUSED,
            mine=to_json(values[0]),
            theirs=to_json(values[1]),
            who="",
            at=at,
            reason=refusal.reason,
            message=refusal.message,
            state=OPEN,
        )
    )


def keep_refused(session: Session, batch: Batch, refusal: Refusal) -> None:
    """Remember the refused fields: they go again with the record's next edit."""
    number, id = refusal.table, refusal.id
    stamps = dict(batch.edited.get((number, id), {}))
    if id in batch.new.get(number, {}):
        stamps[WHOLE_RECORD] = batch.new[number][id]
    forget_refused(session, [(number, id)])
    if stamps:
        session.execute(
            insert(SyncRefused),
            [
                {
                    "t": number,
                    "record_id": id,
                    "field": field,
                    "hlc": stamp.hlc,
                    "person": stamp.person,
                }
                for field, stamp in stamps.items()
            ],
        )


def forget_refused(session: Session, records: Iterable[Record], field: int | None = None) -> None:
    """Forget refused edits that are settled."""
    for number, id in records:
        condition = [SyncRefused.t == number, SyncRefused.record_id == id]
        if field is not None:
            condition.append(SyncRefused.field == field)
        session.execute(delete(SyncRefused).where(*condition))


def refused_records(session: Session) -> set[Record]:
    """Return the records with a refused edit."""
    columns = SyncRefused.__table__.c
    found = session.execute(select(columns.t, columns.record_id).distinct())
    return {(number, id) for number, id in found}


def refused_fields(session: Session) -> list[tuple[Record, int]]:
    """Return the refused edits by record and field."""
    columns = SyncRefused.__table__.c
    rows = session.execute(select(columns.t, columns.record_id, columns.field))
    return [((number, id), field) for number, id, field in rows]


def mend(session: Session, records: Iterable[Record]) -> None:
    """Close the refusals of records that the hub has now taken."""
    settled = list(records)
    forget_refused(session, settled)
    for record in settled:
        close_refusals(session, record)


def replaced(session: Session, batch: Batch) -> set[Record]:
    """Return the refused records of which a batch has a later edit of every refused field.

    It was built before the refusal was known, and so is none that sends them once more.
    """
    columns = SyncRefused.__table__.c
    rows = session.execute(select(columns.t, columns.record_id, columns.field, columns.hlc)).all()
    refused: set[Record] = {(number, id) for number, id, _field, _hlc in rows}
    found = refused.intersection(batch.edited)
    for number, id, field, hlc in rows:
        stamp = batch.edited[number, id].get(field) if (number, id) in found else None
        if stamp is None or stamp.hlc <= hlc:
            found.discard((number, id))
    return found


def is_over(session: Session, batch: Batch, record: Record) -> bool:
    """Close the refusals of a deleted record that the county never had: nothing is to be mended."""
    number, id = record
    if id not in batch.new.get(number, {}):
        return False
    close_refusals(session, record)
    return True


def close_refusals(session: Session, record: Record) -> None:
    """Close what is open of a record's refusals."""
    number, id = record
    session.execute(
        update(SyncIssue)
        .where(
            SyncIssue.t == number,
            SyncIssue.record_id == id,
            SyncIssue.kind == REFUSED,
            SyncIssue.state == OPEN,
        )
        .values(state=MENDED)
    )


def not_taken(session: Session) -> set[Record]:
    """Return the records that are present here and that the county has not taken as they are."""
    columns = SyncRefused.__table__.c
    found: set[Record] = set()
    for number in session.scalars(select(columns.t).distinct()):
        register = registers_by_number().get(number)
        if register is not None:
            table = register.table
            refused = select(columns.record_id).where(columns.t == number)
            asked = select(table.c.id).where(table.c.id.in_(refused), table.c.deleted_at.is_(None))
            found.update((number, id) for id in session.scalars(asked))
    return found
