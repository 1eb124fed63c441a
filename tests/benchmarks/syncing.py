"""The exchange beside its physical limits: a bare executemany, packed CSV, SQLite's sessions."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import apsw
import httpx
import zstandard

from desktop.models.opening import Centre
from desktop.models.store import save
from desktop.sync import enrolling
from desktop.sync.client import Client
from desktop.sync.engine import Engine
from tests.benchmarks.exchange_rows import (
    CONTRACTS,
    MOVES,
    Rows,
    add_moves,
    columns,
    fill_centre,
    packed_csv,
    stored,
)
from tests.benchmarks.report import Result
from tests.benchmarks.timing import collecting_as_the_window, interleaved
from tests.helpers.centres import CODE, make_centre, reopen
from tests.sync.parts import HubProcess, run_hub

ROWS = 40_000
_NAME = "青禾镇中心卫生院"
_NEW_MOVES = 80  # of as many contracts: 500 of 40,000
_CHUNK = 20_000


class Counting(Client):
    """A client that counts the bytes of bodies in both directions."""

    sent = received = 0

    def _send(self, method: str, path: str, body: bytes, *, signed: bool = True) -> bytes:
        answer = super()._send(method, path, body, signed=signed)
        self.sent += len(body)
        self.received += len(answer)
        return answer


class Measure:
    """One centre that is uploaded, downloaded and changed again and again.

    Args:
        folder: Where everything is.
        rows: How many contracts; there are two and a half times as many movements.
    """

    def __init__(self, folder: Path, rows: int) -> None:
        self.rows = rows
        self.place = folder / "sync"
        self._template, self._empty = folder / "sync-template", folder / "sync-empty"
        with make_centre(self._template) as centre:
            fill_centre(centre, rows, rows * 5 // 2)
            self.tables = {each: stored(centre, each) for each in (CONTRACTS, MOVES)}
        make_centre(self._empty).close()
        self.bytes: dict[str, int] = {}
        self.seconds: dict[str, list[float]] = {"upload": [], "download": [], "change": []}
        self.changed: list[Rows] = []

    def exchange(self) -> float:
        """Upload to a new hub, download into a new PC, change a hundredth; setting up not timed."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self._template, self.place / "pc")
        shutil.copytree(self._empty, self.place / "new")
        with run_hub(f"sqlite:///{self.place / 'hub.db'}") as hub:
            hub.command("init")
            hub.command("centre", "add", "--code", CODE, "--name", _NAME)
            url = hub.start("--a-minute", "100000")
            with reopen(self.place / "pc") as centre:
                self._join(hub, url, centre)
                self._timed("upload", centre, url)
                hub.command("snapshot")
                with reopen(self.place / "new") as new:
                    self._join(hub, url, new)
                    self._timed("download", new, url)
                    assert len(stored(new, MOVES)) == len(self.tables[MOVES])
                self._change(centre)
                self._timed("change", centre, url)
        return self.seconds["upload"][-1]

    def _join(self, hub: HubProcess, url: str, centre: Centre) -> None:
        code = hub.command("enrol", CODE).splitlines()[0]
        enrolling.enrol(centre.store, url, code, "测试机", insecure=True)

    def _timed(self, step: str, centre: Centre, url: str) -> None:
        with Counting(url) as client:
            started = time.perf_counter()
            report = Engine(centre.store, client).exchange()
            self.seconds[step].append(time.perf_counter() - started)
            assert not report.waiting
            assert not report.refused
            self.bytes[step] = client.received if step == "download" else client.sent

    def _change(self, centre: Centre) -> None:
        """Change one field in a hundredth of the contracts, and add movements."""
        ids = [row[0] for row in self.tables[CONTRACTS][::100]]
        for at, id in enumerate(ids):
            with centre.store.writing() as session:
                save(session, CONTRACTS, {"phone": f"139{at:08}"}, id)
        before = {row[0] for row in self.tables[MOVES]}
        add_moves(centre, max(1, self.rows // _NEW_MOVES), seed=11)
        images = {row[0]: row for row in stored(centre, CONTRACTS)}
        moves = [row for row in stored(centre, MOVES) if row[0] not in before]
        self.changed = [[images[id] for id in ids], moves]

    def bare(self) -> float:
        """Insert the same rows with nothing around it."""
        file = self.place.with_name("bare.db")
        file.unlink(missing_ok=True)
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            started = time.perf_counter()
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN")
            for register, rows in self.tables.items():
                names = columns(register)
                connection.execute(_create(register.table.name, names))
                marks = ", ".join("?" * len(names))
                table = register.table.name
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
            connection.execute("COMMIT")
            return time.perf_counter() - started

    def encrypted(self) -> float:
        """Insert the same rows into a PC's own tables: encrypted, with their indexes."""
        home = self.place.with_name("encrypted")
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self._empty, home)
        with reopen(home) as centre, centre.store.writing() as session:
            connection = session.connection()
            with centre.store.database.not_capturing(connection):
                started = time.perf_counter()
                for register, rows in self.tables.items():
                    names = ", ".join((*columns(register), "search_key"))
                    marks = ", ".join("?" * (len(columns(register)) + 1))
                    statement = f"INSERT INTO {register.table.name} ({names}) VALUES ({marks})"
                    keyed = [
                        (*row, f"{at * 7919 % len(rows)} wm 王明") for at, row in enumerate(rows)
                    ]
                    connection.exec_driver_sql(statement, keyed)
                session.commit()
                return time.perf_counter() - started

    def sessions(self) -> float:
        """Send the same rows as changesets of SQLite's session extension."""
        file, at_hub = (self.place.with_name(f"session-{name}.db") for name in ("pc", "hub"))
        for path in (file, at_hub):
            for each in path.parent.glob(f"{path.name}*"):
                each.unlink()
            with closing(sqlite3.connect(path)) as made:
                for register in self.tables:
                    made.execute(_create(register.table.name, columns(register)))
        with closing(apsw.Connection(str(file))) as connection:
            recorded = [*self._recorded(connection)]
            with _session_hub(at_hub) as client:
                started = time.perf_counter()
                sent = 0
                for session in recorded:
                    body = zstandard.ZstdCompressor(level=3).compress(session.changeset())
                    sent += len(body)
                    client.post("/", content=body).raise_for_status()
                taken = time.perf_counter() - started
            for session in recorded:
                session.close()
        with closing(sqlite3.connect(at_hub)) as hub:
            (count,) = hub.execute(f"SELECT count(*) FROM {MOVES.table.name}").fetchone()
            assert count == len(self.tables[MOVES])
        self.bytes["sessions"] = sent
        return taken

    def _recorded(self, connection: apsw.Connection) -> Iterator[apsw.Session]:
        for register, rows in self.tables.items():
            marks = ", ".join("?" * len(columns(register)))
            for start in range(0, len(rows), _CHUNK):
                session = apsw.Session(connection, "main")
                session.attach()
                with connection:
                    connection.executemany(
                        f"INSERT INTO {register.table.name} VALUES ({marks})",
                        rows[start : start + _CHUNK],
                    )
                session.enabled = False
                yield session


def run(folder: Path, *, rows: int = ROWS, rounds: int = 3) -> Iterator[Result]:
    """Measure the first upload and download and a month's changes, in turns with the limits."""
    measure = Measure(folder, rows)
    works = {
        "ours": measure.exchange,
        "bare": measure.bare,
        "encrypted": measure.encrypted,
        "sessions": measure.sessions,
    }
    with collecting_as_the_window():
        times = interleaved(works, rounds, warm=0)
    middle = {step: sorted(all_)[len(all_) // 2] for step, all_ in measure.seconds.items()}
    names = f"{rows:,} contracts + {rows * 5 // 2:,} movements"
    yield Result(f"first upload of {names}", times["ours"], times["bare"], 2.5, "s")
    yield Result("first download of them", middle["download"], times["bare"], 2.2, "s")
    # What a PC cannot do without: its pages are encrypted and its lists need their indexes.
    yield Result(
        "beside bare inserts as a PC keeps them", middle["download"], times["encrypted"], None, "s"
    )
    packed = packed_csv(*measure.tables.values())
    for step in ("upload", "download"):
        note = "zstd-3 of their CSV; goal 0.6"
        yield _bytes(f"bytes of the {step}", measure.bytes[step], packed, 1.0, note)
    images = packed_csv(*measure.changed)
    yield _bytes("bytes of 1 % edited + 500 moves", measure.bytes["change"], images, 0.45, "images")
    yield Result("upload against sessions", times["ours"], times["sessions"], 1.6, "s")
    sessions = measure.bytes["sessions"]
    yield _bytes("bytes against sessions", measure.bytes["upload"], sessions, 0.75, "zstd-3")


def _bytes(work: str, ours: int, floor: int, limit: float, note: str) -> Result:
    return Result(work, ours / 1024, floor / 1024, limit, "KiB", note)


def _create(table: str, names: tuple[str, ...]) -> str:
    return f"CREATE TABLE {table} ({', '.join(names)}, PRIMARY KEY (id))"


class _session_hub:  # noqa: N801 - used like a function
    """A running hub for changesets; gives the client to it."""

    def __init__(self, path: Path) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "tests.benchmarks.session_hub", str(path), str(port)]
        self._process = subprocess.Popen(command)
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60
        )

    def __enter__(self) -> httpx.Client:
        for _try in range(200):
            with suppress(httpx.ConnectError):
                # An empty changeset changes nothing.
                self._client.post("/", content=zstandard.compress(b""))
                return self._client
            time.sleep(0.05)
        raise AssertionError("the yardstick's hub does not listen")

    def __exit__(self, *_error: object) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait()
