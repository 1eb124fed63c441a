"""Lists of a register: pages by key, sorted, filtered and searched in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from desktop.models.kinds import NUMERIC, Kind, Value, show
from desktop.models.register import Derived, Field, Register, Values
from desktop.models.titles import reference_titles
from desktop.models.where import conditions, search_condition
from desktop.text import _


@dataclass(frozen=True)
class Query:
    """What to list.

    Args:
        register: The register.
        text: Words to find in name, numbers and pinyin initials.
        chips: Keys of the filter chips that are on; all of them hold.
        where: Conditions as typed, see :mod:`desktop.models.where`.
        sort: Key of a field or derived column; empty sorts by the title's pinyin.
        descending: Largest first.
    """

    register: Register
    text: str = ""
    chips: tuple[str, ...] = ()
    where: str = ""
    sort: str = ""
    descending: bool = False


class Row(NamedTuple):
    """A record as listed: id and the values in the order of the register's fields."""

    id: bytes
    values: tuple[Value, ...]


class Cursor(NamedTuple):
    """Where a page ended: the sort value and the id of its last row."""

    value: Any
    id: bytes


class Page(NamedTuple):
    """Some rows and where to go on; ``after`` is None at the end."""

    rows: list[Row]
    after: Cursor | None


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


def _sort_key(query: Query) -> tuple[ColumnElement[Any], bool]:
    """Return what to order by and whether downwards."""
    register = query.register
    first = str(register.search[0].key)
    if not query.sort or query.sort == first == str(register.title[0].key):
        return register.table.c.search_key, query.descending
    for extra in register.derived:
        if extra.key == query.sort and extra.sort_by is not None:
            return extra.sort_by, query.descending != extra.descending
    field = register.by_key[query.sort]
    if field.computed or field.kind is not Kind.REFERENCE:
        return field.column.expression, query.descending
    from desktop.models.registers import find_register

    target = find_register(field.target).table.alias("sorted_by")
    title = select(target.c.search_key).where(target.c.id == field.column)
    return title.scalar_subquery(), query.descending


def _filters(query: Query) -> list[ColumnElement[bool]]:
    register = query.register
    table = register.table
    found: list[ColumnElement[bool]] = [table.c.deleted_at.is_(None)]
    if query.text.strip():
        matching = search_condition(register, query.text)
        by_title, _down = _sort_key(query)
        if by_title is table.c.search_key:
            found.append(matching)
        else:
            # The narrow index of search keys answers this; the wide rows need not be read.
            inner = table.alias("found")
            words = [func.instr(inner.c.search_key, w.lower()) > 0 for w in query.text.split()]
            present = inner.c.deleted_at.is_(None)
            found.append(table.c.id.in_(select(inner.c.id).where(present, *words)))
    chips = {chip.key: chip for chip in register.chips}
    found += [chips[key].condition() for key in query.chips if key in chips]
    if query.where:
        found += conditions(register, query.where)
    return found


def _select(query: Query) -> Select[Any]:
    register = query.register
    chosen = [field.column.label(field.key) for field in register.fields]
    sort, down = _sort_key(query)
    identity = register.table.c.id
    return (
        select(sort.label("sort_value"), identity, *chosen)
        .where(*_filters(query))
        .order_by(sort.desc() if down else sort.asc(), identity.desc() if down else identity.asc())
    )


def _beyond(query: Query, after: Cursor) -> ColumnElement[bool]:
    """Return the condition of coming after a cursor; blanks stand before every value."""
    sort, down = _sort_key(query)
    identity = query.register.table.c.id
    if after.value is None:
        if down:
            return and_(sort.is_(None), identity < after.id)
        return or_(and_(sort.is_(None), identity > after.id), sort.is_not(None))
    here = tuple_(literal(after.value), literal(after.id))
    if down:
        return or_(tuple_(sort, identity) < here, sort.is_(None))
    return tuple_(sort, identity) > here


def page(session: Session, query: Query, after: Cursor | None = None, limit: int = 100) -> Page:
    """Return the next rows of the list after a cursor, the first ones without."""
    statement = _select(query).limit(limit)
    if after is not None:
        statement = statement.where(_beyond(query, after))
    found = session.execute(statement).all()
    rows = [Row(row[1], tuple(row[2:])) for row in found]
    more = Cursor(found[-1][0], found[-1][1]) if len(found) == limit else None
    return Page(rows, more)


def count(session: Session, query: Query) -> int:
    """Return how many records the list has."""
    statement = select(func.count()).select_from(query.register.table).where(*_filters(query))
    return int(session.execute(statement).scalar_one())


def every(session: Session, query: Query, chunk: int = 1000) -> Iterator[Row]:
    """Go through the whole list without holding it, for export and print."""
    result = session.execute(_select(query).execution_options(yield_per=chunk))
    for row in result:
        yield Row(row[1], tuple(row[2:]))


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
