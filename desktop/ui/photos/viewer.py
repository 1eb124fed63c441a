"""A photo as large as the window has room: arrows go to the next, Esc closes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPixmap, QResizeEvent, QShortcut
from PySide6.QtWidgets import QLabel, QLineEdit, QSizePolicy, QWidget

from desktop.errors import UserError
from desktop.services import photos
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import Dialog
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Label, row_of
from desktop.ui.photos.pictures import LONGEST_SIDE, picture
from desktop.ui.photos.thumbnail import Shown

_SHARE = 0.86


class _Picture(QLabel):
    """A picture scaled to its room."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = QPixmap()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(theme.px(320), theme.px(200))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setStyleSheet(f"background: {theme.BAR_GROUND}; border-radius: 6px;")

    def show_shown(self, shown: Shown) -> None:
        """Show a photo, or the words why there is none."""
        bound = QSize(LONGEST_SIDE, LONGEST_SIDE)
        image = None if shown.content is None else picture(shown.content, bound)
        self._whole = QPixmap() if image is None else QPixmap.fromImage(image)
        if image is None:
            self.setText(shown.problem or _("照片文件已损坏。"))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._whole.isNull():
            return
        ratio = self.devicePixelRatioF()
        fitted = self._whole.scaled(
            (self.size() * ratio).boundedTo(self._whole.size()),
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        fitted.setDevicePixelRatio(ratio)
        self.setPixmap(fitted)


class PhotoViewer(Dialog):
    """Photos large, one after the other.

    Signals:
        captioned: ``(number, text)``: another caption was typed.
        remove_wanted: Number of the photo to be taken away.
    """

    captioned = Signal(int, str)
    remove_wanted = Signal(int)

    def __init__(
        self, parent: QWidget, shown: Sequence[Shown], at: int = 0, *, fixed: bool = False
    ) -> None:
        super().__init__(parent, _("照片"), "fa6s.image")
        self.shown = list(shown)
        self.at = at
        self.picture = _Picture()
        self.remark = Label("", "soft")
        self.caption = QLineEdit()
        self.caption.setAccessibleName(_("照片说明"))
        self.caption.setPlaceholderText(_("照片说明，例如：整改前 治疗室无标识"))
        self.caption.setReadOnly(fixed)
        self.caption.editingFinished.connect(self._keep_caption)
        self.column.addWidget(self.picture, 1)
        self.column.addLayout(row_of(self.caption, self.remark, stretch=0))
        self.delete = Button(_("删除这张"), "fa6s.trash", self._remove)
        self.before = Button(_("上一张"), "fa6s.chevron-left", lambda: self.go(-1))
        self.after = Button(_("下一张"), "fa6s.chevron-right", lambda: self.go(1))
        self.shut = Button(_("关闭"), clicked=self.accept, role="primary")
        self.buttons.insertWidget(0, self.delete)
        for button in (self.before, self.after, self.shut):
            self.add_button(button)
        for button in (self.delete, self.before, self.after, self.shut):
            button.setAutoDefault(False)
        self.delete.setVisible(not fixed)
        for key, step in ((Qt.Key.Key_Left, -1), (Qt.Key.Key_Right, 1)):
            QShortcut(QKeySequence(key), self).activated.connect(lambda step=step: self.go(step))
        self.finished.connect(lambda _code: self._keep_caption())
        self.resize(_outermost(parent).size() * _SHARE)
        self._show()

    def go(self, step: int) -> None:
        """Show the photo so many places on, if there is one."""
        if 0 <= self.at + step < len(self.shown):
            self._keep_caption()
            self.at += step
            self._show()

    def _show(self) -> None:
        shown = self.shown[self.at]
        self.picture.show_shown(shown)
        many = len(self.shown) > 1
        self.heading.setText(
            _("照片 {number} / {count}").format(number=self.at + 1, count=len(self.shown))
            if many
            else _("照片")
        )
        self.caption.setText(shown.caption)
        self.remark.setText(shown.remark)
        self.remark.setVisible(bool(shown.remark))
        self.before.setVisible(many)
        self.after.setVisible(many)
        self.before.setEnabled(self.at > 0)
        self.after.setEnabled(self.at < len(self.shown) - 1)
        self.picture.setFocus()

    def _keep_caption(self) -> None:
        if not self.shown:
            return
        shown, text = self.shown[self.at], self.caption.text().strip()
        if text != shown.caption and not self.caption.isReadOnly():
            self.shown[self.at] = Shown(shown.content, text, shown.remark, shown.problem)
            self.captioned.emit(self.at, text)

    def _remove(self) -> None:
        number = self.at
        self._keep_caption()
        del self.shown[number]
        self.remove_wanted.emit(number)
        if not self.shown:
            self.accept()
            return
        self.at = min(number, len(self.shown) - 1)
        self._show()


def _outermost(widget: QWidget) -> QWidget:
    """Return the program's window, however many dialogs lie over it."""
    above = widget.parentWidget()
    return widget if above is None else _outermost(above)


def show_photo(parent: QWidget, desk: Desk, digest: str) -> None:
    """Show one stored photo; where it is not here, say why."""

    def show(content: bytes) -> None:
        PhotoViewer(parent.window(), [Shown(content)], fixed=True).open()

    def failed(error: UserError) -> None:
        desk.warn(error)

    desk.worker.run(lambda store: photos.content_of(store, digest), show, failed, owner=parent)
