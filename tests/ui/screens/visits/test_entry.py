"""A checklist entered by keyboard: its answers, what is left and what is refused."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.models.registers import find_register
from desktop.services.checklists import (
    FAILED,
    NOT_APPLICABLE,
    PASSED,
    POINTS,
)
from desktop.services.findings import findings_of
from desktop.ui.dialogs import Question
from desktop.ui.page import Desk
from desktop.ui.screens.visits.items_model import REMARK, RESULT
from desktop.ui.screens.visits.page import ENTRY, PLAN, VisitsPage
from tests.ui.screens.visits.entering import (
    CTRL,
    checklist,
    count_of,
    enter_first,
    press,
    typing,
)


def test_a_paper_checklist_is_entered_with_a_key_an_item(
    page: VisitsPage, desk: Desk, qtbot: QtBot
) -> None:
    enter_first(page)
    assert page.stack.currentIndex() == ENTRY
    assert page.form.staff.line.text() == "王建国"
    assert page.form.doctor.currentText() == "李建国"
    presses = 0
    for item in checklist().items:
        if item.by_points:
            press(qtbot, page, "6")
            qtbot.keyClick(typing(page), Qt.Key.Key_Return)
            presses += 2
        elif item.code == "D03":
            press(qtbot, page, "2")
            typing(page).setText("过期药品 3 种")
            qtbot.keyClick(typing(page), Qt.Key.Key_Return)
            presses += 2
        else:
            press(qtbot, page, "3" if item.code == "C05" else "1")
            presses += 1
    # The whole sheet is two keys an item at most, beside the remark's own words.
    assert presses <= 2 * len(checklist().items)
    judged = page.form.judgement()
    assert judged is not None
    assert judged.critical_failed
    assert page.form.result.grade.text() == "B 级"
    assert "关键项不合格" in page.form.result.flags.text()
    assert "下次督导" in page.form.result.next.text()
    qtbot.keyClick(page.form.table, Qt.Key.Key_S, CTRL)
    assert page.stack.currentIndex() == PLAN
    assert count_of(desk, "visit_items") == len(checklist().items)
    with desk.worker.centre.store.reading() as session:
        (finding,) = findings_of(session, date.today())
    assert (finding.problem, finding.doctor) == ("过期药品 3 种", "李建国")
    assert not page.has_unsaved()
    assert page.chips["due"].text() == "应督导 2"


def test_answers_are_taken_by_their_keys(page: VisitsPage, qtbot: QtBot) -> None:
    enter_first(page)
    table, items = page.form.table, page.form.table.items
    press(qtbot, page, "1")
    assert table.currentIndex().row() == 1
    press(qtbot, page, "/")
    press(qtbot, page, "2")
    assert table.currentIndex().column() == REMARK
    qtbot.keyClick(typing(page), Qt.Key.Key_Escape)
    codes = [item.code for item in items.items[:3]]
    assert [items.results[code][0] for code in codes] == [PASSED, NOT_APPLICABLE, FAILED]
    table.go_to(0)
    press(qtbot, page, Qt.Key.Key_Delete)
    assert codes[0] not in items.results
    press(qtbot, page, Qt.Key.Key_Right)
    qtbot.keyClick(table, "x")
    qtbot.keyClick(typing(page), Qt.Key.Key_Return)
    assert items.remarks[codes[0]] == "x"
    assert (table.currentIndex().row(), table.currentIndex().column()) == (1, RESULT)


def test_points_beyond_the_item_are_refused(page: VisitsPage, qtbot: QtBot) -> None:
    enter_first(page)
    table, items = page.form.table, page.form.table.items
    row = next(at for at, item in enumerate(items.items) if item.by_points)
    code = items.items[row].code
    table.go_to(row)
    press(qtbot, page, "9")
    qtbot.keyClick(typing(page), Qt.Key.Key_Return)
    assert "0 到 8" in items.wrong[code]
    page.form.table.items.pass_rest()
    assert code not in items.results  # What was typed wrong is not taken as passed.
    page.form.save()
    assert "0 到 8" in page.form.notice.text.text()
    table.go_to(row)
    press(qtbot, page, "7")
    qtbot.keyClick(typing(page), Qt.Key.Key_Return)
    assert items.results[code] == (POINTS, 700)
    assert not items.wrong


def test_a_click_answers_too(page: VisitsPage, qtbot: QtBot) -> None:
    enter_first(page)
    table, items = page.form.table, page.form.table.items
    index = items.index(0, RESULT)
    area = table.visualRect(index)
    boxes = table.drawing.boxes(area.adjusted(6, 0, -6, 0), items.items[0])
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=boxes[2].center())
    assert items.results[items.items[0].code][0] == NOT_APPLICABLE


def test_what_is_left_is_named_and_the_rest_may_pass(
    page: VisitsPage, desk: Desk, qtbot: QtBot
) -> None:
    enter_first(page)
    press(qtbot, page, "1")
    page.form.save()
    assert f"还有 {len(checklist().items) - 1} 项没有结果" in page.form.notice.text.text()
    assert page.form.table.currentIndex().row() == 1
    assert count_of(desk, "visits") == 0
    page.form.rest.click()
    assert page.form.result.score.text() == "100.00"
    page.form.save()
    assert count_of(desk, "visits") == 1
    assert count_of(desk, "findings") == 0


def test_samples_are_kept_with_the_visit(page: VisitsPage, desk: Desk, qtbot: QtBot) -> None:
    enter_first(page)
    samples = page.form.samples
    samples.subject.setText("王秀兰")
    qtbot.keyClick(samples.subject, Qt.Key.Key_Return)
    samples.genuine.setCurrentIndex(1)
    samples.subject.setText("李建国")
    qtbot.keyClick(samples.subject, Qt.Key.Key_Return)
    samples.table.selectRow(0)
    qtbot.keyClick(samples.table, Qt.Key.Key_Delete)
    samples.subject.setText("张桂英")  # Typed and not added: saving adds it.
    page.form.rest.click()
    page.form.save()
    with desk.worker.centre.store.reading() as session:
        table = find_register("visit_samples").table.c
        rows = session.execute(table.subject.table.select()).all()
    assert {(row.subject, row.genuine) for row in rows} == {("李建国", 0), ("张桂英", 0)}


def test_a_clinic_has_to_be_named(page: VisitsPage, desk: Desk) -> None:
    page.enter_any()
    page.form.rest.click()
    page.form.save()
    assert "缺少" in page.form.clinic.problem.text()
    assert count_of(desk, "visits") == 0


def test_a_day_ahead_is_refused_in_words(page: VisitsPage, desk: Desk) -> None:
    enter_first(page)
    page.form.rest.click()
    page.form.day.line.setText((date.today() + timedelta(days=1)).isoformat())
    page.form.save()
    assert "还没有到" in page.form.notice.text.text()
    assert count_of(desk, "visits") == 0
    assert page.has_unsaved()


def test_leaving_asks_about_what_is_typed(page: VisitsPage, qtbot: QtBot) -> None:
    enter_first(page)
    assert not page.has_unsaved()
    press(qtbot, page, "1")
    assert page.has_unsaved()
    page.plan_tab.click()
    question = next(q for q in page.findChildren(Question) if q.isVisible())
    question.by_key["stay"].click()
    assert page.stack.currentIndex() == ENTRY
    qtbot.waitUntil(lambda: not [q for q in page.findChildren(Question) if q.isVisible()])
    page.plan_tab.click()
    question = next(q for q in page.findChildren(Question) if q.isVisible())
    question.by_key["drop"].click()
    assert page.stack.currentIndex() == PLAN
    assert not page.has_unsaved()


def test_what_another_page_changes_does_not_touch_the_entry(
    page: VisitsPage, desk: Desk, qtbot: QtBot
) -> None:
    enter_first(page)
    press(qtbot, page, "1")
    desk.worker.broadcast({"clinics"})
    assert len(page.form.table.items.results) == 1
    assert page.has_unsaved()
