"""A field that names a file which is no photo: a copy of it can be saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.models.files import Files
from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.ui.attachment_editor import AttachmentEditor
from desktop.ui.dialogs import Dialog
from desktop.ui.page import Desk

FIELD = find_register("return_templates").by_key["file"]


@pytest.fixture
def editor(desk: Desk, qtbot: QtBot) -> AttachmentEditor:
    made = AttachmentEditor(FIELD, desk)
    qtbot.addWidget(made)
    return made


def save_as(editor: AttachmentEditor, path: Path) -> None:
    editor.open.click()
    found: Any = editor.findChildren(QFileDialog)
    found[-1].fileSelected.emit(str(path))


def test_a_copy_of_the_file_is_saved(
    editor: AttachmentEditor, centre: Centre, tmp_path: Path
) -> None:
    digest = Files.of(centre.store.database).put(b"PK workbook")
    editor.show_value(digest, "")
    assert "另存文件" in editor.open.text()
    save_as(editor, tmp_path / "模板.xlsx")
    assert (tmp_path / "模板.xlsx").read_bytes() == b"PK workbook"


def test_a_file_that_has_not_arrived_is_told(editor: AttachmentEditor, tmp_path: Path) -> None:
    editor.show_value("0" * 64, "")
    save_as(editor, tmp_path / "模板.xlsx")
    assert editor.findChildren(Dialog)
    assert not (tmp_path / "模板.xlsx").exists()


def test_without_a_file_nothing_is_offered(editor: AttachmentEditor) -> None:
    editor.show_value(None, "")
    assert not editor.open.isVisibleTo(editor)
    assert editor.none.text() == "没有文件"
