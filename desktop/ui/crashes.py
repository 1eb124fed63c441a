"""What becomes of a bug: written down with its stack, shown, and the program stays up."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:  # Dialogs are loaded when one is wanted.
    from desktop.ui.crash_dialog import CrashDialog

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
        from desktop.ui.crash_dialog import CrashDialog

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
