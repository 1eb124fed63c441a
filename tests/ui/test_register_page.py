"""The page of a register: list, filters, form, deleting, keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QShortcut
from PySide6.QtWidgets import QLineEdit
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot
from stdnum.iso7064 import mod_11_2

from desktop.models.listing import Query, count
from desktop.models.register import Register, Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many, load, save
from desktop.ui.dialogs import Question
from desktop.ui.editors import MaskedEditor
from desktop.ui.page import Desk, Wish
from desktop.ui.record_history import RecordHistory
from desktop.ui.reference_editor import ReferenceEditor
from desktop.ui.register_page import RegisterPage
from desktop.ui.register_table import RegisterModel, RegisterTable

CONTRACTS = find_register("contracts")
NAMES = ("王秀兰", "李建国", "张桂英", "刘德海", "陈玉梅")


def id_number(order: int, year: int = 1970) -> str:
    body = f"411081{year}{order // 800 % 12 + 1:02d}{order // 40 % 20 + 1:02d}{order % 900:03d}"
    return body + str(mod_11_2.calc_check_digit(body))


def contract(order: int, **more: object) -> Values:
    signed = date(2026, 1, 1) + timedelta(days=order % 300)
    values: Values = {
        "name": NAMES[order % len(NAMES)],
        "id_number": id_number(order),
        "signed_on": signed,
        "expires_on": signed + timedelta(days=364),
    }
    return values | more  # type: ignore[operator]


def put(desk: Desk, register: Register, rows: Sequence[Values]) -> list[bytes]:
    with desk.worker.centre.store.writing() as session:
        return insert_many(session, register, rows)


def stored(desk: Desk, record: bytes) -> Values:
    with desk.worker.centre.store.reading() as session:
        return load(session, CONTRACTS, record)


def type_in(page: RegisterPage, key: str, text: str) -> None:
    """Type into a line; Qt's own key clicks know only ASCII."""
    line = page.form.editors[key].main_widget()
    assert isinstance(line, QLineEdit)
    line.setText(text)
    line.textEdited.emit(text)


@pytest.fixture
def records(desk: Desk) -> list[bytes]:
    rows = [contract(order, hypertension=True if order < 2 else None) for order in range(5)]
    return put(desk, CONTRACTS, rows)


@pytest.fixture
def page(desk: Desk, records: list[bytes], qtbot: QtBot) -> RegisterPage:
    made = RegisterPage(desk, CONTRACTS)
    qtbot.addWidget(made)
    made.resize(1150, 700)
    made.show()
    desk.worker.changed.connect(made.reload)
    made.load()
    qtbot.waitUntil(lambda: made.form.record is not None)
    return made


def answer(page: RegisterPage, key: str) -> None:
    questions = [each for each in page.findChildren(Question) if each.isVisible()]
    assert len(questions) == 1
    questions[0].by_key[key].click()


# The list


def test_the_model_keeps_qts_rules(desk: Desk, qtmodeltester: ModelTester) -> None:
    put(desk, CONTRACTS, [contract(order) for order in range(250)])
    model = RegisterModel(desk.worker, CONTRACTS)
    model.ask(Query(CONTRACTS))
    assert model.rowCount() == 100
    qtmodeltester.check(model)
    while model.canFetchMore(model.index(-1, -1)):
        model.fetchMore(model.index(-1, -1))
    assert model.rowCount() == 250


def test_the_list_counts_filters_and_masks(page: RegisterPage, qtbot: QtBot) -> None:
    assert page.header.remark.whole_text() == "5 份"
    page.chips["hypertension"].click()
    assert page.header.remark.whole_text() == "5 份 · 筛选后 2 份"
    texts = page.model.texts_at(0)
    assert texts["id_number"].startswith("411081********")
    page.chips["hypertension"].click()
    qtbot.keyClicks(page.search, "ljg")
    page._typing.stop()
    page._ask()
    assert page.model.rowCount() == 1
    assert page.model.texts_at(0)["name"] == "李建国"


def test_nothing_found_offers_to_clear_the_filters(page: RegisterPage) -> None:
    page.search.setText("无此人")
    page._ask()
    assert page.stack.currentWidget() is page.stack.nothing_found
    page.clear_filters()
    assert page.stack.currentWidget() is page.table
    assert page.model.rowCount() == 5


def test_an_empty_register_tells_the_next_step(desk: Desk, qtbot: QtBot) -> None:
    page = RegisterPage(desk, find_register("drugs"))
    qtbot.addWidget(page)
    page.load()
    assert page.stack.currentWidget() is page.stack.nothing
    assert "还没有记录" in page.stack.nothing.text.text()
    assert "导入 Excel" in page.stack.nothing.advice.text()


def test_a_header_sorts_up_then_down(page: RegisterPage) -> None:
    section = [column.key for column in page.model.columns].index("signed_on")
    page.table._sort_by(section)
    first = page.model.texts_at(0)["signed_on"]
    page.table._sort_by(section)
    assert page.model.texts_at(0)["signed_on"] > first


def test_copying_gives_excel_the_shown_columns(page: RegisterPage, qtbot: QtBot) -> None:
    page.table.show_columns(["name", "expires_on"])
    page.table.selectAll()
    qtbot.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 5
    assert all(len(line.split("\t")) == 2 for line in lines)


def test_chosen_columns_are_kept_for_the_person(page: RegisterPage, desk: Desk) -> None:
    desk.preferences.set("columns.contracts", "expires_on,name")
    again = RegisterPage(desk, CONTRACTS)
    assert again.table.shown_columns() == ["expires_on", "name"]
    again.deleteLater()


def test_a_list_read_again_keeps_its_place(desk: Desk, qtbot: QtBot) -> None:
    put(desk, CONTRACTS, [contract(order) for order in range(300)])
    model = RegisterModel(desk.worker, CONTRACTS)
    table = RegisterTable(model)
    qtbot.addWidget(table)
    model.ask(Query(CONTRACTS))
    model.fetchMore(model.index(-1, -1))
    wanted = model.id_at(150)
    table.choose(wanted)
    model.ask_again()
    assert model.rowCount() == 200
    assert table.current_id() == wanted


# The form


def test_the_form_saves_only_when_asked(page: RegisterPage, desk: Desk, qtbot: QtBot) -> None:
    record = page.form.record
    assert record is not None
    assert record.id is not None
    before = str(record.values["name"])
    type_in(page, "name", "王小兰")
    assert page.has_unsaved()
    assert stored(desk, record.id)["name"] == before
    qtbot.keyClick(page, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    page.form.save()
    assert stored(desk, record.id)["name"] == "王小兰"
    assert not page.has_unsaved()


def test_errors_stand_beside_the_fields_after_the_first_try(
    page: RegisterPage, desk: Desk, qtbot: QtBot
) -> None:
    page.start_new()
    type_in(page, "name", "张三")
    editors = page.form.editors
    assert not editors["id_number"].problem.text()
    page.form.save()
    assert "身份证号" in editors["id_number"].problem.text()
    assert not editors["name"].problem.text()
    good = id_number(77)
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    type_in(page, "id_number", wrong)
    assert f"应为 {good[-1]}" in editors["id_number"].problem.text()
    type_in(page, "id_number", good)
    assert not editors["id_number"].problem.text()
    with desk.worker.centre.store.reading() as session:
        assert count(session, Query(CONTRACTS)) == 5


def test_a_new_record_is_saved_and_shown(page: RegisterPage, desk: Desk, qtbot: QtBot) -> None:
    page.start_new()
    type_in(page, "name", "赵新")
    type_in(page, "id_number", id_number(78))
    type_in(page, "signed_on", "2026年3月1日")
    type_in(page, "expires_on", "20270228")
    page.form.save()
    assert page.model.rowCount() == 6
    assert page.form.title.whole_text() == "赵新"
    assert page.table.current_id() == page.form.record.id  # type: ignore[union-attr]
    assert not page.form.is_dirty


def test_the_store_refuses_a_twin_beside_its_field(page: RegisterPage, qtbot: QtBot) -> None:
    page.start_new()
    for key, text in (
        ("name", "重复"),
        ("id_number", id_number(0)),
        ("signed_on", "2026-01-01"),
        ("expires_on", "2026-12-31"),
    ):
        type_in(page, key, text)
    page.form.save()
    assert "已有一条" in page.form.editors["id_number"].problem.text()


def test_moving_on_with_something_typed_asks(page: RegisterPage, qtbot: QtBot) -> None:
    first = page.table.current_id()
    type_in(page, "name", "半句")
    page.table.setCurrentIndex(page.model.index(2, 0))
    answer(page, "stay")
    assert page.table.current_id() == first
    assert page.form.editors["name"].typed() == "半句"
    page.table.setCurrentIndex(page.model.index(2, 0))
    answer(page, "drop")
    assert page.table.current_id() == page.model.id_at(2)
    assert page.form.record.id == page.model.id_at(2)  # type: ignore[union-attr]


def test_escape_takes_back_what_was_typed(page: RegisterPage, qtbot: QtBot) -> None:
    was = page.form.editors["name"].typed()
    type_in(page, "name", "半句")
    page._escape()
    assert page.form.editors["name"].typed() == was
    assert not page.has_unsaved()


def test_a_record_changed_elsewhere_does_not_overwrite_what_is_typed(
    page: RegisterPage, desk: Desk, qtbot: QtBot
) -> None:
    record = page.form.record
    assert record is not None
    assert record.id is not None
    type_in(page, "name", "半句")
    with desk.worker.centre.store.writing() as session:
        save(session, CONTRACTS, {"note": "别处写的"}, record.id)
    page.reload(frozenset({"contracts"}))
    assert page.form.editors["name"].typed() == "半句"
    assert "已被他人修改" in page.form.notice.text.text()
    page.form.save()
    values = stored(desk, record.id)
    assert (values["name"], values["note"]) == ("半句", "别处写的")


def test_an_unedited_record_follows_what_happens_elsewhere(page: RegisterPage, desk: Desk) -> None:
    record = page.form.record
    assert record is not None
    assert record.id is not None
    with desk.worker.centre.store.writing() as session:
        save(session, CONTRACTS, {"note": "别处写的"}, record.id)
    page.reload(frozenset({"contracts"}))
    assert page.form.editors["note"].typed() == "别处写的"


def test_a_number_is_shown_only_after_asking_and_leaves_a_trace(
    page: RegisterPage, desk: Desk
) -> None:
    editor = page.form.editors["id_number"]
    assert isinstance(editor, MaskedEditor)
    assert "*" in editor.line.text()
    assert editor.line.isReadOnly()
    editor.eye.click()
    answer(page, "no")
    assert "*" in editor.line.text()
    editor.eye.click()
    answer(page, "yes")
    assert "*" not in editor.line.text()
    assert not page.form.is_dirty
    trace = (desk.worker.centre.home / "seen-numbers.jsonl").read_text(encoding="utf-8")
    assert '"field": "id_number"' in trace
    assert editor.line.text() not in trace


def test_the_id_number_tells_sex_age_and_birth_as_it_is_typed(
    page: RegisterPage, qtbot: QtBot
) -> None:
    page.start_new()
    editor = page.form.editors["id_number"]
    assert isinstance(editor, MaskedEditor)
    type_in(page, "id_number", id_number(1, 1966))
    assert "1966-01-01 出生" in editor.derived.text()


def test_a_reference_is_found_by_initials(page: RegisterPage, desk: Desk, qtbot: QtBot) -> None:
    (village,) = put(desk, find_register("divisions"), [{"name": "柳林村"}])
    page.start_new()
    editor = page.form.editors["village_id"]
    assert isinstance(editor, ReferenceEditor)
    qtbot.keyClicks(editor.line, "llc")
    editor._timer.stop()
    editor.search()
    editor._choose("柳林村")
    assert editor.read() == village
    editor.line.clear()
    editor.line.setText("不存在的村")
    page.form.save()
    assert "请从列表中选择" in editor.problem.text()


def test_history_names_person_and_values(page: RegisterPage, qtbot: QtBot) -> None:
    type_in(page, "name", "王小兰")
    page.form.save()
    page.rows.open_history()
    dialog = page.findChild(RecordHistory)
    assert dialog is not None
    row = dialog.table.model()
    texts = [row.index(0, column).data() for column in range(5)]
    assert texts[1:3] == ["院长", "签约居民姓名"]
    assert texts[4] == "王小兰"


# Deleting


def test_deleting_asks_and_can_be_taken_back(page: RegisterPage, desk: Desk) -> None:
    told: list[object] = []
    desk.told.connect(lambda _text, action: told.append(action))
    page.table.selectAll()
    page.delete_selected()
    answer(page, "no")
    assert page.model.rowCount() == 5
    page.delete_selected()
    answer(page, "yes")
    page.load()
    assert page.model.rowCount() == 0
    told[0].run()  # type: ignore[attr-defined]
    page.load()
    assert page.model.rowCount() == 5


# Going there


def test_going_to_a_record_shows_it(page: RegisterPage, records: list[bytes]) -> None:
    page.show_wish(Wish(record=records[3]))
    assert page.form.record is not None
    assert page.form.record.id == records[3]


def test_going_to_a_filter_shows_it(page: RegisterPage) -> None:
    page.show_wish(Wish(chip="hypertension"))
    assert page.chips["hypertension"].isChecked()
    assert page.model.rowCount() == 2


def test_who_changed_a_row_is_seen_by_its_menu_and_its_key(page: RegisterPage) -> None:
    page.table.setFocus()
    menu = page.rows.make()
    (history,) = (each for each in menu.actions() if "修改记录" in each.text())
    history.trigger()
    menu.deleteLater()
    (dialog,) = page.findChildren(RecordHistory)
    assert page.form.title.whole_text() in dialog.heading.text()
    dialog.accept()
    (key,) = (each for each in page.findChildren(QShortcut) if each.key().toString() == "Ctrl+H")
    key.activated.emit()
    assert len(page.findChildren(RecordHistory)) == 2
    page.findChildren(RecordHistory)[-1].accept()
