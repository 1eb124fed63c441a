"""Putting many rows into a table at once, the quickest way that each database has.

The driver gets the values as they are: what SQLAlchemy does for each parameter of each row takes
longer than the insertion.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, Date, LargeBinary, Table
from sqlalchemy.exc import IntegrityError

_WORTH_COPYING = 200
"""From so many rows on, COPY is quicker even with the table that it has to go through."""
_PIECE = 500
"""How many ids SQLite is asked for at once."""


def load(connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
    """Insert rows given as columns of equal length by name."""
    quote = connection.dialect.identifier_preparer.quote
    target, listed = quote(table.name), ", ".join(quote(name) for name in columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {target} ({listed}) VALUES ({marks})"  # noqa: S608 - declared
        stored = [_for_sqlite(table.c[name], column) for name, column in columns.items()]
        # Row by row: thousands of tuples at once would keep the garbage collector busy.
        driver: Any = connection.connection.driver_connection
        try:
            driver.executemany(statement, zip(*stored, strict=True))
        except sqlite3.IntegrityError as error:
            raise IntegrityError(statement, None, error) from error
        return
    rows = list(zip(*columns.values(), strict=True))
    if len(rows) < _WORTH_COPYING:
        marks = ", ".join(["%s"] * len(columns))
        statement = f"INSERT INTO {target} ({listed}) VALUES ({marks})"  # noqa: S608 - declared
        connection.exec_driver_sql(statement, rows)
    else:
        _copy(connection, target, listed, rows)


def _for_sqlite(column: Column[Any], values: Sequence[Any]) -> Sequence[Any]:
    """Return a column's values as SQLite's driver binds them without asking its adapters.

    For bytes it looks for an adapter value by value: a fifth of the time of the whole insertion.
    """
    if isinstance(column.type, Date):
        return _texts(values)
    if isinstance(column.type, LargeBinary):
        return [value if value is None else bytearray(value) for value in values]
    return values


def _texts(days: Sequence[date | None]) -> list[str | None]:
    """Return days as SQLite stores them; its driver's own way with dates is going away."""
    texts = {day: day.isoformat() if day is not None else None for day in set(days)}
    return [texts[day] for day in days]


def owners(connection: Connection, table: Table, ids: Sequence[bytes]) -> list[tuple[Any, ...]]:
    """Return id, centre and PC of those of these records that are in a table."""
    quoted = connection.dialect.identifier_preparer.quote(table.name)
    question = f"SELECT id, centre_id, dev FROM {quoted} WHERE id"  # noqa: S608 - declared
    if connection.dialect.name != "sqlite":
        return list(map(tuple, connection.exec_driver_sql(f"{question} = ANY(%s)", (list(ids),))))
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(ids), _PIECE):
        piece = tuple(ids[start : start + _PIECE])
        marks = ", ".join("?" * len(piece))
        found += map(tuple, connection.exec_driver_sql(f"{question} IN ({marks})", piece))
    return found


def _copy(connection: Connection, target: str, listed: str, rows: Sequence[Sequence[Any]]) -> None:
    """Copy into a table of the transaction's own: COPY does not go through row-level security."""
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS"  # noqa: S608 - declared names
        f" SELECT {listed} FROM {target} WITH NO DATA"
    )
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY incoming ({listed}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    statement = f"INSERT INTO {target} ({listed}) SELECT {listed} FROM incoming"  # noqa: S608
    connection.exec_driver_sql(statement)
    connection.exec_driver_sql("DROP TABLE incoming")
