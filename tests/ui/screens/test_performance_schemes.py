"""The schemes page driven by hand: install, edit with problems in words, new versions."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from pytestqt.qtbot import QtBot

from desktop.models.opening import Centre
from desktop.services.performance.schemes import put_in_force
from desktop.ui.main_window import MainWindow
from desktop.ui.register_output import PrintDialog
from desktop.ui.screens.schemes.editor import BLOCKS, MONEY, QUALITY
from desktop.ui.screens.schemes.page import SchemesPage


@pytest.fixture
def page(window: MainWindow) -> SchemesPage:
    window.open_page("schemes")
    assert isinstance(window.page, SchemesPage)
    assert window.page.stack.currentIndex() == 1
    window.page.install()
    return window.page


def type_into(page: SchemesPage, qtbot: QtBot, name: str, text: str) -> None:
    edit = getattr(page.editor.items.form, name)
    edit.clear()
    qtbot.keyClicks(edit, text)


def test_the_proposal_is_installed_on_trial(page: SchemesPage) -> None:
    assert page.stack.currentIndex() == 0
    assert [version.status for version in page.versions] == ["试行"]
    assert "提案" in page.notice.text.text()
    assert not page.has_unsaved()
    assert not page.editor.problems


def test_weights_that_do_not_sum_are_said_with_the_sum(page: SchemesPage, qtbot: QtBot) -> None:
    type_into(page, qtbot, "weight", "12")
    assert "102" in page.editor.items.sum.text()
    assert "102.00" in page.editor.notice.text.text()
    assert page.has_unsaved()
    type_into(page, qtbot, "weight", "x")
    assert page.editor.errors
    type_into(page, qtbot, "weight", "10")
    assert not page.has_unsaved()
    assert not page.editor.notice.isVisibleTo(page)


def test_income_cannot_be_chosen_and_the_reason_is_beside_it(page: SchemesPage) -> None:
    form = page.editor.items.form
    model = form.source.model()
    assert isinstance(model, QStandardItemModel)
    greyed = [
        (form.source.itemText(at), form.source.itemData(at, Qt.ItemDataRole.ToolTipRole))
        for at in range(form.source.count())
        if not model.item(at).isEnabled()
    ]
    assert [text[:2] for text, _reason in greyed] == ["药品", "耗材", "检查"]
    assert all("S2-7b" in reason for _text, reason in greyed)
    assert "S2-7b" in form.income.text()


def test_looking_at_everything_changes_nothing(page: SchemesPage) -> None:
    editor = page.editor
    assert editor.draft is not None
    for row in range(len(editor.draft.items)):
        editor.items.table.selectRow(row)
        item = editor.items.chosen()
        assert item is not None
        assert editor.items.form.read() == item
    for part, grid in (
        (BLOCKS, editor.blocks),
        (QUALITY, editor.quality),
        (MONEY, editor.subsidies),
    ):
        editor.show_part(part)
        grid.edited.emit()
    assert not editor.changed
    assert editor.draft == editor.base


def test_a_scheme_in_use_is_changed_by_a_new_version(
    page: SchemesPage, centre: Centre, qtbot: QtBot
) -> None:
    assert page.shown is not None
    first = page.shown.id
    with centre.store.writing() as session:
        put_in_force(session, first, date(2026, 1, 1))
    page.load()
    assert "新版本" in page.keep.text()
    type_into(page, qtbot, "price", "8.50")
    page.save()
    assert [(v.scheme.version, v.status) for v in page.versions] == [(2, "草稿"), (1, "执行")]
    assert page.shown is not None
    assert page.shown.id != first
    assert page.shown.scheme.items[0].price == 850
    assert page.versions[1].scheme.items[0].price is None
    dialog = page.ask_force()
    assert dialog is not None
    dialog.reject()


def test_a_scheme_is_shown_on_paper(page: SchemesPage) -> None:
    page.print_scheme()
    dialog = page.findChild(PrintDialog)
    assert dialog is not None
    assert dialog.preview.pages > 0
    dialog.reject()
