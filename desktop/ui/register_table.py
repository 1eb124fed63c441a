"""The list of a register: plain rows, paged by key, sorted and filtered in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from desktop.models.listing import Column, Cursor, Query, Row, columns, count, page, shown
from desktop.models.register import Register
from desktop.models.store import Store
from desktop.text import _, language
from desktop.ui import theme
from desktop.ui.column_width import column_width
from desktop.ui.worker import Job, Worker

PAGE_ROWS = 100
_MOST_KEPT = 2000
_LEAST_LATIN = 4
"""Chinese characters' worth of room for a short word of another language."""

Index = QModelIndex | QPersistentModelIndex
IdRole = Qt.ItemDataRole.UserRole
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class ListedRow:
    """A row as shown: the record's id and its texts in the order of the columns."""

    id: bytes
    texts: tuple[str, ...]


@dataclass(frozen=True)
class ListedPage:
    """Some rows as shown, and where to go on."""

    rows: list[ListedRow]
    after: Cursor | None


@dataclass(frozen=True)
class Counts:
    """How many records the register has, and how many the list."""

    all: int
    listed: int


def read_page(
    store: Store, query: Query, keys: Sequence[str], after: Cursor | None, limit: int
) -> ListedPage:
    """Read the next rows of a list as texts by column."""
    with store.reading() as session:
        found = page(session, query, after, limit)
        texts = shown(session, query.register, found.rows)
    rows: list[Row] = found.rows
    listed = [
        ListedRow(row.id, tuple(each[key] for key in keys))
        for row, each in zip(rows, texts, strict=True)
    ]
    return ListedPage(listed, found.after)


def read_counts(store: Store, query: Query) -> Counts:
    """Count the register and the list."""
    whole = Query(query.register)
    with store.reading() as session:
        every = count(session, whole)
        filtered = query.text or query.chips or query.where
        return Counts(every, count(session, query) if filtered else every)


class RegisterModel(QAbstractTableModel):
    """The rows read so far; the view asks for more as it is scrolled.

    Signals:
        counted: :class:`Counts` after the list was asked for.
        loaded: The first rows are there.
    """

    counted = Signal(object)
    loaded = Signal()

    def __init__(self, worker: Worker, register: Register) -> None:
        super().__init__()
        self._worker = worker
        self.register = register
        self.columns: list[Column] = columns(register)
        self._keys = [column.key for column in self.columns]
        self.query = Query(register)
        self._rows: list[ListedRow] = []
        self._after: Cursor | None = None
        self._loading: Job | None = None
        self._asked = 0

    # Asking

    def ask(self, query: Query) -> None:
        """Show another list, from its first row."""
        self.query = query
        self._read_first(PAGE_ROWS)

    def ask_again(self) -> None:
        """Read the same list again, as far as it has been scrolled."""
        self._read_first(min(max(PAGE_ROWS, len(self._rows)), _MOST_KEPT))

    def _read_first(self, limit: int) -> None:
        self._asked += 1
        asked, query = self._asked, self.query
        if self._loading is not None:
            self._loading.cancel()
        self._follow(
            self._worker.run(
                lambda store: read_page(store, query, self._keys, None, limit),
                lambda found: self._take_first(asked, found),
                owner=self,
            )
        )
        self._worker.run(
            lambda store: read_counts(store, query),
            lambda found: self.counted.emit(found) if asked == self._asked else None,
            owner=self,
        )

    def _take_first(self, asked: int, found: ListedPage) -> None:
        if asked != self._asked:
            return
        self._loading = None
        self.beginResetModel()
        self._rows, self._after = found.rows, found.after
        self.endResetModel()
        self.loaded.emit()

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._after is not None and self._loading is None

    def fetchMore(self, parent: Index) -> None:
        if not self.canFetchMore(parent):
            return
        asked, query, after = self._asked, self.query, self._after
        self._follow(
            self._worker.run(
                lambda store: read_page(store, query, self._keys, after, PAGE_ROWS),
                lambda found: self._take_more(asked, found),
                owner=self,
            )
        )

    def _follow(self, job: Job) -> None:
        self._loading = None if job.finished else job

    def _take_more(self, asked: int, found: ListedPage) -> None:
        if asked != self._asked:
            return
        self._loading = None
        self._after = found.after
        if found.rows:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(found.rows) - 1)
            self._rows += found.rows
            self.endInsertRows()

    # What the view reads

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._rows[index.row()].texts[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role == IdRole:
            return self._rows[index.row()].id
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return _(column.label)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def _alignment(self, section: int) -> Qt.AlignmentFlag:
        side = (
            Qt.AlignmentFlag.AlignRight
            if self.columns[section].numeric
            else Qt.AlignmentFlag.AlignLeft
        )
        return side | Qt.AlignmentFlag.AlignVCenter

    def id_at(self, row: int) -> bytes:
        """Return the id of the record in a row."""
        return self._rows[row].id

    def row_of(self, record_id: bytes) -> int | None:
        """Return the row of a record, if it has been read."""
        for row, each in enumerate(self._rows):
            if each.id == record_id:
                return row
        return None

    def texts_at(self, row: int) -> dict[str, str]:
        """Return the texts of a row by column key."""
        return dict(zip(self._keys, self._rows[row].texts, strict=True))


class RegisterTable(QTableView):
    """The table of a register.

    Signals:
        current_changed: Id of the record that a person moved to, None on no row.
        edit_wanted: The person pressed Enter or double-clicked.
        delete_wanted: The person pressed Del.
    """

    current_changed = Signal(object)
    edit_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, model: RegisterModel) -> None:
        super().__init__()
        self.listed = model
        self._kept: bytes | None = None
        self._keeping = False
        self.setModel(model)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(36))
        self.verticalHeader().setMinimumSectionSize(theme.px(30))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setStretchLastSection(True)
        header.setMinimumHeight(theme.px(40))
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._sort_by)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.doubleClicked.connect(lambda _index: self.edit_wanted.emit())
        model.modelAboutToBeReset.connect(self._before_reset)
        model.modelReset.connect(self._after_reset)
        self.show_columns([column.key for column in model.columns if column.listed])

    def show_columns(self, keys: Sequence[str]) -> None:
        """Show these columns in this order."""
        header = self.horizontalHeader()
        order = {key: place for place, key in enumerate(keys)}
        for section, column in enumerate(self.listed.columns):
            self.setColumnHidden(section, column.key not in order)
            least = 0 if column.numeric or language() == "zh" else _LEAST_LATIN
            wide = column_width(_(column.label), max(column.width, least))
            header.resizeSection(section, wide)
        sections = {column.key: section for section, column in enumerate(self.listed.columns)}
        for place, key in enumerate(keys):
            if key in sections:
                header.moveSection(header.visualIndex(sections[key]), place)

    def shown_columns(self) -> list[str]:
        """Return the keys of the shown columns in their order."""
        header = self.horizontalHeader()
        places = [header.logicalIndex(place) for place in range(header.count())]
        return [
            self.listed.columns[section].key
            for section in places
            if not self.isColumnHidden(section)
        ]

    def _sort_by(self, section: int) -> None:
        column = self.listed.columns[section]
        if not column.sortable:
            return
        query = self.listed.query
        down = query.sort == column.key and not query.descending
        order = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(section, order)
        self._kept = None
        self.listed.ask(replace(query, sort=column.key, descending=down))

    # Rows

    def current_id(self) -> bytes | None:
        """Return the record of the current row."""
        index = self.currentIndex()
        return self.listed.id_at(index.row()) if index.isValid() else None

    def selected_ids(self) -> list[bytes]:
        """Return the records of the selected rows, from above."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.listed.id_at(row) for row in rows]

    def choose(self, record_id: bytes | None) -> bool:
        """Move to a record without telling anybody; returns whether it is in the rows read."""
        row = None if record_id is None else self.listed.row_of(record_id)
        self._keeping = True
        try:
            if row is None:
                self.clearSelection()
                self.setCurrentIndex(QModelIndex())
            else:
                self._move_to(row)
        finally:
            self._keeping = False
        return row is not None

    def _move_to(self, row: int) -> None:
        section = self.horizontalHeader().logicalIndex(0)
        index = self.listed.index(row, section)
        flags = (
            QItemSelectionModel.SelectionFlag.ClearAndSelect
            | QItemSelectionModel.SelectionFlag.Rows
        )
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if not self._keeping and current.row() != previous.row():
            self.current_changed.emit(self.current_id())

    def _before_reset(self) -> None:
        self._kept = self.current_id()
        self._place = self.verticalScrollBar().value()
        self._keeping = True

    def _after_reset(self) -> None:
        self._keeping = False
        if self._kept is not None and self.choose(self._kept):
            self.verticalScrollBar().setValue(self._place)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.edit_wanted.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
        elif event.key() == Qt.Key.Key_Home:
            self._step_to(0)
        elif event.key() == Qt.Key.Key_End:
            self._step_to(self.listed.rowCount() - 1)
        else:
            super().keyPressEvent(event)

    def _step_to(self, row: int) -> None:
        if 0 <= row < self.listed.rowCount():
            self._move_to(row)

    def copy(self) -> None:
        """Put the selected rows on the clipboard, as Excel takes them."""
        keys = self.shown_columns()
        lines = []
        for index in sorted(self.selectionModel().selectedRows(), key=lambda each: each.row()):
            texts = self.listed.texts_at(index.row())
            lines.append("\t".join(_one_line(texts[key]) for key in keys))
        if lines:
            QGuiApplication.clipboard().setText("\n".join(lines) + "\n")


def _one_line(text: str) -> str:
    return " ".join(text.split())
