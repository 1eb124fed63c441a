"""Stock-takes, the supplies' month and the clinics' months: ledgers that stay right."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.conftest import CommandLine
from tests.exchange.sheets_made import workbook, workbooks

COUNT = ["药品名称", "规格", "批号", "实盘数量", "有效期至"]
SUPPLIES = ["物资名称", "单位", "期初库存", "本月入库", "本月消耗", "期末库存"]
AMOXICILLIN = ["阿莫西林胶囊", "0.25g×24粒"]


def reasons(outcome: dict[str, Any]) -> dict[int, str]:
    return {each["row"]: each["reason"] for each in outcome["rejected"]}


def balances(thdesk: CommandLine, register: str, key: str, figure: str) -> dict[str, int]:
    return {each[key]: each[figure] for each in thdesk.listed(register)}


# Drug stock


def test_a_stock_take_books_what_differs(with_drugs: CommandLine, tmp_path: Path) -> None:
    rows = [
        COUNT,
        [*AMOXICILLIN, "A1", 27, "2027/3/28"],
        [*AMOXICILLIN, "A2", "100盒", "2027.3.28"],
    ]
    first = with_drugs.take_in(workbook(tmp_path / "盘点.xlsx", rows))
    assert (first["created"], first["total_quantity"]) == (2, 127)
    again = with_drugs.take_in(workbook(tmp_path / "盘点.xlsx", rows))
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)
    rows[1][3] = 20
    later = with_drugs.take_in(workbook(tmp_path / "盘点.xlsx", rows))
    assert (later["created"], later["updated"], later["unchanged"]) == (0, 1, 1)
    assert balances(with_drugs, "drug_stock", "batch_no", "quantity") == {"A1": 20, "A2": 100}
    moves = with_drugs.listed("stock_moves")
    assert sorted(each["quantity"] for each in moves) == [-7, 27, 100]
    assert {each["kind"] for each in moves} == {"盘点"}


def test_a_stock_take_taken_back_leaves_the_balance(
    with_drugs: CommandLine, tmp_path: Path
) -> None:
    rows = [COUNT, [*AMOXICILLIN, "A1", 27, "2027/3/28"]]
    with_drugs.take_in(workbook(tmp_path / "盘点.xlsx", rows))
    rows[1][3] = 20
    with_drugs.take_in(workbook(tmp_path / "盘点.xlsx", rows))
    with_drugs.run("undo-import")
    assert balances(with_drugs, "drug_stock", "batch_no", "quantity") == {"A1": 27}


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2027-03", "2027-03-31"),
        ("2028年2月", "2028-02-29"),
        ("至2027年04月", "2027-04-30"),
        ("2027.03.", "2027-03-31"),
        (202703, "2027-03-31"),
    ],
)
def test_an_expiry_printed_as_a_month_lasts_to_its_last_day_and_is_told(
    with_drugs: CommandLine, tmp_path: Path, printed: str | int, day: str
) -> None:
    rows = [COUNT, [*AMOXICILLIN, "A1", 27, printed]]
    found = with_drugs.take_in(workbook(tmp_path / "盘点.xlsx", rows))
    assert [each["expires_on"] for each in with_drugs.listed("drug_stock")] == [day]
    (warning,) = found["warnings"]
    assert (warning["row"], warning["reason"]) == (2, "month_end")
    assert day in warning["message"]


def test_an_expiry_that_lost_a_nought_is_left_out(with_drugs: CommandLine, tmp_path: Path) -> None:
    rows = [COUNT, [*AMOXICILLIN, "A1", 27, "2027.1"]]
    found = with_drugs.take_in(workbook(tmp_path / "盘点.xlsx", rows))
    assert [each["expires_on"] for each in with_drugs.listed("drug_stock")] == [None]
    assert [each["reason"] for each in found["warnings"]] == ["incomplete_date"]


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        ("阿莫西林胶囊", "0.25g*24粒"),
        ("阿莫西林胶囊", "０．２５ｇＸ２４粒"),
        (" 阿莫西林 胶囊", "0.25g × 24粒/盒"),
        ("阿莫西林胶囊", None),
        ("阿莫西林胶囊 0.25g×24粒", None),
        ("精蛋白人胰岛素混合注射液(30R)", "3ml:300单位"),
        ("左甲状腺素钠片", "50ug*100片"),
    ],
)
def test_a_drug_is_found_however_it_is_written(
    with_drugs: CommandLine, tmp_path: Path, name: str, spec: str | None
) -> None:
    rows = [COUNT, [name, spec, "A1", 5, "2027-01-01"]]
    assert with_drugs.take_in(workbook(tmp_path / "盘点.xlsx", rows))["created"] == 1


def test_drugs_of_one_name_and_spec_are_told_apart_by_maker_and_price(
    thdesk: CommandLine, tmp_path: Path
) -> None:
    drugs = [
        ["药品通用名", "规格", "生产企业", "零售价（元）", "医保类别"],
        ["甲片", "1g", "甲厂", 10.5, "甲类"],
        ["甲片", "1g", "乙厂", 12, "甲类"],
        ["甲片", "2g", "乙厂", 20, "甲类"],
    ]
    assert thdesk.take_in(workbook(tmp_path / "目录.xlsx", drugs))["created"] == 3
    count = [
        ["药品名称", "规格", "生产厂家", "单价", "批号", "数量"],
        ["甲片", "1g", "乙厂", None, "A1", 1],
        ["甲片", "1g", None, 10.5, "A2", 2],
        ["甲片", "1g", None, None, "A3", 3],
        ["甲片", "3g", None, None, "A4", 4],
        ["甲片", "2g", None, None, "A5", None],
        [None, "2g", None, None, "A6", 6],
        ["甲片", "2g", None, None, "A7", -1],
        ["甲片", "1g", "乙厂", None, "A1", 9],
    ]
    found = thdesk.take_in(workbook(tmp_path / "盘点.xlsx", count))
    assert reasons(found) == {
        4: "ambiguous_drug",
        5: "unknown_drug",
        6: "missing_quantity",
        7: "missing_name",
        8: "negative_quantity",
        9: "duplicate_in_file",
    }
    assert found["total_quantity"] == 3


# Supplies


def supplies(tmp_path: Path, month: str, *rows: list[Any]) -> Path:
    return workbook(
        tmp_path / f"物资{month}.xlsx",
        [[f"{month[:4]}年{int(month[5:])}月物资月报"], SUPPLIES, *rows],
    )


def test_the_months_follow_each_other_and_each_may_be_corrected(
    thdesk: CommandLine, tmp_path: Path
) -> None:
    october = supplies(tmp_path, "2026-10", ["口罩", "只", 100, 50, 30, None])
    first = thdesk.take_in(october)
    assert (first["period"], first["closing_stock"]) == ("2026-10", {"口罩": 120})
    november = supplies(tmp_path, "2026-11", ["口罩", "只", 120, 0, 20, 100])
    assert thdesk.take_in(november)["updated"] == 1
    assert balances(thdesk, "supplies", "name", "closing_stock") == {"口罩": 100}
    for file in (october, november):
        assert thdesk.take_in(file)["unchanged"] == 1
    mended = supplies(tmp_path, "2026-11", ["口罩", "只", 120, 5, 15, 110])
    assert thdesk.take_in(mended)["updated"] == 1
    assert thdesk.take_in(mended)["unchanged"] == 1
    assert balances(thdesk, "supplies", "name", "closing_stock") == {"口罩": 110}


def test_a_month_brought_later_does_not_count_twice(thdesk: CommandLine, tmp_path: Path) -> None:
    thdesk.take_in(supplies(tmp_path, "2026-11", ["口罩", "只", 120, 0, 20, 100]))
    october = supplies(tmp_path, "2026-10", ["口罩", "只", 100, 50, 30, 120])
    thdesk.take_in(october)
    assert thdesk.take_in(october)["unchanged"] == 1
    assert balances(thdesk, "supplies", "name", "closing_stock") == {"口罩": 100}


def test_supply_rows_that_cannot_be_right_are_refused(thdesk: CommandLine, tmp_path: Path) -> None:
    found = thdesk.take_in(
        supplies(
            tmp_path,
            "2026-10",
            ["口罩", "只", 100, 50, 30, 120],
            ["手套", "双", 100, 50, 30, 90],
            ["护目镜", "副", 1, 0, 3, None],
            ["鞋套", "双", -1, 0, 0, None],
            ["口 罩", "只", 1, 1, 1, None],
            [None, "只", 1, 1, 1, None],
            ["合计", None, 202, 101, 66, None],
        )
    )
    assert reasons(found) == {
        4: "closing_mismatch",
        5: "negative_quantity",
        6: "negative_quantity",
        7: "duplicate_in_file",
        8: "missing_name",
    }
    assert found["closing_stock"] == {"口罩": 120}


def test_a_blank_figure_is_not_zero(thdesk: CommandLine, tmp_path: Path) -> None:
    rows = [["口罩", "只", 100, None, None, None]]
    assert thdesk.take_in(supplies(tmp_path, "2026-10", *rows))["closing_stock"] == {"口罩": 100}
    assert {each["kind"] for each in thdesk.listed("supply_moves")} == {"期初"}


def test_the_month_of_supplies_must_be_known(thdesk: CommandLine, tmp_path: Path) -> None:
    file = workbook(tmp_path / "物资.xlsx", [SUPPLIES, ["口罩", "只", 100, 50, 30, None]])
    refused = thdesk.take_in(file)
    assert "--period" in refused["error"]
    assert thdesk.take_in(file, "--period", "2026-10")["created"] == 1


# The clinics' months

FORM = [
    ["村卫生室工作月报表", None, None, None],
    ["村卫生室：", "上河村卫生室", "月份：", "2026年10月"],
    ["诊疗人次", 147, "其中：中医诊疗人次", 50],
    ["门诊收入（元）", 4304.32, "药品收入（元）", "2,435.81"],
    ["上转人次", 0, "高血压随访人次", None],
    ["填报人：", None, "卫生院审核：", None],
]


def stored_month(thdesk: CommandLine) -> dict[str, Any]:
    (month,) = thdesk.listed("clinic_months")
    return month


def test_a_form_of_labels_and_values_is_read(with_clinics: CommandLine, tmp_path: Path) -> None:
    found = with_clinics.take_in(workbook(tmp_path / "上河.xlsx", FORM, merged=["A1:D1"]))
    assert (found["register"], found["created"], found["period"]) == ("clinic_months", 1, "2026-10")
    month = stored_month(with_clinics)
    assert (month["visits"], month["tcm_visits"], month["outpatient_income"]) == (147, 50, 4304.32)
    assert (month["drug_income"], month["referrals_up"]) == (2435.81, 0)
    assert month["hypertension_followups"] is None


def test_a_form_may_have_its_values_below_or_behind_a_colon(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    rows = [
        ["2026年10月村卫生室月报"],
        ["卫生室名称：上河村卫生室", None, None],
        ["诊疗人次", "中医诊疗人次", "门诊收入（元）"],
        [147, 50, 4304.32],
    ]
    found = with_clinics.take_in(workbook(tmp_path / "月报.xlsx", rows))
    assert (found["created"], found["period"]) == (1, "2026-10")
    assert stored_month(with_clinics)["tcm_visits"] == 50


def test_a_form_may_list_its_figures_downwards_with_units(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    rows = [
        ["村卫生室", "上河村卫生室", None],
        ["统计月份", "202610", None],
        ["项目", "单位", "本月数"],
        ["1.诊疗人次", "人次", 147],
        ["2.其中：中医诊疗人次", "人次", 50],
        ["3.门诊收入", "元", "4304.32元"],
        ["4.老年人体检人数", "人", None],
    ]
    found = with_clinics.take_in(workbook(tmp_path / "上河.xlsx", rows))
    assert (found["created"], found["period"]) == (1, "2026-10")
    assert stored_month(with_clinics)["outpatient_income"] == 4304.32


def test_the_month_comes_from_the_folder_or_the_person(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    rows = [["村卫生室", "上河"], ["诊疗人次", 1], ["门诊收入（元）", 2], ["药品收入（元）", 1]]
    file = workbook(tmp_path / "上河.xlsx", rows)
    assert "--period" in with_clinics.take_in(file)["error"]
    assert with_clinics.take_in(file, "--period", "2026-09")["period"] == "2026-09"
    folder = tmp_path / "月报202608"
    folder.mkdir()
    (found,) = with_clinics.take_in(workbook(folder / "上河.xlsx", rows).parent)
    assert found["period"] == "2026-08"


def test_clinic_months_may_be_an_ordinary_table(with_clinics: CommandLine, tmp_path: Path) -> None:
    rows = [
        ["2026年10月村卫生室业务报表"],
        [
            "序号",
            "卫生室名称",
            "诊疗人次",
            "中医诊疗人次",
            "业务收入（千元）",
            "其中：药品收入（元）",
        ],
        [1, "上河村卫生室", 100, 20, 1.5, 500.25],
        [2, "下河", 100, 120, 1, 500],
        [3, "没有村", 1, 1, 1, 1],
        [4, "上河村", 1, 1, 1, 1],
        [5, "石桥村", -1, 1, 1, 1],
        ["合计", None, 200, 140, 2.5, 1000.25],
    ]
    found = with_clinics.take_in(workbook(tmp_path / "业务.xlsx", rows))
    assert reasons(found) == {
        4: "part_exceeds_whole",
        5: "unknown_clinic",
        6: "duplicate_in_file",
        7: "negative_quantity",
    }
    assert found["totals"]["门诊收入（元）"] == 1500.0


def test_a_month_against_the_one_named_is_told(with_clinics: CommandLine, tmp_path: Path) -> None:
    file = workbook(tmp_path / "上河.xlsx", FORM)
    found = with_clinics.take_in(file, "--period", "2026-09")
    assert found["period"] == "2026-10"
    assert {each["reason"] for each in found["warnings"]} == {"period_differs"}


def test_a_month_typed_as_a_date_is_its_month(with_clinics: CommandLine, tmp_path: Path) -> None:
    rows = [list(row) for row in FORM]
    rows[1][3] = date(2026, 10, 1)
    assert with_clinics.take_in(workbook(tmp_path / "上河.xlsx", rows))["period"] == "2026-10"


def test_a_figure_in_a_form_that_is_no_number_is_refused(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    rows = [list(row) for row in FORM]
    rows[2][1] = "一百多"
    found = with_clinics.take_in(workbook(tmp_path / "上河.xlsx", rows))
    assert reasons(found) == {2: "bad_number"}


def test_one_workbook_may_hold_a_form_for_each_clinic(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    other = [list(row) for row in FORM]
    other[1][1] = "下河"
    unknown = [list(row) for row in FORM]
    unknown[1][1] = "没有村"
    pages = {"上河": (FORM, ["A1:D1"]), "下河": (other, []), "没有": (unknown, [])}
    found = with_clinics.take_in(workbooks(tmp_path / "月报.xlsx", pages))
    assert (found["rows"], found["created"]) == (3, 2)
    assert [(each["sheet"], each["reason"]) for each in found["rejected"]] == [
        ("没有", "unknown_clinic")
    ]


def test_a_month_without_its_year_is_the_folders(with_clinics: CommandLine, tmp_path: Path) -> None:
    rows = [list(row) for row in FORM]
    rows[1][3] = "10月份"
    folder = tmp_path / "月报202610"
    folder.mkdir()
    workbook(folder / "上河.xlsx", rows)
    (found,) = with_clinics.take_in(folder)
    assert (found["created"], found["period"]) == (1, "2026-10")
    other = tmp_path / "月报202609"
    other.mkdir()
    workbook(other / "上河.xlsx", rows)
    (found,) = with_clinics.take_in(other)
    assert reasons(found) == {2: "bad_month"}
