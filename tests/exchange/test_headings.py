"""What headings that nobody listed are read as, and what is left to the person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from desktop.errors import UserError
from desktop.exchange.recognising import recognise
from desktop.exchange.sheets import read
from desktop.exchange.tables import Table
from tests.exchange.conftest import CommandLine
from tests.exchange.sheets_made import person, workbook

CONTRACTS = {
    "name": "姓名",
    "id_number": "身份证号",
    "village_id": "村名",
    "team_id": "团队",
    "signed_on": "签约日期",
    "expires_on": "到期日期",
    "phone": "电话",
}
STOCK = {"drug_id": "药品名称", "batch_no": "批号", "quantity": "数量", "expires_on": "效期"}


def table(tmp_path: Path, rows: list[list[Any]], merged: Any = ()) -> Table:
    (found,) = recognise(read(workbook(tmp_path / "表.xlsx", rows, merged=merged)), {})
    return found


def with_heading(tmp_path: Path, headings: dict[str, str], key: str, written: str) -> Table:
    heads = list((headings | {key: written}).values())
    cells = [person(1) if name == "id_number" else "甲" for name in headings]
    return table(tmp_path, [heads, cells[: len(heads)]])


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("expires_on", "协议终止时间"),
        ("expires_on", "服务截止日"),
        ("signed_on", "协议签署时间"),
        ("id_number", "签约居民身份证号码"),
        ("phone", "签约人手机号码"),
        ("village_id", "所属村组名称"),
        ("name", "签约对象（居民）姓名"),
    ],
)
def test_words_that_mean_the_same_name_the_same_field(
    tmp_path: Path, key: str, written: str
) -> None:
    found = with_heading(tmp_path, CONTRACTS, key, written).match
    assert found.register_key == "contracts"
    assert found.columns[key] == list(CONTRACTS).index(key)
    assert not found.likened


@pytest.mark.parametrize(
    "written", ["家庭医生姓名", "村医电话", "户主电话", "签约机构", "解约时间"]
)
def test_words_of_another_matter_name_no_field(tmp_path: Path, written: str) -> None:
    found = with_heading(tmp_path, CONTRACTS, "other", written)
    assert [heading.text for heading in found.match.unmatched] in ([written], [])
    assert len(CONTRACTS) not in found.match.columns.values()


def test_a_number_of_people_is_known_by_its_cells_and_told(
    thdesk: CommandLine, tmp_path: Path
) -> None:
    rows: list[list[Any]] = [
        ["职工姓名", "公安部门核发的证", "科室", "职称"],
        ["张三", person(1), "内科", "医师"],
        ["李四", person(2), "内科", "护士"],
    ]
    found = thdesk.take_in(workbook(tmp_path / "职工.xlsx", rows))
    assert (found["register"], found["created"]) == ("staff", 2)
    (warning,) = found["warnings"]
    assert warning["reason"] == "likened_column"
    assert "公安部门核发的证" in warning["message"]


@pytest.mark.parametrize(
    ("cells", "key"), [(["西药", "中成药"], "drug_class"), (["抗微生物药", "激素"], "category")]
)
def test_a_heading_of_two_fields_is_decided_by_its_cells(
    tmp_path: Path, cells: list[str], key: str
) -> None:
    rows: list[list[Any]] = [["药品名称", "规格", "分类", "零售价", "是否基药"]]
    rows += [[f"药{cell}", "1g×6片", cell, "1.5", "是"] for cell in cells]
    found = table(tmp_path, rows).match
    assert found.columns[key] == 2
    assert found.likened == (key,)


def test_a_word_below_several_groups_is_read_with_the_group_that_says_it(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["药品名称", "批号", "效期", "期初", None, "结存", None],
        [None, None, None, "数量", "金额", "数量", "金额"],
        ["甲药", "1", "2027-1-1", 10, 20, 12, 24],
    ]
    found = table(tmp_path, rows, ["A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:G1"]).match
    assert found.columns["quantity"] == 5


def test_a_word_below_groups_that_nobody_knows_is_not_guessed(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["药品名称", "批号", "效期", "早班", None, "晚班", None],
        [None, None, None, "数量", "金额", "数量", "金额"],
        ["甲药", "1", "2027-1-1", 10, 20, 12, 24],
    ]
    with pytest.raises(UserError, match="库存数量"):
        table(tmp_path, rows, ["A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:G1"])


def test_a_village_stands_for_its_clinic_where_no_column_names_it(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    rows: list[list[Any]] = [
        ["村名", "诊疗人次", "门诊收入（元）", "药品收入（元）"],
        ["上河", 30, 500, 200],
    ]
    found = with_clinics.take_in(workbook(tmp_path / "2026年9月月报.xlsx", rows))
    assert (found["register"], found["created"], found["period"]) == ("clinic_months", 1, "2026-09")


@pytest.mark.parametrize("clinic", ["村级医疗机构名称", "村卫生室（站）名称", "卫生室"])
def test_clinics_and_doctors_share_a_sheet_whatever_the_clinic_is_called(
    thdesk: CommandLine, tmp_path: Path, clinic: str
) -> None:
    rows: list[list[Any]] = [
        ["村医姓名", "身份证号", "执业资质", clinic, "所属村", "服务人口"],
        ["王一", person(1), "乡村医生", "新丰村卫生室", "新丰村", 900],
        [None, person(2), "乡村医生", None, None, None],
        ["王三", person(3), "乡村医生", "新田村卫生室", "新田村", 800],
    ]
    found = thdesk.take_in(workbook(tmp_path / "名册.xlsx", rows))["registers"]
    assert found["clinics"]["created"] == 2
    assert found["village_doctors"]["created"] == 2
    assert [each["row"] for each in found["village_doctors"]["rejected"]] == [3]
    clinics = {each["name"]: each["clinic_id"] for each in thdesk.listed("village_doctors")}
    assert clinics == {"王一": "新丰村卫生室", "王三": "新田村卫生室"}


def test_a_heading_over_nothing_is_not_told(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["姓名", "身份证号", "科室", "学历", "血型"],
        ["张三", person(1), "内科", "本科", None],
    ]
    assert not table(tmp_path, rows).match.unmatched
