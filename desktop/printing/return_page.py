"""Returns on paper: statutory order of head, table and foot, A4 upright or lying (facts a and i).

Zero is printed as 0, "not applicable" as — and a missing figure as an empty cell; the texts come
ready from the composed return. A 42 mm square by the signatures stays empty for the round seal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from desktop.models.return_text import ReturnSheet, SheetPart
from desktop.printing.fonts import Face, PaperFaces, office_faces, width
from desktop.printing.pen import A4, MM, Align, Pen, wrap
from desktop.printing.register_list import Printed, missing_note
from desktop.printing.return_grid import Grid, draw_head, draw_row
from desktop.printing.return_qr import QR, keep_qr
from desktop.printing.return_tables import PAD, Section, Table, fitting_size, tables_of
from desktop.text import _

LEFT = 14 * MM
FOOT = 34 * MM
"""The page number, the check code and the QR code stand below this."""

_ABOVE = 20 * MM
_SIZE = 9.5
_NOTE, _NOTE_LEADING = 8.5, 4.6 * MM
_BAND = 6.5 * MM
_CAPTION = 8 * MM
_BASE = 15 * MM
SEAL = 42 * MM
_SIGNATURES_A_ROW = {True: 5, False: 3}
_GAP = 3 * MM
_TORN = 0.35
"""A section higher than this part of a page is torn at its end; a lower one stays whole."""


def paper_size(sheet: ReturnSheet) -> tuple[float, float]:
    """Return the size of a return's paper."""
    return (A4[1], A4[0]) if sheet.landscape else A4


class ReturnPaper:
    """One return being laid out on a pen's pages, from the page where the pen stands."""

    def __init__(self, pen: Pen, sheet: ReturnSheet, faces: PaperFaces, qr: str = "qr") -> None:
        self.pen = pen
        self.sheet = sheet
        self.faces = faces
        self.qr = qr
        self.right = pen.width - LEFT
        self.top = pen.height - _ABOVE
        self.y = 0.0
        self.grid: Grid | None = None
        self.bare = True
        """Nothing but the head stands on this page, so a new page would give no more room."""
        keep_qr(pen, qr, sheet.qr_text)

    def draw(self) -> None:
        """Draw the whole return; every clinic of a form filled for each begins a page."""
        parts = self.sheet.parts
        others, self.pen.missing = self.pen.missing, set()
        for position, part in enumerate(parts):
            if position:
                self.pen.next_page()
            self._part = part
            self._begin_page(first=True)
            self._tables(part)
            self._closing(notes=position + 1 == len(parts))
        self.pen.missing |= others

    # The page

    def _begin_page(self, *, first: bool) -> None:
        """Write the head: in full on a part's first page, one line on the others."""
        pen, sheet = self.pen, self.sheet
        if sheet.draft or sheet.sent_back:
            pen.watermark(_("草稿") if sheet.draft else _("已退回"))
        self._foot()
        self.bare = True
        if first:
            self._full_head()
            return
        self.y = self.top
        title = _("{title}（续）").format(title=sheet.title)
        pen.text(LEFT, self.y, title, face=Face.BOLD, size=10)
        words = [self._part.subject or sheet.centre, sheet.month]
        if sheet.money:
            words.append(self._unit_of_money())
        pen.text(
            self.right,
            self.y,
            "　".join(words),
            face=self.faces.text,
            size=_SIZE,
            align=Align.RIGHT,
        )
        self.y -= _GAP

    def _full_head(self) -> None:
        pen, sheet, text = self.pen, self.sheet, self.faces.text
        middle = pen.width / 2
        title_face = self.faces.title or Face.SERIF
        size = fitting_size(sheet.title, title_face, 20, self.right - LEFT)
        if self.faces.title is None:
            pen.heavy(middle, self.top - 4 * MM, sheet.title, size=size)
        else:
            pen.text(
                middle,
                self.top - 4 * MM,
                sheet.title,
                face=title_face,
                size=size,
                align=Align.CENTRE,
            )
        month = (
            _("{month}（草稿，未上报）").format(month=sheet.month) if sheet.draft else sheet.month
        )
        y = self.top - 12 * MM
        pen.text(middle, y, month, face=text, size=10.5, align=Align.CENTRE)
        left = [*sheet.head_left]
        if self._part.subject:
            left.append(_("机构名称：{name}").format(name=self._part.subject))
        right = [*sheet.head_right]
        if sheet.money:
            right.append(self._unit_of_money())
        wide = max((width(each, text, _SIZE) for each in right), default=0.0)
        at = self.right - max(48 * MM, wide + PAD)
        # The block at the right begins beside the period where that leaves room for it.
        beside = at > middle + width(month, text, 10.5) / 2 + _GAP
        self.y = y - max(len(left), len(right) - beside, 2) * 5 * MM - 5.5 * MM
        self._head(left, LEFT + PAD)
        self._head(right, at)

    def _unit_of_money(self) -> str:
        return _("计量单位：{unit}").format(unit=self.sheet.money)

    def _head(self, texts: Sequence[str], x: float) -> None:
        """Write a block of the head so that its last line stands on the table."""
        y = self.y + 3 * MM + (len(texts) - 1) * 5 * MM
        for text in texts:
            self.pen.text(x, y, text, face=self.faces.text, size=_SIZE)
            y -= 5 * MM

    def _foot(self) -> None:
        """Write page number, check code and QR code, on every page."""
        pen, sheet = self.pen, self.sheet
        pen.page_number(LEFT + 11 * MM, _BASE)
        sentence = (
            _("草稿，不作上报凭据　数据校验码 {code}")
            if sheet.draft
            else _("扫码核对：纸质报表与已上报数据一致　校验码 {code}")
        )
        left = self.right - QR
        pen.text(
            left - 3 * MM,
            _BASE,
            sentence.format(code=sheet.check_code),
            face=Face.SANS,
            size=8,
            align=Align.RIGHT,
        )
        pen.stamp(self.qr, left, _BASE - 1 * MM)

    def _turn(self) -> None:
        """Go to the next page."""
        self._end_grid()
        self.pen.next_page()
        self._begin_page(first=False)

    # The tables

    def _tables(self, part: SheetPart) -> None:
        tables = tables_of(part, LEFT, self.right, self.faces.text)
        for position, table in enumerate(tables):
            for number, section in enumerate(table.sections):
                last = position + 1 == len(tables) and number + 1 == len(table.sections)
                self._section(table, section, self._closing_high() if last else 0.0)
            self._end_grid()
            self.y -= _GAP

    def _section(self, table: Table, section: Section, tail: float) -> None:
        """Draw a section: its heading keeps two rows, its end two rows and what must follow."""
        heights = section.heights or [_BAND]
        count = len(heights)
        heading = self._heading_high(table, section)
        whole = heading + sum(heights) + tail
        page = self.top - _GAP - FOOT
        least = heading + sum(heights[:2]) + (tail if count <= 2 else 0.0)  # noqa: PLR2004 - two rows
        if not self._fits(least) or (not self._fits(whole) and whole - tail <= page * _TORN):
            self._turn_if_it_helps()
        self._heading(table, section.title)
        if not section.rows:
            self._empty(table)
        for position, high in enumerate(section.heights):
            needed = high
            if position == count - 2:
                needed += heights[-1] + tail
            if position and not self._fits(needed):
                self._turn()
                again = _("{title}（续）").format(title=section.title) if section.title else ""
                self._heading(table, again)
            assert self.grid is not None
            draw_row(self.grid, table, section, position)
            self.y, self.bare = self.grid.foot, False

    def _fits(self, high: float) -> bool:
        return self.y - high >= FOOT

    def _turn_if_it_helps(self) -> None:
        if not self.bare:
            self._turn()

    def _heading_high(self, table: Table, section: Section) -> float:
        title = (_BAND if table.banded else _CAPTION) if section.title else 0.0
        return title + (table.head_high if self.grid is None else 0.0)

    def _heading(self, table: Table, title: str) -> None:
        """Write a section's heading, and the table's head where a table begins."""
        if title and not table.banded:
            self.y -= _CAPTION - 2 * MM
            self.pen.text(LEFT, self.y, title, face=Face.BOLD, size=10)
            self.y -= 2 * MM
        if self.grid is None:
            self.grid = Grid(self.pen, table.edges, self.y, self.faces.text)
            draw_head(self.grid, table)
        if title and table.banded:
            self.grid.band(title, _BAND)
        self.y, self.bare = self.grid.foot, False

    def _empty(self, table: Table) -> None:
        """Say that a table has no rows: an empty frame looks like a fault."""
        assert self.grid is not None
        y = self.grid.foot - _BAND / 2 - _SIZE * 0.36
        middle = (table.edges[0] + table.edges[-1]) / 2
        self.pen.text(
            middle, y, _("（本期无记录）"), face=self.faces.text, size=9, align=Align.CENTRE
        )
        self.grid.gap(_BAND)
        self.y = self.grid.foot

    def _end_grid(self) -> None:
        if self.grid is not None:
            self.grid.draw()
            self.grid = None

    # What stands below

    def _closing_high(self) -> float:
        """Return the height of signatures and seal, which stay with the table's last rows."""
        rows = -(-len(self.sheet.signatures) // _SIGNATURES_A_ROW[self.sheet.landscape])
        return (rows - 1) * 7 * MM + 6 * MM + SEAL + 6 * MM

    def _closing(self, *, notes: bool) -> None:
        """Write signatures, the empty square for the seal, and notes beside and below it."""
        if not self._fits(self._closing_high() - _GAP):
            self._turn_if_it_helps()
        y = self.y - 5 * MM
        y = self._signatures(y)
        seal_left, seal_foot = self.right - SEAL, y - SEAL - 2 * MM
        self.pen.corners(seal_left, seal_foot, SEAL)
        self.pen.text(
            seal_left + SEAL / 2,
            seal_foot - 3.5 * MM,
            _("（单位公章）"),
            face=self.faces.text,
            size=7.5,
            align=Align.CENTRE,
        )
        if notes:
            self._notes(y - 7 * MM, seal_left - 8 * MM, seal_foot - 5 * MM)

    def _signatures(self, y: float) -> float:
        """Write the fields of the foot in their order; returns the base of the last row."""
        a_row = _SIGNATURES_A_ROW[self.sheet.landscape]
        step = (self.right - LEFT) / a_row
        rows = [
            self.sheet.signatures[start : start + a_row]
            for start in range(0, len(self.sheet.signatures), a_row)
        ]
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                # The day of reporting stands below the last column, by the seal.
                place = a_row - 1 if number and column + 1 == len(row) else column
                x = LEFT + place * step
                size = fitting_size(text, self.faces.text, _SIZE, step - PAD)
                self.pen.text(x, y - number * 7 * MM, text, face=self.faces.text, size=size)
        return y - (len(rows) - 1) * 7 * MM

    def _notes(self, y: float, narrow: float, seal_foot: float) -> None:
        """Write check rules and explanations: beside the seal first, then as wide as the page."""
        for note in self._note_texts():
            right = narrow if y > seal_foot else self.right
            for line in wrap(note, self.faces.text, _NOTE, right - LEFT):
                if y < FOOT:
                    self._turn()
                    self.bare = False
                    y, seal_foot = self.y - 6 * MM, self.pen.height
                self.pen.text(LEFT, y, line, face=self.faces.text, size=_NOTE)
                y -= _NOTE_LEADING

    def _note_texts(self) -> Iterator[str]:
        """Give the notes; the last names the characters that no face has, those of notes too."""
        yield from self.sheet.notes
        if self.pen.missing:
            yield missing_note(self.pen.missing)


def print_return(
    target: Path | IO[bytes], sheet: ReturnSheet, *, faces: PaperFaces | None = None
) -> Printed:
    """Print one return; heads are repeated on each page and no section's heading stands alone.

    Args:
        target: The PDF.
        sheet: The return as text.
        faces: What to set it in; without, the office's own faces where it has them.
    """
    pen = Pen(target, paper_size(sheet), f"{sheet.title} {sheet.month}", sheet.centre)
    pen.say_keywords(sheet.qr_text)
    ReturnPaper(pen, sheet, faces or office_faces()).draw()
    return Printed(pen.close(), sheet.rows, tuple(sorted(pen.missing)))
