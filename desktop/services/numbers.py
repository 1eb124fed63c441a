"""Numbers that two records have, and giving one of them another.

A PC refuses a number that a record of its own has, but two PCs that have not met give the same
number twice. Both records are taken everywhere; which one keeps the number is for a person to say,
for the paper of one of them has to be changed.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import NotFound, UserError
from desktop.models.kinds import Value
from desktop.models.numbered import holders
from desktop.models.register import Field, Register
from desktop.models.registers import all_registers
from desktop.models.store import change_many, load, refuse_frozen, save
from desktop.models.titles import titles
from desktop.text import _

_MOST_GROUPS = 50


@dataclass(frozen=True)
class Holder:
    """One of the records that have a number: its id and the line that names it."""

    id: bytes
    title: str


@dataclass(frozen=True)
class SharedNumber:
    """A number that several present records of a register have.

    Attributes:
        register: Their register.
        field: The number's field.
        number: The number.
        free: The next one that nobody has.
        holders: The records.
    """

    register: Register
    field: Field
    number: str
    free: str
    holders: tuple[Holder, ...]


def find_shared(session: Session) -> list[SharedNumber]:
    """Return every number that several present records have."""
    found: list[SharedNumber] = []
    for register in all_registers().values():
        for column in register.unique:
            key = str(column.key)
            for number in _numbers_twice(session, register, key):
                if len(found) == _MOST_GROUPS:
                    return found
                found.append(_shared(session, register, register.by_key[key], number))
    return found


def count_shared(session: Session, keys: Collection[str]) -> dict[str, int]:
    """Return how many there are in each of these registers, those without any left out."""
    counts = {
        register.key: sum(
            len(_numbers_twice(session, register, str(column.key))) for column in register.unique
        )
        for register in all_registers().values()
        if register.key in keys
    }
    return {key: count for key, count in counts.items() if count}


def _numbers_twice(session: Session, register: Register, key: str) -> list[str]:
    table = register.table
    column = table.c[key]
    rows = session.scalars(
        select(column)
        .where(column.is_not(None), table.c.deleted_at.is_(None))
        .group_by(column)
        .having(register.papers(table.c) > 1)
        .order_by(column)
        .limit(_MOST_GROUPS)
    )
    return list(rows)


def _shared(session: Session, register: Register, field: Field, number: str) -> SharedNumber:
    ids = sorted(holders(session, register, field.key, number))
    named = titles(session, register, ids)
    return SharedNumber(
        register,
        field,
        number,
        next_free(session, register, field, number),
        tuple(Holder(id, named.get(id, "")) for id in ids),
    )


def next_free(session: Session, register: Register, field: Field, number: str) -> str:
    """Return the next number after this one that nobody has, as wide as it and with its words."""
    # The last run of digits counts on: what stands before it, such as a year, stays.
    words, digits, rest = _last_run(number) or (f"{number}-", "1", "")
    taken = {
        str(each)
        for each in session.scalars(
            select(register.table.c[field.key]).where(
                register.table.c[field.key].startswith(words, autoescape=True)
            )
        )
    }
    count = int(digits)
    while True:
        count += 1
        made = f"{words}{count:0{len(digits)}}{rest}"
        if made not in taken:
            return made


def _last_run(number: str) -> tuple[str, str, str] | None:
    found = list(re.finditer(r"[0-9]+", number))
    if not found:
        return None
    start, end = found[-1].span()
    return number[:start], number[start:end], number[end:]


def renumber(
    session: Session, register: Register, field: Field, record_id: bytes, number: str
) -> Value:
    """Give a record another number, in the caller's transaction; returns the one it had.

    It is an edit like any other: recorded with who and when, and taken back by the old number.

    Raises:
        UserError: The number is blank or not another one, or the field is no number of its kind.
        RecordRefused: Another record has it.
        Frozen: The record is locked.
    """
    if str(field.column.key) not in {str(column.key) for column in register.unique}:
        raise NotFound(_("“{label}”不是要求不重复的编号。").format(label=_(field.label)))
    wanted = field.parse(number.strip())
    before = load(session, register, record_id)[field.key]
    if wanted in {None, "", before}:
        raise UserError(_("请填写一个新的{label}。").format(label=_(field.label)))
    save(session, register, {field.key: wanted}, record_id)
    return before


def take_back(
    session: Session, register: Register, field: Field, record_id: bytes, before: Value
) -> None:
    """Give a record the number again that it had, though another has it too."""
    refuse_frozen(session, register, record_id)
    change_many(session, register, [(record_id, {field.key: before})])
