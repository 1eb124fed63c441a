"""How the tables of a return are laid out: widths shared out by content, heads, heights of rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from desktop.models.return_text import SheetBlock, SheetHead, SheetPart, SheetRow
from desktop.printing.fonts import Face, width
from desktop.printing.pen import MM, wrap
from desktop.text import _

PAD = 1.4 * MM
INDENT = 3.5 * MM
_SIZES = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0)
_LARGEST_HEAD = 9.0
_LEADING = 1.3
_LINE, _ROW = 6.5 * MM, 5.7 * MM
"""The height of a compared line and of a row of a table."""

_LABEL_LEAST, _LABEL_MOST = 30 * MM, 95 * MM
_HEAD_LINES = 3
"""A head may be broken into so many lines to keep its column narrow."""

_TINIEST = 4.0


@dataclass(frozen=True)
class Section:
    """Rows under a heading."""

    title: str
    rows: Sequence[SheetRow]
    heights: Sequence[float]
    labels: Sequence[Sequence[str]]


@dataclass(frozen=True)
class HeadCell:
    """A cell of the head: its lines, first and last column, and level: 0 above, 1 below, 2 both."""

    lines: Sequence[str]
    first: int
    last: int
    level: int


@dataclass(frozen=True)
class Table:
    """Sections that share their columns, laid out."""

    edges: tuple[float, ...]
    size: float
    heads: Sequence[SheetHead]
    head_size: float
    sections: Sequence[Section]
    banded: bool
    """The sections' headings are rows of the table; else the heading stands above it."""

    @property
    def rooms(self) -> list[float]:
        """Return the room for text in each column."""
        pairs = zip(self.edges, self.edges[1:], strict=False)
        return [right - left - 2 * PAD for left, right in pairs]

    @cached_property
    def head_cells(self) -> list[HeadCell]:
        """Return the cells of the head; neighbours under one group have one cell above them."""
        made: list[HeadCell] = []
        rooms = self.rooms
        grouped = any(head.group for head in self.heads)
        for position, head in enumerate(self.heads):
            lines = _head_lines(head, rooms[position] + PAD, self.head_size, banded=self.banded)
            level = 2 if not head.group else 1
            made.append(HeadCell(lines, position, position, level if grouped else 2))
        for first, last, group in _runs(self.heads):
            room = self.edges[last + 1] - self.edges[first] - PAD
            made.append(HeadCell(wrap(group, Face.BOLD, self.head_size, room), first, last, 0))
        return made

    @cached_property
    def head_heights(self) -> tuple[float, float]:
        """Return the heights of the groups' row and of the columns' row below it."""
        leading = self.head_size * _LEADING
        levels = [0.0, 0.0]
        for cell in self.head_cells:
            if cell.level < 2:  # noqa: PLR2004 - the two rows of the head
                levels[cell.level] = max(levels[cell.level], len(cell.lines) * leading + 2 * MM)
        whole = max(
            (len(each.lines) * leading + 2 * MM for each in self.head_cells if each.level == 2),  # noqa: PLR2004
            default=0.0,
        )
        levels[1] = max(levels[1], whole - levels[0], _LINE if self.banded else 0.0)
        return levels[0], levels[1]

    @property
    def head_high(self) -> float:
        """Return how high the head is."""
        return sum(self.head_heights)


def tables_of(part: SheetPart, left: float, right: float, face: Face) -> list[Table]:
    """Lay out a part's sections; compared lines with the same columns share one table."""
    groups: list[list[SheetBlock]] = []
    for block in part.blocks:
        before = groups[-1][-1] if groups else None
        if before is not None and not (block.table or before.table) and before.heads == block.heads:
            groups[-1].append(block)
        else:
            groups.append([block])
    return [_lay(blocks, left, right, face) for blocks in groups]


def fitting_size(text: str, face: Face, size: float, room: float) -> float:
    """Return the size in which a text fits its room: one long figure is set smaller, never cut."""
    wide = width(text, face, size)
    return size if wide <= room else max(_TINIEST, size * room / wide)


def _lay(blocks: Sequence[SheetBlock], left: float, right: float, face: Face) -> Table:
    heads, banded = blocks[0].heads, not blocks[0].table
    rows = [row for block in blocks for row in block.rows]
    size, widths = _share(heads, rows, right - left, face, banded=banded)
    edges = [left]
    for wide in widths:
        edges.append(edges[-1] + wide)
    edges[-1] = right
    least = _LINE if banded else _ROW
    sections = []
    for block in blocks:
        labels = [_label_lines(row, widths[0], face, size) for row in block.rows]
        heights = [max(least, len(lines) * size * _LEADING + 2 * MM) for lines in labels]
        sections.append(Section(block.title, block.rows, heights, labels))
    return Table(tuple(edges), size, heads, min(size, _LARGEST_HEAD), sections, banded)


def _label_lines(row: SheetRow, wide: float, face: Face, size: float) -> Sequence[str]:
    room = wide - 2 * PAD - row.indent * INDENT
    # A little too long is set a little smaller, which looks calmer than a second line.
    if width(row.label, face, size) * 0.88 <= room:
        return (row.label,)
    return wrap(row.label, face, size, room)


def _share(
    heads: Sequence[SheetHead], rows: Sequence[SheetRow], room: float, face: Face, *, banded: bool
) -> tuple[float, list[float]]:
    """Return the largest type size in which the columns fit side by side, and their widths."""
    longest = _longest(heads, rows)
    for size in _SIZES:
        wanted = [
            max(
                width(text, face, size) + 2 * PAD,
                _head_width(head, min(size, _LARGEST_HEAD), banded=banded),
                head.width * MM,
            )
            for head, text in zip(heads, longest, strict=True)
        ]
        wanted[0] = max(wanted[0], _LABEL_LEAST)
        wanted[0] += max((row.indent for row in rows), default=0) * INDENT
        others = sum(wanted[1:])
        least = min(wanted[0], max(_LABEL_LEAST, room * 0.2))
        if others + least <= room:
            break
    else:
        squeeze = (room - least) / others
        return size, [least, *(wide * squeeze for wide in wanted[1:])]
    spare = room - others - wanted[0]
    if spare <= 0:
        return size, [room - others, *wanted[1:]]
    if banded:
        more = min(spare, max(0.0, _LABEL_MOST - wanted[0]))
        wanted[0] += more
        spare -= more
        figures = [index for index, head in enumerate(heads) if head.numeric] or [0]
        for index in figures:
            wanted[index] += spare / len(figures)
        return size, wanted
    stretch = room / sum(wanted)
    return size, [wide * stretch for wide in wanted]


def _longest(heads: Sequence[SheetHead], rows: Sequence[SheetRow]) -> list[str]:
    """Return the longest text of each column."""
    labels = max((row.label for row in rows), key=len, default="")
    columns = [
        max((row.cells[index] for row in rows), key=len, default="")
        for index in range(len(heads) - 1)
    ]
    return [labels, *columns]


def _head_width(head: SheetHead, size: float, *, banded: bool) -> float:
    """Return the least width of a head that is broken into a few lines."""
    characters = -(-len(head.label) // (1 if banded else _HEAD_LINES))
    unit = 0.0 if banded or not head.unit else width(_unit_line(head), Face.BOLD, size)
    return max(min(characters, 8) * size, 2 * size, unit) + PAD


def _head_lines(head: SheetHead, room: float, size: float, *, banded: bool) -> list[str]:
    lines = _balanced(head.label, size, room)
    if head.unit and not banded:
        lines.append(_unit_line(head))
    return lines


def _balanced(label: str, size: float, room: float) -> list[str]:
    """Break a head into lines of much the same length, set a little smaller if that saves one."""
    wide = width(label, Face.BOLD, size)
    lines = wrap(label, Face.BOLD, size, room / 0.88)
    share = wide / len(lines)
    while share < room / 0.88:
        tried = wrap(label, Face.BOLD, size, share)
        if len(tried) == len(lines):
            return list(tried)
        share += size / 2
    return list(lines)


def _unit_line(head: SheetHead) -> str:
    return _("（{unit}）").format(unit=head.unit)


def _runs(heads: Sequence[SheetHead]) -> Iterable[tuple[int, int, str]]:
    """Return first and last column and name of each group of neighbours."""
    start = 0
    for position in range(1, len(heads) + 1):
        if position < len(heads) and heads[position].group == heads[start].group:
            continue
        if heads[start].group:
            yield start, position - 1, heads[start].group
        start = position
