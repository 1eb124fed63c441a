"""A return as a workbook: like the paper, with real numbers, and read back cell by cell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from desktop.errors import UserError
from desktop.exchange.return_workbook import read_return_workbook, write_return_workbook
from desktop.exchange.workbook_layout import number_format
from desktop.models.return_text import (
    ReturnBook,
    SheetBlock,
    SheetHead,
    SheetPart,
    SheetRow,
)
from tests.exchange.offices_templates import (
    a_book,
    a_number,
    a_sheet,
)

LINES = SheetBlock(
    "一、诊疗",
    (
        SheetHead("指标名称"),
        SheetHead("代码"),
        SheetHead("单位"),
        SheetHead("本月", name="this"),
        SheetHead("环比", name="change"),
        SheetHead("本年累计", name="to_date"),
    ),
    (
        SheetRow("总诊疗人次", ("M10", "人次", "4,812", "+3.4%", "—"), ("M10",)),
        SheetRow("其中：门诊", ("M11", "人次", "", "", ""), ("M11",), indent=1),
        SheetRow("收入", ("M51", "千元", "204.9", "−3.0", "0.0"), ("M51",)),
    ),
)
TABLE = SheetBlock(
    "二、分村卫生室",
    (
        SheetHead("村卫生室"),
        SheetHead("门诊", "诊疗", "人次", code="V1"),
        SheetHead("出诊", "诊疗", code="V2"),
    ),
    (
        SheetRow("清河村卫生室", ("5", "0"), ("V1@a", "V2@a")),
        SheetRow("合计", ("5", "0"), ("V1@*", "V2@*"), total=True),
    ),
    table=True,
)
NUMBERS = {
    ("M10", "this"): a_number(4812),
    ("M10", "change"): a_number(0.0337, "percent_change"),
    ("M10", "to_date"): a_number(None, "count", "—"),
    ("M11", "this"): a_number(None),
    ("M11", "change"): a_number(None, "percent_change"),
    ("M11", "to_date"): a_number(None),
    ("M51", "this"): a_number(204.93, "tenths"),
    ("M51", "change"): a_number(-3, "tenths_change"),
    ("M51", "to_date"): a_number(0, "tenths"),
    ("V1@a", "this"): a_number(5),
    ("V2@a", "this"): a_number(0),
    ("V1@*", "this"): a_number(5),
    ("V2@*", "this"): a_number(0),
}
SHEET = a_sheet((SheetPart("", (LINES, TABLE)),))


def written(path: Path, *returns: ReturnBook) -> Any:
    write_return_workbook(path, returns)
    return openpyxl.load_workbook(path)


def where(page: Any, text: str) -> tuple[int, int]:
    for row in page.iter_rows():
        for cell in row:
            if cell.value == text:
                assert cell.row is not None
                assert cell.column is not None
                return cell.row, cell.column
    raise AssertionError(text)


def test_numbers_stay_numbers_a_blank_stays_blank_and_formats_round(tmp_path: Path) -> None:
    page = written(tmp_path / "a.xlsx", a_book("月报", SHEET, NUMBERS))["月报"]
    row, _column = where(page, "M10")
    this, column = where(page, "本月")
    assert this < row
    assert page.cell(row, column).value == 4812
    assert page.cell(row + 1, column).value is None
    assert page.cell(row + 2, column).value == 204.93
    assert page.cell(row + 2, column).number_format == '#,##0.0;"−"#,##0.0'
    assert page.cell(row, column + 1).number_format == '+0.0%;"−"0.0%;0.0%'
    assert page.cell(row, column + 2).value == "—"
    assert page.cell(row + 2, column + 2).value == 0
    zero, at = where(page, "出诊")
    assert page.cell(zero + 1, at).value == 0, "zero is no blank"


def test_it_looks_like_the_paper(tmp_path: Path) -> None:
    page = written(tmp_path / "a.xlsx", a_book("月报", SHEET, NUMBERS))["月报"]
    merged = {str(area) for area in page.merged_cells.ranges}
    assert "A1:F1" in merged
    group, column = where(page, "诊疗")
    assert {f"E{group}:F{group}", f"A{group}:D{group + 1}"} <= merged, "group heads are merged"
    assert page.cell(group + 1, column).value == "门诊\n（人次）"
    head, _at = where(page, "指标名称")
    assert page.print_title_rows == f"${head}:${head}"
    assert page.print_area == f"'月报'!$A$1:$F${page.max_row}"
    assert page.sheet_properties.pageSetUpPr is not None
    assert (page.page_setup.fitToHeight, page.page_setup.orientation) == (0, "portrait")
    assert page.oddFooter.left.text == "第 &P 页 共 &N 页"
    assert "8F3A-61C2" in str(page.oddFooter.right.text)
    for text in ("计量单位：千元", "填表人：王芳", "审核关系：1≥2。", "一、诊疗", "二、分村卫生室"):
        where(page, text)
    row, _column = where(page, "其中：门诊")
    assert page.cell(row, 1).alignment.indent == 1
    broad = replace(SHEET, landscape=True, draft=True)
    page = written(tmp_path / "b.xlsx", a_book("月报", broad, NUMBERS))["月报"]
    assert page.page_setup.orientation == "landscape"
    where(page, "2026年10月（草稿）")


def test_every_clinic_has_a_sheet_and_a_pack_has_its_list(tmp_path: Path) -> None:
    names = ("清河村卫生室/南院", "清河村卫生室:南院", "很长很长的名字" * 6)
    each = a_sheet(tuple(SheetPart(name, (LINES,)) for name in names))
    book = written(
        tmp_path / "a.xlsx",
        a_book("月报", SHEET, NUMBERS, "已上报"),
        a_book("年报", each, NUMBERS),
    )
    assert book.sheetnames[:4] == [
        "目录",
        "月报",
        "清河村卫生室 南院 年报",
        "清河村卫生室 南院 年报 2",
    ]
    assert len(book.sheetnames) == 6
    assert all(len(name) <= 31 for name in book.sheetnames)
    contents = book["目录"]
    assert [cell.value for cell in contents[3]][1:] == [
        SHEET.title,
        "2026年10月",
        "已上报",
        "8F3A-61C2",
    ]
    link = contents.cell(4, 2).hyperlink
    assert link is not None
    assert link.location == "'清河村卫生室 南院 年报'!A1"
    assert book["_thdesk"].sheet_state == "veryHidden"


def test_what_is_said_of_a_clinic_stands_on_its_sheet_alone(tmp_path: Path) -> None:
    parts = (SheetPart("清河村卫生室", (LINES,)), SheetPart("柳林村卫生室", (LINES,)))
    sheet = a_sheet(parts, notes=("1≥2。", "A30 清河村卫生室 诊疗人次空白。说明：停诊"))
    book = written(tmp_path / "a.xlsx", a_book("年报", sheet, NUMBERS))
    texts = [{cell.value for row in page.iter_rows() for cell in row} for page in book][:2]
    assert all("1≥2。" in each for each in texts)
    assert ["A30 清河村卫生室 诊疗人次空白。说明：停诊" in each for each in texts] == [True, False]


def test_a_workbook_is_read_back_cell_by_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_return_workbook(path, [a_book("月报", SHEET, NUMBERS)])
    (saved,) = read_return_workbook(path)
    assert saved.qr_text == "THD1:X"
    assert saved.cells.keys() == NUMBERS.keys()
    for place, number in NUMBERS.items():
        expected = number.text if number.value is None else number.value
        assert saved.cells[place].value == expected, place
    book = openpyxl.load_workbook(path)
    page = book["月报"]
    row, _column = where(page, "M10")
    page.cell(row, where(page, "本月")[1]).value = 4813
    book.save(path)
    (saved,) = read_return_workbook(path)
    assert saved.cells["M10", "this"].value == 4813
    assert saved.cells["M10", "this"].where == f"月报!D{row}"


def test_another_workbook_has_no_returns(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "别的表"
    book.save(tmp_path / "a.xlsx")
    assert read_return_workbook(tmp_path / "a.xlsx") == []


def test_a_huge_value_fits_its_column(tmp_path: Path) -> None:
    row = SheetRow("总支出", ("M52", "元", "2,500,000,000.00", "", ""), ("M52",))
    sheet = a_sheet((SheetPart("", (replace(LINES, rows=(row,)),)),))
    numbers = {("M52", "this"): a_number(2_500_000_000, "hundredths")}
    page = written(tmp_path / "a.xlsx", a_book("月报", sheet, numbers))["月报"]
    assert page.column_dimensions["D"].width >= len("2,500,000,000.00")
    at, column = where(page, "M52")
    assert page.cell(at, column + 2).value == 2_500_000_000


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").mkdir()
    with pytest.raises(UserError, match="无法写入"):
        write_return_workbook(tmp_path / "a.xlsx", [a_book("月报", SHEET, NUMBERS)])


def test_formats() -> None:
    assert number_format("count_change") == '+#,##0;"−"#,##0;#,##0'
    assert number_format("hundredths") == '#,##0.00;"−"#,##0.00'
