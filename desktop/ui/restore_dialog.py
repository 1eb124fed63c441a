"""Bringing a backup back: whose it is, the way to its key, the swap, and signing in again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.models import backup, checking, restoring
from desktop.models.database import Database
from desktop.models.opening import Centre, open_centre
from desktop.models.replacing import KEYS_NAME
from desktop.models.rotation import SUFFIX
from desktop.models.store import Store
from desktop.models.vault import Vault, read_keys
from desktop.text import _
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.dialogs import Dialog, show_error
from desktop.ui.new_password import NewPassword
from desktop.ui.parts import Button, Label
from desktop.ui.worker import Progress, Worker


@dataclass(frozen=True)
class BackupFacts:
    """What a backup says of itself, and who could sign in when it was made."""

    file: Path
    centre: str
    made: datetime
    rows: int
    people: tuple[str, ...]


def read_facts(file: Path) -> BackupFacts:
    """Read what a backup says of itself; needs no key.

    Raises:
        NotFound, DataDamaged, DataTooNew: As their sentences say.
    """
    manifest = backup.read_manifest(file)
    with backup.opened(file) as archive:
        keys = read_keys(archive.read(KEYS_NAME))
    return BackupFacts(
        file,
        manifest.centre,
        datetime.fromisoformat(manifest.made).astimezone(),
        sum(manifest.rows.values()),
        tuple(str(entry["name"]) for entry in keys["people"]),
    )


def pick_backup(parent: QWidget, folder: Path, take: Callable[[Path], object]) -> None:
    """Ask for a backup file."""
    dialog = QFileDialog(
        parent, _("选择备份文件"), str(folder), _("备份文件 (*{suffix})").format(suffix=SUFFIX)
    )
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: take(Path(name)))
    dialog.open()


def ask_restore(
    parent: QWidget, worker: Worker, home: Path, file: Path, done: Callable[[], object]
) -> None:
    """Read a backup and ask for the way to its key; ``done`` is called once it is open."""

    def show(facts: BackupFacts) -> None:
        dialog = RestoreDialog(parent, worker, home, facts)
        dialog.restored.connect(done)
        dialog.open()

    worker.run_aside(
        lambda _progress: read_facts(file),
        show,
        lambda error: show_error(parent, error),
        owner=parent,
    )


class RestoreDialog(Dialog):
    """Asks for a password of the backup's day, or for the recovery key, and restores.

    Signals:
        restored: The backup is in place and open.
    """

    restored = Signal()

    def __init__(self, parent: QWidget, worker: Worker, home: Path, facts: BackupFacts) -> None:
        super().__init__(parent, _("恢复备份"), "fa6s.clock-rotate-left")
        self._worker = worker
        self._home = home
        self._facts = facts
        self._old: Centre | None = None
        self.say(
            _("“{centre}”{time} 的备份，共 {rows} 条记录。").format(
                centre=facts.centre, time=f"{facts.made:%Y-%m-%d %H:%M}", rows=f"{facts.rows:,}"
            )
        )
        if worker.is_open:
            self.say(_("现有数据会整体换成备份里的内容；换下来的数据另存一份，不会删除。"))
        self._make_editors()
        self.error = Label("", "error", wrap=True)
        self.column.addWidget(self.error)
        self.add_button(Button(_("取消"), clicked=self.reject)).setAutoDefault(False)
        self.go = self.add_button(Button(_("恢复"), clicked=self.restore, role="danger"))
        self.go.setDefault(True)
        self.password.textChanged.connect(lambda _text: self._judge())
        self.code.textChanged.connect(lambda _text: self._judge())
        self.passwords.changed.connect(self._judge)
        self._show_way()

    def _make_editors(self) -> None:
        self.person = ChoiceBox()
        self.person.addItems(list(self._facts.people))
        self.person.setAccessibleName(_("登录人"))
        self.way = ChoiceBox()
        self.way.addItems([_("用备份那天的密码"), _("用恢复密钥，并重设密码")])
        self.way.setAccessibleName(_("打开方式"))
        self.way.currentIndexChanged.connect(lambda _index: self._show_way())
        for label, widget in ((_("登录人"), self.person), (_("打开方式"), self.way)):
            self.column.addWidget(Label(label, "soft"))
            self.column.addWidget(widget)
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setPlaceholderText(_("密码"))
        self.password.setAccessibleName(_("密码"))
        self.code = QLineEdit()
        self.code.setPlaceholderText("XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX")
        self.code.setAccessibleName(_("恢复密钥"))
        self.passwords = NewPassword(_("新密码"), _("再输一遍新密码"))
        self.recovery = QWidget()
        inner = QVBoxLayout(self.recovery)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.code)
        inner.addWidget(self.passwords)
        self.column.addWidget(self.password)
        self.column.addWidget(self.recovery)

    @property
    def by_code(self) -> bool:
        """Whether the recovery key opens the backup."""
        return self.way.currentIndex() == 1

    def _show_way(self) -> None:
        self.password.setVisible(not self.by_code)
        self.recovery.setVisible(self.by_code)
        (self.code if self.by_code else self.password).setFocus()
        self._judge()
        QTimer.singleShot(0, self, self.fit)

    def _judge(self) -> None:
        self.error.setText("")
        if self.by_code:
            self.go.setEnabled(bool(self.code.text().strip()) and self.passwords.ready())
        else:
            self.go.setEnabled(bool(self.password.text()))

    def _key_of(self) -> Callable[[bytes], bytes]:
        if self.by_code:
            return restoring.by_recovery(self.code.text())
        return restoring.by_password(self.person.currentText(), self.password.text())

    # Restoring

    def restore(self) -> None:
        """Check key and backup first; only then close what is open and swap."""
        self.go.setEnabled(False)
        self.error.setText(_("正在检查备份…"))
        file, key_of = self._facts.file, self._key_of()

        def check(_progress: Progress) -> None:
            _manifest, data_key = restoring.unlock(file, key_of)
            found = backup.verify_backup(file, data_key)
            # Records come back without a photo too; the county may have it.
            findings = [each for each in found if each.code != checking.FILE]
            if findings:
                raise UserError(findings[0].message, _("没有作任何改动，请换一份备份。"))

        self._worker.run_aside(check, lambda _none: self._close_old(), self._failed, owner=self)

    def _close_old(self) -> None:
        self.error.setText(_("正在恢复…"))
        if self._worker.is_open:
            self._old = self._worker.centre
            self._worker.leave()
        home, file, key_of = self._home, self._facts.file, self._key_of()
        name, code = self.person.currentText(), self.code.text() if self.by_code else ""
        password = self.passwords.password if self.by_code else self.password.text()

        def opening() -> Centre:
            restoring.restore(home, file, key_of)
            if code:
                Vault(home).reset_password(code, name, password)
            return open_centre(home, name, password)

        self._worker.open(opening, self._opened, self._failed_late)

    def _opened(self, _centre: Centre) -> None:
        self.accept()
        self.restored.emit()

    def _failed(self, error: UserError) -> None:
        self._judge()
        self.error.setText(str(error))

    def _failed_late(self, error: UserError) -> None:
        """Open what was open before; the backup's files were not put in place."""
        self._failed(error)
        old = self._old
        if old is not None:
            self._worker.open(lambda: _reopened(old), lambda _centre: None)


def _reopened(old: Centre) -> Centre:
    database = Database.open(old.home, old.unlocked)
    store = Store(database, old.unlocked.person_id, old.unlocked.person_name)
    return Centre(old.home, old.vault, old.unlocked, database, store)
