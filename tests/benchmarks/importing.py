"""Taking in a workbook of 20,000 contracts, against reading it and inserting its rows bare."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine

from desktop.exchange.importing import take_in
from desktop.models.registers.contracts import REGISTER
from tests.benchmarks.people import (
    TEAMS,
    VILLAGES,
    bare_connection,
    contracts,
    make_centre_values,
    write_workbook,
)
from tests.benchmarks.report import Result
from tests.benchmarks.timing import interleaved
from tests.helpers.centres import make_centre, reopen

ROWS = 20_000
_LIMIT_TIMES = 3
_NAMES = ("id", "search_key", *(field.key for field in REGISTER.stored))
_INSERT = f"({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"


def run(folder: Path, *, rows: int = ROWS, rounds: int = 5) -> Iterator[Result]:
    """Import into a copy of an empty centre each time; making the copies is not counted."""
    workbook = folder / "家庭医生签约明细.xlsx"
    write_workbook(workbook, contracts(rows, list(VILLAGES), list(TEAMS)))
    template = folder / "import-template"
    with make_centre(template) as centre:
        make_centre_values(centre)
    stored = _stored_rows(template, folder, workbook, rows)
    place = folder / "import"

    def timed(work: Any) -> float:
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(template, place)
        with reopen(place) as centre:
            started = time.perf_counter()
            work(centre)
            return time.perf_counter() - started

    def ours(centre: Any) -> None:
        outcomes, receipt = take_in(centre.store, [workbook])
        assert receipt.created >= rows, outcomes[0].error

    times = interleaved(
        {
            "ours": lambda: timed(ours),
            "read": lambda: timed(lambda _centre: _read(workbook)),
            "bare": lambda: timed(lambda centre: _insert(centre, stored, "bare")),
            "indexed": lambda: timed(lambda centre: _insert(centre, stored, REGISTER.table.name)),
        },
        rounds,
        warm=0,
    )
    work = f"import {rows:,} contracts"
    note = f"calamine {times['read']:.2f} s + executemany"
    floor = times["read"] + times["indexed"]
    yield Result(work, times["ours"], floor, _LIMIT_TIMES, "s", f"{note} into the register's table")
    floor = times["read"] + times["bare"]
    yield Result(work, times["ours"], floor, None, "s", f"{note} into a table without indexes")


def _read(workbook: Path) -> int:
    book = python_calamine.CalamineWorkbook.from_path(workbook)
    return len(book.get_sheet_by_index(0).to_python())


def _stored_rows(template: Path, folder: Path, workbook: Path, rows: int) -> list[tuple[Any, ...]]:
    """Import once and return the rows as they stand in the file."""
    place = folder / "import-once"
    shutil.copytree(template, place)
    with reopen(place) as centre:
        take_in(centre.store, [workbook])
        connection = bare_connection(centre)
        columns = ", ".join(_NAMES)
        found = connection.execute(f"SELECT {columns} FROM contract ORDER BY id").fetchall()
        connection.close()
    assert len(found) == rows
    # The driver binds byte arrays straight; for bytes it would look for an adapter each time.
    return [tuple(bytearray(v) if isinstance(v, bytes) else v for v in row) for row in found]


def _insert(centre: Any, rows: list[tuple[Any, ...]], table: str) -> None:
    """Insert the rows in one transaction by the driver alone, without change rows."""
    connection = bare_connection(centre)
    connection.create_function("capturing", 0, lambda: 0)
    connection.create_function("person", 0, lambda: "")
    try:
        connection.execute("BEGIN IMMEDIATE")
        if table == "bare":
            columns = ", ".join(_NAMES)
            connection.execute(f"CREATE TABLE bare ({columns}, PRIMARY KEY (id)) WITHOUT ROWID")
        connection.executemany(f"INSERT INTO {table} {_INSERT}", rows)
        connection.execute("COMMIT")
    finally:
        connection.close()
