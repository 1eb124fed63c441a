"""Reports of paragraphs and tables: pay sheets, notices, schemes; several in one file.

What is printed comes as text from the services; this lays it on A4, upright or lying, with the
title, the lines beside it, tables that repeat their head, signatures, notes and page n of m.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Protocol

from desktop.printing.chart import Chart, draw_chart
from desktop.printing.fonts import Face
from desktop.printing.pen import A4, MM, Align, Pen, wrap
from desktop.printing.register_list import Printed, missing_note
from desktop.text import _

_MARGIN = 16 * MM
_PAD = 1.4 * MM
_SIZE = 9.0
_BODY = 11.0
_LEADING = 1.4
_FOOT = 16 * MM
_CHART = 82 * MM


class Column(Protocol):
    """A column of a table; its width is a share of the page."""

    @property
    def label(self) -> str:
        """Return the heading."""

    @property
    def width(self) -> float:
        """Return the width in Chinese characters, in proportion to the others."""

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers, which stand at the right."""


class Table(Protocol):
    """A table: columns, rows of text, and a last row of totals where there is one."""

    @property
    def caption(self) -> str:
        """Return the line above it, empty for none."""

    @property
    def columns(self) -> Sequence[Column]:
        """Return the columns."""

    @property
    def rows(self) -> Sequence[Sequence[str]]:
        """Return the rows, a text for each column."""

    @property
    def totals(self) -> Sequence[str]:
        """Return the row of totals, empty for none."""

    @property
    def row_height(self) -> float:
        """Return the least height of a row in millimetres: a signature needs room."""


class Report(Protocol):
    """One report."""

    @property
    def title(self) -> str:
        """Return the title."""

    @property
    def centre(self) -> str:
        """Return who issues it."""

    @property
    def subtitle(self) -> str:
        """Return the line under the title."""

    @property
    def head(self) -> tuple[str, str]:
        """Return the line above the body: at the left and at the right."""

    @property
    def opening(self) -> Sequence[str]:
        """Return the paragraphs before the tables."""

    @property
    def charts(self) -> Sequence[Chart]:
        """Return the charts, which stand above the tables."""

    @property
    def tables(self) -> Sequence[Table]:
        """Return the tables."""

    @property
    def notes(self) -> Sequence[str]:
        """Return the notes below."""

    @property
    def signatures(self) -> Sequence[str]:
        """Return the places for signatures."""

    @property
    def lying(self) -> bool:
        """Whether the paper lies."""


class _Paper:
    """Reports being drawn, from above."""

    def __init__(self, target: Path | IO[bytes], first: Report) -> None:
        size = (A4[1], A4[0]) if first.lying else A4
        self.pen = Pen(target, size, first.title, first.centre)
        self.left = _MARGIN
        self.right = self.pen.width - _MARGIN
        self.y = self.pen.height - _MARGIN
        self.rows = 0

    def next_page(self) -> None:
        """End the page with its number and begin another."""
        self._number()
        self.pen.next_page()
        self.y = self.pen.height - _MARGIN

    def _number(self) -> None:
        self.pen.page_number(self.pen.width / 2, _FOOT - 7 * MM)

    def draw(self, report: Report) -> None:
        """Draw one report from the top of the page."""
        middle = self.pen.width / 2
        self.y -= 20
        self.pen.heavy(middle, self.y, report.title, size=18)
        if report.subtitle:
            self.y -= 17
            self.pen.text(middle, self.y, report.subtitle, size=10.5, align=Align.CENTRE)
        if any(report.head):
            self.y -= 17
            self.pen.text(self.left, self.y, report.head[0], size=_SIZE + 1)
            self.pen.text(self.right, self.y, report.head[1], size=_SIZE + 1, align=Align.RIGHT)
        self.y -= 6
        for paragraph in report.opening:
            self._paragraph(paragraph, _BODY)
        for chart in report.charts:
            self._chart(chart)
        for table in report.tables:
            self._table(table)
        for note in report.notes:
            self._paragraph(note, _SIZE)
        self._signatures(report.signatures)

    def _paragraph(self, text: str, size: float) -> None:
        for line in wrap(text, Face.SERIF, size, self.right - self.left):
            self._make_room(size * _LEADING)
            self.y -= size * _LEADING
            self.pen.text(self.left, self.y, line, size=size)
        self.y -= size * 0.35

    def _make_room(self, high: float) -> None:
        if self.y - high < _FOOT:
            self.next_page()

    def _chart(self, chart: Chart) -> None:
        self._make_room(_CHART + 4 * MM)
        self.y -= 4 * MM
        draw_chart(self.pen, chart, self.left, self.y, self.right - self.left, _CHART)
        self.y -= _CHART + 2 * MM

    def _table(self, table: Table) -> None:
        """Draw a table over as many pages as it needs."""
        if table.caption:
            self._make_room(30 * MM)
            self.y -= _BODY * 1.5
            self.pen.text(self.left, self.y, table.caption, face=Face.BOLD, size=_BODY)
        self.y -= 5
        edges = self._edges(table)
        lines = self._head(table, edges)
        body = [*table.rows, *([table.totals] if table.totals else [])]
        for at, row in enumerate(body):
            face = Face.BOLD if at == len(table.rows) else Face.SANS
            cells, high = self._fit(row, edges, face, table.row_height * MM)
            if self.y - high < _FOOT + 2 * MM:
                self._rule(edges, lines)
                self.next_page()
                lines = self._head(table, edges)
            self._cells(table, edges, cells, high, face)
            lines.append(self.y)
        self.rows += len(table.rows)
        self._rule(edges, lines)
        self.y -= 8

    def _edges(self, table: Table) -> list[float]:
        whole = sum(column.width for column in table.columns)
        edges = [self.left]
        for column in table.columns:
            edges.append(edges[-1] + column.width / whole * (self.right - self.left))
        return edges

    def _head(self, table: Table, edges: Sequence[float]) -> list[float]:
        labels = [column.label for column in table.columns]
        cells, high = self._fit(labels, edges, Face.BOLD, 0)
        top = self.y
        self.pen.shade(edges[0], top - high, edges[-1] - edges[0], high)
        self._cells(table, edges, cells, high, Face.BOLD, head=True)
        return [top, self.y]

    def _fit(
        self, row: Sequence[str], edges: Sequence[float], face: Face, least: float
    ) -> tuple[list[Sequence[str]], float]:
        rooms = [right - left - 2 * _PAD for left, right in itertools.pairwise(edges)]
        cells = [wrap(text, face, _SIZE, room) for text, room in zip(row, rooms, strict=True)]
        high = max(map(len, cells), default=1) * _SIZE * _LEADING + 2 * _PAD
        return cells, max(high, least)

    def _cells(
        self,
        table: Table,
        edges: Sequence[float],
        cells: Sequence[Sequence[str]],
        high: float,
        face: Face,
        *,
        head: bool = False,
    ) -> None:
        for at, (column, lines) in enumerate(zip(table.columns, cells, strict=True)):
            align = Align.CENTRE if head else Align.RIGHT if column.numeric else Align.LEFT
            x = {
                Align.LEFT: edges[at] + _PAD,
                Align.CENTRE: (edges[at] + edges[at + 1]) / 2,
                Align.RIGHT: edges[at + 1] - _PAD,
            }[align]
            y = self.y - (high - len(lines) * _SIZE * _LEADING) / 2 - _SIZE * 1.05
            for line in lines:
                self.pen.text(x, y, line, face=face, size=_SIZE, align=align)
                y -= _SIZE * _LEADING
        self.y -= high

    def _rule(self, edges: Sequence[float], lines: Sequence[float]) -> None:
        left, right, top, foot = edges[0], edges[-1], lines[0], lines[-1]
        self.pen.rules([(left, y, right, y) for y in lines[1:-1]], weight=0.35)
        self.pen.rules([(x, top, x, foot) for x in edges[1:-1]], weight=0.35)
        self.pen.rules(
            [(left, top, right, top), (left, foot, right, foot)]
            + [(x, top, x, foot) for x in (left, right)],
            weight=0.8,
        )

    def _signatures(self, places: Sequence[str]) -> None:
        if not places:
            return
        self._make_room(18 * MM)
        self.y -= 12 * MM
        for at, place in enumerate(places):
            x = self.left + at / len(places) * (self.right - self.left)
            self.pen.text(x, self.y, place, size=_SIZE + 1)

    def close(self) -> Printed:
        """Write the last page's number and the file."""
        if self.pen.missing:
            self._make_room(12)
            self.y -= 12
            self.pen.text(self.left, self.y, missing_note(self.pen.missing), face=Face.SANS, size=7)
        self._number()
        return Printed(self.pen.close(), self.rows, tuple(sorted(self.pen.missing)))


def print_reports(target: Path | IO[bytes], reports: Sequence[Report]) -> Printed:
    """Print reports into one file, each from a new page; all lie or all stand as the first.

    Raises:
        ValueError: There is nothing to print.
    """
    if not reports:
        raise ValueError(_("没有要打印的内容。"))
    paper = _Paper(target, reports[0])
    for at, report in enumerate(reports):
        if at:
            paper.next_page()
        paper.draw(report)
    return paper.close()
