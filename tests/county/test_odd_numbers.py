"""Numbers and texts that no database column holds, from a PC's key in wrong hands: refused."""

from __future__ import annotations

import msgspec
import pytest
from nacl.signing import SigningKey

from county import courier
from county.storage import Hub, generation, identity
from desktop.sync import protocol
from desktop.sync.digests import CHECK_FETCH, FetchAsked
from desktop.sync.packet import (
    TO_COUNTY,
    BadPacket,
    Envelope,
    Packet,
    fingerprint,
    seal,
)
from desktop.sync.wire import pack
from tests.county.hostile import Hostile
from tests.county.test_receive import STAFF


@pytest.mark.parametrize("told", [2**62, 2**64 - 1])
def test_a_generation_that_no_hub_has_is_refused(hostile: Hostile, told: int) -> None:
    body = pack(FetchAsked(table=STAFF.number, ids=b"", cursor=0, generation=told))
    assert hostile.refused(CHECK_FETCH, body) == (400, protocol.MALFORMED)


def test_what_is_no_digest_is_no_file(hostile: Hostile) -> None:
    body = msgspec.json.encode(protocol.FileWanted("\0"))
    assert hostile.refused(protocol.FILE_GET, body) == (404, protocol.NO_FILE)
    answer = hostile.send(protocol.FILES, msgspec.json.encode(protocol.FilesAsked(["\0", "x"])))
    assert msgspec.json.decode(answer.content, type=protocol.FilesKnown) == protocol.FilesKnown(
        [], []
    )
    hostile.works()


def packet(
    hub: Hub,
    device: int,
    key: SigningKey,
    nonce: bytes,
    wanted: list[str],
    schema: int = protocol.SCHEMA,
) -> bytes:
    with hub.reading() as connection:
        own, current = identity(connection), generation(connection)
    receiver = bytes(own.verify_key)
    spare = bytes(SigningKey.generate().verify_key)
    content = Packet(protocol.PROTOCOL, schema, current, nonce, b"", spare, 0, [], [], wanted)
    envelope = Envelope(TO_COUNTY, fingerprint(receiver), device, 1, b"x" * 16, b"")
    return seal(envelope, content, receiver, key)


@pytest.mark.parametrize("number", [-1, 7, 2**31, 2**40, 2**63, 2**64 - 1])
def test_a_packet_of_a_pc_that_cannot_be_is_refused(hub: Hub, number: int) -> None:
    data = packet(hub, number, SigningKey.generate(), b"", [])
    with pytest.raises(BadPacket, match=str(number)):
        courier.take(hub, data)


@pytest.mark.parametrize("schema", [0, -(2**40), -(2**63)])
def test_a_packet_of_a_schema_that_cannot_be_is_refused(hostile: Hostile, schema: int) -> None:
    device = hostile.device
    key = device.client._key
    assert key is not None
    data = packet(hostile.hub, device.enrolled.device, key, device.nonce, [], schema)
    with pytest.raises(BadPacket):
        courier.take(hostile.hub, data)
    hostile.works()


def test_a_packet_that_wants_what_is_no_digest_is_taken(hostile: Hostile) -> None:
    device = hostile.device
    key = device.client._key
    assert key is not None
    data = packet(hostile.hub, device.enrolled.device, key, device.nonce, ["\0", "x"])
    assert courier.take(hostile.hub, data).problem == ""
