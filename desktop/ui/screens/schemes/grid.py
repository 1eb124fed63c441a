"""A small table to type in: a few rows of text, choices and ticks, added and taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.editors import quiet_wheel
from desktop.ui.parts import Button, row_of

Cell = str | bool


@dataclass(frozen=True)
class GridColumn:
    """A column: heading, width in Chinese characters; words to choose from, or a tick."""

    label: str
    width: float
    choices: tuple[tuple[str, str], ...] = ()
    tick: bool = False
    numeric: bool = False


class Grid(QWidget):
    """Rows that can be typed in.

    Signals:
        edited: A person has changed something.
    """

    edited = Signal()

    def __init__(self, columns: Sequence[GridColumn], add: str, *, height: int = 0) -> None:
        super().__init__()
        self.columns = list(columns)
        self.table = QTableWidget(0, len(self.columns))
        self.table.setHorizontalHeaderLabels([column.label for column in columns])
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.px(32))
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        for at, column in enumerate(columns):
            self.table.setColumnWidth(at, self._width(column))
        self.table.horizontalHeader().setMinimumSectionSize(theme.px(70))
        widest = max(range(len(columns)), key=lambda at: columns[at].width)
        self.table.horizontalHeader().setSectionResizeMode(widest, QHeaderView.ResizeMode.Stretch)
        self.table.setMinimumHeight(theme.px(150))
        if height:
            self.table.setFixedHeight(theme.px(height))
        self.table.itemChanged.connect(lambda _item: self.edited.emit())
        self.add = Button(add, "fa6s.plus", self._add, role="link")
        self.take = Button(_("去掉这一行"), "fa6s.minus", self._take, role="link")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(theme.px(2))
        outer.addWidget(self.table, 1)
        outer.addLayout(row_of(self.add, self.take, QWidget(), stretch=2))

    def _width(self, column: GridColumn) -> int:
        """Return the width that a column asks for, or more where its words are longer."""
        metrics = self.table.fontMetrics()
        chosen = [metrics.horizontalAdvance(label) for _key, label in column.choices]
        return max(
            theme.px(column.width * 14 + 24),
            metrics.horizontalAdvance(column.label) + theme.px(30),
            max(chosen, default=0) + theme.px(66),
        )

    def show_rows(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Show other rows, without telling."""
        self.blockSignals(True)
        self.table.setRowCount(0)
        for row in rows:
            self._put(row)
        self.blockSignals(False)

    def rows(self) -> list[list[Cell]]:
        """Return what is typed."""
        return [
            [self._cell(row, at) for at in range(len(self.columns))]
            for row in range(self.table.rowCount())
        ]

    def lock(self, *, locked: bool) -> None:
        """Let nothing be typed."""
        self.setEnabled(not locked)

    def _put(self, values: Sequence[Cell]) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        for at, (column, value) in enumerate(zip(self.columns, values, strict=True)):
            if column.choices:
                self.table.setCellWidget(row, at, self._choice(column, str(value)))
                continue
            cell = QTableWidgetItem("" if column.tick else str(value))
            if column.tick:
                cell.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled)
                cell.setCheckState(Qt.CheckState.Checked if value else Qt.CheckState.Unchecked)
            if column.numeric:
                cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.setItem(row, at, cell)

    def _choice(self, column: GridColumn, value: str) -> QComboBox:
        box = ChoiceBox()
        for key, label in column.choices:
            box.addItem(label, key)
        if box.findData(value) < 0:
            box.addItem(value, value)
        box.setCurrentIndex(box.findData(value))
        quiet_wheel(box)
        box.currentIndexChanged.connect(lambda _at: self.edited.emit())
        return box

    def _cell(self, row: int, at: int) -> Cell:
        box = self.table.cellWidget(row, at)
        if isinstance(box, QComboBox):
            return str(box.currentData())
        cell = self.table.item(row, at)
        if cell is None:
            return ""
        if self.columns[at].tick:
            return cell.checkState() == Qt.CheckState.Checked
        return cell.text().strip()

    def _add(self) -> None:
        first = (
            column.choices[0][0] if column.choices else False if column.tick else ""
            for column in self.columns
        )
        self.blockSignals(True)
        self._put(list(first))
        self.blockSignals(False)
        row = self.table.rowCount() - 1
        self.table.setCurrentCell(row, 0)
        self.table.setFocus()
        self.edited.emit()

    def _take(self) -> None:
        row = self.table.currentRow()
        if row >= 0:
            self.table.removeRow(row)
            self.edited.emit()
