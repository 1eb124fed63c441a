"""Filling in a return: typing, moving on, pasting, taking back, blank and zero kept apart."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.ui.dialogs import Question
from desktop.ui.main_window import MainWindow
from desktop.ui.screens.returns.page import ReturnsPage
from tests.helpers import office
from tests.ui.screens.returns.filling_returns import YEARLY, answer, put, shown


def cell_editor(page: ReturnsPage) -> QLineEdit:
    found = page.body.grid.findChild(QLineEdit)
    assert found is not None
    return found


def clinic_cell(page: ReturnsPage, code: str, number: int = 0) -> str:
    """Return the name of a clinic's cell in the table of clinics."""
    keys = [key for key in page.opened.cells if key.startswith(f"{code}@")]
    return keys[number]


def stand_on(page: ReturnsPage, key: str) -> None:
    grid = page.body.grid
    grid.setCurrentIndex(grid.cells.index_of(key))


def test_the_grid_is_a_sound_model(page: ReturnsPage, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(page.body.grid.cells)
    page.body.show_part(1)
    qtmodeltester.check(page.body.grid.cells)


def test_the_month_is_shown_with_its_lines_and_preview(page: ReturnsPage) -> None:
    assert page.due.period.currentText() == "2026年10月"
    visits = sum(each["visits"] or 0 for each in office.clinic_months().values())
    assert shown(page, "M80") == f"{visits:,}"
    assert shown(page, "M11") == ""
    assert page.side.preview.pages >= 1


def test_a_figure_is_typed_in_place_and_enter_goes_to_the_next_to_fill(
    page: ReturnsPage, qtbot: QtBot
) -> None:
    grid = page.body.grid
    page.body.go_to_cell("M13")
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    qtbot.keyClicks(cell_editor(page), "38")
    qtbot.keyClick(cell_editor(page), Qt.Key.Key_Return)
    assert page.body.typed.pending == {"M13": "38"}
    assert grid.key == "M17", "M80 in between is computed"
    assert page.has_unsaved()


def test_enter_goes_from_the_last_line_into_the_first_table(page: ReturnsPage) -> None:
    lines = [key for key in page.opened.to_fill if "@" not in key]
    page.body.go_to_cell(lines[-1])
    page.body.move_on(1)
    assert page.body.grid.key == clinic_cell(page, "V90")
    page.body.move_on(-1)
    assert page.body.grid.key == lines[-1]


def test_what_is_typed_is_saved_together_and_the_sum_follows(page: ReturnsPage) -> None:
    put(page, "M11", "3486")
    put(page, "M12", "134")
    assert shown(page, "M10") == ""
    page.save()
    clinics = int(shown(page, "M80").replace(",", ""))
    assert int(shown(page, "M10").replace(",", "")) == 3486 + 134 + clinics
    assert not page.has_unsaved()
    assert "C15" not in {row.finding.rule for row in page.side.findings.rows}


def test_a_cell_of_a_table_is_typed_and_added_up(page: ReturnsPage) -> None:
    page.body.show_part(1)
    first, second = clinic_cell(page, "V90"), clinic_cell(page, "V90", 1)
    put(page, first, "40")
    put(page, second, "2")
    page.save()
    assert shown(page, first) == "40"
    assert shown(page, "V90@*") == "42"


@pytest.mark.parametrize(
    ("text", "words"),
    [("许多", "不是数字"), ("3.5", "应为整数"), ("-1", "不能小于 0"), ("—", "没有发生请填 0")],
)
def test_what_is_no_figure_is_refused_in_words_where_it_stands(
    page: ReturnsPage, text: str, words: str
) -> None:
    page.body.go_to_cell("M12")
    put(page, "M12", text)
    assert words in page.notice.text.text()
    assert words in page.body.matter.whole_text()
    page.body.move_on(1)
    assert page.body.grid.key == "M12", "what is not taken is looked at first"
    page.save()
    assert page.has_unsaved()
    put(page, "M12", "")
    assert not page.has_unsaved()


def test_blank_and_zero_are_kept_apart(page: ReturnsPage) -> None:
    put(page, "M11", "0")
    page.save()
    assert shown(page, "M11") == "0"
    assert shown(page, "M12") == ""
    put(page, "M11", "")
    page.save()
    assert shown(page, "M11") == ""
    assert "M11" not in page.opened.typed


def test_computed_cells_cannot_be_typed_over(page: ReturnsPage) -> None:
    cells = page.body.grid.cells
    assert not cells.flags(cells.index_of("M80")) & Qt.ItemFlag.ItemIsEditable
    put(page, "M80", "1")
    assert not page.has_unsaved()


def test_a_step_is_taken_back_and_done_again_before_saving(page: ReturnsPage, qtbot: QtBot) -> None:
    put(page, "M11", "1")
    put(page, "M11", "2")
    qtbot.keyClick(page.body.grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert shown(page, "M11") == "1"
    qtbot.keyClick(page.body.grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not page.has_unsaved()
    page.body.typed.redo()
    assert shown(page, "M11") == "1"


def test_a_block_from_excel_is_pasted_by_its_codes(page: ReturnsPage, qtbot: QtBot) -> None:
    stand_on(page, "M11")
    QGuiApplication.clipboard().setText(
        "其中：急诊\tM12\t人次\t134\t146\n其中：门诊\tM11\t人次\t3,486\t3,402\n"
        "其中：村卫生室\tM80\t人次\t9\t9\n别的\tM99\t人次\t7\t7\n"
    )
    qtbot.keyClick(page.body.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert page.body.typed.pending == {"M11": "3,486", "M12": "134"}


def test_a_blank_figure_of_a_pasted_line_is_not_last_months(
    page: ReturnsPage, qtbot: QtBot
) -> None:
    put(page, "M12", "5")
    stand_on(page, "M11")
    QGuiApplication.clipboard().setText(
        "其中：门诊\tM11\t人次\t1\t3\n其中：急诊\tM12\t人次\t\t146\n"
    )
    qtbot.keyClick(page.body.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert page.body.typed.pending == {"M11": "1"}


def test_a_column_from_excel_goes_down_from_the_cursor(page: ReturnsPage, qtbot: QtBot) -> None:
    stand_on(page, "M11")
    QGuiApplication.clipboard().setText("3486\n134\n")
    qtbot.keyClick(page.body.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert page.body.typed.pending == {"M11": "3486", "M12": "134"}


def test_a_table_is_pasted_by_the_names_of_its_rows(page: ReturnsPage, qtbot: QtBot) -> None:
    page.body.show_part(1)
    grid = page.body.grid
    first, second = clinic_cell(page, "V90"), clinic_cell(page, "V90", 1)
    names = [grid.cells.row(at).texts[0] for at in (0, 1)]
    stand_on(page, first)
    QGuiApplication.clipboard().setText(f"{names[1]}\t12\n{names[0]}\t11\n没有的室\t5\n")
    qtbot.keyClick(grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert page.body.typed.pending == {first: "11", second: "12"}


def test_delete_blanks_the_selected_cells(page: ReturnsPage, qtbot: QtBot) -> None:
    for key in ("M11", "M12"):
        put(page, key, "3")
    page.save()
    cells = page.body.grid.cells
    stand_on(page, "M11")
    page.body.grid.selectionModel().select(
        cells.index_of("M12"), QItemSelectionModel.SelectionFlag.Select
    )
    qtbot.keyClick(page.body.grid, Qt.Key.Key_Delete)
    assert page.body.typed.pending == {"M11": "", "M12": ""}


def test_leaving_asks_for_what_is_not_saved(page: ReturnsPage, window: MainWindow) -> None:
    put(page, "M11", "3486")
    window.open_page("staff")
    asked = [each for each in window.findChildren(Question) if each.isVisible()]
    asked[0].by_key["save"].click()
    assert window.key == "staff"
    window.open_page("returns")
    assert shown(page, "M11") == "3,486"


def test_another_period_and_another_return_ask_first_too(page: ReturnsPage) -> None:
    put(page, "M11", "3486")
    page.due.period_wanted.emit("2026-09")
    answer(page, "stay")
    assert page.due.period.currentText() == "2026年10月"
    other = next(key for key in page.due.rows if key[0] != "medical_services_monthly")
    page.due.rows[other].chosen.emit()
    answer(page, "stay")
    assert shown(page, "M11") == "3486"


def test_what_others_change_meanwhile_does_not_lose_what_was_typed(page: ReturnsPage) -> None:
    put(page, "M11", "3486")
    page.worker.broadcast({"clinic_months"})
    assert shown(page, "M11") == "3486"
    assert page.has_unsaved()


def test_a_form_for_each_clinic_has_a_sheet_a_clinic(page: ReturnsPage) -> None:
    page.show_period("2025")
    assert page.flow.opened.place == YEARLY
    body = page.body
    count = len(page.opened.sheets)
    assert body.subject.count() == count == len(office.clinic_months())
    assert body.filled.text() == f"已填完 0 / {count} 家"
    second = page.opened.sheets[1]
    body.on.click()
    keys = [key for key in page.opened.to_fill if key.endswith(second.subject)]
    assert set(body.blocks[0].places) >= {key for key in keys if key in body.blocks[0].places}
    body.typed.put(dict.fromkeys(keys, "1"))
    assert body.filled.text() == f"已填完 1 / {count} 家"
    assert f"{len(keys)} / {len(keys)}" in body.subject.itemText(1)


def test_enter_goes_from_one_clinics_sheet_to_the_next(page: ReturnsPage) -> None:
    page.show_period("2025")
    first, second = page.opened.sheets[:2]
    keys = [key for key in page.opened.to_fill if key.endswith(first.subject)]
    page.body.go_to_cell(keys[-1])
    page.body.move_on(1)
    assert page.body.grid.key.endswith(second.subject)
    assert second.name in page.body.subject.currentText()
