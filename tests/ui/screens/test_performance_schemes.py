"""The schemes page driven by hand: install, edit with problems in words, new versions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from pytestqt.qtbot import QtBot

from desktop.models.opening import Centre
from desktop.services.performance.scheme import shipped
from desktop.services.performance.schemes import put_in_force
from desktop.ui.main_window import MainWindow
from desktop.ui.register_output import PrintDialog
from desktop.ui.screens.schemes.asking import BLANK, COPY, NewSchemeForm
from desktop.ui.screens.schemes.editor import BLOCKS, ITEMS, MONEY, QUALITY
from desktop.ui.screens.schemes.page import SchemesPage


@pytest.fixture
def page(window: MainWindow) -> SchemesPage:
    window.open_page("schemes")
    assert isinstance(window.page, SchemesPage)
    assert window.page.stack.currentIndex() == 1
    window.page.steps.install()
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
    dialog = page.steps.ask_force()
    assert dialog is not None
    dialog.reject()


def test_a_scheme_is_shown_on_paper(page: SchemesPage) -> None:
    page.steps.print_scheme()
    dialog = page.findChild(PrintDialog)
    assert dialog is not None
    assert dialog.preview.pages > 0
    dialog.reject()


def begun(page: SchemesPage, qtbot: QtBot, name: str, begins: str) -> NewSchemeForm:
    form = page.steps.ask_new()
    assert form is not None
    form.begins.setCurrentIndex(form.begins.findData(begins))
    form.name.setText(name)
    qtbot.mouseClick(form.yes, Qt.MouseButton.LeftButton)
    return form


def test_a_scheme_is_made_from_nothing(page: SchemesPage, qtbot: QtBot) -> None:
    refused = begun(page, qtbot, " ", BLANK)
    assert "名称" in refused.notice.text.text()
    refused.reject()
    begun(page, qtbot, "2027 年考核方案", BLANK)
    assert page.shown is not None
    assert (page.shown.scheme.name, page.shown.status) == ("2027 年考核方案", "草稿")
    editor = page.editor
    assert editor.stack.currentIndex() == BLOCKS
    assert not editor.items.add.isEnabled()
    editor.blocks.add.click()
    for at, text in enumerate(("GW", "公共卫生", "100")):
        cell = editor.blocks.table.item(0, at)
        assert cell is not None
        cell.setText(text)
    editor.show_part(ITEMS)
    editor.items.add.click()
    type_into(page, qtbot, "weight", "60")
    assert any("应为 100 分" in problem.message for problem in editor.problems)
    assert page.steps.ask_force() is None  # Saved, and not put in force: the sum is wrong.
    type_into(page, qtbot, "weight", "100")
    assert not editor.problems
    page.save()
    assert page.shown.scheme.by_code["X01"].weight == 10_000
    form = page.steps.ask_force()
    assert form is not None
    # The proposal on trial began in January, the new one this month.
    assert form.alone.isChecked()
    qtbot.mouseClick(form.yes, Qt.MouseButton.LeftButton)
    states = {each.scheme.name: (each.status, each.valid_to) for each in page.versions}
    assert states["2027 年考核方案"] == ("执行", None)
    assert page.shown.valid_from is not None
    ended = states[shipped().name][1]
    assert ended == page.shown.valid_from - timedelta(days=1)


def test_a_scheme_is_copied_and_a_draft_named_anew(page: SchemesPage, qtbot: QtBot) -> None:
    begun(page, qtbot, "边远村方案", COPY)
    assert page.shown is not None
    assert page.shown.scheme.items == shipped().items
    listed = {row[0] for row in page.table.plain.rows}
    assert listed == {"边远村方案 第1版", f"{shipped().name} 第1版"}
    form = page.steps.ask_name()
    assert form is not None
    form.name.setText(shipped().name)
    qtbot.mouseClick(form.yes, Qt.MouseButton.LeftButton)
    assert "已有名为" in form.notice.text.text()
    form.name.setText("山区方案")
    qtbot.mouseClick(form.yes, Qt.MouseButton.LeftButton)
    assert page.shown is not None
    assert page.shown.scheme.name == "山区方案"
