"""The page around the grid: its list, its paper, going there, how much fits."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.models.store import insert_many, save
from desktop.ui.import_dialog import ImportDialog
from desktop.ui.page import Desk, Wish
from desktop.ui.screens.clinic_months.page import ClinicMonthsPage
from tests.ui.screens.clinic_months.typing_months import (
    CLINICS,
    CTRL,
    NAMES,
    here,
    month_before,
    opened,
    put_month,
    shown_month,
    stored,
)


def test_a_wish_shows_a_month_or_a_report(
    page: ClinicMonthsPage, desk: Desk, clinics: list[bytes]
) -> None:
    page.show_wish(Wish(text=month_before()))
    assert page.sheet_month == month_before()
    record = put_month(desk, clinics[2], shown_month(), visits=3)
    page.show_wish(Wish(record=record))
    assert page.sheet_month == shown_month()
    assert here(page)[0] == 2


def test_the_plain_list_is_kept(
    page: ClinicMonthsPage, desk: Desk, clinics: list[bytes], qtbot: QtBot
) -> None:
    put_month(desk, clinics[0], shown_month(), visits=3)
    page.list_tab.click()
    assert page.plain_list is not None
    assert page.plain_list.model.rowCount() == 1
    inner = page.plain_list
    qtbot.waitUntil(lambda: inner.form.record is not None and inner.form.isVisible())
    line = inner.form.editors["visits"].main_widget()
    assert isinstance(line, QLineEdit)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    line.setFocus()
    line.setText("4")
    line.textEdited.emit("4")
    assert page.has_unsaved()
    qtbot.keyClick(line, Qt.Key.Key_S, CTRL)  # The list's own key, not the hidden grid's.
    assert not page.has_unsaved()
    assert stored(desk).rows[0].value("visits") == 4
    page.entry_tab.click()
    assert page.stack.currentIndex() == 0


def test_import_opens_with_the_month(page: ClinicMonthsPage) -> None:
    page.open_import()
    dialog = page.findChildren(ImportDialog)[0]
    assert dialog.period.text() == shown_month()
    dialog.reject()


def test_printing_gives_the_list_with_totals(
    desk: Desk, clinics: list[bytes], qtbot: QtBot
) -> None:
    from desktop.ui.register_output import PrintDialog

    put_month(desk, clinics[0], shown_month(), visits=3)
    page = opened(desk, qtbot)
    page.print_sheet()
    dialog = page.findChildren(PrintDialog)[0]
    assert dialog.preview.pages == 1
    dialog.reject()


def test_a_closed_clinic_keeps_its_months(desk: Desk, clinics: list[bytes], qtbot: QtBot) -> None:
    put_month(desk, clinics[0], month_before(), visits=3)
    with desk.worker.centre.store.writing() as session:
        save(session, CLINICS, {"status": "合并"}, clinics[0])
    assert [row.name for row in stored(desk).rows] == list(NAMES[1:])
    assert [row.name for row in stored(desk, month_before()).rows] == list(NAMES)


def test_twenty_seven_clinics_fit_one_screen(desk: Desk, qtbot: QtBot) -> None:
    with desk.worker.centre.store.writing() as session:
        insert_many(session, CLINICS, [{"name": f"第{at:02d}村卫生室"} for at in range(27)])
    page = opened(desk, qtbot)
    page.resize(1150, 712)  # What the window leaves of 1366×768.
    qtbot.waitUntil(lambda: page.grid.height() > 0)
    page.grid.fit()
    assert page.grid.rowHeight(0) * 27 <= page.grid.viewport().height()
    widths = sum(page.grid.columnWidth(at) for at in range(11))
    assert widths <= page.grid.viewport().width()
