"""The grid of the clinics' months as a clerk has it before the eyes, and the keys pressed there."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import save
from desktop.services.monthly_sheet import FIGURES, MonthSheet, read_sheet
from desktop.services.months import month_of, shifted
from desktop.ui.page import Desk
from desktop.ui.screens.clinic_months.page import ClinicMonthsPage

MONTHS = find_register("clinic_months")
CLINICS = find_register("clinics")
NAMES = ("上河村卫生室", "下河村卫生室", "东岗村卫生室")
CTRL = Qt.KeyboardModifier.ControlModifier
COLUMN = {each.key: at + 1 for at, each in enumerate(FIGURES)}


def shown_month() -> str:
    """Return the month that the page opens with, the last one that is over."""
    return shifted(month_of(date.today()), -1)


def month_before() -> str:
    return shifted(shown_month(), -1)


def opened(desk: Desk, qtbot: QtBot) -> ClinicMonthsPage:
    made = ClinicMonthsPage(desk)
    qtbot.addWidget(made)
    made.resize(1150, 700)
    made.show()
    desk.worker.changed.connect(made.reload)
    made.load()
    made.grid.setFocus()
    return made


def put_month(desk: Desk, clinic: bytes, month: str, **figures: int | None) -> bytes:
    with desk.worker.centre.store.writing() as session:
        values: Values = {"clinic_id": clinic, "month": month}
        return save(session, MONTHS, values | figures)


def stored(desk: Desk, month: str | None = None) -> MonthSheet:
    with desk.worker.centre.store.reading() as session:
        return read_sheet(session, month or shown_month())


def stand(page: ClinicMonthsPage, row: int, key: str) -> None:
    page.grid.setCurrentIndex(page.model.index(row, COLUMN[key]))


def here(page: ClinicMonthsPage) -> tuple[int, int]:
    index = page.grid.currentIndex()
    return index.row(), index.column()


def editor(page: ClinicMonthsPage) -> QWidget:
    found = page.grid.typing.editing
    assert found is not None
    return found


def keys(qtbot: QtBot, page: ClinicMonthsPage, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
    """Type into the cell with the cursor as a clerk does, and end with a key."""
    qtbot.keyClick(page.grid, text[0])
    qtbot.keyClicks(editor(page), text[1:])
    qtbot.keyClick(editor(page), end)
