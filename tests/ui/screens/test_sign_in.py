"""Signing in: wrong passwords wait longer, the recovery key opens, the lock screen stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from desktop.models.vault import Vault
from desktop.ui.sign_in import LockScreen, SignIn
from desktop.ui.theme import apply_theme
from desktop.ui.worker import InlineWorker
from tests.helpers.centres import CHEAP, PASSWORD, PERSON, make_centre


@pytest.fixture
def worker(qapp: QApplication) -> Iterator[InlineWorker]:
    apply_theme(qapp)
    made = InlineWorker()
    yield made
    made.close()


@pytest.fixture
def recovery(tmp_path: Path) -> str:
    with make_centre(tmp_path) as centre:
        code = centre.vault.renew_recovery(centre.unlocked)
        centre.vault.add_person(centre.unlocked, "王秀兰", "tongji-2026", role="statistics")
    return code


@pytest.fixture
def dialog(worker: InlineWorker, recovery: str, tmp_path: Path, qtbot: QtBot) -> SignIn:
    made = SignIn(worker, tmp_path, vault=Vault(tmp_path, cost=CHEAP))
    qtbot.addWidget(made)
    made.show()
    return made


def test_everyone_is_listed_and_the_right_password_opens(
    dialog: SignIn, worker: InlineWorker, qtbot: QtBot
) -> None:
    assert dialog.panel.people.count() == 2
    qtbot.keyClicks(dialog.panel.password, PASSWORD)
    qtbot.keyClick(dialog.panel.password, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert worker.centre.store.person_name == PERSON
    assert not dialog.panel.password.text()


def test_another_person_signs_in_with_an_own_password(dialog: SignIn, worker: InlineWorker) -> None:
    dialog.panel.people.setCurrentRow(1)
    dialog.panel.password.setText("tongji-2026")
    dialog.panel.enter.click()
    assert worker.centre.store.person_name == "王秀兰"


def test_wrong_passwords_are_told_and_the_wait_is_counted_down(dialog: SignIn) -> None:
    for _time in range(3):
        dialog.panel._left = 0
        dialog.panel.password.setText("falsch")
        dialog.panel._enter()
    assert "请" in dialog.panel.sentence.text()
    assert "秒后再试" in dialog.panel.sentence.text()
    assert not dialog.panel.enter.isEnabled()
    while dialog.panel._left:
        dialog.panel._count_down()
    assert dialog.panel.enter.isEnabled()
    assert "现在可以" in dialog.panel.sentence.text()


def test_the_recovery_key_sets_a_new_password_and_opens(
    dialog: SignIn, recovery: str, worker: InlineWorker, tmp_path: Path
) -> None:
    dialog.panel.forgot.click()
    panel = dialog.recovery
    for edit in panel.passwords.edits:
        edit.setText("xinmima-2026")
    panel.code.setText("ABCD")
    panel.enter.click()
    assert "32 个字符" in panel.sentence.text()
    panel.code.setText(recovery.lower().replace("-", " "))
    panel.enter.click()
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert worker.is_open
    assert Vault(tmp_path).sign_in(PERSON, "xinmima-2026").person_name == PERSON


def test_escape_leaves_the_recovery_key_and_then_the_program(dialog: SignIn) -> None:
    dialog.panel.forgot.click()
    dialog.reject()
    assert dialog.isVisible()
    dialog.reject()
    assert not dialog.isVisible()


def test_a_locked_screen_opens_only_with_the_password(
    worker: InlineWorker, recovery: str, tmp_path: Path, qtbot: QtBot
) -> None:
    screen = LockScreen(worker, tmp_path, PERSON, vault=Vault(tmp_path, cost=CHEAP))
    qtbot.addWidget(screen)
    screen.show()
    assert screen.panel.people.count() == 1
    qtbot.keyClick(screen, Qt.Key.Key_Escape)
    assert screen.isVisible()
    screen.panel.password.setText("falsch")
    screen.panel.enter.click()
    assert "密码不正确" in screen.panel.sentence.text()
    assert screen.isVisible()
    screen.panel.password.setText(PASSWORD)
    screen.panel.enter.click()
    assert screen.result() == QDialog.DialogCode.Accepted


def test_a_locked_screen_can_be_left_by_signing_out(
    worker: InlineWorker, recovery: str, tmp_path: Path, qtbot: QtBot
) -> None:
    screen = LockScreen(worker, tmp_path, PERSON, vault=Vault(tmp_path, cost=CHEAP))
    qtbot.addWidget(screen)
    screen.show()
    screen.panel.forgot.click()
    assert screen.wants_out
    assert screen.result() == QDialog.DialogCode.Rejected
