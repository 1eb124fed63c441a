"""Take times in turns, so that a busy moment of the machine falls on all that is compared."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median

Timed = Callable[[], object]
"""Something to time; it may return the seconds itself where they are taken elsewhere."""


def interleaved(works: Mapping[str, Timed], rounds: int, *, warm: int = 1) -> dict[str, float]:
    """Return the median seconds of each work over rounds in which each has one turn.

    A work that returns a float has measured itself, for instance in a process of its own.
    """
    for _again in range(warm):
        for work in works.values():
            work()
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _round in range(rounds):
        for name, work in works.items():
            taken[name].append(seconds(work))
    return {name: median(times) for name, times in taken.items()}


def seconds(work: Timed) -> float:
    """Return how long the work takes, garbage collected before and not within."""
    gc.collect()
    gc.disable()
    try:
        started = time.perf_counter()
        own = work()
        taken = time.perf_counter() - started
    finally:
        gc.enable()
    return own if isinstance(own, float) else taken
