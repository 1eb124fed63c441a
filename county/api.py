"""What the hub answers, without any web framework: bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from county import __version__, centres, packets
from county.batch import take_apart
from county.centres import Device, Refused, authenticate, new_nonce
from county.clock import now_ms, written
from county.exchanging import Exchange, lock_centre, refuse_version
from county.measuring import Exchanged
from county.storage import Hub, generation, identity
from county.tables import CENTRES, DEVICES
from desktop.sync import protocol
from desktop.sync.protocol import Reply, Request, Status
from desktop.sync.wire import ID_BYTES, BadMessage, TooBig, pack, unpack
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
                key=bytes(identity(connection).verify_key),
            )
        )


def exchange(hub: Hub, signed: Signed, told: Exchanged | None = None) -> bytes:
    """Take in a batch and give a page; the answer leaves after the transaction has ended.

    Args:
        hub: The hub.
        signed: The request.
        told: Gets what the log tells of it.
    """
    told = told or Exchanged()
    try:
        return _exchange(hub, signed, told)
    except IntegrityError:
        # Another centre took the same id in the same moment: this time it is seen beforehand.
        return _exchange(hub, signed, told)


def _exchange(hub: Hub, signed: Signed, told: Exchanged) -> bytes:
    with hub.reading() as connection:
        # Before anything is unpacked: a stranger's bytes are not worth the memory.
        known = authenticate(connection, signed.device, signed.signature, signed.signed)
    try:
        request = unpack(signed.body, Request, protocol.LARGEST_REQUEST)
        batches = take_apart(request)
    except TooBig as error:
        message = _("这一批数据太大，县级平台没有收，请分小批再送。")
        raise Refused(413, protocol.TOO_LARGE, message) from error
    except BadMessage as error:
        raise Refused(400, protocol.MALFORMED, _("请求不完整。")) from error
    refuse_version(request)
    with hub.writing() as connection:
        centre = lock_centre(connection, known.centre_id)
        device = authenticate(connection, signed.device, signed.signature, signed.signed)
        current = generation(connection)
        exchanged = Exchange(connection, device, centre, request, current)
        by_stick = packets.numbered(request.packets, request.written)
        if _has_gone_on(device, request, signed.body, current) or packets.are_anothers(
            connection, device.id, by_stick
        ):
            raise Refused(409, protocol.FORKED, _("这台电脑的数据是恢复或复制来的。"))
        packets.note(connection, device.id, by_stick)
        reply = exchanged.answer(batches)
        if reply.status != Status.EARLY:
            reply.nonce = _rotate_nonce(connection, device, request, signed.body, reply)
    told.device, told.centre, told.status = device.id, device.centre_id, int(reply.status)
    told.pushed, told.pulled = _count(request), _count(reply)
    told.refused = len(reply.refused)
    return pack(reply)


def _count(message: Request | Reply) -> int:
    """Return how many new records and edited fields a message has."""
    rows = sum(len(each.ids) // ID_BYTES for each in message.inserts)
    return rows + sum(len(one.stamps) for each in message.edits for one in each.fields)


def _has_gone_on(device: Device, request: Request, body: bytes, current: int) -> bool:
    """Tell whether another disk went on from this one, online or by packets on sticks."""
    if request.generation == current:
        return request.packets < device.packets or not (
            request.nonce == device.nonce
            or (request.nonce == device.previous_nonce and _knows_last(device, request, body))
        )
    # The hub was restored: its nonces are old, but it may have told this PC already.
    return device.generation == current and not _knows_last(device, request, body)


def _knows_last(device: Device, request: Request, body: bytes) -> bool:
    """Tell whether a PC that goes on from the nonce before knows of the request taken under it.

    The answer to that request was lost on its way, or the disk was put back to before it.
    """
    if device.mark is None:  # It came from an older program.
        return True
    return device.mark in request.marks or device.last_body == _digest(body)


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).digest()


def _rotate_nonce(
    connection: Connection, device: Device, request: Request, body: bytes, reply: Reply
) -> bytes:
    """Issue the nonce for the next request and note how far the PC is.

    A request that the network delivers twice gets the same nonce twice: only two copies of one
    disk, which sooner or later send different things, fall out of step.
    """
    digest = _digest(body)
    repeated = device.last_body == digest
    nonce = device.nonce if repeated else new_nonce()
    previous = device.previous_nonce if repeated else request.nonce
    connection.execute(
        update(DEVICES)
        .where(DEVICES.c.id == device.id)
        .values(
            nonce=nonce,
            previous_nonce=previous,
            last_body=digest,
            mark=request.marks[-1] if request.marks else None,
            generation=reply.generation,
            acknowledged=max(device.acknowledged, reply.ack),
            packets=max(device.packets, request.packets),
            cursor=request.cursor,
            schema=min(request.schema, protocol.SCHEMA),
            last_seen=written(),
        )
    )
    return nonce


def _decode(body: bytes, kind: type[Any]) -> Any:
    with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _JSON.decode(body, type=kind)
    raise Refused(400, protocol.MALFORMED, _("请求不完整。"))
