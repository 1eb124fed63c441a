"""The people of this PC: who may sign in, new passwords, a new recovery key."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QListWidget, QListWidgetItem, QWidget

from desktop.errors import UserError
from desktop.models.vault import DIRECTOR, ROLES, Person
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.dialogs import Dialog, confirm, show_error
from desktop.ui.flow_row import FlowRow
from desktop.ui.new_password import NewPassword
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Card, Label, row_of
from desktop.ui.preview import print_pdf, save_pdf
from desktop.ui.wizard_end import RecoveryCodeFrame


class PeopleCard(Card):
    """Who may sign in on this PC; only a director may change the list."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(_("登录人员"), margin=16)
        self._desk = desk
        self.list = QListWidget()
        self.list.setAccessibleName(_("登录人员"))
        self.column.addWidget(self.list, 1)
        self.add_person = Button(_("添加…"), "fa6s.user-plus", self.ask_person)
        self.password = Button(_("修改我的密码…"), "fa6s.lock", self._ask_password)
        self.remove = Button(_("移除"), "fa6s.user-minus", self.ask_remove)
        self.recovery = Button(_("换发恢复密钥…"), "fa6s.key", self.ask_recovery)
        row = FlowRow()
        for button in (self.add_person, self.password, self.remove, self.recovery):
            row.add(button)
        self.column.addWidget(row)
        self.remark = Label("", "help", wrap=True)
        self.column.addWidget(self.remark)
        self.list.currentRowChanged.connect(lambda _row: self._judge())

    @property
    def is_director(self) -> bool:
        """Whether the person signed in may change the list."""
        return self._desk.worker.centre.unlocked.role == DIRECTOR

    def show_people(self) -> None:
        """Read the list; the key file is small and needs no database."""
        centre = self._desk.worker.centre
        self.list.clear()
        for person in centre.vault.people():
            own = person.id == centre.unlocked.person_id
            remark = _("（当前登录）") if own else ""
            item = QListWidgetItem(f"{person.name}　{_(ROLES[person.role])}{remark}")
            item.setIcon(theme.icon("fa6s.circle-user", theme.SOFT_INK, 16))
            item.setData(Qt.ItemDataRole.UserRole, person)
            self.list.addItem(item)
        self.add_person.setEnabled(self.is_director)
        self.recovery.setEnabled(self.is_director)
        self.remark.setText(
            _("每人用自己的密码登录，修改记录里会留下姓名。")
            if self.is_director
            else _("只有院长可以添加、移除人员和换发恢复密钥。")
        )
        self._judge()

    @property
    def chosen(self) -> Person | None:
        """The person chosen in the list."""
        if self.list.currentRow() < 0:
            return None
        found: Person = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
        return found

    def _judge(self) -> None:
        person = self.chosen
        own = self._desk.worker.centre.unlocked.person_id
        self.remove.setEnabled(self.is_director and person is not None and person.id != own)

    def _ask_password(self) -> None:
        from desktop.ui.main_window import MainWindow

        window = self.window()
        if isinstance(window, MainWindow):
            window.change_password()

    def ask_person(self) -> None:
        """Ask for another person's name, role and first password."""
        NewPersonDialog(self, self._desk).open()

    def ask_remove(self) -> None:
        """Ask before a person may no longer sign in."""
        person = self.chosen
        if person is None:
            return
        centre = self._desk.worker.centre
        confirm(
            self,
            _("移除“{name}”？").format(name=person.name),
            _("此后不能再用这个姓名登录；以前的记录和修改痕迹都保留。"),
            _("移除"),
            lambda: self._desk.worker.run_aside(
                lambda _progress: centre.vault.remove_person(centre.unlocked, person.name),
                lambda _none: self.show_people(),
                lambda error: show_error(self, error),
                owner=self,
            ),
            danger=True,
        )

    def ask_recovery(self) -> None:
        """Ask before the old recovery key becomes void, then show the new one."""
        confirm(
            self,
            _("换发恢复密钥？"),
            _("旧的恢复密钥单立即作废。请先准备好打印机。"),
            _("换发"),
            self._renew,
        )

    def _renew(self) -> None:
        centre = self._desk.worker.centre
        self._desk.worker.run_aside(
            lambda _progress: centre.vault.renew_recovery(centre.unlocked),
            lambda code: RecoveryDialog(self, self._desk, code).open(),
            lambda error: show_error(self, error),
            owner=self,
        )


class NewPersonDialog(Dialog):
    """Name, role and first password of another person."""

    def __init__(self, parent: PeopleCard, desk: Desk) -> None:
        super().__init__(parent, _("添加登录人员"), "fa6s.user-plus")
        self._desk = desk
        self._done = parent.show_people
        self.name = QLineEdit()
        self.name.setAccessibleName(_("姓名"))
        self.role = ChoiceBox()
        self.role.setAccessibleName(_("岗位"))
        for key, label in ROLES.items():
            self.role.addItem(_(label), key)
        self.role.setCurrentIndex(1)
        for label, widget in ((_("姓名"), self.name), (_("岗位"), self.role)):
            caption = Label(label, "soft")
            caption.setBuddy(widget)
            self.column.addWidget(caption)
            self.column.addWidget(widget)
        self.passwords = NewPassword(_("初始密码（请本人当面输入）"))
        self.column.addWidget(self.passwords)
        self.error = Label("", "error", wrap=True)
        self.column.addWidget(self.error)
        self.add_button(Button(_("取消"), clicked=self.reject)).setAutoDefault(False)
        self.go = self.add_button(Button(_("添加"), clicked=self.add, role="primary"))
        self.go.setDefault(True)
        self.name.textChanged.connect(lambda _text: self._judge())
        self.passwords.changed.connect(self._judge)
        self._judge()

    def _judge(self) -> None:
        self.go.setEnabled(bool(self.name.text().strip()) and self.passwords.ready())

    def add(self) -> None:
        """Let the person sign in from now on."""
        centre = self._desk.worker.centre
        name, role = self.name.text(), str(self.role.currentData())
        password = self.passwords.password

        def done(_person: Person) -> None:
            self.accept()
            self._done()

        self._desk.worker.run_aside(
            lambda _progress: centre.vault.add_person(centre.unlocked, name, password, role=role),
            done,
            self._failed,
            owner=self,
        )

    def _failed(self, error: UserError) -> None:
        self.error.setText(str(error))


class RecoveryDialog(Dialog):
    """Shows a new recovery key; closes when the person says that it is kept."""

    def __init__(self, parent: QWidget, desk: Desk, code: str) -> None:
        super().__init__(parent, _("新的恢复密钥"), "fa6s.key")
        self._desk = desk
        self._code = code
        self.say(_("它只显示这一次，请打印或抄写后与公章同样保管。旧的恢复密钥单已作废，请销毁。"))
        self.column.addWidget(RecoveryCodeFrame(code))
        self.print = Button(_("打印"), "fa6s.print", partial(self._sheet, print_out=True))
        self.save = Button(_("保存为 PDF"), "fa6s.file-pdf", partial(self._sheet, print_out=False))
        row = row_of(self.print, self.save)
        row.addStretch(1)
        self.column.addLayout(row)
        self.kept = QCheckBox(_("我已抄写或打印，并锁好"))
        self.column.addWidget(self.kept)
        self.close_button = self.add_button(Button(_("完成"), clicked=self.accept, role="primary"))
        self.close_button.setEnabled(False)
        self.kept.toggled.connect(self.close_button.setEnabled)
        self.setMinimumWidth(theme.px(520))

    def _sheet(self, *, print_out: bool) -> None:
        worker = self._desk.worker
        centre = worker.centre
        name, person, code = centre.vault.centre, centre.store.person_name, self._code

        def make(_progress: object) -> bytes:
            from desktop.printing.recovery_sheet import RecoverySheet, recovery_sheet

            return recovery_sheet(RecoverySheet(name, person, code, date.today()))

        def take(pdf: bytes) -> None:
            if print_out:
                print_pdf(self, worker, pdf, _("恢复密钥单"))
            else:
                save_pdf(self, pdf, _("恢复密钥单"))

        worker.run_aside(make, take, owner=self)

    def reject(self) -> None:
        """Stay until the key is kept."""
        if self.kept.isChecked():
            super().reject()
