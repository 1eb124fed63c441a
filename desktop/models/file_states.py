"""Which records name files, and which of those files are here and at the county."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from sqlalchemy import ColumnElement, Select, func, select, union
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from desktop.models.exchange_tables import StoredFile
from desktop.models.kinds import Kind
from desktop.models.register import Register
from desktop.models.registers import all_registers

HERE = "here"
LOST = "lost"
AWAITED = "awaited"


@cache
def attachments() -> tuple[tuple[Register, str], ...]:
    """Return each register with the key of each of its fields that names a file."""
    return tuple(
        (register, field.key)
        for register in all_registers().values()
        for field in register.stored
        if field.kind is Kind.ATTACHMENT
    )


def named_files(*, deleted: bool = True) -> Select[tuple[str]]:
    """Return the digests that records name; those of deleted records too unless told otherwise."""
    parts = []
    for register, key in attachments():
        table = register.table
        named = select(table.c[key].label("digest")).where(table.c[key].is_not(None))
        parts.append(named if deleted else named.where(table.c.deleted_at.is_(None)))
    every = union(*parts).subquery()
    return select(every.c.digest)


def note(session: Session, digests: Iterable[str], state: str) -> None:
    """Note that files are here, were lost, or are awaited; they may be tried at once."""
    rows = [{"digest": digest, "state": state} for digest in set(digests)]
    if rows:
        statement = insert(StoredFile).values(tries=0, not_before=0)
        anew = {"state": state, "tries": 0, "not_before": 0}
        session.execute(statement.on_conflict_do_update(index_elements=["digest"], set_=anew), rows)


def to_send(generation: int | None) -> ColumnElement[bool]:
    """Return the condition for files that are here and without a receipt of that hub."""
    no_receipt = StoredFile.hub_gen.is_(None) | (StoredFile.hub_gen != generation)
    return (StoredFile.state == HERE) & no_receipt


def to_fetch(session: Session) -> list[str]:
    """Return the digests of files that present records name and that are not here."""
    here = select(StoredFile.digest).where(StoredFile.state == HERE)
    wanted = named_files(deleted=False).subquery()
    found = session.scalars(select(wanted.c.digest).where(wanted.c.digest.not_in(here)))
    return sorted(found)


def count_to_send(session: Session, generation: int | None) -> int:
    """Return how many files are here and not known to be at the county."""
    return session.execute(
        select(func.count()).select_from(StoredFile).where(to_send(generation))
    ).scalar_one()


def raw_statements(tables: Iterable[str]) -> Iterator[str]:
    """Return a query for each column that names files, for a database seen through the driver.

    An older database may lack the table.
    """
    there = set(tables)
    for register, key in attachments():
        if register.table.name in there:
            yield f'SELECT "{key}" FROM "{register.table.name}" WHERE "{key}" IS NOT NULL'  # noqa: S608 - declared names
