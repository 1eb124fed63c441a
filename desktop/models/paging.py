"""Pages of a list by key, in any order, filtered and searched."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Text,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy import type_coerce as as_type
from sqlalchemy.orm import Session

from desktop.models.kinds import Kind, Value
from desktop.models.ordering import (
    Cursor,
    Page,
    Query,
    Row,
    filters,
    has_words,
    is_by_title,
    sort_key,
)
from desktop.models.register import Field
from desktop.models.registers import find_register
from desktop.models.search_keys import searched
from desktop.models.statements import limit_of, read_columns

FEW = 5000
"""Up to so many hits a search is sorted; with more, the sorted list is searched."""
SAMPLE, OFTEN = 100, 10
"""A search that hits so many of so many records will soon fill a page in any order."""
MANY_GROUPS = 500
"""With more referenced records a filter would leave most without a row, and asking each is slow."""

_WHOLE, _SOME = "every record", "the few hits"


def page(session: Session, query: Query, after: Cursor | None = None, limit: int = 100) -> Page:
    """Return the next rows of the list after a cursor, the first ones without."""
    words = tuple(searched(query.text).split())
    asked = _Asked(session, query, words, after, limit)
    found = _hits(asked) if words and not is_by_title(query) else None
    if found is None and (groups := _groups(asked)) is not None:
        found = _walk(asked, groups)
    if found is None:
        found = _in_order(asked, _WHOLE)
    assert found is not None
    last = Cursor(found.last, found.rows[-1].id) if len(found.rows) == limit else None
    return Page(found.rows, last)


class _Asked(NamedTuple):
    """One request for a page."""

    session: Session
    query: Query
    words: tuple[str, ...]
    after: Cursor | None
    limit: int

    @property
    def form(self) -> tuple[Hashable, ...]:
        """What the text of a statement depends on."""
        query = self.query
        begun = self.after is not None
        words = len(self.words)
        return (query.register.key, query.sort, query.descending, words, begun, self.limit)

    @property
    def parameters(self) -> dict[str, Any]:
        """The words and the cursor as they are bound."""
        bound: dict[str, Any] = {f"word_{at}": word for at, word in enumerate(self.words)}
        if self.after is not None:
            bound |= {"after_value": self.after.value, "after_id": self.after.id}
        return bound


class _Found(NamedTuple):
    """Rows, and the value that the last of them is ordered by."""

    rows: list[Row]
    last: Any


def _read(
    asked: _Asked, form: str, build: Callable[[], Select[Any]], parameters: dict[str, Any]
) -> list[Sequence[Any]]:
    """Run one of the list's statements; returns its columns.

    Chips and typed conditions hold values of their own, such as today's date: those are built anew.
    """
    if asked.query.chips or asked.query.where:
        return list(zip(*asked.session.execute(build(), parameters), strict=True))
    return read_columns(asked.session, (form, *asked.form), build, parameters)


_new_row: Callable[[tuple[bytes, tuple[Value, ...]]], Row] = partial(tuple.__new__, Row)
"""Makes a row of its two parts; a named tuple's own way takes half as long again."""


def _rows(columns: list[Sequence[Any]]) -> list[Row]:
    """Return rows from a column of ids and the columns of the fields."""
    if not columns:
        return []
    values = zip(*columns[1:], strict=True)
    return list(map(_new_row, zip(columns[0], values, strict=True)))


def _columns(query: Query) -> list[ColumnElement[Any]]:
    register = query.register
    shown = [field.column.expression.label(field.key) for field in register.fields]
    return [register.table.c.id, *shown]


# ---- One order over all records ----


def _in_order(asked: _Asked, among: str) -> _Found | None:
    """Return a page in the list's order, of every record or of the few that a search hits.

    None says that the hits are not few.
    """
    down = sort_key(asked.query)[1]
    rows: list[Row] = []
    last = None
    for stretch in _stretches(asked.after, down=down):
        columns = _read_stretch(asked, stretch, among)
        if columns is None:
            return None
        if columns:
            lacking = asked.limit - len(rows)
            rows += _rows(columns[1:])[:lacking]
            last = columns[0][:lacking][-1]
        if len(rows) == asked.limit:
            break
    return _Found(rows, last)


def _stretches(after: Cursor | None, *, down: bool) -> tuple[str, ...]:
    """Return the parts of the list that come after a cursor; blanks stand before every value.

    Each part is one range of an index. In one condition, joined by OR, they would be none.
    """
    if after is None:
        return ("whole",)
    if after.value is None:
        return ("rest of blanks",) if down else ("rest of blanks", "values")
    return ("rest of values", "blanks") if down else ("rest of values",)


def _read_stretch(asked: _Asked, stretch: str, among: str) -> list[Sequence[Any]] | None:
    """Return the columns of a part of the list; None where a search has more than few hits.

    Where an index has the order, its rows are read as they come. Else the ids of the page are found
    first, by narrow indexes wherever one fits, and only then the wide rows of that page.
    """
    query = asked.query
    table = query.register.table

    def build() -> Select[Any]:
        sort, down = sort_key(query)
        order = (sort.desc(), table.c.id.desc()) if down else (sort.asc(), table.c.id.asc())
        chosen = (as_type(sort, Text).label("sort_value"), *_columns(query))
        wanted = [*filters(query), *_part(sort, table.c.id, stretch, down=down)]
        narrow = select(table.c.id).order_by(*order).limit(limit_of(asked.limit)).correlate(None)
        if among == _WHOLE:
            wanted += has_words(table.c.search_key, len(asked.words))
            if _is_walkable(query) and not asked.words:
                rows = select(*chosen).where(*wanted)
                return rows.order_by(*order).limit(limit_of(asked.limit))
            return select(*chosen).where(table.c.id.in_(narrow.where(*wanted))).order_by(*order)
        inner = table.alias("found")
        words = has_words(inner.c.search_key, len(asked.words))
        hits = select(inner.c.id).where(inner.c.deleted_at.is_(None), *words)
        few = hits.limit(limit_of(FEW + 1)).cte("hits")
        counted = select(func.count().label("hits")).select_from(few).subquery("counted")
        some = narrow.where(table.c.id.in_(select(few.c.id)), *wanted)
        joined = counted.outerjoin(table, table.c.id.in_(some))
        return select(counted.c.hits, *chosen).select_from(joined).order_by(*order)

    columns = _read(asked, f"{among}: {stretch}", build, asked.parameters)
    if among == _WHOLE:
        return columns
    amounts, *columns = columns
    if amounts[0] > FEW:
        return None
    return [] if columns[1][0] is None else columns


def _part(
    sort: ColumnElement[Any], identity: ColumnElement[bytes], stretch: str, *, down: bool
) -> list[ColumnElement[bool]]:
    """Return the condition of being in a part of the list."""
    last: BindParameter[bytes] = bindparam("after_id")
    if stretch == "rest of values":
        here = tuple_(bindparam("after_value", type_=Text), last)
        mine = tuple_(as_type(sort, Text), identity)
        return [mine < here if down else mine > here]
    if stretch == "rest of blanks":
        return [sort.is_(None), identity < last if down else identity > last]
    if stretch == "whole":
        return []
    return [sort.is_(None) if stretch == "blanks" else sort.is_not(None)]


def _is_walkable(query: Query) -> bool:
    """Say that an index has the list's order, and nothing is left out on the way."""
    key = "search_key" if is_by_title(query) else query.sort
    plain = not query.chips and not query.where
    return plain and any(index.columns[0].name == key for index in query.register.table.indexes)


def _hits(asked: _Asked) -> _Found | None:
    """Return a page of a search that hits few records; None where it hits many.

    The narrow index of search keys answers a search without reading the wide rows, and its few hits
    are sorted. Were they many, walking the list's order finds a page sooner.
    """
    return None if _is_common(asked) else _in_order(asked, _SOME)


def _is_common(asked: _Asked) -> bool:
    """Say whether many of the first records are hits, without looking at all."""
    table = asked.query.register.table.alias("sample")
    plain = _Asked(asked.session, Query(asked.query.register), asked.words, None, SAMPLE)

    def build() -> Select[Any]:
        some = select(table.c.search_key).where(table.c.deleted_at.is_(None))
        part = some.limit(limit_of(SAMPLE)).subquery()
        words = has_words(part.c.search_key, len(asked.words))
        return select(func.count()).select_from(part).where(*words)

    (amounts,) = _read(plain, "sample", build, plain.parameters)
    return bool(amounts[0] >= OFTEN)


# ---- The order of a reference, group by group ----

_Groups = list[tuple[str | None, list[bytes]]]
"""Referenced ids by search key, in the list's order; those of None have not arrived."""


def _groups(asked: _Asked) -> _Groups | None:
    """Return the groups that the list can be walked by; None where that does not help.

    A village has thousands of contracts, and ordering them all by its name would read every one:
    the list is walked village by village with the index of the reference.
    """
    query = asked.query
    field = query.register.by_key.get(query.sort)
    if field is None or field.kind is not Kind.REFERENCE:
        return None
    column = query.register.table.columns[field.key]
    if not any(index.columns[0] is column for index in query.register.table.indexes):
        return None
    plain = Query(query.register, sort=query.sort)
    target = find_register(field.target).table
    titles = select(target.c.search_key, target.c.id).order_by(target.c.search_key)
    whole = _Asked(asked.session, plain, (), None, 0)
    keys, known = _read(whole, "titles", lambda: titles, {}) or ((), ())
    if len(known) > MANY_GROUPS and (asked.words or query.chips or query.where):
        return None
    (referred,) = _read(whole, "referred", lambda: _distinct(field), {}) or ((),)
    # A record may arrive before the one it refers to: until then it stands with the blanks.
    groups: _Groups = [(None, sorted(set(referred) - set(known)))]
    for key, some in groupby(zip(keys, known, strict=True), key=itemgetter(0)):
        groups.append((key, [identity for _key, identity in some]))
    return groups[::-1] if query.descending else groups


def _distinct(field: Field) -> Select[Any]:
    """Select every id in a reference column, stepping through its index instead of reading it."""
    column = field.column.expression
    steps = select(func.min(column).label("id")).cte("steps", recursive=True)
    further = select(func.min(column)).where(column > steps.c.id).scalar_subquery()
    steps = steps.union_all(select(further).where(steps.c.id.is_not(None)))
    return select(steps.c.id).where(steps.c.id.is_not(None))


def _walk(asked: _Asked, groups: _Groups) -> _Found:
    """Return a page by walking the groups of a reference in their order."""
    after = asked.after
    rows: list[Row] = []
    key = None
    for key, ids in groups if after is None else _from(groups, after, down=asked.query.descending):
        here = asked if after is not None and key == after.value else asked._replace(after=None)
        rows += _of_group(here, key, ids)[: asked.limit - len(rows)]
        if len(rows) == asked.limit:
            break
    return _Found(rows, key)


def _of_group(asked: _Asked, key: str | None, ids: list[bytes]) -> list[Row]:
    """Return the next rows of one group by their ids."""
    query = asked.query
    column = query.register.table.columns[query.sort]

    def build() -> Select[Any]:
        identity = query.register.table.c.id
        names = [bindparam(f"group_{at}", type_=column.type) for at in range(len(ids))]
        belonging = column.in_(names) if len(names) != 1 else column == names[0]
        if key is None:
            belonging = or_(column.is_(None), belonging) if ids else column.is_(None)
        words = has_words(query.register.table.c.search_key, len(asked.words))
        chosen = select(*_columns(query)).where(belonging, *filters(query), *words)
        if asked.after is not None:
            last: BindParameter[bytes] = bindparam("after_id")
            chosen = chosen.where(identity < last if query.descending else identity > last)
        order = identity.desc() if query.descending else identity.asc()
        return chosen.order_by(order).limit(limit_of(asked.limit))

    bound = asked.parameters | {f"group_{at}": each for at, each in enumerate(ids)}
    kind = f"{'blank' if key is None else 'named'} group of {len(ids)}"
    return _rows(_read(asked, kind, build, bound))


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
