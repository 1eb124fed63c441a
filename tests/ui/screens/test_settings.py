"""Settings: the centre's record, people, backups, the look."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.models import backup
from desktop.models.listing import Query, count
from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.models.vault import Vault
from desktop.ui.dialogs import Dialog, Question
from desktop.ui.main_window import MainWindow
from desktop.ui.restore_dialog import RestoreDialog
from desktop.ui.screens.settings.page import SettingsPage
from desktop.ui.screens.settings.people import NewPersonDialog, RecoveryDialog


@pytest.fixture
def centre(sample_centre: Centre) -> Centre:
    return sample_centre


@pytest.fixture
def page(window: MainWindow) -> SettingsPage:
    window.open_page("settings")
    assert isinstance(window.page, SettingsPage)
    return window.page


def answer(page: SettingsPage, key: str) -> None:
    asked = [each for each in page.findChildren(Question) if each.isVisible()]
    asked[0].by_key[key].click()


def test_the_centre_is_renamed_and_the_sign_in_page_knows(page: SettingsPage) -> None:
    page.form.editors["name"].main_widget().setText("青禾镇卫生院")  # type: ignore[attr-defined]
    page.form.editors["name"].edited.emit()
    assert page.has_unsaved()
    page.form.save()
    assert not page.has_unsaved()
    assert page.worker.centre.vault.centre == "青禾镇卫生院"


def add(page: SettingsPage, name: str, password: str) -> NewPersonDialog:
    page.people.add_person.click()
    dialog = page.findChildren(NewPersonDialog)[-1]
    dialog.name.setText(name)
    for edit in dialog.passwords.edits:
        edit.setText(password)
    dialog.go.click()
    return dialog


def test_a_person_is_added_signs_in_and_is_removed(page: SettingsPage) -> None:
    add(page, "王秀兰", "tongji-2026")
    vault: Vault = page.worker.centre.vault
    assert vault.sign_in("王秀兰", "tongji-2026").role == "statistics"
    page.people.list.setCurrentRow(1)
    page.people.remove.click()
    answer(page, "yes")
    assert [each.name for each in vault.people()] == ["院长"]
    assert page.people.list.count() == 1


def test_a_name_that_is_taken_is_refused_in_the_dialog(page: SettingsPage) -> None:
    dialog = add(page, "院长", "tongji-2026")
    assert "已经有名为" in dialog.error.text()
    dialog.reject()


def test_nobody_removes_themselves(page: SettingsPage) -> None:
    page.people.list.setCurrentRow(0)
    assert not page.people.remove.isEnabled()


def test_a_new_recovery_key_voids_the_old_and_must_be_kept(page: SettingsPage) -> None:
    page.people.recovery.click()
    answer(page, "yes")
    dialog = page.findChildren(RecoveryDialog)[0]
    dialog.reject()
    assert dialog.isVisible()
    assert page.worker.centre.vault.unlock_with_recovery(dialog._code)
    dialog.kept.setChecked(True)
    dialog.close_button.click()


def test_a_backup_is_made_listed_and_checked(page: SettingsPage, window: MainWindow) -> None:
    before = len(page.backups.files)
    page.backups.make.click()
    assert len(page.backups.files) == before + 1
    page.backups.table.selectRow(0)
    page.backups.check.click()
    said = [each for each in window.findChildren(Dialog) if each.isVisible()]
    assert said[0].heading.text() == "检查结果"
    said[0].accept()


def test_a_damaged_backup_is_named(page: SettingsPage, window: MainWindow) -> None:
    page.backups.make.click()
    file = page.backups.files[0]
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    page.backups.table.selectRow(0)
    page.backups.check.click()
    said = [each for each in window.findChildren(Dialog) if each.isVisible()]
    assert "有问题" in said[0].heading.text()
    said[0].accept()


def test_restoring_brings_the_old_state_back(
    page: SettingsPage, tmp_path: Path, window: MainWindow
) -> None:
    register = find_register("clinics")
    page.backups.make.click()
    worker = page.worker
    with worker.centre.store.writing() as session:
        insert_many(session, register, [{"name": "后来的村卫生室"}])
        assert count(session, Query(register)) == 28
    rebuilt: list[bool] = []
    window.desk.look_changed.connect(lambda: rebuilt.append(True))
    page.backups.table.selectRow(0)
    page.backups.restore.click()
    dialog = page.findChildren(RestoreDialog)[0]
    dialog.password.setText("qinghe-2026")
    dialog.go.click()
    assert rebuilt == [True]
    with worker.centre.store.reading() as session:
        assert count(session, Query(register)) == 27


def test_a_wrong_password_for_a_backup_changes_nothing(page: SettingsPage) -> None:
    file = backup.make(page.worker.centre.database)
    page.backups._restore(file)
    dialog = page.findChildren(RestoreDialog)[0]
    dialog.password.setText("falsch")
    dialog.go.click()
    assert "密码" in dialog.error.text()
    assert page.worker.is_open
    with page.worker.centre.store.reading() as session:
        assert count(session, Query(find_register("clinics"))) == 27
    dialog.reject()


def test_the_look_is_chosen_and_remembered(page: SettingsPage, window: MainWindow) -> None:
    wanted: list[bool] = []
    window.desk.look_changed.connect(lambda: wanted.append(True))
    page.sizes["largest"].click()
    page.languages["en"].click()
    assert wanted == [True, True]
    assert window.desk.preferences.get("font_size") == "largest"
    assert window.desk.preferences.get("language") == "en"
