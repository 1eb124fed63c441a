"""Collects garbage on the window's thread, and only there.

Python's own collector runs in whatever thread happens to allocate. On a worker thread it would
destroy widgets that only a circle of references still held, and Qt crashes when a widget is
destroyed outside its own thread. While the program starts nothing is collected at all: it makes
hundreds of modules and no garbage.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_YOUNG_MS = 5_000
_ALL_TURNS = 12


class Sweeper(QObject):
    """Collects young garbage every few seconds and all of it every minute."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._turn = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_YOUNG_MS)
        self._timer.timeout.connect(self.sweep)

    def begin(self) -> None:
        """Take the work over from Python's own collector."""
        gc.disable()
        self._timer.start()

    def sweep(self) -> None:
        """Collect; what the start has made is set aside the first time and not looked at again."""
        if self._turn == 0:
            gc.freeze()
        self._turn += 1
        gc.collect(2 if self._turn % _ALL_TURNS == 0 else 1)

    def end(self) -> None:
        """Give the work back."""
        self._timer.stop()
        gc.enable()
