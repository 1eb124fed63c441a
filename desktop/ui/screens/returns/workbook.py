"""Returns as an Excel workbook, asked for from the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.exchange.return_workbook import write_return_workbook
from desktop.services.returns import ComposedReturn
from desktop.services.returns.numbers import book_of
from desktop.text import _
from desktop.ui.dialogs import show_error
from desktop.ui.worker import Worker

if TYPE_CHECKING:
    from desktop.ui.screens.returns.template_export import ExportDialog

XLSX = ".xlsx"

Done = Callable[[Path], object]


def ask_workbook(
    parent: QWidget, worker: Worker, opened: ComposedReturn, done: Done
) -> ExportDialog:
    """Ask in which shape a return goes out: like the paper, all of the period, or a template."""
    from desktop.ui.screens.returns.template_export import ExportDialog

    dialog = ExportDialog(parent, worker, opened, done)
    dialog.open()
    return dialog


def name_of(opened: ComposedReturn, ending: str = XLSX) -> str:
    """Return what the file of a return is called; a draft is marked."""
    mark = "" if opened.frozen else _("（草稿）")
    return f"{opened.period.key}-{_(opened.form.short)}{mark}{ending}"


def ask_file(parent: QWidget, worker: Worker, opened: Sequence[ComposedReturn], done: Done) -> None:
    """Ask where, and write the workbook of a return, or of all returns of a period, there."""
    returns = list(opened)
    single = len(returns) == 1
    name = name_of(returns[0]) if single else f"{returns[0].period.key}-{_('全部报表')}{XLSX}"

    def write(path: Path) -> None:
        books = [book_of(each, date.today()) for each in returns]
        worker.run_aside(
            lambda _progress: write_return_workbook(path, books),
            lambda _none: done(path),
            lambda error: show_error(parent, error),
            owner=parent,
        )

    ask_where(parent, name, write)


def ask_where(parent: QWidget, name: str, write: Done) -> QFileDialog:
    """Ask where a workbook goes."""
    ending = Path(name).suffix
    dialog = QFileDialog(
        parent, _("导出 Excel"), name, _("Excel 工作簿 ({ending})").format(ending=f"*{ending}")
    )
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(ending.removeprefix("."))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda chosen: write(Path(chosen)))
    dialog.open()
    return dialog
