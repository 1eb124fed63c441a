"""The returns page: filling in, checking, explaining, submitting, correcting."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import python_calamine
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.exchange.return_workbook import write_return_workbook
from desktop.models.opening import Centre
from desktop.models.registers.returns import ACCEPTED, REGISTER
from desktop.services.forms import load_form
from desktop.ui.dialogs import Question
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Wish
from desktop.ui.screens.returns import page as returns_page
from desktop.ui.screens.returns.explaining import ExplanationDialog
from desktop.ui.screens.returns.page import ReturnsPage
from desktop.ui.screens.returns.table import THIS_MONTH
from desktop.ui.screens.returns.workbook import rows_of
from tests.helpers import office


@pytest.fixture
def centre(sample_centre: Centre) -> Centre:
    return sample_centre


FILLED = {line.code: "0" for line in load_form().lines if line.typed} | {
    "M11": "3,486",
    "M12": "134",
    "M31": "96",
    "M51": "210.5",
    "M52": "90",
    "M55": "88.2",
}


class Calendar(dt.date):
    """The day on which these tests look at the page."""

    @classmethod
    def today(cls) -> dt.date:
        return dt.date(2026, 11, 2)


@pytest.fixture
def page(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> ReturnsPage:
    monkeypatch.setattr(returns_page, "date", Calendar)
    window.open_page("returns", Wish(text=office.MONTH))
    assert isinstance(window.page, ReturnsPage)
    return window.page


def put(page: ReturnsPage, code: str, text: str) -> None:
    lines = page.table.lines
    lines.setData(lines.index(lines.row_of(code), THIS_MONTH), text)


def shown(page: ReturnsPage, code: str) -> str:
    lines = page.table.lines
    return str(lines.index(lines.row_of(code), THIS_MONTH).data())


def fill(page: ReturnsPage) -> None:
    """Fill everything in and explain what is asked."""
    for code, text in FILLED.items():
        put(page, code, text)
    page.save()
    for row in page.findings.rows:
        row.answer.setText("本月情况属实。")
    page.save()


def answer(page: ReturnsPage, key: str) -> None:
    asked = [each for each in page.findChildren(Question) if each.isVisible()]
    assert len(asked) == 1
    asked[0].by_key[key].click()


def test_the_month_that_is_due_is_shown_with_its_lines_and_preview(page: ReturnsPage) -> None:
    assert page.month.currentText() == "2026年10月"
    visits = sum(each["visits"] or 0 for each in office.clinic_months().values())
    assert shown(page, "M80") == f"{visits:,}"
    assert shown(page, "M11") == ""
    assert page.preview.pages >= 1
    assert page.due.pills["medical_services_monthly"].text().startswith("缺错")


def test_a_figure_is_typed_in_place_and_enter_goes_to_the_next(
    page: ReturnsPage, qtbot: QtBot
) -> None:
    table = page.table
    table.go_to_line("M11")
    qtbot.keyClick(table, Qt.Key.Key_Return)
    edit = table.findChild(QLineEdit)
    assert edit is not None
    qtbot.keyClicks(edit, "3486")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.lines.pending == {"M11": "3486"})  # Qt commits it queued.
    qtbot.waitUntil(lambda: table.lines.lines[table.currentIndex().row()].code == "M12")
    assert page.has_unsaved()


def test_what_is_typed_is_saved_together_and_the_sum_follows(page: ReturnsPage) -> None:
    put(page, "M11", "3486")
    put(page, "M12", "134")
    assert shown(page, "M10") == ""
    page.save()
    clinics = int(shown(page, "M80").replace(",", ""))
    assert int(shown(page, "M10").replace(",", "")) == 3486 + 134 + clinics
    assert not page.has_unsaved()
    assert "C15" not in {row.finding.rule for row in page.findings.rows}


def test_a_word_for_a_figure_is_refused_where_it_stands(page: ReturnsPage) -> None:
    put(page, "M12", "许多")
    assert "不是数字" in page.notice.text.text()
    page.save()
    assert page.has_unsaved()
    put(page, "M12", "")
    assert not page.has_unsaved()


def test_computed_lines_cannot_be_typed_over(page: ReturnsPage) -> None:
    lines = page.table.lines
    index = lines.index(lines.row_of("M80"), THIS_MONTH)
    assert not lines.flags(index) & Qt.ItemFlag.ItemIsEditable


def test_leaving_asks_for_what_is_not_saved(page: ReturnsPage, window: MainWindow) -> None:
    put(page, "M11", "3486")
    window.open_page("staff")
    asked = [each for each in window.findChildren(Question) if each.isVisible()]
    asked[0].by_key["save"].click()
    assert window.key == "staff"
    window.open_page("returns")
    assert shown(page, "M11") == "3,486"


def test_another_month_asks_first_too(page: ReturnsPage) -> None:
    put(page, "M11", "3486")
    page.month.setCurrentIndex(0)
    page.month.activated.emit(0)
    answer(page, "stay")
    assert page.month.currentText() == "2026年10月"
    assert shown(page, "M11") == "3486"


def test_a_line_says_where_it_comes_from_and_lists_the_records(
    page: ReturnsPage, window: MainWindow
) -> None:
    page.explain("M80")
    dialog = window.findChildren(ExplanationDialog)[0]
    assert dialog.behind is not None
    rows = dialog.behind.plain.rows
    assert len(rows) == 27
    assert f"{sum(int(row[1]) for row in rows):,}" == shown(page, "M80")
    dialog.reject()


def test_errors_keep_it_from_being_submitted_and_are_shown(page: ReturnsPage) -> None:
    page.submit.click()
    assert page.tabs.currentIndex() == 1
    assert "还不能上报" in page.notice.text.text()
    assert page.findings.rows[0].pill.text() == "错误"
    page.findings.rows[0].go.click()
    code = page.findings.rows[0].finding.code
    assert page.table.lines.lines[page.table.currentIndex().row()].code == code


def test_submitting_locks_and_says_that_it_waits_for_upload(page: ReturnsPage) -> None:
    fill(page)
    assert not page.opened.blocking
    page.submit.click()
    answer(page, "yes")
    assert page.opened.frozen
    assert page.due.pills["medical_services_monthly"].text() == "已上报 · 待上传"
    assert "待上传" in page.notice.text.text()
    lines = page.table.lines
    assert not lines.may_fill(lines.row_of("M11"))
    assert all(row.answer.isReadOnly() for row in page.findings.rows)


def test_received_is_said_only_from_the_receipt(page: ReturnsPage) -> None:
    fill(page)
    page.submit.click()
    answer(page, "yes")
    with page.worker.centre.store.writing() as session:
        table = REGISTER.table
        session.execute(
            table.update().values(status=ACCEPTED, received_at="2026-11-03T09:10:00+08:00")
        )
    page.worker.broadcast({"returns"})
    assert page.due.pills["medical_services_monthly"].text() == "县级已接收"
    assert "2026-11-03 09:10 接收" in page.notice.text.text()


def test_a_submitted_return_is_corrected_by_a_new_revision(page: ReturnsPage) -> None:
    fill(page)
    page.submit.click()
    answer(page, "yes")
    page.submit.click()
    answer(page, "yes")
    assert page.opened.revision == 2
    assert not page.opened.frozen
    assert "更正对象" in page.notice.text.text()
    put(page, "M11", "3500")
    page.save()
    assert shown(page, "M11") == "3,500"


def test_the_workbook_holds_numbers_in_the_units_of_the_form(
    page: ReturnsPage, tmp_path: Path
) -> None:
    fill(page)
    file = tmp_path / "月报.xlsx"
    write_return_workbook(file, ["月报", "本院"], rows_of(page.opened))
    rows = python_calamine.CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    by_code = {row[1]: row for row in rows}
    assert by_code["M11"][3] == 3486
    assert by_code["M51"][3] == 210.5
    assert by_code["M17"][3] == 0
    assert by_code["M17"][4] == ""
