"""The window makes the day's backup, but nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import app as app_module
from desktop.app import App
from desktop.errors import UserError
from desktop.models import backup
from desktop.ui.worker import InlineWorker
from tests.helpers.centres import PASSWORD, make_centre


@pytest.fixture
def app(tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    make_centre(tmp_path / "centre").close()
    monkeypatch.setenv("THDESK_PASSWORD", PASSWORD)
    monkeypatch.setattr(app_module, "_CALM_MS", 1)
    made = App(qapp, tmp_path / "centre", worker=InlineWorker())
    yield made
    made.close()


def test_the_first_window_of_a_day_leaves_a_backup(app: App, qtbot: QtBot) -> None:
    app.start()
    assert app.window is not None
    assert backup.listing(app.home) == []  # the window came first
    qtbot.waitUntil(lambda: len(backup.listing(app.home)) == 1)
    app._back_up()
    assert len(backup.listing(app.home)) == 1


def test_a_backup_that_cannot_be_made_is_told_and_the_window_stays(
    app: App, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[UserError] = []
    app.worker.refused.connect(told.append)

    def full(*_arguments: object, **_options: object) -> None:
        raise UserError("磁盘空间不足，备份需要 5 MB。", "请清理磁盘后再试。")

    monkeypatch.setattr(backup, "ensure_daily", full)
    app.start()
    qtbot.waitUntil(lambda: bool(told))
    assert str(told[0]) == "磁盘空间不足，备份需要 5 MB。请清理磁盘后再试。"
    assert app.window is not None
    assert app.window.isVisible()
