"""Any register as a printed list: page-sized tables drawn straight on the canvas, rows streamed.

One ReportLab ``LongTable`` grows with the square of its rows; here a page is drawn and put aside as
soon as it is full, so a row costs the same in a list of any length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session

from desktop.models.listing import Column as ListColumn
from desktop.models.listing import Query, every, shown
from desktop.models.listing import columns as columns_of
from desktop.printing.fonts import Face
from desktop.printing.pen import A4, MM, Align, Pen, wrap
from desktop.text import _, in_a_row

_MARGIN = 14 * MM
_PAD = 1.3 * MM
_LARGEST = 9.0
_SMALLEST = 6.5
_LEADING = 1.35
_NARROWEST = 2.0
"""A column is at least two characters wide."""


@dataclass(frozen=True)
class Column:
    """A column of the list; its width is in Chinese characters."""

    label: str
    width: float
    align: Align = Align.LEFT


@dataclass(frozen=True)
class Heading:
    """What stands above the table."""

    title: str
    centre: str
    day: date
    filter_text: str = ""


@dataclass(frozen=True)
class Printed:
    """What was printed; ``missing`` are characters that no face has."""

    pages: int
    rows: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Layout:
    """Sizes of one list: the paper, the type and the column edges."""

    paper: tuple[float, float]
    size: float
    edges: tuple[float, ...]

    @property
    def rooms(self) -> list[float]:
        """Return the room for text in each column."""
        return [
            right - left - 2 * _PAD for left, right in zip(self.edges, self.edges[1:], strict=False)
        ]


def _layout(columns: Sequence[Column]) -> _Layout:
    """Choose upright or lying paper and the type size, so that the columns fit side by side."""
    characters = sum(max(column.width, _NARROWEST) for column in columns)
    padding = 2 * _PAD * len(columns)
    upright = A4[0] - 2 * _MARGIN
    lying = A4[1] - 2 * _MARGIN
    paper, room = (A4, upright)
    if characters * _LARGEST + padding > upright:
        paper, room = ((A4[1], A4[0]), lying)
    size = min(_LARGEST, max(_SMALLEST, (room - padding) / characters))
    share = (room - padding) / characters
    edges = [_MARGIN]
    for column in columns:
        edges.append(edges[-1] + max(column.width, _NARROWEST) * share + 2 * _PAD)
    return _Layout(paper, size, tuple(edges))


class _List:
    """A list being printed: knows where the next row goes."""

    def __init__(
        self, target: Path | IO[bytes], heading: Heading, columns: Sequence[Column]
    ) -> None:
        self.heading = heading
        self.columns = columns
        self.layout = _layout(columns)
        self.pen = Pen(target, self.layout.paper, heading.title, heading.centre)
        self.leading = self.layout.size * _LEADING
        self.bottom = _MARGIN + 8 * MM
        self.rows = 0
        self.y = 0.0
        self.lines: list[float] = []
        self.header = [
            wrap(column.label, Face.BOLD, self.layout.size, room)
            for column, room in zip(columns, self.layout.rooms, strict=True)
        ]
        self._begin_page()

    def _begin_page(self) -> None:
        """Write the title (first page only), the line below it and the header row."""
        pen, heading = self.pen, self.heading
        left, right = self.layout.edges[0], self.layout.edges[-1]
        y = pen.height - _MARGIN
        if pen.page == 1:
            y -= 16
            pen.heavy(pen.width / 2, y, heading.title, size=16)
            y -= 8
        y -= 12
        day = _("{year}年{month}月{day}日").format(
            year=heading.day.year, month=heading.day.month, day=heading.day.day
        )
        pen.text(left, y, _("单位：{name}").format(name=heading.centre), size=9)
        if heading.filter_text:
            sentence = _("范围：{text}").format(text=heading.filter_text)
            room = (right - left) / 2
            pen.text(
                pen.width / 2, y, wrap(sentence, Face.SERIF, 9, room)[0], size=9, align=Align.CENTRE
            )
        pen.text(right, y, _("打印日期：{day}").format(day=day), size=9, align=Align.RIGHT)
        self.y = y - 5
        self.lines = [self.y]
        high = max(map(len, self.header)) * self.leading + 2 * _PAD
        pen.shade(left, self.y - high, right - left, high)
        self._cells(self.header, high, Face.BOLD, header=True)

    def row(self, values: Sequence[str]) -> None:
        """Write one row, on a new page where this one is full."""
        size = self.layout.size
        tallest = int((self.layout.paper[1] - self.bottom - 40 * MM) / self.leading)
        cells = [
            wrap(value, Face.SANS, size, room)[:tallest]
            for value, room in zip(values, self.layout.rooms, strict=True)
        ]
        high = max(map(len, cells)) * self.leading + _PAD
        if self.y - high < self.bottom:
            self._end_table()
            self.pen.next_page()
            self._begin_page()
        self._cells(cells, high, Face.SANS)
        self.rows += 1

    def _cells(
        self, cells: Sequence[Sequence[str]], high: float, face: Face, *, header: bool = False
    ) -> None:
        """Write one row of cells, each middled over the row's height."""
        size, edges, write = self.layout.size, self.layout.edges, self.pen.text
        for position, (lines, column) in enumerate(zip(cells, self.columns, strict=True)):
            align = Align.CENTRE if header else column.align
            if align is Align.RIGHT:
                x = edges[position + 1] - _PAD
            elif align is Align.CENTRE:
                x = (edges[position] + edges[position + 1]) / 2
            else:
                x = edges[position] + _PAD
            y = self.y - (high - len(lines) * self.leading) / 2 - size * 1.02
            for line in lines:
                write(x, y, line, face=face, size=size, align=align)
                y -= self.leading
        self.y -= high
        self.lines.append(self.y)

    def _end_table(self) -> None:
        """Rule the page's table and book its page number."""
        left, right = self.layout.edges[0], self.layout.edges[-1]
        top, foot = self.lines[0], self.lines[-1]
        self.pen.rules([(left, y, right, y) for y in self.lines[1:-1]], weight=0.3)
        self.pen.rules([(x, top, x, foot) for x in self.layout.edges[1:-1]], weight=0.3)
        self.pen.rules(
            [(left, top, right, top), (left, foot, right, foot)]
            + [(x, top, x, foot) for x in (left, right)],
            weight=0.8,
        )
        self.pen.page_number(self.pen.width / 2, _MARGIN - 2 * MM)

    def close(self) -> Printed:
        """Write the count, the signatures and the note on characters, and the file."""
        self._end_table()
        if self.y - 26 * MM < self.bottom:
            self.pen.next_page()
            self.pen.page_number(self.pen.width / 2, _MARGIN - 2 * MM)
            self.y = self.pen.height - _MARGIN
        left, right = self.layout.edges[0], self.layout.edges[-1]
        y = self.y - 14
        self.pen.text(left, y, _("共 {count} 条").format(count=f"{self.rows:,}"), size=9)
        y -= 20
        for share, label in (
            (0.0, _("制表人：")),
            (0.36, _("审核人：")),
            (0.68, _("负责人（盖章）：")),
        ):
            self.pen.text(left + share * (right - left), y, label, size=9)
        if self.pen.missing:
            self.pen.text(left, y - 18, missing_note(self.pen.missing), face=Face.SANS, size=7)
        return Printed(self.pen.close(), self.rows, tuple(sorted(self.pen.missing)))


def missing_note(missing: Iterable[str]) -> str:
    """Return the note that names the characters drawn as 〓, by their code points."""
    codes = in_a_row(f"U+{ord(character):04X}" for character in sorted(missing))
    return _("注：“〓”处为字库所缺的字（{codes}），请手写补正。").format(codes=codes)


def print_list(
    target: Path | IO[bytes],
    heading: Heading,
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
) -> Printed:
    """Print rows of text as a list; they are streamed and may be any number."""
    printing = _List(target, heading, columns)
    for row in rows:
        printing.row(row)
    return printing.close()


def print_register(
    session: Session,
    query: Query,
    target: Path | IO[bytes],
    heading: Heading,
    *,
    keys: Sequence[str] = (),
    masked: bool = True,
) -> Printed:
    """Print a register as listed on screen: its filter, its order, its columns.

    Args:
        session: A reading session.
        query: What to list.
        target: The PDF.
        heading: What stands above.
        keys: Columns to print; without them those that the table shows unasked.
        masked: Hide the middle of ID and phone numbers (facts i: never whole on a posted list).
    """
    chosen = [
        column
        for column in columns_of(query.register)
        if (column.key in keys if keys else column.listed)
    ]
    numbered = [Column(_("序号"), 3, Align.RIGHT)] + [
        Column(_(column.label), column.width, Align.RIGHT if column.numeric else Align.LEFT)
        for column in chosen
    ]
    return print_list(target, heading, numbered, _texts(session, query, chosen, masked=masked))


_CHUNK = 500


def _texts(
    session: Session, query: Query, chosen: Sequence[ListColumn], *, masked: bool
) -> Iterator[list[str]]:
    """Give the rows as texts; references are looked up some hundred rows at a time."""
    rows = every(session, query, _CHUNK)
    number = 0
    while chunk := list(islice(rows, _CHUNK)):
        for texts in shown(session, query.register, chunk, masked=masked):
            number += 1
            yield [str(number), *(texts[column.key] for column in chosen)]
