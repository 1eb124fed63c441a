"""What goes wrong around an exchange leaves the page usable and the next one planned."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop.errors import UserError
from desktop.sync.client import UntrustedCertificate
from desktop.sync.engine import Engine
from desktop.ui.dialogs import Dialog
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Desk
from desktop.ui.restore_dialog import RestoreDialog
from desktop.ui.screens.settings.page import SettingsPage
from desktop.ui.screens.sync import testing
from desktop.ui.screens.sync.page import SyncPage
from desktop.ui.screens.sync.testing import TestDialog
from tests.sync.parts import HubProcess
from tests.ui.screens.exchange.parts import close_messages, enrol


def test_after_a_bug_the_next_exchange_is_planned(
    page: SyncPage,
    window: MainWindow,
    hub: tuple[HubProcess, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process, code = hub
    runner = page.runner
    runner.begin()
    enrol(page, process.start(), code)
    close_messages(window)

    def broken(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError

    told: list[Exception] = []
    page.worker.broke.connect(told.append)
    monkeypatch.setattr(Engine, "exchange", broken)
    page.go.click()
    assert [type(each) for each in told] == [ZeroDivisionError]
    assert runner.next_in > 0
    assert not runner.running
    assert page.busy.isHidden()
    assert page.go.isEnabled()
    assert "正在同步" not in window.top.pill.text()


def test_no_exchange_begins_by_itself_while_a_backup_is_restored(
    page: SyncPage, window: MainWindow, hub: tuple[HubProcess, str]
) -> None:
    process, code = hub
    runner = page.runner
    runner.begin()
    enrol(page, process.start(), code)
    close_messages(window)
    runner._plan(1)
    window.open_page("settings")
    settings = window.page
    assert isinstance(settings, SettingsPage)
    settings.backups.make.click()
    settings.backups.table.selectRow(0)
    settings.backups.restore.click()
    assert runner.next_in > 400
    settings.findChildren(RestoreDialog)[0].reject()


@pytest.mark.parametrize("text", ["https://hub.example.cn：8443", "https://[", "https://a:b:c"])
def test_any_address_can_be_typed(page: SyncPage, qtbot: QtBot, text: str) -> None:
    with qtbot.captureExceptions() as broke:
        page.enrol.url.setText(text)
    assert broke == []
    page.enrol.code.setText("AAAAA-AAAAA")
    page.enrol.go.click()
    assert "不是县级平台的地址" in page.enrol.error.text()
    assert page.enrol.go.isEnabled()


def test_a_compared_certificate_goes_with_its_address(page: SyncPage) -> None:
    page.enrol.url.setText("https://hub-a.example.cn")
    page.enrol._failed(UntrustedCertificate("self-signed", "ab" * 32))
    page.enrol.vouch.setChecked(True)
    page.enrol.url.setText("https://hub-b.example.cn")
    assert not page.enrol.vouch.isChecked()
    assert page.enrol.vouch.isHidden()


def test_a_refusal_while_the_connection_is_tested_is_shown(
    page: SyncPage, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> None:
        raise UserError("磁盘已满。")

    monkeypatch.setattr(testing, "diagnose", refuse)
    assert page.view is not None
    dialog = TestDialog(page, desk, page.view, "https://hub.example.cn")
    qtbot.addWidget(dialog)
    assert dialog.again.isEnabled()
    (told,) = dialog.findChildren(Dialog)
    assert "磁盘已满" in told.heading.text()
