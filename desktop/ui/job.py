"""One piece of work on its way: its result, how far it is, how it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import Generic, TypeVar

from PySide6.QtCore import QObject
from shiboken6 import isValid

from desktop.errors import UserError

T = TypeVar("T")

_REPORT_SECONDS = 0.05


class Cancelled(Exception):  # noqa: N818 - not an error: a person's wish
    """The person has cancelled the work; the transaction it was in is rolled back."""


@dataclass(frozen=True)
class Changed(Generic[T]):
    """A task's result together with the registers it wrote to."""

    result: T
    registers: frozenset[str]


def changed(result: T, *registers: str) -> Changed[T]:
    """Return a task's result with the keys of the registers it wrote to."""
    return Changed(result, frozenset(registers))


Done = Callable[[T], object]
Failed = Callable[[UserError], object]
Told = Callable[[int, int, str], object]


class Job:
    """One task on its way; may be cancelled, and then none of its callbacks is called."""

    def __init__(self, owner: QObject | None) -> None:
        self._owner = owner
        self._cancelled = Event()
        self._finished = Event()

    def cancel(self) -> None:
        """Ask the task to stop at its next report, and forget its result."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._cancelled.is_set()

    @property
    def finished(self) -> bool:
        """Whether the task has ended, in whatever way."""
        return self._finished.is_set()

    def wanted(self) -> bool:
        """Tell whether anybody still waits for the result."""
        return not self.cancelled and (self._owner is None or isValid(self._owner))


class Progress:
    """Handed to a long task: reports how far it is and stops it when it was cancelled."""

    def __init__(self, job: Job, tell: Callable[[int, int, str], None]) -> None:
        self._job = job
        self._tell = tell
        self._last = 0.0

    def report(self, done: int, total: int = 0, text: str = "") -> None:
        """Tell how far the work is; ``total`` 0 means that nobody knows.

        Raises:
            Cancelled: The person asked to stop.
        """
        if self._job.cancelled:
            raise Cancelled
        now = monotonic()
        if now - self._last >= _REPORT_SECONDS or done >= total:
            self._last = now
            self._tell(done, total, text)

    __call__ = report
