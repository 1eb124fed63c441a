"""Titles of records: the one line by which a reference is shown and searched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.kinds import Kind, Value, show
from desktop.models.register import Register, Values
from desktop.models.registers import find_register

_CHUNK = 500  # Below SQLite's limit of parameters in one statement on every build.


def _chunks(ids: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def titles(session: Session, register: Register, ids: Iterable[bytes]) -> dict[bytes, str]:
    """Return the title of each record of the register with these ids; unknown ids are left out."""
    wanted = sorted(set(ids))
    columns = [register.table.columns[str(column.key)] for column in register.title]
    found: dict[bytes, tuple[Value, ...]] = {}
    for chunk in _chunks(wanted):
        rows = session.execute(
            select(register.table.c.id, *columns).where(register.table.c.id.in_(chunk))
        )
        found.update((row[0], tuple(row[1:])) for row in rows)
    nested: dict[bytes, str] = {}
    for at, column in enumerate(register.title):
        field = register.by_key[str(column.key)]
        if field.kind is Kind.REFERENCE:
            inner = [values[at] for values in found.values() if isinstance(values[at], bytes)]
            nested |= titles(session, find_register(field.target), inner)  # type: ignore[arg-type]
    return {key: _line(register, values, nested) for key, values in found.items()}


def _line(register: Register, values: tuple[Value, ...], nested: dict[bytes, str]) -> str:
    parts = []
    for column, value in zip(register.title, values, strict=True):
        field = register.by_key[str(column.key)]
        parts.append(nested.get(value, "") if isinstance(value, bytes) else show(field.kind, value))
    return " ".join(part for part in parts if part)


def reference_titles(
    session: Session, register: Register, rows: Iterable[Values]
) -> dict[bytes, str]:
    """Return the titles of everything that these rows of a register refer to."""
    kept = list(rows)
    found: dict[bytes, str] = {}
    for field in register.fields:
        if field.kind is Kind.REFERENCE:
            ids = [row[field.key] for row in kept if isinstance(row.get(field.key), bytes)]
            if ids:
                found |= titles(session, find_register(field.target), ids)  # type: ignore[arg-type]
    return found
