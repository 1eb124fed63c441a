"""The part of a return's table on one page: its head, its rows and the rules around them."""

from __future__ import annotations

from desktop.printing.fonts import Face
from desktop.printing.pen import MM, Align, Pen
from desktop.printing.return_tables import INDENT, PAD, Section, Table, fitting_size

_LEADING = 1.3
_MIDDLE = 0.36
"""The share of the type size by which a baseline lies below the middle of its line."""


class Grid:
    """Gathers the rules of a table while its rows are drawn downwards; drawn once at the end."""

    def __init__(self, pen: Pen, edges: tuple[float, ...], top: float, face: Face) -> None:
        self.pen = pen
        self.edges = edges
        self.face = face
        self.top = self.foot = top
        self._lines: list[tuple[float, float, float, float]] = []
        self._columns_from: float | None = None

    def rule(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """Draw one thin line with the others."""
        self._lines.append((x, y, to_x, to_y))

    def row(self, high: float) -> None:
        """A row with columns ends."""
        if self._columns_from is None:
            self._columns_from = self.foot
        self._down(high)

    def band(self, title: str, high: float) -> None:
        """Draw a heading across all columns."""
        self._end_columns()
        left, right = self.edges[0], self.edges[-1]
        self.pen.shade(left, self.foot - high, right - left, high)
        y = self.foot - high / 2 - 9 * _MIDDLE
        self.pen.text(left + PAD, y, title, face=Face.BOLD, size=9)
        self._down(high)

    def gap(self, high: float) -> None:
        """A row without columns ends."""
        self._end_columns()
        self._down(high)

    def _down(self, high: float) -> None:
        self.foot -= high
        self._lines.append((self.edges[0], self.foot, self.edges[-1], self.foot))

    def _end_columns(self) -> None:
        if self._columns_from is not None:
            top, self._columns_from = self._columns_from, None
            self._lines += [(x, top, x, self.foot) for x in self.edges[1:-1]]

    def draw(self) -> None:
        """Draw the rules, the frame heavier."""
        self._end_columns()
        left, right = self.edges[0], self.edges[-1]
        self.pen.rules(self._lines, weight=0.5)
        self.pen.rules(
            [(left, self.top, right, self.top), (left, self.foot, right, self.foot)]
            + [(x, self.top, x, self.foot) for x in (left, right)],
            weight=1.0,
        )


def draw_head(grid: Grid, table: Table) -> None:
    """Draw the head of a table; one level, or groups over their columns."""
    upper, lower = table.head_heights
    top, split = grid.top, grid.top - upper
    foot = split - lower
    leading = table.head_size * _LEADING
    for cell in table.head_cells:
        left, right = table.edges[cell.first], table.edges[cell.last + 1]
        above, below = ((top, split), (split, foot), (top, foot))[cell.level]
        y = (above + below) / 2 + (len(cell.lines) - 1) * leading / 2 - table.head_size * _MIDDLE
        for line in cell.lines:
            size = fitting_size(line, Face.BOLD, table.head_size, right - left - 1.6 * MM)
            grid.pen.text(
                (left + right) / 2, y, line, face=Face.BOLD, size=size, align=Align.CENTRE
            )
            y -= leading
        if right != table.edges[-1]:
            grid.rule(right, above, right, below)
        if cell.level == 0:
            grid.rule(left, split, right, split)
    grid.gap(upper + lower)


def draw_row(grid: Grid, table: Table, section: Section, position: int) -> None:
    """Draw one row of a section."""
    row, lines, high = (
        section.rows[position],
        section.labels[position],
        section.heights[position],
    )
    write, size, edges = grid.pen.text, table.size, table.edges
    face = Face.BOLD if row.total else grid.face
    middle = grid.foot - high / 2
    x = edges[0] + PAD + row.indent * INDENT
    room = edges[1] - PAD - x
    y = middle + (len(lines) - 1) * size * _LEADING / 2 - size * _MIDDLE
    for line in lines:
        write(x, y, line, face=face, size=fitting_size(line, face, size, room))
        y -= size * _LEADING
    y = middle - size * _MIDDLE
    for column, text in enumerate(row.cells, start=1):
        if not text:
            continue
        left, right = edges[column], edges[column + 1]
        fitted = fitting_size(text, face, size, right - left - 2 * PAD)
        if table.heads[column].numeric:
            write(right - PAD, y, text, face=face, size=fitted, align=Align.RIGHT)
        else:
            write((left + right) / 2, y, text, face=face, size=fitted, align=Align.CENTRE)
    grid.row(high)
