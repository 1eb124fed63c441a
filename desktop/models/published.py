"""What the county has published of a centre's records: the fields that only it may change.

Centre and county share some registers: the county publishes drugs and policies into them, and the
centre keeps its own rows, and its own notes on the county's, beside them. A mark with the record's
own id (register ``county_marks``) says which fields of it are the county's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, FromClause, Select, and_, delete, select
from sqlalchemy.orm import Session

from desktop.errors import Frozen
from desktop.models.kinds import Value
from desktop.models.register import Owner, Register, Values
from desktop.models.registers import all_registers
from desktop.models.registers.county_marks import REGISTER as MARKS
from desktop.text import _, in_a_row

SHARED = frozenset({"drugs", "policy", "checklists", "schemes", "return_forms"})
"""Registers of the centre into which the county publishes."""

_MARKS = MARKS.table.c
_FEW = 500


def fields_in(register: Register, mask: int) -> frozenset[str]:
    """Return the keys of the fields in a mark's mask."""
    return frozenset(field.key for field in register.stored if mask >> field.number & 1)


def mask_of(register: Register, keys: Iterable[str]) -> int:
    """Return the mask of these fields."""
    return sum(1 << register.by_key[key].number for key in set(keys))


def published_ids(register: Register) -> Select[tuple[bytes]]:
    """Return the select of the records of a register that the county has published."""
    return select(_MARKS.id).where(_MARKS.register == register.number, _MARKS.deleted_at.is_(None))


def held_fields(
    session: Session, register: Register, ids: Sequence[bytes] | None = None
) -> dict[bytes, frozenset[str]]:
    """Return the fields that are the county's by record, of these records or of all."""
    if register.key not in SHARED:
        return {}
    asked = select(_MARKS.id, _MARKS.fields).where(
        _MARKS.register == register.number, _MARKS.deleted_at.is_(None)
    )
    if ids is not None and len(ids) <= _FEW:
        asked = asked.where(_MARKS.id.in_(ids))
    wanted = None if ids is None else set(ids)
    return {
        row.id: fields_in(register, row.fields or 0)
        for row in session.execute(asked)
        if wanted is None or row.id in wanted
    }


def published_on(session: Session, record_id: bytes) -> date | None:
    """Return the day on which the county published a record; None for the centre's own."""
    found: date | None = session.execute(
        select(_MARKS.published_on).where(_MARKS.id == record_id, _MARKS.deleted_at.is_(None))
    ).scalar()
    return found


def is_published(
    record: ColumnElement[bytes], marks: FromClause = MARKS.table
) -> ColumnElement[bool]:
    """Return the condition that a record is one of the county's.

    Args:
        record: The column of its id.
        marks: The marks, where they are not the office PC's own.
    """
    return (
        select(marks.c.id).where(and_(marks.c.id == record, marks.c.deleted_at.is_(None))).exists()
    )


def refuse_published(
    session: Session, register: Register, changes: Sequence[tuple[bytes, Mapping[str, Value]]]
) -> None:
    """Refuse changes of what the county has published; the same value again is no change.

    Raises:
        Frozen: A change touches the county's fields.
    """
    held = held_fields(session, register, [record_id for record_id, _values in changes])
    for record_id, values in changes:
        touched = held.get(record_id, frozenset()) & values.keys()
        if not touched:
            continue
        columns = [register.table.columns[key] for key in sorted(touched)]
        present = session.execute(select(*columns).where(register.table.c.id == record_id)).one()
        before: Values = dict(zip(sorted(touched), present, strict=True))
        changed = [key for key in register.by_key if key in touched and before[key] != values[key]]
        if changed:
            labels = in_a_row(_(register.by_key[key].label) for key in changed)
            raise Frozen(
                _("{labels}由县里发布，本机构不能修改。").format(labels=labels),
                _("有不同意见请与县里联系；本机构的说明可写在备注里。"),
            )


def refuse_deleting_published(session: Session, register: Register, record_id: bytes) -> None:
    """Refuse to delete what the county has published.

    Raises:
        Frozen: The record is the county's.
    """
    if held_fields(session, register, [record_id]):
        raise Frozen(_("这条记录由县里发布，本机构不能删除。"), _("需要撤销请与县里联系。"))


def published_records(session: Session) -> dict[int, list[bytes]]:
    """Return, by register, the records of the centre that the county had a part in."""
    found: dict[int, list[bytes]] = {}
    for number, id in session.execute(select(_MARKS.register, _MARKS.id)):
        found.setdefault(number, []).append(id)
    return found


def forget_published(session: Session) -> set[str]:
    """Delete what only the county writes; returns the keys of the registers that had any."""
    # These registers are copies of the hub's: unlike the centre's own, nothing in them is lost.
    countys = [each for each in all_registers().values() if each.owner is Owner.COUNTY]
    found = {
        register.key
        for register in countys
        if session.execute(select(register.table.c.id).limit(1)).first() is not None
    }
    for register in countys:
        session.execute(delete(register.table))
    return found
