"""Uploading 20,000 contracts to a hub on this machine, against inserting their rows bare."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desktop.models.opening import Centre
from desktop.models.registers.contracts import REGISTER
from desktop.sync import enrolling
from desktop.sync.engine import Engine
from tests.benchmarks.people import bare_connection, fill
from tests.benchmarks.report import Result
from tests.benchmarks.timing import interleaved
from tests.helpers.centres import CODE, make_centre, reopen
from tests.sync.parts import run_hub

ROWS = 20_000
_NAME = "青禾镇中心卫生院"
_COLUMNS = ("id", *(field.key for field in REGISTER.stored))


def run(folder: Path, *, rows: int = ROWS, rounds: int = 3) -> Iterator[Result]:
    """Upload a copy of the same centre to a new hub each time; setting up is not counted."""
    template = folder / "sync-template"
    with make_centre(template) as centre:
        fill(centre, rows)
        stored = _stored(centre)
    sent: list[int] = []

    def upload() -> float:
        place = folder / "sync"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(template, place / "pc")
        with run_hub(f"sqlite:///{place / 'hub.db'}") as hub, reopen(place / "pc") as centre:
            hub.command("init")
            hub.command("centre", "add", "--code", CODE, "--name", _NAME)
            code = hub.command("enrol", CODE).splitlines()[0]
            enrolling.enrol(centre.store, hub.start(), code, "测试机", insecure=True)
            started = time.perf_counter()
            report = Engine(centre.store).exchange()
            taken = time.perf_counter() - started
            assert not report.waiting
            assert not report.refused
            sent.append(report.bytes_sent)
            return taken

    def bare() -> float:
        file = folder / "bare.db"
        file.unlink(missing_ok=True)
        connection = sqlite3.connect(file, isolation_level=None)
        try:
            started = time.perf_counter()
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN")
            connection.execute(f"CREATE TABLE bare ({', '.join(_COLUMNS)}, PRIMARY KEY (id))")
            marks = ", ".join("?" * len(_COLUMNS))
            connection.executemany(f"INSERT INTO bare VALUES ({marks})", stored)
            connection.execute("COMMIT")
            return time.perf_counter() - started
        finally:
            connection.close()

    times = interleaved({"ours": upload, "bare": bare}, rounds, warm=0)
    note = f"{sent[-1] / 1024:,.0f} KiB, {sent[-1] / rows:.0f} bytes a row"
    work = f"upload {rows:,} contracts to a hub"
    yield Result(work, times["ours"], times["bare"], None, "s", note)


def _stored(centre: Centre) -> list[tuple[Any, ...]]:
    connection = bare_connection(centre)
    try:
        return connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM contract").fetchall()
    finally:
        connection.close()
