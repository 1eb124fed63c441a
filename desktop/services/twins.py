"""Records that two PCs made of the same person or thing, and making one of them.

A PC refuses a second record of the same key, but two PCs that have not met cannot; nor can one
whose record gets its ID number only later. Which of the two stays is for a person to say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from desktop.errors import NotFound, RecordRefused, UserError
from desktop.models.changes import mark_written
from desktop.models.identity import ONE_OF_A_KIND
from desktop.models.kinds import Kind, Value, show
from desktop.models.local import Preference
from desktop.models.numbered import refuse_taken
from desktop.models.published import held_fields, published_on
from desktop.models.register import Field, Register, Values
from desktop.models.registers import all_registers, find_register
from desktop.models.store import change_many, load, refuse_frozen, renew_search_keys
from desktop.models.titles import reference_titles, titles
from desktop.text import _, in_a_row

_MOST_GROUPS = 50
_APART = "twins.apart."


@dataclass(frozen=True)
class Twin:
    """One of two records of the same key.

    Attributes:
        id: The record.
        values: Label and value of each field in which they differ, as people read it.
        references: How many present records of other registers refer to it.
    """

    id: bytes
    values: tuple[tuple[str, str], ...]
    references: int


@dataclass(frozen=True)
class TwinGroup:
    """Records of one register with the same key, the one with the most references first.

    Attributes:
        register: Their register.
        known_by: The title of one of them and the key that they share, as people read it.
        twins: The records.
    """

    register: Register
    known_by: str
    twins: tuple[Twin, ...]


def find_twins(session: Session) -> list[TwinGroup]:
    """Return every group of present records with the same natural key that may be one."""
    found: list[TwinGroup] = []
    for key in ONE_OF_A_KIND:
        register = find_register(key)
        for ids, values in _alike(session, register):
            if len(found) == _MOST_GROUPS:
                return found
            found.append(_group(session, register, ids, values))
    return found


def count_twins(session: Session, keys: Collection[str] = ONE_OF_A_KIND) -> dict[str, int]:
    """Return how many groups there are in each of these registers, those without any left out."""
    counts = {key: len(_alike(session, find_register(key))) for key in ONE_OF_A_KIND if key in keys}
    return {key: count for key, count in counts.items() if count}


def leave_apart(session: Session, group: TwinGroup) -> None:
    """Note that the records of a group are two: a number given out twice is two people.

    It is noted on this PC only, and asked again where a further record of that key comes.
    """
    session.merge(Preference(person="", key=_apart_key(twin.id for twin in group.twins), value=""))


def _apart_key(ids: Iterable[bytes]) -> str:
    return f"{_APART}{blake2b(b''.join(sorted(ids)), digest_size=16).hexdigest()}"


def _alike(session: Session, register: Register) -> list[tuple[list[bytes], tuple[Value, ...]]]:
    """Return the ids and the key of the first groups, without those that a person left apart."""
    asked = select(Preference.key).where(
        Preference.person == "", Preference.key.startswith(_APART, autoescape=True)
    )
    apart = set(session.scalars(asked))
    every = ((_ids_of(session, register, key), key) for key in _keys_twice(session, register))
    return list(islice((each for each in every if _apart_key(each[0]) not in apart), _MOST_GROUPS))


def _ids_of(session: Session, register: Register, key: tuple[Value, ...]) -> list[bytes]:
    table = register.table
    columns = [table.c[str(column.key)] for column in register.natural_key]
    same = [column.is_not_distinct_from(value) for column, value in zip(columns, key, strict=True)]
    return list(
        session.scalars(
            select(table.c.id).where(table.c.deleted_at.is_(None), *same).order_by(table.c.id)
        )
    )


def _keys_twice(session: Session, register: Register) -> list[tuple[Value, ...]]:
    table = register.table
    columns = [table.c[str(column.key)] for column in register.natural_key]
    given = [column.is_not(None) for column in columns]
    if len(columns) > 1:
        given = given[:1]  # The first part names it; the others may be blank in both.
    rows = session.execute(
        select(*columns)
        .where(table.c.deleted_at.is_(None), *given)
        .group_by(*columns)
        .having(func.count() > 1)
        .order_by(*columns)
    )
    return [tuple(row) for row in rows]


def _group(
    session: Session, register: Register, ids: Sequence[bytes], key: tuple[Value, ...]
) -> TwinGroup:
    records = {id: load(session, register, id) for id in ids}
    referred = reference_titles(session, register, records.values())
    named = titles(session, register, ids[:1])
    differing = [
        field
        for field in register.stored
        if len({values[field.key] for values in records.values()}) > 1
    ]
    twins = [
        Twin(
            id,
            tuple((_(field.label), _shown(field, values, referred)) for field in differing),
            sum(count for _other, _field, count in _pointing(session, register, id)),
        )
        for id, values in records.items()
    ]
    known_by = in_a_row(
        show(register.by_key[str(column.key)].kind, value)
        for column, value in zip(register.natural_key, key, strict=True)
        if value is not None
    )
    title = named.get(ids[0], "")
    if title != known_by:
        known_by = f"{title} · {known_by}"
    return TwinGroup(register, known_by, tuple(sorted(twins, key=lambda each: -each.references)))


def _shown(field: Field, values: Values, referred: dict[bytes, str]) -> str:
    value = values[field.key]
    if field.kind is Kind.REFERENCE and isinstance(value, bytes):
        return referred.get(value, "")
    return show(field.kind, value)


def _pointing(
    session: Session, register: Register, record_id: bytes, *, deleted: bool = False
) -> Iterator[tuple[Register, Field, int]]:
    """Give each field of each register that refers to a record, with how many records do.

    Deleted records are counted where that is asked for: they can be put back.
    """
    for other in all_registers().values():
        table = other.table
        present = () if deleted else (table.c.deleted_at.is_(None),)
        for field in other.stored:
            if field.target != register.key:
                continue
            count = session.execute(
                select(func.count())
                .select_from(table)
                .where(table.c[field.key] == record_id, *present)
            ).scalar_one()
            if count:
                yield other, field, count


def make_one(session: Session, register: Register, stays: bytes, goes: bytes) -> set[str]:
    """Make one record of two, in the caller's transaction; returns the registers written to.

    What refers to the one that goes refers to the other from now on, but for locked records, which
    stay as they were signed. Blanks of the one that stays are filled from the other.

    Raises:
        UserError: The one that goes has ledger entries or is the county's, and has to stay.
        RecordRefused: What stays would break the register's rules.
    """
    kept, gone = load(session, register, stays), load(session, register, goes)
    keys = [str(column.key) for column in register.natural_key]
    if stays == goes or any(kept[key] != gone[key] for key in keys):
        raise NotFound(_("这两条记录已经不同了。"), _("请刷新后再看。"))
    for each in (stays, goes):
        refuse_frozen(session, register, each)
    if published_on(session, goes) is not None:
        raise UserError(_("这条是县级下发的，要保留它。"), _("请在它那边点“保留这条”。"))
    written = {register.key}
    for other, field, _count in list(_pointing(session, register, goes, deleted=True)):
        if other.append_only:
            raise UserError(
                _("“{label}”里有它的流水，流水不能改，要保留它。").format(label=_(other.label)),
                _("请在它那边点“保留这条”。"),
            )
        _repoint(session, other, field, goes, stays)
        written.add(other.key)
    deleted_at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    session.execute(
        update(register.table).where(register.table.c.id == goes).values(deleted_at=deleted_at)
    )
    _fill(session, register, stays, kept, gone)
    return written


def _fill(session: Session, register: Register, stays: bytes, kept: Values, gone: Values) -> None:
    """Fill the blanks of what stays, but those that the county has published as blanks.

    The key is noted as written too: an edit brings a record back that another PC, which has not met
    this one, deletes because it keeps the other of the two. Else both would be gone.
    """
    held = held_fields(session, register, [stays]).get(stays, frozenset())
    blanks = {
        field.key: gone[field.key]
        for field in register.stored
        if kept[field.key] is None and gone[field.key] is not None and field.key not in held
    }
    if blanks:
        whole = kept | blanks
        problems = register.problems(whole)
        if problems:
            raise RecordRefused(problems)
        refuse_taken(session, register, whole, [*blanks], stays)
        # Not as from a form, which refuses a further record of the key: a third twin may be there.
        change_many(session, register, [(stays, blanks)])
    keys = {str(column.key) for column in register.natural_key} - held
    if keys:
        numbers = [register.by_key[key].number for key in keys]
        mark_written(session, register, stays, numbers)


def _repoint(session: Session, other: Register, field: Field, old: bytes, new: bytes) -> None:
    table = other.table
    found = session.execute(select(table).where(table.c[field.key] == old)).all()
    free = [row.id for row in found if not other.frozen_when(dict(row._mapping))]  # noqa: SLF001
    for id in free:
        session.execute(update(table).where(table.c.id == id).values({field.key: new}))
    renew_search_keys(session, other, free)
