"""What people have to look at on the exchange page: conflicts, refusals, twins, numbers."""

from __future__ import annotations

import datetime as dt

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from sqlalchemy import select, update

from desktop.errors import NotFound
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many, load, save
from desktop.sync import account, conflicts, issues
from desktop.ui.dialogs import Dialog, Question
from desktop.ui.exchange_runner import runner_of
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Desk
from desktop.ui.parts import Label
from desktop.ui.plain_table import PlainTable
from desktop.ui.record_history import RecordHistory, open_history
from desktop.ui.screens.sync.issue_card import IssueCard
from desktop.ui.screens.sync.page import SyncPage
from tests.helpers.samples import id_number
from tests.sync.parts import HubProcess
from tests.ui.screens.exchange.parts import close_messages, enrol


def test_what_comparing_found_is_told_and_can_be_put_back(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str], desk: Desk
) -> None:
    process, code = hub
    enrol(page, process.start(), code)
    close_messages(window)
    assert page.waiting.checked.text() == "每周自动核对一次"
    store = desk.worker.centre.store
    clinics = find_register("clinics").table
    with store.writing() as session, store.database.not_capturing(session.connection()):
        session.execute(update(clinics).values(name="坏了的名称"))
        account.write(session, checked_at="")
    page.go.click()
    assert "本机有 1 条不一致，已从县级补齐" in page.waiting.checked.text()
    (card,) = (each for each in page.checking.cards if each.issue.reason == issues.CAME_APART)
    assert card.pill.text() == "核对后采用了县级的"
    card.buttons["put_back"].click()
    with store.reading() as session:
        assert session.scalars(select(clinics.c.name)).all() == ["坏了的名称"]
    assert not any(each.issue.reason == issues.CAME_APART for each in page.checking.cards)


def test_a_conflict_stands_side_by_side_and_is_put_back(page: SyncPage) -> None:
    register = find_register("clinics")
    with page.worker.centre.store.writing() as session:
        record = save(session, register, {"name": "桥头村卫生室", "phone": "13900000002"})
        field = register.by_key["phone"].number
        values = ("13800000001", "13900000002")
        issues.note_conflict(
            session, (register.number, record), field, issues.LOST, values, "王秀兰", 1 << 60
        )
    page.load()
    card = page.checking.cards[0]
    assert card.pill.text() == "采用了对方的"
    card.buttons["put_back"].click()
    assert not page.checking.cards
    with page.worker.centre.store.reading() as session:
        assert load(session, register, record)["phone"] == "13800000001"


def test_of_very_many_the_newest_are_listed_and_the_others_when_asked(page: SyncPage) -> None:
    register = find_register("clinics")
    phone = register.by_key["phone"].number
    with page.worker.centre.store.writing() as session:
        record = save(session, register, {"name": "桥头村卫生室", "phone": "13900000002"})
        for number in range(23):
            values = (f"138000000{number:02}", "13900000002")
            issues.note_conflict(
                session, (register.number, record), phone, issues.LOST, values, "王秀兰", 1 << 60
            )
    page.load()
    assert page.view is not None
    assert len(page.view.issues) == len(page.checking.cards) == 20
    assert page.checking.heading is not None
    assert page.checking.heading.text() == "需要核对 23 处"
    assert any(
        label.text().startswith("还有 3 处没有列出") for label in page.checking.findChildren(QLabel)
    )
    assert page.checking.more is not None
    assert page.checking.more.text() == "再列 3 处"
    page.checking.more.click()
    assert page.checking.more is None
    assert len(page.checking.cards) == 23
    page.checking.cards[-1].buttons["put_back"].click()
    assert len(page.checking.cards) == 22
    with page.worker.centre.store.reading() as session:
        assert load(session, register, record)["phone"] == "13800000000"


def test_what_two_pcs_made_is_told_and_a_ledger_is_not_rewritten(page: SyncPage) -> None:
    centre = page.desk.worker.centre
    with centre.store.writing() as session:
        for key, field in (("clinics", 1), ("stock_moves", 4)):
            register = find_register(key)
            values = ("30", "27") if key == "clinics" else (30, 27)
            issues.note_conflict(
                session,
                (register.number, bytes(16)),
                field,
                issues.LOST,
                values,
                "测试机",
                1 if key == "clinics" else 1 << 60,  # With the record, before every edit.
                issues.MADE_TWICE,
            )
        ledger, clinic = conflicts.list_issues(session)
    cards = [IssueCard(each, lambda _key: None) for each in (ledger, clinic)]
    assert [list(card.buttons) for card in cards] == [
        ["open", "dismiss"],
        ["open", "put_back", "dismiss"],
    ]
    assert {card.pill.text() for card in cards} == {"两处都录入了"}
    whose = [each.text() for card in cards for each in card.findChildren(QLabel)]
    assert "测试机" in whose
    assert sum(each.startswith("测试机 · ") for each in whose) == 1
    for card in cards:
        card.deleteLater()


def test_two_records_of_one_person_are_made_one(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str]
) -> None:
    process, code = hub
    enrol(page, process.start(), code)
    close_messages(window)
    store = page.worker.centre.store
    with store.writing() as session:
        staff = find_register("staff")
        for at, title in enumerate(("医师", "护士")):
            values: Values = {"name": "刘德海", "id_number": id_number(9), "title": title}
            insert_many(session, staff, [values | {"id": bytes([at + 1]) * 16}])
    page.load()
    (card,) = page.checking.twin_cards
    assert card.group.twins[0].values[0][1] in {"医师", "护士"}
    card.buttons[0].click()
    (question,) = window.findChildren(Question)
    question.by_key["yes"].click()
    assert page.checking.twin_cards == []
    with store.reading() as session:
        assert load(session, staff, card.group.twins[0].id)["name"] == "刘德海"
        with pytest.raises(NotFound):
            load(session, staff, card.group.twins[1].id)


def test_a_number_given_twice_is_changed_by_keyboard_and_taken_back(
    page: SyncPage, window: MainWindow, qtbot: QtBot
) -> None:
    store = page.worker.centre.store
    contracts = find_register("contracts")
    with store.writing() as session:
        for at, name in enumerate(("王小明", "李小红")):
            values: Values = {"name": name, "id_number": id_number(20 + at), "agreement_no": "A-7"}
            whole = values | {"signed_on": dt.date(2026, 1, 1), "expires_on": dt.date(2026, 12, 31)}
            insert_many(session, contracts, [whole])
    page.load()
    (card,) = page.checking.number_cards
    assert page.checking.heading is not None
    assert "1 处" in page.checking.heading.text()
    assert card.number.text() == "A-8"
    assert card.number.accessibleName()
    card.number.setText("A-100")
    chosen = card.shared.holders[1].id
    button = card.buttons[1]
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert page.checking.number_cards == []
    with store.reading() as session:
        assert load(session, contracts, chosen)["agreement_no"] == "A-100"
    assert "A-100" in window.toast.text.text()
    window.toast.button.click()
    with store.reading() as session:
        assert load(session, contracts, chosen)["agreement_no"] == "A-7"
    (card,) = page.checking.number_cards
    card.number.setText("A-7")
    card.buttons[0].click()
    (dialog,) = window.findChildren(Dialog)
    assert any("请填写一个新的协议编号" in each.text() for each in dialog.findChildren(Label))
    dialog.accept()
    assert len(page.checking.number_cards) == 1


def test_the_history_of_a_record_shows_all_pcs(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str]
) -> None:
    process, code = hub
    register = find_register("clinics")
    with page.worker.centre.store.writing() as session:
        record = save(session, register, {"name": "桥头村卫生室"})
    enrol(page, process.start(), code)
    close_messages(window)
    with page.worker.centre.store.writing() as session:
        save(session, register, {"name": "桥头卫生室"}, record)
    page.go.click()
    open_history(page, window.desk, register, record, "桥头卫生室")
    (dialog,) = page.findChildren(RecordHistory)
    dialog.everywhere.click()
    assert isinstance(dialog.table, PlainTable)
    (row,) = dialog.table.plain.rows
    assert (row[1], row[3:]) == ("院长", ("村卫生室名称", "桥头卫生室", ""))
    dialog.accept()
    process.kill()
    open_history(page, window.desk, register, record, "桥头卫生室")
    dialog = page.findChildren(RecordHistory)[-1]
    dialog.everywhere.click()
    assert "连不上县级平台" in dialog.said.text()
    dialog.accept()


def test_a_refused_record_is_opened_from_its_card(page: SyncPage, window: MainWindow) -> None:
    register = find_register("clinics")
    with page.worker.centre.store.writing() as session:
        record = save(session, register, {"name": "桥头村卫生室"})
        issues.note_conflict(
            session, (register.number, record), 1, issues.REFUSED, (None, None), "", 1 << 60
        )
    page.load()
    page.checking.cards[0].buttons["open"].click()
    assert window.key == "clinics"


def test_two_people_of_one_number_are_counted_until_they_are_left_apart(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str]
) -> None:
    process, code = hub
    enrol(page, process.start(), code)
    close_messages(window)
    store = page.worker.centre.store
    with store.writing() as session:
        for name in ("刘德海", "刘德江"):
            person: Values = {"name": name, "id_number": id_number(9)}
            insert_many(session, find_register("residents"), [person])
    runner = runner_of(window.desk)
    runner.count_anew()
    page.load()
    assert "1 处待核对" in window.top.pill.text()
    assert page.checking.heading is not None
    assert page.checking.heading.text() == "需要核对 1 处"
    (card,) = page.checking.twin_cards
    card.apart.click()
    assert page.checking.twin_cards == []
    assert "待核对" not in window.top.pill.text()
    with store.writing() as session:
        insert_many(session, find_register("residents"), [person | {"name": "刘德河"}])
    page.worker.broadcast({"residents"})
    runner.look()
    page.load()
    assert len(page.checking.twin_cards) == 1, "a third of that number is asked again"
    assert "1 处待核对" in window.top.pill.text()


def test_a_return_is_named_by_its_form(page: SyncPage) -> None:
    register = find_register("returns")
    with page.worker.centre.store.writing() as session:
        values: Values = {"form": "medical_services_monthly", "month": "2026-10", "revision": 1}
        record = save(session, register, values | {"status": "草稿"})
        typed = register.by_key["typed"].number
        issues.note_conflict(
            session, (register.number, record), typed, issues.LOST, ("{}", ""), "王秀兰", 1 << 60
        )
    page.load()
    (card,) = page.checking.cards
    assert card.issue.title == "医疗服务月报 2026-10"


def test_a_deletion_is_put_in_plain_words(page: SyncPage) -> None:
    register = find_register("clinics")
    with page.worker.centre.store.writing() as session:
        record = save(session, register, {"name": "桥头村卫生室"})
        issues.note_conflict(
            session,
            (register.number, record),
            0,
            issues.LOST,
            ("2026-11-22T08:00:00+00:00", None),
            "王秀兰",
            1 << 60,
        )
    page.load()
    (card,) = page.checking.cards
    assert {key: each.text() for key, each in card.buttons.items()} == {
        "open": "打开记录",
        "put_back": "仍然删除",
        "dismiss": "保留记录",
    }


def test_nothing_is_synced_while_the_county_has_refused_something(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str]
) -> None:
    process, code = hub
    with page.worker.centre.store.writing() as session:
        bad: Values = {"name": "刘德江", "id_number": id_number(2)}
        insert_many(session, find_register("contracts"), [bad])
    enrol(page, process.start(), code)
    close_messages(window)
    assert page.state.text() == "1 条被县级退回"
    assert "已同步" not in window.top.pill.text()
    (card,) = page.checking.cards
    assert list(card.buttons) == ["open"], "it is mended or deleted, not waved through"
    card.buttons["open"].click()
    assert window.key == "contracts"
