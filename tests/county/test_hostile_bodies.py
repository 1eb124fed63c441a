"""Bodies that no program of ours sends, to the real service: refused, nothing half-written.

A PC's own key signs them all, so that nothing but the body can be the reason of the refusal.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
import tracemalloc
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey
from sqlalchemy import select

from county import asgi, courier
from county.asgi import Service, make_app
from county.limits import Limit, Limits
from county.measuring import Measures
from county.storage import Hub, identity
from county.tables import DEVICES, QUARANTINE
from county.verifying import problems
from desktop.models.ids import new_id
from desktop.sync import digests, packet, pages, protocol
from desktop.sync.packet import BadPacket
from desktop.sync.protocol import Reply, Request, Rows, Status
from desktop.sync.wire import pack, pack_ids, unpack
from tests.county.test_receive import NAME, NOW, STAFF, Device, edit, new_staff, snapshot
from tests.sync.parts import add_centre

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


def bomb(told: int, size: int) -> bytes:
    """Return a frame that says it holds so many bytes and holds others."""
    frame = zstandard.ZstdCompressor(level=3).compress(bytes(size))
    # The content size stands behind magic number and descriptor, in 1, 2, 4 or 8 bytes.
    head, descriptor = frame[:4], frame[4]
    width = (0 if not descriptor & 0x20 else 1, 2, 4, 8)[descriptor >> 6]
    window = 0 if descriptor & 0x20 else 1
    rest = frame[5 + window + width :]
    return head + bytes([0xE0]) + told.to_bytes(8, "little") + rest


def without_size(size: int) -> bytes:
    made = zstandard.ZstdCompressor(level=3, write_content_size=False).compressobj()
    return made.compress(bytes(size)) + made.flush()


BOMBS = {
    "says 10 GB": lambda: bomb(10 * 1024**3, 10_000),
    "says little and grows": lambda: bomb(1_000, 64 * 1024 * 1024),
    "says nothing": lambda: without_size(512 * 1024 * 1024),
    "says the truth": lambda: zstandard.compress(bytes(512 * 1024 * 1024)),
}


@pytest.mark.parametrize("kind", BOMBS)
@pytest.mark.parametrize("path", [protocol.SYNC, digests.CHECK])
def test_a_bomb_costs_nothing(on_sqlite: Hostile, kind: str, path: str) -> None:
    body = BOMBS[kind]()
    assert len(body) < 100_000
    on_sqlite.works()
    tracemalloc.start()
    try:
        answer = on_sqlite.send(path, body)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status_code in {400, 413}
    assert peak < 16 * 1024 * 1024
    on_sqlite.works()


def test_a_message_of_many_nothings_is_bounded(on_sqlite: Hostile) -> None:
    """As plain bytes it is just small enough, as a list it would be eight times as large."""
    column = [None] * (40 * 1024 * 1024)
    body = pack(on_sqlite.request(inserts=[Rows(STAFF.number, b"", [1], [column])]))
    del column
    assert len(body) < 100_000
    assert on_sqlite.refused(protocol.SYNC, body) == (413, protocol.TOO_LARGE)


def test_too_many_records_are_asked_for_in_smaller_pieces(
    on_sqlite: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [new_id() for _each in range(protocol.MOST_RECORDS + 1)]
    rows = Rows(STAFF.number, pack_ids(ids), [NAME], [["王"] * len(ids)])
    body = pack(on_sqlite.request(last=on_sqlite.device.seq + 1, inserts=[rows]))
    assert on_sqlite.refused(protocol.SYNC, body) == (413, protocol.TOO_LARGE)


WRONG: dict[str, Callable[[Hostile], dict[str, Any]]] = {
    "ids of 15 bytes": lambda _h: {"inserts": [Rows(STAFF.number, b"x" * 15, [NAME], [["王"]])]},
    "columns of two lengths": lambda _h: {
        "inserts": [
            Rows(STAFF.number, pack_ids([new_id(), new_id()]), [NAME, 2], [["王", "李"], ["x"]])
        ]
    },
    "more columns than fields": lambda _h: {
        "inserts": [Rows(STAFF.number, pack_ids([new_id()]), [NAME], [["王"], ["李"]])]
    },
    "the same record twice": lambda _h: {
        "inserts": [Rows(STAFF.number, b"".join(bytes([n, n]) for n in bytes(16)), [], [])]
    },
    "a negative cursor": lambda _h: {"cursor": -1},
    "a cursor beyond all": lambda _h: {"cursor": 2**62},
    "negative numbers": lambda _h: {"first": -3, "last": -4},
    "a long nonce": lambda _h: {"nonce": b"n" * 100_000},
    "a long mark": lambda _h: {"marks": [b"m" * 100_000]},
    "many marks": lambda _h: {"marks": [b"m"] * 10_000},
    "a person that is not there": lambda _h: {"people": [], "edits": [edit(new_id(), NAME, "王")]},
    "a stamp before all": lambda _h: {"edits": [edit(new_id(), NAME, "王", -5)]},
    "a stamp beyond all": lambda _h: {"edits": [edit(new_id(), NAME, "王", 2**63)], "base": 2**62},
}


@pytest.mark.parametrize("what", WRONG)
def test_what_does_not_fit_is_refused_whole(on_sqlite: Hostile, what: str) -> None:
    given = {"last": on_sqlite.device.seq + 1} | WRONG[what](on_sqlite)
    body = pack(on_sqlite.request(**given))
    assert on_sqlite.refused(protocol.SYNC, body) == (400, protocol.MALFORMED)


def test_lists_in_lists_end_somewhere(on_sqlite: Hostile) -> None:
    deep: Any = msgspec.Raw(b"\x91" * 200_000 + b"\xc0")
    rows = Rows(STAFF.number, pack_ids([new_id()]), [NAME], [[deep]])
    body = pack(on_sqlite.request(last=on_sqlite.device.seq + 1, inserts=[rows]))
    assert on_sqlite.refused(protocol.SYNC, body) == (400, protocol.MALFORMED)


def test_a_nonce_that_was_never_given_is_told_as_a_copy(hostile: Hostile) -> None:
    hostile.works()
    hostile.works()
    body = pack(hostile.request(nonce=bytes(16)))
    assert hostile.refused(protocol.SYNC, body) == (409, protocol.FORKED)


def test_huge_texts_and_other_centres_ids_harm_nobody(hostile: Hostile) -> None:
    add_centre(hostile.hub, "330523101", "乙镇卫生院")
    neighbour = Device(hostile.hub, "330523101")
    foreign = new_id()
    neighbour.send(inserts=[new_staff(foreign, "乙镇的人")])
    before = snapshot(hostile.hub, 2)
    body = pack(
        hostile.request(
            last=hostile.device.seq + 2,
            inserts=[new_staff(foreign, "抢"), new_staff(new_id(), "字" * 2_000_000)],
            edits=[edit(foreign, NAME, "抢", NOW)],
        )
    )
    reply = hostile.take(hostile.send(protocol.SYNC, body))
    assert {each.reason for each in reply.refused} <= {"refused", "missing", "bad_value"}
    assert len(reply.refused) == 2
    assert snapshot(hostile.hub, 2) == before
    hostile.works()
    neighbour.client.close()


@pytest.mark.parametrize("path", ADDRESSES)
def test_no_address_chokes_on_other_bytes(
    on_sqlite: Hostile, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    deep = b"\x91" * 100_000
    bodies = [b"", b"{", b'{"digest": 3}', b"[" * 100_000, b"\xff" * 100, deep, pack_deep(deep)]
    bodies += [b'"' + b"\xff" * 9 + b'"', b"\xa9" + b"\xff" * 9, zstandard.compress(b"\xc1")]
    with caplog.at_level(logging.ERROR):
        for body in bodies:
            answer = on_sqlite.send(path, body)
            harmless = path in {protocol.ACCOUNT, pages.SNAPSHOT}  # They look at no body.
            assert answer.status_code in ({200} if harmless else REFUSED), body[:20]
    assert caplog.records == []
    on_sqlite.works()


def pack_deep(deep: bytes) -> bytes:
    return zstandard.compress(deep)


def test_a_body_without_a_length_is_taken_as_far_as_it_may(on_sqlite: Hostile) -> None:
    body = pack(on_sqlite.request())
    pieces = [body[at : at + 10] for at in range(0, len(body), 10)]
    answer = on_sqlite.run(on_sqlite.post(protocol.SYNC, pieces, signed=body, pause=0.0001))
    assert answer.status_code == 200
    on_sqlite.take(answer)
    many = [bytes(1024 * 1024)] * 9
    answer = on_sqlite.run(on_sqlite.post(protocol.SYNC, many, signed=b"", pause=0.0001))
    assert answer.status_code == 413
    answer = on_sqlite.send(protocol.SYNC, b"", **{"Content-Length": "99999999999"})
    assert answer.status_code in REFUSED
    on_sqlite.works()


def test_a_body_that_stalls_or_trickles_is_given_up(
    on_sqlite: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asgi, "_IDLE_SECONDS", 0.2)
    body = pack(on_sqlite.request())
    pieces = [body[:5], body[5:]]
    answer = on_sqlite.run(on_sqlite.post(protocol.SYNC, pieces, signed=body, pause=30))
    assert answer.status_code == 408
    assert msgspec.json.decode(answer.content, type=protocol.Fault).code == protocol.TOO_SLOW
    pieces = [body[at : at + 1] for at in range(len(body))]
    answer = on_sqlite.run(on_sqlite.post(protocol.SYNC, pieces, signed=body, pause=0.05))
    assert answer.status_code == 408
    monkeypatch.undo()
    on_sqlite.works()


# Valid bodies, changed anywhere

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
