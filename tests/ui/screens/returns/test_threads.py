"""The returns page with the real worker: nothing waits, nothing is lost, the last wish is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.models.opening import Centre
from desktop.ui.page import Desk, Wish
from desktop.ui.preferences import Preferences
from desktop.ui.screens.returns import page as returns_page
from desktop.ui.screens.returns import surveying
from desktop.ui.screens.returns.page import ReturnsPage
from desktop.ui.theme import apply_theme
from desktop.ui.worker import Worker
from tests.helpers import office
from tests.ui.screens.returns.conftest import Calendar
from tests.ui.screens.returns.filling_returns import MEDICAL, put, shown

PATIENCE_MS = 60_000


@pytest.fixture
def threaded(centre: Centre, qapp: QApplication, qtbot: QtBot) -> Iterator[Worker]:
    apply_theme(qapp)
    made = Worker()
    made.open(lambda: centre, lambda _centre: None)
    qtbot.waitUntil(lambda: made.is_open, timeout=PATIENCE_MS)
    yield made
    made.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def busy(threaded: Worker, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> ReturnsPage:
    for module in (returns_page, surveying):
        monkeypatch.setattr(module, "date", Calendar)
    page = ReturnsPage(Desk(threaded, Preferences(threaded, {})))
    qtbot.addWidget(page)
    page.resize(1150, 700)
    page.show()
    threaded.changed.connect(page.reload)
    page.show_wish(Wish(text=office.MONTH))
    page.load()
    qtbot.waitUntil(lambda: page.view is not None, timeout=PATIENCE_MS)
    return page


def test_typing_goes_on_while_the_others_are_asked(busy: ReturnsPage, qtbot: QtBot) -> None:
    put(busy, "M11", "3486")
    busy.save()
    put(busy, "M12", "134")
    qtbot.waitUntil(lambda: shown(busy, "M11") == "3,486", timeout=PATIENCE_MS)
    assert busy.body.typed.pending == {"M12": "134"}, "what was typed meanwhile stays"
    busy.save()
    qtbot.waitUntil(lambda: shown(busy, "M10") != "", timeout=PATIENCE_MS)
    qtbot.waitUntil(
        lambda: all(row.pill.text() for row in busy.due.rows.values()), timeout=PATIENCE_MS
    )


def test_the_return_chosen_last_is_the_one_that_is_shown(busy: ReturnsPage, qtbot: QtBot) -> None:
    others = [place for place in busy.due.rows if place != MEDICAL]
    for place in others[:3]:
        busy.show_place(place)
    qtbot.waitUntil(lambda: busy.flow.opened.place == others[2], timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not busy.worker.busy, timeout=PATIENCE_MS)
    assert busy.flow.opened.place == others[2]
    assert busy.side.preview.pages >= 1


def test_the_next_step_waits_for_what_is_being_saved(busy: ReturnsPage, qtbot: QtBot) -> None:
    put(busy, "M11", "3486")
    busy.submit.click()
    qtbot.waitUntil(lambda: busy.side.tabs.currentIndex() == 1, timeout=PATIENCE_MS)
    messages = [row.finding.message for row in busy.side.findings.rows]
    assert not any("M11" in text and "未填报" in text for text in messages), "it was saved first"
