"""Putting many rows into a table at once, the quickest way that each database has.

The driver gets the values as they are: what SQLAlchemy does for each parameter of each row takes
longer than the insertion.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Date, Table

_WORTH_COPYING = 200
"""From so many rows on, COPY is quicker even with the table that it has to go through."""


def load(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows with values for the named columns."""
    quote = connection.dialect.identifier_preparer.quote
    target, listed = quote(table.name), ", ".join(quote(name) for name in names)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {target} ({listed}) VALUES ({marks})"  # noqa: S608 - declared
        dates = [at for at, name in enumerate(names) if isinstance(table.c[name].type, Date)]
        connection.exec_driver_sql(statement, [_plain(row, dates) for row in rows])
    elif len(rows) < _WORTH_COPYING:
        marks = ", ".join(["%s"] * len(names))
        statement = f"INSERT INTO {target} ({listed}) VALUES ({marks})"  # noqa: S608 - declared
        connection.exec_driver_sql(statement, [tuple(row) for row in rows])
    else:
        _copy(connection, target, listed, rows)


def _plain(row: Sequence[Any], dates: Sequence[int]) -> tuple[Any, ...]:
    """Return a row as SQLite stores it; its driver's own way with dates is going away."""
    values = list(row)
    for at in dates:
        if values[at] is not None:
            values[at] = values[at].isoformat()
    return tuple(values)


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
