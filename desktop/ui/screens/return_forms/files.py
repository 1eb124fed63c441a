"""Forms as files: what the county or another centre sends, and what is sent to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from desktop.errors import UserError
from desktop.services.returns.writing import write_form
from desktop.text import _
from desktop.ui.preview import cannot_write
from desktop.ui.screens.return_forms import reading

if TYPE_CHECKING:
    from desktop.ui.screens.return_forms.page import ReturnFormsPage


def ask_file(page: ReturnFormsPage) -> None:
    """Ask for a form's file."""
    dialog = QFileDialog(page, _("导入表式"), "", _("表式文件 (*.toml)"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: take_file(page, Path(name)))
    dialog.open()


def take_file(page: ReturnFormsPage, path: Path) -> None:
    """Keep the form of a file; a broken one is refused with line and reason."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = _("读不了“{file}”：{reason}。").format(file=path.name, reason=error)
        page.refuse(UserError(said, _("请另存为 UTF-8 的文本文件。")))
        return

    def done(made: bytes) -> None:
        page.desk.tell(_("已导入。"))
        page.wish_for(made)

    page.worker.run(
        lambda store: reading.take_in(store, text, path.name), done, page.refuse, owner=page
    )


def ask_target(page: ReturnFormsPage) -> None:
    """Ask where the shown form's file goes."""
    if page.draft is None:
        return
    dialog = QFileDialog(page, _("导出表式"), f"{page.draft.key}.toml", _("表式文件 (*.toml)"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("toml")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: write_file(page, Path(name)))
    dialog.open()


def write_file(page: ReturnFormsPage, path: Path) -> None:
    """Write the shown form as a file that another centre or the county can take in."""
    assert page.draft is not None
    try:
        path.write_text(write_form(page.draft).text, "utf-8")
    except OSError as error:
        page.desk.warn(cannot_write(path, error))
        return
    page.desk.tell(_("已导出到 {file}。").format(file=path.name))
