"""The card at the right of visits and findings, and the room their words need."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.text import _
from desktop.ui import theme
from desktop.ui.column_width import CHARACTER

_NARROWER = 0.86
"""With the largest letters the list beside the card needs the room more."""

_LONGEST_WAIT = 888


def state_width() -> float:
    """Return the width of a column that says how overdue something is, in characters."""
    words = _("逾期 {days} 天").format(days=_LONGEST_WAIT)
    return QFontMetrics(theme.font()).horizontalAdvance(words) / theme.px(CHARACTER) + 0.2


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
