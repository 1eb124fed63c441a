"""The cells of a worksheet's XML, with the bytes on which each of them stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from desktop.exchange.sheets import Span

Position = tuple[int, int]

_EMPTY_DATA = re.compile(rb"<((?:\w+:)?)sheetData\s*/>")
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")


def position(text: str) -> Position:
    """Return the position of a reference such as ``C5``, counted from 0.

    Raises:
        ValueError: It is no reference.
    """
    found = _REFERENCE.fullmatch(text.upper())
    if found is None:
        raise ValueError(text)
    column = 0
    for letter in found.group(1):
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found.group(2)) - 1, column - 1


def letters(column: int) -> str:
    """Return a column's letters, A for 0."""
    made, left = "", column + 1
    while left:
        left, digit = divmod(left - 1, 26)
        made = chr(ord("A") + digit) + made
    return made


def reference(place: Position) -> str:
    """Return how a position is written, such as ``C5``."""
    return f"{letters(place[1])}{place[0] + 1}"


@dataclass
class Cell:
    """A cell: its value as written, its kind, its format, where it stands in the bytes."""

    start: int
    end: int = 0
    kind: str = ""
    style: int = 0
    value: str = ""
    formula: bool = False
    kept: tuple[int, int] | None = None
    """The bytes of the value that its formula had."""


@dataclass
class _Row:
    start: int
    inside: int = 0
    """Where its first cell begins, or 0 for a row without cells that closes itself."""
    end: int = 0


@dataclass
class SheetXml:
    """A worksheet's XML with the places of its cells."""

    content: bytes
    prefix: str = ""
    cells: dict[Position, Cell] = field(default_factory=dict)
    rows: dict[int, _Row] = field(default_factory=dict)
    merged: tuple[Span, ...] = ()
    data: tuple[int, int] = (0, 0)
    """The bytes of ``sheetData``, from after its opening tag to its closing one."""

    def with_values(self, values: Mapping[Position, int | float | str | None]) -> bytes:
        """Return the XML with values in these cells, and without what formulas came to."""
        edits = [
            (cell.kept[0], cell.kept[1], b"")
            for place, cell in self.cells.items()
            if cell.kept is not None and place not in values
        ]
        new: dict[int, dict[int, bytes]] = {}
        for place, value in values.items():
            there = self.cells.get(place)
            made = self._cell(place, value, there.style if there else 0)
            if there is not None:
                edits.append((there.start, there.end, made))
            elif value is not None:
                new.setdefault(place[0], {})[place[1]] = made
        for row, cells in sorted(new.items()):
            edits += self._added(row, cells)
        return _edited(self.content, edits)

    def _cell(self, place: Position, value: float | str | None, style: int) -> bytes:
        name = f"{self.prefix}c"
        head = f'<{name} r="{reference(place)}"' + (f' s="{style}"' if style else "")
        if value is None:
            return f"{head}/>".encode()
        if isinstance(value, str):
            tag, text = f"{self.prefix}t", escape(_writable(value))
            inside = (
                f'<{self.prefix}is><{tag} xml:space="preserve">{text}</{tag}></{self.prefix}is>'
            )
            return f'{head} t="inlineStr">{inside}</{name}>'.encode()
        return f"{head}><{self.prefix}v>{value!r}</{self.prefix}v></{name}>".encode()

    def _added(self, row: int, cells: Mapping[int, bytes]) -> list[tuple[int, int, bytes]]:
        """Return the edits that add cells to a row, which may not be there yet."""
        there = self.rows.get(row)
        if there is None:
            later = [each.start for number, each in self.rows.items() if number > row]
            at = min(later, default=self.data[1])
            inside = b"".join(cells[column] for column in sorted(cells))
            return [(at, at, self._row(row, inside))]
        if not there.inside:
            head = self.content[there.start : there.end].rstrip(b"/> \n\r\t")
            inside = b"".join(cells[column] for column in sorted(cells))
            close = f"</{self.prefix}row>".encode()
            return [(there.start, there.end, head + b">" + inside + close)]
        edits = []
        mine = {column: cell for (at, column), cell in self.cells.items() if at == row}
        for column in sorted(cells):
            later = [cell.start for number, cell in mine.items() if number > column]
            place = min(later, default=self.content.rindex(b"</", there.start, there.end))
            edits.append((place, place, cells[column]))
        return edits

    def _row(self, row: int, inside: bytes) -> bytes:
        name = f"{self.prefix}row"
        return f'<{name} r="{row + 1}">'.encode() + inside + f"</{name}>".encode()


def _writable(text: str) -> str:
    """Return a text without the characters that XML does not allow."""
    return "".join(each for each in text if each >= " " or each in "\t\n\r")


def _edited(content: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    made, reached = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        made += [content[reached:start], new]
        reached = end
    return b"".join([*made, content[reached:]])


class SheetReader:
    """Reads a worksheet's XML once, from its beginning to its end."""

    def __init__(self, content: bytes) -> None:
        self._made = SheetXml(_EMPTY_DATA.sub(rb"<\1sheetData></\1sheetData>", content))
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._row, self._column = -1, -1
        self._cell: Cell | None = None
        self._into = ""
        self._value_at = 0
        self._spans: list[Span] = []
        self._data_at = 0

    def read(self) -> SheetXml:
        """Return the sheet.

        Raises:
            ValueError: It is no worksheet, or not in the usual encoding.
        """
        try:
            self._parser.Parse(self._made.content, True)
        except expat.ExpatError as error:
            raise ValueError(str(error)) from error
        if not self._made.data[1] or self._made.content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise ValueError("no sheetData")
        self._made.merged = tuple(self._spans)
        return self._made

    def _after(self, at: int) -> int:
        """Return the byte after the tag that begins at ``at``."""
        content, quote = self._made.content, 0
        for number in range(at, len(content)):
            byte = content[number]
            if quote:
                quote = 0 if byte == quote else quote
            elif byte in b"\"'":
                quote = byte
            elif byte == ord(">"):
                return number + 1
        raise ValueError("tag without end")

    def _start(self, tag: str, about: dict[str, str]) -> None:
        prefix, _colon, name = tag.rpartition(":")
        at = self._parser.CurrentByteIndex
        if name == "sheetData":
            self._made.prefix = f"{prefix}:" if prefix else ""
            self._data_at = self._after(at)
        elif name == "row":
            self._row = int(about.get("r", self._row + 2)) - 1
            self._column = -1
            self._made.rows[self._row] = _Row(at, self._after(at))
        elif name == "c":
            self._begin_cell(at, about)
        elif name == "f" and self._cell is not None:
            self._cell.formula = True
        elif name in ("v", "t") and self._cell is not None:
            self._into, self._value_at = name, at
        elif name == "mergeCell":
            first, _to, last = about.get("ref", "").partition(":")
            self._spans.append(Span(*position(first), *position(last or first)))

    def _begin_cell(self, at: int, about: dict[str, str]) -> None:
        given = about.get("r")
        self._row, self._column = position(given) if given else (self._row, self._column + 1)
        cell = Cell(at, kind=about.get("t", ""), style=int(about.get("s", 0)))
        self._made.cells[self._row, self._column] = self._cell = cell

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        at = self._parser.CurrentByteIndex
        # Of a tag that closes itself, expat gives the byte after it.
        closing = self._made.content.startswith(f"</{tag}".encode(), at)
        end = self._after(at) if closing else at
        if name == "c" and self._cell is not None:
            self._cell.end, self._cell = end, None
        elif name == "v" and self._cell is not None:
            self._into = ""
            if self._cell.formula:
                self._cell.kept = (self._value_at, end)
        elif name == "t":
            self._into = ""
        elif name == "row":
            row = self._made.rows[self._row]
            row.end = end
            if row.inside == end:
                row.inside = 0
        elif name == "sheetData":
            self._made.data = (self._data_at, at)

    def _text(self, text: str) -> None:
        if self._into and self._cell is not None:
            self._cell.value += text
