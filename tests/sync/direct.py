"""The way to a hub in the same process, with the fates of a bad link."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import msgspec

from county import api, centres, checking, files, snapshots
from county.api import Signed
from county.storage import Hub
from desktop.sync import digests, protocol
from desktop.sync.client import Client, Declined, Unreachable
from desktop.sync.pages import SNAPSHOT, SNAPSHOT_PAGE, Manifest, PageWanted
from desktop.sync.wire import pack, unpack

checks = {
    digests.CHECK: checking.compare,
    digests.CHECK_RECORDS: checking.records,
    digests.CHECK_FETCH: checking.fetch,
}


class Lost(Unreachable):
    """The trial dropped this message."""


class Unasked(Future[Any]):
    """Is asked in the thread that waits, so that every trial goes the same way each time."""

    def __init__(self, talk: Callable[[], Any]) -> None:
        super().__init__()
        self._talk = talk

    def result(self, timeout: float | None = None) -> Any:
        return self._talk()

    def exception(self, timeout: float | None = None) -> BaseException | None:
        raise TimeoutError


class DirectClient(Client):
    """The way to a hub in the same process: the same bytes, no sockets.

    ``fate`` is asked before each exchange: "pass", "lost" (never arrives), "unanswered" (arrives,
    the answer is lost) or "twice" (delivered twice, the second answer counts).
    """

    def __init__(self, hub: Hub, fate: Any = lambda: "pass") -> None:
        super().__init__("http://127.0.0.1:1")
        self._hub = hub
        self._fate = fate
        self.sent: list[bytes] = []
        self.meanwhile: Callable[[], None] = lambda: None
        """What happens at the PC while the answer is on its way."""

    def exchange(self, request: protocol.Request) -> tuple[protocol.Reply, int]:
        body = pack(request)
        fate = self._fate()
        if fate == "lost":
            raise Lost("lost")
        answer = self.deliver(body)
        self.meanwhile()
        if fate == "twice":
            answer = self.deliver(body)
        if fate == "unanswered":
            raise Lost("unanswered")
        return unpack(answer, protocol.Reply), len(body)

    def later(self, talk: Callable[[], Any]) -> Future[Any]:
        return Unasked(talk)

    def deliver(self, body: bytes) -> bytes:
        self.sent.append(body)
        return self._call(api.exchange, protocol.SYNC, body)

    def enrol(self, request: protocol.EnrolRequest) -> protocol.Enrolled:
        try:
            answer = api.enrol(self._hub, msgspec.json.encode(request))
        except centres.Refused as refused:
            raise Declined(refused.fault.code, refused.fault.message) from refused
        return msgspec.json.decode(answer, type=protocol.Enrolled)

    def fork(self, request: protocol.ForkRequest) -> protocol.Enrolled:
        answer = self._call(api.fork, protocol.FORK, msgspec.json.encode(request))
        return msgspec.json.decode(answer, type=protocol.Enrolled)

    def snapshot(self) -> Manifest:
        answer = self._call(snapshots.manifest, SNAPSHOT, b"{}")
        return msgspec.json.decode(answer, type=Manifest)

    def snapshot_page(self, rev: int, number: int) -> bytes:
        body = msgspec.json.encode(PageWanted(rev, number))
        return self._call(snapshots.page, SNAPSHOT_PAGE, body)

    def check(self, path: str, question: Any, kind: type[Any]) -> Any:
        return unpack(self._call(checks[path], path, pack(question)), kind)

    def ask_files(self, digests: list[str]) -> protocol.FilesKnown:
        body = msgspec.json.encode(protocol.FilesAsked(digests))
        answer = self._call(files.known, protocol.FILES, body)
        return msgspec.json.decode(answer, type=protocol.FilesKnown)

    def put_file(self, digest: str, content: bytes) -> None:
        body = msgspec.msgpack.encode(protocol.FileContent(digest, content))
        fate = self._fate()
        if fate == "lost":
            raise Lost("lost")
        self._call(files.put, protocol.FILE_PUT, body)
        if fate == "unanswered":
            raise Lost("unanswered")
        if fate == "twice":
            self._call(files.put, protocol.FILE_PUT, body)

    def get_file(self, digest: str) -> bytes:
        body = msgspec.json.encode(protocol.FileWanted(digest))
        if self._fate() in {"lost", "unanswered"}:
            raise Lost("lost")
        return self._call(files.get, protocol.FILE_GET, body)

    def _call(self, work: Any, path: str, body: bytes) -> bytes:
        assert self._key is not None
        signature = self._key.sign(path.encode() + b"\n" + body).signature.hex()
        headers = {
            protocol.DEVICE_HEADER.lower(): str(self._device),
            protocol.SIGNATURE_HEADER.lower(): signature,
        }
        try:
            answer: bytes = work(self._hub, Signed(path, headers, body))
        except centres.Refused as refused:
            raise Declined(refused.fault.code, refused.fault.message) from refused
        return answer
