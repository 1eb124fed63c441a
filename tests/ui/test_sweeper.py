"""Garbage is collected on the window's thread only."""

from __future__ import annotations

import gc
import weakref

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from desktop.ui.sweeper import Sweeper


class Circle:
    """Refers to itself."""

    def __init__(self) -> None:
        self.me = self


def test_python_no_longer_collects_by_itself_until_the_end(qapp: QApplication) -> None:
    parent = QObject()
    sweeper = Sweeper(parent)
    sweeper.begin()
    try:
        assert not gc.isenabled()
        sweeper.sweep()
        gone = weakref.ref(Circle())
        assert gone() is not None
        sweeper.sweep()
        assert gone() is None
    finally:
        sweeper.end()
        gc.unfreeze()
    assert gc.isenabled()
