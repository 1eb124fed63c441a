"""One table: each work beside its physical limit, measured in the same run."""

from __future__ import annotations

import os
import platform
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher


@dataclass(frozen=True)
class Result:
    """One line of the table.

    Args:
        work: What was done.
        ours: What the program needed.
        floor: What the bare calls needed in the same run; None where an absolute limit holds.
        limit: The most that ours may be, in times of the floor or in the unit; None: information.
        unit: ``s``, ``ms`` or ``MB``; seconds are given and shown in the unit.
        note: What the floor is, or which case was the worst.
    """

    work: str
    ours: float
    floor: float | None
    limit: float | None
    unit: str = "ms"
    note: str = ""

    @property
    def value(self) -> float:
        """Return what is held against the limit."""
        if self.floor is not None:
            return self.ours / self.floor
        return self.ours * 1000 if self.unit == "ms" else self.ours

    @property
    def is_over(self) -> bool:
        """Say that the limit is not held."""
        return self.limit is not None and self.value > self.limit

    def cells(self) -> list[str]:
        """Return the line as texts."""
        ratio = f"{self.value:.2f} ×" if self.floor is not None else ""
        limit, mark = "", "info"
        if self.limit is not None:
            limit = f"≤ {self.limit:g} {'×' if self.floor is not None else self.unit}"
            mark = "OVER" if self.is_over else "ok"
        return [self.work, self._shown(self.ours), self._shown(self.floor), ratio, limit, mark]

    def _shown(self, value: float | None) -> str:
        if value is None:
            return ""
        if self.unit == "ms":
            return f"{value * 1000:,.1f} ms"
        return f"{value:,.2f} s" if self.unit == "s" else f"{value:,.0f} {self.unit}"


HEAD = ["work", "ours", "bare", "ratio", "limit", ""]


def _width(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


def print_table(results: Sequence[Result]) -> None:
    """Print all lines, aligned."""
    rows = [HEAD, *(result.cells() for result in results)]
    widths = [max(_width(row[at]) for row in rows) for at in range(len(HEAD))]
    for place, row in enumerate(rows):
        cells = []
        for at, text in enumerate(row):
            gap = " " * (widths[at] - _width(text))
            cells.append(text + gap if at in (0, len(row) - 1) else gap + text)
        note = results[place - 1].note if place else ""
        print("  ".join([*cells, note]).rstrip())
        if not place:
            print("  ".join("─" * width for width in widths))


def print_machine() -> None:
    """Print on what the figures were taken."""
    memory = _first_value("/proc/meminfo", "MemTotal")
    model = _first_value("/proc/cpuinfo", "model name") or platform.processor()
    print(f"{platform.platform()} · {model} · {os.cpu_count()} cores · {memory}")
    print(f"Python {sys.version.split()[0]} · SQLite {sqlcipher.sqlite_version} (SQLCipher)")


def _first_value(path: str, name: str) -> str:
    try:
        for line in Path(path).read_text("utf-8").splitlines():
            if line.startswith(name):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return ""
