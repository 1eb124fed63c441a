"""Who changed what in a record, and when."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHeaderView, QTableView, QWidget
from sqlalchemy import select

from desktop.errors import UserError
from desktop.models.local import SyncState
from desktop.models.register import Register
from desktop.models.store import Store
from desktop.models.titles import titles
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import Dialog
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Label
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.record import Edit, read_history

if TYPE_CHECKING:  # A register's page need not wait for what speaks with the county.
    from desktop.sync.audit import CountyHistory


class RecordHistory(Dialog):
    """The edits of one record on this PC, the newest first; those of all PCs when asked for.

    Args:
        parent: Where it belongs.
        title: The record's title.
        edits: The edits made on this PC.
        ask: Asks the county and calls back; None where this PC was not let in there.
    """

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        edits: list[Edit],
        ask: Callable[[RecordHistory], object] | None = None,
    ) -> None:
        super().__init__(
            parent, _("{title} · 修改记录").format(title=title), "fa6s.clock-rotate-left"
        )
        self.setMinimumWidth(theme.px(720))
        self._shown: QWidget
        self.table: QTableView | None = None
        if edits:
            self.table = self._table(edits, alone=ask is None)
            self._shown = self.table
            self.column.addWidget(self.table)
        else:
            self._shown = self.say(_("这条记录在本机上没有修改过。"))
        self.said = Label("", "soft", wrap=True)
        if ask is not None:
            self.said.setText(
                _("这里是本机上的修改。别的电脑上的修改，点“各台电脑的修改”看，要有网络。")
            )
        self.column.addWidget(self.said)
        self.everywhere = self.add_button(Button(_("各台电脑的修改")))
        self.everywhere.setVisible(ask is not None)
        if ask is not None:
            self.everywhere.clicked.connect(partial(self._ask, ask))
        close = self.add_button(Button(_("关闭"), clicked=self.accept, role="primary"))
        close.setDefault(True)

    def _ask(self, ask: Callable[[RecordHistory], object], _on: bool = False) -> None:
        self.everywhere.setEnabled(False)
        self.said.setText(_("正在问县级…"))
        ask(self)

    def show_everywhere(self, found: CountyHistory) -> None:
        """Show the edits of all PCs instead."""
        self.everywhere.hide()
        if found.made_on is None:
            self.said.setText(_("县级还没有这条记录，请先同步。"))
            return
        maker = found.made_on or _("县级")
        self.said.setText(_("录入于：{device}").format(device=maker))
        table = PlainTable(
            (
                PlainColumn(_("时间"), 8),
                PlainColumn(_("修改人"), 5),
                PlainColumn(_("电脑"), 6),
                PlainColumn(_("栏目"), 7),
                PlainColumn(_("改为"), 10),
                PlainColumn(_("采用"), 3),
            )
        )
        table.show_rows(
            [
                (
                    edit.at.astimezone().strftime("%Y-%m-%d %H:%M"),
                    edit.who,
                    edit.device,
                    edit.label,
                    edit.value,
                    "" if edit.stands else _("未采用"),
                )
                for edit in found.edits
            ]
        )
        table.setMinimumHeight(theme.px(320))
        table.horizontalHeader().setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        self.column.replaceWidget(self._shown, table)
        self._shown.hide()
        self.table = table

    def refuse(self, error: UserError) -> None:
        """Say why the county did not answer."""
        self.said.setText(str(error))
        self.everywhere.setEnabled(True)

    def _table(self, edits: list[Edit], *, alone: bool) -> QTableView:
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
                    edit.after
                    if alone or not edit.present
                    else _("现为 {value}").format(value=edit.after or _("空白")),
                )
                for edit in edits
            ]
        )
        table.setMinimumHeight(theme.px(320))
        table.horizontalHeader().setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        return table


def open_history(
    parent: QWidget, desk: Desk, register: Register, record_id: bytes, title: str = ""
) -> None:
    """Read the edits of a record and show them; where no title is given, the record's own."""
    worker = desk.worker
    people = worker.centre.vault.people()
    store = worker.centre.store

    def ask(dialog: RecordHistory) -> None:
        from desktop.sync import audit

        worker.run_aside(
            lambda _progress: audit.ask(store, register, record_id, worker.steps_of(store)),
            dialog.show_everywhere,
            dialog.refuse,
            owner=dialog,
        )

    def read(store: Store) -> tuple[str, list[Edit], bool]:
        with store.reading() as session:
            shown = title or titles(session, register, [record_id]).get(record_id, "")
            enrolled = session.scalar(select(SyncState.device)) is not None
        return shown, read_history(store, register, record_id, people), enrolled

    def show(found: tuple[str, list[Edit], bool]) -> None:
        shown, edits, enrolled = found
        RecordHistory(parent, shown, edits, ask if enrolled else None).open()

    worker.run(read, show, owner=parent)
