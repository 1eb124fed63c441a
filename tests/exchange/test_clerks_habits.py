"""What clerks do to a sheet beside filling it in: signs, sections, page headers, odd spellings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.exchange.conftest import CommandLine
from tests.exchange.sheets_made import (
    CONTRACT,
    broken,
    contract,
    person,
    reasons,
    workbook,
    workbooks,
)

STAFF = ["序号", "姓名", "身份证号", "科室", "参加工作时间"]


def staff(order: int, department: Any = "内科", started: Any = "2009-07-01") -> list[Any]:
    return [order, "张" + "一二三四五六七八九"[order], person(order), department, started]


@pytest.mark.parametrize("sign", ["同上", "〃", '"'])
def test_a_sign_for_the_same_takes_the_cell_above(
    thdesk: CommandLine, tmp_path: Path, sign: str
) -> None:
    rows: list[list[Any]] = [
        STAFF,
        staff(1, "药房"),
        staff(2, sign),
        staff(3, sign),
        staff(4, "内科"),
    ]
    thdesk.take_in(workbook(tmp_path / "职工.xlsx", rows))
    found = {each["name"]: each["department"] for each in thdesk.listed("staff")}
    assert list(found.values()) == ["药房", "药房", "药房", "内科"]


def test_a_sign_for_the_same_below_nothing_is_refused(thdesk: CommandLine, tmp_path: Path) -> None:
    rows: list[list[Any]] = [STAFF, staff(1, "同上"), staff(2)]
    assert reasons(thdesk.take_in(workbook(tmp_path / "职工.xlsx", rows))) == {2: "bad_value"}


@pytest.mark.parametrize("title", ["一、临床科室", "（二）医技", "第三部分"])
@pytest.mark.parametrize("column", [0, 1, 2, 4])
def test_a_section_has_a_title_in_any_column(
    thdesk: CommandLine, tmp_path: Path, title: str, column: int
) -> None:
    section: list[Any] = [None] * 5
    section[column] = title
    rows: list[list[Any]] = [STAFF, section, staff(1), section, staff(2), ["其中：内科", "2人"]]
    found = thdesk.take_in(workbook(tmp_path / "职工.xlsx", rows))
    assert (found["rows"], found["created"]) == (2, 2)


def test_rows_above_a_repeated_header_are_data(thdesk: CommandLine, tmp_path: Path) -> None:
    def apart(row: list[Any]) -> list[Any]:
        return [*row[:4], None, row[4]]

    rows: list[list[Any]] = [
        ["序号", "姓名", "身份证号", "相关信息", None, None],
        [None, None, None, "科室", None, "参加工作时间"],
        *map(apart, (staff(1), staff(2), STAFF, staff(3))),
    ]
    merged = ["A1:A2", "B1:B2", "C1:C2", "D1:F1"]
    found = thdesk.take_in(workbook(tmp_path / "职工.xlsx", rows, merged=merged))
    assert found["created"] == 3


def test_areas_merged_beside_all_cells_do_no_harm(thdesk: CommandLine, tmp_path: Path) -> None:
    file = workbook(tmp_path / "职工.xlsx", [STAFF, staff(1)], merged=["H1:J2"])
    assert thdesk.take_in(file)["created"] == 1


def test_a_year_of_two_figures_is_told(thdesk: CommandLine, tmp_path: Path) -> None:
    rows: list[list[Any]] = [STAFF, staff(1, started="98.7.1"), staff(2, started="3/5/2026")]
    found = thdesk.take_in(workbook(tmp_path / "职工.xlsx", rows))
    assert reasons(found) == {3: "bad_date"}
    assert [each["reason"] for each in found["warnings"]] == ["short_year"]
    assert thdesk.listed("staff")[0]["work_start"] == "1998-07-01"


@pytest.mark.parametrize(
    "term",
    [
        "2026.1.1-2026.12.31",
        "20260101-20261231",
        "2026-01-01 - 2026-12-31",
        "2026年1月1日—2026年12月31日",
        "自2026/1/1起至2026/12/31止",
        "2026-01-01~2026-12-31",
    ],
)
def test_a_term_is_taken_apart_whatever_stands_between(
    with_clinics: CommandLine, tmp_path: Path, term: str
) -> None:
    heads = [*CONTRACT[:5], "服务期限", *CONTRACT[7:]]
    row = contract(1)
    with_clinics.take_in(workbook(tmp_path / "签约.xlsx", [heads, [*row[:5], term, *row[7:]]]))
    (stored,) = with_clinics.listed("contracts")
    assert (stored["signed_on"], stored["expires_on"]) == ("2026-01-01", "2026-12-31")


@pytest.mark.parametrize(
    "written", ["老年人 高血压", "65岁及以上老人、高血压病人", "老年人/高血压"]
)
def test_groups_are_parted_by_anything_and_called_anything(
    with_clinics: CommandLine, tmp_path: Path, written: str
) -> None:
    rows: list[list[Any]] = [[*CONTRACT[:-1], "人群类别"], [*contract(1)[:-1], written]]
    found = with_clinics.take_in(workbook(tmp_path / "签约.xlsx", rows))
    assert "warnings" not in found
    (stored,) = with_clinics.listed("contracts")
    assert (stored["elderly"], stored["hypertension"], stored["diabetes"]) == (True, True, False)


@pytest.mark.parametrize(
    "spec", ["0.25g*24粒", "250mg×24粒", "0.25克×24粒/盒", "０．２５ｇ×２４粒"]
)
def test_a_drug_is_found_however_its_mass_is_written(
    with_drugs: CommandLine, tmp_path: Path, spec: str
) -> None:
    rows: list[list[Any]] = [["药品名称", "规格", "批号", "库存"], ["阿莫西林胶囊", spec, "1", 5]]
    assert with_drugs.take_in(workbook(tmp_path / "盘点.xlsx", rows))["created"] == 1


def test_a_drug_and_its_spec_may_share_a_cell(with_drugs: CommandLine, tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["药品名称及规格", "批号", "库存"],
        ["阿莫西林胶囊 0.25g×24粒", "1", 5],
        ["阿莫西林胶囊（0.25g×24粒）", "2", 6],
    ]
    found = with_drugs.take_in(workbook(tmp_path / "盘点.xlsx", rows))
    assert (found["created"], found["total_quantity"]) == (2, 11)


def test_a_day_among_the_titles_says_the_month(thdesk: CommandLine, tmp_path: Path) -> None:
    heads = ["物资名称", "单位", "期初", "购进", "消耗", "有效期"]
    rows: list[list[Any]] = [["应急物资"], ["青禾镇卫生院", "2026年10月31日"], heads]
    rows.append(["口罩", "只", 10, 5, 3, "2028-05-01"])
    found = thdesk.take_in(workbook(tmp_path / "物资.xlsx", rows))
    assert found["period"] == "2026-10"
    assert [each["reason"] for each in found["warnings"]] == ["period_concluded"]


def test_a_workbook_with_a_sheet_for_each_month_is_not_booked_as_one(
    thdesk: CommandLine, tmp_path: Path
) -> None:
    heads = ["物资名称", "单位", "期初", "购进", "消耗"]
    sheets = {
        f"{month}月": ([[f"2026年{month}月应急物资"], heads, ["口罩", "只", 9, 5, 3]], ())
        for month in (9, 10)
    }
    found = thdesk.take_in(workbooks(tmp_path / "物资.xlsx", sheets))
    assert "2026-09、2026-10" in found["error"]


FORM: list[list[Any]] = [
    ["诊疗人次", 100, "其中：中医诊疗人次", 20],
    ["门诊收入（元）", 3000.5, "药品收入（元）", 1500],
    ["上转人次", 1, "高血压随访人次", 30],
]


def test_a_form_names_its_clinic_in_the_title_or_is_refused(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    title: list[list[Any]] = [["上河村卫生室2026年9月工作月报", None, None, None]]
    named = with_clinics.take_in(workbook(tmp_path / "一.xlsx", title + FORM))
    assert (named["created"], named["period"]) == (1, "2026-09")
    blank: list[list[Any]] = [["村卫生室工作月报"], ["村卫生室：", None, "月份：", "2026年9月"]]
    without = with_clinics.take_in(workbook(tmp_path / "二.xlsx", blank + FORM))
    assert [each["reason"] for each in without["rejected"]] == ["missing_clinic"]


def test_figures_in_two_storeys_are_one_form(with_clinics: CommandLine, tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["卫生室名称", "月份", "诊疗人次", "中医诊疗人次"],
        ["上河村卫生室", "2026-09", 100, 20],
        ["上转人次", "高血压随访", "糖尿病随访", "新建档案"],
        [1, 30, 10, 0],
    ]
    found = with_clinics.take_in(workbook(tmp_path / "月报.xlsx", rows))
    assert (found["rows"], found["created"]) == (1, 1)
    assert found["totals"]["高血压随访人次"] == 30


def test_a_row_that_two_registers_refuse_comes_back_once(
    thdesk: CommandLine, tmp_path: Path
) -> None:
    rows: list[list[Any]] = [
        ["卫生室名称", "所在村", "服务人口", "村医姓名", "身份证号"],
        ["新丰村卫生室", "新丰村", -5, "王一", broken(person(1))],
        ["新田村卫生室", "新田村", 800, "王二", person(2)],
    ]
    back = tmp_path / "退回.xlsx"
    thdesk.take_in(workbook(tmp_path / "名册.xlsx", rows), "--refused", back)
    book = openpyxl.load_workbook(back)
    (sheet,) = book.worksheets
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    book.close()
    assert len(cells) == 2
    assert "服务人口" in cells[1][-1]
    assert "身份证号" in cells[1][-1]


def test_refused_rows_keep_the_month_they_are_of(with_clinics: CommandLine, tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["2026年9月村卫生室月报"],
        ["卫生室", "诊疗人次", "其中：中医诊疗人次", "门诊收入"],
        ["上河", -1, 0, 10],
    ]
    back = tmp_path / "退回.xlsx"
    with_clinics.take_in(workbook(tmp_path / "月报.xlsx", rows), "--refused", back)
    again = with_clinics.take_in(back)
    assert again["period"] == "2026-09"
    assert reasons(again) == {2: "negative_quantity"}


def test_two_phone_numbers_stay_two(with_clinics: CommandLine, tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        CONTRACT,
        contract(1, phone="13800000001 13900000002"),
        contract(2, phone="138 0000 0002"),
    ]
    with_clinics.take_in(workbook(tmp_path / "签约.xlsx", rows))
    phones = {each["phone"] for each in with_clinics.listed("contracts")}
    assert phones == {"13800000001、13900000002", "13800000002"}
