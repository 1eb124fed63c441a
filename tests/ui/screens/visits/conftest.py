"""Three clinics with their doctors, and the page of visits over them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pytestqt.qtbot import QtBot

from desktop.models.registers import find_register
from desktop.models.store import insert_many, save
from desktop.ui.page import Desk
from desktop.ui.screens.visits.page import VisitsPage
from tests.ui.screens.visits.entering import (
    NAMES,
)


@pytest.fixture
def clinics(desk: Desk) -> list[bytes]:
    with desk.worker.centre.store.writing() as session:
        ids = insert_many(session, find_register("clinics"), [{"name": name} for name in NAMES])
        staff = insert_many(
            session, find_register("staff"), [{"name": "王建国"}, {"name": "陈玉梅"}]
        )
        start = date.today() - timedelta(days=300)
        insert_many(
            session,
            find_register("assignments"),
            [
                {"staff_id": staff[0], "clinic_id": ids[0], "starts_on": start},
                {"staff_id": staff[1], "clinic_id": ids[1], "starts_on": start},
            ],
        )
        save(
            session,
            find_register("village_doctors"),
            {"name": "李建国", "id_number": "41108119700101001X", "clinic_id": ids[0]},
        )
    return ids


@pytest.fixture
def page(desk: Desk, clinics: list[bytes], qtbot: QtBot) -> VisitsPage:
    made = VisitsPage(desk)
    qtbot.addWidget(made)
    made.resize(1150, 700)
    made.show()
    desk.worker.changed.connect(made.reload)
    made.load()
    return made
