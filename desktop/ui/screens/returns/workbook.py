"""Returns as an Excel workbook, asked for from the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.exchange.return_workbook import write_return_workbook
from desktop.services.returns import ComposedReturn
from desktop.services.returns.numbers import book_of
from desktop.text import _
from desktop.ui.dialogs import show_error
from desktop.ui.worker import Worker

XLSX = ".xlsx"


def name_of(opened: ComposedReturn, ending: str = XLSX) -> str:
    """Return what the file of a return is called; a draft is marked."""
    mark = "" if opened.frozen else _("（草稿）")
    return f"{opened.period.key}-{_(opened.form.short)}{mark}{ending}"


def ask_workbook(
    parent: QWidget,
    worker: Worker,
    opened: ComposedReturn | Sequence[ComposedReturn],
    done: Callable[[Path], object],
) -> None:
    """Ask where, and write the workbook of a return, or of all returns of a period, there."""
    returns = [opened] if isinstance(opened, ComposedReturn) else list(opened)
    if not returns:
        return
    single = len(returns) == 1
    name = name_of(returns[0]) if single else f"{returns[0].period.key}-{_('全部报表')}{XLSX}"

    def write(path: Path) -> None:
        today = date.today()
        worker.run_aside(
            lambda _progress: write_return_workbook(
                path, [book_of(each, today) for each in returns]
            ),
            lambda _none: done(path),
            lambda error: show_error(parent, error),
            owner=parent,
        )

    ask_where(parent, name, write)


def ask_where(parent: QWidget, name: str, write: Callable[[Path], object]) -> None:
    """Ask where a workbook goes."""
    dialog = QFileDialog(parent, _("导出 Excel"), name, _("Excel 工作簿 (*.xlsx)"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(XLSX.removeprefix("."))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda chosen: write(Path(chosen)))
    dialog.open()
