"""The checklist as a table: one key an item, remarks typed in place."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QObject,
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

from desktop.services.checklists import (
    FAILED,
    NOT_APPLICABLE,
    PASSED,
    POINTS,
    ChecklistItem,
)
from desktop.text import _
from desktop.ui import theme
from desktop.ui.screens.visits.items_model import (
    CODE,
    REMARK,
    RESULT,
    SECTION,
    WORDING,
    WORTH,
    Index,
    ItemsModel,
)
from desktop.ui.screens.visits.reading import worth_text

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
            given = "—" if points is None else worth_text(points)
            worth = f"{given} / {worth_text(item.points)}"
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
