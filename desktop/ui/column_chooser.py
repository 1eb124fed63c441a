"""Choosing which columns a list shows, and in which order; kept for each person."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from desktop.models.listing import Column
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import Dialog
from desktop.ui.parts import Button


class ColumnChooser(Dialog):
    """The columns with a tick before each that is shown; dragging changes the order."""

    def __init__(
        self,
        parent: QWidget | None,
        columns: Sequence[Column],
        shown: Sequence[str],
        take: Callable[[list[str]], object],
    ) -> None:
        super().__init__(parent, _("显示哪些列"), "fa6s.table-columns")
        self._columns = columns
        self._take = take
        self.say(_("打勾的列会显示，拖动可以改变次序。"))
        self.list = QListWidget()
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setMinimumHeight(theme.px(320))
        self.column.addWidget(self.list)
        self._fill(shown)
        self.add_button(Button(_("恢复默认"), clicked=self.restore))
        self.add_button(Button(_("取消"), clicked=self.reject))
        self.add_button(Button(_("确定"), clicked=self.finish, role="primary")).setDefault(True)

    def _fill(self, shown: Sequence[str]) -> None:
        by_key = {column.key: column for column in self._columns}
        rest = [column.key for column in self._columns if column.key not in shown]
        self.list.clear()
        for key in [*(key for key in shown if key in by_key), *rest]:
            item = QListWidgetItem(_(by_key[key].label))
            item.setData(Qt.ItemDataRole.UserRole, key)
            on = Qt.CheckState.Checked if key in shown else Qt.CheckState.Unchecked
            item.setCheckState(on)
            self.list.addItem(item)

    def restore(self) -> None:
        """Tick the columns that the register shows unasked."""
        self._fill([column.key for column in self._columns if column.listed])

    def chosen(self) -> list[str]:
        """Return the keys of the ticked columns in their order."""
        items = [self.list.item(row) for row in range(self.list.count())]
        return [
            str(item.data(Qt.ItemDataRole.UserRole))
            for item in items
            if item.checkState() is Qt.CheckState.Checked
        ]

    def finish(self) -> None:
        """Take the choice; a list without columns would show nothing."""
        if self.chosen():
            self._take(self.chosen())
            self.accept()
