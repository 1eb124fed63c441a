"""The first line of every page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.parts import Button, ElidedLabel, Label


class PageHeader(QWidget):
    """The first line of a page: title, a soft remark and the buttons at the right.

    Where the line is too narrow, as in English with the largest font, the side buttons fold to
    their icons, the first ones first.
    """

    def __init__(self, title: str, remark: str = "", buttons: Sequence[QWidget] = ()) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(14))
        self.title = Label(title, "title")
        self.remark = ElidedLabel(remark, "soft")
        row.addWidget(self.title)
        row.addWidget(self.remark, 1)
        for button in buttons:
            row.addWidget(button)
        self._foldable = [
            each
            for each in buttons
            if isinstance(each, Button) and not each.icon().isNull() and not _is_main(each)
        ]
        self.setMinimumHeight(theme.px(38))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for button in self._foldable:
            button.fold(False)
        for button in self._foldable:
            if self._needed() <= self.width():
                break
            button.fold(True)

    def minimumSizeHint(self) -> QSize:
        """Return a width that the page can always give: the buttons fold."""
        return QSize(0, super().minimumSizeHint().height())

    def _needed(self) -> int:
        row = self.layout()
        assert row is not None
        items = [row.itemAt(at) for at in range(row.count())]
        widgets = [item.widget() for item in items if item is not None]
        widths = [
            each.minimumWidth() if each is self.remark else each.sizeHint().width()
            for each in widgets
            if not each.isHidden()
        ]
        return sum(widths) + row.spacing() * (len(widths) - 1)


def _is_main(button: Button) -> bool:
    return button.property("role") in {"primary", "danger", "tool"}
