"""Lists of a register: pages by key, sorted, filtered and searched in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from desktop.models.kinds import NUMERIC, Kind, Value, show
from desktop.models.register import Derived, Field, Register, Values
from desktop.models.registers import find_register
from desktop.models.titles import reference_titles
from desktop.models.where import conditions, matching, search_condition
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
    if _by_title(query):
        return register.table.c.search_key, query.descending
    for extra in register.derived:
        if extra.key == query.sort and extra.sort_by is not None:
            return extra.sort_by, query.descending != extra.descending
    field = register.by_key[query.sort]
    if field.kind is not Kind.REFERENCE:
        return field.column.expression, query.descending
    target = find_register(field.target).table.alias("sorted_by")
    title = select(target.c.search_key).where(target.c.id == field.column)
    return title.scalar_subquery(), query.descending


def _by_title(query: Query) -> bool:
    """Say whether the list is in the order of its titles' pinyin, which the search key gives."""
    register = query.register
    first = str(register.search[0].key)
    return not query.sort or query.sort == first == str(register.title[0].key)


_FEW = 5000
"""Up to so many hits a search is sorted; with more, the sorted list is searched."""


def _filters(
    session: Session, query: Query, *, counting: bool = False
) -> list[ColumnElement[bool]]:
    register = query.register
    table = register.table
    found: list[ColumnElement[bool]] = [table.c.deleted_at.is_(None)]
    if query.text.strip():
        found.append(_matching(session, query, counting=counting))
    chips = {chip.key: chip for chip in register.chips}
    found += [chips[key].condition() for key in query.chips if key in chips]
    if query.where:
        found += conditions(register, query.where)
    return found


def _matching(session: Session, query: Query, *, counting: bool) -> ColumnElement[bool]:
    """Return the condition of the searched words, in the form that is quick for this order.

    The narrow index of search keys answers a search without reading the wide rows. In another
    order its few hits are fetched and sorted; were they many, walking that order finds a page soon.
    """
    direct = search_condition(query.register, query.text)
    if counting or _by_title(query):
        return direct
    inner = query.register.table.alias("found")
    hits = select(inner.c.id).where(
        inner.c.deleted_at.is_(None), matching(inner.c.search_key, query.text)
    )
    some = select(func.count()).select_from(hits.limit(_FEW + 1).subquery())
    if session.execute(some).scalar_one() > _FEW:
        return direct
    return query.register.table.c.id.in_(hits)


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


def _ordered(
    session: Session, query: Query, *chosen: ColumnElement[Any], after: Cursor | None = None
) -> Select[Any]:
    """Return the statement of the sort value, the id and the chosen columns in the list's order."""
    sort, down = _sort_key(query)
    identity = query.register.table.c.id
    statement = (
        select(sort.label("sort_value"), identity, *chosen)
        .where(*_filters(session, query))
        .order_by(sort.desc() if down else sort.asc(), identity.desc() if down else identity.asc())
    )
    return statement if after is None else statement.where(_beyond(query, after))


def page(session: Session, query: Query, after: Cursor | None = None, limit: int = 100) -> Page:
    """Return the next rows of the list after a cursor, the first ones without.

    The ids of the page are found first, by narrow indexes wherever one fits; only then are the
    wide rows of that page read.
    """
    groups = _groups(session, query)
    if groups is not None:
        found = _page_of_groups(session, query, groups, after, limit)
    else:
        statement = _ordered(session, query, after=after).limit(limit)
        found = [Cursor(row[0], row[1]) for row in session.execute(statement)]
    rows = _rows(session, query.register, [each.id for each in found])
    return Page(rows, found[-1] if len(found) == limit else None)


def _rows(session: Session, register: Register, ids: list[bytes]) -> list[Row]:
    """Return the rows with these ids in the given order."""
    identity = register.table.c.id
    chosen = [field.column.label(field.key) for field in register.fields]
    found = session.execute(select(identity, *chosen).where(identity.in_(ids)))
    by_id = {row[0]: Row(row[0], tuple(row[1:])) for row in found}
    return [by_id[each] for each in ids]


_MANY_GROUPS = 500
"""With more, a filter would leave most groups empty, and asking each would be slow."""

_Groups = list[tuple[str | None, list[bytes]]]


def _groups(session: Session, query: Query) -> _Groups | None:
    """Return the referenced records by search key, in order; None where they do not help.

    A village has thousands of contracts, and ordering them all by its name would read every one:
    the list is walked village by village with the index of the reference.
    """
    field = query.register.by_key.get(query.sort)
    if field is None or field.kind is not Kind.REFERENCE:
        return None
    column = query.register.table.columns[field.key]
    if not any(index.columns[0] is column for index in query.register.table.indexes):
        return None
    target = find_register(field.target).table
    rows = session.execute(select(target.c.search_key, target.c.id)).all()
    if len(rows) > _MANY_GROUPS and (query.text.strip() or query.chips or query.where):
        return None
    known = {row.id for row in rows}
    missing = [each for each in _distinct(session, field) if each not in known]
    by_key: dict[str, list[bytes]] = {}
    for key, identity in rows:
        by_key.setdefault(key, []).append(identity)
    ordered = sorted(by_key.items(), key=lambda each: each[0].encode(), reverse=query.descending)
    groups: _Groups = list(ordered)
    # A record may arrive before the one it refers to: until then it stands with the blanks.
    groups.insert(len(groups) if query.descending else 0, (None, missing))
    return groups


def _distinct(session: Session, field: Field) -> list[bytes]:
    """Return every id in a reference column, stepping through its index instead of reading it."""
    column = field.column.expression
    steps = select(func.min(column).label("id")).cte("steps", recursive=True)
    further = select(func.min(column)).where(column > steps.c.id).scalar_subquery()
    steps = steps.union_all(select(further).where(steps.c.id.is_not(None)))
    found = session.execute(select(steps.c.id).where(steps.c.id.is_not(None))).scalars()
    return list(found)


def _page_of_groups(
    session: Session, query: Query, groups: _Groups, after: Cursor | None, limit: int
) -> list[Cursor]:
    """Return a page by walking the groups of a reference in their order."""
    column = query.register.by_key[query.sort].column
    identity = query.register.table.c.id
    order = identity.desc() if query.descending else identity.asc()
    filters = _filters(session, query)
    found: list[Cursor] = []
    for key, ids in groups if after is None else _from(groups, after, down=query.descending):
        belonging = column.in_(ids) if len(ids) != 1 else column == ids[0]
        if key is None:
            belonging = or_(column.is_(None), belonging) if ids else column.is_(None)
        statement = select(identity).where(belonging, *filters)
        if after is not None and key == after.value:
            beyond = identity < after.id if query.descending else identity > after.id
            statement = statement.where(beyond)
        left = limit - len(found)
        rows = session.execute(statement.order_by(order).limit(left)).scalars()
        found += [Cursor(key, each) for each in rows]
        if len(found) == limit:
            break
    return found


def _from(groups: _Groups, after: Cursor, *, down: bool) -> _Groups:
    """Return the groups from the cursor's on, also when its name has changed meanwhile."""

    def is_before(key: str | None) -> bool:
        if key is None:
            return not down and after.value is not None
        if after.value is None:
            return down
        here, there = key.encode(), str(after.value).encode()
        return here > there if down else here < there

    return [each for each in groups if not is_before(each[0])]


def count(session: Session, query: Query) -> int:
    """Return how many records the list has."""
    statement = (
        select(func.count())
        .select_from(query.register.table)
        .where(*_filters(session, query, counting=True))
    )
    return int(session.execute(statement).scalar_one())


def every(session: Session, query: Query, chunk: int = 1000) -> Iterator[Row]:
    """Go through the whole list without holding it, for export and print."""
    chosen = [field.column.label(field.key) for field in query.register.fields]
    statement = _ordered(session, query, *chosen).execution_options(yield_per=chunk)
    result = session.execute(statement)
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
