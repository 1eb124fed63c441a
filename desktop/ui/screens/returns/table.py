"""The grid of a return: what no register holds is filled in here, in place, by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QTableView,
)

from desktop.text import _, language
from desktop.ui import theme
from desktop.ui.parts import Label
from desktop.ui.screens.returns import pasting
from desktop.ui.screens.returns.blocks import Block
from desktop.ui.screens.returns.grid_model import GridModel, Index, Said
from desktop.ui.screens.returns.heads import Heads
from desktop.ui.screens.returns.painting import PAD, CellPainter
from desktop.ui.screens.returns.typed import Typed

_ROW = 30
_LABEL_WIDTHS = (186, 46)
_FIGURE_WIDTH = 62
_LEAST_LABEL = 140
_NAME_WIDTH, _NARROWEST = 150, 58


class _Names(QTableView):
    """The first column again, over the grid, so that it stays in sight."""

    def __init__(self, grid: ReturnGrid) -> None:
        super().__init__(grid)
        self.setModel(grid.cells)
        self.setSelectionModel(grid.selectionModel())
        self.setItemDelegate(CellPainter(self, grid.cells))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setShowGrid(False)
        self.setHorizontalHeader(Heads(self, grid.cells.block))
        self.verticalHeader().hide()
        self.setStyleSheet(
            f"QTableView {{ border: 0; border-right: 1px solid {theme.LINE}; border-radius: 0; }}"
        )
        for side in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            side(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)


class ReturnGrid(QTableView):
    """One block of a return.

    Signals:
        story_wanted: ``key``: the person wants to know where a cell comes from.
        moved: 1 or -1: on to the next cell to be filled in, or back.
        entered: ``key``: another cell has the cursor; empty for none.
        pasted: A :class:`pasting.Pasted` after a block came in.
    """

    story_wanted = Signal(str)
    moved = Signal(int)
    cell_entered = Signal(str)
    pasted = Signal(object)

    def __init__(self, typed: Typed) -> None:
        super().__init__()
        self.cells = GridModel(typed)
        self.setModel(self.cells)
        self.typing = CellPainter(self, self.cells)
        self.typing.moved.connect(self.moved)
        self.setItemDelegate(self.typing)
        self.setAccessibleName(_("报表"))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(_ROW))
        self.heads = Heads(self, self.cells.block)
        self.setHorizontalHeader(self.heads)
        self.names = _Names(self)
        self.names.verticalHeader().setDefaultSectionSize(theme.px(_ROW))
        self._tie_names()
        self.bubble = Label("", "bubble")
        self.bubble.setParent(self.viewport())
        self.bubble.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.bubble.hide()
        self.doubleClicked.connect(self._double_clicked)
        self.names.doubleClicked.connect(self._double_clicked)
        self.selectionModel().currentChanged.connect(self._enter)

    def _tie_names(self) -> None:
        bar, other = self.verticalScrollBar(), self.names.verticalScrollBar()
        bar.valueChanged.connect(other.setValue)
        other.valueChanged.connect(bar.setValue)

    def _enter(self, now: QModelIndex, _old: QModelIndex) -> None:
        self._say_wrong()
        self.cell_entered.emit(self.cells.about(now))

    # What is shown

    def show_block(self, block: Block, said: Said, *, same: bool) -> None:
        """Show a block; the same one again keeps cursor and place."""
        here = self.currentIndex()
        row, column = here.row(), here.column()
        down, across = self.verticalScrollBar().value(), self.horizontalScrollBar().value()
        self.clearSpans()
        self.names.clearSpans()
        self.cells.show_block(block, said)
        for number, each in enumerate(block.rows):
            if each.band:
                self.setSpan(number, 0, 1, len(block.columns))
        for head in (self.heads, self.names.horizontalHeader()):
            if isinstance(head, Heads):
                head.show_block(block)
        for at in range(block.names, len(block.columns)):
            self.names.setColumnHidden(at, True)
        self.fit()
        if same and 0 <= row < self.cells.rowCount() and column < self.cells.columnCount():
            self.setCurrentIndex(self.cells.index(row, column))
            self.verticalScrollBar().setValue(down)
            self.horizontalScrollBar().setValue(across)

    def fit(self) -> None:
        """Give lines and figures what they need and the names the rest."""
        columns = self.cells.block.columns
        if not columns:
            return
        lines = any(row.about for row in self.cells.block.rows)
        wides = [self._wanted(at, lines=lines) for at in range(len(columns))]
        spare = self.viewport().width() - sum(wides)
        if spare < 0 and lines:
            # A long label may be cut: its tip has it whole, and figures have to be seen together.
            wides[0] -= min(-spare, wides[0] - theme.px(_LEAST_LABEL))
        if spare > 0:
            more = spare if lines else min(spare, theme.px(90))
            wides[0] += more
            share = (spare - more) // max(1, len(wides) - 1)
            wides[1:] = [wide + min(share, theme.px(40)) for wide in wides[1:]]
        for at, wide in enumerate(wides):
            self.setColumnWidth(at, wide)
        self._place_names()

    def _wanted(self, at: int, *, lines: bool) -> int:
        """Return the width a column needs: lines as on paper, tables by what stands in them."""
        if lines:
            wide = _LABEL_WIDTHS[at] if at < len(_LABEL_WIDTHS) else _FIGURE_WIDTH
            least = theme.px(wide)
        else:
            least = theme.px(_NARROWEST if at else _NAME_WIDTH)
        if at < self.cells.block.names:
            return least
        metrics = self.fontMetrics()
        texts = [row.texts[at] for row in self.cells.block.rows]
        widest = max(map(metrics.horizontalAdvance, texts), default=0)
        words = self.cells.block.columns[at].label.split()
        if words and language() != "zh":
            widest = max(widest, *map(metrics.horizontalAdvance, words))
        return max(least, widest + theme.px(2 * PAD + 4))

    def _place_names(self) -> None:
        self.names.setColumnWidth(0, self.columnWidth(0))
        high = self.heads.sizeHint().height()
        self.heads.setFixedHeight(high)
        self.names.horizontalHeader().setFixedHeight(high)
        edge = self.frameWidth()
        self.names.setGeometry(edge, edge, self.columnWidth(0) + 1, self.viewport().height() + high)
        scrolls = self.horizontalScrollBar().maximum() > 0
        self.names.setVisible(scrolls and not any(row.band for row in self.cells.block.rows))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Changing widths while Qt lays out would lay out again.
        QTimer.singleShot(0, self, self.fit)

    def go_to(self, key: str, *, edit: bool = False) -> bool:
        """Stand on a cell; tells whether the block has it."""
        index = self.cells.index_of(key)
        if not index.isValid():
            return False
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)
        self._uncover(index)
        self.setFocus()
        if edit and self.cells.may_fill(index):
            self.edit(index)
        return True

    def _uncover(self, index: QModelIndex) -> None:
        """Scroll a cell out from under the names."""
        left = self.columnViewportPosition(index.column())
        cover = self.names.width() if self.names.isVisible() else 0
        if index.column() and left < cover:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - (cover - left))

    @property
    def key(self) -> str:
        """The cell with the cursor, or the one its line is about."""
        return self.cells.about(self.currentIndex())

    # Keys

    def _double_clicked(self, index: QModelIndex) -> None:
        key = self.cells.about(index)
        if key and not self.cells.may_fill(index):
            self.story_wanted.emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if self._take_command(event):
            event.accept()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and index.isValid():
            if self.cells.may_fill(index):
                self.edit(index)
            else:
                self._double_clicked(index)
        elif event.key() == Qt.Key.Key_F2:
            self._edit_whole()
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self._put(dict.fromkeys(map(self.cells.key, self.selectedIndexes()), ""))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def _take_command(self, event: QKeyEvent) -> bool:
        commands = {
            QKeySequence.StandardKey.Copy: self.copy,
            QKeySequence.StandardKey.Paste: self.paste,
            QKeySequence.StandardKey.Undo: self.cells.typed.undo,
            QKeySequence.StandardKey.Redo: self.cells.typed.redo,
        }
        for sequence, run in commands.items():
            if event.matches(sequence):
                run()
                return True
        return False

    def _put(self, texts: dict[str, str]) -> None:
        self.cells.typed.put({key: text for key, text in texts.items() if key})

    def _edit_whole(self) -> None:
        """Edit a cell with what stands in it, the cursor at its end."""
        if not self.cells.may_fill(self.currentIndex()):
            return
        self.edit(self.currentIndex())
        if self.typing.editing is not None:
            self.typing.editing.deselect()
            self.typing.editing.end(False)

    def copy(self) -> None:
        """Copy the selected block for Excel."""
        QGuiApplication.clipboard().setText(pasting.copied(self.cells, self.selectedIndexes()))

    def paste(self) -> None:
        """Take in a block from Excel at the cursor."""
        text = QGuiApplication.clipboard().text()
        chosen = self.selectedIndexes() or [self.currentIndex()]
        self.pasted.emit(pasting.paste(self.cells, text, [i for i in chosen if i.isValid()]))

    def dataChanged(self, first: Index, last: Index, roles: object = ()) -> None:
        super().dataChanged(first, last)
        self._say_wrong()

    def _say_wrong(self) -> None:
        """Say in words beside the cell why what was typed there is not taken."""
        index = self.currentIndex()
        wrong = self.cells.typed.wrong.get(self.cells.key(index), "") if index.isValid() else ""
        self.bubble.setVisible(bool(wrong))
        if not wrong:
            return
        self.bubble.setText(wrong)
        self.bubble.adjustSize()
        area, room = self.visualRect(index), self.viewport().size()
        left = min(area.left(), room.width() - self.bubble.width())
        top = area.bottom() + 2
        if top + self.bubble.height() > room.height():
            top = area.top() - self.bubble.height() - 2
        self.bubble.move(max(0, left), max(0, top))
        self.bubble.raise_()
