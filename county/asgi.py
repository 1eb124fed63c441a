"""The hub as a web service: addresses over `county.api` and its neighbours, limits and counts."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import anyio
import anyio.to_thread
import msgspec
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from county import api, audit, checking, files, snapshots
from county.api import Signed
from county.centres import Refused
from county.health import health
from county.limits import Limit, Limits
from county.measuring import LOG, Exchanged, Measures
from county.storage import CONNECTIONS, Hub
from desktop.errors import UserError
from desktop.sync import digests, pages, protocol
from desktop.text import _

Answer = Response[bytes]
Asked = Request[Any, Any, Any]

_TOO_MANY = 429
_EARLY_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
_IDLE_SECONDS = 60.0
"""So long a body may stall; a PC gives up as soon."""
_SLOWEST = 1024
"""Bytes a second that a body has to come with in the long run."""
_SIGNED: dict[str, Callable[[Hub, Signed], bytes]] = {
    protocol.FORK: api.fork,
    protocol.ACCOUNT: api.account,
    protocol.HISTORY: audit.history,
    protocol.FILES: files.known,
    protocol.FILE_PUT: files.put,
    protocol.FILE_GET: files.get,
    pages.SNAPSHOT: snapshots.manifest,
    pages.SNAPSHOT_PAGE: snapshots.page,
    digests.CHECK: checking.compare,
    digests.CHECK_RECORDS: checking.records,
    digests.CHECK_FETCH: checking.fetch,
}
_TYPES = {
    protocol.HISTORY: protocol.CONTENT_TYPE,
    protocol.FILE_GET: "application/octet-stream",
    pages.SNAPSHOT_PAGE: protocol.CONTENT_TYPE,
    digests.CHECK: protocol.CONTENT_TYPE,
    digests.CHECK_RECORDS: protocol.CONTENT_TYPE,
    digests.CHECK_FETCH: protocol.CONTENT_TYPE,
}


class TooMany(Exception):  # noqa: N818 - a request, named as it is answered
    """A request that has to wait.

    Args:
        seconds: How long.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass
class Service:
    """An open hub with what one process of the service keeps beside it."""

    hub: Hub
    name: str
    limits: Limits = field(default_factory=Limits.usual)
    measures: Measures = field(default_factory=Measures)
    # What has no connection waits here, where waiting costs no thread; but not for so long that the
    # PC, or a proxy on the way, takes the hub for dead: it is asked to come again.
    room: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(CONNECTIONS))
    patience: float = 20.0

    async def run(self, work: Callable[..., bytes], *given: object) -> bytes:
        """Run a piece of work beside the event loop."""
        called, place = functools.partial(work, self.hub, *given), object()
        with anyio.move_on_after(self.patience) as waiting:
            await self.room.acquire_on_behalf_of(place)
        if waiting.cancelled_caught:
            # Waiting here was the better part; by chance, so that a crowd does not return as one.
            self._put_off(random.randint(2, 6))  # noqa: S311
        try:
            return await anyio.to_thread.run_sync(called)
        finally:
            self.room.release_on_behalf_of(place)

    async def signed(self, request: Asked) -> Signed:
        """Return a request with its credential, before anything of it is believed."""
        address = self.admit(request, self.limits.address)
        headers = {name: request.headers.get(name, "") for name in _HEADERS}
        # With the address: nobody uses up what another PC may send by calling himself so.
        self._hold(self.limits.device, f"{headers[_HEADERS[0]]} {address}")
        return Signed(request.url.path, headers, await self.body(request))

    @staticmethod
    async def body(request: Asked) -> bytes:
        """Return a request's body, which may be slow but may neither stall nor trickle for ever."""
        content = bytearray()
        started = anyio.current_time()
        try:
            with anyio.fail_after(_IDLE_SECONDS) as scope:
                async for piece in request.stream():
                    content += piece
                    scope.deadline = started + _IDLE_SECONDS + len(content) / _SLOWEST
        except TimeoutError as error:
            message = _("网络太慢，数据没有收全，请稍后再试。")
            raise Refused(408, protocol.TOO_SLOW, message) from error
        return bytes(content)

    def admit(self, request: Asked, limit: Limit) -> str:
        """Return the address of a request that is let in."""
        address = request.client.host if request.client else ""
        self._hold(limit, address)
        return address

    def _hold(self, limit: Limit, who: str) -> None:
        seconds = limit.wait(who)
        if seconds:
            self._put_off(seconds)

    def _put_off(self, seconds: int) -> NoReturn:
        self.measures.add("limited")
        raise TooMany(seconds)

    async def exchange(self, request: Asked) -> Answer:
        """Answer an exchange, count it and log it."""
        signed = await self.signed(request)
        started = time.perf_counter()
        told = Exchanged(bytes_in=len(signed.body))
        packed = await self.run(api.exchange, signed, told)
        for pause in _EARLY_PAUSES:
            if told.status != protocol.Status.EARLY:
                break
            # It has overtaken the one before, which is on its way: to send both again takes longer.
            await anyio.sleep(pause)
            packed = await self.run(api.exchange, signed, told)
        told.bytes_out = len(packed)
        self.measures.note(told, time.perf_counter() - started)
        return Response(packed, media_type=protocol.CONTENT_TYPE)

    # What is answered to what goes wrong

    def refused(self, _request: Asked, refused: Refused) -> Answer:
        """Answer a request that is refused as a whole."""
        self.measures.add("declined")
        return _fault(refused.http, refused.fault)

    def unable(self, request: Asked, error: UserError) -> Answer:
        """Answer in the hub's own trouble, a full disk or no database: the PC tries again later."""
        self.measures.add("failed")
        LOG.warning("%s: %s", request.url.path, error)
        return _fault(503, protocol.Fault("unable", str(error)))

    def failed(self, request: Asked, error: Exception) -> Answer:
        """Answer where the program is at fault; the log has the whole story."""
        self.measures.add("failed")
        LOG.error("%s", request.url.path, exc_info=error)
        return _fault(500, protocol.Fault("failed", _("县级平台出了差错，已记下，请稍后再试。")))

    def put_off(self, _request: Asked, too_many: TooMany) -> Answer:
        """Say when to come again."""
        message = _("请求太多，请过 {seconds} 秒再试。").format(seconds=too_many.seconds)
        fault = protocol.Fault(protocol.TOO_MANY, message)
        return _fault(_TOO_MANY, fault, {"Retry-After": str(too_many.seconds)})


_HEADERS = (protocol.DEVICE_HEADER.lower(), protocol.SIGNATURE_HEADER.lower())


def make_app(service: Service) -> Litestar:
    """Return the service over an open hub database."""

    @get(protocol.HELLO, media_type=MediaType.JSON, sync_to_thread=False)
    def hello() -> Answer:
        return _json(api.hello(service.name))

    @post(protocol.ENROL, status_code=200)
    async def enrol(request: Asked) -> Answer:
        service.admit(request, service.limits.code)
        return _json(await service.run(api.enrol, await service.body(request)))

    @post(protocol.SYNC, status_code=200)
    async def sync(request: Asked) -> Answer:
        return await service.exchange(request)

    return Litestar(
        [hello, enrol, sync, *_signed_routes(service), *_watching_routes(service)],
        request_max_body_size=protocol.LARGEST_BODY,
        exception_handlers={
            Refused: service.refused,
            TooMany: service.put_off,
            UserError: service.unable,
            HTTPException: _not_ours,
            Exception: service.failed,
        },
        openapi_config=None,
        logging_config=None,  # The service has its own; Litestar's keeps a thread.
    )


def _signed_routes(service: Service) -> list[HTTPRouteHandler]:
    return [_signed_route(service, path, work) for path, work in _SIGNED.items()]


def _signed_route(
    service: Service, path: str, work: Callable[[Hub, Signed], bytes]
) -> HTTPRouteHandler:
    media_type = _TYPES.get(path, MediaType.JSON)

    @post(path, status_code=200)
    async def answer(request: Asked) -> Answer:
        packed = await service.run(work, await service.signed(request))
        return Response(packed, media_type=media_type)

    return answer


def _watching_routes(service: Service) -> list[HTTPRouteHandler]:
    @get("/health", media_type=MediaType.JSON)
    async def healthy(request: Asked) -> Answer:
        service.admit(request, service.limits.address)
        well, found = await anyio.to_thread.run_sync(health, service.hub, limiter=service.room)
        content = msgspec.json.encode(found)
        return Response(content, status_code=200 if well else 503, media_type=MediaType.JSON)

    @get("/metrics", sync_to_thread=False)
    def metrics() -> Answer:
        content = service.measures.as_text().encode()
        return Response(content, media_type="text/plain; version=0.0.4")

    return [healthy, metrics]


def _json(content: bytes) -> Answer:
    return Response(content, media_type=MediaType.JSON)


def _not_ours(_request: Asked, error: HTTPException) -> Answer:
    return _fault(error.status_code, protocol.Fault("http", error.detail))


def _fault(status: int, fault: protocol.Fault, headers: dict[str, str] | None = None) -> Answer:
    return Response(
        msgspec.json.encode(fault),
        status_code=status,
        media_type=MediaType.JSON,
        headers=headers,
    )
