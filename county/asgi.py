"""The hub as a web service: addresses over `county.api` and `county.files`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import anyio.to_thread
import msgspec
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from county import api, audit, files, snapshots
from county.api import Signed
from county.centres import Refused
from county.storage import Hub
from desktop.errors import UserError
from desktop.sync import pages, protocol

Answer = Response[bytes]


def make_app(hub: Hub, name: str) -> Litestar:
    """Return the service over an open hub database."""

    @get(protocol.HELLO, media_type=MediaType.JSON, sync_to_thread=False)
    def hello() -> Answer:
        return _json(api.hello(name))

    @post(protocol.ENROL, status_code=200)
    async def enrol(request: Request[Any, Any, Any]) -> Answer:
        return _json(await _in_thread(api.enrol, hub, await request.body()))

    @post(protocol.FORK, status_code=200)
    async def fork(request: Request[Any, Any, Any]) -> Answer:
        return _json(await _in_thread(api.fork, hub, await _signed(request)))

    @post(protocol.ACCOUNT, status_code=200)
    async def account(request: Request[Any, Any, Any]) -> Answer:
        return _json(await _in_thread(api.account, hub, await _signed(request)))

    @post(protocol.SYNC, status_code=200)
    async def sync(request: Request[Any, Any, Any]) -> Answer:
        packed = await _in_thread(api.exchange, hub, await _signed(request))
        return Response(packed, media_type=protocol.CONTENT_TYPE)

    @post(protocol.HISTORY, status_code=200)
    async def history(request: Request[Any, Any, Any]) -> Answer:
        packed = await _in_thread(audit.history, hub, await _signed(request))
        return Response(packed, media_type=protocol.CONTENT_TYPE)

    return Litestar(
        [hello, enrol, fork, account, sync, history, *_file_routes(hub), *_snapshot_routes(hub)],
        request_max_body_size=protocol.LARGEST_BODY,
        exception_handlers={
            Refused: _refused,
            UserError: _unable,
            HTTPException: _not_ours,
        },
        openapi_config=None,
    )


def _file_routes(hub: Hub) -> list[HTTPRouteHandler]:
    @post(protocol.FILES, status_code=200)
    async def known(request: Request[Any, Any, Any]) -> Answer:
        return _json(await _in_thread(files.known, hub, await _signed(request)))

    @post(protocol.FILE_PUT, status_code=200)
    async def put(request: Request[Any, Any, Any]) -> Answer:
        return _json(await _in_thread(files.put, hub, await _signed(request)))

    @post(protocol.FILE_GET, status_code=200)
    async def get_file(request: Request[Any, Any, Any]) -> Answer:
        content = await _in_thread(files.get, hub, await _signed(request))
        return Response(content, media_type="application/octet-stream")

    return [known, put, get_file]


def _snapshot_routes(hub: Hub) -> list[HTTPRouteHandler]:
    @post(pages.SNAPSHOT, status_code=200)
    async def manifest(request: Request[Any, Any, Any]) -> Answer:
        return _json(await _in_thread(snapshots.manifest, hub, await _signed(request)))

    @post(pages.SNAPSHOT_PAGE, status_code=200)
    async def page(request: Request[Any, Any, Any]) -> Answer:
        content = await _in_thread(snapshots.page, hub, await _signed(request))
        return Response(content, media_type=protocol.CONTENT_TYPE)

    return [manifest, page]


async def _signed(request: Request[Any, Any, Any]) -> Signed:
    headers = {name: request.headers.get(name, "") for name in _HEADERS}
    return Signed(request.url.path, headers, await request.body())


_HEADERS = (protocol.DEVICE_HEADER.lower(), protocol.SIGNATURE_HEADER.lower())


async def _in_thread(work: Callable[..., bytes], *given: object) -> bytes:
    return await anyio.to_thread.run_sync(functools.partial(work, *given))


def _json(content: bytes) -> Answer:
    return Response(content, media_type=MediaType.JSON)


def _refused(_request: Request[Any, Any, Any], refused: Refused) -> Answer:
    return _fault(refused.http, refused.fault)


def _unable(_request: Request[Any, Any, Any], error: UserError) -> Answer:
    # The hub's own trouble, a full disk or a database that is away: the PC tries again later.
    return _fault(503, protocol.Fault("unable", str(error)))


def _not_ours(_request: Request[Any, Any, Any], error: HTTPException) -> Answer:
    return _fault(error.status_code, protocol.Fault("http", error.detail))


def _fault(status: int, fault: protocol.Fault) -> Answer:
    return Response(msgspec.json.encode(fault), status_code=status, media_type=MediaType.JSON)
