"""A centre that holds the office's sample month, and the screens over it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.models.opening import Centre
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Desk
from desktop.ui.pages import all_pages
from tests.helpers import office
from tests.helpers.centres import make_centre, reopen


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a centre with the sample month and its day's backup, made once."""
    home = tmp_path_factory.mktemp("sample") / "home"
    with make_centre(home, code="410183106") as made, made.store.writing() as session:
        office.fill(session)
    reopen(home).close()
    return home


@pytest.fixture
def sample_centre(sample_home: Path, tmp_path: Path) -> Centre:
    """A copy of the sample centre; a module that wants it names it ``centre``."""
    return reopen(Path(shutil.copytree(sample_home, tmp_path / "home")))


@pytest.fixture
def window(desk: Desk, qtbot: QtBot) -> MainWindow:
    made = MainWindow(desk, all_pages(), "青禾镇中心卫生院")
    made.resize(1366, 768)
    qtbot.addWidget(made)
    made.show()
    return made
