"""What taking a file in would do, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from desktop.errors import Problem
from desktop.exchange.headers import Match
from desktop.exchange.sheets import Row
from desktop.models.register import Register, Values
from desktop.models.registers import find_register
from desktop.text import in_one_line


class Cancelled(Exception):  # noqa: N818 - the person's wish, no error
    """The person stopped the work; nothing was written."""


class Progress(Protocol):
    """Told how far long work is; raises :class:`Cancelled` to stop it."""

    def report(self, done: int, total: int) -> None:
        """Take note that so much of the total is done."""


class NoProgress:
    """Progress that nobody watches."""

    def report(self, done: int, total: int) -> None:
        """Do nothing."""


@dataclass(slots=True)
class Draft:
    """One data row on its way into a register.

    Args:
        row: The sheet's own row number.
        source: Which of the plan's matches it came from.
        at: Position among the data rows of its table.
        values: Values by field key, references as ids.
        own: Values of the sheet's columns that are no fields (``opening``).
        problems: What keeps it out.
        assumed: Keys whose blank was read as no.
    """

    row: int
    source: int
    at: int
    values: Values
    own: Values
    problems: list[Problem]
    assumed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class New:
    """A record to create; the values hold its id."""

    row: int
    values: Values


@dataclass(frozen=True, slots=True)
class Changed:
    """A record to change: the changed fields only, before and after."""

    row: int
    id: bytes
    before: Values
    after: Values


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not taken in, with its cells as they lie in the sheet."""

    row: int
    source: int
    cells: Row
    problems: tuple[Problem, ...]

    @property
    def reason(self) -> str:
        """Return the code of the first problem."""
        return self.problems[0].reason

    @property
    def message(self) -> str:
        """Return all sentences."""
        return in_one_line(problem.message for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to look at that keeps nothing out; row 0 speaks of the whole sheet."""

    row: int
    source: int
    reason: str
    message: str


@dataclass
class RegisterPlan:
    """What would happen to one register.

    Args:
        register: The register.
        matches: The sheets that feed it, with their columns.
        rows: How many data rows there are.
        new: Records to create.
        changed: Records to change.
        unchanged: Records that already hold what the row says: (row, id).
        refused: Rows kept out.
        notices: Things to look at.
        moves: Ledger rows to append, by register.
        accepted_values: What the accepted rows say, the sheet's own columns included.
        skipped: Rows that are no data: (source, row, why).
    """

    register: Register
    matches: list[Match]
    rows: int = 0
    new: list[New] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    unchanged: list[tuple[int, bytes]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    moves: dict[str, list[Values]] = field(default_factory=dict)
    accepted_values: list[Values] = field(default_factory=list)
    skipped: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def created_count(self) -> int:
        """Return how many records would be created."""
        return len(self.new)

    @property
    def updated_count(self) -> int:
        """Return how many known records would change, by their fields or by their ledger."""
        return len(self.changed)

    def accepted_ids(self) -> Iterator[bytes]:
        """Yield the ids of all records the accepted rows stand for."""
        for new in self.new:
            record_id = new.values["id"]
            assert isinstance(record_id, bytes)
            yield record_id
        yield from (changed.id for changed in self.changed)
        yield from (record_id for _row, record_id in self.unchanged)


@dataclass
class Plan:
    """What taking one file in would do.

    Args:
        file: The file.
        parts: What happens to each register, those referred to first.
        made: Records that the file names and that do not exist yet, by register.
        encoding: Encoding of a text file.
        period: Month of the file's figures, where it has one.
        notes: Sentences about the whole file.
        state: Number of the newest change when the plan was made.
        back: Ids of deleted records that come back under the key of a new one.
    """

    file: Path
    parts: list[RegisterPlan] = field(default_factory=list)
    made: dict[str, list[Values]] = field(default_factory=dict)
    encoding: str = ""
    period: str = ""
    notes: list[str] = field(default_factory=list)
    state: int = 0
    back: set[bytes] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """Tell whether writing the plan would change nothing."""
        return not self.made and not any(
            part.new or part.changed or part.moves for part in self.parts
        )

    @property
    def accepted(self) -> int:
        """Return how many rows are taken in or already known."""
        return sum(len(part.new) + len(part.changed) + len(part.unchanged) for part in self.parts)

    def made_counts(self) -> dict[str, int]:
        """Return how many referred-to records would be created, by register label."""
        return {find_register(key).label: len(rows) for key, rows in self.made.items()}
