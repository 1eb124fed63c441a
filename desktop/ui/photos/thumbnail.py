"""One photo, small: pressed it opens, Delete takes it away."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

from desktop.text import _
from desktop.ui import theme
from desktop.ui.photos.pictures import picture

_ROUND = 5
_CAPTION = 20
_WAITING_ICON = 22


@dataclass(frozen=True)
class Shown:
    """A photo as it is shown: its content, or why there is none; what is said of it."""

    content: bytes | None
    caption: str = ""
    remark: str = ""
    problem: str = ""


class Thumbnail(QAbstractButton):
    """A photo as a button.

    Signals:
        remove_wanted: Delete was pressed, or chosen in the menu.
    """

    remove_wanted = Signal()

    def __init__(self, shown: Shown, size: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = shown
        self._room = QSize(theme.px(size.width()), theme.px(size.height()))
        self._image = self._read()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(shown.caption or _("照片"))
        said = " · ".join(each for each in (shown.caption, shown.remark, shown.problem) if each)
        self.setToolTip(said or _("回车放大，Delete 删除"))
        self.setFixedSize(self.sizeHint())

    def _read(self) -> QImage | None:
        """Return the middle of the picture at the size of the button."""
        if self.shown.content is None:
            return None
        ratio = self.devicePixelRatioF()
        room = self._room * ratio
        image = picture(self.shown.content, room * 2)
        if image is None:
            return None
        image = image.scaled(
            room,
            Qt.AspectRatioMode.KeepAspectRatioByExpanding,
            Qt.TransformationMode.SmoothTransformation,
        )
        left = (image.width() - room.width()) // 2
        top = (image.height() - room.height()) // 2
        cut = image.copy(QRect(QPoint(left, top), room))
        cut.setDevicePixelRatio(ratio)
        return cut

    def sizeHint(self) -> QSize:
        return self._room + QSize(0, theme.px(_CAPTION))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(0, 0, self._room.width(), self._room.height()).adjusted(1, 1, -1, -1)
        shape = QPainterPath()
        shape.addRoundedRect(frame, theme.px(_ROUND), theme.px(_ROUND))
        painter.fillPath(shape, QColor(theme.BAR_GROUND))
        if self._image is not None:
            painter.setClipPath(shape)
            painter.drawImage(0, 0, self._image)
            painter.setClipping(False)
        else:
            side = theme.px(_WAITING_ICON)
            icon = theme.pixmap("fa6s.image", theme.FAINT_INK, _WAITING_ICON)
            middle = frame.center().toPoint() - QPoint(side // 2, side // 2)
            painter.drawPixmap(middle, icon)
        chosen = self.hasFocus() or self.underMouse()
        ink = theme.ACCENT if chosen else theme.LINE
        painter.setPen(QPen(QColor(ink), theme.px(2) if self.hasFocus() else 1))
        painter.drawPath(shape)
        self._write_caption(painter)
        painter.end()

    def _write_caption(self, painter: QPainter) -> None:
        waiting = self._image is None
        text = self.shown.problem if waiting else self.shown.caption
        font = painter.font()
        font.setPixelSize(theme.px(12))
        painter.setFont(font)
        painter.setPen(QColor(theme.AMBER if waiting else theme.SOFT_INK))
        room = QRect(0, self._room.height(), self._room.width(), theme.px(_CAPTION))
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Delete:
            self.remove_wanted.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.addAction(_("放大")).triggered.connect(lambda _on=False: self.click())
        menu.addAction(_("删除")).triggered.connect(lambda _on=False: self.remove_wanted.emit())
        menu.popup(event.globalPos())
