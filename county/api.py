"""What the hub answers, without any web framework: bytes in, bytes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Row, select, update
from sqlalchemy.exc import IntegrityError

from county import __version__, centres, receive, send
from county.batch import TableBatch, latest_stamp, pack_cells, take_apart
from county.centres import Device, Refused, authenticate, new_nonce
from county.clock import now_ms, written
from county.merge import Merge
from county.storage import Hub, generation
from county.tables import CENTRES, DEVICES
from desktop.sync import protocol
from desktop.sync.protocol import Reply, Request, Status
from desktop.sync.wire import BadMessage, pack, unpack
from desktop.text import _

_JSON = msgspec.json


class Signed:
    """A request with the credential that came beside it."""

    __slots__ = ("body", "device", "signature", "signed")

    def __init__(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        self.device = headers.get(protocol.DEVICE_HEADER.lower(), "")
        self.signature = headers.get(protocol.SIGNATURE_HEADER.lower(), "")
        self.body = body
        self.signed = path.encode() + b"\n" + body
        """What the signature covers: a request for one address is none for another."""


def hello(name: str) -> bytes:
    """Say who this is, to anyone."""
    return _JSON.encode(
        protocol.Hello(
            name=name,
            version=__version__,
            protocol=protocol.PROTOCOL,
            schema=protocol.SCHEMA,
            oldest_schema=protocol.OLDEST_SCHEMA,
            now=now_ms(),
        )
    )


def enrol(hub: Hub, body: bytes) -> bytes:
    """Let a PC in with its one-time code."""
    request = _decode(body, protocol.EnrolRequest)
    with hub.writing() as connection:
        return _JSON.encode(centres.enrol(connection, request))


def fork(hub: Hub, request: Signed) -> bytes:
    """Give a restored or copied PC a number of its own."""
    wanted = _decode(request.body, protocol.ForkRequest)
    with hub.writing() as connection:
        device = authenticate(connection, request.device, request.signature, request.signed)
        return _JSON.encode(centres.split_copy(connection, device, wanted))


def account(hub: Hub, request: Signed) -> bytes:
    """Tell a PC how the hub knows it."""
    with hub.reading() as connection:
        device = authenticate(connection, request.device, request.signature, request.signed)
        centre = connection.execute(select(CENTRES).where(CENTRES.c.id == device.centre_id)).one()
        return _JSON.encode(
            protocol.Account(
                device=device.id,
                centre=centre.code,
                centre_name=centre.name,
                acknowledged=device.acknowledged,
                now=now_ms(),
            )
        )


def exchange(hub: Hub, signed: Signed) -> bytes:
    """Take in a batch and give a page; the answer leaves after the transaction has ended."""
    try:
        return _exchange(hub, signed)
    except IntegrityError:
        # Another centre took the same id in the same moment: this time it is seen beforehand.
        return _exchange(hub, signed)


def _exchange(hub: Hub, signed: Signed) -> bytes:
    with hub.reading() as connection:
        # Before anything is unpacked: a stranger's bytes are not worth the memory.
        known = authenticate(connection, signed.device, signed.signature, signed.signed)
    try:
        request = unpack(signed.body, Request)
        batches = take_apart(request)
    except BadMessage as error:
        raise Refused(400, protocol.MALFORMED, _("请求不完整。")) from error
    _refuse_version(request)
    with hub.writing() as connection:
        # The lock on the centre's row: its revisions are given out in the order of the commits.
        centre = connection.execute(
            update(CENTRES)
            .where(CENTRES.c.id == known.centre_id)
            .values(rev=CENTRES.c.rev)
            .returning(CENTRES)
        ).one()
        device = authenticate(connection, signed.device, signed.signature, signed.signed)
        exchanged = _Exchange(connection, device, centre, request, generation(connection))
        reply = exchanged.answer(batches)
        reply.nonce = exchanged.rotate_nonce(signed.body, reply)
    return pack(reply)


class _Exchange:
    """One request inside its transaction."""

    def __init__(
        self, connection: Any, device: Device, centre: Row[Any], request: Request, hub: int
    ) -> None:
        self._connection = connection
        self._device = device
        self._centre = centre
        self._request = request
        self._generation = hub
        if request.device != device.id:
            raise Refused(401, protocol.UNKNOWN_DEVICE, _("县级平台不认识这台电脑。"))
        known = (device.nonce, device.previous_nonce)
        if request.generation == hub and request.nonce not in known:
            raise Refused(409, protocol.FORKED, _("这台电脑的数据是恢复或复制来的。"))

    def answer(self, batches: dict[int, TableBatch]) -> Reply:
        """Merge, and read the page from the same state."""
        request, device = self._request, self._device
        if request.generation != self._generation or request.first > device.acknowledged + 1:
            return self._reply(Status.REWIND)
        latest = latest_stamp(batches)
        if latest >> protocol.COUNTER_BITS > now_ms() + protocol.CLOCK_TOLERANCE_MS:
            return self._reply(Status.CLOCK)
        merge = Merge(
            connection=self._connection,
            centre_id=device.centre_id,
            dev=device.id,
            cursor=request.cursor,
            rev=self._centre.rev,
            clock=max(self._centre.clock, latest),
        )
        receive.take(merge, batches)
        self._connection.execute(
            update(CENTRES)
            .where(CENTRES.c.id == device.centre_id)
            .values(rev=merge.rev, clock=merge.clock)
        )
        reply = self._reply(Status.TAKEN)
        reply.ack = request.last
        reply.clock = merge.clock
        reply.superseded = pack_cells(merge.superseded, reply.people, reply.base)
        reply.overridden = pack_cells(merge.overridden, reply.people, reply.base)
        reply.met = pack_cells(merge.met, reply.people, reply.base)
        reply.refused = list(merge.refused.values())
        self._add_page(reply, merge.rev)
        return reply

    def _add_page(self, reply: Reply, top: int) -> None:
        reply.top = top
        cursor = min(self._request.cursor, top)
        page = send.page(
            self._connection,
            self._device.centre_id,
            self._device.id,
            cursor,
            top,
            self._request.want,
        )
        reply.cursor, reply.inserts, reply.edits = page

    def _reply(self, status: Status) -> Reply:
        return Reply(
            status=status,
            ack=self._device.acknowledged,
            cursor=self._request.cursor,
            top=self._centre.rev,
            clock=self._centre.clock,
            generation=self._generation,
            nonce=b"",
            now=now_ms(),
        )

    def rotate_nonce(self, body: bytes, reply: Reply) -> bytes:
        """Issue the nonce for the next request and note how far the PC is.

        A request that the network delivers twice gets the same nonce twice: only two copies of one
        disk, which sooner or later send different things, fall out of step.
        """
        device, request = self._device, self._request
        digest = blake2b(body, digest_size=16).digest()
        repeated = device.last_body == digest
        nonce = device.nonce if repeated else new_nonce()
        previous = device.previous_nonce if repeated else request.nonce
        self._connection.execute(
            update(DEVICES)
            .where(DEVICES.c.id == device.id)
            .values(
                nonce=nonce,
                previous_nonce=previous,
                last_body=digest,
                acknowledged=max(device.acknowledged, reply.ack),
                cursor=request.cursor,
                schema=min(request.schema, protocol.SCHEMA),
                last_seen=written(),
            )
        )
        return nonce


def _refuse_version(request: Request) -> None:
    if request.protocol > protocol.PROTOCOL or request.schema > protocol.SCHEMA:
        raise Refused(426, protocol.TOO_NEW, _("县级平台的版本较旧，请等县里升级；期间照常工作。"))
    if request.protocol < protocol.PROTOCOL or request.schema < protocol.OLDEST_SCHEMA:
        raise Refused(426, protocol.TOO_OLD, _("本机程序的版本太旧，请先升级。"))


def _decode(body: bytes, kind: type[Any]) -> Any:
    with suppress(msgspec.MsgspecError, json.JSONDecodeError):
        return _JSON.decode(body, type=kind)
    raise Refused(400, protocol.MALFORMED, _("请求不完整。"))
