"""A row of photos that takes more: from files, by drag and drop, from the clipboard."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.text import _
from desktop.ui import theme
from desktop.ui.flow_row import FlowRow
from desktop.ui.page import Desk
from desktop.ui.parts import Button, ElidedLabel, Label, NoticeBar, row_of
from desktop.ui.photos.pictures import SUFFIXES, photo_of_image, read_photo
from desktop.ui.photos.thumbnail import Shown, Thumbnail
from desktop.ui.worker import Progress

SMALL = QSize(84, 62)
LARGE = QSize(244, 183)

Read = tuple[list[bytes], list[UserError]]


class PhotoStrip(QWidget):
    """Photos side by side with a button to add some.

    Signals:
        given: The photos that were added, as ``list[bytes]`` ready to be stored.
        opened: Number of the photo to be shown large.
        remove_wanted: Number of the photo to be taken away.
    """

    given = Signal(object)
    opened = Signal(int)
    remove_wanted = Signal(int)

    def __init__(self, desk: Desk, title: str = "", size: QSize = SMALL) -> None:
        super().__init__()
        self.desk = desk
        self.shown: tuple[Shown, ...] = ()
        self.thumbnails: list[Thumbnail] = []
        self._size = size
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.heading = Label(title or _("照片"), "heading")
        self.remark = ElidedLabel("", "soft")
        self.more = Button(_("添加照片"), "fa6s.camera", self.pick, role="link")
        self.more.setToolTip(_("可一次选几张；也可以把照片拖到这里，或用 Ctrl+V 粘贴"))
        self.notice = NoticeBar()
        self.row = FlowRow(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        column.addLayout(row_of(self.heading, self.remark, self.more, spacing=6, stretch=1))
        column.addWidget(self.notice)
        column.addWidget(self.row)
        self.show_photos(())

    def show_photos(self, shown: Sequence[Shown]) -> None:
        """Show other photos."""
        at = next((n for n, each in enumerate(self.thumbnails) if each.hasFocus()), -1)
        self.shown = tuple(shown)
        self.row.clear()
        self.thumbnails = []
        for number, each in enumerate(self.shown):
            small = Thumbnail(each, self._size)
            small.clicked.connect(partial(self._open, number))
            small.remove_wanted.connect(partial(self.remove_wanted.emit, number))
            self.row.add(small)
            self.thumbnails.append(small)
        self.row.setVisible(bool(self.shown))
        self.row.resizeEvent(None)
        self.remark.setText(
            _("{count} 张").format(count=len(self.shown)) if self.shown else _("拖到这里或粘贴")
        )
        if at >= 0 and self.thumbnails:
            self.thumbnails[min(at, len(self.thumbnails) - 1)].setFocus()

    def _open(self, number: int, _checked: bool = False) -> None:
        self.opened.emit(number)

    # Taking in

    def pick(self) -> None:
        """Ask for files."""
        dialog = QFileDialog(self, _("选择照片"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        kinds = " ".join(f"*.{suffix}" for suffix in SUFFIXES)
        dialog.setNameFilter(_("照片 ({kinds})").format(kinds=kinds))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.take_files([Path(name) for name in names]))
        dialog.open()

    def take_files(self, paths: Sequence[Path]) -> None:
        """Read pictures aside; those that cannot be read are named, the others are taken."""
        self.more.setEnabled(False)
        self.desk.worker.run_aside(partial(_read, tuple(paths)), self._take, owner=self)

    def take_image(self, image: QImage) -> None:
        """Take a picture that is no file, from the clipboard."""
        self._take(([photo_of_image(image)], []))

    def _take(self, read: Read) -> None:
        photos, errors = read
        self.more.setEnabled(True)
        self.notice.hide()
        if errors:
            words = str(errors[0])
            if len(errors) > 1:
                words += _("另有 {count} 个文件也没有添加。").format(count=len(errors) - 1)
            self.notice.say(words)
        if photos:
            self.given.emit(photos)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and self.paste():
            return
        super().keyPressEvent(event)

    def paste(self) -> bool:
        """Take what the clipboard holds; tells whether it held a picture or files."""
        return self._take_data(QGuiApplication.clipboard().mimeData())

    def _take_data(self, data: QMimeData | None) -> bool:
        paths = files_in(data)
        if paths:
            self.take_files(paths)
        elif data is not None and data.hasImage():
            self.take_image(QImage(data.imageData()))
        else:
            return False
        return True

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if files_in(event.mimeData()) or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if self._take_data(event.mimeData()):
            event.acceptProposedAction()


def files_in(data: QMimeData | None) -> list[Path]:
    """Return the local files that are dragged or were copied."""
    if data is None:
        return []
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def _read(paths: Sequence[Path], progress: Progress) -> Read:
    photos: list[bytes] = []
    errors: list[UserError] = []
    for number, path in enumerate(paths):
        progress.report(number, len(paths))
        try:
            photos.append(read_photo(path))
        except UserError as error:
            errors.append(error)
    return photos, errors
