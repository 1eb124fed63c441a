"""Pages of a PDF as pictures, for the screen and for the system's printer.

PDFium keeps state for the whole process, so one call at a time goes through the gate. The pictures
are made on the worker's side threads; a window only shows them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter

from desktop.errors import UserError
from desktop.text import _
from desktop.ui.worker import Progress

_gate = Lock()

POINTS_PER_INCH = 72.0
_FINEST_PRINT = 600
"""Dots per inch beyond which a page only costs memory: grey A4 at 600 is 35 MB."""


@dataclass(frozen=True)
class PageSize:
    """The size of a page in points."""

    width: float
    height: float


class PrinterFailed(UserError):  # noqa: N818 - named as the person meets it
    """The printer does not take the page."""


@contextmanager
def _opened(pdf: bytes) -> Iterator[Any]:
    import pypdfium2

    with _gate:
        document = pypdfium2.PdfDocument(pdf)
        try:
            yield document
        finally:
            document.close()


def page_sizes(pdf: bytes) -> list[PageSize]:
    """Return the sizes of all pages."""
    with _opened(pdf) as document:
        return [PageSize(*document.get_page_size(number)) for number in range(len(document))]


def draw_page(pdf: bytes, number: int, scale: float, *, grey: bool = False) -> QImage:
    """Return one page as a picture; ``scale`` is pixels a point."""
    with _opened(pdf) as document:
        page = document[number]
        bitmap = page.render(
            scale=scale, grayscale=grey, rev_byteorder=not grey, prefer_bgrx=not grey
        )
        layout = QImage.Format.Format_Grayscale8 if grey else QImage.Format.Format_RGBX8888
        picture = QImage(
            bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, layout
        ).copy()
        bitmap.close()
        page.close()
    return picture


def make_printer(name: str, size: PageSize) -> QPrinter:
    """Return a printer set to a paper's size and title, for the system's print dialog."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(name)
    printer.setCreator(_("卫院通"))
    _lay_paper(printer, size)
    return printer


def _lay_paper(printer: QPrinter, size: PageSize) -> None:
    lying = size.width > size.height
    short, long = sorted((size.width, size.height))
    printer.setPageSize(QPageSize(QSizeF(short, long), QPageSize.Unit.Point))
    printer.setPageOrientation(
        QPageLayout.Orientation.Landscape if lying else QPageLayout.Orientation.Portrait
    )
    printer.setFullPage(True)


def chosen_pages(printer: QPrinter, count: int) -> list[int]:
    """Return the pages that the print dialog asks for, from 0; copies are the driver's work."""
    first, last = 1, count
    if printer.printRange() is QPrinter.PrintRange.PageRange and printer.fromPage() > 0:
        first, last = printer.fromPage(), min(printer.toPage() or count, count)
    numbers = list(range(first - 1, last))
    if printer.pageOrder() is QPrinter.PageOrder.LastPageFirst:
        numbers.reverse()
    return numbers


def print_pages(
    printer: QPrinter,
    pdf: bytes,
    sizes: Sequence[PageSize],
    progress: Progress | None = None,
    pages: Sequence[int] | None = None,
) -> int:
    """Draw the PDF's pages on the printer at its own resolution; returns how many.

    May run on a side thread: Qt lets a painter work on a printer anywhere.

    Args:
        printer: Where to.
        pdf: The document.
        sizes: The sizes of its pages; upright and lying ones may follow each other.
        progress: Is told how far it is.
        pages: Which pages, from 0; without, those that the printer is set to.
    """
    numbers = chosen_pages(printer, len(sizes)) if pages is None else list(pages)
    if numbers:
        _lay_paper(printer, sizes[numbers[0]])
    fine = min(printer.resolution(), _FINEST_PRINT)
    painter = QPainter()
    if not numbers or not painter.begin(printer):
        raise PrinterFailed(
            _("打印机没有接受这份文件。"), _("请检查打印机是否开机、缺纸，或改为“保存 PDF”。")
        )
    try:
        for position, number in enumerate(numbers):
            if progress is not None:
                progress.report(position, len(numbers))
            if position and sizes[number] != sizes[numbers[position - 1]]:
                _lay_paper(printer, sizes[number])
            if position and not printer.newPage():
                raise PrinterFailed(
                    _("打印在第 {page} 页停下了。").format(page=number + 1),
                    _("请检查打印机后，从这一页起重新打印。"),
                )
            picture = draw_page(pdf, number, fine / POINTS_PER_INCH, grey=True)
            dots = printer.resolution() / POINTS_PER_INCH
            room = QRectF(0, 0, sizes[number].width * dots, sizes[number].height * dots)
            painter.drawImage(room, picture)
    finally:
        painter.end()
    return len(numbers)
