"""The first page as last seen: sealed, for one person, shown before the database is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import App
from desktop.models.vault import Unlocked, Vault
from desktop.text import set_language
from desktop.ui.kept import FILE_NAME, Kept, kept_pages, plain_pages, read_kept, write_kept
from desktop.ui.main_window import MainWindow
from desktop.ui.pages import all_pages
from desktop.ui.screens.home.page import HomePage
from desktop.ui.worker import InlineWorker
from tests.helpers.centres import PASSWORD, make_centre


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    make_centre(folder, code="410183106").close()
    return folder


@pytest.fixture
def unlocked(home: Path) -> Unlocked:
    return Vault(home).sign_in("院长", PASSWORD)


class Held(InlineWorker):
    """Runs everything in place but opens the centre only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Callable[[], object]] = []

    def open(self, *asked: object) -> None:  # type: ignore[override]
        self.held.append(lambda: super(Held, self).open(*asked))  # type: ignore[arg-type]

    def let_open(self) -> None:
        waiting, self.held = self.held, []
        for call in waiting:
            call()


@pytest.fixture
def start(
    home: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., App]]:
    monkeypatch.setenv("THDESK_PASSWORD", PASSWORD)
    apps: list[App] = []

    def make(worker: InlineWorker | None = None) -> App:
        app = App(qapp, home, worker=worker or InlineWorker())
        apps.append(app)
        app.start()
        return app

    yield make
    for app in apps:
        app.close()


def window(app: App) -> MainWindow:
    assert app.window is not None
    return app.window


def kept(unlocked: Unlocked) -> Kept:
    return Kept(unlocked.person_id, "zh", "青禾", {}, [], {"today": "2026-11-02"})


def test_what_is_kept_is_read_only_by_its_person(home: Path, unlocked: Unlocked) -> None:
    write_kept(home, unlocked, kept(unlocked))
    found = read_kept(home, unlocked)
    assert found is not None
    assert found.centre == "青禾"
    assert "青禾".encode() not in (home / FILE_NAME).read_bytes()
    assert read_kept(home, replace(unlocked, person_id="other")) is None
    assert read_kept(home, replace(unlocked, data_key=bytes(32))) is None


@pytest.mark.parametrize("content", [b"", b"nonsense", bytes(200)])
def test_a_broken_file_is_no_more_than_a_slower_start(
    home: Path, unlocked: Unlocked, content: bytes
) -> None:
    (home / FILE_NAME).write_bytes(content)
    assert read_kept(home, unlocked) is None


def test_another_version_does_not_use_it(home: Path, unlocked: Unlocked) -> None:
    write_kept(home, unlocked, replace(kept(unlocked), version="0.0.1"))
    assert read_kept(home, unlocked) is None


def test_the_navigation_survives_being_kept() -> None:
    pages = all_pages()
    again = kept_pages(plain_pages(pages))
    assert list(again) == list(pages)
    assert plain_pages(again) == plain_pages(pages)


def test_a_second_start_shows_the_page_before_the_centre_is_open(
    start: Callable[..., App], home: Path, qtbot: QtBot
) -> None:
    first = start()
    assert isinstance(window(first).page, HomePage)
    figures = [card.figure.text() for card in window(first).page.cards]  # type: ignore[union-attr]
    first.close()
    assert (home / FILE_NAME).exists()
    worker = Held()
    second = start(worker)
    page = window(second).page
    assert isinstance(page, HomePage)
    assert not worker.is_open
    assert [card.figure.text() for card in page.cards] == figures
    assert page.header.remark.whole_text() == "正在更新…"
    window(second).open_page("staff")
    assert window(second).key == "home"
    qtbot.waitUntil(lambda: bool(worker.held))
    worker.let_open()
    assert worker.is_open
    assert window(second).key == "staff"
    assert page.header.remark.whole_text() != "正在更新…"


def test_a_start_in_another_language_reads_anew(
    start: Callable[..., App], home: Path, unlocked: Unlocked
) -> None:
    start().close()
    found = read_kept(home, unlocked)
    assert found is not None
    write_kept(home, unlocked, replace(found, lang="en"))
    set_language("zh")
    app = start()
    assert app.worker.is_open


def test_a_centre_that_does_not_open_leads_back_to_the_door(
    start: Callable[..., App], home: Path, qtbot: QtBot
) -> None:
    start().close()
    worker = Held()
    app = start(worker)
    (home / "centre.db").unlink()
    qtbot.waitUntil(lambda: bool(worker.held))
    worker.let_open()
    assert app.window is None
    assert app.dialog is not None
    assert app.dialog.isVisible()
    app.dialog.reject()
