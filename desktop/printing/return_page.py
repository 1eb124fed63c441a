"""The monthly return on paper: A4 upright, statutory order of head, table and foot (facts a and i).

Zero is printed as 0, "not applicable" as — and a missing figure as an empty cell; the texts come
ready from the composed return. A 42 mm square by the date stays empty for the round seal.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Protocol

from desktop.printing.fonts import Face
from desktop.printing.pen import A4, MM, Align, Pen, wrap
from desktop.printing.register_list import Printed, missing_note
from desktop.text import _

_LEFT = 14 * MM
_RIGHT = A4[0] - _LEFT
_TOP = A4[1] - 20 * MM
_FOOT = 34 * MM
"""The page number, the check code and the QR code stand below this."""

_ROW = 6.5 * MM
_SIZE = 9.5
_PAD = 2 * MM
_INDENT = 3.5 * MM
SEAL = 42 * MM
_QR = 18 * MM
_QR_MASK = 3
"""Any of the eight masks is valid; weighing them all takes as long as drawing the page."""

_WIDTHS = (58, 13, 15, 20, 20, 17, 19, 20)
"""Millimetres: item, code, unit, this month, last month, change, year ago, year to date."""


class SheetLine(Protocol):
    """A line of the table as text."""

    @property
    def section(self) -> bool:
        """Say that this is a section's heading."""

    @property
    def label(self) -> str:
        """Return the item's name."""

    @property
    def indent(self) -> int:
        """Return how deep it stands under its parent."""

    @property
    def code(self) -> str:
        """Return its stable code."""

    @property
    def unit(self) -> str:
        """Return its unit."""

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """Return this month, last month, change, same month last year and year to date."""


class Sheet(Protocol):
    """A return as text, ready to be laid out."""

    @property
    def title(self) -> str:
        """Return the form's name."""

    @property
    def month(self) -> str:
        """Return the month in words."""

    @property
    def head_left(self) -> Sequence[str]:
        """Return the lines on the left: credit code, reporting unit."""

    @property
    def head_right(self) -> Sequence[str]:
        """Return the block on the right: form number, issuer, validity."""

    @property
    def centre(self) -> str:
        """Return the centre's name."""

    @property
    def lines(self) -> Sequence[SheetLine]:
        """Return the table."""

    @property
    def signatures(self) -> Sequence[str]:
        """Return the five fields of the foot in their order (facts a)."""

    @property
    def notes(self) -> Sequence[str]:
        """Return the check rules and the explanations, a paragraph each."""

    @property
    def draft(self) -> bool:
        """Say that it was not submitted."""

    @property
    def check_code(self) -> str:
        """Return the short code over the figures."""

    @property
    def qr_text(self) -> str:
        """Return what the QR code says."""


def _edges() -> list[float]:
    edges = [_LEFT]
    for width in _WIDTHS:
        edges.append(edges[-1] + width * MM)
    return edges


_EDGES = _edges()


class _Paper:
    """One return being laid out."""

    def __init__(self, target: Path | IO[bytes], sheet: Sheet) -> None:
        self.sheet = sheet
        self.pen = Pen(target, A4, f"{sheet.title} {sheet.month}", sheet.centre)
        modules, boxes = _qr_boxes(sheet.qr_text)
        side = _QR / modules
        scaled = [(x * side, y * side, wide * side, side) for x, y, wide in boxes]
        self.pen.make_stamp("qr", _QR, scaled)
        self.y = 0.0
        self.tops: list[float] = []
        self.bands: list[float] = []

    def begin_page(self) -> None:
        """Write the head: in full on the first page, one line on the others."""
        pen, sheet = self.pen, self.sheet
        if sheet.draft:
            pen.watermark(_("草稿"))
        self._foot()
        if pen.page > 1:
            self.y = _TOP
            pen.text(
                _LEFT, self.y, _("{title}（续）").format(title=sheet.title), face=Face.BOLD, size=10
            )
            pen.text(
                _RIGHT, self.y, f"{sheet.centre}　{sheet.month}", size=_SIZE, align=Align.RIGHT
            )
            self.y -= 3 * MM
            return
        pen.heavy(A4[0] / 2, _TOP - 4 * MM, sheet.title, size=20)
        month = _("{month}（草稿，未上报）") if sheet.draft else "{month}"
        y = _TOP - 12 * MM
        pen.text(A4[0] / 2, y, month.format(month=sheet.month), size=10.5, align=Align.CENTRE)
        self._head(sheet.head_left, _LEFT + _PAD, y)
        self._head(sheet.head_right, _RIGHT - 48 * MM, y)
        self.y = y - 17 * MM

    def _head(self, texts: Sequence[str], x: float, y: float) -> None:
        """Write a block of the head so that its last line stands on the table."""
        y -= 14 * MM - (len(texts) - 1) * 5 * MM
        for text in texts:
            self.pen.text(x, y, text, size=9.5)
            y -= 5 * MM

    def _foot(self) -> None:
        """Write page number, check code and QR code, on every page."""
        pen, sheet = self.pen, self.sheet
        base = 15 * MM
        pen.page_number(_LEFT + 9 * MM, base)
        sentence = (
            _("草稿，不作上报凭据　数据校验码 {code}")
            if sheet.draft
            else _("扫码核对：纸质报表与已上报数据一致　校验码 {code}")
        )
        left = _RIGHT - _QR
        pen.text(
            left - 3 * MM,
            base,
            sentence.format(code=sheet.check_code),
            face=Face.SANS,
            size=8,
            align=Align.RIGHT,
        )
        pen.stamp("qr", left, base - 1 * MM)

    def header(self) -> None:
        """Write the table's head row."""
        labels = (
            _("指标名称"),
            _("代码"),
            _("单位"),
            _("本月"),
            _("上月"),
            _("环比"),
            _("去年同期"),
            _("本年累计"),
        )
        self.tops.append(self.y)
        y = self.y - _ROW / 2 - _SIZE * 0.36
        for label, left, right in zip(labels, _EDGES, _EDGES[1:], strict=False):
            middle = (left + right) / 2
            self.pen.text(middle, y, label, face=Face.BOLD, size=9, align=Align.CENTRE)
        self.y -= _ROW

    def line(self, line: SheetLine) -> None:
        """Write one line of the table."""
        self.tops.append(self.y)
        pen = self.pen
        y = self.y - _ROW / 2 - _SIZE * 0.36
        if line.section:
            pen.shade(_LEFT, self.y - _ROW, _RIGHT - _LEFT, _ROW)
            pen.text(_LEFT + _PAD, y, line.label, face=Face.BOLD, size=9)
            self.bands.append(self.y)
        else:
            x = _LEFT + _PAD + line.indent * _INDENT
            room = _EDGES[1] - x - 1
            size = _SIZE if len(line.label) * _SIZE <= room else max(7.5, room / len(line.label))
            pen.text(x, y, line.label, size=size)
            for position, text in enumerate((line.code, line.unit), start=1):
                middle = (_EDGES[position] + _EDGES[position + 1]) / 2
                pen.text(middle, y, text, size=9, align=Align.CENTRE)
            for position, text in enumerate(line.cells, start=4):
                pen.text(_EDGES[position] - _PAD, y, text, size=_SIZE, align=Align.RIGHT)
        self.y -= _ROW

    def end_table(self) -> None:
        """Rule the page's part of the table; a section's row has no columns."""
        if not self.tops:
            return
        top, foot = self.tops[0], self.y
        across = [(_LEFT, y, _RIGHT, y) for y in self.tops[1:]]
        down = [(x, y, x, y - _ROW) for y in self.tops if y not in self.bands for x in _EDGES[1:-1]]
        self.pen.rules(across + down, weight=0.5)
        self.pen.rules(
            [(_LEFT, top, _RIGHT, top), (_LEFT, foot, _RIGHT, foot)]
            + [(x, top, x, foot) for x in (_LEFT, _RIGHT)],
            weight=1.0,
        )
        self.tops, self.bands = [], []

    def turn(self) -> None:
        """Go to the next page."""
        self.end_table()
        self.pen.next_page()
        self.begin_page()

    def closing(self) -> None:
        """Write signatures, notes and the empty square for the seal, together on one page."""
        notes = [
            line
            for note in self.sheet.notes
            for line in wrap(note, Face.SERIF, 8.5, _RIGHT - _LEFT - SEAL - 8 * MM)
        ]
        high = max(SEAL + 4 * MM, len(notes) * 4.6 * MM)
        if self.y - 18 * MM - high < _FOOT:
            self.turn()
        x_of = (_LEFT, _LEFT + 60 * MM, _LEFT + 118 * MM)
        y = self.y - 8 * MM
        for position, text in enumerate(self.sheet.signatures):
            row, column = divmod(position, 3)
            x = x_of[2] if (row, column) == (1, 1) else x_of[column]
            self.pen.text(x, y - row * 7 * MM, text, size=_SIZE)
        y -= 14 * MM
        seal_left = _RIGHT - SEAL
        self.pen.corners(seal_left, y - SEAL + 2 * MM, SEAL)
        self.pen.text(
            seal_left + SEAL / 2,
            y - SEAL - 1.5 * MM,
            _("（单位公章）"),
            size=7.5,
            align=Align.CENTRE,
        )
        y -= 3 * MM
        for note in notes:
            if y < _FOOT:
                self.turn()
                y = self.y - 6 * MM
            self.pen.text(_LEFT, y, note, size=8.5)
            y -= 4.6 * MM
        if self.pen.missing:
            self.pen.text(_LEFT, y, missing_note(self.pen.missing), face=Face.SANS, size=7)


@lru_cache(maxsize=16)  # What was looked at before is printed next.
def _qr_boxes(text: str) -> tuple[int, list[tuple[int, int, int]]]:
    """Return the QR code's side in modules and its black runs (x, y from the foot, width)."""
    import segno

    matrix = segno.make(text, error="m", micro=False, mask=_QR_MASK).matrix
    side = len(matrix)
    boxes = []
    for row, modules in enumerate(matrix):
        start = None
        for column, dark in enumerate((*modules, 0)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                boxes.append((start, side - 1 - row, column - start))
                start = None
    return side, boxes


def _sections(lines: Sequence[SheetLine]) -> list[list[SheetLine]]:
    """Split the table at its section headings."""
    made: list[list[SheetLine]] = []
    for line in lines:
        if line.section or not made:
            made.append([])
        made[-1].append(line)
    return made


def print_return(target: Path | IO[bytes], sheet: Sheet) -> Printed:
    """Print one return; a section that fits on a page is not torn apart."""
    paper = _Paper(target, sheet)
    paper.begin_page()
    paper.header()
    whole_page = _TOP - 3 * MM - _ROW - _FOOT
    for section in _sections(sheet.lines):
        high = len(section) * _ROW
        if paper.y - high < _FOOT and high <= whole_page:
            paper.turn()
            paper.header()
        for position, line in enumerate(section):
            heading_alone = line.section and position + 1 < len(section)
            if paper.y - _ROW * (2 if heading_alone else 1) < _FOOT:
                paper.turn()
                paper.header()
            paper.line(line)
    paper.end_table()
    paper.closing()
    return Printed(paper.pen.close(), len(sheet.lines), tuple(sorted(paper.pen.missing)))
