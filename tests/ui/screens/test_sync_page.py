"""The sync page against a real hub in a process of its own."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import delete, select, update

from county.storage import Hub
from county.tables import DEVICES
from desktop.errors import NotFound
from desktop.models.changes import hlc_time
from desktop.models.opening import Centre
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many, load, save
from desktop.services import photos
from desktop.services.photos import NewPhoto, Subject
from desktop.sync import account, conflicts, issues
from desktop.ui.dialogs import Dialog, Question
from desktop.ui.exchange_runner import runner_of
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Desk
from desktop.ui.parts import Label
from desktop.ui.plain_table import PlainTable
from desktop.ui.record_history import RecordHistory, open_history
from desktop.ui.screens.sync.by_stick import StickDialog
from desktop.ui.screens.sync.issue_card import IssueCard
from desktop.ui.screens.sync.page import SyncPage
from desktop.ui.screens.sync.testing import TestDialog, support_text
from desktop.ui.screens.sync.way import WayDialog
from tests.helpers.centres import make_centre
from tests.helpers.samples import id_number
from tests.sync.parts import ROOT, HubProcess, add_centre, code_for, run_hub

CODE = "410183106"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[tuple[HubProcess, str]]:
    """Give a real hub that is set up but not started, and a one-time code."""
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    with contextlib.closing(Hub(url)) as prepared:
        prepared.create()
        add_centre(prepared, CODE, "青禾镇中心卫生院")
        code = code_for(prepared, CODE)
    with run_hub(url) as made:
        yield made, code


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    """A centre with little in it: what is tried here is the way, not the load."""
    made = make_centre(tmp_path / "home", code=CODE)
    with made.store.writing() as session:
        insert_many(session, find_register("clinics"), [{"name": "南庄村卫生室"}])
        contract: Values = {"name": "刘德海", "id_number": id_number(1)}
        contract |= {"signed_on": dt.date(2026, 1, 1), "expires_on": dt.date(2026, 12, 31)}
        insert_many(session, find_register("contracts"), [contract])
    return made


@pytest.fixture
def page(window: MainWindow) -> SyncPage:
    window.open_page("sync")
    assert isinstance(window.page, SyncPage)
    return window.page


def enrol(page: SyncPage, url: str, code: str) -> None:
    page.enrol.url.setText(url)
    page.enrol.code.setText(code)
    page.enrol.go.click()


def close_messages(window: MainWindow) -> None:
    for dialog in window.findChildren(Dialog):
        dialog.accept()


def test_before_enrolment_everything_waits_and_says_so(page: SyncPage) -> None:
    assert page.state.text() == "未登记"
    assert not page.go.isEnabled()
    labels = [row[0] for row in page.waiting.table.plain.rows]
    assert "家庭医生签约" in labels


def test_photos_wait_in_words_and_go_after_the_records(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str], desk: Desk
) -> None:
    process, code = hub
    enrol(page, process.start(), code)
    close_messages(window)
    store = desk.worker.centre.store
    with store.writing() as session:
        clinic = session.scalar(select(find_register("clinics").table.c.id).limit(1))
        values: Values = {"clinic_id": clinic, "visited_on": dt.date(2026, 11, 20)}
        visit = save(session, find_register("visits"), values)
    photos.add(store, Subject(visit), [NewPhoto(b"\xff\xd8 a picture")], dt.date(2026, 11, 20))
    page.load()
    assert page.waiting.photos.text() == "待上传 1 张"
    page.go.click()
    assert page.state.text() == "已同步"
    assert page.waiting.photos.text() == "没有待传的"


def test_enrolling_and_exchanging_ends_with_the_receipts(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str]
) -> None:
    process, code = hub
    enrol(page, process.start(), code)
    close_messages(window)
    assert page.view is not None
    assert page.view.status.waiting == 0
    assert page.state.text() == "已同步"
    assert "已同步" in window.top.pill.text()


def test_a_pc_that_the_hub_has_forgotten_is_enrolled_again_on_the_page(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str]
) -> None:
    process, code = hub
    url = process.start()
    enrol(page, url, code)
    close_messages(window)
    assert page.enrol.isHidden()
    with contextlib.closing(Hub(process.url)) as opened, opened.writing() as connection:
        connection.execute(delete(DEVICES))
    page.go.click()
    assert not page.enrol.isHidden()
    with contextlib.closing(Hub(process.url)) as opened:
        enrol(page, url, code_for(opened, CODE))
    close_messages(window)
    assert page.enrol.isHidden()
    assert page.state.text() == "已同步"


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


def test_a_wrong_code_is_told_beside_the_boxes(page: SyncPage, hub: tuple[HubProcess, str]) -> None:
    process, _code = hub
    enrol(page, process.start(), "ABCD-EFGH")
    assert page.enrol.error.text()
    assert page.state.text() == "未登记"


def test_a_certificate_of_its_own_is_vouched_for_by_a_person(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str]
) -> None:
    process, code = hub
    tls = ROOT / "tests" / "data" / "tls"
    address = process.start("--certificate", str(tls / "hub.pem"), "--key", str(tls / "hub.key"))
    enrol(page, address, code)
    assert "指纹" in page.enrol.error.text()
    assert page.state.text() == "未登记"
    page.enrol.vouch.setChecked(True)
    page.enrol.go.click()
    close_messages(window)
    assert page.state.text() == "已同步"
    page.test.click()
    testing = window.findChildren(TestDialog)[0]
    testing.way.click()
    setting = testing.findChildren(WayDialog)[0]
    assert setting.certificate.text().count(":") == 31
    setting.proxy.setCurrentIndex(2)
    setting.address.setText("不是地址")
    setting.save.click()
    assert "代理" in setting.error.text()
    setting.proxy.setCurrentIndex(1)
    setting.certificate.setText("0" * 64)
    setting.save.click()
    assert [step.good for step in testing.steps[:2]] == [True, False]
    assert "证书变了" in testing.steps[1].said
    testing.accept()


def test_a_hub_out_of_reach_is_told_and_the_records_wait(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str]
) -> None:
    process, code = hub
    enrol(page, process.start(), code)
    close_messages(window)
    process.kill()
    with page.worker.centre.store.writing() as session:
        save(session, find_register("clinics"), {"name": "断网村卫生室"})
    page.worker.broadcast({"clinics"})
    page.go.click()
    assert page.state.text() == "待上传 1 条"
    assert page.waiting.last_error.text() != "无"
    runner_of(window.desk).look()
    assert "未连上县级" in window.top.pill.text()
    process.start()
    page.go.click()
    assert page.state.text() == "已同步"


def test_the_runner_waits_longer_after_each_failure(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str]
) -> None:
    process, code = hub
    runner = runner_of(window.desk)
    assert runner.next_in < 0
    runner.begin()
    runner.look()
    assert runner.next_in < 0, "a PC that was not let in asks nobody"
    enrol(page, process.start(), code)
    close_messages(window)
    assert 450 <= runner.next_in <= 750
    process.kill()
    waits = []
    for _failure in range(4):
        runner.exchange_quietly()
        waits.append(runner.next_in)
    assert all(later > 1.1 * sooner for sooner, later in itertools.pairwise(waits))
    process.start()
    runner.exchange_quietly()
    assert 450 <= runner.next_in <= 750


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
                1 << 60,
                issues.MADE_TWICE,
            )
        ledger, clinic = conflicts.list_issues(session)
    cards = [IssueCard(each, lambda _key: None) for each in (ledger, clinic)]
    assert [list(card.buttons) for card in cards] == [
        ["open", "dismiss"],
        ["open", "put_back", "dismiss"],
    ]
    assert {card.pill.text() for card in cards} == {"两处都录入了"}
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


def test_the_exchange_by_stick(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str], tmp_path: Path
) -> None:
    process, code = hub
    enrol(page, process.start(), code)
    close_messages(window)
    process.kill()
    with page.worker.centre.store.writing() as session:
        save(session, find_register("clinics"), {"name": "断网村卫生室"})
    page.stick.click()
    dialog = window.findChildren(StickDialog)[0]
    assert dialog.last.text() == "这台电脑还没有写过交换包。"
    dialog.write_to(tmp_path / "包.thx")
    assert "已写好：包.thx" in dialog.said.text()
    assert "还没有读入回执" in dialog.last.text()
    dialog.read_from(tmp_path / "包.thx")
    (told,) = dialog.findChildren(Dialog)
    assert "不是县级的回执包" in told.heading.text()
    told.accept()
    process.command("courier", str(tmp_path / "包.thx"))
    dialog.read_from(tmp_path / "包-回执.thx")
    assert "县级确认收到 1 项" in dialog.said.text()
    assert "回执已读入" in dialog.last.text()
    assert page.state.text() == "已同步"
    dialog.accept()


def test_letting_in_by_stick(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str], tmp_path: Path
) -> None:
    process, _code = hub
    page.stick.click()
    dialog = window.findChildren(StickDialog)[0]
    assert "向县里要登记邀请" in dialog.last.text()
    assert not dialog.write.isEnabled()
    process.command("enrol", CODE, "--invitation", str(tmp_path / "邀请"))
    dialog.join_by(tmp_path / "邀请", tmp_path / "申请.thx")
    process.command("courier", str(tmp_path / "申请.thx"))
    dialog.read_from(tmp_path / "申请-回执.thx")
    assert "已在县级平台登记" in dialog.said.text()
    assert not dialog.join.isVisible()
    dialog.write_to(tmp_path / "包.thx")
    process.command("courier", str(tmp_path / "包.thx"))
    dialog.read_from(tmp_path / "包-回执.thx")
    assert page.state.text() == "已同步"
    assert not page.go.isEnabled(), "there is no address to exchange with"
    runner_of(window.desk).begin()
    runner_of(window.desk).look()
    assert runner_of(window.desk).next_in < 0
    dialog.accept()


def test_the_connection_is_tested_step_by_step(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str]
) -> None:
    process, code = hub
    enrol(page, process.start(), code)
    close_messages(window)
    page.test.click()
    dialog = window.findChildren(TestDialog)[0]
    assert {step.key: step.good for step in dialog.steps} == dict.fromkeys(
        ("address", "protection", "version", "clock", "account", "space"), True
    )
    process.kill()
    dialog.again.click()
    first = dialog.steps[0]
    assert first.good is False
    assert first.remedy
    dialog.accept()


def test_the_support_file_names_nobody(page: SyncPage, qtbot: QtBot) -> None:
    register = find_register("contracts")
    with page.worker.centre.store.reading() as session:
        name, number = session.execute(
            register.table.select().with_only_columns(
                register.table.c.name, register.table.c.id_number
            )
        ).first()
    assert page.view is not None
    text = support_text(page.view, [])
    assert "waiting" in text
    assert name not in text
    assert number not in text
    assert "青禾镇" not in text


def test_the_oldest_moment_is_read_from_the_changes(page: SyncPage) -> None:
    assert page.view is not None
    since = min(each.since for each in page.view.waiting)
    assert since.astimezone(dt.UTC) > hlc_time(0).astimezone(dt.UTC)
    assert page.view.status.oldest_waiting == since


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


def test_what_the_county_published_is_one_click_away(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str], tmp_path: Path
) -> None:
    process, code = hub
    assert not page.news.isVisible()
    notice = f'title = "通知"\nnumber = "1"\ntext = "请看。"\nvalid_from = {dt.date.today()}\n'
    (tmp_path / "通知.toml").write_text(notice + "must_confirm = true\n", "utf-8")
    process.command("publish", "notice", str(tmp_path / "通知.toml"))
    enrol(page, process.start(), code)
    close_messages(window)
    assert page.news.text().strip() == "县里新发 1 件，1 件待签收"
    page.news.click()
    assert window.key == "publications"


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
