"""The items of a checklist with what was found: verdicts, points and remarks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from desktop.models.kinds import BadValue, parse_amount
from desktop.services.checklists import PASSED, POINTS, Answer, ChecklistItem
from desktop.text import _
from desktop.ui.screens.visits.reading import worth_text

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

SECTION, CODE, WORDING, WORTH, RESULT, REMARK = range(6)
"""The columns of the table."""


class ItemsModel(QAbstractTableModel):
    """The items of a checklist with what was found.

    Signals:
        answered: An answer or a remark changed.
    """

    answered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.items: Sequence[ChecklistItem] = ()
        self.results: dict[str, tuple[str, int | None]] = {}
        self.remarks: dict[str, str] = {}
        self.wrong: dict[str, str] = {}

    def show_items(self, items: Sequence[ChecklistItem]) -> None:
        """Show another checklist; answers to items it has too stay."""
        known = {item.code for item in items}
        self.beginResetModel()
        self.items = items
        for held in (self.results, self.remarks, self.wrong):
            for code in [code for code in held if code not in known]:
                held.pop(code)
        self.endResetModel()
        self.answered.emit()

    def clear(self) -> None:
        """Forget every answer."""
        self.beginResetModel()
        self.results, self.remarks, self.wrong = {}, {}, {}
        self.endResetModel()
        self.answered.emit()

    def answers(self) -> dict[str, Answer]:
        """Return the answers so far by item code."""
        return {
            code: Answer(result, points, self.remarks.get(code, ""))
            for code, (result, points) in self.results.items()
        }

    def open_row(self) -> int:
        """Return the first row without an answer; -1 where all are answered."""
        rows = (at for at, item in enumerate(self.items) if item.code not in self.results)
        return next(rows, -1)

    # Answering

    def answer(self, row: int, result: str, points: int | None = None) -> None:
        """Take an answer; an empty result takes it back."""
        code = self.items[row].code
        self.wrong.pop(code, None)
        if result:
            self.results[code] = (result, points)
        else:
            self.results.pop(code, None)
        self._tell(row)

    def pass_rest(self) -> None:
        """Take every item without an answer as passed, or with full points; wrong texts stay."""
        for row, item in enumerate(self.items):
            if item.code not in self.results and item.code not in self.wrong:
                if item.by_points:
                    self.answer(row, POINTS, item.points)
                else:
                    self.answer(row, PASSED)

    def _tell(self, row: int) -> None:
        self.dataChanged.emit(self.index(row, 0), self.index(row, REMARK))
        self.answered.emit()

    def _give_points(self, row: int, text: str) -> None:
        item = self.items[row]
        try:
            points = parse_amount(text)
        except BadValue as error:
            self.wrong[item.code] = error.message
            self._tell(row)
            return
        if points is None:
            self.answer(row, "")
        elif 0 <= points <= item.points:
            self.answer(row, POINTS, points)
        else:
            self.results.pop(item.code, None)
            self.wrong[item.code] = _("{code} 的得分应在 0 到 {most} 之间。").format(
                code=item.code, most=worth_text(item.points)
            )
            self._tell(row)

    # Qt

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else REMARK + 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        points = index.column() == RESULT and self.items[index.row()].by_points
        if index.column() == REMARK or points:
            return plain | Qt.ItemFlag.ItemIsEditable
        return plain

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        item = self.items[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.wrong.get(item.code) or item.wording
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole}:
            return None
        editing = role == Qt.ItemDataRole.EditRole
        return self._text(item, index.row(), index.column(), editing=editing)

    def _text(self, item: ChecklistItem, row: int, column: int, *, editing: bool) -> str:
        if column == SECTION:
            first = not row or self.items[row - 1].section != item.section
            return item.section if first else ""
        if column == RESULT:
            result, points = self.results.get(item.code, ("", None))
            if item.by_points and result == POINTS:
                return worth_text(points)
            return "" if editing else _(result) if result else ""
        return {
            CODE: item.code,
            WORDING: item.wording,
            WORTH: worth_text(item.points),
            REMARK: self.remarks.get(item.code, ""),
        }[column]

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        text = str(value).strip()
        if index.column() == RESULT:
            self._give_points(index.row(), text)
            return True
        code = self.items[index.row()].code
        if text:
            self.remarks[code] = text
        else:
            self.remarks.pop(code, None)
        self._tell(index.row())
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section == WORTH else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (_("领域"), _("代号"), _("检查内容"), _("分值"), _("结果"), _("问题与备注"))[section]
