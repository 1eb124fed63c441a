"""What to list and in which order: the parts of a list's statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select

from desktop.models.kinds import Kind, Value
from desktop.models.register import Register
from desktop.models.registers import find_register
from desktop.models.where import conditions


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
    """Where a page ended: the sort value of its last row as the database keeps it, and its id."""

    value: Any
    id: bytes


class Page(NamedTuple):
    """Some rows and where to go on; ``after`` is None at the end."""

    rows: list[Row]
    after: Cursor | None


def sort_key(query: Query) -> tuple[ColumnElement[Any], bool]:
    """Return what to order by and whether downwards."""
    register = query.register
    if is_by_title(query):
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


def is_by_title(query: Query) -> bool:
    """Say whether the list is in the order of its titles' pinyin, which the search key gives."""
    register = query.register
    first = str(register.search[0].key)
    return not query.sort or query.sort == first == str(register.title[0].key)


def filters(query: Query) -> list[ColumnElement[bool]]:
    """Return the conditions of the list but for the searched words."""
    found: list[ColumnElement[bool]] = [query.register.table.c.deleted_at.is_(None)]
    chips = {chip.key: chip for chip in query.register.chips}
    found += [chips[key].condition() for key in query.chips if key in chips]
    if query.where:
        found += conditions(query.register, query.where)
    return found


def has_words(key: ColumnElement[str], count: int) -> list[ColumnElement[bool]]:
    """Return the conditions that so many words, bound as ``word_0`` …, are in a search key."""
    return [func.instr(key, bindparam(f"word_{each}")) > 0 for each in range(count)]
