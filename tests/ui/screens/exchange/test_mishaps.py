"""What goes wrong around an exchange leaves the page usable and the next one planned."""

from __future__ import annotations

import pytest

from desktop.sync.engine import Engine
from desktop.ui.main_window import MainWindow
from desktop.ui.restore_dialog import RestoreDialog
from desktop.ui.screens.settings.page import SettingsPage
from desktop.ui.screens.sync.page import SyncPage
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
