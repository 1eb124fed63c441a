"""Typing goes on while the database is busy, as with a page of the exchange: nothing is lost."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.models.listing import Query, count
from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import load, save
from desktop.ui.page import Desk
from desktop.ui.preferences import Preferences
from desktop.ui.record import read_record
from desktop.ui.register_form import RegisterForm
from desktop.ui.register_page import RegisterPage
from desktop.ui.worker import Worker
from tests.helpers.samples import id_number

RESIDENTS = find_register("residents")


class Busy:
    """A desk whose database thread can be kept busy."""

    def __init__(self, centre: Centre, qtbot: QtBot) -> None:
        self.centre = centre
        self.worker = Worker()
        self.desk = Desk(self.worker, Preferences(self.worker, {}))
        self._qtbot = qtbot
        self._go_on = threading.Event()
        opened: list[Centre] = []
        self.worker.open(lambda: centre, opened.append)
        qtbot.waitUntil(lambda: bool(opened))

    def begin(self) -> None:
        self._go_on.clear()
        self.worker.run(lambda _store: self._go_on.wait(10))

    def end(self) -> None:
        self._go_on.set()
        self._qtbot.waitUntil(lambda: not self.worker.busy)

    def values(self, record: bytes) -> dict[str, object]:
        with self.centre.store.reading() as session:
            return dict(load(session, RESIDENTS, record))


@pytest.fixture
def busy(centre: Centre, qtbot: QtBot) -> Iterator[Busy]:
    made = Busy(centre, qtbot)
    yield made
    made.end()
    made.worker.close()


@pytest.fixture
def records(centre: Centre) -> list[bytes]:
    with centre.store.writing() as session:
        return [
            save(session, RESIDENTS, {"name": name, "id_number": id_number(order)})
            for order, name in enumerate(("刘德海", "王小明"))
        ]


@pytest.fixture
def form(busy: Busy, records: list[bytes], qtbot: QtBot) -> RegisterForm:
    made = RegisterForm(busy.desk, RESIDENTS)
    qtbot.addWidget(made)
    made.show()
    made.show_record(read_record(busy.centre.store, RESIDENTS, records[0]))
    return made


@pytest.fixture
def page(busy: Busy, records: list[bytes], qtbot: QtBot) -> RegisterPage:
    made = RegisterPage(busy.desk, RESIDENTS)
    qtbot.addWidget(made)
    made.resize(1150, 700)
    made.show()
    busy.worker.changed.connect(made.reload)
    made.load()
    qtbot.waitUntil(lambda: made.form.record is not None and not busy.worker.busy)
    return made


def line(form: RegisterForm, key: str) -> QLineEdit:
    found = form.editors[key].main_widget()
    assert isinstance(found, QLineEdit)
    return found


def test_what_is_typed_while_it_is_saved_stays_and_is_saved_next(
    form: RegisterForm, busy: Busy, records: list[bytes], qtbot: QtBot
) -> None:
    gone: list[bool] = []
    qtbot.keyClicks(line(form, "phone"), "13800000001")
    busy.begin()
    form.save(lambda: gone.append(True))
    qtbot.keyClicks(line(form, "address"), "abc12")
    busy.end()
    assert line(form, "address").text() == "abc12"
    assert form.is_dirty
    assert gone == [], "who goes on typing stays here"
    assert busy.values(records[0])["phone"] == "13800000001"
    form.save()
    busy.end()
    assert not form.is_dirty
    assert busy.values(records[0])["address"] == "abc12"


def test_what_is_typed_back_while_it_is_saved_counts(
    form: RegisterForm, busy: Busy, records: list[bytes], qtbot: QtBot
) -> None:
    qtbot.keyClicks(line(form, "address"), "abc12")
    busy.begin()
    form.save()
    line(form, "address").clear()
    busy.end()
    assert form.is_dirty
    form.save()
    busy.end()
    assert busy.values(records[0])["address"] is None


def test_what_is_given_up_while_it_is_saved_is_shown_as_saved(
    form: RegisterForm, busy: Busy, qtbot: QtBot
) -> None:
    qtbot.keyClicks(line(form, "address"), "abc12")
    busy.begin()
    form.save()
    form.drop()
    busy.end()
    assert line(form, "address").text() == "abc12"
    assert not form.is_dirty


def test_a_new_record_that_is_saved_twice_is_there_once(busy: Busy, qtbot: QtBot) -> None:
    moves = find_register("supply_moves")
    with busy.centre.store.writing() as session:
        masks = save(session, find_register("supplies"), {"name": "口罩"})
    form = RegisterForm(busy.desk, moves)
    qtbot.addWidget(form)
    day = dt.date(2026, 3, 1)
    form.show_new({"supply_id": masks, "moved_on": day, "kind": "入库", "quantity": 3})
    busy.begin()
    form.save()
    form.save()
    busy.end()
    with busy.centre.store.reading() as session:
        assert count(session, Query(moves)) == 1


def test_another_record_that_arrives_late_takes_no_typing_away(
    page: RegisterPage, busy: Busy, qtbot: QtBot
) -> None:
    shown = page.form.record
    assert shown is not None
    other = 1 - page.table.currentIndex().row()
    busy.begin()
    page.table.setCurrentIndex(page.model.index(other, 0))
    qtbot.waitUntil(lambda: not page._settling.isActive())
    qtbot.keyClicks(line(page.form, "address"), "abc12")
    busy.end()
    assert page.form.record is shown
    assert line(page.form, "address").text() == "abc12"
    assert page.table.current_id() == shown.id


def test_a_record_that_arrives_late_takes_no_new_one_away(
    page: RegisterPage, busy: Busy, qtbot: QtBot
) -> None:
    busy.begin()
    page._read_current()
    page.start_new()
    busy.end()
    assert page.form.is_new
