"""A row of small widgets that breaks where the page is narrow."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui import theme


class FlowRow(QWidget):
    """A row of small widgets that breaks into further rows where the page is narrow."""

    def __init__(self, spacing: int = 8) -> None:
        super().__init__()
        self._items: list[QWidget] = []
        self._spacing = spacing
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the end."""
        widget.setParent(self)
        widget.show()
        self._items.append(widget)
        self._settle()

    def clear(self) -> None:
        """Take every widget away."""
        for item in self._items:
            item.deleteLater()
        self._items.clear()
        self._settle()

    def heightForWidth(self, width: int) -> int:
        return self._place(width, move=False)

    def sizeHint(self) -> QSize:
        gap = theme.px(self._spacing)
        wide = sum(item.sizeHint().width() + gap for item in self._items)
        return QSize(wide, self._place(max(self.width(), 1), move=False))

    def minimumSizeHint(self) -> QSize:
        widest = max((item.sizeHint().width() for item in self._items), default=0)
        return QSize(widest, self._place(max(self.width(), 1), move=False))

    def resizeEvent(self, event: object) -> None:
        self._settle()

    def _settle(self) -> None:
        """Be as high as the rows need, also when widgets come and go at the same width."""
        self.setFixedHeight(max(1, self._place(self.width(), move=True)))
        self.updateGeometry()

    def _place(self, width: int, *, move: bool) -> int:
        gap = theme.px(self._spacing)
        left = top = tall = 0
        for item in self._items:
            size = item.sizeHint()
            if left and left + size.width() > width:
                left, top = 0, top + tall + gap
                tall = 0
            if move:
                item.setGeometry(left, top, min(size.width(), width), size.height())
            left += size.width() + gap
            tall = max(tall, size.height())
        return top + tall
