"""Taking an import back as one step, from the change rows it left."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, update
from sqlalchemy.orm import Session

from desktop.errors import NotFound, UserError
from desktop.models.changes import NEW_RECORD, changed_fields, last_seq
from desktop.models.identity import Identities
from desktop.models.ids import new_id
from desktop.models.kinds import Kind, Value
from desktop.models.ledger import item_column
from desktop.models.local import Change, ImportBatch
from desktop.models.published import held_fields, published_ids
from desktop.models.register import DELETED_AT, Register, Values
from desktop.models.registers import all_registers
from desktop.models.store import Store, change_many, insert_many
from desktop.text import _

_MADE = 1 << DELETED_AT
"""The bit of a mask that a new record has, and one that came back."""


@dataclass(frozen=True)
class Undone:
    """What was taken back."""

    file: str
    created: int
    updated: int


def batches(session: Session, limit: int = 50) -> Sequence[ImportBatch]:
    """Return the imports of this PC that could be taken back, the newest first."""
    chosen = select(ImportBatch).where(ImportBatch.undone_at.is_(None))
    return session.scalars(chosen.order_by(ImportBatch.last_seq.desc()).limit(limit)).all()


def undo(store: Store, batch: bytes | None = None) -> Undone:
    """Take back an import, the latest one if none is named: all of it, or nothing.

    Raises:
        NotFound: There is no such import.
        UserError: What it wrote has been changed, used or handed to the county since.
    """
    with store.writing() as session:
        found = _find(session, batch)
        before = last_seq(session)
        _refuse_incomplete(session, found)
        _refuse_changed(session, found)
        registers = list(all_registers().values())
        for register in registers:
            _restore(session, register, found)
        _refuse_used(session, found)
        for register in registers:
            _remove(session, register, found)
        found.undone_at = datetime.now(UTC).isoformat(timespec="seconds")
        _note_undoing(store, session, found, before)
        return Undone(found.file, found.created, found.updated)


def _note_undoing(store: Store, session: Session, found: ImportBatch, before: int) -> None:
    """Note which changes the taking back was, so that they do not count as edits of a person."""
    session.add(
        ImportBatch(
            id=new_id(),
            file=_("撤销导入：{file}").format(file=found.file),
            registers=found.registers,
            made_at=found.undone_at or "",
            person=store.person_id,
            first_seq=before + 1,
            last_seq=last_seq(session),
            created=0,
            updated=0,
            undone_at=found.undone_at,
        )
    )


def _find(session: Session, batch: bytes | None) -> ImportBatch:
    chosen = select(ImportBatch).where(ImportBatch.undone_at.is_(None))
    if batch is not None:
        chosen = chosen.where(ImportBatch.id == batch)
    found = session.scalars(chosen.order_by(ImportBatch.last_seq.desc()).limit(1)).first()
    if found is None:
        raise NotFound(_("没有可以撤销的导入。"))
    return found


def _rows(found: ImportBatch, register: Register | None = None) -> Select[Any]:
    """Return the select of the ids of the records that the import made or let come back."""
    chosen = select(Change.record_id).where(
        Change.seq.between(found.first_seq, found.last_seq),
        Change.mask.op("&")(_MADE) == _MADE,
    )
    return chosen if register is None else chosen.where(Change.t == register.number)


def _refuse_incomplete(session: Session, found: ImportBatch) -> None:
    """Refuse where change rows were cleared away after the county received them."""
    there = session.scalar(
        select(func.count()).where(Change.seq.between(found.first_seq, found.last_seq))
    )
    if there != found.last_seq - found.first_seq + 1:
        raise UserError(
            _("“{file}”的导入已同步到县级，不能整体撤销。").format(file=found.file),
            _("请在台账中逐条更正。"),
        )


def _refuse_changed(session: Session, found: ImportBatch) -> None:
    """Refuse where a record of the import was edited afterwards."""
    touched = (
        select(Change.t, Change.record_id)
        .where(Change.seq.between(found.first_seq, found.last_seq))
        .distinct()
        .subquery()
    )
    later = session.scalar(
        select(func.count(func.distinct(Change.record_id)))
        .join(touched, (touched.c.t == Change.t) & (touched.c.record_id == Change.record_id))
        .where(Change.seq > found.last_seq, ~_was_undone())
    )
    if later:
        raise UserError(
            _("“{file}”导入的记录中有 {count} 条后来又改过，不能整体撤销。").format(
                file=found.file, count=later
            ),
            _("请在台账中逐条更正。"),
        )


def _was_undone() -> ColumnElement[bool]:
    """Return the condition that a change belongs to an import taken back, or to its taking back."""
    return (
        select(literal(1))
        .where(
            ImportBatch.undone_at.is_not(None),
            Change.seq.between(ImportBatch.first_seq, ImportBatch.last_seq),
        )
        .correlate(Change)
        .exists()
    )


def _undone_rows(register: Register) -> Select[Any]:
    """Return the select of what an import taken back, or its taking back, had made."""
    return select(Change.record_id).where(
        Change.t == register.number, Change.mask == NEW_RECORD, _was_undone()
    )


def _refuse_used(session: Session, found: ImportBatch) -> None:
    """Refuse where later records refer to what the import made."""
    for register in all_registers().values():
        table = register.table
        for field in register.stored:
            target = all_registers().get(field.target)
            if target is None:
                continue
            used = session.scalar(
                select(func.count(literal(1))).where(
                    table.columns[field.key].in_(_rows(found, target)),
                    table.c.id.not_in(_rows(found, register)),
                    table.c.id.not_in(_undone_rows(register)),
                    table.c.deleted_at.is_(None),
                )
            )
            if used:
                raise UserError(
                    _(
                        "“{label}”中有 {count} 条后来的记录引用了“{file}”导入的内容，不能整体撤销。"
                    ).format(label=_(register.label), count=used, file=found.file),
                    _("请先撤销或更正那些记录。"),
                )


def _remove(session: Session, register: Register, found: ImportBatch) -> None:
    """Mark what the import made as deleted; ledger rows are reversed, not deleted."""
    table = register.table
    made = _rows(found, register)
    if register.append_only:
        _reverse(session, register, made)
        return
    session.execute(
        update(table)
        .where(
            table.c.id.in_(made),
            table.c.id.not_in(published_ids(register)),
            table.c.deleted_at.is_(None),
        )
        .values(deleted_at=datetime.now(UTC).isoformat(timespec="seconds"))
    )


def _reverse(session: Session, ledger: Register, made: Select[Any]) -> None:
    """Append a reversing movement for each one that the import made.

    It keeps day and kind, so that the sums of the month by kind are as if nothing had been. Its id
    comes from the movement's: one that two PCs have booked and both take back is reversed once.
    """
    table = ledger.table
    item = item_column(ledger)
    chosen = select(
        table.c.id,
        table.columns[item],
        table.c.moved_on,
        table.c.kind,
        table.c.quantity,
        table.c.note,
    )
    identities = Identities(session)
    rows: list[Values] = [
        {
            "id": identities.booking(ledger, "reversed", row[0]),
            item: row[1],
            "moved_on": row[2],
            "kind": row[3],
            "quantity": -row[4],
            "note": _("撤销导入：{file}").format(file=row[5] or ""),
        }
        for row in session.execute(chosen.where(table.c.id.in_(made)))
    ]
    insert_many(session, ledger, rows)


def _restore(session: Session, register: Register, found: ImportBatch) -> None:
    """Put back the values that stood before the import changed them."""
    changes = session.execute(
        select(Change.record_id, Change.mask, Change.before)
        .where(
            Change.seq.between(found.first_seq, found.last_seq),
            Change.t == register.number,
            Change.mask > 0,
        )
        .order_by(Change.seq.desc())
    )
    held = held_fields(session, register)
    for record_id, mask, before in changes:
        image = json.loads(before or "{}")
        values = {
            name: _value(register, name, image.get(name))
            for name in changed_fields(register, mask)
            if name not in held.get(record_id, ())
        }
        if values:
            change_many(session, register, [(record_id, values)])


def _value(register: Register, key: str, stored: Any) -> Value:
    """Return an old value from its JSON form."""
    if stored is None:
        return None
    if key == "deleted_at":
        return str(stored)
    kind = register.by_key[key].kind
    if kind is Kind.REFERENCE:
        return bytes.fromhex(stored) or None  # Older change rows hold an empty text for a blank.
    if kind is Kind.DATE:
        return date.fromisoformat(stored)
    if kind is Kind.YES_NO:
        return bool(stored)
    value: Value = stored
    return value
