"""Exchanging by stick: write a packet for the county, read its answer."""

from __future__ import annotations

import datetime as dt
import socket
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget
from sqlalchemy import select

from desktop.errors import UserError
from desktop.models.exchange_tables import CourierPacket
from desktop.models.local import SyncState
from desktop.models.store import Store
from desktop.sync.courier import Courier, Written
from desktop.sync.engine import ExchangeReport
from desktop.sync.joining import ask_by_stick
from desktop.sync.mending import in_words
from desktop.sync.packet import SUFFIX
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import Dialog, show_error
from desktop.ui.exchange_runner import moment_in_words
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Label
from desktop.ui.worker import Changed, changed


@dataclass(frozen=True)
class LastPacket:
    """The packet written last, if any, and whether the county's answer to it was read."""

    enrolled: bool
    number: int = 0
    written_at: str = ""
    answered: bool = False


def read_last(store: Store) -> LastPacket:
    """Return the packet that was written last; its number is 0 where there was none."""
    with store.reading() as session:
        enrolled = session.scalar(select(SyncState.device)) is not None
        row = session.scalars(
            select(CourierPacket).order_by(CourierPacket.number.desc()).limit(1)
        ).first()
        if row is None:
            return LastPacket(enrolled)
        return LastPacket(enrolled, row.number, row.written_at, row.answered_at is not None)


class StickDialog(Dialog):
    """The two steps at this PC, with what was written last.

    Signals:
        exchanged: Something was written or read.
    """

    exchanged = Signal()

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, _("用U盘与县级交换"), "fa6s.hard-drive")
        self._desk = desk
        self.say(
            _(
                "没有网络时，把待上传的内容写成交换包，用U盘带到县里；县里读入后给回一个回执包，"
                "在这台电脑上读入，才算送达。交换包是加密的，只有县级平台能打开。"
                "U盘丢了、读了两次、先后弄乱了都不要紧，再写一个就行。"
            )
        )
        self.last = Label("", "soft", wrap=True)
        self.said = Label("", "paragraph", wrap=True)
        self.column.addWidget(self.last)
        row = QHBoxLayout()
        row.setSpacing(theme.px(10))
        self.write = Button(_("写交换包…"), "fa6s.file-export", self.ask_write, role="primary")
        self.read = Button(_("读回执包…"), "fa6s.file-import", self.ask_read)
        self.join = Button(_("读登记邀请…"), "fa6s.envelope-open", self.ask_join)
        row.addWidget(self.join)
        row.addWidget(self.write)
        row.addWidget(self.read)
        row.addStretch(1)
        self.column.addLayout(row)
        self.column.addWidget(self.said)
        self.add_button(Button(_("关闭"), clicked=self.accept))
        self.setMinimumWidth(theme.px(560))
        self._look()

    def _look(self) -> None:
        self._desk.worker.run(read_last, self._show_last, owner=self)

    def _show_last(self, last: LastPacket) -> None:
        self.join.setVisible(not last.enrolled)
        self.write.setEnabled(last.enrolled)
        if not last.number:
            self.last.setText(
                _("这台电脑还没有写过交换包。")
                if last.enrolled
                else _("这台电脑还没有登记。没有网络时，向县里要登记邀请文件。")
            )
            return
        when = moment_in_words(dt.datetime.fromisoformat(last.written_at), dt.datetime.now(dt.UTC))
        text = (
            _("第 {number} 号交换包写于{when}，回执已读入。")
            if last.answered
            else _("第 {number} 号交换包写于{when}，还没有读入回执。")
        )
        self.last.setText(text.format(number=last.number, when=when))

    # Asking to be let in

    def ask_join(self) -> None:
        """Ask for the invitation, then where to write, and write."""
        dialog = QFileDialog(self, _("读登记邀请"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self._ask_where(Path(chosen)))
        dialog.open()

    def _ask_where(self, invitation: Path) -> None:
        dialog = self._file_dialog(_("写登记申请"), _("登记申请") + SUFFIX)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX[1:])
        dialog.fileSelected.connect(lambda chosen: self.join_by(invitation, Path(chosen)))
        dialog.open()

    def join_by(self, invitation: Path, path: Path) -> None:
        """Write the packet that asks to be let in."""
        self._begin(_("正在写登记申请…"))
        self._desk.worker.run(
            lambda store: ask_by_stick(store, invitation, path, socket.gethostname()),
            self._asked,
            self._failed,
            owner=self,
        )

    def _asked(self, path: Path) -> None:
        self._end(_("已写好：{file}。请带到县里，再读入县里给的回执包。").format(file=path.name))

    # Writing

    def ask_write(self) -> None:
        """Ask where and write a packet there."""
        name = _("交换包 {day}").format(day=f"{dt.date.today():%Y-%m-%d}") + SUFFIX
        dialog = self._file_dialog(_("写交换包"), name)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX[1:])
        dialog.fileSelected.connect(lambda chosen: self.write_to(Path(chosen)))
        dialog.open()

    def write_to(self, path: Path) -> None:
        """Write a packet, aside."""
        worker = self._desk.worker
        store = worker.centre.store
        self._begin(_("正在写交换包…"))
        worker.run_aside(
            lambda _progress: Courier(store, worker.steps_of(store)).write(path),
            self._written,
            self._failed,
            owner=self,
        )

    def _written(self, written: Written) -> None:
        text = _("已写好：{file}。请带到县里，读入县里给的回执包后才算送达。").format(
            file=written.path.name
        )
        if written.more:
            text += _("一个包放不下，读入回执后请再写一个。")
        if written.photos_left:
            text += _("还有 {count} 张照片没有放下，留到下一个包或连网时再传。").format(
                count=written.photos_left
            )
        self._end(text)

    # Reading

    def ask_read(self) -> None:
        """Ask which file and read it."""
        dialog = self._file_dialog(_("读回执包"), "")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self.read_from(Path(chosen)))
        dialog.open()

    def read_from(self, path: Path) -> None:
        """Read the county's answer, aside."""
        worker = self._desk.worker
        store = worker.centre.store
        self._begin(_("正在读回执包…"))

        def work(_progress: object) -> Changed[ExchangeReport]:
            report = Courier(store, worker.steps_of(store)).read(path)
            return changed(report, *report.changed)

        worker.run_aside(work, self._was_read, self._failed, owner=self)

    def _was_read(self, report: ExchangeReport) -> None:
        text = _("回执已读入：县级确认收到 {pushed} 项，带回 {pulled} 条。").format(
            pushed=f"{report.pushed:,}", pulled=f"{report.pulled:,}"
        )
        if report.joined:
            text = _("已在县级平台登记。")
        if report.refused:
            text += _("退回 {count} 条，请在“需要核对”里改正。").format(count=len(report.refused))
        if report.copied:
            text += _("本机数据是恢复或复制来的，已换用新的电脑编号。")
        if report.found:
            text += in_words(report.found)
        if report.again:
            text += _("请再写一个交换包交给县里。")
        self._end(text)

    # Both

    def _file_dialog(self, title: str, name: str) -> QFileDialog:
        dialog = QFileDialog(self, title, name, _("交换包 (*{suffix})").format(suffix=SUFFIX))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _begin(self, text: str) -> None:
        self.said.setText(text)
        self.write.setEnabled(False)
        self.read.setEnabled(False)

    def _end(self, text: str) -> None:
        self.said.setText(text)
        self.read.setEnabled(True)
        self._look()
        self.exchanged.emit()

    def _failed(self, error: UserError) -> None:
        self._end("")
        show_error(self, error)
