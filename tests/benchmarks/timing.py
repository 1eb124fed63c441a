"""Take times in turns, so that a busy moment of the machine falls on all that is compared."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median

Timed = Callable[[], object]
"""Something to time; it may return the seconds itself where they are taken elsewhere."""


_TURN_SECONDS = 0.02
_MOST_CALLS = 10


def interleaved(works: Mapping[str, Timed], rounds: int, *, warm: int = 1) -> dict[str, float]:
    """Return the median seconds of each work over rounds in which each has one turn.

    Work of a millisecond is called several times a turn, each call measured by itself. A work that
    returns a float has measured itself, for instance in a process of its own.
    """
    calls = dict.fromkeys(works, 1)
    for _again in range(warm):
        for name, work in works.items():
            once = _turn(work, 1)[0]
            calls[name] = max(1, min(_MOST_CALLS, int(_TURN_SECONDS / once)))
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _round in range(rounds):
        for name, work in works.items():
            taken[name] += _turn(work, calls[name])
    return {name: median(times) for name, times in taken.items()}


@contextmanager
def collecting_as_the_window() -> Iterator[None]:
    """Leave the garbage to idle moments as the window does; who measures is no part of it."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_enabled:  # Tests of windows in the same process have it off as well.
            gc.enable()


def _turn(work: Timed, calls: int) -> list[float]:
    gc.collect()
    taken = []
    for _call in range(calls):
        started = time.perf_counter()
        own = work()
        ended = time.perf_counter()
        taken.append(own if isinstance(own, float) else ended - started)
    return taken
