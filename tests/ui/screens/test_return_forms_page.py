"""The forms page driven by hand: preview, proof-read, copy, change, refuse, export and import."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit

from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.services.periods import parse_period
from desktop.services.records import Records
from desktop.services.returns.library import CENTRE, library
from desktop.services.returns.writing import Place
from desktop.ui.dialogs import Question
from desktop.ui.main_window import MainWindow
from desktop.ui.screens.return_forms import files
from desktop.ui.screens.return_forms.editor import HEAD, RULES
from desktop.ui.screens.return_forms.line_form import CARRIED, FIGURE, FORMULA
from desktop.ui.screens.return_forms.page import EDIT, PREVIEW, PROOF, ReturnFormsPage

MEDICAL = "medical_services_monthly"


@pytest.fixture
def centre(sample_centre: Centre) -> Centre:
    return sample_centre


@pytest.fixture
def page(window: MainWindow) -> ReturnFormsPage:
    window.open_page("return_forms")
    assert isinstance(window.page, ReturnFormsPage)
    return window.page


def choose(page: ReturnFormsPage, code: str) -> None:
    page.table.selectRow(
        next(at for at, each in enumerate(page.forms) if each.version.code == code)
    )


def in_library(page: ReturnFormsPage, key: str, period: str) -> list[str]:
    with page.worker.centre.store.reading() as session:
        return [
            line.code for line in library(Records(session)).find(key, parse_period(period)).items
        ]


def type_into(edit: QLineEdit, text: str) -> None:
    """Type as an input method does: QtTest's keys know no Chinese."""
    edit.setText(text)
    edit.textEdited.emit(text)


def test_every_form_is_listed_with_where_it_is_from_and_how_sure_it_is(
    page: ReturnFormsPage,
) -> None:
    QAbstractItemModelTester(page.table.plain)
    assert page.forms[0].version.code == MEDICAL
    assert {row[2] for row in page.table.plain.rows} == {"程序附带"}
    assert page.shown is page.forms[0]
    assert "月报" in page.about.text()
    assert "版式" in page.state.text()
    assert not page.has_unsaved()


def test_a_form_is_previewed_filled_in_before_it_is_used(page: ReturnFormsPage) -> None:
    page.show_part(PREVIEW)
    assert page.pdf.pages >= 1
    for at in range(len(page.forms)):
        page.table.selectRow(at)
        assert page.pdf.pages >= 1, page.forms[at].title


def test_a_form_is_proof_read_line_by_line(page: ReturnFormsPage) -> None:
    page.show_part(PROOF)
    rows = {row[0]: row for row in page.proof.plain.rows}
    assert rows["M80"][3].startswith("台账：诊疗人次")
    assert "C02" in rows["M17"][4]


def test_looking_at_every_line_of_every_form_changes_nothing(page: ReturnFormsPage) -> None:
    page.show_part(EDIT)
    for at in range(len(page.forms)):
        page.table.selectRow(at)
        lines = page.editor.lines
        for row, place in enumerate(lines.places):
            lines.table.selectRow(row)
            if place.part == "item":
                assert lines.line.read() == lines.line.line
        assert page.editor.rules.rules() == page.draft.rule  # type: ignore[union-attr]
        page.editor.head._typed()
        assert not page.has_unsaved(), page.forms[at].title


def test_a_changed_form_is_kept_as_the_centres_version_and_the_months_before_stay(
    page: ReturnFormsPage,
) -> None:
    page.show_part(EDIT)
    before = in_library(page, MEDICAL, "2026-10")
    page.editor.lines.choose(Place("item", 0, 0))
    page.editor.lines.add_line()
    type_into(page.editor.lines.line.label, "巡回医疗人次")
    assert page.has_unsaved()
    page.valid_from.show_value(date(2026, 12, 1))
    page.save()
    assert page.shown is not None
    assert page.shown.version.origin == CENTRE
    assert page.shown.version.valid_from == date(2026, 12, 1)
    assert in_library(page, MEDICAL, "2026-10") == before
    assert len(in_library(page, MEDICAL, "2026-12")) == len(before) + 1
    assert not page.has_unsaved()
    assert [row[2] for row in page.table.plain.rows][:2] == ["本机构", "程序附带"]


def test_a_form_is_copied_under_a_name_of_its_own(page: ReturnFormsPage) -> None:
    page.copy_shown()
    assert page.stack.currentIndex() == EDIT
    assert page.has_unsaved()
    page.editor.show_part(HEAD)
    type_into(page.editor.head.texts["title"], "本院自用月报")
    page.save()
    assert page.shown is not None
    assert (page.shown.version.code, page.shown.title) == ("own_1", "本院自用月报")
    with page.worker.centre.store.reading() as session:
        assert {"own_1", MEDICAL} <= set(library(Records(session)).keys)


def test_lines_are_moved_taken_away_and_given_other_sources(page: ReturnFormsPage) -> None:
    page.copy_shown()
    lines = page.editor.lines
    lines.choose(Place("item", 0, 1))
    codes = [line.code for line in page.draft.section[0].line]  # type: ignore[union-attr]
    lines.move_chosen(1)
    assert lines.chosen() == Place("item", 0, 2)
    moved = [line.code for line in page.draft.section[0].line]  # type: ignore[union-attr]
    assert moved[:3] == [codes[0], codes[2], codes[1]]
    lines.add_line()
    form = lines.line
    form.source.setCurrentIndex(form.source.findData(FIGURE))
    form.source.activated.emit(0)
    form.figure.choose("contracts.in_force")
    form.figure.activated.emit(0)
    form.arguments["group"].setCurrentIndex(form.arguments["group"].findData("elderly"))
    form.arguments["group"].activated.emit(0)
    assert form.read().source == {"figure": "contracts.in_force", "group": "elderly"}
    assert "协议数" in form.definition.text()
    assert not page.editor.faults
    form.source.setCurrentIndex(form.source.findData(CARRIED))
    form.source.activated.emit(0)
    assert form.read().carried in codes
    form.source.setCurrentIndex(form.source.findData(FORMULA))
    form.source.activated.emit(0)
    type_into(form.formula, "M11 + M12")
    assert not page.editor.faults
    before = len(page.draft.items)  # type: ignore[union-attr]
    lines.take()
    assert len(page.draft.items) == before - 1  # type: ignore[union-attr]
    lines.add_section()
    lines.choose(Place("section", 1))
    lines.section.rows.setCurrentIndex(lines.section.rows.findData("clinic"))
    lines.section.rows.activated.emit(0)
    assert page.draft.section[1].rows == "clinic"  # type: ignore[union-attr]
    assert page.draft.section[1].column  # type: ignore[union-attr]
    assert not page.editor.faults


def test_what_is_wrong_is_said_with_the_line_and_keeps_from_saving(page: ReturnFormsPage) -> None:
    page.show_part(EDIT)
    page.editor.lines.choose(Place("item", 0, 1))
    type_into(page.editor.lines.line.code, "M10")
    assert "M10" in page.editor.notice.text.text()
    assert "重复" in page.editor.notice.text.text()
    assert (2, 0) in page.editor.lines.table.plain.tones
    assert not page.keep.isEnabled()
    page.save()
    assert page.shown is not None
    assert page.shown.version.origin == ""
    page.show_part(PREVIEW)
    assert page.pdf.pages == 0, "a form with a fault is not previewed"
    page.drop_unsaved()
    assert not page.editor.notice.isVisibleTo(page)


def test_a_rule_is_added_and_a_wrong_one_told(page: ReturnFormsPage) -> None:
    page.copy_shown()
    page.editor.show_part(RULES)
    grid = page.editor.rules.grid
    grid.add.click()
    row = grid.table.rowCount() - 1
    for column, text in ((0, "Z1"), (4, "M11 >= ZZ9"), (5, "提示")):
        item = grid.table.item(row, column)
        assert item is not None
        item.setText(text)
    assert "审核关系 Z1" in page.editor.notice.text.text()
    assert "ZZ9" in page.editor.notice.text.text()
    item = grid.table.item(row, 4)
    assert item is not None
    item.setText("M11 >= M12")
    assert not page.editor.faults


def test_a_form_goes_out_as_a_file_and_comes_back(page: ReturnFormsPage, tmp_path: Path) -> None:
    target = tmp_path / "表.toml"
    page.copy_shown()
    files.write_file(page, target)
    page.drop_unsaved()
    files.take_file(page, target)
    assert page.shown is not None
    assert page.shown.version.code == "own_1"
    bad = target.read_text("utf-8").replace("clinic.visits", "clinic.nothing", 1)
    target.write_text(bad, "utf-8")
    files.take_file(page, target)
    said = page.notice.text.text()
    assert "没有名为“clinic.nothing”的数据指标" in said
    assert "第 " in said


def test_an_own_version_is_taken_out_of_use(page: ReturnFormsPage) -> None:
    page.copy_shown()
    page.save()
    page.ask_end()
    (asked,) = page.findChildren(Question)
    asked.by_key["yes"].click()
    assert "own_1" not in {each.version.code for each in page.forms}


def test_a_broken_form_that_was_received_is_shown_with_its_reasons(
    page: ReturnFormsPage,
) -> None:
    with page.worker.centre.store.writing() as session:
        values = {"code": "zz", "title": "坏表", "version": 1, "valid_from": date(2026, 1, 1)}
        insert_many(session, find_register("return_forms"), [{**values, "body": "title = 3"}])
    page.worker.broadcast({"return_forms"})
    choose(page, "zz")
    assert page.state.text() == "不能使用"
    assert "坏" in page.title.whole_text()
    assert page.notice.isVisibleTo(page)
    assert not page.copy.isEnabled()
    choose(page, MEDICAL)
    assert page.copy.isEnabled()
    assert page.draft is not None
