"""The first run: an empty folder becomes a centre, by keyboard and with nothing skipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from desktop.models import backup
from desktop.models.listing import Query, count
from desktop.models.registers import find_register
from desktop.models.vault import Vault
from desktop.ui.dialogs import Question
from desktop.ui.restore_dialog import RestoreDialog, read_facts
from desktop.ui.theme import apply_theme
from desktop.ui.wizard import FirstRun
from desktop.ui.wizard_steps import suggested_name
from desktop.ui.worker import InlineWorker
from tests.helpers.centres import CHEAP, PASSWORD, PERSON, make_centre


@pytest.fixture
def worker(qapp: QApplication) -> Iterator[InlineWorker]:
    apply_theme(qapp)
    made = InlineWorker()
    yield made
    made.close()


@pytest.fixture
def wizard(worker: InlineWorker, tmp_path: Path, qtbot: QtBot) -> FirstRun:
    made = FirstRun(worker, tmp_path / "home", cost=CHEAP)
    qtbot.addWidget(made)
    made.show()
    return made


def go_to_password(wizard: FirstRun) -> None:
    wizard.step_on()
    wizard.division.search.setText("gtz")
    wizard.division.list.setCurrentRow(0)
    wizard.step_on()
    wizard.centre.director.setText("李建国")
    wizard.step_on()


def make(wizard: FirstRun) -> None:
    go_to_password(wizard)
    for edit in wizard.password.boxes.edits:
        edit.setText("qinghe-2026")
    wizard.step_on()


def test_the_whole_way_makes_a_centre_with_its_villages(
    wizard: FirstRun, worker: InlineWorker, tmp_path: Path
) -> None:
    make(wizard)
    assert wizard.here is wizard.recovery
    assert not wizard.on.isEnabled()
    wizard.recovery.kept.setChecked(True)
    wizard.step_on()
    wizard.imports.now.click()
    assert wizard.result() == QDialog.DialogCode.Accepted
    assert wizard.wants_import
    with worker.centre.store.reading() as session:
        assert count(session, Query(find_register("divisions"))) == 24
        assert count(session, Query(find_register("centre"))) == 1
    vault = Vault(tmp_path / "home")
    assert vault.centre == "苟堂镇卫生院"
    assert vault.unlock_with_recovery(wizard.recovery.code)


def test_it_goes_by_keyboard_alone(wizard: FirstRun, qtbot: QtBot) -> None:
    def type_in(text: str) -> None:
        qtbot.keyClicks(wizard.focusWidget(), text)

    def press(key: Qt.Key) -> None:
        qtbot.keyClick(wizard.focusWidget() or wizard, key)

    press(Qt.Key.Key_Return)
    type_in("gtz")
    press(Qt.Key.Key_Return)
    qtbot.keyClick(wizard, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert wizard.here is wizard.centre
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Tab)
    type_in("Li")
    press(Qt.Key.Key_Return)
    assert wizard.here is wizard.password
    type_in("qinghe-2026")
    press(Qt.Key.Key_Tab)
    type_in("qinghe-2026")
    press(Qt.Key.Key_Return)
    assert wizard.here is wizard.recovery
    wizard.recovery.kept.setFocus()
    press(Qt.Key.Key_Space)
    assert wizard.on.isEnabled()


def test_a_place_that_is_not_listed_is_typed_by_its_code(wizard: FirstRun) -> None:
    wizard.step_on()
    wizard.division.county.setCurrentIndex(wizard.division.county.count() - 1)
    assert wizard.division.by_hand
    wizard.division.code.setText("12345")
    wizard.step_on()
    assert wizard.here is wizard.division
    assert "区划代码" in wizard.error.text()
    wizard.division.code.setText("330523100")
    wizard.step_on()
    assert wizard.here is wizard.centre


def test_a_wrong_credit_code_is_named_and_stops(wizard: FirstRun) -> None:
    wizard.step_on()
    wizard.division.list.setCurrentRow(0)
    wizard.step_on()
    wizard.centre.director.setText("李建国")
    wizard.centre.uscc.setText("12410183MB1234567X")
    assert "有误" in wizard.centre.uscc_remark.text()
    wizard.step_on()
    assert wizard.here is wizard.centre
    assert "有误" in wizard.error.text()


def test_two_different_or_weak_passwords_go_no_further(wizard: FirstRun) -> None:
    go_to_password(wizard)
    first, second = wizard.password.boxes.edits
    first.setText("abc")
    assert "还差 3 个" in wizard.password.boxes.sentence.text()
    first.setText("qinghe-2026")
    second.setText("qinghe-2027")
    assert "不一致" in wizard.password.boxes.second_sentence.text()
    assert not wizard.on.isEnabled()


def test_there_is_no_way_back_behind_the_recovery_key(wizard: FirstRun) -> None:
    make(wizard)
    wizard.step_back()
    assert wizard.here is wizard.recovery


def test_closing_before_the_key_is_kept_asks(wizard: FirstRun) -> None:
    make(wizard)
    wizard.reject()
    asked = wizard.findChildren(Question)
    assert len(asked) == 1
    asked[0].by_key["no"].click()
    assert wizard.isVisible()


def test_the_recovery_sheet_names_the_centre_and_the_key(wizard: FirstRun) -> None:
    make(wizard)
    document = pypdfium2.PdfDocument(wizard.recovery.sheet())
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "苟堂镇卫生院" in text
    for group in wizard.recovery.code.split("-"):
        assert group in text


@pytest.mark.parametrize(
    ("township", "name"),
    [
        ("苟堂镇", "苟堂镇卫生院"),
        ("袁庄乡", "袁庄乡卫生院"),
        ("青屏街街道", "青屏街社区卫生服务中心"),
    ],
)
def test_a_name_is_suggested_from_the_township(township: str, name: str) -> None:
    assert suggested_name(township) == name


def test_a_new_pc_begins_with_a_backup(
    wizard: FirstRun, worker: InlineWorker, tmp_path: Path
) -> None:
    with make_centre(tmp_path / "old") as old:
        file = backup.make(old.database, folder=tmp_path)
    dialog = RestoreDialog(wizard, worker, tmp_path / "home", read_facts(file))
    dialog.restored.connect(wizard.accept)
    dialog.open()
    dialog.password.setText("falsch")
    dialog.go.click()
    assert "密码" in dialog.error.text()
    assert not worker.is_open
    dialog.password.setText(PASSWORD)
    dialog.go.click()
    assert wizard.result() == QDialog.DialogCode.Accepted
    assert worker.centre.store.person_name == PERSON
