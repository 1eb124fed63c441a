"""Asking for a new password twice, with a sentence on how good it is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop.models.vault import SHORTEST_PASSWORD
from desktop.text import _
from desktop.ui import theme
from desktop.ui.parts import Label, restyle

_GOOD_LENGTH = 10
_GOOD_KINDS = 2


def strength(password: str) -> tuple[str, str]:
    """Return the tone and the sentence on a password."""
    if not password:
        return "soft", _("至少 {length} 个字符。").format(length=SHORTEST_PASSWORD)
    lacking = SHORTEST_PASSWORD - len(password)
    if lacking > 0:
        return "red", _("太短：还差 {count} 个字符。").format(count=lacking)
    if len(set(password)) == 1:
        return "red", _("不能全部是同一个字符。")
    kinds = sum(
        (
            any(letter.isdigit() for letter in password),
            any(letter.isalpha() for letter in password),
            any(not letter.isalnum() for letter in password),
        )
    )
    if password.isdigit():
        return "amber", _("偏弱：只有数字，容易被猜到，加几个字母更好。")
    if len(password) >= _GOOD_LENGTH and kinds >= _GOOD_KINDS:
        return "green", _("很好：长度和花样都够。")
    return "green", _("可以：再长一些更好。")


class NewPassword(QWidget):
    """Two boxes for a new password; emits ``changed`` with every letter."""

    changed = Signal()

    def __init__(self, first: str = "", second: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        self.edits = (QLineEdit(), QLineEdit())
        self.sentence = Label("", "warning", wrap=True)
        self.second_sentence = Label("", "error", wrap=True)
        labels = (first or _("密码"), second or _("再输一遍"))
        for edit, label, remark in zip(
            self.edits, labels, (self.sentence, self.second_sentence), strict=True
        ):
            edit.setEchoMode(QLineEdit.EchoMode.Password)
            edit.setAccessibleName(label)
            edit.textChanged.connect(self._judge)
            caption = Label(label, "soft")
            caption.setBuddy(edit)
            column.addWidget(caption)
            column.addWidget(edit)
            column.addWidget(remark)
        self._judge()

    @property
    def password(self) -> str:
        """The password as typed in the first box."""
        return self.edits[0].text()

    def ready(self) -> bool:
        """Tell whether the password may be used and was typed twice alike."""
        tone, _sentence = strength(self.password)
        return tone in {"green", "amber"} and self.password == self.edits[1].text()

    def _judge(self) -> None:
        tone, sentence = strength(self.password)
        roles = {"red": "error", "amber": "warning", "green": "good", "soft": "help"}
        self.sentence.setText(sentence)
        self.sentence.setProperty("role", roles[tone])
        restyle(self.sentence)
        again = self.edits[1].text()
        differs = bool(again) and not self.password.startswith(again)
        self.second_sentence.setText(_("两次输入不一致。") if differs else "")
        self.changed.emit()
