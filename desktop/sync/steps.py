"""Steps on the database: taken here and now, or on the thread that a window has for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
RunDb = Callable[[Callable[[], object]], object]
"""Takes a step and returns what it returns."""


def inline(step: Callable[[], object]) -> object:
    """Take a step here and now."""
    return step()


def run_step(run: RunDb, step: Callable[[], Result]) -> Result:
    """Take a step through a runner."""
    result: Result = run(step)  # type: ignore[assignment]
    return result


class Steps:
    """What takes its steps on the database through a runner.

    Args:
        run: Takes a step where such steps are taken.
    """

    def __init__(self, run: RunDb) -> None:
        self._run = run

    def _db(self, step: Callable[[], Result]) -> Result:
        return run_step(self._run, step)
