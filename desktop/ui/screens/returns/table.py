"""The lines of a return; what no register holds is filled in here, in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.errors import UserError
from desktop.services.forms import Line
from desktop.services.returns import ComposedReturn
from desktop.services.sheet import SheetLine, table_of
from desktop.services.wording import parse_typed, show_figure
from desktop.text import _, language
from desktop.ui import theme
from desktop.ui.plain_table import Index, PlainColumn, PlainModel, PlainTable

THIS_MONTH = 2
_INDENT = "　"
_WIDTHS = (208, 52, 70, 70, 70, 78, 78)
_FILL_GROUND = "#EAF5F3"
_PENDING_GROUND = "#FFF7E8"


def _columns() -> list[PlainColumn]:
    return [
        PlainColumn(_("指标"), 10.5),
        PlainColumn(_("代码"), 2),
        PlainColumn(_("本月"), 3.2, numeric=True),
        PlainColumn(_("上月"), 3.2, numeric=True),
        PlainColumn(_("环比"), 3.2, numeric=True),
        PlainColumn(_("去年同期"), 3.2, numeric=True),
        PlainColumn(_("本年累计"), 3.4, numeric=True),
    ]


class ReturnModel(PlainModel):
    """The lines as text, with what was typed and is not saved yet.

    Signals:
        edited: Something was typed or taken back.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__(_columns())
        self.lines: Sequence[SheetLine] = ()
        self.pending: dict[str, str] = {}
        self.wrong: dict[str, str] = {}
        self.found: dict[str, str] = {}
        self.errors: set[str] = set()
        self._opened: ComposedReturn | None = None

    def show_return(self, opened: ComposedReturn) -> None:
        """Show a return; what was typed before is forgotten."""
        self.beginResetModel()
        self._opened = opened
        self.lines = table_of(opened)
        self.rows = [
            (f"{_INDENT * line.indent}{line.label}", line.code, *line.cells) for line in self.lines
        ]
        self.pending = {}
        self.wrong = {}
        self.found = {}
        self.errors = set()
        for finding in opened.blocking:
            if finding.code:
                self.found.setdefault(finding.code, finding.message)
                if finding.level == "E":
                    self.errors.add(finding.code)
        self.endResetModel()

    def line(self, row: int) -> Line | None:
        """Return the form's line of a row; None for a section's heading."""
        if self._opened is None or self.lines[row].section:
            return None
        return self._opened.form.by_code[self.lines[row].code]

    def row_of(self, code: str) -> int:
        """Return the row of a line; -1 where there is none."""
        return next((at for at, line in enumerate(self.lines) if line.code == code), -1)

    def may_fill(self, row: int) -> bool:
        """Tell whether the row's figure of the month is typed by the clerk."""
        line = self.line(row)
        frozen = self._opened is None or self._opened.frozen
        return line is not None and line.typed and not frozen

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        found = super().headerData(section, orientation, role)
        if role == Qt.ItemDataRole.TextAlignmentRole and found is not None:
            # English headings are long and break into lines.
            return int(found) | int(Qt.TextFlag.TextWordWrap)
        return found

    def flags(self, index: Index) -> Qt.ItemFlag:
        plain = Qt.ItemFlag.ItemIsEnabled
        if self.lines[index.row()].section:
            return plain
        plain |= Qt.ItemFlag.ItemIsSelectable
        if index.column() == THIS_MONTH and self.may_fill(index.row()):
            plain |= Qt.ItemFlag.ItemIsEditable
        return plain

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if self.lines[row].section:
            return self._section(role, column, row)
        code = self.lines[row].code
        if column == THIS_MONTH and code in self.pending:
            return self._typed(role, code, super().data(index, role))
        if role == Qt.ItemDataRole.EditRole:
            return self._plain(row)
        if role == Qt.ItemDataRole.BackgroundRole and column == THIS_MONTH and self.may_fill(row):
            return QColor(_FILL_GROUND)
        if role == Qt.ItemDataRole.ForegroundRole and column <= 1 and code in self.found:
            return QColor(theme.RED if code in self.errors else theme.AMBER)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, code, column)
        return super().data(index, role)

    def _section(self, role: int, column: int, row: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and column == 0:
            return self.lines[row].label
        if role == Qt.ItemDataRole.FontRole:
            return theme.font(14, bold=True)
        if role == Qt.ItemDataRole.BackgroundRole:
            return QColor("#F0F3F5")
        return None

    def _typed(self, role: int, code: str, otherwise: Any) -> Any:
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole}:
            return self.pending[code]
        if role == Qt.ItemDataRole.BackgroundRole:
            return QColor(theme.RED_SOFT if code in self.wrong else _PENDING_GROUND)
        if role == Qt.ItemDataRole.ForegroundRole and code in self.wrong:
            return QColor(theme.RED)
        if role == Qt.ItemDataRole.FontRole:
            face: QFont = theme.font(14, bold=True)
            return face
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.wrong.get(code, _("尚未保存"))
        return otherwise

    def _tip(self, row: int, code: str, column: int) -> str:
        if code in self.found:
            return self.found[code]
        if column == THIS_MONTH and self.may_fill(row):
            return _("填报项：直接输入，回车到下一项")
        more = _("双击查看数据来源")
        return f"{self.lines[row].label}\n{more}" if column == 0 else more

    def _plain(self, row: int) -> str:
        """Return the month's figure as a person would type it."""
        line = self.line(row)
        if self._opened is None or line is None:
            return ""
        return show_figure(line, self._opened.line(line.code).this).replace(",", "")

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        line = self.line(index.row())
        if role != Qt.ItemDataRole.EditRole or line is None or self._opened is None:
            return False
        text = str(value).strip()
        self.wrong.pop(line.code, None)
        try:
            same = parse_typed(line, text) == self._opened.typed.get(line.code)
        except UserError as error:
            same = False
            self.wrong[line.code] = error.message
        if same:
            self.pending.pop(line.code, None)
        else:
            self.pending[line.code] = text
        self.dataChanged.emit(index, index)
        self.edited.emit()
        return True


class _FillDelegate(QStyledItemDelegate):
    """Marks the cells to be filled in; edits a figure in a box as large as its cell."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ground = index.data(Qt.ItemDataRole.BackgroundRole)
        if isinstance(ground, QColor):
            # The style sheet draws items without looking at the model's ground.
            area: QRect = option.rect  # type: ignore[attr-defined] # the stubs lack it
            painter.fillRect(area.adjusted(0, 0, 0, -1), ground)
        super().paint(painter, option, index)

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QLineEdit:
        edit = QLineEdit(parent)
        edit.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        edit.setStyleSheet(
            f"border: 1px solid {theme.ACCENT}; border-radius: 0; padding: 0 {theme.px(6)}px;"
        )
        return edit

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        model.setData(
            model.index(index.row(), index.column()), editor.text(), Qt.ItemDataRole.EditRole
        )


class ReturnTable(PlainTable):
    """The table of a return.

    Signals:
        explain_wanted: ``code``: the person wants to know where a line comes from.
    """

    explain_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__(_columns(), row_height=30)
        self.lines = ReturnModel()
        self.setModel(self.lines)
        self.plain = self.lines
        self.setItemDelegate(_FillDelegate(self))
        self.setAlternatingRowColors(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.doubleClicked.connect(self._explain)
        self.size_columns()

    def size_columns(self) -> None:
        """Give the figures what seven digits need and the labels the rest."""
        header = self.horizontalHeader()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(theme.px(48))
        if language() != "zh":
            header.setMinimumHeight(theme.px(58))
            self.setStyleSheet(
                f"QHeaderView::section {{ font-size: {theme.px(12)}px; padding: {theme.px(4)}px; }}"
            )
        for section, wide in enumerate(_WIDTHS):
            mode = QHeaderView.ResizeMode.Interactive if section else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(section, mode)
            self.setColumnWidth(section, theme.px(wide))

    def show_return(self, opened: ComposedReturn) -> None:
        """Show a return, with the cursor and the scroll bar where they were."""
        here = self.currentIndex().row()
        place = self.verticalScrollBar().value()
        self.clearSpans()
        self.lines.show_return(opened)
        for row, line in enumerate(self.lines.lines):
            if line.section:
                self.setSpan(row, 0, 1, len(self.lines.columns))
        if 0 <= here < self.lines.rowCount():
            self.setCurrentIndex(self.lines.index(here, THIS_MONTH))
        self.verticalScrollBar().setValue(place)

    def go_to_line(self, code: str) -> None:
        """Show a line and stand on its figure of the month."""
        row = self.lines.row_of(code)
        if row >= 0:
            self.setCurrentIndex(self.lines.index(row, THIS_MONTH))
            self.scrollTo(self.lines.index(row, 0), QAbstractItemView.ScrollHint.PositionAtCenter)
            self.setFocus()

    def _explain(self, index: QModelIndex) -> None:
        line = self.lines.line(index.row())
        if line is None:
            return
        if not (index.column() == THIS_MONTH and self.lines.may_fill(index.row())):
            self.explain_wanted.emit(line.code)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if enter and index.isValid() and self.state() is not self.State.EditingState:
            if self.lines.may_fill(index.row()):
                self.edit(self.lines.index(index.row(), THIS_MONTH))
            else:
                self._explain(index)
            return
        super().keyPressEvent(event)

    def closeEditor(self, editor: QWidget, hint: QStyledItemDelegate.EndEditHint) -> None:
        """After Enter stand on the next figure to be filled in, as a clerk goes down the list."""
        super().closeEditor(editor, QStyledItemDelegate.EndEditHint.NoHint)
        if hint is QStyledItemDelegate.EndEditHint.RevertModelCache:
            return
        here = self.currentIndex().row()
        following = range(here + 1, self.lines.rowCount())
        goal = next((row for row in following if self.lines.may_fill(row)), -1)
        if goal >= 0:
            self.setCurrentIndex(self.lines.index(goal, THIS_MONTH))
