"""A PC's key in wrong hands, before the real service of a hub."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import msgspec
import pytest
from sqlalchemy import select

from county.asgi import Service, make_app
from county.limits import Limit, Limits
from county.measuring import Measures
from county.storage import Hub
from county.tables import DEVICES, QUARANTINE
from county.verifying import problems
from desktop.models.ids import new_id
from desktop.sync import digests, pages, protocol
from desktop.sync.protocol import Reply, Request, Status
from desktop.sync.wire import pack, unpack
from tests.county.test_receive import Device, new_staff, snapshot

ADDRESSES = [
    protocol.SYNC,
    protocol.FORK,
    protocol.ACCOUNT,
    protocol.HISTORY,
    protocol.FILES,
    protocol.FILE_PUT,
    protocol.FILE_GET,
    pages.SNAPSHOT,
    pages.SNAPSHOT_PAGE,
    digests.CHECK,
    digests.CHECK_RECORDS,
    digests.CHECK_FETCH,
]
REFUSED = {400, 404, 408, 409, 413}


class Hostile:
    """A PC's key in wrong hands, before the service of a hub."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        unlimited = Limits(Limit(1e9, 1e9), Limit(1e9, 1e9), Limit(1e9, 1e9))
        self._folder = tempfile.TemporaryDirectory()
        self._measures = Measures(Path(self._folder.name))
        self.app: Any = make_app(Service(hub, "试用", unlimited, self._measures))
        self._runner = asyncio.Runner()
        self.device = Device(hub, "330523100")

    def close(self) -> None:
        self.device.client.close()
        self._runner.close()
        self._measures.close()
        self._folder.cleanup()

    def run(self, talk: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
        return self._runner.run(talk)

    def request(self, **given: Any) -> Request:
        """Return an honest request, with some of it put otherwise."""
        wanted: dict[str, Any] = {
            "protocol": protocol.PROTOCOL,
            "schema": protocol.SCHEMA,
            "device": self.device.enrolled.device,
            "generation": self.device.enrolled.generation,
            "nonce": self.device.nonce,
            "first": self.device.seq + 1,
            "last": self.device.seq,
            "cursor": 0,
            "want": 100,
            "people": ["某人"],
        }
        return Request(**(wanted | given))

    def send(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        return self.run(self.post(path, [body], body, headers=headers))

    async def post(
        self,
        path: str,
        pieces: list[bytes],
        signed: bytes,
        *,
        pause: float = 0,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        async def slowly() -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece
                await anyio.sleep(pause)

        key = self.device.client._key
        assert key is not None
        credential = {
            protocol.DEVICE_HEADER: str(self.device.enrolled.device),
            protocol.SIGNATURE_HEADER: key.sign(path.encode() + b"\n" + signed).signature.hex(),
        }
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            content: Any = slowly() if pause else b"".join(pieces)
            return await client.post(path, content=content, headers=credential | (headers or {}))

    def refused(self, path: str, body: bytes) -> tuple[int, str]:
        """Send what has to be refused, and see that it has done nothing; returns why."""
        before = self.state()
        answer = self.send(path, body)
        assert answer.status_code in REFUSED, answer.status_code
        fault = msgspec.json.decode(answer.content, type=protocol.Fault)
        assert fault.message
        assert self.state() == before
        self.works()
        return answer.status_code, fault.code

    def state(self) -> list[Any]:
        with self.hub.reading() as connection:
            return [
                snapshot(self.hub, 1),
                connection.execute(select(DEVICES)).all(),
                connection.execute(select(QUARANTINE)).all(),
            ]

    def works(self) -> None:
        """See that the PC goes on as if nothing had been."""
        body = pack(self.request(last=self.device.seq + 1, inserts=[new_staff(new_id())]))
        answer = self.send(protocol.SYNC, body)
        assert answer.status_code == 200, answer.content
        self.take(answer)
        with self.hub.reading() as connection:
            assert problems(connection) == []

    def take(self, answer: httpx.Response) -> Reply:
        reply = unpack(answer.content, Reply)
        assert reply.status == Status.TAKEN
        self.device.nonce, self.device.seq = reply.nonce, reply.ack
        return reply


@pytest.fixture
def hostile(hub: Hub) -> Iterator[Hostile]:
    with contextlib.closing(Hostile(hub)) as made:
        yield made


@pytest.fixture
def on_sqlite(sqlite_hub: Hub) -> Iterator[Hostile]:
    with contextlib.closing(Hostile(sqlite_hub)) as made:
        yield made
