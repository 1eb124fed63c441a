"""A centre in a folder, opened by a worker that runs everything in place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.models.opening import Centre
from desktop.ui.page import Desk
from desktop.ui.preferences import Preferences
from desktop.ui.theme import FontSize, apply_theme
from desktop.ui.worker import InlineWorker
from tests.helpers.centres import make_centre


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    """A new centre; whoever opens it with a worker closes it with the worker."""
    return make_centre(tmp_path / "home", code="410183106")


@pytest.fixture
def worker(centre: Centre, qapp: QApplication) -> Iterator[InlineWorker]:
    apply_theme(qapp)
    made = InlineWorker()
    made.open(lambda: centre, lambda _centre: None)
    yield made
    made.close()
    # Widgets that were told to go would otherwise be styled again and again by later tests.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def desk(worker: InlineWorker) -> Desk:
    return Desk(worker, Preferences(worker, {}))


@pytest.fixture(params=list(FontSize))
def size(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[FontSize]:
    """Every size of letters in turn."""
    apply_theme(qapp, request.param)
    yield request.param
    apply_theme(qapp)


@pytest.fixture
def beside(qtbot: QtBot) -> QWidget:
    """A window with a line that takes the keyboard from what stands beside it."""
    made = QWidget()
    qtbot.addWidget(made)
    QLineEdit(made)
    return made
