"""Testing the connection step by step, and the support file without personal data."""

from __future__ import annotations

import platform
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop import __version__
from desktop.errors import UserError
from desktop.sync.account import Account
from desktop.sync.diagnosis import Step, diagnose
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import Dialog, show_error
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Label, clear
from desktop.ui.preview import cannot_write
from desktop.ui.screens.sync.reading import SyncView, read_account, read_view
from desktop.ui.screens.sync.way import WayDialog
from desktop.ui.worker import Progress

_MARKS = {
    True: ("fa6s.circle-check", theme.GREEN),
    False: ("fa6s.circle-xmark", theme.RED),
    None: ("fa6s.circle-minus", theme.FAINT_INK),
}


class TestDialog(Dialog):
    """Shows what was found at each step, with the remedy."""

    __test__ = False  # not a test, whatever its name says to pytest

    def __init__(self, parent: QWidget, desk: Desk, view: SyncView, url: str) -> None:
        super().__init__(parent, _("测试与县级的连接"), "fa6s.stethoscope")
        self._desk = desk
        self._view = view
        self._url = url
        self.steps: list[Step] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(theme.px(10))
        self.column.addLayout(self._rows)
        self.setMinimumWidth(theme.px(560))
        self.again = self.add_button(Button(_("再测一次"), clicked=self.begin))
        self.way = self.add_button(Button(_("连接设置…"), clicked=self.set_way))
        self.file = self.add_button(Button(_("保存支持文件…"), clicked=self.save_file))
        self.add_button(Button(_("关闭"), clicked=self.accept, role="primary")).setDefault(True)
        self.begin()

    def begin(self) -> None:
        """Look at every step, aside."""
        clear(self._rows)
        self._rows.addWidget(Label(_("正在检查，最多等十几秒…"), "soft"))
        self.again.setEnabled(False)
        self.file.setEnabled(False)
        worker, url = self._desk.worker, self._url
        home = worker.centre.home

        def work(_progress: Progress) -> list[Step]:
            return diagnose(url, home, worker.on_database(self._account), self._view.status.way)

        worker.run_aside(work, self.show_steps, self._failed, owner=self)

    def _account(self) -> Account | None:
        return read_account(self._desk.worker.centre.store)

    def show_steps(self, steps: list[Step]) -> None:
        """Show what was found."""
        self.steps = steps
        self.again.setEnabled(True)
        self.file.setEnabled(True)
        clear(self._rows)
        for step in steps:
            self._rows.addLayout(_row(step))
        QTimer.singleShot(0, self, self.fit)

    def _failed(self, error: UserError) -> None:
        self.show_steps([])
        show_error(self, error)

    def set_way(self) -> None:
        """Set the proxy and the certificate, then look again."""
        dialog = WayDialog(self, self._desk, self._view.status.way)
        dialog.saved.connect(self._look_again)
        dialog.open()

    def _look_again(self) -> None:
        self._desk.worker.run(read_view, self._take_view, owner=self)

    def _take_view(self, view: SyncView) -> None:
        self._view = view
        self.begin()

    def save_file(self) -> None:
        """Ask where and write the support file there."""
        save_support_file(self, self._view, self.steps)


def _row(step: Step) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.px(10))
    icon, colour = _MARKS[step.good]
    mark = QLabel()
    mark.setPixmap(theme.pixmap(icon, colour, 18))
    row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(theme.px(1))
    words.addWidget(Label(step.label, "heading"))
    words.addWidget(Label(step.said, "paragraph", wrap=True))
    if step.remedy:
        words.addWidget(Label(step.remedy, "warning", wrap=True))
    row.addLayout(words, 1)
    return row


def support_text(view: SyncView, steps: list[Step]) -> str:
    """Return the text of the support file: counts and versions, no record and no name."""
    status = view.status
    lines = [
        f"thdesk {__version__}",
        f"time {datetime.now().astimezone().isoformat(timespec='seconds')}",
        f"system {platform.platform()} python {platform.python_version()}",
        f"enrolled {status.enrolled}",
        f"url {status.url}",
        f"waiting {status.waiting}",
        f"oldest {status.oldest_waiting.isoformat() if status.oldest_waiting else '-'}",
        f"last success {status.last_success or '-'}",
        f"last error {status.last_error or '-'}",
        f"open issues {status.issues}",
    ]
    lines += [f"  waiting {each.label} {each.count}" for each in view.waiting]
    for issue in view.issues:
        field = issue.field.key if issue.field is not None else "-"
        lines.append(f"  issue {issue.kind} {issue.register.key} {field} {issue.reason or '-'}")
    for step in steps:
        mark = {True: "ok", False: "FAILED", None: "skipped"}[step.good]
        lines.append(f"step {step.key} {mark} {step.said} {step.remedy}".rstrip())
    return "\n".join(lines) + "\n"


def save_support_file(parent: QWidget, view: SyncView, steps: list[Step]) -> None:
    """Ask where and write the support file there."""
    dialog = QFileDialog(parent, _("保存支持文件"), _("支持文件.txt"), _("文本文件 (*.txt)"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("txt")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def write(name: str) -> None:
        path = Path(name)
        try:
            path.write_text(support_text(view, steps), encoding="utf-8-sig")
        except OSError as error:
            show_error(parent, cannot_write(path, error))

    dialog.fileSelected.connect(write)
    dialog.open()
