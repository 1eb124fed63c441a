"""Record ids: 16 bytes, UUIDv7 made here or UUIDv8 made from what a record is known by.

The random tail of a UUIDv7 is 40 random bits of the process and a 22-bit counter, so that ids made
together differ only in a few bytes: they compress well on the wire and keep the B-tree's locality.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from hashlib import blake2b

_COUNTER_BITS = 22
_lock = threading.Lock()
_session = 0
_rand_a = 0
_counter = 0
_last_ms = 0


def _renew() -> None:
    """Draw the random part anew, at start and after a fork."""
    global _session, _rand_a, _counter  # noqa: PLW0603 - the state of one generator
    _session = secrets.randbits(40)
    _rand_a = secrets.randbits(12)
    _counter = 0


def _begin_in_child() -> None:
    """Start anew in a forked process, whose copy of the lock may be held by nobody."""
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()
    _renew()


_renew()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_in_child)


def new_id() -> bytes:
    """Return a new 16-byte UUIDv7, later than every id this process made before."""
    global _counter, _last_ms  # noqa: PLW0603
    with _lock:
        now = time.time_ns() // 1_000_000
        _last_ms = max(_last_ms, now)
        _counter += 1
        if _counter >> _COUNTER_BITS:
            _renew()
            _last_ms += 1
        high = (_last_ms << 16) | 0x7000 | _rand_a
        low = (0b10 << 62) | (_session << _COUNTER_BITS) | _counter
    return high.to_bytes(8) + low.to_bytes(8)


def seeded_id(*words: str) -> bytes:
    """Return the id of a record that every PC of a centre makes by itself when it is set up.

    It is a UUIDv7 of the year 1970 whose random bits are a hash of the words: the second PC's rows
    are then the first one's, and not twice the villages and policies after the first exchange.
    """
    digest = blake2b("\x1f".join(words).encode(), digest_size=10, person=b"thdesk-seed").digest()
    chance = int.from_bytes(digest)
    high = 0x7000 | chance & 0xFFF
    low = (0b10 << 62) | chance >> 12 & (1 << 62) - 1
    return high.to_bytes(8) + low.to_bytes(8)


def id_space(*words: str) -> int:
    """Return the first eight bytes, as a number, of all ids made from keys in one register."""
    digest = blake2b("\x1f".join(words).encode(), digest_size=8, person=b"thdesk-space").digest()
    return int.from_bytes(digest) & ~0xF000 | 0x8000


def keyed_id(space: int, key: str) -> bytes:
    """Return the id that every PC of a centre makes from the same key: a UUIDv8 (RFC 9562).

    Its first half is the register's, so only the 62 bits of the key's hash travel and two centres
    never make the same.
    """
    digest = blake2b(key.encode(), digest_size=8, person=b"thdesk-key").digest()
    low = int.from_bytes(digest) & (1 << 62) - 1 | 0b10 << 62
    return (space << 64 | low).to_bytes(16)
