"""Valid bodies, changed anywhere: taken whole or refused in words, by the real service."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import msgspec
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from county import courier
from county.storage import identity
from county.verifying import problems
from desktop.models.ids import new_id
from desktop.sync import packet, protocol
from desktop.sync.packet import BadPacket
from desktop.sync.protocol import Rows
from desktop.sync.wire import pack, pack_ids
from tests.county.hostile import Hostile
from tests.county.test_receive import NAME, NOW, STAFF, Device, edit

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.sampled_from([-1, 0, 1, 2**31, 2**32, 2**62, 2**63 - 1, 2**63]),
    st.floats(),
    st.text(max_size=20),
    st.binary(max_size=40),
    st.lists(st.integers(0, 300), max_size=5),
    st.dictionaries(st.text(max_size=3), st.integers(-9, 9), max_size=3),
    st.just(msgspec.msgpack.Ext(5, b"ext")),
)


def places(node: Any, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Give the way to each node of nested lists."""
    yield path
    if isinstance(node, list):
        for at, each in enumerate(node):
            yield from places(each, (*path, at))


def put(node: Any, path: tuple[int, ...], value: Any) -> Any:
    if not path:
        return value
    return [put(each, path[1:], value) if at == path[0] else each for at, each in enumerate(node)]


at_some_place = st.integers(0, 9_999)
node_changes = st.lists(st.tuples(at_some_place, junk), min_size=1, max_size=3)
byte_changes = st.lists(
    st.tuples(
        at_some_place,
        st.one_of(st.integers(1, 30), st.binary(min_size=1, max_size=9)),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)
# Drawn without looking at a body, which has other ids each time.
changes = st.one_of(
    st.tuples(st.just("nodes"), node_changes),
    st.tuples(st.just("plain"), byte_changes),
    st.tuples(st.just("packed"), byte_changes),
)


def changed(body: bytes, kind: str, wanted: list[Any]) -> bytes:
    """Return the body with some nodes, or some bytes before or after packing, put otherwise."""
    plain = zstandard.decompress(body)
    if kind == "nodes":
        tree = msgspec.msgpack.decode(plain)
        for place, value in wanted:
            every = list(places(tree))
            tree = put(tree, every[place % len(every)], value)
        return zstandard.compress(msgspec.msgpack.encode(tree))
    content = bytearray(plain if kind == "plain" else body)
    for place, what, instead in wanted:
        at = place % max(len(content), 1)
        if isinstance(what, int):
            del content[at : at + what]
        else:
            content[at : at + len(what) * instead] = what
    return zstandard.compress(bytes(content)) if kind == "plain" else bytes(content)


def honest(hostile: Hostile) -> bytes:
    ids = [new_id() for _each in range(3)]
    return pack(
        hostile.request(
            last=hostile.device.seq + 6,
            base=NOW,
            inserts=[
                Rows(STAFF.number, pack_ids(ids), [0, NAME, 2], [[None] * 3, ["王"] * 3, ["x"] * 3])
            ],
            edits=[edit(ids[0], NAME, "李", 5), edit(ids[1], NAME, "张", 6)],
            marks=[b"markmark"],
        )
    )


def try_changed(hostile: Hostile, kind: str, wanted: list[Any]) -> None:
    body = changed(honest(hostile), kind, wanted)
    before = hostile.state()
    answer = hostile.send(protocol.SYNC, body)
    if answer.status_code == 200:
        # Still a message: it was taken as one, all of it or what was not refused by name.
        with hostile.hub.reading() as connection:
            assert problems(connection) == []
        hostile.device.client.close()
        hostile.device = Device(hostile.hub, "330523100")
        return
    assert answer.status_code in {400, 401, 409, 413, 426}
    assert msgspec.json.decode(answer.content, type=protocol.Fault).message
    assert hostile.state() == before
    hostile.works()


@settings(max_examples=60, deadline=None)
@given(change=changes)
def test_a_valid_body_changed_anywhere_is_taken_whole_or_refused(
    on_sqlite: Hostile, change: tuple[str, list[Any]]
) -> None:
    try_changed(on_sqlite, *change)


@settings(max_examples=15, deadline=None)
@given(change=changes)
def test_a_valid_body_changed_anywhere_on_each_database(
    hostile: Hostile, change: tuple[str, list[Any]]
) -> None:
    try_changed(hostile, *change)


@settings(max_examples=30, deadline=None)
@given(change=changes)
def test_a_packet_changed_anywhere_is_refused_in_words(
    on_sqlite: Hostile, change: tuple[str, list[Any]]
) -> None:
    """What a stick brings goes the same way: its batches are unpacked by the same rules."""
    hub, device = on_sqlite.hub, on_sqlite.device
    key = device.client._key
    assert isinstance(key, SigningKey)
    with hub.reading() as connection:
        receiver = bytes(identity(connection).verify_key)
    body = changed(honest(on_sqlite), *change)
    content = packet.Packet(
        protocol=protocol.PROTOCOL,
        requests=[body],
        acknowledged=device.seq,
        previous=b"",
        nonce=device.nonce,
        spare=bytes(key.verify_key),
        generation=device.enrolled.generation,
        schema=protocol.SCHEMA,
    )
    envelope = packet.Envelope(
        packet.TO_COUNTY, packet.fingerprint(receiver), device.enrolled.device, 1, new_id(), b""
    )
    with contextlib.suppress(BadPacket):  # Any other error is the program's.
        courier.take(hub, packet.seal(envelope, content, receiver, key))
    with hub.reading() as connection:
        assert problems(connection) == []
    device.client.close()
    on_sqlite.device = Device(hub, "330523100")
