"""A supervision visit as a doctor enters it from the paper, and the keys pressed there."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.models.listing import Query, count
from desktop.models.registers import find_register
from desktop.services.checklists import Checklist, checklist_on
from desktop.ui.page import Desk
from desktop.ui.screens.visits.page import VisitsPage

CTRL = Qt.KeyboardModifier.ControlModifier
NAMES = ("上河村卫生室", "下河村卫生室", "东岗村卫生室")


def checklist() -> Checklist:
    return checklist_on(date.today())


def count_of(desk: Desk, register: str) -> int:
    with desk.worker.centre.store.reading() as session:
        return count(session, Query(find_register(register)))


def press(qtbot: QtBot, page: VisitsPage, key: Qt.Key | str) -> None:
    qtbot.keyClick(page.form.table, key)


def typing(page: VisitsPage) -> QLineEdit:
    editor = page.form.table.drawing.editing
    assert editor is not None
    return editor


def enter_first(page: VisitsPage) -> None:
    row = next(at for at, line in enumerate(page.shown) if line.clinic == NAMES[0])
    page.table.choose_row(row)
    page.enter_chosen()
