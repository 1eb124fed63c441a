"""Offices' own templates on screen: proposed, pointed at, kept, moved along, filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop.exchange.return_workbook import read_return_workbook
from desktop.models.opening import Centre
from desktop.services.returns import ComposedReturn, filing
from desktop.ui.dialogs import Dialog
from desktop.ui.screens.returns.template_dialog import TemplateDialog
from desktop.ui.screens.returns.template_export import PACK, TEMPLATE
from desktop.ui.screens.returns.workbook import ask_workbook
from desktop.ui.worker import InlineWorker
from tests.exchange.offices_templates import by_clinic, monthly

FORM, MONTH = "medical_services_monthly", "2026-10"


@pytest.fixture
def opened(centre: Centre, worker: InlineWorker) -> ComposedReturn:
    with centre.store.writing() as session:
        return filing.set_typed(session, FORM, MONTH, {"M11": "3620", "M12": "134"})


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(1366, 768)
    qtbot.addWidget(made)
    made.show()
    return made


def newest(parent: QWidget, kind: type[QWidget]) -> Any:
    """Return the last window of a kind that was opened."""
    found: Any = parent.findChildren(kind)
    return found[-1]


class Out:
    """The export dialog over a page, and the files it wrote."""

    def __init__(self, page: QWidget, worker: InlineWorker, opened: ComposedReturn) -> None:
        self.page, self.files = page, list[Path]()
        self.dialog = ask_workbook(page, worker, opened, self.files.append)

    def template_dialog(self) -> TemplateDialog:
        found: TemplateDialog = newest(self.dialog, TemplateDialog)
        return found

    def save_as(self, path: Path) -> None:
        newest(self.page, QFileDialog).fileSelected.emit(str(path))


@pytest.fixture
def out(page: QWidget, worker: InlineWorker, opened: ComposedReturn) -> Out:
    return Out(page, worker, opened)


@pytest.fixture
def county_file(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet: Any = book.worksheets[0]
    sheet["A1"] = "填报单位："
    sheet.merge_cells("A1:C1")
    for at, head in enumerate(("项目", "本月", "上月"), start=1):
        sheet.cell(3, at, head)
    for row, label in enumerate(("其中：门诊", "其中：急诊", "合计", "备查"), start=4):
        sheet.cell(row, 1, label)
    sheet["B6"] = "=B4+B5"
    book.save(tmp_path / "县表.xlsx")
    return tmp_path / "县表.xlsx"


def choose(dialog: TemplateDialog, first: tuple[int, int], last: tuple[int, int]) -> None:
    model, selection = dialog.grid.cells, dialog.grid.selectionModel()
    area = QItemSelection(model.index(*first), model.index(*last))
    selection.select(area, QItemSelectionModel.SelectionFlag.ClearAndSelect)


def take(dialog: TemplateDialog, key: str, compared: str = "") -> None:
    """Choose what the chosen cells take, as with the mouse."""
    if compared:
        dialog.compared.setCurrentIndex(dialog.compared.findData(compared))
    at = dialog.take.findData(key)
    assert at >= 0, key
    dialog.take.setCurrentIndex(at)
    dialog.take.activated.emit(at)


def shown(dialog: TemplateDialog, row: int, column: int) -> str:
    return str(dialog.grid.cells.index(row, column).data())


def add(out: Out, file: Path) -> TemplateDialog:
    out.dialog.ways.button(TEMPLATE).click()
    out.dialog.take_new(file)
    return out.template_dialog()


def test_the_return_goes_out_like_the_paper(out: Out, tmp_path: Path) -> None:
    assert not out.dialog.new.isEnabled(), "templates are asked for only when they are wanted"
    out.dialog.go.click()
    out.save_as(tmp_path / "月报.xlsx")
    (saved,) = read_return_workbook(tmp_path / "月报.xlsx")
    assert saved.cells["M11", "this"].value == 3620
    assert out.files == [tmp_path / "月报.xlsx"]


def test_all_returns_of_the_period_go_into_one_workbook(out: Out, tmp_path: Path) -> None:
    out.dialog.ways.button(PACK).click()
    out.dialog.go.click()
    out.save_as(tmp_path / "全部.xlsx")
    codes = [saved.qr_text.split(":")[1] for saved in read_return_workbook(tmp_path / "全部.xlsx")]
    assert "MEDICAL.SERVICES.MONTHLY" in codes


def test_a_template_is_added_and_filled_with_one_click(
    out: Out, county_file: Path, tmp_path: Path
) -> None:
    dialog = add(out, county_file)
    assert shown(dialog, 3, 1) == "M11 本月"
    assert shown(dialog, 5, 1) == "公式"
    assert shown(dialog, 0, 0) == "填报单位： 填报单位"
    dialog.save.click()
    assert out.dialog.template.currentText() == "县表"
    out.dialog.go.click()
    out.save_as(tmp_path / "填好.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "填好.xlsx").worksheets[0]
    assert (sheet["B4"].value, sheet["B5"].value, sheet["B6"].value) == (3620, 134, "=B4+B5")
    assert out.files == [tmp_path / "填好.xlsx"]


def test_a_wrong_guess_is_corrected_by_pointing(out: Out, county_file: Path) -> None:
    dialog = add(out, county_file)
    dialog.grid.go_to((6, 1))
    assert dialog.where.text() == "单元格 B7"
    take(dialog, "M31", "last")
    assert shown(dialog, 6, 1) == "M31 上月"
    dialog.grid.go_to((3, 1))
    assert (dialog.take.currentData(), dialog.compared.currentData()) == ("M11", "this")
    dialog.none.click()
    assert shown(dialog, 3, 1) == ""
    dialog.again.click()
    assert shown(dialog, 3, 1) == "M11 本月"
    assert shown(dialog, 6, 1) == ""


def test_a_formula_cannot_be_pointed_at(out: Out, county_file: Path) -> None:
    dialog = add(out, county_file)
    dialog.grid.go_to((5, 1))
    take(dialog, "M10", "this")
    assert "是公式" in dialog.notice.text.text()
    assert shown(dialog, 5, 1) == "公式"


def test_the_list_leads_to_the_cell(out: Out, county_file: Path) -> None:
    dialog = add(out, county_file)
    rows = dialog.list.plain.rows
    at = next(number for number, row in enumerate(rows) if row[0] == "B5")
    dialog.list.clicked.emit(dialog.list.plain.index(at, 0))
    assert dialog.where.text() == "单元格 B5"
    assert "M12" in rows[at][1]


def test_what_is_only_like_a_label_is_shown_for_correction(
    out: Out, tmp_path: Path, qtbot: QtBot
) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.worksheets[0]
    sheet["A3"], sheet["B3"], sheet["A4"] = "项目", "本月", "本院中医诊疗人次"
    book.save(tmp_path / "像.xlsx")
    dialog = add(out, tmp_path / "像.xlsx")
    (row,) = [row for row in dialog.list.plain.rows if "M17" in row[1]]
    assert row == ("B4", "M17 中医诊疗人次（本院） · 本月（请核对）")
    assert "请核对" in dialog.count.text()


def test_a_newer_edition_moves_the_marks_and_tells_what_is_lost(
    out: Out, county_file: Path, tmp_path: Path
) -> None:
    add(out, county_file).save.click()
    book = openpyxl.load_workbook(county_file)
    sheet = book.worksheets[0]
    sheet.insert_rows(4)
    sheet["A6"] = "别的名称"
    book.save(county_file)
    out.dialog.take_other(county_file)
    dialog = out.template_dialog()
    assert shown(dialog, 4, 1) == "M11 本月"
    assert "找不到" in dialog.notice.text.text()
    assert "Sheet!B5" in dialog.notice.text.text()
    dialog.save.click()
    out.dialog.go.click()
    out.save_as(tmp_path / "新版.xlsx")
    assert openpyxl.load_workbook(tmp_path / "新版.xlsx").worksheets[0]["B5"].value == 3620


def test_a_template_needs_a_name_of_its_own(out: Out, county_file: Path) -> None:
    dialog = add(out, county_file)
    dialog.name.setText(" ")
    dialog.save.click()
    assert "取一个名称" in dialog.notice.text.text()
    dialog.name.setText("县表")
    dialog.save.click()
    second = add(out, county_file)
    second.save.click()
    assert "换一个名称" in second.notice.text.text()


def test_a_template_is_deleted_after_a_question(out: Out, county_file: Path) -> None:
    add(out, county_file).save.click()
    out.dialog.gone.click()
    question = newest(out.dialog, Dialog)
    question.by_key["yes"].click()
    assert out.dialog.kept == []
    assert not out.dialog.go.isEnabled()


def test_an_old_file_is_refused_in_words(out: Out, tmp_path: Path) -> None:
    old = tmp_path / "旧.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    out.dialog.ways.button(TEMPLATE).click()
    out.dialog.take_new(old)
    assert "另存为" in out.dialog.notice.text.text()


def test_a_columns_cells_are_pointed_at_as_a_table(
    page: QWidget, county_file: Path, qtbot: QtBot
) -> None:
    from desktop.exchange.office_marks import Marks, signature_of
    from tests.exchange.offices_templates import a_return
    from tests.exchange.offices_templates import opened as opened_book

    book = opened_book(by_clinic(["清河村", "柳林村", "石桥村"], total=""))
    kept: list[Marks] = []
    marks = Marks(signature=signature_of(book.sheets))
    dialog = TemplateDialog(
        page, book, a_return(), marks, "表", lambda _d, _name, made: kept.append(made)
    )
    qtbot.addWidget(dialog)
    dialog.show()
    choose(dialog, (5, 2), (7, 2))
    take(dialog, "V1")
    choose(dialog, (5, 4), (5, 4))
    take(dialog, "V3")
    assert shown(dialog, 6, 2) == "V1"
    assert shown(dialog, 7, 4) == "V3"
    dialog.save.click()
    (table,) = kept[0].tables
    assert (table.names, table.first, table.last) == (1, 5, 7)
    assert table.columns == {"V1": 2, "V3": 4}
    dialog.grid.go_to((6, 2))
    dialog.none.click()
    assert shown(dialog, 5, 2) == ""


def test_the_kept_template_is_still_there_after_a_monthly_with_two_sheets(
    out: Out, tmp_path: Path
) -> None:
    book = monthly()
    other = book.create_sheet("说明")
    other["A1"] = "填表说明"
    book.save(tmp_path / "两页.xlsx")
    dialog = add(out, tmp_path / "两页.xlsx")
    assert dialog.sheets.count() == 2
    dialog.sheets.setCurrentText("说明")
    assert shown(dialog, 0, 0) == "填表说明"
    dialog.save.click()
    out.dialog.open_marks()
    assert shown(out.template_dialog(), 5, 3) == "M11 本月"
