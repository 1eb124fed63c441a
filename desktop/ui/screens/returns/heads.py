"""The heads of a return's columns: groups above, labels that break, units below."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QHeaderView, QTableView

from desktop.ui import theme
from desktop.ui.screens.returns.blocks import Block, BlockColumn

_GROUND = "#F0F3F5"
_INK = "#33424F"
_TEXT, _SMALL = 13, 11
_PAD = 4


class Heads(QHeaderView):
    """Draws a head in three lines: the group over its columns, the label, the unit."""

    def __init__(self, table: QTableView, block: Block) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._block = block
        self.setSectionsClickable(False)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(theme.px(44))
        self.sectionResized.connect(lambda *_sizes: self.updateGeometries())

    def show_block(self, block: Block) -> None:
        """Show the heads of another block."""
        self._block = block
        self.updateGeometry()
        self.viewport().update()

    def _grouped(self) -> bool:
        return any(column.group for column in self._block.columns)

    def _line(self) -> int:
        return QFontMetrics(_label_face()).height() + theme.px(5)

    def sizeHint(self) -> QSize:
        high = theme.px(38)
        for section, column in enumerate(self._block.columns[: self.count()]):
            wide = max(theme.px(20), self.sectionSize(section) - 2 * theme.px(_PAD))
            label = QFontMetrics(_label_face()).boundingRect(
                QRect(0, 0, wide, 1000), int(_LABEL_FLAGS), column.label
            )
            unit = QFontMetrics(_small_face()).height() if column.unit else 0
            group = self._line() if self._grouped() else 0
            high = max(high, label.height() + unit + group + theme.px(10))
        return QSize(super().sizeHint().width(), high)

    def paintSection(self, painter: QPainter, area: QRect, section: int) -> None:
        if section >= len(self._block.columns):
            return
        column = self._block.columns[section]
        painter.save()
        painter.setClipRect(area)
        painter.fillRect(area, QColor(_GROUND))
        below = QRect(area)
        if self._grouped() and column.group:
            self._paint_group(painter, area, section)
            below.setTop(area.top() + self._line())
        self._paint_label(painter, below, column)
        painter.setPen(QColor(theme.LINE))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.drawLine(QRect(below).topRight(), area.bottomRight())
        painter.restore()

    def _paint_group(self, painter: QPainter, area: QRect, section: int) -> None:
        """Draw the group's head over all its columns; this section's clip shows its part."""
        columns = self._block.columns
        group = columns[section].group
        first = last = section
        while first > 0 and columns[first - 1].group == group:
            first -= 1
        while last + 1 < len(columns) and columns[last + 1].group == group:
            last += 1
        left = area.left() - sum(self.sectionSize(each) for each in range(first, section))
        wide = sum(self.sectionSize(each) for each in range(first, last + 1))
        whole = QRect(left, area.top(), wide, self._line())
        painter.setFont(_label_face())
        painter.setPen(QColor(_INK))
        text = painter.fontMetrics().elidedText(group, Qt.TextElideMode.ElideRight, wide)
        painter.drawText(whole, Qt.AlignmentFlag.AlignCenter, text)
        painter.setPen(QColor(theme.LINE))
        painter.drawLine(whole.bottomLeft(), whole.bottomRight())
        painter.drawLine(whole.topRight(), whole.bottomRight())

    @staticmethod
    def _paint_label(painter: QPainter, area: QRect, column: BlockColumn) -> None:
        room = area.adjusted(theme.px(_PAD), 0, -theme.px(_PAD), 0)
        painter.setFont(_label_face())
        painter.setPen(QColor(_INK))
        if column.unit:
            small = QFontMetrics(_small_face()).height()
            room.setBottom(room.bottom() - small - theme.px(1))
            painter.drawText(room, int(_LABEL_FLAGS), column.label)
            room = area.adjusted(theme.px(_PAD), area.height() - small - theme.px(4), 0, 0)
            room.setRight(area.right() - theme.px(_PAD))
            painter.setFont(_small_face())
            painter.setPen(QColor(theme.SOFT_INK))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, column.unit)
        else:
            painter.drawText(room, int(_LABEL_FLAGS), column.label)


_LABEL_FLAGS = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter


def _label_face() -> QFont:
    return theme.font(_TEXT, bold=True)


def _small_face() -> QFont:
    return theme.font(_SMALL)
