"""The keyboard grid: arrows, Tab and Enter move, typing overwrites, blocks go to and from Excel."""

from __future__ import annotations

from fractions import Fraction

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.models.kinds import Kind
from desktop.services.monthly_sheet import FIGURES
from desktop.text import _
from desktop.ui import theme
from desktop.ui.screens.clinic_months import excel
from desktop.ui.screens.clinic_months.beside import BOTH, NOTHING, TARGET
from desktop.ui.screens.clinic_months.headings import GROUND, Headings
from desktop.ui.screens.clinic_months.model import (
    FIRST,
    Index,
    SheetModel,
    Tone,
)

_GROUNDS = {
    Tone.PENDING: "#FFF7E8",
    Tone.FAR: theme.AMBER_SOFT,
    Tone.BELOW: theme.RED_SOFT,
    Tone.WRONG: theme.RED_SOFT,
}
_INKS = {Tone.FAR: theme.AMBER, Tone.BELOW: theme.RED, Tone.WRONG: theme.RED}
_RULE = "#EEF1F4"
_LOWEST_ROW, _HIGHEST_ROW = 18, 30
_NAME_SHARE, _COUNT_SHARE, _AMOUNT_SHARE = 1.55, 1.0, 1.45
_PAD = 6
_TEXT, _SIDE_TEXT = 13, 11


class _Cells(QStyledItemDelegate):
    """Draws a figure at the right of its cell and last month or the target small at the left."""

    moved = Signal(int, int)

    def __init__(self, grid: Grid) -> None:
        super().__init__(grid)
        self._grid = grid
        self.editing: QLineEdit | None = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area: QRect = option.rect  # type: ignore[attr-defined] # the stubs lack it
        model, tone = self._grid.cells, self._grid.cells.tone(index)
        painter.save()
        painter.fillRect(area, QColor(_GROUNDS.get(tone, theme.SURFACE)))
        chosen = self._grid.selectionModel().isSelected(index)
        if chosen:
            ground = QColor(theme.ACCENT)
            ground.setAlpha(38)
            painter.fillRect(area, ground)
        painter.setPen(QColor(_RULE))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.drawLine(area.topRight(), area.bottomRight())
        text = str(model.data(index) or "")
        room = area.adjusted(theme.px(_PAD), 0, -theme.px(_PAD), 0)
        if index.column() < FIRST:
            self._draw_name(painter, room, index, text)
        else:
            self._draw_figure(painter, room, index, text, tone)
        if index == self._grid.currentIndex() and self._grid.hasFocus():
            painter.setPen(QColor(theme.ACCENT))
            painter.drawRect(area.adjusted(0, 0, -1, -1))
        painter.restore()

    def _draw_name(self, painter: QPainter, room: QRect, index: Index, text: str) -> None:
        row = self._grid.cells.row(index.row())
        missing = row.record is None and not any(
            place[0] == row.clinic for place in self._grid.cells.typed
        )
        painter.setFont(theme.font(_TEXT))
        painter.setPen(QColor(theme.AMBER if missing or row.copies > 1 else theme.INK))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def _draw_figure(
        self, painter: QPainter, room: QRect, index: Index, text: str, tone: Tone
    ) -> None:
        typed = self._grid.cells.place(index) in self._grid.cells.typed
        painter.setFont(theme.font(_TEXT, bold=typed))
        painter.setPen(QColor(_INKS.get(tone, theme.INK)))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        taken = painter.fontMetrics().horizontalAdvance(text) + theme.px(_PAD)
        painter.setFont(theme.font(_SIDE_TEXT))
        metrics = painter.fontMetrics()
        fitting = (
            each
            for each in self._grid.beside_texts(index)
            if metrics.horizontalAdvance(each) + taken <= room.width()
        )
        painter.setPen(QColor(theme.FAINT_INK))
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, side, next(fitting, ""))

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QLineEdit:
        edit = QLineEdit(parent)
        edit.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        edit.setStyleSheet(
            f"border: 2px solid {theme.ACCENT}; border-radius: 0; font-size: {theme.px(_TEXT)}px;"
            f"padding: 0 {theme.px(_PAD) - 2}px;"
        )
        self.editing = edit
        return edit

    def setModelData(self, editor: QWidget, model: object, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        self._grid.cells.setData(index, editor.text())

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """End the typing with a key that moves on: Enter and down, up, Tab and back."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = _steps(event)
            if step is not None and isinstance(editor, QLineEdit):
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.NoHint)
                self.moved.emit(*step)
                return True
        return super().eventFilter(editor, event)


def _steps(event: QKeyEvent) -> tuple[int, int] | None:
    """Return how far down and across a key moves that ends typing."""
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    key = event.key()
    if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
        return (-1 if shift else 1), 0
    if key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
        return (1 if key == Qt.Key.Key_Down else -1), 0
    if key in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}:
        return 0, (-1 if shift or key == Qt.Key.Key_Backtab else 1)
    return None


class Grid(QTableView):
    """All clinics by all figures, as high as the page has room.

    Signals:
        cell_entered: Another cell has the cursor.
        pasted: An :class:`excel.Pasted` after a block came in.
    """

    cell_entered = Signal(QModelIndex)
    pasted = Signal(object)

    def __init__(self, model: SheetModel) -> None:
        super().__init__()
        self.cells = model
        self.beside = BOTH
        self._started: int | None = None
        self.setModel(model)
        self.typing = _Cells(self)
        self.typing.moved.connect(self.move_by)
        self.setItemDelegate(self.typing)
        self.setAccessibleName(_("村卫生室月报录入表"))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(theme.px(_LOWEST_ROW))
        self.setHorizontalHeader(Headings(self))
        self.selectionModel().currentChanged.connect(lambda now, _old: self.cell_entered.emit(now))
        self.clicked.connect(lambda _index: self._forget_start())

    # Size

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Share the width among the columns, and the height among the clinics if it is enough."""
        shares = [_NAME_SHARE] + [
            _AMOUNT_SHARE if each.kind is Kind.AMOUNT else _COUNT_SHARE for each in FIGURES
        ]
        room = self.viewport().width()
        unit = room / sum(shares)
        for section, share in enumerate(shares):
            self.setColumnWidth(section, int(unit * share))
        self.setColumnWidth(0, room - sum(int(unit * share) for share in shares[1:]))
        count = self.cells.rowCount()
        if count:
            high = self.viewport().height() // count
            high = max(theme.px(_LOWEST_ROW), min(theme.px(_HIGHEST_ROW), high))
            self.verticalHeader().setDefaultSectionSize(high)

    # What stands beside a figure

    def show_beside(self, what: str) -> None:
        """Show last month, the target or nothing beside each figure."""
        self.beside = what
        self.viewport().update()

    def beside_texts(self, index: Index) -> list[str]:
        """Return what may stand small beside a figure, the longest first; amounts without cents."""
        place = self.cells.place(index)
        if place is None or self.beside == NOTHING:
            return []
        row = self.cells.row(index.row())
        hundredths = self.cells.field_of(place[1]).kind is Kind.AMOUNT

        def text(value: int | Fraction | None) -> str:
            return "" if value is None else f"{round(value / 100 if hundredths else value):,}"

        last, target = text(row.last.get(place[1])), text(row.targets.get(place[1]))
        if self.beside == TARGET:
            return [target]
        if self.beside == BOTH and target:
            return [f"{last or '—'}/{target}", last]
        return [last]

    # Keys

    def move_by(self, down: int, across: int) -> None:
        """Go some cells on; past a row's end to the next row, Enter back to where Tab began."""
        here = self.currentIndex()
        row, column = here.row() + down, here.column() + across
        if across:
            if self._started is None:
                self._started = here.column()
            width = self.cells.columnCount()
            if column >= width:
                row, column = row + 1, FIRST
            elif column < FIRST:
                row, column = row - 1, width - 1
        elif down > 0 and self._started is not None:
            column = self._started
            self._started = None
        if 0 <= row < self.cells.rowCount():
            self.setCurrentIndex(self.cells.index(row, column))

    def _forget_start(self) -> None:
        self._started = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._take_command(event):
            event.accept()
            return
        key = event.key()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.move_by(-1 if shift else 1, 0)
        elif key == Qt.Key.Key_F2:
            self._edit_whole()
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.cells.blank(self.selectedIndexes())
        else:
            if key in {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down}:
                self._forget_start()
            super().keyPressEvent(event)

    def _take_command(self, event: QKeyEvent) -> bool:
        commands = {
            QKeySequence.StandardKey.Copy: self.copy,
            QKeySequence.StandardKey.Paste: self.paste,
            QKeySequence.StandardKey.Cut: self.cut,
            QKeySequence.StandardKey.Undo: self.cells.undo,
            QKeySequence.StandardKey.Redo: self.cells.redo,
        }
        for sequence, run in commands.items():
            if event.matches(sequence):
                run()
                return True
        return False

    def focusNextPrevChild(self, forth: bool) -> bool:
        """Let Tab go from cell to cell, and out of the grid past its ends."""
        here = self.currentIndex()
        last = (self.cells.rowCount() - 1, self.cells.columnCount() - 1)
        end = (here.row(), here.column()) == (last if forth else (0, FIRST))
        if not here.isValid() or end or here.column() < FIRST:
            return super().focusNextPrevChild(forth)
        self.move_by(0, 1 if forth else -1)
        return True

    def _edit_whole(self) -> None:
        """Edit a cell with what stands in it, the cursor at its end."""
        self.edit(self.currentIndex())
        editor = self.typing.editing
        if editor is not None:
            editor.deselect()
            editor.end(False)

    def copy(self) -> None:
        """Copy the selected block for Excel."""
        QGuiApplication.clipboard().setText(excel.copied(self.cells, self.selectedIndexes()))

    def cut(self) -> None:
        """Copy the selected block and blank it."""
        self.copy()
        self.cells.blank(self.selectedIndexes())

    def paste(self) -> None:
        """Take in a block from Excel at the cursor."""
        text = QGuiApplication.clipboard().text()
        self.pasted.emit(excel.paste(self.cells, text, self.selectedIndexes()))


class Totals(QWidget):
    """The sums below the grid; they stay in sight while the clinics scroll."""

    def __init__(self, grid: Grid) -> None:
        super().__init__()
        self._grid = grid
        self.setFixedHeight(theme.px(24))
        grid.cells.edited.connect(self.update)
        grid.cells.modelReset.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(GROUND))
        painter.setPen(QColor(theme.INK))
        painter.setFont(theme.font(_TEXT, bold=True))
        for column in range(self._grid.cells.columnCount()):
            left = self._grid.columnViewportPosition(column) + 1
            area = QRect(left, 0, self._grid.columnWidth(column), self.height())
            room = area.adjusted(theme.px(_PAD), 0, -theme.px(_PAD), 0)
            if column < FIRST:
                side, text = Qt.AlignmentFlag.AlignLeft, _("合计")
            else:
                side, text = Qt.AlignmentFlag.AlignRight, self._grid.cells.total(column)[0]
            painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
