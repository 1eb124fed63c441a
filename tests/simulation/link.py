"""The way from a PC to the hub of a schedule, with what may happen to each request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from county import api, centres
from county.api import Signed
from desktop.sync import protocol
from desktop.sync.client import Declined, Unreachable
from desktop.sync.protocol import Edits, Reply, Request, Rows
from desktop.sync.wire import pack, unpack, unpack_ids
from tests.simulation.desks import FULL, Desk, declared
from tests.simulation.hubs import SimulatedHub
from tests.sync.direct import DirectClient, Lost, Unasked


class Page(Unasked):
    """A snapshot's page that is fetched when somebody looks whether it is here."""

    def __init__(self, talk: Callable[[], Any]) -> None:
        super().__init__(lru_cache(talk))

    def exception(self, timeout: float | None = None) -> BaseException | None:
        try:
            self.result()
        except Unreachable as error:
            return error
        return None


class Link(DirectClient):
    """One exchange's way; the request at ``at`` has the fate, all others pass.

    Args:
        simulated: The hub.
        desk: Whose exchange it is.
        fate: One of the schedule's fates.
        at: Which request of the exchange.
        statements: After how many statements a killed hub dies.
    """

    def __init__(
        self,
        simulated: SimulatedHub,
        desk: Desk,
        fate: str = "pass",
        at: int = 0,
        statements: int = 1,
    ) -> None:
        super().__init__(simulated.hub)
        self._simulated = simulated
        self._desk = desk
        self._fate_at = (fate, at)
        self._statements = statements
        self._number = -1
        self.looks: Callable[[Reply], None] = lambda _reply: None

    def cancelled(self) -> bool:
        """Tell whether a person stops the exchange after the request."""
        fate, at = self._fate_at
        return fate == "cancel" and self._number >= at

    def exchange(self, request: Request) -> tuple[Reply, int]:
        self._number += 1
        chosen, at = self._fate_at
        fate = chosen if self._number == at else "pass"
        body = pack(request)
        if fate in {"lost", "delayed"}:
            if fate == "delayed":
                self._desk.sent.append(self._sign(protocol.SYNC, body))
            raise Lost(fate)
        with self._simulated.killed_after(self._statements if fate == "kill" else 0):
            answer = self.deliver(body)
        if fate == "twice":
            answer = self.deliver(body)
        if fate == "unanswered":
            raise Lost(fate)
        reply = unpack(answer, Reply)
        self.looks(reply)
        if self._number <= at:
            self.meanwhile()
        return reply, len(body)

    def later(self, talk: Callable[[], Any]) -> Unasked:
        return Page(talk)

    def snapshot_page(self, rev: int, number: int) -> bytes:
        fate, at = self._fate_at
        if fate in {"lost", "unanswered"} and number > at:
            raise Lost(fate)
        content = super().snapshot_page(rev, number)
        self.meanwhile()
        return content

    def deliver(self, body: bytes) -> bytes:
        self._desk.sent.append(self._sign(protocol.SYNC, body))
        return self._call(api.exchange, protocol.SYNC, body)

    def _sign(self, path: str, body: bytes) -> Signed:
        assert self._key is not None
        signature = self._key.sign(path.encode() + b"\n" + body).signature.hex()
        headers = {
            protocol.DEVICE_HEADER.lower(): str(self._device),
            protocol.SIGNATURE_HEADER.lower(): signature,
        }
        return Signed(path, headers, body)

    def _call(self, work: Any, path: str, body: bytes) -> bytes:
        try:
            with declared(FULL):
                return work(self._simulated.hub, self._sign(path, body))  # type: ignore[no-any-return]
        except centres.Refused as refused:
            raise Declined(refused.fault.code, refused.fault.message) from refused


@contextmanager
def county() -> Iterator[None]:
    """Let what is done be the hub's, whose program knows every declaration."""
    with declared(FULL):
        yield


def records_in(reply: Reply) -> Iterator[bytes]:
    """Give the ids of every record that an answer speaks of."""
    parts: tuple[list[Rows] | list[Edits], ...] = (
        reply.inserts,
        reply.edits,
        reply.superseded,
        reply.overridden,
        reply.met,
    )
    for part in parts:
        for each in part:
            yield from unpack_ids(each.ids)
    yield from (each.id for each in reply.refused)
