"""The visits page: the plan, a checklist entered by keyboard, its paper."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.models.listing import Query, count
from desktop.models.registers import find_register
from desktop.models.store import insert_many, load, save
from desktop.services.checklists import (
    FAILED,
    NOT_APPLICABLE,
    PASSED,
    POINTS,
    Checklist,
    checklist_on,
)
from desktop.services.findings import findings_of
from desktop.ui.dialogs import Question
from desktop.ui.page import Desk, Wish
from desktop.ui.register_output import PrintDialog
from desktop.ui.screens.visits.items_model import REMARK, RESULT, ItemsModel
from desktop.ui.screens.visits.page import ENTRY, EVERY, LIST, PLAN, VisitsPage

CTRL = Qt.KeyboardModifier.ControlModifier
NAMES = ("上河村卫生室", "下河村卫生室", "东岗村卫生室")


def checklist() -> Checklist:
    return checklist_on(date.today())


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


def test_the_plan_shows_who_was_never_visited(page: VisitsPage) -> None:
    assert page.chips["due"].text() == "应督导 3"
    assert page.table.plain.rows[0][0] == "从未督导"
    assert {row[3] for row in page.table.plain.rows} == {"王建国", "陈玉梅", ""}
    page.doctor.setCurrentIndex(page.doctor.findData("王建国"))
    page.doctor.activated.emit(page.doctor.currentIndex())
    assert [line.clinic for line in page.shown] == [NAMES[0]]


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


def test_a_repeat_is_told(page: VisitsPage, desk: Desk, qtbot: QtBot) -> None:
    said: list[str] = []
    desk.told.connect(lambda text, _action: said.append(text))
    for back in (30, 0):
        page.show_which(EVERY)
        enter_first(page)
        page.form.day.show_value(date.today() - timedelta(days=back))
        press(qtbot, page, "2")
        qtbot.keyClick(typing(page), Qt.Key.Key_Return)
        page.form.rest.click()
        page.form.save()
    assert "1 个问题待整改" in said[-1]
    assert "A01 是重复出现的问题" in said[-1]


def test_a_failure_without_a_remark_says_what_was_not_done(
    page: VisitsPage, desk: Desk, qtbot: QtBot
) -> None:
    enter_first(page)
    press(qtbot, page, "2")
    qtbot.keyClick(typing(page), Qt.Key.Key_Return)
    page.form.rest.click()
    page.form.save()
    with desk.worker.centre.store.reading() as session:
        (finding,) = findings_of(session, date.today())
    assert finding.problem == f"未做到：{checklist().items[0].wording}"


def test_routes_and_checklists_print(page: VisitsPage, qtbot: QtBot) -> None:
    page.ask_route()
    question = next(q for q in page.findChildren(Question) if q.isVisible())
    question.by_key["both"].click()
    qtbot.waitUntil(lambda: bool(page.findChildren(PrintDialog)))
    dialog = page.findChildren(PrintDialog)[0]
    # Three routes (one without a doctor), a checklist for each of three clinics.
    assert dialog.preview.pages == 6
    dialog.reject()
    page.table.choose_row(0)
    page.print_blank()
    dialog = page.findChildren(PrintDialog)[-1]
    assert dialog.preview.pages == 1
    dialog.reject()


def test_the_plain_list_and_wishes(page: VisitsPage, desk: Desk) -> None:
    enter_first(page)
    page.form.rest.click()
    page.form.save()
    page.show_wish(Wish(chip="every"))
    assert len(page.shown) == 3
    page.list_tab.click()
    assert page.plain_list is not None
    assert page.stack.currentIndex() == LIST
    assert page.plain_list.model.rowCount() == 1


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    model = ItemsModel()
    model.show_items(checklist().items)
    qtmodeltester.check(model)


def test_a_usual_checklist_fits_one_screen(page: VisitsPage, qtbot: QtBot) -> None:
    page.resize(1150, 712)
    enter_first(page)
    table = page.form.table
    qtbot.waitUntil(lambda: table.viewport().height() > 300)
    table.fit()
    assert table.rowHeight(0) * len(checklist().items) <= table.viewport().height()


def test_the_stored_visit_has_score_class_and_next_date(page: VisitsPage, desk: Desk) -> None:
    enter_first(page)
    page.form.rest.click()
    saved: list[bytes] = []
    page.form.saved.connect(lambda recorded: saved.append(recorded.visit_id))
    page.form.save()
    with desk.worker.centre.store.reading() as session:
        kept = load(session, find_register("visits"), saved[0])
    assert (kept["score"], kept["grade"]) == (10_000, "A")
    assert kept["signed_visitor"] == "王建国"
    assert isinstance(kept["next_visit_on"], date)


def test_a_finding_gets_its_own_doctor_and_due_day_only_when_wanted(
    page: VisitsPage, desk: Desk, clinics: list[bytes], qtbot: QtBot
) -> None:
    with desk.worker.centre.store.writing() as session:
        save(
            session,
            find_register("village_doctors"),
            {"name": "赵淑珍", "id_number": "410881197001010029", "clinic_id": clinics[0]},
        )
    enter_first(page)
    form, bar = page.form, page.form.faults
    assert not bar.isVisible()
    failed = [item.code for item in checklist().items if not item.by_points and not item.veto][:2]
    for code in failed:
        row = next(at for at, item in enumerate(checklist().items) if item.code == code)
        form.table.go_to(row)
        press(qtbot, page, "2")
        typing(page).setText("不符")
        form.table.go_to(row)
    assert bar.isVisible()
    usual = bar.due.line.text()
    assert usual > date.today().isoformat()
    assert bar.doctor.currentText() == form.doctor.currentText()
    press(qtbot, page, Qt.Key.Key_F4)
    assert bar.due.line.hasFocus()
    bar.due.line.clear()
    qtbot.keyClicks(bar.due.line, (date.today() - timedelta(days=1)).isoformat())
    other = next(n for n in ("赵淑珍", "李建国") if n != form.doctor.currentText())
    bar.doctor.setCurrentIndex(bar.doctor.findText(other))
    bar.doctor.activated.emit(bar.doctor.currentIndex())
    qtbot.keyClick(bar.due.line, Qt.Key.Key_Return)
    assert form.table.hasFocus()
    form.table.items.pass_rest()
    form.save()
    assert "早于督导日期" in form.notice.text.text()
    bar.due.line.clear()
    qtbot.keyClicks(bar.due.line, (date.today() + timedelta(days=3)).isoformat())
    form.save()
    with desk.worker.centre.store.reading() as session:
        found = {line.item_code: line for line in findings_of(session, date.today())}
    first, second = (found[code] for code in failed)
    assert (second.doctor, second.due_on) == (other, date.today() + timedelta(days=3))
    assert first.doctor == {"赵淑珍": "李建国", "李建国": "赵淑珍"}[other]
    assert first.due_on is not None
    assert first.due_on.isoformat() == usual
