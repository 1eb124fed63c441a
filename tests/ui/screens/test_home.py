"""The home page: figures, tasks that lead where they are done, days of cover."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.services.today import Overview
from desktop.ui.import_dialog import ImportDialog
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Desk, Wish
from desktop.ui.preferences import Preferences
from desktop.ui.preview import PreviewDialog
from desktop.ui.screens.home import page as home_page
from desktop.ui.screens.home import reading as home_reading
from desktop.ui.screens.home.page import HomePage, in_words
from desktop.ui.screens.home.parts import BarChart
from desktop.ui.worker import InlineWorker
from tests.helpers import office
from tests.helpers.centres import make_centre


@pytest.fixture
def centre(sample_centre: Centre) -> Centre:
    return sample_centre


class Calendar(dt.date):
    """The day on which these tests look at the page."""

    @classmethod
    def today(cls) -> dt.date:
        return dt.date(2026, 11, 2)


@pytest.fixture
def home(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> HomePage:
    monkeypatch.setattr(home_page, "date", Calendar)
    window.open_page("home")
    assert isinstance(window.page, HomePage)
    return window.page


def wishes(window: MainWindow) -> list[tuple[str, Wish]]:
    went: list[tuple[str, Wish]] = []
    window.desk.wanted.disconnect(window.open_page)
    window.desk.wanted.connect(lambda key, wish: went.append((key, wish)))
    return went


def test_the_cards_say_what_the_registers_hold(home: HomePage) -> None:
    figures = {card.figures.kind: card.figure.text() for card in home.cards}
    assert len(figures) == 4
    assert figures["clinics"] == "27 / 27"
    assert figures["drugs"] == str(len(office.drug_names()))
    assert int(figures["contracts"].replace(",", "")) > 1000


def test_the_return_is_a_task_and_leads_to_its_month(
    home: HomePage, window: MainWindow, qtbot: QtBot
) -> None:
    went = wishes(window)
    row = next(
        row for row in home.rows if row.task.parameters.get("form") == "medical_services_monthly"
    )
    assert row.task.kind == "return"
    assert row.button.text() == "还有 1 天"
    row.button.setFocus()
    qtbot.keyClick(row.button, Qt.Key.Key_Space)
    assert went == [("returns", Wish(chip="medical_services_monthly", text="2026-10"))]


def test_a_register_task_leads_to_the_filtered_list(home: HomePage, window: MainWindow) -> None:
    went = wishes(window)
    row = next(row for row in home.rows if row.task.kind == "supplies")
    row.button.click()
    assert went == [("supplies", Wish(chip="below_reserve"))]


def test_a_card_is_clicked_through_to_its_register(
    home: HomePage, window: MainWindow, qtbot: QtBot
) -> None:
    went = wishes(window)
    card = next(card for card in home.cards if card.figures.kind == "drugs")
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    assert went == [("drug_stock", Wish())]


def test_the_supplies_that_end_first_stand_first_with_the_reserve_marked(home: HomePage) -> None:
    assert home.home is not None
    supplies = home.home.supplies
    assert "30 天储备" in supplies.title
    shares = [bar.share for bar in supplies.bars]
    assert shares == sorted(shares)
    assert 0 < supplies.mark <= 0.5
    chart = home.findChildren(BarChart)[0]
    assert len(chart.bars) == len(supplies.bars) == 7


def test_the_busiest_clinics_are_those_of_the_month(home: HomePage) -> None:
    assert home.home is not None
    visits = sorted((each["visits"] or 0 for each in office.clinic_months().values()), reverse=True)
    shown = [int(bar.figure.replace(",", "")) for bar in home.home.second.bars]
    assert shown == visits[:5]


def test_without_visits_the_largest_key_groups_stand_there(sample_centre: Centre) -> None:
    with sample_centre.store.reading() as session:
        bars = home_reading._key_groups(Overview(session, dt.date(2026, 11, 2))).bars
    counts = [int(bar.figure.replace(",", "")) for bar in bars]
    assert len(counts) == 5
    assert counts == sorted(counts, reverse=True)
    assert bars[0].share == 1


def test_a_change_of_a_register_shows_at_once(home: HomePage, window: MainWindow) -> None:
    with window.desk.worker.centre.store.writing() as session:
        insert_many(session, find_register("clinics"), [{"name": "新设村卫生室"}])
    window.desk.worker.broadcast({"clinics"})
    figures = {card.figures.kind: card.figure.text() for card in home.cards}
    assert figures["clinics"] == "27 / 28"


def test_the_month_is_printed_from_here(home: HomePage, window: MainWindow) -> None:
    home.print.click()
    shown = window.findChildren(PreviewDialog)
    assert len(shown) == 1
    assert shown[0].preview.pages >= 1
    shown[0].reject()


def test_an_empty_centre_is_led_to_the_import(
    qapp: QApplication, tmp_path: Path, qtbot: QtBot
) -> None:
    worker = InlineWorker()
    worker.open(lambda: make_centre(tmp_path / "empty"), lambda _centre: None)
    page = HomePage(Desk(worker, Preferences(worker, {})))
    qtbot.addWidget(page)
    page.show()
    page.load()
    assert page.notice.isVisible()
    page.open_import()
    dialog = page.findChildren(ImportDialog)[0]
    dialog.reject()
    worker.close()


def test_the_day_is_said_in_words() -> None:
    assert in_words(dt.date(2026, 11, 21)) == "2026年11月21日 星期六"
