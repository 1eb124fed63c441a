"""The editor of a field that names a photo: it shows that there is one, and opens it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.models.kinds import Value
from desktop.models.register import Field
from desktop.text import _
from desktop.ui.editors import Editor
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Label


class AttachmentEditor(Editor):
    """A photo in a form; adding and taking away is done where its subject is."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field)
        self._desk = desk
        self._digest: Value = None
        self.open = Button(_("看照片"), "fa6s.image", self._open)
        self.none = Label(_("没有照片"), "soft")
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

    def _open(self) -> None:
        from desktop.ui.photos.viewer import show_photo

        if isinstance(self._digest, str):
            show_photo(self, self._desk, self._digest)
