"""Finding header, columns and data rows on sheets as clerks lay them out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import UserError
from desktop.exchange.claims import NOT_THIS
from desktop.exchange.layouts import OFFICE_REGISTERS, Tier, bare, layouts, meanings, normal
from desktop.exchange.recognising import recognise
from desktop.exchange.sheets import read
from desktop.exchange.tables import Table
from tests.exchange.sheets_made import person, workbook, workbooks

STAFF = ["序号", "姓名", "身份证号码", "科室", "联系电话", "学历"]


def staff_row(order: int, name: str = "张三") -> list[Any]:
    return [order, name, person(order), "内科", 13800000000 + order, "本科"]


def tables(tmp_path: Path, rows: list[list[Any]], merged: Any = (), **more: Any) -> list[Table]:
    file = workbook(tmp_path / f"{more.pop('file', '表')}.xlsx", rows, merged=merged)
    return recognise(read(file), more.get("memory", {}), more.get("register", ""))


def headings(table: Table) -> dict[str, str]:
    texts = {heading.index: heading.text for heading in table.match.headings}
    return {key: texts[at] for key, at in table.match.columns.items()}


@pytest.mark.parametrize(
    ("written", "form"),
    [
        (" 身 份 证\n号 码 ", "身份证号码"),
        ("*姓名", "姓名"),
        ("０－６岁儿童", "0-6岁儿童"),
        ("0～6岁儿童", "0-6岁儿童"),
        ("姓名：", "姓名"),
    ],
)
def test_headings_are_compared_without_what_does_not_matter(written: str, form: str) -> None:
    assert normal(written) == form


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("门诊收入（元）", "门诊收入"),
        ("其中：中医诊疗人次", "中医诊疗人次"),
        ("一、诊疗人次", "诊疗人次"),
        ("2型糖尿病", "2型糖尿病"),
        ("储备标准(30天)", "储备标准"),
    ],
)
def test_a_bare_heading_has_no_brackets_unit_or_numbering(written: str, form: str) -> None:
    assert bare(normal(written)) == form


def test_no_heading_means_two_columns_that_their_cells_do_not_tell_apart() -> None:
    for form, columns in meanings()[Tier.EXACT].items():
        for register in {owner for owner, _key in columns} & OFFICE_REGISTERS:
            by_key = layouts()[register].by_key
            kinds = [by_key[key].kind for owner, key in columns if owner == register]
            assert len(set(kinds)) == len(kinds), (form, columns)


@pytest.mark.parametrize("titles", [0, 1, 3])
def test_the_header_is_found_below_any_number_of_titles(tmp_path: Path, titles: int) -> None:
    above: list[list[Any]] = [["青禾镇中心卫生院"], ["在职人员花名册"], ["填报日期：2026年11月3日"]]
    rows = [*above[:titles], STAFF, staff_row(1), staff_row(2)]
    merged = [f"A{at}:F{at}" for at in range(1, titles + 1)]
    (table,) = tables(tmp_path, rows, merged)
    assert table.match.register_key == "staff"
    assert table.numbers == [titles + 2, titles + 3]


def test_a_header_of_two_rows_with_merges_both_ways(tmp_path: Path) -> None:
    rows = [
        ["签约花名册"] + [None] * 8,
        ["单位：青禾镇卫生院", None, None, None, "日期：2026.11.5"],
        ["序号", "签约居民", None, None, "村名", "协议", None, "重点人群", None],
        [None, "姓名", "身份证号", "电话", None, "起始日期", "截止日期", "高血压", "糖尿病"],
        [1, "张三", person(1), 13800000000, "上河", "2026-01-01", "2026-12-31", "√", None],
    ]
    merged = ["A1:I1", "A3:A4", "B3:D3", "E3:E4", "F3:G3", "H3:I3"]
    (table,) = tables(tmp_path, rows, merged)
    assert table.match.register_key == "contracts"
    assert (table.match.top, table.match.depth, table.numbers) == (2, 2, [5])
    found = headings(table)
    assert found["village_id"] == "村名"
    assert found["signed_on"] == "协议 起始日期"
    assert found["diabetes"] == "重点人群 糖尿病"
    assert not table.match.unmatched


def test_a_group_of_another_person_does_not_give_its_number_away(tmp_path: Path) -> None:
    rows = [
        ["户主", None, "签约居民", None, "村", "签约日期", "到期日期"],
        ["姓名", "身份证号", "姓名", "身份证号", None, None, None],
        ["王大", person(9), "张三", person(1), "上河", "2026-01-01", "2026-12-31"],
    ]
    merged = ["A1:B1", "C1:D1", "E1:E2", "F1:F2", "G1:G2"]
    (table,) = tables(tmp_path, rows, merged)
    found = headings(table)
    assert found["householder"] == "户主 姓名"
    assert found["name"] == "签约居民 姓名"
    assert found["id_number"] == "签约居民 身份证号"
    assert [heading.text for heading in table.match.unmatched] == ["户主 身份证号"]


def test_what_is_no_data_is_not_counted(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["在职人员花名册"],
        STAFF,
        ["甲", "1", "2", "3", "4", "5"],
        ["一、临床科室"],
        staff_row(1),
        [None] * 6,
        staff_row(2),
        ["小计", "2人", None, None, None, None],
        ["在职人员花名册"],
        STAFF,
        staff_row(3),
        [4, None, None, None, None, None],
        ["合计", None, None, 3, None, None],
        ["单位负责人：王五", None, None, "填表人：李四", None, None],
        ["注：本表一式两份，卫生院留存一份。"],
        ["第 1 页 共 1 页"],
    ]
    (table,) = tables(tmp_path, rows, ["A1:F1", "A4:F4", "A9:F9"])
    assert table.numbers == [5, 7, 11]


def test_a_row_that_only_lacks_its_name_is_data(tmp_path: Path) -> None:
    nameless = [2, None, person(2), "内科", None, None]
    (table,) = tables(tmp_path, [STAFF, staff_row(1), nameless])
    assert table.numbers == [2, 3]


def test_cells_merged_down_are_filled_down(tmp_path: Path) -> None:
    rows = [STAFF, staff_row(1), [2, "李四", person(2), None, None, None]]
    (table,) = tables(tmp_path, rows, ["D2:D3"])
    assert table.cells("department") == ["内科", "内科"]


def test_clinics_and_their_doctors_come_from_one_sheet_without_merges_too(tmp_path: Path) -> None:
    rows = [
        ["卫生室名称", "行政村", "服务人口", "村医姓名", "身份证号码", "执业资质"],
        ["上河村卫生室", "上河村", 1000, "王一", person(1), "乡村医生"],
        [None, None, None, "王二", person(2), "执业医师"],
        ["下河村卫生室", "下河村", 900, None, None, None],
    ]
    clinics, doctors = tables(tmp_path, rows)
    assert (clinics.match.register_key, clinics.numbers) == ("clinics", [2, 4])
    assert (doctors.match.register_key, doctors.numbers) == ("village_doctors", [2, 3])
    assert doctors.cells("clinic_id") == ["上河村卫生室", "上河村卫生室"]


def test_sheets_that_fit_nothing_and_hidden_ones_are_left_alone(tmp_path: Path) -> None:
    file = workbooks(
        tmp_path / "表.xlsx",
        {
            "填表说明": ([["请按要求填写"], ["一、姓名必填"]], []),
            "名册": ([STAFF, staff_row(1)], []),
            "旧表": ([STAFF, staff_row(2)], []),
        },
        hidden=["旧表"],
    )
    (table,) = recognise(read(file), {})
    assert table.match.sheet.name == "名册"


def test_two_sheets_of_one_register_are_both_taken(tmp_path: Path) -> None:
    pages = {"一": ([STAFF, staff_row(1)], []), "二": ([STAFF, staff_row(2)], [])}
    found = recognise(read(workbooks(tmp_path / "表.xlsx", pages)), {})
    assert [table.match.sheet.name for table in found] == ["一", "二"]


def test_a_list_of_contracts_without_dates_is_not_taken_for_something_else(tmp_path: Path) -> None:
    rows = [
        ["姓名", "身份证号", "行政村", "签约团队", "服务包"],
        ["张三", person(1), "上河", "1队", "包"],
    ]
    with pytest.raises(UserError, match=r"家庭医生签约.*缺少这些列：到期日期、签约日期"):
        tables(tmp_path, rows)


def test_a_sheet_of_nothing_known_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="看不出"):
        tables(tmp_path, [["苹果", "梨"], [1, 2]])


def test_a_named_register_is_not_guessed(tmp_path: Path) -> None:
    rows = [["姓名", "身份证号", "联系电话"], ["张三", person(1), "13800000000"]]
    (table,) = tables(tmp_path, rows, register="residents")
    assert table.match.register_key == "residents"


def test_two_registers_that_fit_alike_are_asked_about(tmp_path: Path) -> None:
    rows = [["姓名", "身份证号"], ["张三", person(1)]]
    with pytest.raises(UserError, match="--register"):
        tables(tmp_path, rows)


def test_a_title_tells_apart_what_the_columns_do_not(tmp_path: Path) -> None:
    rows = [["姓名", "身份证号", "联系电话"], ["张三", person(1), "13800000000"]]
    assert tables(tmp_path, rows, file="职工名单")[0].match.register_key == "staff"
    assert tables(tmp_path, rows, file="村医名单")[0].match.register_key == "village_doctors"


def test_a_like_heading_is_matched_and_told(tmp_path: Path) -> None:
    rows = [["职工姓名", "身份证号", "科室", "现聘用职称名称"], ["张三", person(1), "内科", "医师"]]
    (table,) = tables(tmp_path, rows)
    assert headings(table).get("title") == "现聘用职称名称"
    assert table.match.likened == ("title",)


def test_an_unlike_heading_stays_unmatched_and_is_told(tmp_path: Path) -> None:
    rows = [[*STAFF, "政治面貌"], [*staff_row(1), "党员"]]
    (table,) = tables(tmp_path, rows)
    assert [heading.text for heading in table.match.unmatched] == ["政治面貌"]


def test_the_same_heading_twice_fills_the_field_once(tmp_path: Path) -> None:
    rows = [[*STAFF, "联系电话"], [*staff_row(1), "037400000"]]
    (table,) = tables(tmp_path, rows)
    assert table.match.columns["phone"] == 4
    assert [heading.index for heading in table.match.unmatched] == [6]


def test_what_a_person_corrected_decides(tmp_path: Path) -> None:
    rows = [[*STAFF, "政治面貌"], [*staff_row(1), "党员"]]
    memory = {("staff", normal("政治面貌")): "note", ("staff", normal("科室")): NOT_THIS}
    (table,) = tables(tmp_path, rows, memory=memory)
    found = headings(table)
    assert found["note"] == "政治面貌"
    assert "department" not in found


def test_every_register_finds_its_own_template_headings(tmp_path: Path) -> None:
    for key, layout in layouts().items():
        rows = [[column.label for column in layout.columns if not column.ignored]]
        rows.append(["x"] * len(rows[0]))
        (table,) = tables(tmp_path, rows, register=key)
        assert not table.match.missing, key
        assert not table.match.unmatched, key


def test_dates_stay_dates_for_the_rows_after_the_header(tmp_path: Path) -> None:
    rows = [
        ["姓名", "身份证号", "科室", "参加工作时间"],
        ["张三", person(1), "内科", date(2009, 7, 1)],
    ]
    (table,) = tables(tmp_path, rows)
    assert table.cells("work_start") == [date(2009, 7, 1)]
