"""Lists of a register: its columns, pages, counts, and rows as texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from desktop.models.kinds import NUMERIC, show
from desktop.models.ordering import Cursor, Page, Query, Row, filters, sort_key
from desktop.models.paging import page
from desktop.models.register import Derived, Field, Register, Values
from desktop.models.titles import reference_titles
from desktop.models.where import search_condition
from desktop.text import _

__all__ = [
    "Column",
    "Cursor",
    "Page",
    "Query",
    "Row",
    "as_values",
    "columns",
    "count",
    "every",
    "page",
    "shown",
    "shown_values",
]


class Column(NamedTuple):
    """A column of a list: a field or a derived one, in display order."""

    key: str
    label: str
    source: Field | Derived
    numeric: bool
    width: int
    listed: bool
    sortable: bool


def columns(register: Register) -> list[Column]:
    """Return the columns of the register's list; derived ones stand after the field they name."""
    made: list[Column] = []
    for field in register.fields:
        numeric = field.kind in NUMERIC
        made.append(Column(field.key, field.label, field, numeric, field.width, field.listed, True))
        for extra in register.derived:
            if extra.after == field.key:
                sortable = extra.sort_by is not None
                made.append(
                    Column(
                        extra.key, extra.label, extra, extra.numeric, extra.width, True, sortable
                    )
                )
    return made


def count(session: Session, query: Query) -> int:
    """Return how many records the list has."""
    statement = select(func.count()).select_from(query.register.table).where(*_conditions(query))
    return int(session.execute(statement).scalar_one())


def every(session: Session, query: Query, chunk: int = 1000) -> Iterator[Row]:
    """Go through the whole list without holding it, for export and print."""
    sort, down = sort_key(query)
    identity = query.register.table.c.id
    chosen = [field.column.expression.label(field.key) for field in query.register.fields]
    statement = (
        select(identity, *chosen)
        .where(*_conditions(query))
        .order_by(sort.desc() if down else sort.asc(), identity.desc() if down else identity.asc())
        .execution_options(yield_per=chunk)
    )
    for row in session.execute(statement):
        yield Row(row[0], tuple(row[1:]))


def _conditions(query: Query) -> list[ColumnElement[bool]]:
    words = [search_condition(query.register, query.text)] if query.text.strip() else []
    return filters(query) + words


def as_values(register: Register, row: Row) -> Values:
    """Return a listed row as values by field key."""
    return {field.key: value for field, value in zip(register.fields, row.values, strict=True)}


def shown(
    session: Session, register: Register, rows: list[Row], *, masked: bool = True
) -> list[dict[str, str]]:
    """Return rows as texts by column key, references as titles, for screen and paper."""
    values = [as_values(register, row) for row in rows]
    names = reference_titles(session, register, values)
    return [shown_values(register, each, names, masked=masked) for each in values]


def shown_values(
    register: Register, values: Values, names: dict[bytes, str], *, masked: bool = True
) -> dict[str, str]:
    """Return one record's values as texts by column key, derived columns included."""
    texts = {
        field.key: names.get(value, _("（未找到）"))
        if isinstance(value := values.get(field.key), bytes)
        else show(field.kind, value, masked=masked)
        for field in register.fields
    }
    return texts | {extra.key: extra.work_out(values) for extra in register.derived}
