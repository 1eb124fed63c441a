"""What can be done with a row of a register: a menu at the mouse, each entry with its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu

from desktop.text import _
from desktop.ui.record_history import open_history

if TYPE_CHECKING:
    from desktop.ui.register_page import RegisterPage

HISTORY_KEY = "Ctrl+H"


class RowMenu:
    """The menu of a register's rows, and the key that shows who changed the one chosen."""

    def __init__(self, page: RegisterPage) -> None:
        self._page = page
        page.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        page.table.customContextMenuRequested.connect(self._show)
        shortcut = QShortcut(QKeySequence(HISTORY_KEY), page)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.open_history)

    def _show(self, place: QPoint) -> None:
        if self._page.table.indexAt(place).isValid():
            self.make().popup(self._page.table.viewport().mapToGlobal(place))

    def make(self) -> QMenu:
        """Return the menu of the chosen rows."""
        page = self._page
        menu = QMenu(page.table)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entries: list[tuple[str, str, Callable[[], object]]] = [
            (_("编辑"), "Enter", page.table.edit_wanted.emit),
            (_("修改记录"), HISTORY_KEY, self.open_history),
            (_("复制到 Excel"), "Ctrl+C", page.table.copy),
            (_("删除"), "Del", page.delete_selected),
        ]
        for text, key, run in entries:
            action = menu.addAction(f"{text}\t{key}")
            action.triggered.connect(lambda _on=False, run=run: run())
        return menu

    def open_history(self) -> None:
        """Show who changed the record in the row, on this PC and on the others."""
        page = self._page
        record_id = page.table.current_id()
        if record_id is None and page.form.record is not None:
            record_id = page.form.record.id
        if record_id is not None:
            open_history(page, page.desk, page.register, record_id)
