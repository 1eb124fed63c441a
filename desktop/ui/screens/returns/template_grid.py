"""An office's worksheet as a grid to be pointed at; what its cells take is drawn into them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from desktop.exchange.office_cells import letters
from desktop.exchange.office_workbook import OfficeSheet, Position
from desktop.text import _
from desktop.ui import theme
from desktop.ui.column_width import CHARACTER
from desktop.ui.screens.returns.template_marking import Marking

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

_LEAST, _MOST = 92, 220
_PAD = 8
_SPARE = 2
"""Empty rows and columns shown behind the last ones."""


class TemplateModel(QAbstractTableModel):
    """The texts of a worksheet, with what its cells take."""

    def __init__(self) -> None:
        super().__init__()
        self.sheet: OfficeSheet | None = None
        self._marking: Marking | None = None
        self._taken: dict[Position, tuple[str, bool]] = {}

    def show_sheet(self, sheet: OfficeSheet, marking: Marking) -> None:
        """Show another worksheet."""
        self.beginResetModel()
        self.sheet, self._marking = sheet, marking
        self._read()
        self.endResetModel()

    def marks_changed(self) -> None:
        """Draw the marks as they are now."""
        self._read()
        if self.sheet is not None:
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def _read(self) -> None:
        self._taken = {}
        if self._marking is None or self.sheet is None:
            return
        tables = {
            (table.first, column): table
            for table in self._marking.tables.values()
            if table.sheet == self.sheet.name
            for column in table.columns.values()
        }
        for each in self._marking.listed():
            if each.sheet != self.sheet.name:
                continue
            table = tables.get(each.place)
            rows = range(table.first, table.last + 1) if table else (each.place[0],)
            for row in rows:
                self._taken[row, each.place[1]] = (each.short, each.sure)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() or self.sheet is None else self.sheet.rows + _SPARE

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() or self.sheet is None else self.sheet.columns + _SPARE

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self.sheet is None:
            return None
        place = (index.row(), index.column())
        taken = self._taken.get(self.sheet.first_of(place)) or self._taken.get(place)
        formula = self.sheet.first_of(place) in self.sheet.formulas
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._shown(place, taken, formula=formula)
            case Qt.ItemDataRole.ToolTipRole:
                return self.sheet.text(place) or None
            case Qt.ItemDataRole.BackgroundRole if taken:
                return QColor(theme.ACCENT_SOFT if taken[1] else theme.AMBER_SOFT)
            case Qt.ItemDataRole.BackgroundRole if formula:
                return QColor(theme.BAR_GROUND)
            case Qt.ItemDataRole.ForegroundRole if taken:
                return QColor(theme.ACCENT_DARK if taken[1] else theme.AMBER)
            case Qt.ItemDataRole.ForegroundRole if formula:
                return QColor(theme.FAINT_INK)
            case _:
                return None

    def _shown(self, place: Position, taken: tuple[str, bool] | None, *, formula: bool) -> str:
        assert self.sheet is not None
        text = self.sheet.texts.get(place, "")
        if taken and not formula:
            return f"{text} {taken[0]}".strip()
        return _("公式") if formula else text

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return letters(section) if orientation is Qt.Orientation.Horizontal else str(section + 1)


class _Cells(QStyledItemDelegate):
    """Draws a cell with its ground and lines, which the window's style leaves out of tables."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area: QRect = option.rect  # type: ignore[attr-defined] # the stubs lack it
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        ground = index.data(Qt.ItemDataRole.BackgroundRole)
        painter.fillRect(area, ground or QColor(theme.SURFACE))
        painter.setPen(QColor(theme.LINE))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.drawLine(area.topRight(), area.bottomRight())
        painter.setPen(index.data(Qt.ItemDataRole.ForegroundRole) or QColor(theme.INK))
        room = area.adjusted(theme.px(_PAD), 0, -theme.px(_PAD), 0)
        text = str(index.data() or "")
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(theme.ACCENT), 2))
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        painter.restore()


class TemplateGrid(QTableView):
    """The grid; cells are chosen with the mouse or the keyboard.

    Signals:
        chosen: Other cells are chosen.
    """

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.cells = TemplateModel()
        self.setModel(self.cells)
        self.setItemDelegate(_Cells(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setWordWrap(False)
        self.setAccessibleName(_("模板"))
        self.verticalHeader().setDefaultSectionSize(theme.px(30))
        self.selectionModel().selectionChanged.connect(lambda _new, _old: self.chosen.emit())

    def show_sheet(self, sheet: OfficeSheet, marking: Marking) -> None:
        """Show another worksheet with its merged areas."""
        self.clearSpans()
        self.cells.show_sheet(sheet, marking)
        for span in sheet.merged:
            high, wide = span.bottom - span.top + 1, span.right - span.left + 1
            if high * wide > 1:
                self.setSpan(span.top, span.left, high, wide)
        merged = {(span.top, span.left) for span in sheet.merged if span.right > span.left}
        for column in range(sheet.columns):
            longest = max(
                (
                    len(text)
                    for (row, at), text in sheet.texts.items()
                    if at == column and (row, at) not in merged
                ),
                default=0,
            )
            width = min(max(longest * CHARACTER + 2 * _PAD + 4, _LEAST), _MOST)
            self.setColumnWidth(column, theme.px(width))

    def places(self) -> list[Position]:
        """Return the chosen cells from above to below, the first column of them only."""
        chosen = sorted((each.row(), each.column()) for each in self.selectedIndexes())
        column = min((at for _row, at in chosen), default=0)
        return [place for place in chosen if place[1] == column]

    def go_to(self, place: Position) -> None:
        """Choose a cell and bring it into view."""
        index = self.cells.index(*place)
        self.setCurrentIndex(index)
        self.scrollTo(index)
