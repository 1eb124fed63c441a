"""The editor of a field that names a photo or file: it says that there is one, and opens it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.exchange.workbooks import write_file
from desktop.models.files import Files
from desktop.models.kinds import Value
from desktop.models.register import Field
from desktop.text import _
from desktop.ui.dialogs import show_error
from desktop.ui.editors import Editor
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Label


class AttachmentEditor(Editor):
    """A photo or file in a form; adding and taking away is done where its subject is."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field)
        self._desk = desk
        self._digest: Value = None
        photo = not field.suffix
        self.open = (
            Button(_("看照片"), "fa6s.image", self._open)
            if photo
            else Button(_("另存文件…"), "fa6s.file-arrow-down", self._save)
        )
        self.none = Label(_("没有照片") if photo else _("没有文件"), "soft")
        self.row.addWidget(self.open)
        self.row.addWidget(self.none)
        self.row.addStretch(1)

    def main_widget(self) -> QWidget:
        return self.open

    def _put(self, value: Value, title: str) -> None:
        self._digest = value
        self.open.setVisible(value is not None)
        self.none.setVisible(value is None)

    def typed(self) -> object:
        return self._digest

    def lock(self, locked: bool) -> None:
        """Stay usable: looking changes nothing."""

    def _save(self) -> None:
        """Ask where a copy of the file goes."""
        digest, worker = self._digest, self._desk.worker
        if not isinstance(digest, str):
            return
        suffix = self.field.suffix
        dialog = QFileDialog(self, _("另存文件…"), f"{_(self.field.label)}{suffix}", f"*{suffix}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix.removeprefix("."))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def save(name: str) -> None:
            path = Path(name)
            worker.run(
                lambda store: write_file(path, Files.of(store.database).read(digest)),
                lambda _none: self._desk.tell(_("已保存“{file}”。").format(file=path.name)),
                lambda error: show_error(self, error),
                owner=self,
            )

        dialog.fileSelected.connect(save)
        dialog.open()

    def _open(self) -> None:
        from desktop.ui.photos.viewer import show_photo

        if isinstance(self._digest, str):
            show_photo(self, self._desk, self._digest)
