"""A return as composed: its cells with their figures, in the order of the form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from desktop.models.registers.returns import DRAFT, SETTLED
from desktop.services.periods import Period
from desktop.services.returns.checks import Finding
from desktop.services.returns.forms import TOTAL, Form, Line, Section, cell_key

Figure = int | None


class Columns(NamedTuple):
    """A cell's figures; a table's cells have only this period's."""

    this: Figure = None
    last: Figure = None
    year_ago: Figure = None
    to_date: Figure = None


@dataclass(frozen=True)
class Head:
    """The centre as the head and foot of a return name it."""

    name: str = ""
    code: str = ""
    uscc: str = ""
    phone: str = ""
    director: str = ""
    statistician: str = ""

    @property
    def identity(self) -> str:
        """Return the unified credit code, or the division code where none is known."""
        return self.uscc or self.code


@dataclass(frozen=True)
class ComposedCell:
    """A cell with its figures; ``how`` says where they come from, for lines."""

    line: Line
    row: str
    columns: Columns
    how: str = ""

    @cached_property
    def key(self) -> str:
        """Return the cell's name: the line's code, or ``code@row``."""
        return cell_key(self.line.code, self.row)

    @property
    def this(self) -> Figure:
        """Return the figure of the period."""
        return self.columns.this

    @property
    def last(self) -> Figure:
        """Return the figure of the period before."""
        return self.columns.last

    @property
    def year_ago(self) -> Figure:
        """Return the figure of the same period a year before."""
        return self.columns.year_ago

    @property
    def to_date(self) -> Figure:
        """Return the figure of the year so far."""
        return self.columns.to_date


@dataclass(frozen=True)
class ComposedRow:
    """A row of a table; ``key`` is the id of its record, a word, or ``TOTAL``."""

    key: str
    label: str
    cells: tuple[ComposedCell, ...]


@dataclass(frozen=True)
class ComposedSection:
    """A section with its lines, or with the rows of its table."""

    section: Section
    lines: tuple[ComposedCell, ...] = ()
    rows: tuple[ComposedRow, ...] = ()
    rows_label: str = ""

    @property
    def cells(self) -> Iterator[ComposedCell]:
        """Return all cells in their order."""
        yield from self.lines
        for row in self.rows:
            yield from row.cells


@dataclass(frozen=True)
class ComposedSheet:
    """The sections of one subject: the whole centre, or one clinic of a form filled for each."""

    subject: str
    name: str
    sections: tuple[ComposedSection, ...]


@dataclass(frozen=True)
class ComposedReturn:
    """A return of a period, computed now or read as it was submitted."""

    form: Form
    period: Period
    head: Head
    sheets: tuple[ComposedSheet, ...]
    findings: tuple[Finding, ...] = ()
    typed: dict[str, int] = field(default_factory=dict)
    explanations: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    revision: int = 1
    status: str = DRAFT
    record_id: bytes | None = None
    replaces: str = ""
    checked_at: str = ""
    checked_by: str = ""
    approved_at: str = ""
    approved_by: str = ""
    submitted_at: str = ""
    submitted_by: str = ""
    received_at: str = ""
    answered_at: str = ""
    answered_by: str = ""

    @property
    def month(self) -> str:
        """Return the period as it is written in commands and records."""
        return self.period.key

    @property
    def frozen(self) -> bool:
        """Say that it was submitted and no longer changes."""
        return self.status in SETTLED

    @property
    def blocking(self) -> list[Finding]:
        """Return the findings that keep it from being submitted."""
        return [finding for finding in self.findings if finding.open]

    @property
    def as_of(self) -> date:
        """Return the day of its stock figures, the last of the period."""
        return self.period.last

    @property
    def late_days(self) -> int:
        """Return how many days after its due day it was submitted; 0 for on time or not yet."""
        if not self.submitted_at:
            return 0
        sent = date.fromisoformat(self.submitted_at[:10])
        return max(0, (sent - self.form.due_on(self.period)).days)

    @property
    def sections(self) -> Iterator[ComposedSection]:
        """Return the sections of all sheets."""
        for sheet in self.sheets:
            yield from sheet.sections

    @cached_property
    def cells(self) -> dict[str, ComposedCell]:
        """Return all cells by name, in the order of the form."""
        return {cell.key: cell for section in self.sections for cell in section.cells}

    def cell(self, key: str) -> ComposedCell:
        """Return the cell of that name."""
        return self.cells[key]

    @property
    def lines(self) -> tuple[ComposedCell, ...]:
        """Return all cells in the order of the form."""
        return tuple(self.cells.values())

    @property
    def figures(self) -> dict[str, Columns]:
        """Return all figures by cell."""
        return {key: cell.columns for key, cell in self.cells.items()}

    @property
    def to_fill(self) -> list[str]:
        """Return the cells that people fill in."""
        return [key for key, cell in self.cells.items() if cell.line.typed and cell.row != TOTAL]

    @cached_property
    def checksum(self) -> str:
        """Return the SHA-256 over form, period, revision, centre and figures."""
        sealed = {
            "form": self.form.key,
            "month": self.period.key,
            "revision": self.revision,
            "centre": self.head.identity,
            "figures": self.figures,
        }
        text = json.dumps(sealed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def check_code(self) -> str:
        """Return the first digits of the checksum as printed, such as 8F3A-61C2."""
        return f"{self.checksum[:4]}-{self.checksum[4:8]}".upper()
