"""The cells of a block as Qt asks for them, with what was typed and what is to be said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from desktop.text import _
from desktop.ui.screens.returns.blocks import Block, BlockRow
from desktop.ui.screens.returns.typed import Typed

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_EMPTY = Block("", (), (), 0)


class Tone(Enum):
    """What is the matter with a cell, or that it is to be filled in."""

    CALM = ""
    FILL = "fill"
    PENDING = "pending"
    WRONG = "wrong"


@dataclass(frozen=True)
class Said:
    """What is to be said of cells, by their names.

    Args:
        errors: The first error of the checks.
        queries: The first query that is not explained yet.
        remarks: What the county says of a return that it sent back.
        submitted: What the submitted revision said, where this one says something else.
    """

    errors: Mapping[str, str] = field(default_factory=dict)
    queries: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    submitted: Mapping[str, str] = field(default_factory=dict)

    def lines(self, key: str) -> list[str]:
        """Return the sentences about a cell, the most urgent first."""
        made = []
        if key in self.remarks:
            made.append(_("县级意见：{text}").format(text=self.remarks[key]))
        made += [each[key] for each in (self.errors, self.queries) if key in each]
        if key in self.submitted:
            made.append(_("已上报的是 {value}").format(value=self.submitted[key]))
        return made


class GridModel(QAbstractTableModel):
    """One block of a return."""

    def __init__(self, typed: Typed) -> None:
        super().__init__()
        self.typed = typed
        self.block = _EMPTY
        self.said = Said()
        typed.edited.connect(self._tell_all)

    def show_block(self, block: Block, said: Said) -> None:
        """Show another block."""
        self.beginResetModel()
        self.block, self.said = block, said
        self.endResetModel()

    def _tell_all(self) -> None:
        if self.rowCount() and self.columnCount():
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # Places

    def row(self, number: int) -> BlockRow:
        """Return a row."""
        return self.block.rows[number]

    def key(self, index: Index) -> str:
        """Return the name of a cell; empty where none is."""
        return self.row(index.row()).keys[index.column()] if index.isValid() else ""

    def about(self, index: Index) -> str:
        """Return the cell that a person means who stands there: its own, or its line's."""
        return (self.key(index) or self.row(index.row()).about) if index.isValid() else ""

    def index_of(self, key: str) -> QModelIndex:
        """Return the place of a cell; an invalid one where the block does not have it."""
        place = self.block.places.get(key)
        return QModelIndex() if place is None else self.index(*place)

    def may_fill(self, index: Index) -> bool:
        """Tell whether a cell takes typing."""
        return self.key(index) in self.typed.fillable

    def tone(self, index: Index) -> Tone:
        """Return how a cell is to be shown."""
        key = self.key(index)
        if key in self.typed.wrong:
            return Tone.WRONG
        if key in self.typed.pending:
            return Tone.PENDING
        return Tone.FILL if key in self.typed.fillable else Tone.CALM

    def row_said(self, number: int) -> list[str]:
        """Return the sentences about a row's cells, for its name."""
        return [text for key in self.row(number).keys if key for text in self.said.lines(key)]

    # Qt

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.block.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.block.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self.row(index.row()).band:
            return Qt.ItemFlag.ItemIsEnabled
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return plain | Qt.ItemFlag.ItemIsEditable if self.may_fill(index) else plain

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in _TEXTS:
            return self._text(index, role)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(index)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            numeric = self.block.columns[index.column()].numeric
            side = Qt.AlignmentFlag.AlignRight if numeric else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, index: Index, role: int) -> str:
        key = self.key(index)
        if key in self.typed.pending:
            return self.typed.pending[key]
        if role == Qt.ItemDataRole.EditRole and key in self.typed.fillable:
            return self.typed.stored(key)
        return self.row(index.row()).texts[index.column()]

    def _tip(self, index: Index) -> str:
        row, key = self.row(index.row()), self.about(index)
        if row.band:
            return row.texts[0]
        lines = self.said.lines(key) if key else self.row_said(index.row())
        if key in self.typed.wrong:
            lines.insert(0, self.typed.wrong[key])
        elif key in self.typed.pending:
            lines.append(_("尚未保存"))
        if index.column() < self.block.names:
            return "\n".join((row.texts[0], *lines))
        if self.may_fill(index):
            return "\n".join((*lines, _("填报项：直接输入，回车到下一项")))
        return "\n".join((*lines, _("双击查看数据来源")))

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        key = self.key(index)
        if role != Qt.ItemDataRole.EditRole or key not in self.typed.fillable:
            return False
        self.typed.put({key: str(value)})
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self.block.columns):
            return None
        column = self.block.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.label
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or column.label
        return None


_TEXTS = frozenset({Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole})
