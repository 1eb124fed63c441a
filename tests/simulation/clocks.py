"""Time that belongs to the schedule: the hub's, and each PC's own wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest import mock

import county.clock
import desktop.sync.clock
from desktop.models import changes

BEGINNING = 2_000_000_000_000
"""A moment in 2033, in milliseconds: later than any real clock that made the prepared PCs."""

FUNCTION = "pc_clock_ms"
HLC = changes._HLC.replace(
    "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)", f"{FUNCTION}()"
)
assert FUNCTION in HLC


@dataclass
class Times:
    """The hub's time, and how far the PC that acts is off."""

    hub: int = BEGINNING
    off: int = 0

    def pass_by(self, milliseconds: int) -> None:
        """Let time pass."""
        self.hub += milliseconds

    def pc(self) -> int:
        """Return what the acting PC's clock shows."""
        return self.hub + self.off


TIMES = Times()
"""The one time of this process: schedules run one after another."""


def add_function(raw: Any, _record: object = None) -> None:
    """Give a connection of a PC the clock that its triggers ask."""
    raw.create_function(FUNCTION, 0, TIMES.pc)


@contextmanager
def virtual() -> Iterator[Times]:
    """Let hub and PCs read the schedule's time."""
    TIMES.hub, TIMES.off = BEGINNING, 0
    hub = SimpleNamespace(time_ns=lambda: TIMES.hub * 1_000_000)
    pc = SimpleNamespace(time_ns=lambda: TIMES.pc() * 1_000_000)
    with (
        mock.patch.object(changes, "_HLC", HLC),
        mock.patch.object(county.clock, "time", hub),
        mock.patch.object(desktop.sync.clock, "time", pc),
    ):
        yield TIMES
