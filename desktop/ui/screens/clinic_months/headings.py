"""The grid's headings: as many lines as they need, as large as their columns allow."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QHeaderView, QTableView

from desktop.ui import theme

GROUND = "#F0F3F5"
"""The ground of the headings and of the sums below."""
_SIZES = (12, 11, 10, 9)


class Headings(QHeaderView):
    """Headings in as many lines as they need."""

    def __init__(self, grid: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, grid)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(theme.px(36))

    def _text(self, section: int) -> str:
        return str(self.model().headerData(section, Qt.Orientation.Horizontal))

    def _face(self, section: int) -> QFont:
        """Return the largest face in which the heading's longest word fits its column."""
        room = self.sectionSize(section) - theme.px(4)
        face = theme.font(_SIZES[0], bold=True)
        for size in _SIZES:
            face = theme.font(size, bold=True)
            widest = max(map(QFontMetrics(face).horizontalAdvance, self._text(section).split()))
            if widest <= room or not self._text(section).isascii():
                break
        return face

    def sizeHint(self) -> QSize:
        high = max(
            QFontMetrics(self._face(section))
            .boundingRect(
                QRect(0, 0, max(20, self.sectionSize(section) - theme.px(4)), 1000),
                Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter,
                self._text(section),
            )
            .height()
            for section in range(self.count())
        )
        return QSize(super().sizeHint().width(), high + theme.px(6))

    def paintSection(self, painter: QPainter, area: QRect, section: int) -> None:
        painter.save()
        painter.fillRect(area, QColor(GROUND))
        painter.setPen(QColor(theme.LINE))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.drawLine(area.topRight(), area.bottomRight())
        painter.setPen(QColor("#33424F"))
        painter.setFont(self._face(section))
        painter.drawText(
            area.adjusted(theme.px(2), 0, -theme.px(2), 0),
            Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter,
            self._text(section),
        )
        painter.restore()
