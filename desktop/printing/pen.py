"""A pen on a ReportLab canvas: text with fallback faces, wrapping, rules, page n of m."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from desktop.printing.fonts import Face, printable, runs, width
from desktop.text import _

MM = 72 / 25.4
"""Points in a millimetre."""

A4 = (210 * MM, 297 * MM)

INK = 0.0
PALE = 0.95


class Align(Enum):
    """Where a text stands in its room."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Pen:
    """Writes one PDF; gathers a page's text in one object, twice as fast as one a string."""

    def __init__(
        self, target: Path | IO[bytes], size: tuple[float, float], title: str, author: str
    ) -> None:
        self._canvas = Canvas(
            str(target) if isinstance(target, Path) else target, pagesize=size, pageCompression=1
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setCreator(_("卫院通"))
        self.width, self.height = size
        self.page = 1
        self.missing: set[str] = set()
        self._text: PDFTextObject | None = None
        self._font: tuple[str, float] = ("", 0)
        self._pages: list[dict[str, Any]] = []
        self._numbered: dict[int, tuple[float, float, float]] = {}
        self._documents: list[_Document] = []

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        face: Face = Face.SERIF,
        size: float = 9,
        align: Align = Align.LEFT,
    ) -> None:
        """Write one line whose baseline starts, is centred or ends at x."""
        text = printable(text) if text else ""
        if not text:
            return
        if align is not Align.LEFT:
            room = width(text, face, size)
            x -= room if align is Align.RIGHT else room / 2
        pieces, missing = runs(text, face)
        if missing:
            self.missing |= missing
        page = self._text
        if page is None:
            page = self._text = self._canvas.beginText()
            self._font = ("", 0)
        for position, (font, piece) in enumerate(pieces):
            if (font, size) != self._font:
                page.setFont(font, size)
                self._font = (font, size)
            page.setTextOrigin(x, y)
            page.textLine(piece)
            if position + 1 < len(pieces):
                x += width(piece, Face(font), size)

    def heavy(self, x: float, y: float, text: str, *, size: float, face: Face = Face.SERIF) -> None:
        """Write a centred line in a thickened serif, standing in for 小标宋 (not free to ship)."""
        pieces, missing = runs(printable(text), face)
        self.missing |= missing
        x -= width(text, face, size) / 2
        self._canvas.saveState()
        self._canvas.setLineWidth(size / 32)
        self._canvas.setLineJoin(1)
        for font, piece in pieces:
            self._canvas.setFont(font, size)
            self._canvas.drawString(x, y, piece, mode=2)
            x += width(piece, Face(font), size)
        self._canvas.restoreState()

    def rules(
        self, lines: Iterable[tuple[float, float, float, float]], weight: float = 0.5
    ) -> None:
        """Draw straight lines of one weight."""
        self._canvas.setLineWidth(weight)
        self._canvas.lines(list(lines))

    def shade(self, x: float, y: float, wide: float, high: float, grey: float = PALE) -> None:
        """Fill a rectangle with a pale grey; to be called before the text on it."""
        self._canvas.setFillGray(grey)
        self._canvas.rect(x, y, wide, high, stroke=0, fill=1)
        self._canvas.setFillGray(INK)

    def picture(self, x: float, top: float, wide: float, high: float, content: bytes) -> float:
        """Draw a picture below ``top`` as large as the room allows; returns where it ends."""
        image = ImageReader(BytesIO(content))
        across, up = image.getSize()
        scale = min(wide / across, high / up)
        fitted = across * scale, up * scale
        left, foot = x + (wide - fitted[0]) / 2, top - fitted[1]
        self._canvas.drawImage(image, left, foot, *fitted)
        self._canvas.setLineWidth(0.3)
        self._canvas.rect(left, foot, *fitted, stroke=1, fill=0)
        return foot

    def make_stamp(
        self, name: str, side: float, boxes: Iterable[tuple[float, float, float, float]]
    ) -> None:
        """Keep black rectangles as one shape that pages refer to; without seams between them."""
        self._canvas.beginForm(name, 0, 0, side, side)
        path = self._canvas.beginPath()
        for x, y, wide, high in boxes:
            path.rect(x, y, wide, high)
        self._canvas.drawPath(path, stroke=0, fill=1)
        self._canvas.endForm()

    def stamp(self, name: str, x: float, y: float) -> None:
        """Draw a kept shape with its lower left corner there."""
        self._canvas.saveState()
        self._canvas.translate(x, y)
        self._canvas.doForm(name)
        self._canvas.restoreState()

    def corners(self, x: float, y: float, side: float, tick: float = 3 * MM) -> None:
        """Mark the corners of a square that stays empty, in light grey."""
        right, top = x + side, y + side
        self._canvas.saveState()
        self._canvas.setStrokeGray(0.72)
        self._canvas.setLineWidth(0.4)
        for across, up, to_side, to_middle in (
            (x, y, tick, tick),
            (right, y, -tick, tick),
            (x, top, tick, -tick),
            (right, top, -tick, -tick),
        ):
            self._canvas.line(across, up, across + to_side, up)
            self._canvas.line(across, up, across, up + to_middle)
        self._canvas.restoreState()

    def watermark(self, text: str, size: float = 130) -> None:
        """Write a word across the page in light grey, under everything; to be called first."""
        self._canvas.saveState()
        self._canvas.translate(self.width / 2, self.height / 2)
        self._canvas.rotate(45)
        self._canvas.setFillGray(0.9)
        pieces, _missing = runs(text, Face.BOLD)
        x = -width(text, Face.BOLD, size) / 2
        for font, piece in pieces:
            self._canvas.setFont(font, size)
            self._canvas.drawString(x, -size / 3, piece)
            x += width(piece, Face(font), size)
        self._canvas.restoreState()

    def page_number(self, x: float, y: float, *, size: float = 8) -> None:
        """Write "第 n 页 共 m 页" centred at x on this page, once all pages are known."""
        self._numbered[self.page] = (x, y, size)

    def say_keywords(self, words: str) -> None:
        """Write keywords into the file's properties."""
        self._canvas.setKeywords(words)

    def begin_document(self, title: str) -> None:
        """Number the pages from here on anew; the file's outline leads to this page by title."""
        self._documents.append(_Document(title, self.page, self.page))

    def end_document(self) -> int:
        """Say that the document ends with this page; returns how many pages it has."""
        document = self._documents[-1]
        document.last = self.page
        return document.pages

    def _end_text(self) -> None:
        if self._text is not None:
            self._canvas.drawText(self._text)
            self._text = None

    def next_page(self, size: tuple[float, float] | None = None) -> None:
        """End this page and begin another; the page is put aside until the total is known."""
        self._end_text()
        self._pages.append(dict(vars(self._canvas)))
        begin_page: Callable[[], None] = self._canvas._startPage  # type: ignore[attr-defined]  # noqa: SLF001 - ReportLab's own recipe for "page n of m"
        begin_page()
        self.page += 1
        if size is not None and size != (self.width, self.height):
            self._canvas.setPageSize(size)
            self.width, self.height = size

    def close(self, *, front: int = 0) -> int:
        """Number the pages, write the file and return how many pages it has.

        Args:
            front: So many of the pages drawn last come first, such as a cover sheet.
        """
        self._end_text()
        self._pages.append(dict(vars(self._canvas)))
        total = len(self._pages)
        drawn = range(1, total + 1)
        for number in (*drawn[total - front :], *drawn[: total - front]):
            vars(self._canvas).update(self._pages[number - 1])
            self._number(number, total)
            self._canvas.showPage()
        self._canvas.save()
        return total

    def _number(self, page: int, total: int) -> None:
        """Write the page's number within its document, and the document into the outline."""
        own = next((each for each in self._documents if each.first <= page <= each.last), None)
        if own is not None and own.first == page:
            self._canvas.bookmarkPage(f"document{page}")
            self._canvas.addOutlineEntry(own.title, f"document{page}")
        if page not in self._numbered:
            return
        x, y, size = self._numbered[page]
        sentence = _("第 {page} 页 共 {pages} 页").format(
            page=page - own.first + 1 if own else page, pages=own.pages if own else total
        )
        self.text(x, y, sentence, face=Face.SANS, size=size, align=Align.CENTRE)
        self._end_text()


@dataclass
class _Document:
    """One of several documents in a file."""

    title: str
    first: int
    last: int

    @property
    def pages(self) -> int:
        """Return how many pages it has."""
        return self.last - self.first + 1


def wrap(text: str, face: Face, size: float, room: float) -> Sequence[str]:
    """Break a text into lines no wider than the room; a number or Latin word stays whole."""
    if len(text) * size <= room or width(text, face, size) <= room:
        return (text,)
    made: list[str] = []
    line = ""
    for word in _words(text):
        if width(line + word, face, size) <= room:
            line += word
            continue
        if line.strip():
            made.append(line.strip())
        line = word.lstrip()
        while width(line, face, size) > room and len(line) > 1:
            cut = _fitting(line, face, size, room)
            made.append(line[:cut])
            line = line[cut:]
    if line.strip():
        made.append(line.strip())
    return made


def _fitting(text: str, face: Face, size: float, room: float) -> int:
    """Return how many characters fit, at least one."""
    count = 1
    while count < len(text) and width(text[: count + 1], face, size) <= room:
        count += 1
    return count


_NOT_FIRST = frozenset("，。、；：？！）》」』”’…％%")
_NOT_LAST = frozenset("（《「『“‘")


def _words(text: str) -> list[str]:
    """Return the pieces between which a line may break."""
    made: list[str] = []
    for character in text:
        joins = made and (
            (character.isascii() and character != " " and made[-1][-1].isascii())
            or character in _NOT_FIRST
            or made[-1][-1] in _NOT_LAST
        )
        if joins:
            made[-1] += character
        else:
            made.append(character)
    return made
