"""A return as an Excel workbook, asked for from the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.exchange.return_workbook import ReturnRow, write_return_workbook
from desktop.services.returns import ComposedReturn
from desktop.services.sheet import month_in_words
from desktop.services.wording import plain_number
from desktop.text import _
from desktop.ui.dialogs import show_error
from desktop.ui.screens.returns.reading import title_of
from desktop.ui.worker import Worker


def rows_of(opened: ComposedReturn) -> list[ReturnRow]:
    """Return the lines with plain numbers in the units of the form, sections included."""
    made: list[ReturnRow] = []
    section = ""
    for each in opened.lines:
        line = each.line
        if line.section != section:
            section = line.section
            made.append(ReturnRow(_(section)))
        figures = tuple(plain_number(line, value) for value in each.columns)
        made.append(ReturnRow(_(line.label), line.code, _(line.unit), line.indent, figures))
    return made


def ask_workbook(
    parent: QWidget, worker: Worker, opened: ComposedReturn, done: Callable[[Path], object]
) -> None:
    """Ask where and write the workbook there."""
    dialog = QFileDialog(
        parent, _("导出 Excel"), f"{title_of(opened)}.xlsx", _("Excel 工作簿 (*.xlsx)")
    )
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("xlsx")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def write(name: str) -> None:
        path = Path(name)
        head = [_(opened.form.title), f"{opened.head.name}　{month_in_words(opened.month)}"]
        rows = rows_of(opened)
        worker.run_aside(
            lambda _progress: write_return_workbook(path, head, rows),
            lambda _none: done(path),
            lambda error: show_error(parent, error),
            owner=parent,
        )

    dialog.fileSelected.connect(write)
    dialog.open()
