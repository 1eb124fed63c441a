"""The field that files are dropped on or picked with."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QLabel, QVBoxLayout

from desktop.text import _
from desktop.ui import theme
from desktop.ui.parts import Button, Label, row_of


class FileDrop(QFrame):
    """A dashed field; files and folders may be dropped on it.

    Signals:
        given: The paths that were dropped or picked.
    """

    given = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "drop")
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(22), theme.px(20), theme.px(22))
        column.setSpacing(theme.px(8))
        picture = QLabel()
        picture.setPixmap(theme.pixmap("fa6s.file-excel", theme.ACCENT, 34))
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text = Label(_("把 Excel、CSV 文件或整个文件夹拖到这里"), "heading")
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        advice = Label(
            _(
                "原样拿来就行：标题行、合并单元格、空行、页脚都没关系。写入前先预览，导入后可以撤销。"
            ),
            "soft",
            wrap=True,
        )
        advice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.files = Button(_("选择文件"), "fa6s.file-import", self.pick_files, role="primary")
        self.folder = Button(_("选择文件夹"), "fa6s.folder-open", self.pick_folder)
        row = row_of(self.files, self.folder)
        row.insertStretch(0, 1)
        row.addStretch(1)
        column.addStretch(1)
        for widget in (picture, text, advice):
            column.addWidget(widget)
        column.addSpacing(theme.px(6))
        column.addLayout(row)
        column.addStretch(1)

    def pick_files(self) -> None:
        """Let the person pick files."""
        names, _kind = QFileDialog.getOpenFileNames(
            self,
            _("选择要导入的文件"),
            "",
            _("表格文件 (*.xlsx *.xls *.xlsm *.xlsb *.ods *.csv *.txt);;所有文件 (*)"),
        )
        if names:
            self.given.emit([Path(name) for name in names])

    def pick_folder(self) -> None:
        """Let the person pick a folder."""
        name = QFileDialog.getExistingDirectory(self, _("选择文件夹"))
        if name:
            self.given.emit([Path(name)])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        urls = event.mimeData().urls()
        paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.given.emit(paths)
