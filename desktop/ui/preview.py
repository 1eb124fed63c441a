"""The print preview: real PDF pages, drawn aside, with zoom, page turning, print and save."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import UserError
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import ProgressDialog, show_error
from desktop.ui.parts import Button, Label
from desktop.ui.pdf_pages import (
    PageSize,
    draw_page,
    page_sizes,
    print_pages,
)
from desktop.ui.worker import Job, Worker

_ZOOMS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0)
_SCREEN_INCH = 96 / 72
_SETTLE_MS = 60
_EDGE = 12
_A4_NAMES = ((595, 842), (842, 595))


class PdfPreview(QWidget):
    """Shows one page of a PDF at a time.

    Signals:
        drawn: A page has been drawn and is on the screen.
    """

    drawn = Signal()

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._worker = worker
        self._pdf = b""
        self._title = ""
        self._sizes: list[PageSize] = []
        self._number = 0
        self._zoom = 0.0  # 0 follows the width of the window
        self._job: Job | None = None
        self.both_sides = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        column.addLayout(self._make_tools())
        column.addWidget(self._make_area(), 1)
        self.foot = Label("", "soft")
        column.addWidget(self.foot)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._draw)
        self._show_state()

    def _make_tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(2))
        self.back = _tool("fa6s.chevron-left", _("上一页（PgUp）"), lambda: self.turn(-1))
        self.forth = _tool("fa6s.chevron-right", _("下一页（PgDn）"), lambda: self.turn(1))
        self.page_label = Label("", "soft")
        self.smaller = _tool("fa6s.magnifying-glass-minus", _("缩小"), lambda: self.zoom_by(-1))
        self.larger = _tool("fa6s.magnifying-glass-plus", _("放大"), lambda: self.zoom_by(1))
        self.fit = _tool("fa6s.arrows-left-right", _("适合宽度"), self.fit_width)
        self.whole = _tool("fa6s.expand", _("大图预览"), self.show_large)
        self.zoom_label = Label("", "soft")
        for widget in (self.back, self.page_label, self.forth):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self.smaller, self.zoom_label, self.larger, self.fit, self.whole):
            row.addWidget(widget)
        return row

    def _make_area(self) -> QScrollArea:
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self.picture.setContentsMargins(0, _EDGE, 0, _EDGE)
        self.area = QScrollArea()
        self.area.setWidget(self.picture)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setStyleSheet(
            f"QScrollArea, QScrollArea > QWidget > QWidget {{ background: {theme.BAR_GROUND}; }}"
        )
        self.area.setAccessibleName(_("打印预览"))
        self.area.viewport().installEventFilter(self)
        return self.area

    # What is shown

    @property
    def pdf(self) -> bytes:
        """The PDF that is shown; empty where there is none."""
        return self._pdf

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return len(self._sizes)

    @property
    def number(self) -> int:
        """Which page is seen, from 0."""
        return self._number

    def show_pdf(self, pdf: bytes, title: str, number: int = -1) -> None:
        """Show another PDF, on that page or where one was while it has so many."""
        self._pdf, self._title = pdf, title
        if number >= 0:
            self._number = number

        def take(sizes: list[PageSize]) -> None:
            if pdf is not self._pdf:
                return
            self._sizes = sizes
            self._number = min(self._number, max(len(sizes) - 1, 0))
            self._show_state()
            self._draw()

        self._worker.run_aside(lambda _progress: page_sizes(pdf), take, owner=self)

    def clear(self, text: str = "") -> None:
        """Show no PDF but a sentence."""
        self._pdf, self._sizes, self._number = b"", [], 0
        self.picture.setPixmap(QPixmap())
        self.picture.setText(text)
        self._show_state()

    def turn(self, by: int) -> None:
        """Go to another page."""
        goal = max(0, min(len(self._sizes) - 1, self._number + by))
        if goal != self._number:
            self._number = goal
            self.area.verticalScrollBar().setValue(0)
            self._show_state()
            self._draw()

    def zoom_by(self, steps: int) -> None:
        """Draw the page larger or smaller."""
        here = self._scale() / _SCREEN_INCH
        if steps > 0:
            self._zoom = next((zoom for zoom in _ZOOMS if zoom > here * 1.02), _ZOOMS[-1])
        else:
            self._zoom = next((zoom for zoom in reversed(_ZOOMS) if zoom < here * 0.98), _ZOOMS[0])
        self._draw()

    def fit_width(self) -> None:
        """Let the page follow the width of the window again."""
        self._zoom = 0.0
        self._draw()

    def _scale(self) -> float:
        """Return the pixels of the screen for a point of the paper."""
        if self._zoom or not self._sizes:
            return (self._zoom or 1.0) * _SCREEN_INCH
        # The bar's room is left free always, or it would come and go with the size it causes.
        room = self.area.width() - self.area.verticalScrollBar().sizeHint().width() - 2 * _EDGE
        return max(0.2, room / self._sizes[self._number].width)

    def _draw(self) -> None:
        if not self._sizes:
            return
        if self._job is not None:
            self._job.cancel()
        pdf, number, scale = self._pdf, self._number, self._scale()
        ratio = self.devicePixelRatioF()

        def take(page: QImage) -> None:
            page.setDevicePixelRatio(ratio)
            self.picture.setText("")
            self.picture.setPixmap(QPixmap.fromImage(page))
            self.picture.setMinimumSize(
                QSize(round(page.width() / ratio), round(page.height() / ratio) + 2 * _EDGE)
            )
            self.drawn.emit()

        self._job = self._worker.run_aside(
            lambda _progress: draw_page(pdf, number, scale * ratio), take, owner=self
        )
        self.zoom_label.setText(f"{scale / _SCREEN_INCH:.0%}")

    def _show_state(self) -> None:
        count = len(self._sizes)
        self.back.setEnabled(self._number > 0)
        self.forth.setEnabled(self._number + 1 < count)
        for tool in (self.smaller, self.larger, self.fit, self.whole):
            tool.setEnabled(count > 0)
        self.page_label.setText(f"{self._number + 1} / {count}" if count else "")
        self.zoom_label.setText("")
        self.foot.setText(
            _("{paper} · 共 {count} 页").format(
                paper=_paper_name(self._sizes[self._number]), count=count
            )
            if count
            else ""
        )

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._zoom:
            self._settle.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.turn(step)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QWheelEvent):
            down = event.angleDelta().y() < 0
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.zoom_by(-1 if down else 1)
                return True
            bar = self.area.verticalScrollBar()
            at_end = bar.value() == (bar.maximum() if down else bar.minimum())
            if at_end and event.angleDelta().y():
                self.turn(1 if down else -1)
                return True
        return super().eventFilter(watched, event)

    # Out of the window

    def show_large(self) -> None:
        """Show the page where one is in a large window of its own."""
        PreviewDialog(self.window(), self._worker, self._pdf, self._title, self._number).open()

    def print_out(self) -> None:
        """Print what is shown through the system's print dialog."""
        if self._pdf and self._sizes:
            print_pdf(
                self,
                self._worker,
                self._pdf,
                self._title,
                number=self._number,
                both_sides=self.both_sides,
            )

    def save(self) -> None:
        """Save what is shown as a file."""
        if self._pdf:
            save_pdf(self, self._pdf, self._title)


class PreviewDialog(QDialog):
    """A preview in a window of its own, with print and save."""

    def __init__(
        self, parent: QWidget, worker: Worker, pdf: bytes, title: str, number: int = 0
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("打印预览 · {title}").format(title=title))
        self.resize(parent.size().boundedTo(QSize(theme.px(900), 4000)))
        column = QVBoxLayout(self)
        edge = theme.px(14)
        column.setContentsMargins(edge, edge, edge, edge)
        self.preview = PdfPreview(worker)
        self.preview.whole.hide()
        self.preview.show_pdf(pdf, title, number)
        column.addWidget(self.preview, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("保存 PDF"), "fa6s.file-pdf", self.preview.save))
        row.addWidget(Button(_("打印"), "fa6s.print", self.preview.print_out, role="primary"))
        row.addWidget(Button(_("关闭"), clicked=self.reject))
        column.addLayout(row)


def print_pdf(
    parent: QWidget,
    worker: Worker,
    pdf: bytes,
    title: str,
    done: Callable[[], object] | None = None,
    *,
    number: int = 0,
    both_sides: bool = False,
) -> None:
    """Ask how and print a PDF's pages at the printer's resolution; without a printer offer a file.

    Args:
        parent: The window that asks.
        worker: Prints aside.
        pdf: The document.
        title: What it is called.
        done: Is called when the printer has it.
        number: The page that is looked at, which can be printed alone.
        both_sides: Propose both sides of the paper.
    """
    from desktop.ui.print_options import PrinterDialog, PrintJob

    sizes = page_sizes(pdf)
    dialog = PrinterDialog(parent, title, sizes, number, both_sides=both_sides)

    def begin(job: PrintJob) -> None:
        waiting = ProgressDialog(parent, _("正在打印…"))

        def took(_count: int) -> None:
            waiting.accept()
            if done is not None:
                done()

        def failed(error: UserError) -> None:
            waiting.accept()
            show_error(parent, error)

        waiting.follow(
            worker.run_aside(
                lambda progress: print_pages(job.printer, pdf, sizes, progress, job.pages),
                took,
                failed,
                waiting.report,
                owner=waiting,
            )
        )

    dialog.chosen.connect(begin)
    dialog.as_file.connect(lambda: save_pdf(parent, pdf, title))
    dialog.open()


def save_pdf(
    parent: QWidget, pdf: bytes, title: str, done: Callable[[Path], object] | None = None
) -> None:
    """Ask where and write a PDF there."""
    dialog = QFileDialog(parent, _("保存 PDF"), f"{title}.pdf", _("PDF 文件 (*.pdf)"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("pdf")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def write(name: str) -> None:
        path = Path(name)
        try:
            path.write_bytes(pdf)
        except OSError as error:
            show_error(parent, cannot_write(path, error))
            return
        if done is not None:
            done(path)

    dialog.fileSelected.connect(write)
    dialog.open()


def cannot_write(path: Path, error: OSError) -> UserError:
    """Return the sentence for a file that cannot be written."""
    return UserError(
        _("无法写入“{file}”：{reason}。").format(file=path.name, reason=error.strerror or error),
        _("请关闭正打开它的程序，或换一个位置。"),
    )


def _paper_name(size: PageSize) -> str:
    rounded = (round(size.width), round(size.height))
    if rounded not in _A4_NAMES:
        return f"{size.width / 72 * 25.4:.0f} × {size.height / 72 * 25.4:.0f} mm"
    return _("A4 横向") if size.width > size.height else _("A4 纵向")


def _tool(icon: str, tip: str, clicked: Callable[[], object]) -> Button:
    button = Button("", icon, clicked, role="tool", tip=tip)
    button.setAccessibleName(tip)
    return button
