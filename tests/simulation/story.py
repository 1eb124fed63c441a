"""What was really done, kept apart from the program: every record made and every value written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

Cell = tuple[str, bytes, str]
"""Register, record and field."""


class Entry(NamedTuple):
    """A record that was made, or a field that was edited, with the stamp it got."""

    made: bool
    cell: Cell
    value: Any
    old: Any
    hlc: int
    device: int


@dataclass
class Journal:
    """What stands on one disk: positions in the story by number of the change row."""

    rows: list[tuple[int, int]] = field(default_factory=list)

    def copy(self) -> Journal:
        """Return the same for a copy of the disk."""
        return Journal(list(self.rows))

    def cut(self, last: int) -> None:
        """Forget what was written after a change row that the disk no longer has."""
        self.rows = [row for row in self.rows if row[0] <= last]


@dataclass
class Story:
    """Everything that was done in one run.

    Attributes:
        entries: In the order in which it was done.
        at_hub: Positions of those that the hub gave its receipt for and still holds.
        replaced: Values that somebody saw and replaced.
        owners: Whose a record is.
        told: What people had been told at a disk that is no more, by record.
        rare: Disks or hubs were restored or copied.
        shifted: A clock ran too far ahead, so that stamps were moved after they were written down.
    """

    entries: list[Entry] = field(default_factory=list)
    at_hub: set[int] = field(default_factory=set)
    replaced: set[tuple[Cell, Any]] = field(default_factory=set)
    owners: dict[bytes, int] = field(default_factory=dict)
    kept: list[set[int]] = field(default_factory=list)
    told: set[tuple[bytes, Any]] = field(default_factory=set)
    rare: bool = False
    shifted: bool = False

    def note(self, journal: Journal, seq: int, entry: Entry) -> None:
        """Note what was done on a disk."""
        journal.rows.append((seq, len(self.entries)))
        self.entries.append(entry)
        if entry.old is not None:
            self.replaced.add((entry.cell, entry.old))

    def receipt(self, journal: Journal, acknowledged: int) -> None:
        """Note that the hub has everything of this disk up to a change row."""
        self.at_hub.update(place for seq, place in journal.rows if seq <= acknowledged)

    def standing(self, journals: list[Journal]) -> list[Entry]:
        """Return what may not be lost: it is on a disk or was receipted by the hub."""
        places = set(self.at_hub)
        for journal in journals:
            places.update(place for _seq, place in journal.rows)
        return [self.entries[place] for place in sorted(places)]
