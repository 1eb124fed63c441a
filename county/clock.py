"""The hub's time: milliseconds for the exchange, the office's own day and minute for people."""

from __future__ import annotations

import datetime as dt
import time

from desktop.sync.protocol import COUNTER_BITS


def now_ms() -> int:
    """Return the time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def stamp(clock: int) -> int:
    """Return a clock stamp later than ``clock`` and not before now."""
    return max(clock + 1, now_ms() << COUNTER_BITS)


def written(milliseconds: int | None = None) -> str:
    """Return a moment as people read it, in the hub's own zone."""
    moment = (now_ms() if milliseconds is None else milliseconds) / 1000
    return dt.datetime.fromtimestamp(moment).astimezone().isoformat(timespec="seconds")
