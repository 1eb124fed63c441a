"""Bodies that no program of ours sends, to the real service: refused, nothing half-written.

A PC's own key signs them all, so that nothing but the body can be the reason of the refusal.
"""

from __future__ import annotations

import logging
import tracemalloc
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import zstandard

from county import asgi
from desktop.models.ids import new_id
from desktop.sync import digests, pages, protocol
from desktop.sync.protocol import Rows
from desktop.sync.wire import pack, pack_ids
from tests.county.hostile import ADDRESSES, REFUSED, Hostile
from tests.county.test_receive import NAME, NOW, STAFF, Device, edit, new_staff, snapshot
from tests.sync.parts import add_centre


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
