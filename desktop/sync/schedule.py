"""When a PC exchanges by itself: soon, again and again, and never all PCs of a county at once.

At month's end everybody works at the same hours. Each PC then has its own place in a window, the
same every time, so that a county's PCs come one after the other. After a failure the waits double;
chance keeps PCs apart that failed together.
"""

from __future__ import annotations

import datetime as dt
from hashlib import blake2b

FIRST_SECONDS = 20
_FIRST_SPREAD = 60
_BUSY_SPREAD = 15 * 60
_BETWEEN = 10 * 60
_FIRST_FAILURE = 60
_LONGEST = 2 * 3600
_JITTER = 0.25
_LAST_DAYS = 2
_FIRST_DAYS = 3


def is_busy(day: dt.date) -> bool:
    """Tell whether everybody hands in their month around this day."""
    left = (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - day
    return left.days <= _LAST_DAYS or day.day <= _FIRST_DAYS


def place_of(device: int, url: str) -> float:
    """Return the PC's place in a window, from 0 to 1 and the same every time."""
    digest = blake2b(f"{device}@{url}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def first_wait(place: float, day: dt.date) -> float:
    """Return the seconds from signing in to the first exchange."""
    return FIRST_SECONDS + place * (_BUSY_SPREAD if is_busy(day) else _FIRST_SPREAD)


def next_wait(failures: int, chance: float) -> float:
    """Return the seconds to the next exchange.

    Args:
        failures: How many exchanges have failed since the last that did not.
        chance: A random number from 0 to 1.
    """
    wait = _BETWEEN if not failures else _FIRST_FAILURE * 2 ** min(failures - 1, 20)
    return float(min(wait, _LONGEST) * (1 + _JITTER * (2 * chance - 1)))
