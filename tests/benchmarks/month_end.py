"""Month's end: 150 PCs send 2,000 changes each to one hub at the same moment.

The PCs are clients of their own in a few processes beside the hub's, and all share this machine
with the database. What one machine bears is therefore reckoned from the processor time that hub
and database need for a PC, which what the PCs take does not enter.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import msgspec
import psycopg
from sqlalchemy import func, select

from county import centres
from county.storage import Hub
from county.tables import CHANGES, register_tables
from desktop.sync import account, protocol
from desktop.sync.wire import ID_BYTES
from tests.benchmarks.exchange_rows import MOVES
from tests.benchmarks.month_load import Load
from tests.benchmarks.month_senders import Found, Sender, Spec, Talk
from tests.benchmarks.report import Result
from tests.sync import databases
from tests.sync.parts import ROOT, add_centre, code_for, run_hub

PCS = 30
ALL_PCS = 150
EACH = 2_000
_PCS_A_CENTRE = 5
_PROCESSES = 3
_WORKERS = 2
_WINDOW_SECONDS = 15 * 60
"""Over so long the PCs of a county spread their first exchange of a day at month's end."""
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Measured:
    """What one month's end came to."""

    found: Found
    seconds: float
    hub_cpu: float
    database_cpu: float
    most_cores: int


def run(
    folder: Path, *, pcs: int = PCS, changes: int = EACH, spread: float = 0.0
) -> Iterator[Result]:
    """Let all PCs exchange at the same moment, or within some seconds; nobody may see an error."""
    load = Load(folder / "month-end", changes)
    server = os.environ.get(databases.VARIABLE) or databases._server()
    if server is None:
        print("… month-end on PostgreSQL left out: there is none on this machine")
    else:
        with databases._database(server) as url:
            measured = measure(folder, url, load, pcs, spread, workers=_WORKERS)
        yield from _results(measured, "PostgreSQL", pcs, changes)
    url = f"sqlite:///{folder / 'month-end.db'}"
    measured = measure(folder, url, load, pcs, spread, workers=1)
    yield from _results(measured, "SQLite", pcs, changes)


def _results(measured: Measured, name: str, pcs: int, changes: int) -> Iterator[Result]:
    found, seconds = measured.found, measured.seconds
    for error in found.errors[:3]:
        print(f"… {error}")
    work = f"{pcs} PCs × {changes:,} changes at once, {name}"
    yield Result(f"{work}: errors shown", len(found.errors), None, 0, "errors")
    note = f"{found.pushed / seconds:,.0f} pushed and {found.pulled / seconds:,.0f} pulled a second"
    yield Result(f"{work}: all done", seconds, None, None, "s", note)
    for one, times in (("exchange", found.exchanges), ("request", found.requests)):
        cuts = quantiles(times, n=100, method="inclusive")
        yield Result(f"{work}: {one}, p50", cuts[49], None, None, "s")
        yield Result(f"{work}: {one}, p99", cuts[98], None, None, "s")
    cpu = measured.hub_cpu + measured.database_cpu
    all_cpu = cpu + found.cpu
    shares = ", ".join(
        f"{part} {used / all_cpu:.0%}"
        for part, used in (
            ("hub", measured.hub_cpu),
            ("database", measured.database_cpu),
            ("PCs", found.cpu),
        )
    )
    cores = min(os.cpu_count() or 1, measured.most_cores)
    full = cores * _WINDOW_SECONDS / (cpu / pcs)
    note = f"{shares}; {cores} cores full at {full:,.0f} PCs in a quarter of an hour"
    yield Result(f"{work}: processor time of a PC", cpu / pcs, None, None, "s", note)


def measure(
    folder: Path, url: str, load: Load, pcs: int, spread: float, *, workers: int
) -> Measured:
    """Start a hub, let the PCs in, and let them exchange; all has to arrive."""
    with run_hub(url) as hub, closing(Hub(url)) as opened:
        opened.create()
        known = list(_let_in(opened, pcs))
        address = hub.start("--workers", str(workers))
        senders = list(_begin(address, load, known))
        assert hub._process is not None
        processes = hub._process.pid, _server_of(url)
        before = [_cpu(each) for each in processes]
        found, seconds = _play(folder, senders, spread)
        after = [_cpu(each) for each in processes]
        if not found.errors:
            _check(opened, senders)
        hub.stop()
    most_cores = workers + (processes[1] > 0)
    return Measured(found, seconds, after[0] - before[0], after[1] - before[1], most_cores)


def _check(hub: Hub, senders: list[Sender]) -> None:
    """Find every change at the hub."""
    sent = [message for each in senders for message in each.messages]
    moves = sum(
        len(rows.ids) // ID_BYTES
        for message in sent
        for rows in message.inserts
        if rows.table == MOVES.number
    )
    edits = sum(
        len(field.stamps) for message in sent for each in message.edits for field in each.fields
    )
    table = register_tables()[MOVES.number][1]
    with hub.reading() as connection:
        (own,) = connection.execute(select(func.count(func.distinct(table.c.centre_id)))).one()
        (came,) = connection.execute(select(func.count()).select_from(table)).one()
        (logged,) = connection.execute(select(func.count()).select_from(CHANGES)).one()
    # Each centre had one movement before.
    assert (came, logged) == (own + moves, edits), "changes are lost, or came twice"


Known = tuple[protocol.Enrolled, bytes]


def _let_in(hub: Hub, pcs: int) -> Iterator[list[Known]]:
    """Give the PCs of each centre, a first one more that brings what was there before."""
    for number, first in enumerate(range(0, pcs, _PCS_A_CENTRE)):
        code = f"33{number:04}100"
        add_centre(hub, code, f"卫生院{number}")
        made: list[Known] = []
        for pc in range(1 + min(_PCS_A_CENTRE, pcs - first)):
            secret = os.urandom(32)
            asked = protocol.EnrolRequest(
                code_for(hub, code), account.public_key(secret), code, f"电脑{pc}"
            )
            with hub.writing() as connection:
                made.append((centres.enrol(connection, asked), secret))
        yield made


def _begin(address: str, load: Load, known: list[list[Known]]) -> Iterator[Sender]:
    """Bring each centre to where it stood before month's end; gives its PCs."""
    pc = len(known)
    for number, (first, *others) in enumerate(known):
        sender = _sender(address, first, 0)
        sender.messages = load.beginning(number)
        with closing(Talk(sender, Found())) as talk:
            talk.exchange()
        for each in others:
            made = _sender(address, each, sender.cursor)
            made.messages = load.month(number, pc)
            pc += 1
            yield made


def _sender(address: str, known: Known, cursor: int) -> Sender:
    let_in, secret = known
    return Sender(
        address, let_in.device, let_in.generation, let_in.nonce, secret, cursor, messages=[]
    )


def _play(folder: Path, senders: list[Sender], spread: float) -> tuple[Found, float]:
    """Let all PCs begin together, in processes of their own."""
    whole = Found()
    with ExitStack() as stack:
        running = []
        for number in range(min(_PROCESSES, len(senders))):
            file = folder / f"pcs-{number}"
            spec = Spec(senders[number::_PROCESSES], spread)
            file.write_bytes(msgspec.msgpack.encode(spec))
            command = [sys.executable, "-m", "tests.benchmarks.month_senders", str(file)]
            process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            running.append(stack.enter_context(process))
        pipes = [(each.stdin, each.stdout) for each in running]
        for _to, back in pipes:
            assert back is not None
            assert back.readline() == "ready\n"
        started = time.time()
        for to, _back in pipes:
            assert to is not None
            to.write("go\n")
            to.flush()
        for _to, back in pipes:
            assert back is not None
            whole.add(msgspec.json.decode(back.read(), type=Found))
        return whole, whole.ended - started


# The database and the processor


def _server_of(url: str) -> int:
    """Return the process of the database server, 0 where there is none."""
    if url.startswith("sqlite"):
        return 0
    with psycopg.connect(url) as connection:
        backend = connection.info.backend_pid
        fields = _stat(backend)
        return int(fields[1]) if fields else 0


def _cpu(process: int) -> float:
    """Return the processor seconds of a process, of its children, and of those that have ended."""
    if not process:
        return 0.0
    fields = _stat(process)
    whole = sum(int(each) for each in fields[11:15]) / _TICKS if fields else 0.0
    return whole + sum(_cpu(child) for child in _children(process))


def _stat(process: int) -> list[str]:
    try:
        text = Path(f"/proc/{process}/stat").read_text("utf-8")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _children(process: int) -> list[int]:
    try:
        text = Path(f"/proc/{process}/task/{process}/children").read_text("utf-8")
    except OSError:
        return []
    return [int(each) for each in text.split()]
