"""Digests of a register in 256 buckets: both sides compute them and find where they differ.

A bucket holds how many records it has and the sum of their hashes, so that the order in which rows
are read does not matter. What is blank is left out: a field that one side has gained changes
nothing until somebody fills it in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b

import msgspec

from desktop.models.kinds import Value
from desktop.sync.protocol import Rows
from desktop.sync.wire import BadMessage, write_value

CHECK = "/check"
CHECK_RECORDS = "/check/records"
CHECK_FETCH = "/check/fetch"

CHECK_DAYS = 7
"""How often a PC compares: it costs both sides a reading of everything, and what the exchange has
applied differs only after a fault of a disk, a program or a person."""

MOST_FETCHED = 1_000
"""So many records are fetched whole in one message."""

UNSEEN = -1
OFFERED = -2

BUCKETS = 256
SUMS = 2**64
"""Sums of hashes begin again here."""

_HASH_BYTES = 8

Digest = list[tuple[int, int]]
"""For each bucket the number of its records and the sum of their hashes."""


# Messages, packed like those of the exchange


class TableTotal(msgspec.Struct, array_like=True):
    """A register of a PC in short.

    Attributes:
        table: Stable number of the register.
        fields: The fields that the PC knows: what a newer hub has beside them is left out.
        count: How many records there are.
        sum: The sum of their hashes.
    """

    table: int
    fields: list[int]
    count: int
    sum: int


class CheckAsked(msgspec.Struct, array_like=True):
    """A PC asks in which registers it differs from the hub."""

    tables: list[TableTotal]


class TableDigest(msgspec.Struct, array_like=True):
    """The hub's digest of a register: counts and sums of its buckets."""

    table: int
    counts: list[int]
    sums: list[int]


class CheckAnswer(msgspec.Struct, array_like=True):
    """The digests of the registers that differ, and the hub's generation and time."""

    generation: int
    now: int
    differing: list[TableDigest]


class RecordsAsked(msgspec.Struct, array_like=True):
    """A PC asks which records are in some buckets of a register."""

    table: int
    fields: list[int]
    buckets: list[int]
    cursor: int


class RecordsAnswer(msgspec.Struct, array_like=True):
    """The hub's records in them.

    Attributes:
        ids: The records, plane by plane.
        hashes: Eight bytes for each.
        moved: Positions of those written since the PC's cursor: its next page has them.
    """

    ids: bytes
    hashes: bytes
    moved: list[int]


class FetchAsked(msgspec.Struct, array_like=True):
    """A PC asks for records as the hub has them.

    Attributes:
        table: Stable number of the register.
        ids: The records, plane by plane.
        generation: Generation of the hub before it was restored, 0 where it was not.
        cursor: How far this PC had seen that generation.
    """

    table: int
    ids: bytes
    generation: int = 0
    cursor: int = 0


class FetchAnswer(msgspec.Struct, array_like=True):
    """The records, whole.

    Attributes:
        rows: The records.
        stamps: For each column, in a hub that was restored: the clock stamp of what stands where
            the PC had seen it, so that another value of the PC came after it; else ``UNSEEN``, or
            ``OFFERED`` where another PC has offered what stands.
    """

    rows: Rows
    stamps: list[list[int]]


class Held(msgspec.Struct, array_like=True):
    """A register of a PC record by record, for a comparison by stick.

    Attributes:
        total: The register in short.
        ids: Its records, plane by plane.
        hashes: Eight bytes for each.
    """

    total: TableTotal
    ids: bytes
    hashes: bytes


class Compared(msgspec.Struct, array_like=True):
    """What the hub answers to all questions of a comparison at once, for a PC that uses sticks.

    Attributes:
        answer: Where the two differ.
        records: By register that differs, the hub's records.
        fetched: Those of them that the PC lacks or has with other values, register by register.
        restored: It tells what a restored hub lacked before it merged the packet, not what it had
            after that.
    """

    answer: CheckAnswer
    records: dict[int, RecordsAnswer]
    fetched: list[FetchAnswer]
    restored: bool


def bucket_of(id: bytes) -> int:
    """Return a record's bucket; ids made one after the other are spread evenly."""
    return blake2b(id, digest_size=1).digest()[0]


def hash_of(id: bytes, numbers: Sequence[int], values: Sequence[Value]) -> int:
    """Return the hash of a record by the values of its fields."""
    filled = [
        (number, write_value(value))
        for number, value in zip(numbers, values, strict=True)
        if value is not None
    ]
    packed = msgspec.msgpack.encode((id, filled))
    return int.from_bytes(blake2b(packed, digest_size=_HASH_BYTES).digest(), "big")


def digest_of(numbers: Sequence[int], rows: Iterable[Sequence[Value]]) -> Digest:
    """Return the digest of rows that begin with their id and have the values of these fields."""
    counts, sums = [0] * BUCKETS, [0] * BUCKETS
    for id, hashed in hashes_of(numbers, rows):
        place = bucket_of(id)
        counts[place] += 1
        sums[place] += hashed
    return [(count, each % SUMS) for count, each in zip(counts, sums, strict=True)]


def hashes_of(
    numbers: Sequence[int], rows: Iterable[Sequence[Value]]
) -> Iterator[tuple[bytes, int]]:
    """Give the hash of each row, rows as in :func:`digest_of`."""
    for id, *values in rows:
        assert isinstance(id, bytes)
        yield id, hash_of(id, numbers, values)


def added(one: Digest, other: Digest) -> Digest:
    """Return the digest of two sets of rows together."""
    return [(a + b, (x + y) % SUMS) for (a, x), (b, y) in zip(one, other, strict=True)]


def total(digest: Digest) -> tuple[int, int]:
    """Return how many records there are in all, and the sum of their hashes."""
    return sum(count for count, _sum in digest), sum(each for _count, each in digest) % SUMS


def pack_hashes(hashes: Iterable[int]) -> bytes:
    """Return hashes as they travel."""
    return b"".join(each.to_bytes(_HASH_BYTES) for each in hashes)


def unpack_hashes(content: bytes) -> list[int]:
    """Return the hashes in the bytes.

    Raises:
        BadMessage: They end in the middle of one.
    """
    if len(content) % _HASH_BYTES:
        raise BadMessage("hashes end in the middle")
    starts = range(0, len(content), _HASH_BYTES)
    return [int.from_bytes(content[start : start + _HASH_BYTES]) for start in starts]


def differing(one: Digest, other: Digest) -> list[int]:
    """Return the buckets in which the two sides do not hold the same."""
    return [at for at, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]


def in_short(digests: Mapping[int, Digest]) -> str:
    """Return 16 digits that people compare by telephone."""
    content = msgspec.msgpack.encode(sorted(digests.items()))
    return blake2b(content, digest_size=_HASH_BYTES).hexdigest()
