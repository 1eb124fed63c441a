"""How a document is printed: which printer, which pages, how many copies, on one side or both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo
from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QSpinBox, QWidget

from desktop.errors import UserError
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.dialogs import Dialog
from desktop.ui.parts import Button, Label, form_grid, row_of
from desktop.ui.pdf_pages import PageSize, chosen_pages, make_printer

_MOST_COPIES = 99
_ALL, _THIS, _SOME = range(3)
_RANGE = re.compile(r"(\d+)(?:[-–—~至](\d+))?")
_BETWEEN = re.compile(r"[,，、;；\s]+")

ONE_SIDE = QPrinter.DuplexMode.DuplexNone
LONG_EDGE, SHORT_EDGE = QPrinter.DuplexMode.DuplexLongSide, QPrinter.DuplexMode.DuplexShortSide


@dataclass(frozen=True)
class PrintJob:
    """A printer with its settings, and the pages to print on it, from 0."""

    printer: QPrinter
    pages: Sequence[int]


def parse_pages(text: str, count: int) -> list[int]:
    """Return the pages that a person names, from 0 and in that order: 1-3,5.

    Raises:
        UserError: It is no range of pages, or the document has no such page.
    """
    pages: list[int] = []
    for piece in filter(None, _BETWEEN.split(text.strip())):
        found = _RANGE.fullmatch(piece)
        if found is None:
            raise UserError(_("“{text}”不是页码，请写成 1-3,5。").format(text=piece))
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last <= count:
            raise UserError(
                _("没有第 {text} 页，这份文件共 {count} 页。").format(text=piece, count=count)
            )
        pages += range(first - 1, last)
    if not pages:
        raise UserError(_("请写明要打印的页码，例如 1-3,5。"))
    return pages


def installed_printers() -> list[str]:
    """Return the names of this PC's printers, the usual one first."""
    usual = QPrinterInfo.defaultPrinterName()
    return sorted(QPrinterInfo.availablePrinterNames(), key=lambda name: (name != usual, name))


def duplex_modes(name: str) -> list[QPrinter.DuplexMode]:
    """Return on which sides a printer can print."""
    return list(QPrinterInfo.printerInfo(name).supportedDuplexModes())


class PrinterDialog(Dialog):
    """Asks how to print; without a printer it offers a file.

    Signals:
        chosen: A :class:`PrintJob` to print.
        as_file: The person wants a PDF instead.
    """

    chosen = Signal(object)
    as_file = Signal()

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        sizes: Sequence[PageSize],
        number: int = 0,
        *,
        both_sides: bool = False,
    ) -> None:
        super().__init__(parent, _("打印 {title}").format(title=title), "fa6s.print")
        self._title = title
        self._sizes = sizes
        self._number = number
        self._both_sides = both_sides
        names = installed_printers()
        self.none = self.say(_("这台电脑没有安装打印机。请先存成 PDF，再到有打印机的电脑上打印。"))
        self.none.setVisible(not names)
        self.printer = ChoiceBox()
        self.printer.addItems(names)
        self._make_fields()
        self.error = Label("", "error", wrap=True)
        self.error.hide()
        self.column.addWidget(self.error)
        self._make_buttons(has_printer=bool(names))
        self.printer.currentTextChanged.connect(self._show_sides)
        self._show_sides(self.printer.currentText())

    def _make_fields(self) -> None:
        self.copies = QSpinBox()
        self.copies.setRange(1, _MOST_COPIES)
        self.collate = QCheckBox(_("逐份打印"))
        self.collate.setChecked(True)
        self.which = ChoiceBox()
        self.which.addItems(
            (
                _("全部（{count} 页）").format(count=len(self._sizes)),
                _("当前页（第 {page} 页）").format(page=self._number + 1),
                _("指定页码"),
            )
        )
        self.pages = QLineEdit()
        self.pages.setPlaceholderText(_("例如 1-3,5"))
        self.pages.setAccessibleName(_("页码"))
        self.pages.setEnabled(False)
        self.which.currentIndexChanged.connect(self._choose_which)
        self.sides = ChoiceBox()
        self.sides.addItem(_("单面"), ONE_SIDE)
        self.sides.addItem(_("双面，沿长边翻"), LONG_EDGE)
        self.sides.addItem(_("双面，沿短边翻"), SHORT_EDGE)
        fields = form_grid(
            (
                (_("打印机"), self.printer),
                (_("份数"), _side_by_side(self.copies, self.collate)),
                (_("页面"), _side_by_side(self.which, self.pages)),
                (_("单双面"), self.sides),
            )
        )
        self.fields = QWidget()
        self.fields.setLayout(fields)
        self.fields.setVisible(self.printer.count() > 0)
        self.column.addWidget(self.fields)

    def _make_buttons(self, *, has_printer: bool) -> None:
        self.more = self.add_button(Button(_("更多设置…"), clicked=self._ask_system))
        self.file = self.add_button(
            Button(
                _("保存 PDF"),
                "fa6s.file-pdf",
                self._as_file,
                role="plain" if has_printer else "primary",
            )
        )
        self.add_button(Button(_("取消"), clicked=self.reject))
        self.go = self.add_button(Button(_("打印"), "fa6s.print", self._print, role="primary"))
        self.more.setVisible(has_printer)
        self.go.setVisible(has_printer)
        (self.go if has_printer else self.file).setDefault(True)

    def _choose_which(self, index: int) -> None:
        self.pages.setEnabled(index == _SOME)
        if index == _SOME:
            self.pages.setFocus()

    def _show_sides(self, name: str) -> None:
        """Let both sides be chosen only where the printer can."""
        modes = duplex_modes(name) if name else []
        able = LONG_EDGE in modes or SHORT_EDGE in modes
        self.sides.setEnabled(able)
        self.sides.setToolTip("" if able else _("这台打印机不能自动双面打印。"))
        wanted = LONG_EDGE if able and self._both_sides else ONE_SIDE
        self.sides.setCurrentIndex(self.sides.findData(wanted))

    def _settings(self) -> QPrinter:
        """Return the printer as chosen so far."""
        printer = make_printer(self._title, self._sizes[0])
        printer.setPrinterName(self.printer.currentText())
        printer.setDuplex(self.sides.currentData())
        printer.setCollateCopies(self.collate.isChecked())
        if printer.supportsMultipleCopies():
            printer.setCopyCount(self.copies.value())
        return printer

    def _chosen_pages(self) -> list[int]:
        match self.which.currentIndex():
            case 0:
                return list(range(len(self._sizes)))
            case 1:
                return [self._number]
            case _some:
                return parse_pages(self.pages.text(), len(self._sizes))

    def _print(self) -> None:
        try:
            pages = self._chosen_pages()
        except UserError as error:
            self.error.setText(str(error))
            self.error.show()
            self.pages.setFocus()
            return
        printer = self._settings()
        if not printer.supportsMultipleCopies():
            pages = repeated(pages, self.copies.value(), by_copy=self.collate.isChecked())
        self._done(PrintJob(printer, pages))

    def _ask_system(self) -> None:
        """Ask with the printer's own dialog for trays, colours and paper."""
        from PySide6.QtPrintSupport import QPrintDialog

        printer = self._settings()
        dialog = QPrintDialog(printer, self)
        dialog.setMinMax(1, len(self._sizes))
        dialog.accepted.connect(
            lambda: self._done(PrintJob(printer, chosen_pages(printer, len(self._sizes))))
        )
        QDialog.open(dialog)

    def _done(self, job: PrintJob) -> None:
        self.accept()
        self.chosen.emit(job)

    def _as_file(self) -> None:
        self.accept()
        self.as_file.emit()


def repeated(pages: Sequence[int], copies: int, *, by_copy: bool) -> list[int]:
    """Return the pages of several copies, for printers that print each page once."""
    if by_copy:
        return list(pages) * copies
    return [page for page in pages for _copy in range(copies)]


def _side_by_side(*widgets: QWidget) -> QWidget:
    made = QWidget()
    made.setLayout(row_of(*widgets, spacing=theme.px(6), stretch=len(widgets) - 1))
    return made
