"""Pages of a PDF as pictures, for the preview on screen and for printing through the system."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pypdfium2


@dataclass(frozen=True)
class PageImage:
    """A page as 32-bit pixels (blue, green, red, unused), line by line."""

    width: int
    height: int
    stride: int
    data: bytes


def page_count(pdf: bytes | Path) -> int:
    """Return how many pages the PDF has."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def page_images(
    pdf: bytes | Path, scale: float, *, first: int = 0, last: int | None = None
) -> list[PageImage]:
    """Draw pages of a PDF.

    Args:
        pdf: The file or its bytes.
        scale: Pixels a point; 1.0 is 72 dots an inch.
        first: Index of the first page to draw.
        last: Index after the last page; None draws to the end.
    """
    document = pypdfium2.PdfDocument(pdf)
    try:
        made = []
        for number in range(first, min(len(document), last if last is not None else len(document))):
            page = document[number]
            bitmap = page.render(scale=scale, force_bitmap_format=pypdfium2.raw.FPDFBitmap_BGRx)
            made.append(PageImage(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer)))
            bitmap.close()
            page.close()
        return made
    finally:
        document.close()
