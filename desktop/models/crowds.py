"""Taking in a crowd of records: by column, and without what costs something row by row.

What is put aside until the last of them is in is put aside inside the caller's transaction. Other
connections never see the tables without their triggers and indexes, and where the transaction fails
it brings them back by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from desktop.models.changes import noting_new
from desktop.models.kinds import Kind, Value
from desktop.models.register import Register, Values
from desktop.models.registers import find_register
from desktop.models.search_keys import reference_columns, search_keys
from desktop.models.titles import titles as titles_of

_WORTH_REBUILDING = 5_000
"""From so many records on, an index of an empty table is made quicker at the end."""


@contextmanager
def crowd(connection: Connection, coming: Mapping[Register, int]) -> Iterator[None]:
    """Take in so many new records of each register without noting them as this PC's own.

    To ask ``capturing()`` row by row takes a third of the time in which a new PC takes in what the
    county has, to find each row's place in eight indexes another sixth.
    """
    waiting: list[str] = []
    for register, count in coming.items():
        name, statement = noting_new(register)
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        waiting.append(statement)
        if count >= _WORTH_REBUILDING and _is_empty(connection, register):
            waiting += _drop_indexes(connection, register)
    yield
    for statement in waiting:
        connection.exec_driver_sql(statement)


def _is_empty(connection: Connection, register: Register) -> bool:
    question = f'SELECT NOT EXISTS (SELECT 1 FROM "{register.table.name}")'  # noqa: S608 - declared
    return bool(connection.exec_driver_sql(question).scalar())


def _drop_indexes(connection: Connection, register: Register) -> list[str]:
    """Drop what is not a key's own index; returns the statements that make it again."""
    found = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " AND tbl_name = ?",
        (register.table.name,),
    ).all()
    for name, _statement in found:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    return [statement for _name, statement in found]


def insert_columns(
    session: Session,
    register: Register,
    ids: Sequence[bytes],
    columns: Mapping[str, Sequence[Value]],
) -> None:
    """Insert records that are not there, column by column as they are, with their search keys."""
    titles: dict[bytes, str] = {}
    for key in reference_columns(register):
        named = {value for value in columns.get(key, ()) if isinstance(value, bytes)}
        titles |= titles_of(session, find_register(register.by_key[key].target), named)
    kinds = {field.key: field.kind for field in register.stored}
    written: dict[str, list[Any]] = {
        "id": list(map(bytearray, ids)),
        "search_key": search_keys(register, columns, titles, len(ids)),
    }
    for name, values in columns.items():
        if values.count(None) < len(values):  # A column left out is blank.
            written[name] = _for_driver(kinds.get(name), values)
    names = ", ".join(f'"{name}"' for name in written)
    marks = ", ".join("?" * len(written))
    statement = f'INSERT INTO "{register.table.name}" ({names}) VALUES ({marks})'  # noqa: S608 - declared names
    parameters = list(zip(*written.values(), strict=True))
    session.connection().exec_driver_sql(statement, parameters)


_BITS: dict[Value, Value] = {False: 0, True: 1}


def _for_driver(kind: Kind | None, values: Sequence[Value]) -> list[Any]:
    """Return a column's values as the driver binds them without asking its adapters.

    It binds text, whole numbers and byte arrays straight; for booleans and bytes it looks for an
    adapter value by value, which takes five times as long as the whole rest of an import's insert.
    """
    if kind is Kind.DATE:
        texts = {day: day.isoformat() if isinstance(day, date) else day for day in set(values)}
        return [texts[day] for day in values]
    if kind is Kind.YES_NO:
        return list(map(_BITS.get, values, values))
    if kind is Kind.REFERENCE:
        return [bytearray(value) if isinstance(value, bytes) else value for value in values]
    return list(values)


def insert_copies(
    session: Session,
    register: Register,
    source: Register,
    reference: str,
    rows: Sequence[Values],
    shared: Sequence[str],
) -> None:
    """Insert rows whose values all stand in new records of another register that refer to them.

    A contract holds all that its signer's record begins with, so the database copies them itself:
    a quarter of the time of bringing each value over again.

    Args:
        session: The open session.
        register: Where to insert.
        source: The register of the records that refer to the rows by ``reference``.
        reference: Key of the source's reference field.
        rows: The rows, with the ids that the source's records refer to.
        shared: Keys of the fields that both have and that are copied.
    """
    copied = ", ".join(f'"{name}"' for name in ("search_key", *shared))
    connection = session.connection()
    connection.exec_driver_sql("CREATE TEMP TABLE copied (id BLOB PRIMARY KEY) WITHOUT ROWID")
    connection.exec_driver_sql("INSERT INTO copied VALUES (?)", [(row["id"],) for row in rows])
    found = connection.exec_driver_sql(
        f'INSERT INTO "{register.table.name}" (id, {copied}) '  # noqa: S608 - declared names
        f'SELECT "{reference}", {copied} FROM "{source.table.name}" AS source '
        f'WHERE "{reference}" IN (SELECT id FROM copied) GROUP BY "{reference}"'
    )
    connection.exec_driver_sql("DROP TABLE copied")
    assert found.rowcount == len(rows)
