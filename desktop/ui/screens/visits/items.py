"""The checklist as a table: one key an item, remarks typed in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.models.kinds import BadValue, parse_amount
from desktop.services.checklists import (
    FAILED,
    NOT_APPLICABLE,
    PASSED,
    POINTS,
    Answer,
    ChecklistItem,
)
from desktop.text import _
from desktop.ui import theme
from desktop.ui.screens.visits.reading import score_text

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

SECTION, CODE, WORDING, WORTH, RESULT, REMARK = range(6)
_KEYS = {Qt.Key.Key_1: PASSED, Qt.Key.Key_2: FAILED, Qt.Key.Key_3: NOT_APPLICABLE}
_VERDICTS = (PASSED, FAILED, NOT_APPLICABLE)
_TONES = {
    PASSED: (theme.GREEN_SOFT, theme.GREEN),
    FAILED: (theme.RED_SOFT, theme.RED),
    NOT_APPLICABLE: (theme.BAR_GROUND, theme.SOFT_INK),
}
_WIDTHS = {SECTION: 66, CODE: 42, WORTH: 42, RESULT: 152}
_LOWEST_ROW, _HIGHEST_ROW = 22, 32
_RULE = "#EEF1F4"
_PAD = 6
_REMARK_SHARE = 0.3


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
                code=item.code, most=score_text(item.points)
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
                return score_text(points)
            return "" if editing else _(result) if result else ""
        return {
            CODE: item.code,
            WORDING: item.wording,
            WORTH: score_text(item.points),
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


class _Items(QStyledItemDelegate):
    """Draws the verdicts as three words to choose from; edits points and remarks in place."""

    ended = Signal()

    def __init__(self, table: ItemsTable) -> None:
        super().__init__(table)
        self._table = table
        self.editing: QLineEdit | None = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area: QRect = option.rect  # type: ignore[attr-defined] # the stubs lack it
        model = self._table.items
        item = model.items[index.row()]
        current = self._table.currentIndex()
        painter.save()
        here = current.row() == index.row()
        painter.fillRect(area, QColor(theme.ACCENT_SOFT if here else theme.SURFACE))
        painter.setPen(QColor(_RULE))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        room = area.adjusted(theme.px(_PAD), 0, -theme.px(_PAD), 0)
        if index.column() == RESULT and item.code not in model.wrong:
            self._draw_result(painter, room, item)
        else:
            self._draw_text(painter, room, index, item)
        if index == current and self._table.hasFocus():
            painter.setPen(QColor(theme.ACCENT))
            painter.drawRect(area.adjusted(0, 0, -1, -1))
        painter.restore()

    def _draw_text(self, painter: QPainter, room: QRect, index: Index, item: ChecklistItem) -> None:
        model, column = self._table.items, index.column()
        painter.setFont(theme.font(13, bold=column == SECTION))
        text, ink = str(model.data(index)), theme.INK
        if column == CODE:
            ink = theme.RED if item.veto else theme.AMBER if item.critical else theme.SOFT_INK
        elif column == RESULT:
            text, ink = model.wrong[item.code], theme.RED
        elif column == WORTH:
            ink = theme.SOFT_INK
        painter.setPen(QColor(ink))
        side = Qt.AlignmentFlag.AlignRight if column == WORTH else Qt.AlignmentFlag.AlignLeft
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, shown)

    def _draw_result(self, painter: QPainter, room: QRect, item: ChecklistItem) -> None:
        result, points = self._table.items.results.get(item.code, ("", None))
        words = [(each, _(each)) for each in _VERDICTS]
        if item.by_points:
            given = "—" if points is None else score_text(points)
            worth = f"{given} / {score_text(item.points)}"
            words = [(POINTS, worth), (NOT_APPLICABLE, _(NOT_APPLICABLE))]
        painter.setFont(theme.font(12))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for (verdict, word), box in zip(words, self.boxes(room, item), strict=True):
            chosen = verdict == result
            if chosen:
                tone = _TONES.get(verdict) or _points_tone(points or 0, item.points)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(tone[0] if verdict != NOT_APPLICABLE else "#DDE4E9"))
                painter.drawRoundedRect(box, theme.px(5), theme.px(5))
                painter.setPen(QColor(tone[1]))
            else:
                painter.setPen(QColor(theme.FAINT_INK))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)

    @staticmethod
    def boxes(room: QRect, item: ChecklistItem) -> list[QRect]:
        """Return where each word of a result stands."""
        words = QFontMetrics(theme.font(12))
        needs = [words.horizontalAdvance(_(each)) for each in _VERDICTS]
        gap = (room.width() - sum(needs)) / len(needs)
        boxes, left = [], float(room.left())
        for need in needs:
            boxes.append(QRect(round(left), room.top() + 2, round(need + gap), room.height() - 5))
            left += need + gap
        return [boxes[0].united(boxes[1]), boxes[2]] if item.by_points else boxes

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QLineEdit:
        edit = QLineEdit(parent)
        edit.setStyleSheet(
            f"border: 2px solid {theme.ACCENT}; border-radius: 0; padding: 0 {theme.px(4)}px;"
            f"font-size: {theme.px(13)}px;"
        )
        self.editing = edit
        return edit

    def setModelData(self, editor: QWidget, model: object, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        self._table.items.setData(index, editor.text())

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """End the typing with Enter or Tab and go on to the next item."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            ends = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Down}
            if event.key() in ends and isinstance(editor, QLineEdit):
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.NoHint)
                self.ended.emit()
                return True
        return super().eventFilter(editor, event)


def _points_tone(given: int, worth: int) -> tuple[str, str]:
    """Return the colours of points: all, some or none of what an item is worth."""
    if given == worth:
        return _TONES[PASSED]
    return (theme.AMBER_SOFT, theme.AMBER) if given else _TONES[FAILED]


class ItemsTable(QTableView):
    """The table of the items: 1, 2, 3 answer; a failed one asks for a remark at once."""

    def __init__(self) -> None:
        super().__init__()
        self.items = ItemsModel()
        self.setModel(self.items)
        self.drawing = _Items(self)
        self.drawing.ended.connect(self._go_on)
        self.setItemDelegate(self.drawing)
        self.setAccessibleName(_("检查项目"))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(theme.px(_LOWEST_ROW))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setFixedHeight(theme.px(30))
        header.setStyleSheet(f"QHeaderView::section {{ padding: 0 {theme.px(6)}px; }}")
        self.items.modelReset.connect(self.fit)
        # The whole row shows where the cursor is.
        self.selectionModel().currentChanged.connect(lambda *_where: self.viewport().update())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Share out width and height so that a usual checklist is seen whole."""
        taken = 0
        tight = theme.font_size() is theme.FontSize.LARGEST
        for column in (SECTION, WORTH):
            self.setColumnHidden(column, tight)
        for column, wide in _WIDTHS.items():
            if self.isColumnHidden(column):
                continue
            room = max(theme.px(wide), self._needed(column))
            self.setColumnWidth(column, room)
            taken += room
        rest = max(self.viewport().width() - taken, theme.px(200))
        remark = int(rest * _REMARK_SHARE)
        self.setColumnWidth(REMARK, remark)
        self.setColumnWidth(WORDING, rest - remark)
        if self.items.items:
            high = self.viewport().height() // len(self.items.items)
            high = max(theme.px(_LOWEST_ROW), min(theme.px(_HIGHEST_ROW), high))
            self.verticalHeader().setDefaultSectionSize(high)

    def _needed(self, column: int) -> int:
        """Return what a heading needs, or the three words of a result."""
        heading = str(self.items.headerData(column, Qt.Orientation.Horizontal))
        needed = QFontMetrics(theme.font(14, bold=True)).horizontalAdvance(heading)
        if column == RESULT:
            words = QFontMetrics(theme.font(12))
            needed = sum(words.horizontalAdvance(_(each)) + theme.px(12) for each in _VERDICTS)
        return needed + theme.px(2 * _PAD + 2)

    def go_to(self, row: int, column: int = RESULT) -> None:
        """Stand on an item."""
        if 0 <= row < self.items.rowCount():
            self.setCurrentIndex(self.items.index(row, column))

    def _go_on(self) -> None:
        self.go_to(self.currentIndex().row() + 1)
        self.setFocus()

    def answer(self, row: int, result: str) -> None:
        """Take a verdict; a failed item asks what is wrong, others lead to the next item."""
        self.items.answer(row, result)
        if result == FAILED:
            index = self.items.index(row, REMARK)
            self.setCurrentIndex(index)
            self.edit(index)
        else:
            self.go_to(row + 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if not index.isValid() or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
            return
        key, row = Qt.Key(event.key()), index.row()
        if index.column() != REMARK and self._take_verdict(event, key, row):
            return
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.go_to(row + 1)
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            if index.column() == REMARK:
                self.items.setData(index, "")
            else:
                self.items.answer(row, "")
        elif key == Qt.Key.Key_Right:
            self.go_to(row, REMARK)
        elif key == Qt.Key.Key_Left:
            self.go_to(row, RESULT)
        else:
            super().keyPressEvent(event)

    def _take_verdict(self, event: QKeyEvent, key: Qt.Key, row: int) -> bool:
        if event.text() == "/":
            self.answer(row, NOT_APPLICABLE)
            return True
        if self.items.items[row].by_points:
            if event.text().isdigit() and self.currentIndex().column() != RESULT:
                self.go_to(row, RESULT)
            return False
        if key in _KEYS:
            self.answer(row, _KEYS[key])
            return True
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        spot = event.position().toPoint()
        index = self.indexAt(spot)
        if not index.isValid() or index.column() != RESULT:
            return
        item = self.items.items[index.row()]
        room = self.visualRect(index).adjusted(theme.px(_PAD), 0, -theme.px(_PAD), 0)
        hit = [box.contains(spot) for box in self.drawing.boxes(room, item)]
        if item.by_points:
            if hit[-1]:
                self.answer(index.row(), NOT_APPLICABLE)
            elif hit[0]:
                self.edit(index)
        elif any(hit):
            self.answer(index.row(), _VERDICTS[hit.index(True)])
