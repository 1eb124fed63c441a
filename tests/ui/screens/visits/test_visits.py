"""The visits page: the plan, its papers, and what is kept of a visit."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.models.registers import find_register
from desktop.models.store import load, save
from desktop.services.findings import findings_of
from desktop.ui.dialogs import Question
from desktop.ui.page import Desk, Wish
from desktop.ui.register_output import PrintDialog
from desktop.ui.screens.visits.items_model import ItemsModel
from desktop.ui.screens.visits.page import EVERY, LIST, VisitsPage
from tests.ui.screens.visits.entering import (
    NAMES,
    checklist,
    enter_first,
    press,
    typing,
)


def test_the_plan_shows_who_was_never_visited(page: VisitsPage) -> None:
    assert page.chips["due"].text() == "应督导 3"
    assert page.table.plain.rows[0][0] == "从未督导"
    assert {row[3] for row in page.table.plain.rows} == {"王建国", "陈玉梅", ""}
    page.doctor.setCurrentIndex(page.doctor.findData("王建国"))
    page.doctor.activated.emit(page.doctor.currentIndex())
    assert [line.clinic for line in page.shown] == [NAMES[0]]


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
