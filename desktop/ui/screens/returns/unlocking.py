"""The exception that opens a locked return: its reason, and until when it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.errors import UserError
from desktop.models.kinds import BadValue, parse_date
from desktop.models.registers.return_exceptions import REGISTER
from desktop.text import _
from desktop.ui.date_editor import DateEditor
from desktop.ui.dialogs import Dialog
from desktop.ui.parts import Button, Label, form_grid

_DAYS_OPEN = 3
"""Days that are proposed; the director writes another day where it takes longer."""

Take = Callable[[str, date], object]


class UnlockDialog(Dialog):
    """Asks the director why a locked return is opened again, and until which day."""

    def __init__(self, parent: QWidget, title: str, lock: str, take: Take) -> None:
        super().__init__(parent, _("解锁{title}").format(title=title), "fa6s.lock-open")
        self._take = take
        self.say(lock)
        self.say(_("解锁会记入“报表解锁记录”，随数据同步到县级。"))
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("例如：停电两天，补报"))
        self.reason.setAccessibleName(_("解锁原因"))
        self.until = DateEditor(REGISTER.by_key["valid_until"])
        self.until.line.setText((date.today() + timedelta(days=_DAYS_OPEN)).isoformat())
        rows: list[tuple[str, QWidget]] = [
            (_("解锁原因"), self.reason),
            (_("解锁至"), self.until),
        ]
        self.column.addLayout(form_grid(rows))
        self.error = Label("", "error", wrap=True)
        self.error.hide()
        self.column.addWidget(self.error)
        self.add_button(Button(_("取消"), clicked=self.reject)).setAutoDefault(False)
        self.yes = self.add_button(Button(_("解锁"), clicked=self._give, role="primary"))
        self.yes.setDefault(True)
        self.reason.setFocus()

    def _give(self) -> None:
        try:
            until = parse_date(self.until.typed())
        except BadValue as error:
            self.refuse(UserError(error.message))
            return
        if until is None:
            self.refuse(UserError(_("请填写解锁截止日期。")))
            return
        self._take(self.reason.text(), until)

    def refuse(self, error: UserError) -> None:
        """Say why it is not taken."""
        self.error.setText(str(error))
        self.error.show()
