"""The inside of a card that scrolls where the window is low or the letters are large."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.ui import theme


class Scrolled(QScrollArea):
    """An area without a frame; what it holds goes into ``inside``.

    Args:
        spacing: Room between what is inside.
        margin: Room beside the bar.
    """

    def __init__(self, spacing: int, margin: int = 6) -> None:
        super().__init__()
        content = QWidget()
        content.setProperty("role", "plainground")
        self.inside = QVBoxLayout(content)
        self.inside.setContentsMargins(0, 0, theme.px(margin), 0)
        self.inside.setSpacing(theme.px(spacing))
        self.setProperty("role", "plain")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
