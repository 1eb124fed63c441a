"""Backups from the window: make, look at, check, copy elsewhere, bring back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHeaderView

from desktop.errors import UserError
from desktop.models import backup, checking
from desktop.models.checking import Finding
from desktop.models.rotation import BY_HAND, DAILY, MIGRATION, read_name
from desktop.text import N_, _
from desktop.ui.dialogs import show_error, show_message
from desktop.ui.exchange_runner import runner_of
from desktop.ui.flow_row import FlowRow
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Card, Label
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.restore_dialog import ask_restore, pick_backup

_REASONS = {DAILY: N_("每日自动"), MIGRATION: N_("升级前"), BY_HAND: N_("手工")}
_SHOWN = 60


class BackupsCard(Card):
    """The centre's own backups and what can be done with them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(_("备份"), margin=16)
        self._desk = desk
        self.files: list[Path] = []
        self.table = PlainTable(
            [
                PlainColumn(_("备份时间"), 8),
                PlainColumn(_("原因"), 5.5),
                PlainColumn(_("大小"), 4, numeric=True),
            ],
            row_height=30,
        )
        header = self.table.horizontalHeader()
        for section in (0, 1):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.ResizeToContents)
        self.column.addWidget(self.table, 1)
        self.make = Button(_("立即备份"), "fa6s.floppy-disk", self.make_now, role="primary")
        self.copy = Button(_("备份到 U 盘…"), "fa6s.hard-drive", self.ask_folder)
        self.check = Button(_("检查"), "fa6s.magnifying-glass", self.check_chosen)
        self.check.setToolTip(_("检查选中的备份；没有选中时检查当前数据"))
        self.restore = Button(_("恢复…"), "fa6s.clock-rotate-left", self.ask_file)
        row = FlowRow()
        for button in (self.make, self.copy, self.check, self.restore):
            row.add(button)
        self.column.addWidget(row)
        self.remark = Label(
            _("每天第一次打开时自动备份。备份同样加密；每周请另存一份到 U 盘并锁好。"),
            "help",
            wrap=True,
        )
        self.column.addWidget(self.remark)

    def show_backups(self) -> None:
        """List the backups, the newest first."""
        home = self._desk.worker.centre.home
        self._desk.worker.run_aside(
            lambda _progress: [(path, path.stat().st_size) for path in backup.listing(home)],
            self._show,
            owner=self,
        )

    def _show(self, found: list[tuple[Path, int]]) -> None:
        self.files = [path for path, _size in found[:_SHOWN]]
        rows = []
        for path, size in found[:_SHOWN]:
            name = read_name(path.name)
            moment = name.moment if name is not None else datetime.fromtimestamp(0)  # noqa: DTZ006
            reason = _(_REASONS.get(name.reason, name.reason)) if name is not None else ""
            rows.append((f"{moment:%Y-%m-%d %H:%M}", reason, f"{size / 1_000_000:.1f} MB"))
        self.table.show_rows(rows)

    @property
    def chosen(self) -> Path | None:
        """The backup chosen in the list."""
        row = self.table.currentIndex().row()
        return self.files[row] if 0 <= row < len(self.files) else None

    def make_now(self, folder: Path | None = None) -> None:
        """Make a backup among the centre's own or in another folder."""
        database = self._desk.worker.centre.database
        self._busy(on=True)

        def done(path: Path) -> None:
            self._busy(on=False)
            self._desk.tell(_("已备份到“{file}”。").format(file=path.name))
            self.show_backups()

        self._desk.worker.run_aside(
            lambda _progress: backup.make(database, folder=folder), done, self._failed, owner=self
        )

    def ask_folder(self) -> None:
        """Ask for a folder on another drive and make a backup there."""
        dialog = QFileDialog(self, _("备份到哪个文件夹？"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.make_now(Path(name)))
        dialog.open()

    def check_chosen(self) -> None:
        """Read the chosen backup, or the data in use, from the first to the last page."""
        centre, file = self._desk.worker.centre, self.chosen
        self._busy(on=True)

        def work(_progress: object) -> list[Finding]:
            if file is None:
                return checking.verify(centre.home, centre.unlocked)
            return backup.verify_backup(file, centre.unlocked.data_key)

        def done(findings: list[Finding]) -> None:
            self._busy(on=False)
            what = _("当前数据") if file is None else file.name
            if findings:
                error = UserError(
                    _("“{what}”有问题：{reason}").format(what=what, reason=findings[0].message),
                    _("请换一份备份，并检查硬盘。"),
                )
                show_error(self, error)
            else:
                text = _("“{what}”逐页检查完毕，没有发现问题。").format(what=what)
                show_message(self, _("检查结果"), text)

        self._desk.worker.run_aside(work, done, self._failed, owner=self)

    def ask_file(self) -> None:
        """Bring the chosen backup back, or one from elsewhere."""
        chosen = self.chosen
        if chosen is not None:
            self._restore(chosen)
        else:
            folder = self._desk.worker.centre.home / backup.FOLDER
            pick_backup(self, folder, self._restore)

    def _restore(self, file: Path) -> None:
        runner_of(self._desk).put_off()
        worker = self._desk.worker
        # The window is built anew over the restored centre, which has other people and settings.
        ask_restore(self, worker, worker.centre.home, file, self._desk.look_changed.emit)

    def _failed(self, error: UserError) -> None:
        self._busy(on=False)
        show_error(self, error)

    def _busy(self, *, on: bool) -> None:
        for button in (self.make, self.copy, self.check, self.restore):
            button.setEnabled(not on)
