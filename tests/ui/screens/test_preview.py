"""The preview shows real pages; the printer gets them at its own resolution."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter
from pytestqt.qtbot import QtBot

from desktop.printing.pen import A4, Pen
from desktop.ui.pdf_pages import (
    PrinterFailed,
    chosen_pages,
    draw_page,
    make_printer,
    page_sizes,
    print_pages,
)
from desktop.ui.preview import PdfPreview
from desktop.ui.worker import InlineWorker

# A printer without an application ends the process, whichever test comes first.
pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(scope="module")
def pdf() -> bytes:
    target = BytesIO()
    pen = Pen(target, A4, "试", "试")
    for page in range(3):
        if page:
            pen.next_page()
        pen.shade(100, 100 + 200 * page, 200, 100, grey=0.0)
    pen.close()
    return target.getvalue()


def darkness(picture: QImage, top: float, bottom: float) -> float:
    """Return the share of dark dots between two heights of the page."""
    rows = range(round(picture.height() * top), round(picture.height() * bottom), 3)
    columns = range(0, picture.width(), 3)
    dark = sum(picture.pixelColor(x, y).lightness() < 90 for y in rows for x in columns)
    return dark / (len(rows) * len(columns))


@pytest.fixture
def preview(worker: InlineWorker, pdf: bytes, qtbot: QtBot) -> PdfPreview:
    made = PdfPreview(worker)
    qtbot.addWidget(made)
    made.resize(500, 600)
    made.show()
    made.show_pdf(pdf, "试印")
    return made


def test_pages_are_turned_by_key_and_stop_at_both_ends(preview: PdfPreview, qtbot: QtBot) -> None:
    assert preview.pages == 3
    assert "共 3 页" in preview.foot.text()
    for expected in (1, 2, 2):
        qtbot.keyClick(preview, Qt.Key.Key_PageDown)
        assert preview.number == expected
    assert not preview.forth.isEnabled()
    qtbot.keyClick(preview, Qt.Key.Key_PageUp)
    assert preview.number == 1


def test_zoom_draws_anew_and_the_width_can_be_fitted_again(preview: PdfPreview) -> None:
    fitted = preview.picture.pixmap().width()
    assert fitted <= preview.area.viewport().width()
    preview.zoom_by(1)
    assert preview.picture.pixmap().width() > fitted
    preview.fit_width()
    assert preview.picture.pixmap().width() == fitted


def test_another_pdf_stays_on_the_page_while_it_has_so_many(
    preview: PdfPreview, pdf: bytes
) -> None:
    preview.turn(2)
    preview.show_pdf(bytes(pdf), "再印")
    assert preview.number == 2


def test_each_page_is_its_own(pdf: bytes) -> None:
    first, third = (draw_page(pdf, number, 1.0) for number in (0, 2))
    # The first page's block is at 100–200 points from the foot, the third's at 500–600.
    assert darkness(first, 0.78, 0.87) > 0.2 > darkness(first, 0.3, 0.4)
    assert darkness(third, 0.3, 0.4) > 0.2 > darkness(third, 0.78, 0.87)


def test_the_printer_gets_every_page_in_its_place_and_size(pdf: bytes, tmp_path: Path) -> None:
    sizes = page_sizes(pdf)
    printer = make_printer("试印", sizes[0])
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    assert print_pages(printer, pdf, sizes) == 3
    printed = (tmp_path / "out.pdf").read_bytes()
    assert len(page_sizes(printed)) == 3
    assert page_sizes(printed)[0].width == pytest.approx(A4[0], abs=1)
    last = draw_page(printed, 2, 1.0)
    assert darkness(last, 0.3, 0.4) > 0.2 > darkness(last, 0.78, 0.87)


def test_a_range_and_the_reverse_order_of_the_dialog_are_kept(pdf: bytes) -> None:
    printer = make_printer("试印", page_sizes(pdf)[0])
    printer.setPrintRange(QPrinter.PrintRange.PageRange)
    printer.setFromTo(2, 3)
    assert chosen_pages(printer, 3) == [1, 2]
    printer.setPageOrder(QPrinter.PageOrder.LastPageFirst)
    assert chosen_pages(printer, 3) == [2, 1]


@pytest.mark.qt_log_ignore("QPainter::begin")
def test_a_printer_that_takes_nothing_is_told_in_words(pdf: bytes, tmp_path: Path) -> None:
    sizes = page_sizes(pdf)
    printer = make_printer("试印", sizes[0])
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "no-such-folder" / "out.pdf"))
    with pytest.raises(PrinterFailed, match="打印机没有接受"):
        print_pages(printer, pdf, sizes)
