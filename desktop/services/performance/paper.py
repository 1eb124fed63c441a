"""A paper as text: title, paragraphs, tables, notes and places to sign, in the order printed."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.models.kinds import show_amount
from desktop.services.charts import Chart

BLANK = "—"


@dataclass(frozen=True)
class Column:
    """A column of a paper's table; width in Chinese characters."""

    label: str
    width: float = 5
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table of a paper; ``row_height`` in millimetres leaves room to sign."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...] = ()
    caption: str = ""
    row_height: float = 0


@dataclass(frozen=True)
class Paper:
    """A paper as text."""

    title: str
    centre: str
    subtitle: str = ""
    head: tuple[str, str] = ("", "")
    opening: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    lying: bool = False


def show_score(hundredths: int | None) -> str:
    """Return a score or points with two decimals; what was not scored is no zero."""
    return BLANK if hundredths is None else show_amount(hundredths)
