"""How a cell of a return is drawn and typed into."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPolygon
from PySide6.QtWidgets import (
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.text import language
from desktop.ui import theme
from desktop.ui.screens.returns.grid_model import GridModel, Index, Said, Tone

PAD = 7
_GROUNDS = {Tone.FILL: "#EAF5F3", Tone.PENDING: "#FFF7E8", Tone.WRONG: theme.RED_SOFT}
_BAND, _TOTAL, _RULE = "#F0F3F5", "#F7F9FA", "#EEF1F4"


@cache
def _colour(name: str) -> QColor:
    return QColor(name)


class CellPainter(QStyledItemDelegate):
    """Draws a cell: its ground, its text, and a corner where something is to be said of it."""

    moved = Signal(int)

    def __init__(self, grid: QTableView, model: GridModel) -> None:
        super().__init__(grid)
        self._grid = grid
        self._cells = model
        self.editing: QLineEdit | None = None
        # Made once: a wide table draws hundreds of cells at each step of scrolling.
        self._plain, self._bold, self._small = (
            theme.font(14),
            theme.font(14, bold=True),
            theme.font(11),
        )
        self._chosen = QColor(theme.ACCENT)
        self._chosen.setAlpha(38)
        self._inks = {name: QColor(name) for name in (theme.INK, theme.RED, _RULE)}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area: QRect = option.rect  # type: ignore[attr-defined] # the stubs lack it
        model, row = self._cells, self._cells.row(index.row())
        tone = model.tone(index)
        painter.save()
        ground = _BAND if row.band else _TOTAL if row.total else theme.SURFACE
        painter.fillRect(area, _colour(_GROUNDS.get(tone, ground)))
        if tone is not Tone.WRONG and self._grid.selectionModel().isSelected(index):
            painter.fillRect(area, self._chosen)
        painter.setPen(self._inks[_RULE])
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        bold = row.band or row.total or tone is Tone.PENDING
        painter.setFont(self._bold if bold else self._plain)
        room = area.adjusted(theme.px(PAD), 0, -theme.px(PAD), 0)
        if index.column() < model.block.names:
            self._draw_name(painter, room, index)
        else:
            painter.setPen(self._inks[theme.RED if tone is Tone.WRONG else theme.INK])
            side = model.data(index, Qt.ItemDataRole.TextAlignmentRole)
            painter.drawText(room, int(side), str(model.data(index)))
        self._draw_corner(painter, area, model.said, model.key(index))
        if index == self._grid.currentIndex() and not row.band:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(theme.ACCENT if self._grid.hasFocus() else theme.FAINT_INK))
            painter.drawRect(area.adjusted(0, 0, -1, -1))
        painter.restore()

    def _draw_name(self, painter: QPainter, room: QRect, index: Index) -> None:
        """Draw the row's label, its unit small behind it where there is room."""
        row = self._cells.row(index.row())
        said = self._cells.said
        room = room.adjusted(theme.px(12 * row.indent), 0, 0, 0)
        unit = f"（{row.unit}）" if row.unit and language() == "zh" else f" ({row.unit})"
        ink = theme.INK
        if any(key in said.errors or key in said.remarks for key in row.keys):
            ink = theme.RED
        elif any(key in said.queries for key in row.keys):
            ink = theme.AMBER
        painter.setPen(QColor(ink))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        metrics = painter.fontMetrics()
        text = metrics.elidedText(row.texts[0], Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, left, text)
        taken = metrics.horizontalAdvance(text)
        painter.setFont(self._small)
        if row.unit and taken + painter.fontMetrics().horizontalAdvance(unit) <= room.width():
            painter.setPen(QColor(theme.FAINT_INK))
            painter.drawText(room.adjusted(taken, 0, 0, 0), left, unit)

    @staticmethod
    def _draw_corner(painter: QPainter, area: QRect, said: Said, key: str) -> None:
        """Mark errors and the county's remarks red, queries and changed figures amber."""
        if not key:
            return
        colour = ""
        if key in said.errors or key in said.remarks:
            colour = theme.RED
        elif key in said.queries or key in said.submitted:
            colour = theme.AMBER
        if colour:
            corner, size = area.topRight(), theme.px(7)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            points = [corner, corner - QPoint(size, 0), corner + QPoint(0, size)]
            painter.drawPolygon(QPolygon(points))

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QLineEdit:
        edit = QLineEdit(parent)
        edit.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        edit.setStyleSheet(
            f"border: 1px solid {theme.ACCENT}; border-radius: 0; padding: 0 {theme.px(6)}px;"
        )
        edit.setAccessibleName(self._cells.row(index.row()).texts[0])
        self.editing = edit
        return edit

    def setModelData(self, editor: QWidget, model: object, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        self._cells.setData(index, editor.text())

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """End the typing with Enter or Tab, and go on to the next cell to be filled in."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = _step(event)
            if step and isinstance(editor, QLineEdit):
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.NoHint)
                self.moved.emit(step)
                return True
        return super().eventFilter(editor, event)


def _step(event: QKeyEvent) -> int:
    """Return whether a key that ends typing goes on (1) or back (-1); 0 for others."""
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab}:
        return -1 if shift else 1
    return -1 if event.key() == Qt.Key.Key_Backtab else 0
