"""Hubs, PCs and a cutting proxy that the exchange's tests share; nothing here is a stand-in."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import select
import signal
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select as sql_select
from stdnum.iso7064 import mod_11_2

from county import centres
from county.storage import Hub
from desktop.models import changes
from desktop.models.opening import Centre
from desktop.models.register import Values
from desktop.models.registers import all_registers, find_register
from desktop.models.store import Store, insert_many, load, save
from desktop.models.vault import Vault
from desktop.sync import account, protocol, standing
from desktop.sync.engine import Engine, ExchangeReport
from tests.helpers import processes
from tests.helpers.centres import make_centre, reopen
from tests.sync.direct import DirectClient

PASSWORD = "春天来了2026"
CODE = "330523100"
NAME = "甲镇卫生院"
ROOT = Path(__file__).resolve().parents[2]


class PC:
    """An office PC with its own database."""

    def __init__(
        self,
        home: Path,
        name: str = NAME,
        code: str = CODE,
        person: str = "院长",
        *,
        kept: bool = False,
    ) -> None:
        self.home = home
        self.opened: Centre = (
            reopen(home, person, PASSWORD)
            if kept
            else make_centre(home, name, code, person, PASSWORD)
        )
        self.client: DirectClient | None = None

    @property
    def store(self) -> Any:
        return self.opened.store

    def close(self) -> None:
        if self.client is not None:
            self.client.close()
        self.opened.close()

    def reopen(self, change: Callable[[], None]) -> None:
        """Close the centre, let something happen to its folder, and open it again."""
        self.opened.close()
        change()
        person = Vault(self.home).people()[0].name
        self.opened = reopen(self.home, person, PASSWORD)

    def skew(self, milliseconds: int) -> None:
        """Let this PC's clock be wrong: its triggers see another time than ours."""
        right = changes._HLC
        changes._HLC = right.replace("* 86400000", f"* 86400000 + {milliseconds}")
        try:
            with self.store.writing() as session:
                changes.create_triggers(session.connection())
        finally:
            changes._HLC = right

    def join(self, hub: Hub, code: str, fate: Any = lambda: "pass") -> None:
        """Enrol at a hub in this process."""
        self.client = DirectClient(hub, fate)
        enrol_at(self.store, self.client, code)

    def sync(self) -> ExchangeReport:
        """Exchange with the hub in this process."""
        return Engine(self.store, self.client).exchange()

    def status(self) -> standing.SyncStatus:
        with self.store.reading() as session:
            return standing.status(session)

    def save(self, key: str, values: Values, id: bytes | None = None) -> bytes:
        with self.store.writing() as session:
            return save(session, find_register(key), values, id)

    def save_raw(self, session: Any, key: str, **values: Any) -> bytes:
        """Write a record past the register's rules."""
        return insert_many(session, find_register(key), [values])[0]

    def load(self, key: str, id: bytes) -> Values:
        with self.store.reading() as session:
            return load(session, find_register(key), id)

    def rows(self) -> dict[str, dict[bytes, tuple[Any, ...]]]:
        """Return everything that travels, row by row."""
        with self.store.reading() as session:
            return everything(session, "search_key")


def enrol_at(store: Store, client: DirectClient, code: str, *, again: bool = False) -> None:
    """Let a PC in with its one-time code."""
    with store.writing() as session:
        secret = account.ask_with(session, "http://127.0.0.1:1", again=again)
        centre = account.centre_code(session)
    enrolled = client.enrol(
        protocol.EnrolRequest(code, account.public_key(secret), centre, "测试机")
    )
    with store.writing() as session:
        account.accept(session, enrolled, secret)


def settle(*pcs: PC) -> None:
    """Exchange until each PC has what the others sent."""
    for _round in range(2):
        for each in pcs:
            each.sync()


def everything(bind: Any, *more: str) -> dict[str, dict[bytes, tuple[Any, ...]]]:
    found = {}
    for key, register in all_registers().items():
        names = [*changes.columns_by_number(register).values(), *more]
        table = register.table
        columns = [table.columns[name] for name in names]
        found[key] = {
            row[0]: tuple(row[1:]) for row in bind.execute(sql_select(table.c.id, *columns))
        }
    return found


def staff(name: str, **more: Any) -> Values:
    """Return the values of a staff record that the rules take."""
    return {"name": name, "id_number": id_number(), **more}


_numbers = itertools.count(1)


def id_number() -> str:
    """Return another valid ID number each time."""
    first = (
        f"11010519{next(_numbers) // 27 % 90 + 10:02}0{next(_numbers) % 9 + 1}1{next(_numbers) % 9}"
    )
    body = f"{first}{next(_numbers) % 1000:03}"
    return body + mod_11_2.calc_check_digit(body)


def add_centre(hub: Hub, code: str = CODE, name: str = NAME) -> int:
    with hub.writing() as connection:
        return centres.add_centre(connection, code, name)


def code_for(hub: Hub, centre: str = CODE) -> str:
    with hub.writing() as connection:
        return centres.new_code(connection, centres.find_centre(connection, centre).id)


class HubProcess:
    """A real hub in a process of its own, on one port for its whole life."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.environment = os.environ | {"COUNTY_HUB_DATABASE": url, "PYTHONUTF8": "1"}
        self.port = 0
        self._process: processes.Process | subprocess.Popen[str] | None = None

    def command(self, *words: str) -> str:
        """Run a command of the hub and return what it prints."""
        done = processes.run("county", *words, environment=self.environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self, *more: str) -> str:
        words = ("serve", "--port", str(self.port), *more)
        self._process = processes.start(
            "county", *words, environment=self.environment, stderr=False
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = re.fullmatch(r"listening on (https?://127\.0\.0\.1:(\d+))", line.strip())
        assert found, line
        self.port = int(found[2])
        return found[1]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def kill(self) -> None:
        """End it as a power cut would."""
        self.stop(signal.SIGKILL)


class Proxy:
    """A link that breaks when told: each new connection takes the next plan.

    A plan is how many bytes go up to the hub and how many come down before the link is cut; None
    lets all through. With ``(None, 0)`` the answer is cut at its first byte: the hub has committed.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self.plans: deque[tuple[int | None, int | None]] = deque()
        self.cut = threading.Event()
        self._went_up = threading.Event()
        self._stop_reading, self._stop_writing = socket.socketpair()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def wait_for_bytes_up(self) -> None:
        """Wait until the body of a request, more than a page of headers, is on its way."""
        self._went_up.clear()
        assert self._went_up.wait(60)

    def close(self) -> None:
        self._stop_writing.close()
        for thread in self._threads:
            thread.join()
        self._listener.close()
        self._stop_reading.close()

    def _accept(self) -> None:
        while True:
            ready, _w, _x = select.select([self._listener, self._stop_reading], [], [])
            if self._stop_reading in ready:
                return
            client, _address = self._listener.accept()
            plan = self.plans.popleft() if self.plans else (None, None)
            thread = threading.Thread(target=self._carry, args=(client, plan))
            self._threads.append(thread)
            thread.start()

    def _carry(self, client: socket.socket, plan: tuple[int | None, int | None]) -> None:
        with client:
            try:
                hub = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            with hub, contextlib.suppress(OSError):
                self._pump(client, hub, *plan)

    def _pump(
        self, client: socket.socket, hub: socket.socket, up: int | None, down: int | None
    ) -> None:
        left = {client: up, hub: down}
        while True:
            ready, _w, _x = select.select([client, hub, self._stop_reading], [], [])
            if self._stop_reading in ready:
                return
            for source in ready:
                data = source.recv(65536)
                if not data:
                    return
                allowed = left[source]
                piece = data if allowed is None else data[:allowed]
                (hub if source is client else client).sendall(piece)
                if source is client:
                    self._went_up.set()
                if allowed is not None:
                    left[source] = allowed - len(piece)
                    if len(piece) < len(data) or (left[source] == 0 and source is client):
                        self.cut.set()
                        return


@contextlib.contextmanager
def run_hub(url: str) -> Iterator[HubProcess]:
    hub = HubProcess(url)
    try:
        yield hub
    finally:
        hub.kill()
