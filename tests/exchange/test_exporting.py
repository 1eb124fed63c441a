"""Registers out: workbooks, CSV, lists for programs, and the empty templates."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from desktop.exchange.layouts import layouts
from tests.exchange.conftest import CommandLine
from tests.exchange.sheets_made import OFFICE, person


@pytest.fixture
def with_staff(with_clinics: CommandLine) -> CommandLine:
    with_clinics.take_in(OFFICE / "人员花名册.xlsx")
    return with_clinics


def sheet_of(file: Path) -> Any:
    return openpyxl.load_workbook(file).worksheets[0]


def test_a_workbook_keeps_dates_numbers_and_long_numbers(
    with_staff: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "人员.xlsx"
    assert with_staff.run("export", "staff", file).exit_code == 0
    sheet = sheet_of(file)
    heads = {cell.value: cell.column for cell in sheet[1]}
    assert sheet.max_row == 66
    assert sheet.freeze_panes
    assert sheet.auto_filter.ref
    number = sheet.cell(2, heads["身份证号"])
    assert isinstance(number.value, str)
    assert len(number.value) == 18
    assert number.number_format == "@"
    assert sheet.cell(2, heads["参加工作时间"]).is_date
    assert sheet.cell(2, heads["性别"]).value in ("男", "女")


def test_masking_is_asked_for_in_exports_and_lifted_in_lists(
    with_staff: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "人员.csv"
    with_staff.run("export", "staff", file, "--masked")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert all("********" in row["身份证号"] for row in rows)
    masked = with_staff.json("list", "staff")
    whole = with_staff.listed("staff")
    assert all("********" in each["id_number"] for each in masked)
    assert all(len(each["id_number"]) == 18 and each["id_number"].isalnum() for each in whole)
    assert {len(each["id"]) for each in whole} == {32}


def test_a_condition_narrows_exports_and_lists(with_staff: CommandLine, tmp_path: Path) -> None:
    nurses = with_staff.listed("staff", "--where", "科室=护理部")
    assert {each["department"] for each in nurses} == {"护理部"}
    file = tmp_path / "护理部.xlsx"
    with_staff.run("export", "staff", file, "--where", "科室=护理部")
    assert sheet_of(file).max_row == len(nurses) + 1


def test_amounts_are_yuan_and_references_names(with_drugs: CommandLine, tmp_path: Path) -> None:
    with_drugs.take_in(OFFICE / "药品库存盘点.csv")
    lot = next(each for each in with_drugs.listed("drug_stock") if each["batch_no"] == "253617")
    assert lot["unit_price"] == 57.77
    assert lot["drug_id"] == "阿莫西林胶囊 0.25g×24粒"
    assert lot["quantity"] == 27
    assert lot["expires_on"] == "2027-03-28"
    file = tmp_path / "库存.xlsx"
    with_drugs.run("export", "drug_stock", file)
    assert [cell.value for cell in sheet_of(file)[1]][:4] == [
        "药品名称",
        "规格",
        "生产企业",
        "批号",
    ]


@pytest.mark.parametrize("name", ["表.pdf", "表"])
def test_another_ending_is_refused(with_staff: CommandLine, tmp_path: Path, name: str) -> None:
    assert with_staff.run("export", "staff", tmp_path / name).exit_code == 1
    assert with_staff.run("template", "staff", tmp_path / name).exit_code == 1
    assert not (tmp_path / name).exists()


def test_an_unknown_register_is_told(thdesk: CommandLine, tmp_path: Path) -> None:
    assert thdesk.run("list", "nothing").exit_code == 1
    assert thdesk.run("template", "returns", tmp_path / "a.xlsx").exit_code == 1


def test_a_template_has_lists_notes_and_marks(with_clinics: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "模板.xlsx"
    assert with_clinics.run("template", "contracts", file).exit_code == 0
    sheet = sheet_of(file)
    heads = {cell.value: cell for cell in sheet[1]}
    assert "*身份证号" in heads
    assert "必填" in heads["*身份证号"].comment.text
    assert "选填" in heads["备注"].comment.text
    letter = heads["*身份证号"].column_letter
    assert (
        sheet.column_dimensions[letter].number_format == "@"
        or sheet.column_dimensions[letter].style
    )
    lists = {str(each.sqref).split(":")[0]: each for each in sheet.data_validations.dataValidation}
    village = f"{heads['行政村'].column_letter}2"
    assert "选项" in lists[village].formula1
    tick = f"{heads['高血压'].column_letter}2"
    assert lists[tick].formula1 == '"是,否"'


@pytest.mark.parametrize("key", sorted(layouts()))
def test_every_template_can_be_filled_in_and_taken_in(
    thdesk: CommandLine, tmp_path: Path, key: str
) -> None:
    file = tmp_path / "模板.xlsx"
    assert thdesk.run("template", key, file).exit_code == 0
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    for cell in sheet[1]:
        known = person(1) if "身份证号" in cell.value else f"样本{cell.column}"
        sheet.cell(2, cell.column).value = known
    book.save(file)
    book.close()
    found = thdesk.take_in(file, "--register", key, "--period", "2026-10")
    assert found.get("rows") == 1, found
    assert "unmatched_columns" not in found
