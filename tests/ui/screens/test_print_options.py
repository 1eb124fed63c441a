"""How to print is asked in the program's own words; without a printer a file is offered."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop.errors import UserError
from desktop.printing.pen import A4, Pen
from desktop.ui import print_options
from desktop.ui.pdf_pages import draw_page, make_printer, page_sizes, print_pages
from desktop.ui.preview import print_pdf
from desktop.ui.print_options import (
    LONG_EDGE,
    ONE_SIDE,
    PrinterDialog,
    PrintJob,
    parse_pages,
    repeated,
)
from desktop.ui.worker import InlineWorker

LYING = (A4[1], A4[0])


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """Five pages, the third lying."""
    target = BytesIO()
    pen = Pen(target, A4, "试", "试")
    for number in range(1, 5):
        pen.next_page(LYING if number == 2 else A4)
        pen.shade(100, 100, 100 * number, 50, grey=0.0)
    pen.close()
    return target.getvalue()


@pytest.fixture
def printers(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[QPrinter.DuplexMode]]:
    """Two printers, of which the second prints on both sides."""
    known = {"办公室": [ONE_SIDE], "会议室": [ONE_SIDE, LONG_EDGE]}
    monkeypatch.setattr(print_options, "installed_printers", lambda: list(known))
    monkeypatch.setattr(print_options, "duplex_modes", lambda name: known[name])
    return known


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def shown(parent: QWidget, pdf: bytes, number: int = 0, **options: bool) -> PrinterDialog:
    made = PrinterDialog(parent, "月报", page_sizes(pdf), number, **options)
    made.open()
    return made


def chosen(dialog: PrinterDialog, qtbot: QtBot) -> PrintJob:
    with qtbot.waitSignal(dialog.chosen) as caught:
        dialog.go.click()
    (job,) = caught.args or ()
    assert isinstance(job, PrintJob)
    return job


def test_all_pages_go_to_the_usual_printer(
    parent: QWidget, pdf: bytes, printers: object, qtbot: QtBot
) -> None:
    dialog = shown(parent, pdf)
    assert not dialog.none.isVisible()
    assert dialog.printer.currentText() == "办公室"
    assert list(chosen(dialog, qtbot).pages) == [0, 1, 2, 3, 4]


def test_one_page_and_named_pages(
    parent: QWidget, pdf: bytes, printers: object, qtbot: QtBot
) -> None:
    dialog = shown(parent, pdf, number=3)
    assert "第 4 页" in dialog.which.itemText(1)
    dialog.which.setCurrentIndex(1)
    assert list(chosen(dialog, qtbot).pages) == [3]
    dialog = shown(parent, pdf)
    assert not dialog.pages.isEnabled()
    dialog.which.setCurrentIndex(2)
    dialog.pages.setText("2-3，5")
    assert list(chosen(dialog, qtbot).pages) == [1, 2, 4]


def test_pages_that_are_not_there_are_told_beside_the_field(
    parent: QWidget, pdf: bytes, printers: object, qtbot: QtBot
) -> None:
    dialog = shown(parent, pdf)
    dialog.which.setCurrentIndex(2)
    qtbot.keyClicks(dialog.pages, "4-9")
    dialog.go.click()
    assert dialog.isVisible()
    assert dialog.error.isVisible()
    assert "共 5 页" in dialog.error.text()
    dialog.reject()


@pytest.mark.parametrize("text", ["", " ", "一", "0", "3-2", "6", "1--2"])
def test_what_names_no_pages_is_refused_in_words(text: str) -> None:
    with pytest.raises(UserError, match="页"):
        parse_pages(text, 5)


class Told(QPrinter):
    """A printer that remembers what it was told; one that is not there forgets it."""

    sides: QPrinter.DuplexMode | None = None

    def setDuplex(self, duplex: QPrinter.DuplexMode) -> None:
        self.sides = duplex


def test_both_sides_only_where_the_printer_can(
    parent: QWidget,
    pdf: bytes,
    printers: object,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(print_options, "make_printer", lambda _name, _size: Told())
    dialog = shown(parent, pdf, both_sides=True)
    assert not dialog.sides.isEnabled()
    assert "不能自动双面" in dialog.sides.toolTip()
    assert dialog.sides.currentData() == ONE_SIDE
    dialog.printer.setCurrentText("会议室")
    assert dialog.sides.isEnabled()
    assert dialog.sides.currentData() == LONG_EDGE
    printer = chosen(dialog, qtbot).printer
    assert isinstance(printer, Told)
    assert printer.sides == LONG_EDGE


def test_copies_reach_the_printer_or_are_pages_again(
    parent: QWidget, pdf: bytes, printers: object, qtbot: QtBot
) -> None:
    dialog = shown(parent, pdf)
    dialog.copies.setValue(2)
    job = chosen(dialog, qtbot)
    asked = job.printer.copyCount() * len(job.pages)
    assert asked == 10
    assert repeated([0, 1], 2, by_copy=True) == [0, 1, 0, 1]
    assert repeated([0, 1], 2, by_copy=False) == [0, 0, 1, 1]


def test_lying_pages_lie_among_upright_ones(pdf: bytes, tmp_path: Path) -> None:
    sizes = page_sizes(pdf)
    printer = make_printer("试印", sizes[0])
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    assert print_pages(printer, pdf, sizes, pages=[1, 2, 4]) == 3
    printed = (tmp_path / "out.pdf").read_bytes()
    lying = [size.width > size.height for size in page_sizes(printed)]
    assert lying == [False, True, False]
    picture = draw_page(printed, 1, 1.0)
    assert picture.width() > picture.height()
    assert picture.pixelColor(250, picture.height() - 125).lightness() < 90
    assert picture.pixelColor(400, picture.height() - 125).lightness() > 200


def test_without_a_printer_a_file_is_offered(
    parent: QWidget, pdf: bytes, qtbot: QtBot, worker: InlineWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(print_options, "installed_printers", list)
    print_pdf(parent, worker, pdf, "月报")
    (dialog,) = parent.findChildren(PrinterDialog)
    assert "没有安装打印机" in dialog.none.text()
    assert dialog.none.isVisible()
    assert not dialog.go.isVisible()
    assert not dialog.fields.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    (asked,) = parent.findChildren(QFileDialog)
    assert asked.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    asked.reject()


def test_what_is_chosen_is_printed(
    parent: QWidget,
    pdf: bytes,
    printers: object,
    qtbot: QtBot,
    worker: InlineWorker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def into_file(name: str, size: object) -> QPrinter:
        printer = make_printer(name, page_sizes(pdf)[0])
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "out.pdf"))
        return printer

    monkeypatch.setattr(print_options, "make_printer", into_file)
    monkeypatch.setattr(print_options, "installed_printers", lambda: [""])
    monkeypatch.setattr(print_options, "duplex_modes", lambda _name: [ONE_SIDE])
    told: list[str] = []
    print_pdf(parent, worker, pdf, "月报", lambda: told.append("printed"), number=2)
    (dialog,) = parent.findChildren(PrinterDialog)
    dialog.which.setCurrentIndex(1)
    dialog.go.click()
    assert told == ["printed"]
    (size,) = page_sizes((tmp_path / "out.pdf").read_bytes())
    assert size.width > size.height
