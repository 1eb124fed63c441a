"""Statements kept as text: written by SQLAlchemy once, then given straight to the driver.

To build and compile a statement anew, and to read its rows through the mapper, takes five times as
long as SQLite takes for a page of a list.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Date, Integer, Select, literal_column
from sqlalchemy.orm import Session

from desktop.models.storage_errors import explained

_DAYS = 4096
"""So many days are kept as read; ten years have them."""


class _Text(NamedTuple):
    """The text of a statement, its parameters in order, and how its values become Python's."""

    sql: str
    names: tuple[str, ...]
    fixed: dict[str, Any]
    readers: Sequence[tuple[int, Callable[[Any], Any]]]


_texts: dict[Hashable, _Text] = {}


def read_columns(
    session: Session,
    form: Hashable,
    build: Callable[[], Select[Any]],
    parameters: dict[str, Any],
) -> list[Sequence[Any]]:
    """Run a statement and return its columns, none where it finds no row.

    Args:
        session: The open session.
        form: What the text of the statement depends on; it is built when this is new.
        build: Builds the statement.
        parameters: Values for what the statement leaves to be bound.
    """
    text = _texts.get(form)
    if text is None:
        text = _texts[form] = _write(session, build())
    bound = text.fixed | parameters
    with explained():
        found = _driver(session).execute(text.sql, [bound[name] for name in text.names])
        columns: list[Sequence[Any]] = list(zip(*found.fetchall(), strict=True))
    for at, reader in text.readers if columns else ():
        columns[at] = list(map(reader, columns[at]))
    return columns


def limit_of(count: int) -> ColumnElement[int]:
    """Return a limit as written: for a bound one SQLite plans the statement anew each time."""
    return literal_column(str(count), Integer)


def _driver(session: Session) -> Any:
    """Return the driver's connection, inside the transaction of this session."""
    bind = session.bind
    connection = bind if isinstance(bind, Connection) and bind.in_transaction() else None
    driver = (connection or session.connection()).connection.driver_connection
    assert driver is not None
    return driver


def _write(session: Session, statement: Select[Any]) -> _Text:
    dialect = session.connection().dialect
    compiled = statement.compile(dialect=dialect)
    readers = []
    for at, column in enumerate(statement.selected_columns):
        reader = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if reader is not None and isinstance(column.type, Date):  # The same days come again.
            reader = lru_cache(_DAYS)(reader)
        if reader is not None:
            readers.append((at, reader))
    return _Text(str(compiled), tuple(compiled.positiontup or ()), dict(compiled.params), readers)
