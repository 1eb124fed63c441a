"""What the indicators page shows, on paper and as a workbook."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from desktop.services.performance.paper import Paper
from desktop.services.returns.lookback_papers import Cells
from desktop.text import _
from desktop.ui.page import Page


def pdf_of(paper: Paper) -> bytes:
    """Return a paper as PDF."""
    from desktop.printing.report import print_reports

    target = BytesIO()
    print_reports(target, [paper])
    return target.getvalue()


def show_paper(page: Page, paper: Paper, title: str) -> None:
    """Show a paper before it goes to the printer."""
    from desktop.ui.register_output import PrintDialog

    page.worker.run_aside(
        lambda _progress: pdf_of(paper),
        lambda pdf: PrintDialog(page, page.desk, pdf, f"{title}.pdf").open(),
        owner=page,
    )


def ask_workbook(page: Page, cells: Cells, title: str) -> None:
    """Ask where and write a workbook."""
    dialog = QFileDialog(page, _("导出 Excel"), f"{title}.xlsx", _("Excel 工作簿 (*.xlsx)"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("xlsx")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: write_workbook(page, cells, Path(name)))
    dialog.open()


def write_workbook(page: Page, cells: Cells, path: Path) -> None:
    """Write what is shown as a workbook."""
    from desktop.exchange.chart_workbook import write_chart_workbook

    page.worker.run_aside(
        lambda _progress: write_chart_workbook(
            path,
            (cells.title, cells.remark),
            cells.heads,
            cells.rows,
            cells.lines,
            bars=cells.bars,
        ),
        lambda _none: page.desk.tell(_("已导出到 {file}。").format(file=path.name)),
        page.desk.warn,
        owner=page,
    )
