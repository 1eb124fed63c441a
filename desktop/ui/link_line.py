"""A link to a record on a line of its own."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt

from desktop.ui import theme
from desktop.ui.parts import Button


class LinkLine(Button):
    """A link on a line of its own that ends in … where there is no room."""

    def __init__(self, text: str) -> None:
        super().__init__(text, role="link")
        self._whole = text

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(48), super().minimumSizeHint().height())

    def resizeEvent(self, event: object) -> None:
        self.setText(self._whole)
        over = max(0, super().sizeHint().width() - self.width())
        if over:
            room = self.fontMetrics().horizontalAdvance(self._whole) - over
            self.setText(
                self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, room)
            )
        self.setToolTip(self._whole if over else "")

    def sizeHint(self) -> QSize:
        cut = self.fontMetrics().horizontalAdvance(self.text())
        whole = self.fontMetrics().horizontalAdvance(self._whole)
        return super().sizeHint() + QSize(whole - cut, 0)
