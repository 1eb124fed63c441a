"""What a person sees when the program has a bug: it was written down, and nothing typed is lost."""

from __future__ import annotations

import traceback
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import Dialog
from desktop.ui.parts import Button, Label


class CrashDialog(Dialog):
    """Says that something went wrong inside the program, with the stack to copy."""

    def __init__(self, parent: QWidget | None, error: BaseException, log_file: Path) -> None:
        super().__init__(parent, _("程序出现意外错误"), "fa6s.bug", theme.RED)
        self.setMinimumWidth(theme.px(560))
        self.say(
            _(
                "这一步没有完成，数据没有被改坏，您填写的内容还在。可以继续使用；请把下面的内容发给技术人员。"
            )
        )
        self.stack = "".join(traceback.format_exception(error))
        details = QPlainTextEdit(self.stack)
        details.setReadOnly(True)
        details.setMinimumHeight(theme.px(180))
        details.setAccessibleName(_("错误内容"))
        self.column.addWidget(details)
        self.column.addWidget(Label(_("已记录在 {file}").format(file=log_file), "help", wrap=True))
        self.add_button(Button(_("复制"), "fa6s.copy", self.copy))
        self.add_button(Button(_("继续使用"), clicked=self.accept, role="primary")).setDefault(True)

    def copy(self) -> None:
        """Put the stack on the clipboard."""
        QGuiApplication.clipboard().setText(self.stack)
