"""A director's first month, in the real program: window, threads, encrypted file and county hub.

Nobody stands in for anybody: what is clicked and typed here is what a person clicks and types.
Only the day on the wall is fixed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.app import App
from desktop.models.registers.returns import APPROVED, CHECKED
from desktop.ui.dialogs import Dialog, Question
from desktop.ui.import_dialog import ImportDialog
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Page
from desktop.ui.screens.home import page as home_page
from desktop.ui.screens.home.page import HomePage
from desktop.ui.screens.returns import page as returns_page
from desktop.ui.screens.returns import surveying
from desktop.ui.screens.returns.page import ReturnsPage
from desktop.ui.screens.sync.page import SyncPage
from desktop.ui.wizard import FirstRun
from tests.end2end.programs import text_of
from tests.helpers.office import MONTH, OFFICE, truth
from tests.sync.parts import HubProcess, run_hub

CODE = "411081101"
NAME = "青禾镇中心卫生院"
DIRECTOR = "李建国"
PASSWORD = "春天来了2026"
FORM = "medical_services_monthly"
TYPED = {
    "M11": "3412",
    "M12": "134",
    "M13": "0",
    "M17": "1042",
    "M31": "92",
    "M40": "64",
    "M41": "38",
    "M51": "268.4",
    "M52": "121.7",
    "M55": "139.6",
}
SOON = 10_000
LONG = 60_000


class Calendar(dt.date):
    """The day on the wall: the one whose contracts the truth has counted."""

    @classmethod
    def today(cls) -> dt.date:
        return dt.date.fromisoformat(truth()["家庭医生签约明细.xlsx"]["active_on"])


@pytest.fixture
def county(tmp_path: Path) -> Iterator[HubProcess]:
    """A county hub that is set up and not running."""
    with run_hub(f"sqlite:///{tmp_path / 'county.db'}") as hub:
        hub.command("init")
        hub.command("centre", "add", "--code", CODE, "--name", NAME)
        yield hub


class Director:
    """What the director does, and sees."""

    def __init__(self, qtbot: QtBot, app: App) -> None:
        self._qtbot = qtbot
        self._app = app

    @property
    def window(self) -> MainWindow:
        assert self._app.window is not None
        return self._app.window

    def waits_until(self, seen: Callable[[], object], within: int = LONG) -> None:
        self._qtbot.waitUntil(lambda: bool(seen()), timeout=within)

    def types(self, edit: QLineEdit, text: str) -> None:
        edit.setFocus()
        edit.clear()
        edit.insert(text)

    # First run

    def sets_up(self) -> None:
        self.waits_until(lambda: isinstance(self._app.dialog, FirstRun), SOON)
        wizard = self._app.dialog
        assert isinstance(wizard, FirstRun)
        wizard.on.click()
        wizard.division.county.setCurrentText("禹州市")
        wizard.division.search.setText("sdz")
        self._qtbot.keyClick(wizard.division.search, Qt.Key.Key_Return)
        wizard.on.click()
        self.types(wizard.centre.name, NAME)
        self.types(wizard.centre.director, DIRECTOR)
        wizard.on.click()
        for edit in wizard.password.boxes.edits:
            self.types(edit, PASSWORD)
        wizard.on.click()
        self.waits_until(lambda: wizard.here is wizard.recovery)
        wizard.recovery.kept.setChecked(True)
        wizard.on.click()
        wizard.imports.now.click()
        self.waits_until(lambda: self._app.window is not None)

    def takes_in_the_workbooks(self) -> ImportDialog:
        self.waits_until(lambda: bool(self.window.findChildren(ImportDialog)), SOON)
        dialog = self.window.findChildren(ImportDialog)[0]
        dialog.drop.given.emit([OFFICE])
        self.waits_until(lambda: dialog.stack.currentWidget() is dialog.review)
        dialog.go.click()
        self.waits_until(lambda: dialog.stack.currentWidget() is dialog.receipt)
        return dialog

    # Pages

    def opens(self, key: str) -> Page:
        self.window.open_page(key)
        page = self.window.page
        assert page is not None
        self.waits_until(lambda: self.has_read(page), SOON)
        return page

    def has_read(self, page: Page) -> bool:
        if isinstance(page, HomePage):
            return bool(page.cards)
        return getattr(page, "view", None) is not None

    def opens_the_returns(self) -> ReturnsPage:
        page = self.opens("returns")
        assert isinstance(page, ReturnsPage)
        return page

    def opens_the_exchange(self) -> SyncPage:
        page = self.opens("sync")
        assert isinstance(page, SyncPage)
        return page

    def exchanges(self, sync: SyncPage) -> None:
        """Press 立即同步 and wait until it has ended, one way or the other."""
        ended: list[object] = []
        sync.runner.ended.connect(ended.append)
        self.waits_until(sync.go.isEnabled, SOON)
        sync.go.click()
        self.waits_until(lambda: bool(ended))
        sync.runner.ended.disconnect(ended.append)
        self.closes_messages()

    def sees_on_the_first_page(self) -> dict[str, str]:
        page = self.opens("home")
        assert isinstance(page, HomePage)
        return {card.figures.kind: card.figure.text() for card in page.cards}

    def fills_in(self, page: ReturnsPage) -> None:
        """Type every figure that no register holds; Enter goes on to the next one."""
        grid = page.body.grid
        page.body.go_to_cell("M11")
        for code, figure in TYPED.items():
            self.waits_until(partial(self._stands_on, page, code), SOON)
            self._qtbot.keyClick(grid, Qt.Key.Key_Return)
            edit = grid.findChild(QLineEdit)
            assert edit is not None, code
            self._qtbot.keyClicks(edit, figure)
            self._qtbot.keyClick(edit, Qt.Key.Key_Return)
            self.waits_until(lambda: grid.findChild(QLineEdit) is None, SOON)
        assert page.body.typed.pending == TYPED
        page.save()
        self.waits_until(lambda: not page.has_unsaved() and page.opened.typed)

    def _stands_on(self, page: ReturnsPage, code: str) -> bool:
        return page.body.grid.key == code

    def explains(self, page: ReturnsPage) -> None:
        """Answer every query; there is none where no earlier month is known."""
        for row in page.side.findings.rows:
            row.answer.setText("首次填报，已核对。")
            row.answer.textEdited.emit(row.answer.text())
        if page.has_unsaved():
            page.save()
        self.waits_until(lambda: not page.opened.blocking)

    def _is(self, page: ReturnsPage, status: str) -> bool:
        return page.opened.status == status

    def hands_in(self, page: ReturnsPage) -> None:
        """Check, approve and submit: the main button is always the next step."""
        page.submit.click()
        for status in (CHECKED, APPROVED):
            self.waits_until(partial(self._is, page, status))
            page.submit.click()
            self.answers("yes")
        self.waits_until(lambda: page.opened.frozen)

    def saves_the_pdf(self, page: ReturnsPage, file: Path) -> str:
        self.waits_until(page.pdf.isEnabled)
        page.pdf.click()
        dialog = page.findChildren(QFileDialog)[0]
        dialog.selectFile(str(file))
        dialog.accept()
        self.waits_until(file.exists, SOON)
        return text_of(file)

    def answers(self, key: str) -> None:
        self.waits_until(self._questions, SOON)
        self._questions()[0].by_key[key].click()

    def _questions(self) -> list[Question]:
        asked = self.window.findChildren(Question)
        return [each for each in asked if each.isVisible()]

    def closes_messages(self) -> None:
        for dialog in self.window.findChildren(Dialog):
            if dialog.isVisible():
                dialog.accept()


@pytest.fixture
def director(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Director]:
    """Somebody before a PC that has never seen the program."""
    monkeypatch.setattr(home_page, "date", Calendar)
    for module in (returns_page, surveying):
        monkeypatch.setattr(module, "date", Calendar)
    app = App(qapp, tmp_path / "新电脑")
    broken: list[BaseException] = []
    app.worker.broke.connect(broken.append)
    app.start()
    yield Director(qtbot, app)
    app.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert not broken


def test_a_month_from_the_first_start_to_the_county_s_receipt(
    director: Director, county: HubProcess, tmp_path: Path
) -> None:
    director.sets_up()
    the_workbooks_are_taken_in(director)
    the_first_page_shows_the_truth(director)
    the_return_is_filled_in_and_printed(director, tmp_path / "月报.pdf")
    the_pc_is_let_in_and_the_cable_pulled(director, county)
    it_is_submitted_and_nobody_claims_to_have_it(director, county)
    with_the_cable_back_the_receipt_comes(director, county)


def the_workbooks_are_taken_in(director: Director) -> None:
    dialog = director.takes_in_the_workbooks()
    rejected = sum(len(told.get("rejected", {})) for told in truth().values())
    assert str(rejected) in dialog.receipt.sentence.text() + dialog.receipt.notice.text.text()
    dialog.close_button.click()
    assert dialog.result() == QDialog.DialogCode.Accepted


def the_first_page_shows_the_truth(director: Director) -> None:
    active = truth()["家庭医生签约明细.xlsx"]["active"]
    wanted = {"contracts": f"{active:,}", "clinics": "27 / 27", "drugs": "60", "supplies": "0 天"}
    director.waits_until(lambda: director.sees_on_the_first_page() == wanted)


def the_return_is_filled_in_and_printed(director: Director, file: Path) -> None:
    page = director.opens_the_returns()
    assert page.due.period.currentText() == "2026年10月"
    in_clinics = truth()["村卫生室月报202610"]["totals"]["诊疗人次"]
    assert figure(page, "M80") == f"{in_clinics:,}"
    director.fills_in(page)
    director.explains(page)
    visits = f"{3412 + 134 + in_clinics:,}"
    assert figure(page, "M10") == visits
    text = director.saves_the_pdf(page, file)
    for word in (NAME, "2026年10月", visits, page.opened.check_code, "草稿"):
        assert word in text


def the_pc_is_let_in_and_the_cable_pulled(director: Director, county: HubProcess) -> None:
    sync = director.opens_the_exchange()
    director.types(sync.enrol.url, county.start())
    director.types(sync.enrol.code, county.command("enrol", CODE).splitlines()[0])
    sync.enrol.plain.setChecked(True)
    sync.enrol.go.click()
    director.waits_until(lambda: sync.view is not None and sync.view.status.enrolled)
    county.kill()
    director.waits_until(lambda: not sync.runner.running)
    director.closes_messages()


def it_is_submitted_and_nobody_claims_to_have_it(director: Director, county: HubProcess) -> None:
    page = director.opens_the_returns()
    director.hands_in(page)
    sync = director.opens_the_exchange()
    director.exchanges(sync)
    assert "待上传" in sync.state.text()
    assert "已同步" not in director.window.top.pill.text()
    page = director.opens_the_returns()
    assert page.due.rows[FORM, MONTH].pill.text() == "已上报 · 待上传"
    assert "待上传" in page.notice.text.text()
    assert json.loads(county.command("returns", "--json")) == []


def with_the_cable_back_the_receipt_comes(director: Director, county: HubProcess) -> None:
    county.start()
    sync = director.opens_the_exchange()
    director.exchanges(sync)
    director.waits_until(lambda: sync.state.text() == "已同步")
    page = director.opens_the_returns()
    director.waits_until(lambda: page.due.rows[FORM, MONTH].pill.text() == "县级已接收", SOON)
    assert "接收" in page.notice.text.text()
    (listed,) = json.loads(county.command("returns", "--check", "--json"))
    assert (listed["centre"], listed["month"], listed["status"]) == (CODE, "2026-10", "县级已接收")
    assert listed["submitted_by"] == DIRECTOR
    assert listed["differences"] == []


def figure(page: ReturnsPage, code: str) -> str:
    """Return the month's figure of a line as it stands in the table."""
    page.body.go_to_cell(code)
    cells = page.body.grid.cells
    return str(cells.index_of(code).data())
