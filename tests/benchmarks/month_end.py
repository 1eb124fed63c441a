"""Month's end: 150 PCs send 2,000 changes each to one hub on PostgreSQL at the same moment.

Slow, so only on demand: ``python -m tests.benchmarks month-end``. The PCs are made of messages
alone, because 150 databases would measure this machine's disk and not the hub.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path
from statistics import quantiles
from threading import Barrier
from typing import Any

import psycopg
from sqlalchemy import make_url

from county import centres
from county.storage import Hub
from desktop.models.ids import new_id
from desktop.sync import account, protocol
from desktop.sync.client import Client
from desktop.sync.protocol import COUNTER_BITS, Edits, FieldEdits, Request, Rows
from desktop.sync.wire import pack_column, pack_ids
from tests.benchmarks.exchange_rows import CONTRACTS, MOVES
from tests.benchmarks.report import Result
from tests.sync import databases
from tests.sync.parts import HubProcess, add_centre, code_for, run_hub

PCS = 150
CHANGES = 2_000
_CENTRES = 30
_BATCH = 1_000
_WINDOW_SECONDS = 15 * 60
"""Over so long the PCs of a county spread their exchanges at month's end."""


class Sender:
    """A PC made of messages: half of its changes are movements, half are edits of contracts."""

    def __init__(self, url: str, enrolled: protocol.Enrolled, secret: bytes) -> None:
        self.client = Client(url)
        self.client.sign_as(enrolled.device, secret)
        self._request = Request(
            protocol=protocol.PROTOCOL,
            schema=protocol.SCHEMA,
            device=enrolled.device,
            generation=enrolled.generation,
            nonce=enrolled.nonce,
            first=1,
            last=0,
            cursor=0,
            want=0,
        )
        self._ids = [new_id() for _each in range(CHANGES // 2)]
        self.seconds: list[float] = []
        self.errors: list[str] = []

    def prepare(self) -> None:
        """Send the contracts that will be edited."""
        values = {"name": "王秀英", "signed_on": date(2026, 1, 5), "expires_on": date(2027, 1, 4)}
        self._send([_rows(CONTRACTS, self._ids, values)], [])
        self.seconds.clear()

    def month_end(self, together: Barrier) -> None:
        """Send everything, in batches as a PC does."""
        together.wait()
        lot, stamp = new_id(), time.time_ns() // 1_000_000 << COUNTER_BITS
        values = {"lot_id": lot, "moved_on": date(2026, 10, 31), "kind": "领用", "quantity": -2}
        for start in range(0, CHANGES // 2, _BATCH):
            count = min(_BATCH, CHANGES // 2 - start)
            self._send([_rows(MOVES, [new_id() for _each in range(count)], values)], [])
        phone = CONTRACTS.by_key["phone"].number
        for start in range(0, CHANGES // 2, _BATCH):
            ids = self._ids[start : start + _BATCH]
            phones = [f"139{at:08}" for at in range(len(ids))]
            edit = FieldEdits(phone, None, phones, list(range(1, len(ids) + 1)), [0] * len(ids))
            self._send([], [Edits(CONTRACTS.number, pack_ids(ids), [edit])], stamp)

    def _send(self, inserts: list[Rows], edits: list[Edits], base: int = 0) -> None:
        count = sum(len(each.ids) // 16 for each in inserts)
        count += sum(len(each.ids) // 16 for each in edits)
        request = self._request
        request.inserts, request.edits = inserts, edits
        request.base, request.people = base, ["张会计"]
        request.first, request.last = request.last + 1, request.last + count
        started = time.perf_counter()
        try:
            reply, _size = self.client.exchange(request)
        except Exception as error:  # noqa: BLE001 - whatever a person would have been shown
            self.errors.append(repr(error))
            return
        self.seconds.append(time.perf_counter() - started)
        if reply.status != protocol.Status.TAKEN or reply.refused:
            self.errors.append(f"{reply.status} {reply.refused[:1]}")
        request.nonce = reply.nonce


def _rows(register: Any, ids: list[bytes], values: dict[str, Any]) -> Rows:
    numbers = [register.by_key[key].number for key in values]
    columns = [pack_column([value] * len(ids)) for value in values.values()]
    return Rows(register.number, pack_ids(ids), numbers, columns)


def run(folder: Path, *, pcs: int = PCS, count: int = _CENTRES) -> Iterator[Result]:
    """Let all PCs send at the same moment; nobody may see an error."""
    server = os.environ.get(databases.VARIABLE) or databases._server()
    if server is None:
        print("… month-end left out: no PostgreSQL on this machine")
        return
    name = f"month_end_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    try:
        with run_hub(url) as hub:
            yield from _measure(hub, pcs, count)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _measure(hub: HubProcess, pcs: int, count: int) -> Iterator[Result]:
    let_in = _set_up(hub, pcs, count)
    address = hub.start("--workers", "2", "--a-minute", "10000")
    senders = [Sender(address, *each) for each in let_in]
    with ThreadPoolExecutor(pcs) as pool:
        list(pool.map(Sender.prepare, senders))
        together = Barrier(pcs + 1)
        running = [pool.submit(each.month_end, together) for each in senders]
        together.wait()
        started = time.perf_counter()
        for future in running:
            future.result()
        taken = time.perf_counter() - started
    for each in senders:
        each.client.close()
    times = [second for each in senders for second in each.seconds]
    errors = [error for each in senders for error in each.errors]
    print("\n".join(errors[:3]))
    cuts = quantiles(times, n=100)
    work = f"{pcs} PCs × {CHANGES:,} changes at once"
    full = f"full at {pcs / taken * _WINDOW_SECONDS:,.0f} PCs in a quarter of an hour"
    yield Result(f"{work}: errors", len(errors), None, 0, "errors")
    yield Result(f"{work}: all taken", taken, None, None, "s", full)
    yield Result(f"{work}: a batch, p50", cuts[49], None, None, "s")
    yield Result(f"{work}: a batch, p99", cuts[98], None, None, "s")


def _set_up(hub: HubProcess, pcs: int, count: int) -> list[tuple[protocol.Enrolled, bytes]]:
    made = []
    with closing(Hub(hub.url)) as opened:
        opened.create()
        known = [f"33052{number:04}" for number in range(count)]
        for code in known:
            add_centre(opened, code, f"卫生院{code}")
        turns = itertools.cycle(known)
        for number in range(pcs):
            secret, code = os.urandom(32), code_for(opened, next(turns))
            asked = protocol.EnrolRequest(code, account.public_key(secret), "", f"电脑{number}")
            with opened.writing() as connection:
                made.append((centres.enrol(connection, asked), secret))
    return made
