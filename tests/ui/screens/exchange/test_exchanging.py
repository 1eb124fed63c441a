"""The exchange page against a real hub in a process of its own."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from pathlib import Path

from pytestqt.qtbot import QtBot
from sqlalchemy import delete, select

from county.storage import Hub
from county.tables import DEVICES
from desktop.models.changes import hlc_time
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import save
from desktop.services import photos
from desktop.services.photos import NewPhoto, Subject
from desktop.ui.dialogs import Dialog
from desktop.ui.exchange_runner import runner_of
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Desk
from desktop.ui.screens.sync.by_stick import StickDialog
from desktop.ui.screens.sync.page import SyncPage
from desktop.ui.screens.sync.testing import TestDialog, support_text
from desktop.ui.screens.sync.way import WayDialog
from tests.sync.parts import ROOT, HubProcess, code_for
from tests.ui.screens.exchange.parts import CODE, close_messages, enrol


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
