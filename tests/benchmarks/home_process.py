"""Starts the program as `thdesk` does and ends it when the home page shows today's figures.

Run by the start-up benchmark in a process of its own. Prints the seconds from the parent's clock
to the painted page, as last seen, and to its figures read anew, and the process's peak memory.
"""

from __future__ import annotations

# ruff: noqa: E402 - collecting is off before anything is loaded, as in the program
import gc

gc.disable()

import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer

from desktop.__main__ import main
from desktop.app import App
from tests.benchmarks import STARTED

_LOOK_AGAIN_MS = 2
_PATIENCE_SECONDS = 10
_times: dict[str, float] = {}


def _note(name: str) -> None:
    _times.setdefault(name, time.monotonic() - float(os.environ[STARTED]))


def _watch(app: App) -> None:
    """Look again until the first page stands with its figures, and then with today's."""
    window = app.window
    if window is not None and "window" not in _times:
        _note("window")
        window.desk.home_read.connect(lambda _home: QTimer.singleShot(0, lambda: _leave(app)))
    page = window.page if window is not None else None
    if window is not None and window.isVisible() and getattr(page, "cards", None):
        if "seen" not in _times:
            window.repaint()
        _note("seen")
    if _times.get("window", 0) + _PATIENCE_SECONDS < time.monotonic() - float(os.environ[STARTED]):
        _leave(app)
        return
    QTimer.singleShot(_LOOK_AGAIN_MS, lambda: _watch(app))


def _leave(app: App) -> None:
    """Paint the figures just read, say how long all took, and end as a person does."""
    assert app.window is not None
    app.window.repaint()
    _note("read")
    print(_times.get("seen", _times["read"]), _times["read"], _peak_memory(), flush=True)
    app.qt.quit()


def _peak_memory() -> str:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM"):
            return line.split()[1]
    return "0"


def run() -> None:
    """Start the program with an eye on its window."""
    start = App.start

    def watched(app: App) -> None:
        start(app)
        QTimer.singleShot(0, lambda: _watch(app))

    App.start = watched  # type: ignore[method-assign]
    sys.argv = ["thdesk"]
    main()


if __name__ == "__main__":
    run()
