"""Change rows, written by triggers in the record's own transaction, so that no write is missed.

A trigger catches bulk statements that events of an object mapper would miss, at a quarter of
their cost. The SQL functions ``person()`` and ``capturing()`` are set on every connection by
:mod:`desktop.models.database`: a tool that does not know them cannot write unseen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select
from sqlalchemy.orm import Session

from desktop.models.local import Change
from desktop.models.register import DELETED_AT, Register
from desktop.models.registers import all_registers

NEW_RECORD = -1
_CLOCK_BITS = 16

_HLC = (
    "max(coalesce((SELECT hlc FROM change ORDER BY seq DESC LIMIT 1), 0) + 1, "
    "coalesce((SELECT hlc FROM sync_state), 0) + 1, "
    "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) << 16)"
)

_INSERT = 'INSERT INTO change(t, record_id, mask, hlc, person, "before") VALUES'

_KEEP_NEWEST = (
    "CREATE TRIGGER keep_newest_change BEFORE DELETE ON change "
    "WHEN OLD.seq = (SELECT max(seq) FROM change) BEGIN SELECT RAISE(IGNORE); END"
)
"""Whatever clears change rows leaves the newest, so that no number is ever given twice."""


def columns_by_number(register: Register) -> dict[int, str]:
    """Return the column name of every field that is kept and sent, deletion mark included."""
    named = {number: field.key for number, field in register.by_number.items()}
    return {DELETED_AT: "deleted_at"} | named


def create_triggers(connection: Connection) -> None:
    """Make the capture triggers of every register anew from its declaration.

    A register whose table has no revision yet is left out: writing that revision needs the file.
    """
    tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
    there = set(tables.scalars())
    for register in all_registers().values():
        if register.table.name not in there:
            continue
        for name, statement in _statements(register):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            connection.exec_driver_sql(statement)
    if Change.__tablename__ in there:
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS keep_newest_change")
        connection.exec_driver_sql(_KEEP_NEWEST)


def _statements(register: Register) -> Iterator[tuple[str, str]]:
    table = register.table.name
    columns = columns_by_number(register)
    yield noting_new(register)
    if register.append_only:
        # The search key is derived here and is no part of the ledger; the exchange puts the hub's
        # row in the place of one that two PCs booked before they met.
        of = ", ".join(f'"{column}"' for column in columns.values())
        for verb, what, when in (("UPDATE", f" OF {of}", " WHEN capturing()"), ("DELETE", "", "")):
            name = f"append_only_{verb.lower()}_{table}"
            yield (
                name,
                (
                    f'CREATE TRIGGER {name} BEFORE {verb}{what} ON "{table}"{when} '
                    "BEGIN SELECT RAISE(ABORT, 'append-only ledger'); END"
                ),
            )
        return
    mask = " + ".join(
        f'((OLD."{column}" IS NOT NEW."{column}") << {number})'
        for number, column in columns.items()
    )
    changed = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in columns.values())
    yield (
        f"capture_update_{table}",
        (
            f'CREATE TRIGGER capture_update_{table} AFTER UPDATE ON "{table}" '
            f"WHEN capturing() AND ({changed}) BEGIN {_INSERT} "
            f"({register.number}, NEW.id, {mask}, {_HLC}, person(), {_image(register)}); END"
        ),
    )


def noting_new(register: Register) -> tuple[str, str]:
    """Return the name of the trigger that notes a register's new records, and its statement."""
    name = f"capture_insert_{register.table.name}"
    statement = (
        f'CREATE TRIGGER {name} AFTER INSERT ON "{register.table.name}" WHEN capturing() BEGIN '
        f"{_INSERT} ({register.number}, NEW.id, {NEW_RECORD}, {_HLC}, person(), NULL); END"
    )
    return name, statement


def _image(register: Register) -> str:
    """Return the SQL of the changed fields' old values as a JSON object.

    The whole row would be twenty times as long, on the disk and in the time of a commit.
    """
    members = " || ".join(
        f'CASE WHEN OLD."{name}" IS NOT NEW."{name}" '
        f"THEN ',\"{name}\":' || json_quote({_readable(register, name)}) ELSE '' END"
        for name in columns_by_number(register).values()
    )
    return f"'{{' || substr({members}, 2) || '}}'"


def _readable(register: Register, column: str) -> str:
    """Return the SQL of an old value as JSON can hold it: ids become hexadecimal text."""
    if register.table.columns[column].type.python_type is bytes:
        return f"nullif(lower(hex(OLD.\"{column}\")), '')"
    return f'OLD."{column}"'


def mark_all_written(session: Session, register: Register, record_id: bytes) -> None:
    """Note every field of a record as written now, also those whose value stays.

    A record that is locked goes to the hub as a whole: another PC's draft must not show through.
    """
    mark_written(session, register, record_id, register.by_number)


def mark_written(
    session: Session, register: Register, record_id: bytes, numbers: Iterable[int]
) -> None:
    """Note some fields of a record as written now though their values stay."""
    mask = sum(1 << number for number in numbers)
    session.connection().exec_driver_sql(
        'INSERT INTO change(t, record_id, mask, hlc, person, "before") '  # noqa: S608
        f"VALUES (?, ?, ?, {_HLC}, person(), NULL)",
        (register.number, record_id, mask),
    )


def hlc_time(hlc: int) -> datetime:
    """Return the moment a hybrid clock reading stands for."""
    return datetime.fromtimestamp((hlc >> _CLOCK_BITS) / 1000, UTC)


def oldest_waiting() -> ColumnElement[int]:
    """Return the SQL of the oldest stamp that somebody made; blank where nobody did.

    What a restored hub is offered has stamps of long ago, though it waits only since now.
    """
    by_somebody = or_(Change.person.is_not(None), Change.mask == NEW_RECORD)
    return func.min(Change.hlc).filter(by_somebody)


def since(oldest: int | None) -> datetime:
    """Return the moment of the oldest waiting change; now where only offers wait."""
    return hlc_time(oldest) if oldest else datetime.now(UTC)


def last_seq(session: Session) -> int:
    """Return the number of the newest change row, 0 where there is none."""
    return int(session.execute(select(func.max(Change.seq))).scalar() or 0)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of a record: when, who, and the values of its changed fields before."""

    seq: int
    at: datetime
    person: str
    before: dict[str, Any]


def changed_fields(register: Register, mask: int) -> list[str]:
    """Return the column names whose bits are set in a change mask."""
    return [name for number, name in columns_by_number(register).items() if mask >> number & 1]


def history(session: Session, register: Register, record_id: bytes) -> list[HistoryEntry]:
    """Return the edits of a record made on this PC, the newest first."""
    rows = session.execute(
        select(Change.seq, Change.hlc, Change.person, Change.mask, Change.before)
        .where(
            Change.t == register.number,
            Change.record_id == record_id,
            Change.mask > 0,
            Change.before.is_not(None),
        )
        .order_by(Change.seq.desc())
    )
    entries = []
    for seq, hlc, person, mask, before in rows:
        image = json.loads(before or "{}")
        fields = {name: image.get(name) for name in changed_fields(register, mask)}
        entries.append(HistoryEntry(seq, hlc_time(hlc), person or "", fields))
    return entries
