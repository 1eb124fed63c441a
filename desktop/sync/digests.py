"""Digests of a register in 256 buckets: both sides compute them and find where they differ.

A bucket holds how many records it has and the sum of their hashes, so that the order in which rows
are read does not matter. What is blank is left out: a field that one side has gained changes
nothing until somebody fills it in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from desktop.models.kinds import Value
from desktop.sync.wire import write_value

BUCKETS = 256
_ALL = 2**64
_HASH_BYTES = 8

Digest = list[tuple[int, int]]
"""For each bucket the number of its records and the sum of their hashes."""


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
    for id, *values in rows:
        assert isinstance(id, bytes)
        place = bucket_of(id)
        counts[place] += 1
        sums[place] = (sums[place] + hash_of(id, numbers, values)) % _ALL
    return list(zip(counts, sums, strict=True))


def differing(one: Digest, other: Digest) -> list[int]:
    """Return the buckets in which the two sides do not hold the same."""
    return [at for at, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]


def in_short(digests: Mapping[int, Digest]) -> str:
    """Return 16 digits that people compare by telephone."""
    content = msgspec.msgpack.encode(sorted(digests.items()))
    return blake2b(content, digest_size=_HASH_BYTES).hexdigest()
