"""What capturing changes costs a person's save: the same statements with and without triggers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import text

from desktop.models.ids import new_id
from desktop.models.opening import Centre
from tests.benchmarks.exchange_rows import CONTRACTS, MOVES, columns, fill_centre, stored
from tests.benchmarks.report import Result
from tests.benchmarks.timing import interleaved
from tests.helpers.centres import make_centre, reopen

_EDITS = 200


def run(folder: Path, *, rows: int = 20_000, rounds: int = 3) -> Iterator[Result]:
    """Insert movements in one transaction, and edit contracts one commit at a time."""
    home = folder / "capture"
    with make_centre(home / "with") as centre:
        fill_centre(centre, max(rows // 20, _EDITS), rows)
        moves = stored(centre, MOVES)
        ids = [row[0] for row in stored(centre, CONTRACTS)[:_EDITS]]
    shutil.copytree(home / "with", home / "without")
    with reopen(home / "with") as on, reopen(home / "without") as off:
        _drop_triggers(off)
        works = {
            "insert on": lambda: _insert(on, moves),
            "insert off": lambda: _insert(off, moves),
            "edit on": lambda: _edit(on, ids),
            "edit off": lambda: _edit(off, ids),
        }
        times = interleaved(works, rounds, warm=1)
    bulk = f"insert {rows:,} movements, captured"
    yield Result(bulk, times["insert on"], times["insert off"], 2.2, "ms", "without triggers")
    single = f"{_EDITS} edits, a commit each, captured"
    yield Result(single, times["edit on"], times["edit off"], 2.7, "ms", "without triggers")


def _drop_triggers(centre: Centre) -> None:
    with centre.store.writing() as session:
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for name in names.all():
            session.execute(text(f'DROP TRIGGER "{name}"'))


def _insert(centre: Centre, rows: list[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(columns(MOVES)))
    names = ", ".join(columns(MOVES))
    fresh = [(new_id(), *row[1:]) for row in rows]
    with centre.store.writing() as session:
        session.connection().exec_driver_sql(
            f"INSERT INTO {MOVES.table.name} ({names}) VALUES ({marks})", fresh
        )


_turn = iter(range(10**9))


def _edit(centre: Centre, ids: list[bytes]) -> None:
    for id in ids:
        with centre.store.writing() as session:
            session.connection().exec_driver_sql(
                f"UPDATE {CONTRACTS.table.name} SET phone = ? WHERE id = ?",
                (f"138{next(_turn):08}", id),
            )
