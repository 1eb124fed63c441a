"""Which rows are taken in, how their cells are read, and which are refused for what."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.conftest import CommandLine
from tests.exchange.sheets_made import CONTRACT, broken, contract, person, reasons, workbook


def test_each_bad_row_is_refused_for_its_own_reason_and_no_good_one(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    rows = [
        CONTRACT,
        contract(1),
        contract(2, name=" "),
        contract(3, id_number=broken(person(3))),
        contract(4, village="火星村"),
        contract(5, expires="2025-12-31"),
        contract(6, id_number=person(1)),
        contract(7, signed="2026年13月1日"),
        contract(8, id_number=None),
        contract(9),
    ]
    found = with_clinics.take_in(workbook(tmp_path / "签约.xlsx", rows))
    assert reasons(found) == {
        3: "missing_name",
        4: "bad_id_number",
        5: "unknown_village",
        6: "expiry_before_signing",
        7: "duplicate_in_file",
        8: "bad_date",
        9: "missing_id_number",
    }
    assert found["created"] == 2
    stored = {each["id_number"] for each in with_clinics.listed("contracts")}
    assert stored == {person(1), person(9)}


def test_numbers_of_people_are_read_however_they_were_typed(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    ending_x = next(person(at) for at in range(100, 1000) if person(at).endswith("X"))
    rows = [
        CONTRACT,
        contract(1, id_number=f" {person(1)} "),
        contract(2, id_number=f"'{person(2)}"),
        contract(3, id_number=ending_x.lower()),
        contract(
            4, id_number=person(4).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        ),
        contract(5, phone="138 0000 0005"),
        contract(6, phone="没有电话"),
        contract(7, id_number=float(person(7).rstrip("X") or 0)),
    ]
    found = with_clinics.take_in(workbook(tmp_path / "签约.xlsx", rows))
    assert reasons(found) == {8: "bad_id_number"}
    by_number = {each["id_number"]: each for each in with_clinics.listed("contracts")}
    assert set(by_number) == {person(1), person(2), ending_x, *(person(at) for at in (4, 5, 6))}
    assert by_number[person(5)]["phone"] == "13800000005"
    assert by_number[person(6)]["phone"] is None
    assert "bad_phone" in {each["reason"] for each in found["warnings"]}


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01",
        "2026/3/1",
        "2026.3.1",
        "2026年3月1日",
        "20260301",
        20260301,
        "２０２６．３．１",
        46082,
        date(2026, 3, 1),
        datetime(2026, 3, 1, 8, 30),
        " 2026年03月01日 ",
    ],
)
def test_a_date_is_read_however_it_was_typed(
    with_clinics: CommandLine, tmp_path: Path, written: Any
) -> None:
    file = workbook(tmp_path / "签约.xlsx", [CONTRACT, contract(1, signed=written)])
    assert with_clinics.take_in(file)["created"] == 1
    assert with_clinics.listed("contracts")[0]["signed_on"] == "2026-03-01"


@pytest.mark.parametrize(
    "written",
    [
        "上河",
        "上河村",
        "上 河 村",
        "上河村委会",
        "禹州市青禾镇上河村",
        "上河村村民委员会",
        "上河村3组",
    ],
)
def test_a_village_is_found_however_it_is_called(
    with_clinics: CommandLine, tmp_path: Path, written: str
) -> None:
    file = workbook(tmp_path / "签约.xlsx", [CONTRACT, contract(1, village=written)])
    assert with_clinics.take_in(file)["created"] == 1
    assert with_clinics.listed("contracts")[0]["village_id"] == "上河村"


def test_a_name_that_two_villages_share_is_not_chosen_between(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    villages = [["行政村", "区划代码"], ["上河社区", "411081101999"]]
    with_clinics.take_in(workbook(tmp_path / "区划.xlsx", villages), "--register", "divisions")
    assert len([each for each in with_clinics.listed("divisions") if "上河" in each["name"]]) == 1
    # 上河社区 is the village already known; only a record made by hand can stand beside it.


def test_ticks_and_words_say_yes_and_a_blank_beside_ticks_says_no(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    ticks = ["√", "是", "1", 1, True, "有", "高血压", "✔", None, "○"]
    rows = [CONTRACT, *(contract(at, tick=tick) for at, tick in enumerate(ticks))]
    with_clinics.take_in(workbook(tmp_path / "签约.xlsx", rows))
    found = {each["id_number"]: each["hypertension"] for each in with_clinics.listed("contracts")}
    assert [found[person(at)] for at in range(len(ticks))] == [tick is not None for tick in ticks]


def test_a_blank_beside_yes_and_no_says_nothing(with_clinics: CommandLine, tmp_path: Path) -> None:
    rows = [CONTRACT, *(contract(at, tick=tick) for at, tick in enumerate(["是", "否", None]))]
    with_clinics.take_in(workbook(tmp_path / "签约.xlsx", rows))
    found = {each["id_number"]: each["hypertension"] for each in with_clinics.listed("contracts")}
    assert [found[person(at)] for at in range(3)] == [True, False, None]


def test_a_sex_that_contradicts_the_number_is_told(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    rows = [[*CONTRACT, "性别"], [*contract(1), "女" if int(person(1)[16]) % 2 else "男"]]
    found = with_clinics.take_in(workbook(tmp_path / "签约.xlsx", rows))
    assert found["created"] == 1
    assert found["warnings"][0]["reason"] == "sex_contradicts_id_number"


def test_a_clinic_names_its_village_even_without_a_column_for_it(
    thdesk: CommandLine, tmp_path: Path
) -> None:
    rows = [["卫生室名称", "服务人口", "产权"], ["新丰村卫生室", 900, "公有"]]
    found = thdesk.take_in(workbook(tmp_path / "卫生室.xlsx", rows))
    assert found["also_created"] == {"divisions": 1}
    assert thdesk.listed("clinics")[0]["village_id"] == "新丰村"


def test_doctors_of_an_unknown_clinic_are_refused(thdesk: CommandLine, tmp_path: Path) -> None:
    rows = [
        ["村医姓名", "身份证号", "所在卫生室", "执业资格"],
        ["王一", person(1), "没有村卫生室", "乡村医生"],
    ]
    assert reasons(thdesk.take_in(workbook(tmp_path / "村医.xlsx", rows))) == {2: "unknown_clinic"}


def test_a_month_in_place_of_a_day_leaves_an_optional_date_out(
    thdesk: CommandLine, tmp_path: Path
) -> None:
    heads = ["职工姓名", "身份证号", "科室", "参加工作年月", "执业证有效期至"]
    rows = [
        heads,
        ["张三", person(1), "内科", "2009年7月", "长期"],
        ["李四", person(2), "内科", "二〇〇九年", None],
    ]
    found = thdesk.take_in(workbook(tmp_path / "职工.xlsx", rows))
    assert reasons(found) == {3: "bad_date"}
    assert [each["reason"] for each in found["warnings"]] == ["incomplete_date"]
    assert thdesk.listed("staff")[0]["work_start"] is None


def test_a_table_may_begin_anywhere_on_the_sheet(thdesk: CommandLine, tmp_path: Path) -> None:
    heads = [None, None, "职工姓名", "身份证号", "科室", "学历"]
    rows = [
        [None] * 6,
        [None, None, "花名册"],
        heads,
        [None, None, "张三", person(1), "内科", "本科"],
        [None, None, "内科合计", None, None, "1人"],
    ]
    found = thdesk.take_in(workbook(tmp_path / "职工.xlsx", rows, merged=["C2:F2"]))
    assert (found["rows"], found["created"]) == (1, 1)
