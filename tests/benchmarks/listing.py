"""First page, next page, sort and search in a register of 100,000 contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy.orm import Session

from desktop.models.kinds import Kind
from desktop.models.listing import Cursor, Query, Row, columns, count, page, shown
from desktop.models.opening import Centre
from desktop.models.registers.contracts import REGISTER
from tests.benchmarks.people import bare_connection, fill
from tests.benchmarks.report import Result
from tests.benchmarks.timing import Timed, interleaved
from tests.helpers.centres import make_centre

ROWS = 100_000
_LIMIT_MS = 50
_LIMIT_TIMES = 1.5
_PAGE = 100
_COLUMNS = ", ".join(f'c."{field.key}"' for field in REGISTER.fields)
_SEARCHES = {
    "name, some hits": "秀英",
    "pinyin initials": "wxy",
    "ID part, few hits": "19560312",
    "phone part": "1380",
    "everybody": "411081",
    "name and year": "张 1956",
    "nobody": "zzzz",
}


@dataclass(frozen=True)
class _Case:
    """A question to the list and the hand-written statements that answer it."""

    group: str
    name: str
    query: Query
    after: Cursor | None
    bare: tuple[str, ...]
    parameters: tuple[Any, ...]


def run(folder: Path, *, rows: int = ROWS, rounds: int = 5) -> Iterator[Result]:
    """Time every way to list the register against the best statement for it."""
    with make_centre(folder / "listing") as centre:
        fill(centre, rows)
        connection = bare_connection(centre)
        try:
            yield from _run(centre, connection, rounds)
        finally:
            connection.close()


def _run(centre: Centre, connection: sqlcipher.Connection, rounds: int) -> Iterator[Result]:
    taken: dict[str, list[tuple[str, float, float, float]]] = {}
    with centre.store.reading() as session:
        cases = [*_pages(session), *_sorts(session), *_searches()]
    for case in cases:
        times = _measure(centre, connection, case, rounds)
        taken.setdefault(case.group, []).append((case.name, *times))
    for group, found in taken.items():
        yield from _results(group, found)
    yield from _counts(centre, connection, rounds)


def _measure(
    centre: Centre, connection: sqlcipher.Connection, case: _Case, rounds: int
) -> tuple[float, float, float]:
    """Return the seconds of our page, of the best bare statement and of our page as texts.

    Both sides read from a connection that is open; the texts are timed with the opening.
    """

    def on_screen() -> None:
        with centre.store.reading() as session:
            shown(session, REGISTER, page(session, case.query, case.after, _PAGE).rows)

    def bare(statement: str) -> list[Any]:
        rows: list[Any] = connection.execute(statement, case.parameters).fetchall()
        return rows  # A page holds its rows too, and reads their days and ticks besides.

    with centre.store.reading() as session:

        def ours() -> list[Row]:
            return page(session, case.query, case.after, _PAGE).rows

        return _compare(case, ours, bare, on_screen, rounds)


def _compare(
    case: _Case,
    ours: Callable[[], list[Row]],
    bare: Callable[[str], list[Any]],
    on_screen: Timed,
    rounds: int,
) -> tuple[float, float, float]:
    works: dict[str, Timed] = {"ours": ours, "on_screen": on_screen}
    for statement in case.bare:
        works[statement] = partial(bare, statement)
        found, expected = [row[0] for row in bare(statement)], [row.id for row in ours()]
        assert found == expected, f"{case.name}: the bare statement finds other rows"
    once = interleaved({statement: works[statement] for statement in case.bare}, 1)
    for statement in case.bare:
        if once[statement] > 3 * min(once.values()):
            del works[statement]
    times = interleaved(works, rounds)
    return (
        times["ours"],
        min(times[statement] for statement in case.bare if statement in times),
        times["on_screen"],
    )


def _results(group: str, found: list[tuple[str, float, float, float]]) -> Iterator[Result]:
    """Give the median of a group against its limit, its worst case, and its slowest as texts."""
    ratio = median(each[1] / each[2] for each in found)
    name, ours, bare, _shown = min(found, key=lambda each: abs(each[1] / each[2] - ratio))
    yield Result(f"{group}: median ratio", ours, bare, _LIMIT_TIMES, note=name)
    if len(found) > 1:
        name, ours, bare, _shown = max(found, key=lambda each: each[1] / each[2])
        yield Result(f"{group}: worst ratio", ours, bare, None, note=name)
    name, _ours, _bare, slowest = max(found, key=lambda each: each[3])
    yield Result(f"{group}: slowest, as texts", slowest, None, _LIMIT_MS, note=name)


# The statements


def _ordered(where: str, order: str, tail: str = "") -> tuple[str, ...]:
    """Return the statement in both forms: at once, and the ids of the page first."""
    condition = f"deleted_at IS NULL{where}"
    return (
        f"SELECT c.id, {_COLUMNS} FROM contract c WHERE {condition} ORDER BY {order} LIMIT 100",
        (
            f"SELECT c.id, {_COLUMNS} FROM contract c WHERE c.id IN (SELECT id FROM contract "
            f"WHERE {condition} ORDER BY {order} LIMIT 100) ORDER BY {order}{tail}"
        ),
    )


def _pages(session: Session) -> Iterator[_Case]:
    query = Query(REGISTER)
    yield _Case("first page", "by name", query, None, _ordered("", "search_key, id"), ())
    after = page(session, query, None, _PAGE).after
    assert after is not None
    beyond = _ordered(" AND (search_key, id) > (?, ?)", "search_key, id")
    yield _Case("next page", "by name", query, after, beyond, tuple(after))


def _sorts(session: Session) -> Iterator[_Case]:
    for column in columns(REGISTER):
        if not column.listed or not column.sortable or column.key == "name":
            continue
        for down in (False, True):
            query = Query(REGISTER, sort=column.key, descending=down)
            field = REGISTER.by_key.get(column.key)
            name = f"{column.label} {'↓' if down else '↑'}"
            if field is not None and field.kind is Kind.REFERENCE:
                yield _Case("sort", name, query, None, (_by_reference(field.key, down),), ())
                continue
            # The age is the birth date in the ID number, the oldest last.
            by = "substr(id_number, 7, 8)" if column.key == "age" else field.key if field else ""
            downwards = down != (column.key == "age")
            yield from _both_pages(session, name, query, by, downwards=downwards)


def _both_pages(
    session: Session, name: str, query: Query, by: str, *, downwards: bool
) -> Iterator[_Case]:
    direction, sign = ("DESC", "<") if downwards else ("ASC", ">")
    order = f"{by} {direction}, id {direction}"
    yield _Case("sort", name, query, None, _ordered("", order), ())
    after = page(session, query, None, _PAGE).after
    assert after is not None
    value = after.value.isoformat() if hasattr(after.value, "isoformat") else after.value
    beyond = _ordered(f" AND ({by}, id) {sign} (?, ?)", order)
    yield _Case("sort, next page", name, query, after, beyond, (value, after.id))


def _by_reference(key: str, down: bool) -> str:
    target = {"village_id": "division", "team_id": "team"}[key]
    direction = "DESC" if down else "ASC"
    return (
        f"SELECT c.id, {_COLUMNS} FROM {target} t CROSS JOIN contract c ON c.{key} = t.id "
        f"WHERE c.deleted_at IS NULL ORDER BY t.search_key {direction}, c.id {direction} "
        "LIMIT 100"
    )


def _searches() -> Iterator[_Case]:
    for name, text in _SEARCHES.items():
        words = tuple(text.split())
        where = " AND instr(search_key, ?) > 0" * len(words)
        by_name = Query(REGISTER, text=text)
        bare = _ordered(where, "search_key, id")
        yield _Case("search", f"{name} ({text})", by_name, None, bare, words)
        by_date = Query(REGISTER, text=text, sort="signed_on")
        found = (
            *_ordered(where, "signed_on, id"),
            (
                f"SELECT c.id, {_COLUMNS} FROM contract c WHERE c.id IN (SELECT id FROM contract "
                f"WHERE deleted_at IS NULL{where}) ORDER BY signed_on, id LIMIT 100"
            ),
        )
        yield _Case("search, sorted by date", f"{name} ({text})", by_date, None, found, words)


def _counts(centre: Centre, connection: sqlcipher.Connection, rounds: int) -> Iterator[Result]:
    for name, text in (("count: all", ""), ("count: search", "wxy")):
        where = " AND instr(search_key, ?) > 0" if text else ""
        statement = f"SELECT count(*) FROM contract WHERE deleted_at IS NULL{where}"
        words = (text,) if text else ()

        def ours(text: str = text) -> int:
            with centre.store.reading() as session:
                return count(session, Query(REGISTER, text=text))

        def bare(statement: str = statement, words: tuple[str, ...] = words) -> int:
            return int(connection.execute(statement, words).fetchone()[0])

        assert ours() == bare()
        times = interleaved({"ours": ours, "bare": bare}, rounds)
        yield Result(name, times["ours"], times["bare"], _LIMIT_TIMES)
