"""A page with three clinics."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop.models.store import insert_many
from desktop.ui.page import Desk
from desktop.ui.screens.clinic_months.page import ClinicMonthsPage
from tests.ui.screens.clinic_months.typing_months import (
    CLINICS,
    NAMES,
    opened,
)


@pytest.fixture
def clinics(desk: Desk) -> list[bytes]:
    with desk.worker.centre.store.writing() as session:
        return insert_many(session, CLINICS, [{"name": name} for name in NAMES])


@pytest.fixture
def page(desk: Desk, clinics: list[bytes], qtbot: QtBot) -> ClinicMonthsPage:
    return opened(desk, qtbot)
