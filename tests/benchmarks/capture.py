"""What capturing changes costs a person's save: the same statements with and without triggers.

Both sides have the same tables, cipher, journal and durability; the bare one has lost only the
triggers that write change rows. Each work is done by the driver alone, which shows the triggers
at their dearest, and through the store, which is what a person waits for.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import text

from desktop.models.changes import last_seq
from desktop.models.ids import new_id
from desktop.models.opening import Centre
from desktop.models.store import insert_many, save
from tests.benchmarks.exchange_rows import CONTRACTS, MOVES, Rows, columns, fill_centre, stored
from tests.benchmarks.people import bare_connection
from tests.benchmarks.report import Result
from tests.benchmarks.timing import Timed, interleaved
from tests.helpers.centres import make_centre, reopen

ROWS = 20_000
_EDITS = 300
_INSERT_LIMIT, _EDIT_LIMIT = 2.2, 2.7


class Side:
    """A centre that the works are done on, each time on a fresh copy of it.

    Args:
        home: The centre's folder.
        moves: The movements to insert once more, as stored.
        ids: The contracts to edit.
    """

    def __init__(self, home: Path, moves: Rows, ids: list[bytes]) -> None:
        self._template = home
        self._copy = home.with_name(f"{home.name}-copy")
        self._moves = moves
        self._ids = ids
        self.changes: list[int] = []
        """How many change rows each work has left."""

    def insert(self) -> float:
        """Insert the movements by one statement in one transaction."""
        names = ("id", "search_key", *columns(MOVES)[1:])
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {MOVES.table.name} ({', '.join(names)}) VALUES ({marks})"
        rows = [(new_id(), "", *row[1:]) for row in self._moves]

        def work(connection: Any) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(statement, rows)
            connection.execute("COMMIT")

        return self._by_driver(work)

    def edit(self) -> float:
        """Change one field of a contract, a commit each that does not wait for the disk.

        Waiting takes as long on both sides and would hide the triggers.
        """
        statement = f"UPDATE {CONTRACTS.table.name} SET phone = ? WHERE id = ?"

        def work(connection: Any) -> None:
            connection.execute("PRAGMA synchronous = NORMAL")
            for at, id in enumerate(self._ids):
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(statement, (f"138{at:08}", id))
                connection.execute("COMMIT")

        return self._by_driver(work)

    def store_insert(self) -> float:
        """Insert the movements as the program does."""
        names = columns(MOVES)[1:]
        rows = [dict(zip(names, row[1:], strict=True)) for row in self._moves]

        def work(centre: Centre) -> None:
            with centre.store.writing() as session:
                insert_many(session, MOVES, rows)

        return self._timed(work)

    def store_edit(self) -> float:
        """Change one field of a contract as its form does."""

        def work(centre: Centre) -> None:
            for at, id in enumerate(self._ids):
                with centre.store.writing() as session:
                    save(session, CONTRACTS, {"phone": f"138{at:08}"}, id)

        return self._timed(work)

    def _by_driver(self, work: Callable[[Any], None]) -> float:
        def through(centre: Centre) -> float:
            with closing(bare_connection(centre)) as connection:
                connection.create_function("person", 0, lambda: centre.store.person_id)
                connection.create_function("capturing", 0, lambda: 1)
                # A person's pages are in the cache; reading them first would hide the triggers too.
                connection.execute(f"SELECT max(phone) FROM {CONTRACTS.table.name}").fetchall()
                started = time.perf_counter()
                work(connection)
                return time.perf_counter() - started

        return self._timed(through)

    def _timed(self, work: Callable[[Centre], float | None]) -> float:
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self._template, self._copy)
        with reopen(self._copy) as centre:
            started = time.perf_counter()
            own = work(centre)
            taken = time.perf_counter() - started
            with centre.store.reading() as session:
                self.changes.append(last_seq(session))
        return own or taken


def run(folder: Path, *, rows: int = ROWS, rounds: int = 5) -> Iterator[Result]:
    """Insert in one transaction, and edit contracts one commit at a time."""
    on, off = _make_sides(folder / "capture", rows)
    works: dict[str, Timed] = {}
    for name, side in (("on", on), ("off", off)):
        works |= {
            f"insert {name}": side.insert,
            f"store insert {name}": side.store_insert,
            f"edit {name}": side.edit,
            f"store edit {name}": side.store_edit,
        }
    times = interleaved(works, rounds, warm=0)
    edits = min(_EDITS, rows)
    made = [after - before for after, before in zip(on.changes, off.changes, strict=True)]
    assert made == [rows, rows, edits, edits] * rounds, "an insert or an edit is not captured"
    note = "the same without capture"
    for name, work, limit in (
        ("insert", f"insert {rows:,} movements, captured", _INSERT_LIMIT),
        ("store insert", f"insert {rows:,} movements through the store", _INSERT_LIMIT),
        ("edit", f"{edits} edits, a commit each, captured", _EDIT_LIMIT),
        ("store edit", f"{edits} edits through the store", _EDIT_LIMIT),
    ):
        yield Result(work, times[f"{name} on"], times[f"{name} off"], limit, note=note)


def _make_sides(home: Path, rows: int) -> tuple[Side, Side]:
    edits = min(_EDITS, rows)
    with make_centre(home / "with") as centre:
        fill_centre(centre, edits * 10, rows)
        moves = stored(centre, MOVES)
        ids = [row[0] for row in stored(centre, CONTRACTS)[::10]]
    shutil.copytree(home / "with", home / "without")
    with reopen(home / "without") as centre:
        _stop_capturing(centre)
    return Side(home / "with", moves, ids), Side(home / "without", moves, ids)


def _stop_capturing(centre: Centre) -> None:
    with centre.store.writing() as session:
        found = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'capture_%'"
        for name in session.scalars(text(found)).all():
            session.execute(text(f'DROP TRIGGER "{name}"'))
