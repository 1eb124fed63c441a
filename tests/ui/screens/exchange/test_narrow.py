"""The exchange page on a low and narrow screen with large letters: nothing is cut off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.models.opening import Centre
from desktop.models.register import DELETED_AT, Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many, save
from desktop.sync import account, issues
from desktop.text import set_language
from desktop.ui import theme
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Desk
from desktop.ui.pages import all_pages
from desktop.ui.preferences import Preferences
from desktop.ui.screens.sync.page import SyncPage
from desktop.ui.screens.sync.scrolled import Scrolled
from desktop.ui.worker import Worker
from tests.helpers.samples import id_number


@pytest.fixture(params=["standard", "largest"])
def large(
    request: pytest.FixtureRequest, worker: Worker, qapp: QApplication
) -> Iterator[QApplication]:
    """Give the application with each size of letters; the worker's fixture has set the usual."""
    theme.apply_theme(qapp, theme.FontSize(request.param))
    yield qapp
    theme.apply_theme(qapp, theme.FontSize("standard"))


def things_to_check(centre: Centre, proxy: str) -> None:
    """Let the PC be enrolled in the most wordy way, with one of each kind of card."""
    clinics = find_register("clinics")
    with centre.store.writing() as session:
        clinic = save(session, clinics, {"name": "西坡村卫生室"})
        for field, values in ((DELETED_AT, (None, "2026-11-01")), (1, ("西坡", "西坡村"))):
            of = (clinics.number, clinic)
            issues.note_conflict(session, of, field, issues.WON, values, "王秀兰", 1 << 60)
        for at in range(2):
            person: Values = {"name": f"刘德{'海江'[at]}", "id_number": id_number(9)}
            insert_many(session, find_register("residents"), [person])
            signed: Values = {"signed_on": dt.date(2026, 1, 1), "expires_on": dt.date(2026, 12, 31)}
            number: Values = {"id_number": id_number(20 + at), "agreement_no": "A-7"}
            insert_many(session, find_register("contracts"), [person | signed | number])
        account.write(
            session,
            url="https://hub.example.cn",
            device=7,
            secret=b"1" * 32,
            nonce=b"1",
            hub_gen=1,
            proxy=proxy,
            certificate="a" * 64,
        )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("proxy", ["", "http://me:secret@proxy.health.example.gov.cn:8080"])
def test_nothing_is_wider_than_its_place(
    large: QApplication, worker: Worker, centre: Centre, qtbot: QtBot, language: str, proxy: str
) -> None:
    things_to_check(centre, proxy)
    set_language(language)
    window = MainWindow(Desk(worker, Preferences(worker, {})), all_pages(), "院长")
    qtbot.addWidget(window)
    window.setFixedSize(1366, 768)
    window.show()
    window.open_page("sync")
    page = window.page
    assert isinstance(page, SyncPage)
    listed = page.checking
    assert [len(listed.cards), len(listed.twin_cards), len(listed.number_cards)] == [2, 1, 1]
    for _turn in range(10):  # Sizes settle one inside the other.
        large.processEvents()
    (waiting,) = page.waiting.findChildren(Scrolled)
    for area in (waiting, page.checking.area):
        assert area.widget().width() <= area.viewport().width()
    assert "secret" not in page.waiting.way.text()
    assert ("proxy.health.example.gov.cn" in page.waiting.way.whole_text()) == bool(proxy)
