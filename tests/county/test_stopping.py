"""The service told to stop: what is under way is finished, nothing new begins."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from county.storage import Hub
from county.tables import register_tables
from county.verifying import problems
from desktop.models.ids import new_id
from desktop.sync import protocol
from desktop.sync.protocol import Reply, Request, Status
from desktop.sync.wire import pack, unpack
from tests.county.test_receive import STAFF, Device, new_staff
from tests.sync.parts import ROOT

pytestmark = pytest.mark.enable_socket


class Started:
    """The command as a supervisor starts it, with its exit code."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self._url = hub.url.render_as_string(hide_password=False)
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def start(self, *more: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "county", "serve", "--port", "0", *more],
            cwd=ROOT,
            env=os.environ | {"COUNTY_HUB_DATABASE": self._url, "TMPDIR": str(self._folder)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline().rpartition(":")[2])

    @property
    def process(self) -> subprocess.Popen[str]:
        assert self._process is not None
        return self._process

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


@pytest.fixture
def service(hub: Hub, tmp_path: Path) -> Iterator[Started]:
    """Give a hub's service, not started, with a folder for what it keeps for a while."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    with contextlib.closing(Started(hub, folder)) as made:
        yield made


def held(hub: Hub) -> set[bytes]:
    with hub.reading() as connection:
        assert problems(connection) == []
        return set(connection.scalars(select(register_tables()[STAFF.number][1].c.id)))


def message(device: Device, ids: list[bytes]) -> tuple[bytes, bytes]:
    """Return the head and the body of an exchange that brings these records."""
    body = pack(
        Request(
            protocol=protocol.PROTOCOL,
            schema=protocol.SCHEMA,
            device=device.enrolled.device,
            generation=device.enrolled.generation,
            nonce=device.nonce,
            first=device.seq + 1,
            last=device.seq + len(ids),
            cursor=0,
            want=10,
            inserts=[new_staff(id) for id in ids],
        )
    )
    assert device.client._key is not None
    signature = device.client._key.sign(f"{protocol.SYNC}\n".encode() + body).signature.hex()
    head = (
        f"POST {protocol.SYNC} HTTP/1.1\r\nHost: hub\r\nContent-Length: {len(body)}\r\n"
        f"{protocol.DEVICE_HEADER}: {device.enrolled.device}\r\n"
        f"{protocol.SIGNATURE_HEADER}: {signature}\r\n\r\n"
    )
    return head.encode(), body


def answer_of(connection: socket.socket) -> tuple[int, bytes]:
    """Read one whole answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _gap, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while len(body) < int(lengths[0].partition(b":")[2]):
        body += connection.recv(65536)
    return int(head.split()[1]), body


def wait_until_refused(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("how", "workers"), [(signal.SIGTERM, 1), (signal.SIGINT, 1), (signal.SIGTERM, 2)]
)
def test_what_is_under_way_is_finished_and_nothing_new_begins(
    service: Started, hub: Hub, how: signal.Signals, workers: int
) -> None:
    if workers > 1 and hub.url.drivername == "sqlite":
        pytest.skip("SQLite has one process")
    service.start(*(["--workers", str(workers)] if workers > 1 else []))
    device = Device(hub, "330523100")
    ids = [new_id() for _each in range(300)]
    head, body = message(device, ids)
    with socket.create_connection(("127.0.0.1", service.port)) as under_way:
        under_way.sendall(head + body[:100])
        with socket.create_connection(("127.0.0.1", service.port)) as idle:
            idle.sendall(b"GET /hello HTTP/1.1\r\nHost: hub\r\n\r\n")
            assert answer_of(idle)[0] == 200
            # A process that has answered this has long begun with what came before; which of
            # several has it is not known, so they get a moment.
            time.sleep(0.3 * (workers - 1))
            service.process.send_signal(how)
            wait_until_refused(service.port)
        assert service.process.poll() is None
        under_way.sendall(body[100:])
        status, content = answer_of(under_way)
    assert status == 200
    reply = unpack(content, Reply)
    assert (reply.status, reply.ack) == (Status.TAKEN, 300)
    assert service.process.wait() == 0
    assert held(hub) == set(ids)
    device.client.close()


def test_a_request_that_never_ends_does_not_hold_the_end_up(service: Started, hub: Hub) -> None:
    service.start("--grace", "1")
    device = Device(hub, "330523100")
    head, body = message(device, [new_id()])
    with socket.create_connection(("127.0.0.1", service.port)) as stuck:
        stuck.sendall(head + body[:100])
        with socket.create_connection(("127.0.0.1", service.port)) as other:
            other.sendall(b"GET /hello HTTP/1.1\r\nHost: hub\r\n\r\n")
            assert answer_of(other)[0] == 200
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait() == 0
    assert held(hub) == set()
    reply = device.send(inserts=[new_staff(new_id())])
    assert reply.status == Status.TAKEN
    device.client.close()


def test_nothing_is_left_lying_about(service: Started, tmp_path: Path) -> None:
    service.start()
    assert list((tmp_path / "temporary").iterdir())
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait() == 0
    assert list((tmp_path / "temporary").iterdir()) == []
