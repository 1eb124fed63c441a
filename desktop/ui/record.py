"""What a form knows of one record: its values, the titles it refers to, what refers to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from desktop.models.changes import history
from desktop.models.kinds import Kind, Value, show
from desktop.models.published import held_fields, published_on
from desktop.models.register import Register, Values
from desktop.models.registers import all_registers
from desktop.models.store import Store, load
from desktop.models.titles import reference_titles, titles
from desktop.models.vault import Person
from desktop.text import _

_MOST_RELATED = 5


@dataclass(frozen=True)
class Related:
    """Records of another register that refer to this one: how many, and the first of them."""

    register: Register
    field_key: str
    count: int
    first: list[tuple[bytes, str]]


@dataclass(frozen=True)
class LoadedRecord:
    """A record as the form shows it."""

    id: bytes | None
    title: str
    values: Values
    titles: dict[bytes, str] = field(default_factory=dict)
    related: list[Related] = field(default_factory=list)
    edits: int = 0
    published_on: date | None = None
    held: frozenset[str] = frozenset()
    """The keys of the fields that only the county may change."""


@dataclass(frozen=True)
class Edit:
    """One line of a record's history: a field, what stood before and what came after.

    What came after the last edit of a field is told by the record itself (``present``): another PC
    may have changed it since, which is not among the edits made here.
    """

    at: datetime
    person: str
    label: str
    before: str
    after: str
    present: bool = False


def read_record(store: Store, register: Register, record_id: bytes) -> LoadedRecord:
    """Read a record with everything its form shows."""
    with store.reading() as session:
        values = load(session, register, record_id)
        named = titles(session, register, [record_id])
        return LoadedRecord(
            record_id,
            named.get(record_id, ""),
            values,
            reference_titles(session, register, [values]),
            _related(session, register, record_id),
            len(history(session, register, record_id)),
            published_on(session, record_id),
            held_fields(session, register, [record_id]).get(record_id, frozenset()),
        )


def _related(session: Session, register: Register, record_id: bytes) -> list[Related]:
    found = []
    for other in all_registers().values():
        for pointing in other.stored:
            if pointing.target != register.key:
                continue
            table = other.table
            here = (table.columns[pointing.key] == record_id, table.c.deleted_at.is_(None))
            count = session.execute(
                select(func.count()).select_from(table).where(*here)
            ).scalar_one()
            if count:
                ids = session.scalars(
                    select(table.c.id).where(*here).order_by(*_newest(other)).limit(_MOST_RELATED)
                ).all()
                named = titles(session, other, list(ids))
                first = [(each, named[each]) for each in ids]
                found.append(Related(other, pointing.key, count, first))
    return found


def _newest(register: Register) -> list[ColumnElement[Any]]:
    """Return the order that puts the newest first: by the first day or month of a record.

    An id does not tell age: it may come from what the record is known by.
    """
    days = [each for each in register.stored if each.kind in (Kind.DATE, Kind.MONTH)]
    columns = register.table.c
    return [*(columns[each.key].desc().nulls_last() for each in days[:1]), columns.id.desc()]


def read_history(
    store: Store, register: Register, record_id: bytes, people: list[Person]
) -> list[Edit]:
    """Read who changed what in a record on this PC, the newest first, numbers masked."""
    names = {person.id: person.name for person in people}
    with store.reading() as session:
        entries = history(session, register, record_id)
        after = dict(load(session, register, record_id))
        images: list[Values] = [
            {key: _from_image(register, key, value) for key, value in entry.before.items()}
            for entry in entries
        ]
        named = reference_titles(session, register, [after, *images])
    edits: list[Edit] = []
    later: set[str] = set()
    for entry, before in zip(entries, images, strict=True):
        for key, old in before.items():
            if key in register.by_key:
                edits.append(
                    Edit(
                        entry.at,
                        names.get(entry.person, _("其他人员")),
                        _(register.by_key[key].label),
                        _text(register, key, old, named),
                        _text(register, key, after.get(key), named),
                        key not in later,
                    )
                )
            else:
                was, now = _("未删除"), _("已删除")
                words = (was, now) if old is None else (now, was)
                edits.append(Edit(entry.at, names.get(entry.person, ""), _("删除"), *words))
        after |= before
        later |= before.keys()
    return edits


def _from_image(register: Register, key: str, value: Any) -> Value:
    """Return a value of a change row's image as the stored value it was."""
    known = register.by_key.get(key)
    if value is None or known is None:
        return None if value is None else str(value)
    if known.kind is Kind.REFERENCE:
        return bytes.fromhex(str(value))
    if known.kind is Kind.YES_NO:
        return bool(value)
    stored: Value = value
    return stored


def _text(register: Register, key: str, value: Value, named: dict[bytes, str]) -> str:
    if isinstance(value, bytes):
        return named.get(value, "")
    return show(register.by_key[key].kind, value)
