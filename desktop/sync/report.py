"""What an exchange did, and how far it is while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from desktop.sync.applying import Applied
from desktop.sync.files import FilesReport
from desktop.sync.mending import Found
from desktop.sync.protocol import CLOCK_TOLERANCE_MS, Refusal, Reply


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the exchange is.

    Attributes:
        phase: ``push``, ``pull`` or ``files``.
        done: How much is done.
        total: How much there is in all.
        changed: Keys of registers with records that have just come and can be used.
    """

    phase: str
    done: int
    total: int
    changed: frozenset[str] = frozenset()


@dataclass(slots=True)
class ExchangeReport:
    """What an exchange did; only a report without ``waiting`` means that the county has it all.

    Attributes:
        pushed: Changes the hub gave its receipt for.
        pulled: Records that came from the hub, new or edited.
        refused: Records the hub did not take.
        waiting: Changes still without a receipt.
        cursor: The hub's revision up to which this PC has everything.
        conflicts: Conflicts found for somebody to look at.
        changed: Keys of the registers whose records changed here.
        clock_ahead_ms: How far this PC's clock is ahead, where it was too far.
        copied: This PC turned out to be a restored or copied one and was given its own number.
        files: What became of the photos.
        compared: The registers were held against the hub's.
        found: What had silently come apart and was mended.
        again: By stick: another packet is needed before both sides hold the same.
        joined: By stick: this PC has just been let in.
    """

    pushed: int = 0
    pulled: int = 0
    refused: list[Refusal] = field(default_factory=list)
    waiting: int = 0
    cursor: int = 0
    conflicts: int = 0
    changed: set[str] = field(default_factory=set)
    clock_ahead_ms: int = 0
    copied: bool = False
    bytes_sent: int = 0
    requests: int = 0
    files: FilesReport = field(default_factory=FilesReport)
    compared: bool = False
    found: Found = field(default_factory=Found)
    again: bool = False
    joined: bool = False

    def tell_clock(self, ahead_ms: int) -> None:
        """Note by how much this PC's clock is ahead, unless it has been put right meanwhile."""
        if ahead_ms > CLOCK_TOLERANCE_MS:
            self.clock_ahead_ms = ahead_ms

    def add(self, acknowledged: int, reply: Reply, applied: Applied) -> None:
        """Count in what one answer of the hub has done, beyond what it had its receipt for."""
        self.pushed += max(reply.ack - acknowledged, 0)
        self.pulled += applied.pulled
        self.conflicts += applied.conflicts
        self.refused += applied.refused
        self.changed |= applied.changed
        self.cursor = reply.cursor


def progress_of(report: ExchangeReport, reply: Reply, left: int, applied: Applied) -> Progress:
    """Return how far an exchange is after an answer."""
    changed = frozenset(applied.changed)
    if left:
        return Progress("push", report.pushed, report.pushed + left, changed)
    return Progress("pull", reply.cursor, reply.top, changed)


def tell_arrived(
    report: ExchangeReport,
    progress: Callable[[Progress], None],
    applied: Applied,
    done: int,
    total: int,
) -> None:
    """Count in a page of a first download and tell of it."""
    report.pulled += applied.pulled
    report.changed |= applied.changed
    progress(Progress("pull", done, total, frozenset(applied.changed)))


def tell_files(progress: Callable[[Progress], None], done: int, total: int) -> None:
    """Tell how many files are done."""
    progress(Progress("files", done, total))
