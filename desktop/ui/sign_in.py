"""Signing in: who, the password, the waits after wrong ones, the way back with the recovery key."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import TooManyTries, UserError, WrongPassword
from desktop.models.vault import ROLES, Person, Unlocked, Vault
from desktop.text import _
from desktop.ui import theme
from desktop.ui.new_password import NewPassword
from desktop.ui.parts import Button, Label, restyle
from desktop.ui.worker import Worker

if TYPE_CHECKING:  # This page must stand before SQLAlchemy is loaded.
    from desktop.models.opening import Centre

_SHOWN_PEOPLE = 5
_ROW = 34


class PasswordPanel(QWidget):
    """Name, password and the sentence below; counts a wait down.

    Signals:
        entered: ``(name, password)``.
        forgotten: The person has forgotten the password.
    """

    entered = Signal(str, str)
    forgotten = Signal()

    def __init__(self, people: list[Person], chosen: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self._make_people(people, chosen)
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setPlaceholderText(_("密码"))
        self.password.setAccessibleName(_("密码"))
        self.password.textChanged.connect(lambda _text: self._judge())
        self.sentence = Label("", "error", wrap=True)
        self.sentence.setMinimumHeight(theme.px(34))
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.enter = Button(_("登录"), clicked=self._enter, role="primary")
        self.enter.setDefault(True)
        self.forgot = Button(_("忘记密码：用恢复密钥"), clicked=self.forgotten.emit, role="link")
        self.forgot.setAutoDefault(False)
        for widget in (self.people, self.password, self.sentence):
            column.addWidget(widget)
        self.row = QHBoxLayout()
        self.row.addWidget(self.forgot)
        self.row.addStretch(1)
        self.row.addWidget(self.enter)
        column.addLayout(self.row)
        self._left = 0
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._count_down)
        self._busy = False
        self._judge()

    def _make_people(self, people: list[Person], chosen: str) -> None:
        self.people = QListWidget()
        self.people.setAccessibleName(_("登录人"))
        for person in people:
            item = QListWidgetItem(f"{person.name}　{_(ROLES[person.role])}")
            item.setIcon(theme.icon("fa6s.circle-user", theme.SOFT_INK, 16))
            item.setData(Qt.ItemDataRole.UserRole, person.name)
            self.people.addItem(item)
            if person.name == chosen or self.people.currentRow() < 0:
                self.people.setCurrentItem(item)
        rows = min(len(people), _SHOWN_PEOPLE)
        self.people.setFixedHeight(theme.px(rows * _ROW + 4))
        self.people.currentRowChanged.connect(lambda _row: self.clear())

    @property
    def name(self) -> str:
        """The name of the person chosen."""
        return str(self.people.currentItem().data(Qt.ItemDataRole.UserRole))

    def clear(self) -> None:
        """Forget what was typed and said, for another person."""
        self._tick.stop()
        self._left = 0
        self._busy = False
        self.password.clear()
        self._say("", "error")
        self._judge()

    def refuse(self, error: UserError, wait: int = 0) -> None:
        """Say why it did not work; for a wait count the seconds down."""
        self._busy = False
        self._left = error.seconds if isinstance(error, TooManyTries) else wait
        self._reason = "" if isinstance(error, TooManyTries) else error.message
        self._say(str(error), "error")
        if self._left:
            self._show_wait()
            self._tick.start()
        self.password.selectAll()
        self.password.setFocus()
        self._judge()

    def _enter(self) -> None:
        self._busy = True
        self._say(_("正在打开…"), "help")
        self._judge()
        self.entered.emit(self.name, self.password.text())

    def _count_down(self) -> None:
        self._left -= 1
        if self._left > 0:
            self._show_wait()
        else:
            self._tick.stop()
            self._say(_("现在可以再试一次。"), "help")
        self._judge()

    def _show_wait(self) -> None:
        wait = _("请 {seconds} 秒后再试。").format(seconds=self._left)
        self._say(f"{self._reason}{wait}", "error")

    def _say(self, text: str, role: str) -> None:
        self.sentence.setText(text)
        self.sentence.setProperty("role", role)
        restyle(self.sentence)

    def _judge(self) -> None:
        self.enter.setEnabled(bool(self.password.text()) and not self._left and not self._busy)


class RecoveryPanel(QWidget):
    """The recovery key from the sheet and a new password.

    Signals:
        entered: ``(code, password)``.
        left: Back to the password.
    """

    entered = Signal(str, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        self.person = Label("", "heading")
        self.code = QLineEdit()
        self.code.setPlaceholderText("XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX")
        self.code.setAccessibleName(_("恢复密钥"))
        self.code.textChanged.connect(lambda _text: self._judge())
        self.passwords = NewPassword(_("新密码"), _("再输一遍新密码"))
        self.passwords.changed.connect(self._judge)
        self.sentence = Label("", "error", wrap=True)
        self.back = Button(_("返回"), clicked=self.left.emit)
        self.enter = Button(_("重设密码并登录"), clicked=self._enter, role="primary")
        caption = Label(_("恢复密钥（恢复密钥单上的八组字符）"), "soft", wrap=True)
        caption.setBuddy(self.code)
        for widget in (self.person, caption, self.code, self.passwords, self.sentence):
            column.addWidget(widget)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.enter)
        column.addLayout(row)
        self._judge()

    def begin(self, name: str) -> None:
        """Ask for the key for that person."""
        self.person.setText(_("为“{name}”重设密码").format(name=name))
        self.sentence.setText("")
        self.code.setFocus()

    def refuse(self, error: UserError) -> None:
        """Say what is wrong with the key."""
        self.sentence.setText(str(error))
        self.code.setFocus()
        self._judge()

    def _enter(self) -> None:
        self.sentence.setText("")
        self.entered.emit(self.code.text(), self.passwords.password)

    def _judge(self) -> None:
        self.enter.setEnabled(bool(self.code.text().strip()) and self.passwords.ready())


class SignIn(QDialog):
    """Asks who is there and opens the centre; accepted once it is open."""

    def __init__(
        self, worker: Worker, home: Path, *, person: str = "", vault: Vault | None = None
    ) -> None:
        super().__init__()
        self._worker = worker
        self._home = home
        self.vault = vault or Vault(home)
        self.centre: Centre | None = None
        self.setWindowTitle(_("卫院通 · 登录"))
        self.setFixedWidth(theme.px(460))
        column = _column(self, self.vault.centre)
        self.panel = PasswordPanel(self.vault.people(), person)
        self.recovery = RecoveryPanel()
        self.stack = QStackedWidget()
        self.stack.setStyleSheet(f"QStackedWidget {{ background: {theme.SURFACE}; }}")
        self.stack.addWidget(self.panel)
        self.stack.addWidget(self.recovery)
        column.addWidget(self.stack)
        self.stack.currentChanged.connect(lambda _number: self._fit())
        self._fit()
        self.panel.entered.connect(self._sign_in)
        self.panel.forgotten.connect(self._forgotten)
        self.recovery.entered.connect(self._reset)
        self.recovery.left.connect(self._remembered)
        self.panel.password.setFocus()

    def _fit(self) -> None:
        """Let the dialog be as high as the panel that is seen."""
        for panel in (self.panel, self.recovery):
            seen = panel is self.stack.currentWidget()
            fixed = QSizePolicy.Policy.Preferred if seen else QSizePolicy.Policy.Ignored
            panel.setSizePolicy(QSizePolicy.Policy.Preferred, fixed)
        self.adjustSize()

    def _sign_in(self, name: str, password: str) -> None:
        self._worker.open(
            partial(_open, self._home, name, password, self.vault),
            self._opened,
            partial(_refused, self.panel, self.vault, name),
        )

    def _opened(self, centre: Centre) -> None:
        self.centre = centre
        self.panel.password.clear()
        self.accept()

    def _forgotten(self) -> None:
        self.recovery.begin(self.panel.name)
        self.stack.setCurrentWidget(self.recovery)
        self.panel.enter.setDefault(False)
        self.recovery.enter.setDefault(True)

    def _remembered(self) -> None:
        self.stack.setCurrentWidget(self.panel)
        self.recovery.enter.setDefault(False)
        self.panel.enter.setDefault(True)
        self.panel.password.setFocus()

    def _reset(self, code: str, password: str) -> None:
        name = self.panel.name

        def opening() -> Centre:
            self.vault.reset_password(code, name, password)
            return _open(self._home, name, password, self.vault)

        self._worker.open(opening, self._opened, self.recovery.refuse)

    def reject(self) -> None:
        if self.stack.currentWidget() is self.recovery:
            self._remembered()
        else:
            super().reject()


class LockScreen(QDialog):
    """Stands before the window until the same person gives the password again.

    Accepted when the password is right; :attr:`wants_out` when the person signs out instead.
    """

    def __init__(
        self, worker: Worker, home: Path, person: str, *, vault: Vault | None = None
    ) -> None:
        super().__init__()
        self._worker = worker
        self.vault = vault or Vault(home)
        self.wants_out = False
        self.setWindowTitle(_("卫院通 · 已锁定"))
        self.setFixedWidth(theme.px(460))
        column = _column(self, self.vault.centre)
        column.addWidget(Label(_("屏幕已锁定，数据没有关闭。"), "soft"))
        people = [each for each in self.vault.people() if each.name == person]
        self.panel = PasswordPanel(people, person)
        self.panel.enter.setText(_("解锁"))
        self.panel.forgot.setText(_("退出登录"))
        self.panel.forgotten.connect(self._leave)
        self.panel.entered.connect(self._unlock)
        column.addWidget(self.panel)
        self.panel.password.setFocus()

    def _unlock(self, name: str, password: str) -> None:
        def done(_unlocked: Unlocked) -> None:
            self.accept()

        self._worker.run_aside(
            lambda _progress: self.vault.sign_in(name, password),
            done,
            partial(_refused, self.panel, self.vault, name),
            owner=self,
        )

    def _leave(self) -> None:
        self.wants_out = True
        super().reject()

    def reject(self) -> None:
        """Stay: Esc does not open a locked screen."""


def _open(home: Path, name: str, password: str, vault: Vault) -> Centre:
    from desktop.models.opening import open_centre

    return open_centre(home, name, password, vault=vault)


def _refused(panel: PasswordPanel, vault: Vault, name: str, error: UserError) -> None:
    wait = vault.seconds_to_wait(name) if isinstance(error, WrongPassword) else 0
    panel.refuse(error, wait)


def _column(dialog: QDialog, centre: str) -> QVBoxLayout:
    """Lay out the head with the program's name and return the column for the rest."""
    outer = QVBoxLayout(dialog)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.setSpacing(0)
    head = QFrame()
    head.setProperty("role", "navigation")
    inner = QVBoxLayout(head)
    inner.setContentsMargins(theme.px(28), theme.px(20), theme.px(28), theme.px(18))
    inner.setSpacing(theme.px(2))
    inner.addWidget(Label(_("卫院通"), "brand"))
    name: QLabel = Label(centre, "centre", wrap=True)
    inner.addWidget(name)
    outer.addWidget(head)
    column = QVBoxLayout()
    column.setContentsMargins(theme.px(28), theme.px(20), theme.px(28), theme.px(20))
    column.setSpacing(theme.px(8))
    outer.addLayout(column)
    return column
