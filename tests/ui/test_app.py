"""The program from its start to its end: sign-in, window, look, lock, crash, sign-out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import App
from desktop.text import language
from desktop.ui.main_window import MainWindow
from desktop.ui.preferences import FONT_SIZE, LANGUAGE
from desktop.ui.sign_in import LockScreen, SignIn
from desktop.ui.theme import FontSize, font_size
from desktop.ui.worker import InlineWorker
from tests.helpers.centres import PASSWORD, make_centre


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    make_centre(folder, code="410183106").close()
    return folder


@pytest.fixture
def app(home: Path, qapp: QApplication) -> Iterator[App]:
    made = App(qapp, home, worker=InlineWorker())
    yield made
    made.close()


def sign_in(app: App, password: str = PASSWORD) -> None:
    assert isinstance(app.dialog, SignIn)
    app.dialog.panel.password.setText(password)
    app.dialog.panel.enter.click()


def window(app: App) -> MainWindow:
    assert app.window is not None
    return app.window


def test_the_right_password_opens_the_window(app: App, qtbot: QtBot) -> None:
    app.start()
    sign_in(app)
    qtbot.waitUntil(lambda: app.window is not None)
    assert window(app).isVisible()
    assert window(app).page is not None


def test_a_wrong_password_stays_at_the_door(app: App) -> None:
    app.start()
    sign_in(app, "falsch-falsch")
    assert app.window is None
    assert isinstance(app.dialog, SignIn)
    assert app.dialog.isVisible()
    app.dialog.reject()


def test_an_environment_with_the_password_needs_no_dialog(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THDESK_PASSWORD", PASSWORD)
    app.start()
    assert app.dialog is None
    assert window(app).isVisible()


def test_an_empty_folder_begins_with_the_wizard(tmp_path: Path, qapp: QApplication) -> None:
    from desktop.ui.wizard import FirstRun

    app = App(qapp, tmp_path / "leer", worker=InlineWorker())
    app.start()
    assert isinstance(app.dialog, FirstRun)
    app.dialog.close()
    app.close()


@pytest.fixture
def opened(app: App, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setenv("THDESK_PASSWORD", PASSWORD)
    app.start()
    return app


def test_a_language_that_there_is_not_leaves_the_person_the_choice(
    home: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THDESK_PASSWORD", PASSWORD)
    app = App(qapp, home, "fr", worker=InlineWorker())
    app.start()
    assert app.dialog is None
    assert language() == "zh"
    window(app).desk.preferences.set(LANGUAGE, "en")
    window(app).desk.look_changed.emit()
    assert language() == "en"
    app.close()


def test_font_size_and_language_are_kept_for_the_person(opened: App) -> None:
    first = window(opened)
    first.open_page("staff")
    first.desk.preferences.set(FONT_SIZE, FontSize.LARGEST.value)
    first.desk.preferences.set(LANGUAGE, "en")
    first.desk.look_changed.emit()
    second = window(opened)
    assert second is not first
    assert second.key == "staff"
    assert font_size() is FontSize.LARGEST
    assert language() == "en"
    opened.show_window()
    assert language() == "en"


def test_locking_keeps_what_is_open_until_the_password(opened: App, qtbot: QtBot) -> None:
    held = window(opened)
    held.desk.sign_out_wanted.emit(True)
    assert not held.isVisible()
    screen = opened.dialog
    assert isinstance(screen, LockScreen)
    screen.panel.password.setText(PASSWORD)
    screen.panel.enter.click()
    assert held.isVisible()
    assert window(opened) is held


def test_signing_out_closes_the_centre(opened: App) -> None:
    window(opened).desk.sign_out_wanted.emit(False)
    assert opened.window is None
    assert not opened.worker.is_open
    assert isinstance(opened.dialog, SignIn)
    sign_in(opened)
    assert window(opened).isVisible()


def test_a_bug_is_shown_once_and_the_program_stays(
    opened: App, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_store: object) -> None:
        raise ZeroDivisionError

    with caplog.at_level(logging.CRITICAL + 1):
        opened.worker.run(broken)
        opened.worker.run(broken)
    dialog = opened.crashes.dialog
    assert dialog is not None
    assert "ZeroDivisionError" in dialog.stack
    assert window(opened).isVisible()
    dialog.accept()
    assert opened.crashes.dialog is None
