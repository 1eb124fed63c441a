"""A table over rows of text that a page already holds: previews, histories, short lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView

from desktop.ui import theme
from desktop.ui.column_width import column_width

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class PlainColumn:
    """A column: its heading, its width in Chinese characters, and whether it holds numbers."""

    label: str
    width: float = 6
    numeric: bool = False


class PlainModel(QAbstractTableModel):
    """Rows of text."""

    def __init__(self, columns: Sequence[PlainColumn]) -> None:
        super().__init__()
        self.columns = list(columns)
        self.rows: list[Sequence[str]] = []
        self.tones: dict[tuple[int, int], str] = {}

    def show_rows(
        self, rows: Sequence[Sequence[str]], tones: dict[tuple[int, int], str] | None = None
    ) -> None:
        """Show other rows; ``tones`` are text colours by row and column."""
        self.beginResetModel()
        self.rows = list(rows)
        self.tones = tones or {}
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            tone = self.tones.get((index.row(), index.column()))
            return QColor(tone) if tone else None
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].label
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def _alignment(self, section: int) -> Qt.AlignmentFlag:
        numeric = self.columns[section].numeric
        side = Qt.AlignmentFlag.AlignRight if numeric else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


class PlainTable(QTableView):
    """A table in the window's style; Ctrl+C copies the selected rows for Excel."""

    def __init__(self, columns: Sequence[PlainColumn], *, row_height: int = 34) -> None:
        super().__init__()
        self.plain = PlainModel(columns)
        self.setModel(self.plain)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(row_height))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setMinimumHeight(theme.px(38))
        self.size_columns()

    def size_columns(self) -> None:
        """Give every column the width it asks for."""
        for section, column in enumerate(self.plain.columns):
            self.setColumnWidth(section, column_width(column.label, column.width))

    def show_rows(
        self, rows: Sequence[Sequence[str]], tones: dict[tuple[int, int], str] | None = None
    ) -> None:
        """Show other rows."""
        self.plain.show_rows(rows, tones)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not event.matches(QKeySequence.StandardKey.Copy):
            super().keyPressEvent(event)
            return
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        lines = ["\t".join(" ".join(cell.split()) for cell in self.plain.rows[row]) for row in rows]
        QGuiApplication.clipboard().setText("\n".join(lines) + "\n")
