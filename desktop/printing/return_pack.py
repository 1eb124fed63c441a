"""A month's returns in one file: a cover sheet that lists them, then each as printed alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from desktop.models.return_text import PackCover, PackEntry, ReturnSheet
from desktop.printing.fonts import Face, PaperFaces, office_faces
from desktop.printing.pen import A4, MM, Align, Pen, wrap
from desktop.printing.register_list import missing_note
from desktop.printing.return_page import FOOT, LEFT, SEAL, ReturnPaper, paper_size
from desktop.printing.return_tables import PAD, fitting_size
from desktop.text import _

_TOP = A4[1] - 34 * MM
_RIGHT = A4[0] - LEFT
_ROW = 8 * MM
_SIZE = 9.5
_WIDTHS = (11, 62, 34, 34, 25, 16)
"""Millimetres: number, return, period, state, check code, pages."""


@dataclass(frozen=True)
class PrintedPack:
    """What was printed: pages of the file, of each return, and characters that no face has."""

    pages: int
    counts: tuple[int, ...]
    rows: int
    missing: tuple[str, ...] = ()


def print_pack(
    target: Path | IO[bytes],
    sheets: Sequence[ReturnSheet],
    cover: PackCover,
    *,
    duplex: bool = False,
    faces: PaperFaces | None = None,
) -> PrintedPack:
    """Print several returns into one file, each numbered by itself, behind a cover sheet.

    Args:
        target: The PDF.
        sheets: The returns, in the order of the cover's entries.
        cover: What the cover sheet says.
        duplex: Let every return begin on an odd page, so that on paper printed on both sides no
            two returns share a leaf.
        faces: What to set it in; without, the office's own faces where it has them.

    Raises:
        ValueError: There is nothing to print, or the cover lists something else.
    """
    if not sheets or len(sheets) != len(cover.entries):
        raise ValueError(_("没有要打印的内容。"))
    faces = faces or office_faces()
    pen = Pen(target, paper_size(sheets[0]), f"{cover.title} {cover.period}", cover.centre)
    pen.say_keywords(" ".join(sheet.qr_text for sheet in sheets))
    counts = []
    for position, sheet in enumerate(sheets):
        if position:
            pen.next_page(paper_size(sheet))
        pen.begin_document(f"{sheet.title} {sheet.month}")
        ReturnPaper(pen, sheet, faces, qr=f"qr{position}").draw()
        counts.append(pen.end_document())
        if duplex and counts[-1] % 2:
            pen.next_page()
    pen.next_page(A4)
    before = pen.page
    _CoverSheet(pen, cover, faces, counts).draw()
    if duplex and (pen.page - before) % 2 == 0:
        pen.next_page()
    missing = tuple(sorted(pen.missing))
    total = pen.close(front=pen.page - before + 1)
    return PrintedPack(total, tuple(counts), sum(sheet.rows for sheet in sheets), missing)


class _CoverSheet:
    """The cover: centre, period, what the pack holds, signatures and the place of the seal."""

    def __init__(
        self, pen: Pen, cover: PackCover, faces: PaperFaces, counts: Sequence[int]
    ) -> None:
        self.pen = pen
        self.cover = cover
        self.faces = faces
        self.counts = counts
        self.y = _TOP
        self.edges = [LEFT]
        for wide in _WIDTHS:
            self.edges.append(self.edges[-1] + wide * MM)

    def draw(self) -> None:
        """Draw it from the top of the page, on another page where the list is long."""
        pen, cover, text = self.pen, self.cover, self.faces.text
        pen.begin_document(cover.title)
        middle = pen.width / 2
        title = self.faces.title
        if title is None:
            pen.heavy(middle, self.y, cover.title, size=26)
        else:
            pen.text(middle, self.y, cover.title, face=title, size=26, align=Align.CENTRE)
        self.y -= 13 * MM
        pen.text(middle, self.y, cover.period, face=text, size=16, align=Align.CENTRE)
        self.y -= 12 * MM
        for line in cover.head:
            pen.text(LEFT, self.y, line, face=text, size=11)
            self.y -= 6.5 * MM
        self.y += 2.5 * MM
        self._list()
        self._foot()
        pen.end_document()

    def _list(self) -> None:
        tops = self._head()
        for number, entry in enumerate(self.cover.entries, start=1):
            if self.y - _ROW < FOOT:
                self._rule(tops)
                self._turn()
                tops = self._head()
            pages = self.counts[number - 1]
            self._row((str(number), *_texts(entry), str(pages)), self.faces.text)
            tops.append(self.y)
        counts = _("{count} 份").format(count=len(self.counts))
        self._row(("", _("合计"), "", counts, "", str(sum(self.counts))), Face.BOLD)
        tops.append(self.y)
        self._rule(tops)

    def _head(self) -> list[float]:
        top = self.y
        self.pen.shade(LEFT, top - _ROW, self.edges[-1] - LEFT, _ROW)
        labels = (_("序号"), _("报表"), _("报告期"), _("状态"), _("校验码"), _("页数"))
        self._row(labels, Face.BOLD, head=True)
        return [top, self.y]

    def _row(self, texts: Sequence[str], face: Face, *, head: bool = False) -> None:
        y = self.y - _ROW / 2 - _SIZE * 0.36
        for column, text in enumerate(texts):
            left, right = self.edges[column], self.edges[column + 1]
            size = fitting_size(text, face, _SIZE, right - left - 2 * PAD)
            if column == 1 and not head:
                self.pen.text(left + PAD, y, text, face=face, size=size)
            else:
                middle = (left + right) / 2
                self.pen.text(middle, y, text, face=face, size=size, align=Align.CENTRE)
        self.y -= _ROW

    def _rule(self, tops: Sequence[float]) -> None:
        left, right, top, foot = self.edges[0], self.edges[-1], tops[0], tops[-1]
        across = [(left, y, right, y) for y in tops[1:-1]]
        self.pen.rules(across + [(x, top, x, foot) for x in self.edges[1:-1]], weight=0.5)
        frame = [(left, top, right, top), (left, foot, right, foot)]
        self.pen.rules(frame + [(x, top, x, foot) for x in (left, right)], weight=1.0)

    def _turn(self) -> None:
        self.pen.next_page()
        self.y = A4[1] - 20 * MM

    def _foot(self) -> None:
        """Write notes, the signatures in their order and the place of the seal."""
        notes = [*self.cover.notes]
        if self.pen.missing:
            notes.append(missing_note(self.pen.missing))
        lines = [line for note in notes for line in wrap(note, self.faces.text, 9, _RIGHT - LEFT)]
        if self.y - len(lines) * 5 * MM - SEAL - 34 * MM < FOOT:
            self._turn()
        self.y -= 7 * MM
        for line in lines:
            self.pen.text(LEFT, self.y, line, face=self.faces.text, size=9)
            self.y -= 5 * MM
        self.y -= 8 * MM
        for position, text in enumerate(self.cover.signatures):
            size = fitting_size(text, self.faces.text, 11, _RIGHT - LEFT - SEAL)
            self.pen.text(LEFT, self.y - position * 9 * MM, text, face=self.faces.text, size=size)
        seal = _RIGHT - SEAL, self.y - SEAL + 4 * MM
        self.pen.corners(*seal, SEAL)
        place = seal[0] + SEAL / 2, seal[1] - 3.5 * MM
        self.pen.text(*place, _("（单位公章）"), face=self.faces.text, size=7.5, align=Align.CENTRE)


def _texts(entry: PackEntry) -> tuple[str, str, str, str]:
    return entry.title, entry.period, entry.state, entry.check_code
