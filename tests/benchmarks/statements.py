"""The statements that composing sends to the driver, written down and sent again alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

Statement = tuple[str, Any]

_OWN_TABLES = ("return", "return_cell", "return_form", "return_exception", "policy", "centre")
"""What is read besides the figures: it belongs to composing and not to the bare statements."""


def of_figures(statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements that read registers for figures, without the returns' own."""
    return [each for each in statements if not _is_own(each[0])]


def run_again(session: Any, statements: Sequence[Statement]) -> None:
    """Send statements to the driver and fetch what they give."""
    connection = session.connection().connection
    for text, given in statements:
        cursor = connection.cursor()
        cursor.execute(text, given)
        cursor.fetchall()
        cursor.close()


def _is_own(statement: str) -> bool:
    tables = statement.replace('"', " ").replace("\n", " ").split(" FROM ")[-1].split()
    return bool(tables) and tables[0].strip(",") in _OWN_TABLES


@contextmanager
def statements_of(session: Any) -> Iterator[list[tuple[str, Any]]]:
    """Write down every statement with its values as the driver gets them."""
    made: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, text: str, given: Any, *_more: Any) -> None:
        made.append((text, given))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(engine, "before_cursor_execute", note)
