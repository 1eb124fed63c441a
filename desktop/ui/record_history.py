"""Who changed what in a record, and when."""

from __future__ import annotations

from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from desktop.models.register import Register
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import Dialog
from desktop.ui.page import Desk
from desktop.ui.parts import Button
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.record import Edit, read_history


class RecordHistory(Dialog):
    """The edits of one record on this PC, the newest first."""

    def __init__(self, parent: QWidget | None, title: str, edits: list[Edit]) -> None:
        super().__init__(
            parent, _("{title} · 修改记录").format(title=title), "fa6s.clock-rotate-left"
        )
        self.setMinimumWidth(theme.px(720))
        if edits:
            self.table: QTableView = self._table(edits)
            self.column.addWidget(self.table)
        else:
            self.say(_("这条记录在本机上没有修改过。"))
        close = self.add_button(Button(_("关闭"), clicked=self.accept, role="primary"))
        close.setDefault(True)

    def _table(self, edits: list[Edit]) -> QTableView:
        table = PlainTable(
            (
                PlainColumn(_("时间"), 8),
                PlainColumn(_("修改人"), 5),
                PlainColumn(_("栏目"), 7),
                PlainColumn(_("原来"), 10),
                PlainColumn(_("改为"), 10),
            )
        )
        table.show_rows(
            [
                (
                    edit.at.astimezone().strftime("%Y-%m-%d %H:%M"),
                    edit.person,
                    edit.label,
                    edit.before,
                    edit.after,
                )
                for edit in edits
            ]
        )
        table.setMinimumHeight(theme.px(320))
        table.horizontalHeader().setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        return table


def open_history(
    parent: QWidget, desk: Desk, register: Register, record_id: bytes, title: str
) -> None:
    """Read the edits of a record and show them."""
    people = desk.worker.centre.vault.people()
    desk.worker.run(
        lambda store: read_history(store, register, record_id, people),
        lambda edits: RecordHistory(parent, title, edits).open(),
        owner=parent,
    )
