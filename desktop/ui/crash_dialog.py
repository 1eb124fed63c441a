"""What a person sees when the program has a bug: it was written down, and nothing typed is lost."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import Dialog
from desktop.ui.parts import Button, Label

log = logging.getLogger(__name__)

_LOG_BYTES = 1_000_000
_LOGS_KEPT = 3


def _rotate(log_file: Path) -> None:
    """Begin another log where this one is long; logging.handlers would load the whole network."""
    if not log_file.exists() or log_file.stat().st_size < _LOG_BYTES:
        return
    for number in range(_LOGS_KEPT - 1, -1, -1):
        old = log_file.with_suffix(f".{number}.log") if number else log_file
        if old.exists():
            old.replace(log_file.with_suffix(f".{number + 1}.log"))


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


class Crashes(QObject):
    """Writes down what nothing has caught and shows it, one dialog at a time.

    Args:
        log_file: Where it is written down.
    """

    def __init__(self, log_file: Path) -> None:
        super().__init__()
        self.log_file = log_file
        self.dialog: CrashDialog | None = None

    def show(self, error: BaseException) -> None:
        """Show a bug; the program stays up."""
        if self.dialog is not None:
            return
        self.dialog = CrashDialog(QApplication.activeWindow(), error, self.log_file)
        self.dialog.finished.connect(self._seen)
        self.dialog.open()

    def _seen(self, _code: int) -> None:
        self.dialog = None

    def watch(self) -> None:
        """Log and show what reaches the top of any thread, and write the log beside the data."""
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        _rotate(self.log_file)
        handler = logging.FileHandler(self.log_file, encoding="utf-8", delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logging.getLogger().addHandler(handler)
        sys.excepthook = self._uncaught
        threading.excepthook = lambda args: log.critical(
            "A thread failed.", exc_info=(args.exc_type, args.exc_value or args.exc_type(), None)
        )

    def _uncaught(
        self, kind: type[BaseException], error: BaseException, stack: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.critical("An exception reached the top.", exc_info=(kind, error, stack))
        self.show(error)
