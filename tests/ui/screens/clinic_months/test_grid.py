"""The grid of the clinics' months: keys, typing, blocks from Excel, saving, what is queried."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.models.registers import find_register
from desktop.models.store import save
from desktop.services.months import shifted
from desktop.ui.dialogs import Question
from desktop.ui.page import Desk
from desktop.ui.screens.clinic_months import excel
from desktop.ui.screens.clinic_months.model import SheetModel, Tone
from desktop.ui.screens.clinic_months.page import ClinicMonthsPage
from tests.ui.screens.clinic_months.typing_months import (
    COLUMN,
    CTRL,
    NAMES,
    editor,
    here,
    keys,
    month_before,
    opened,
    put_month,
    shown_month,
    stand,
    stored,
)


def test_the_model_keeps_qts_rules(page: ClinicMonthsPage, qtmodeltester: ModelTester) -> None:
    model = SheetModel()
    model.show_sheet(page.model.sheet)
    assert (model.rowCount(), model.columnCount()) == (3, 12)
    qtmodeltester.check(model)


def test_missing_clinics_are_named(desk: Desk, clinics: list[bytes], qtbot: QtBot) -> None:
    put_month(desk, clinics[0], shown_month(), visits=10)
    page = opened(desk, qtbot)
    assert page.reported.text() == "缺报 2 个"
    assert page.missing.whole_text() == "、".join(NAMES[1:])


def test_a_row_is_typed_and_saved_by_keyboard(
    page: ClinicMonthsPage, desk: Desk, clinics: list[bytes], qtbot: QtBot
) -> None:
    stand(page, 0, "visits")
    keys(qtbot, page, "120", Qt.Key.Key_Tab)
    keys(qtbot, page, "30", Qt.Key.Key_Tab)
    assert here(page) == (0, 3)
    keys(qtbot, page, "4,300.5", Qt.Key.Key_Return)
    # Enter goes back to where the row was begun with Tab.
    assert here(page) == (1, 1)
    assert page.has_unsaved()
    qtbot.keyClick(page.grid, Qt.Key.Key_S, CTRL)
    row = stored(desk).rows[0]
    assert (row.value("visits"), row.value("tcm_visits")) == (120, 30)
    assert row.value("outpatient_income") == 430_050
    assert row.value("referrals_up") is None
    assert stored(desk).rows[1].record is None
    assert not page.has_unsaved()


def test_arrows_move_and_end_typing(page: ClinicMonthsPage, qtbot: QtBot) -> None:
    stand(page, 0, "visits")
    qtbot.keyClick(page.grid, Qt.Key.Key_Right)
    qtbot.keyClick(page.grid, Qt.Key.Key_Down)
    assert here(page) == (1, 2)
    keys(qtbot, page, "7", Qt.Key.Key_Down)
    assert here(page) == (2, 2)
    keys(qtbot, page, "8", Qt.Key.Key_Up)
    assert here(page) == (1, 2)
    qtbot.keyClick(page.grid, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert here(page) == (0, 2)


def test_typing_overwrites_and_f2_edits(desk: Desk, clinics: list[bytes], qtbot: QtBot) -> None:
    put_month(desk, clinics[0], shown_month(), visits=45)
    page = opened(desk, qtbot)
    stand(page, 0, "visits")
    keys(qtbot, page, "7")
    assert page.model.index(0, 1).data() == "7"
    page.model.undo()
    stand(page, 0, "visits")
    qtbot.keyClick(page.grid, Qt.Key.Key_F2)
    qtbot.keyClicks(editor(page), "6")
    qtbot.keyClick(editor(page), Qt.Key.Key_Return)
    assert page.model.index(0, 1).data() == "456"


def test_escape_gives_typing_up(page: ClinicMonthsPage, qtbot: QtBot) -> None:
    stand(page, 0, "visits")
    qtbot.keyClick(page.grid, "9")
    qtbot.keyClick(editor(page), Qt.Key.Key_Escape)
    assert not page.has_unsaved()


def test_delete_blanks_and_blank_is_not_zero(
    desk: Desk, clinics: list[bytes], qtbot: QtBot
) -> None:
    put_month(desk, clinics[0], shown_month(), visits=45, referrals_up=3)
    page = opened(desk, qtbot)
    stand(page, 0, "referrals_up")
    qtbot.keyClick(page.grid, Qt.Key.Key_Delete)
    stand(page, 1, "visits")
    keys(qtbot, page, "0")
    page.save()
    first, second, _third = stored(desk).rows
    assert (first.value("visits"), first.value("referrals_up")) == (45, None)
    assert second.value("visits") == 0


def test_a_report_blanked_whole_is_missing_again(
    desk: Desk, clinics: list[bytes], qtbot: QtBot
) -> None:
    put_month(desk, clinics[0], shown_month(), visits=45)
    page = opened(desk, qtbot)
    stand(page, 0, "visits")
    qtbot.keyClick(page.grid, Qt.Key.Key_Delete)
    page.save()
    assert NAMES[0] in stored(desk).missing


def test_undo_and_redo(page: ClinicMonthsPage, qtbot: QtBot) -> None:
    stand(page, 0, "visits")
    keys(qtbot, page, "12")
    qtbot.keyClick(page.grid, Qt.Key.Key_Z, CTRL)
    assert not page.has_unsaved()
    page.model.redo()
    assert page.model.index(0, 1).data() == "12"


def test_a_block_comes_from_excel_and_goes_back(
    page: ClinicMonthsPage, desk: Desk, qtbot: QtBot
) -> None:
    QGuiApplication.clipboard().setText("10\t2\r\n20\t\r\n30\t3\r\n")
    stand(page, 0, "visits")
    qtbot.keyClick(page.grid, Qt.Key.Key_V, CTRL)
    assert [page.model.index(row, 1).data() for row in range(3)] == ["10", "20", "30"]
    assert page.model.index(1, 2).data() == ""
    page.grid.selectionModel().select(
        page.model.index(0, 2), page.grid.selectionModel().SelectionFlag.Select
    )
    page.grid.selectAll()
    qtbot.keyClick(page.grid, Qt.Key.Key_C, CTRL)
    first = QGuiApplication.clipboard().text().splitlines()[0].split("\t")
    assert first[:3] == [NAMES[0], "10", "2"]
    page.model.undo()
    assert not page.has_unsaved()


def test_a_block_with_names_finds_its_clinics(page: ClinicMonthsPage) -> None:
    text = "单位\t诊疗人次\n东岗村卫生室\t31\n上河村\t11\n某村卫生室\t5\n"
    done = excel.paste(page.model, text, [page.model.index(0, 0)])
    assert page.model.index(2, 1).data() == "31"
    assert page.model.index(0, 1).data() == "11"
    assert done.unknown == ("某村卫生室",)


def test_a_block_past_the_edge_is_told(page: ClinicMonthsPage, desk: Desk, qtbot: QtBot) -> None:
    said: list[str] = []
    desk.told.connect(lambda text, _action: said.append(text))
    QGuiApplication.clipboard().setText("1\n2\n3\n")
    stand(page, 2, "visits")
    page.grid.paste()
    assert said == ["已粘贴 1 格。超出表格的 2 格没有粘贴。"]


def test_wrong_cells_are_marked_and_not_saved(
    page: ClinicMonthsPage, desk: Desk, qtbot: QtBot
) -> None:
    stand(page, 0, "visits")
    keys(qtbot, page, "12a")
    stand(page, 1, "visits")
    keys(qtbot, page, "-5")
    page.save()
    assert page.model.tone(page.model.index(0, 1)) is Tone.WRONG
    assert "不是数字" in page.notice.text.text()
    assert NAMES[0] in page.notice.text.text()
    assert "2 处" in page.notice.text.text()
    assert here(page) == (0, 1)
    assert len(stored(desk).missing) == 3
    assert page.model.index(0, 1).data() == "12a"


def test_a_part_larger_than_its_whole_is_refused(
    page: ClinicMonthsPage, desk: Desk, qtbot: QtBot
) -> None:
    stand(page, 0, "visits")
    keys(qtbot, page, "5", Qt.Key.Key_Tab)
    keys(qtbot, page, "6", Qt.Key.Key_Tab)
    assert page.model.tone(page.model.index(0, 2)) is Tone.WRONG
    page.save()
    assert len(stored(desk).missing) == 3


def test_below_target_is_red_and_far_from_the_mean_amber(
    desk: Desk, clinics: list[bytes], qtbot: QtBot
) -> None:
    for back in range(1, 13):
        put_month(
            desk, clinics[0], shifted(shown_month(), -back), visits=100, hypertension_followups=40
        )
    with desk.worker.centre.store.writing() as session:
        save(
            session,
            find_register("targets"),
            {"figure": "高血压随访人次", "period": shown_month()[:4], "value": 600},
        )
    page = opened(desk, qtbot)
    stand(page, 0, "hypertension_followups")
    keys(qtbot, page, "49")
    assert page.model.tone(page.model.index(0, COLUMN["hypertension_followups"])) is Tone.BELOW
    stand(page, 0, "visits")
    keys(qtbot, page, "1000")
    assert page.model.tone(page.model.index(0, 1)) is Tone.FAR
    stand(page, 0, "visits")
    assert "上月 100" in page.about.whole_text()
    assert "近12个月平均 100" in page.about.whole_text()
    stand(page, 0, "hypertension_followups")
    assert "目标 50" in page.about.whole_text()
    assert page.matter.text() == "低于目标"


def question(page: ClinicMonthsPage) -> Question:
    found = [each for each in page.findChildren(Question) if each.isVisible()]
    assert len(found) == 1
    return found[0]


def test_an_absurd_figure_is_asked_about(desk: Desk, clinics: list[bytes], qtbot: QtBot) -> None:
    for back in range(1, 5):
        put_month(desk, clinics[0], shifted(shown_month(), -back), visits=100)
    page = opened(desk, qtbot)
    stand(page, 0, "visits")
    keys(qtbot, page, "10000")
    page.save()
    question(page).by_key["look"].click()
    assert len(stored(desk).missing) == 3
    qtbot.waitUntil(lambda: not [q for q in page.findChildren(Question) if q.isVisible()])
    page.save()
    question(page).by_key["save"].click()
    assert stored(desk).rows[0].value("visits") == 10_000


def test_escape_from_the_question_does_not_save(
    desk: Desk, clinics: list[bytes], qtbot: QtBot
) -> None:
    for back in range(1, 5):
        put_month(desk, clinics[0], shifted(shown_month(), -back), visits=100)
    page = opened(desk, qtbot)
    stand(page, 0, "visits")
    keys(qtbot, page, "10000")
    page.save()
    qtbot.keyClick(question(page), Qt.Key.Key_Escape)
    assert len(stored(desk).missing) == 3


def test_what_others_enter_appears_and_what_is_typed_stays(
    page: ClinicMonthsPage, desk: Desk, clinics: list[bytes], qtbot: QtBot
) -> None:
    stand(page, 0, "visits")
    keys(qtbot, page, "12")
    put_month(desk, clinics[0], shown_month(), visits=99, referrals_up=4)
    desk.worker.broadcast({"clinic_months"})
    assert page.model.index(0, 1).data() == "12"
    assert page.model.index(0, COLUMN["referrals_up"]).data() == "4"
    stand(page, 0, "visits")
    assert "99" in page.matter.text()
    page.save()
    row = stored(desk).rows[0]
    assert (row.value("visits"), row.value("referrals_up")) == (12, 4)


@pytest.mark.parametrize(("answer", "kept"), [("save", 12), ("drop", None)])
def test_another_month_asks_about_what_is_typed(
    page: ClinicMonthsPage, desk: Desk, qtbot: QtBot, answer: str, kept: int | None
) -> None:
    stand(page, 0, "visits")
    keys(qtbot, page, "12")
    page.show_month(month_before())
    question(page).by_key[answer].click()
    assert page.sheet_month == month_before()
    assert not page.has_unsaved()
    assert stored(desk).rows[0].value("visits") == kept


def test_staying_keeps_the_month(page: ClinicMonthsPage, qtbot: QtBot) -> None:
    stand(page, 0, "visits")
    keys(qtbot, page, "12")
    page.show_month(month_before())
    question(page).by_key["stay"].click()
    assert page.month.currentData() == shown_month()
    assert page.has_unsaved()


def test_totals_follow_the_typing(page: ClinicMonthsPage, qtbot: QtBot) -> None:
    stand(page, 0, "outpatient_income")
    keys(qtbot, page, "1000.25")
    keys(qtbot, page, "2")
    assert page.model.total(COLUMN["outpatient_income"]) == ("1,002.25", 2)
    assert page.model.total(COLUMN["visits"]) == ("", 0)
