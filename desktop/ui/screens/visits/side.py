"""A card at the right that scrolls where the window is too low for it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.ui import theme

_NARROWER = 0.86
"""With the largest letters the list beside the card needs the room more."""


def scrolling(card: QWidget, standard: float) -> QScrollArea:
    """Return the card in an area of that width that scrolls up and down."""
    largest = theme.font_size() is theme.FontSize.LARGEST
    area = QScrollArea()
    area.setProperty("role", "plain")
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setFixedWidth(theme.px(standard * (_NARROWER if largest else 1)))
    area.setWidget(card)
    area.viewport().setAutoFillBackground(False)
    return area
