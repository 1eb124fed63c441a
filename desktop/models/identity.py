"""The id of a new record: what people know it by gives the same id on every PC of the centre.

Two PCs that take in the same workbook, or begin the same month's return, before they have met then
make one record and not two; the hub merges them field by field. A record without a key, such as a
person whose ID number is not known or a movement typed by hand, gets an id of its own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.ids import id_space, keyed_id, new_id
from desktop.models.kinds import Value
from desktop.models.register import Register, Values
from desktop.models.registers import find_register

ONE_OF_A_KIND = (
    "residents",
    "staff",
    "village_doctors",
    "contracts",
    "clinics",
    "divisions",
    "drugs",
    "supplies",
    "teams",
    "packages",
    "clinic_months",
)
"""Registers in which two records of one key may be one, of which a person keeps one.

What is signed apart, such as a visit, and ledgers are two where there are two.
"""

_FEW = 64
"""So many ids are looked up one by one; then all of the register's are read."""


class Identity(NamedTuple):
    """The id for a new record, and whether a deleted record of the same key comes back under it."""

    id: bytes
    back: bool


class Identities:
    """Gives ids to new records of one transaction, or of a plan that is written in one.

    Args:
        session: Where the ids that are taken are read.

    Attributes:
        back: Ids of deleted records that come back instead of a second one being made.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._spaces: dict[str, int] = {}
        self._given: set[bytes] = set()
        self._asked: dict[str, int] = {}
        self._there: dict[str, set[bytes]] = {}
        self.back: set[bytes] = set()

    def of(self, register: Register, values: Mapping[str, Value]) -> Identity:
        """Return the id for a new record with these values."""
        key = key_text(register, values)
        if key is None:
            return Identity(new_id(), back=False)
        space, turn = self._space(register), 0
        while True:
            made = keyed_id(space, f"{key}\x1f{turn}" if turn else key)
            if made not in self._given:
                if not self._is_there(register, made):
                    self._given.add(made)
                    return Identity(made, back=False)
                if self._comes_back(register, made, key):
                    self._given.add(made)
                    self.back.add(made)
                    return Identity(made, back=True)
            turn += 1

    def booking(self, ledger: Register, *words: bytes | date | str) -> bytes:
        """Return the id for a movement that is worked out and not typed.

        A stock-take of the same lot on the same day is the same on each PC and counts once. Where
        this PC has booked it already, another one makes the difference.
        """
        key = "\x1f".join(_text(each) for each in words)
        space, turn = self._space(ledger), 0
        while True:
            made = keyed_id(space, f"{key}\x1f{turn}")
            if made not in self._given and not self._is_there(ledger, made):
                self._given.add(made)
                return made
            turn += 1

    def _space(self, register: Register) -> int:
        if register.key not in self._spaces:
            centre = find_register("centre").table
            code = self._session.execute(
                select(centre.c.code).where(centre.c.deleted_at.is_(None)).order_by(centre.c.id)
            ).scalar()
            self._spaces[register.key] = id_space(code or "", register.key)
        return self._spaces[register.key]

    def _is_there(self, register: Register, made: bytes) -> bool:
        table = register.table
        if register.key in self._there:
            return made in self._there[register.key]
        asked = self._asked[register.key] = self._asked.get(register.key, 0) + 1
        if asked > _FEW:
            self._there[register.key] = set(self._session.scalars(select(table.c.id)))
            return made in self._there[register.key]
        found = self._session.connection().exec_driver_sql(
            f'SELECT 1 FROM "{table.name}" WHERE id = ?',  # noqa: S608 - a declared name
            (made,),
        )
        return found.first() is not None

    def _comes_back(self, register: Register, made: bytes, key: str) -> bool:
        """Tell whether a deleted record that still has this key, and is not locked, is there."""
        table = register.table
        names = [field.key for field in register.stored]
        row = self._session.execute(
            select(*(table.columns[name] for name in names)).where(
                table.c.id == made, table.c.deleted_at.is_not(None)
            )
        ).first()
        if row is None:
            return False
        values: Values = dict(zip(names, row, strict=True))
        return key_text(register, values) == key and not register.frozen_when(values)


def key_text(register: Register, values: Mapping[str, Value]) -> str | None:
    """Return what a record is known by as one text; None where all of it is blank."""
    return joined(register.key_values(values))


def joined(values: Sequence[Value]) -> str | None:
    """Return values as one text in which wide letters and spaces make no difference."""
    if all(value is None for value in values):
        return None
    return "\x1f".join(_text(value) for value in values)


def _text(value: Value) -> str:
    if isinstance(value, str):
        plain = value if value.isascii() else unicodedata.normalize("NFKC", value)
        return "".join(plain.casefold().split())
    if isinstance(value, bytes):
        return value.hex()
    return "" if value is None else str(value)
