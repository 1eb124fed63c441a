"""What an import does: new, changed, unchanged, refused, taken back, all or nothing."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from desktop.errors import UserError
from desktop.exchange.importing import Options, preview, take_in, write
from desktop.exchange.plan import Cancelled
from desktop.exchange.recognising import remember
from desktop.exchange.undoing import batches, undo
from desktop.models.listing import Query, count
from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import save
from tests.exchange.conftest import CommandLine
from tests.exchange.sheets_made import OFFICE, broken, person, workbook

CONTRACT = [
    "签约居民姓名",
    "身份证号",
    "联系电话",
    "行政村",
    "签约团队",
    "签约日期",
    "到期日期",
    "服务包",
    "高血压",
]


def contract(order: int, **other: Any) -> list[Any]:
    row = {
        "name": f"居民{'甲乙丙丁戊己庚辛'[order % 8]}",
        "id_number": person(order),
        "phone": 13800000000.0 + order,
        "village": "上河",
        "team": "第1团队",
        "signed": "2026年1月1日",
        "expires": date(2026, 12, 31),
        "package": "基础包",
        "tick": "√" if order % 2 else None,
    }
    return list((row | other).values())


def reasons(outcome: dict[str, Any]) -> dict[int, str]:
    return {each["row"]: each["reason"] for each in outcome["rejected"]}


def how_many(centre: Centre, register: str) -> int:
    with centre.store.reading() as session:
        return count(session, Query(find_register(register)))


# Rows


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


# Contracts


def test_contracts_make_residents_teams_and_packages(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    rows = [CONTRACT, contract(1, package="基础包＋高血压包"), contract(2, team="第2团队")]
    found = with_clinics.take_in(workbook(tmp_path / "签约.xlsx", rows))
    assert found["also_created"] == {"teams": 2, "packages": 2, "residents": 2}
    assert {each["packages"] for each in with_clinics.listed("contracts")} == {
        "基础包+高血压包",
        "基础包",
    }
    residents = {each["id_number"]: each for each in with_clinics.listed("residents")}
    assert residents[person(1)]["village_id"] == "上河村"
    assert residents[person(1)]["phone"] == "13800000001"


def test_refused_contracts_make_nothing(with_clinics: CommandLine, tmp_path: Path) -> None:
    rows = [CONTRACT, contract(1), contract(2, team="没人的团队", expires="2020-01-01")]
    with_clinics.take_in(workbook(tmp_path / "签约.xlsx", rows))
    assert [each["name"] for each in with_clinics.listed("teams")] == ["第1团队"]
    assert len(with_clinics.listed("residents")) == 1


def test_a_renewal_is_a_new_contract_of_the_same_resident(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    with_clinics.take_in(workbook(tmp_path / "旧.xlsx", [CONTRACT, contract(1)]))
    renewed = contract(1, signed="2026-12-20", expires="2027-12-19")
    found = with_clinics.take_in(workbook(tmp_path / "新.xlsx", [CONTRACT, renewed]))
    assert (found["created"], found["updated"]) == (1, 0)
    assert "also_created" not in found
    assert len(with_clinics.listed("contracts")) == 2


def test_a_contract_of_the_same_time_is_changed_not_doubled(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    with_clinics.take_in(workbook(tmp_path / "旧.xlsx", [CONTRACT, contract(1), contract(2)]))
    changed = contract(1, phone=None, team="第9团队", signed="2026-01-05")
    found = with_clinics.take_in(workbook(tmp_path / "新.xlsx", [CONTRACT, changed, contract(2)]))
    assert (found["created"], found["updated"], found["unchanged"]) == (0, 1, 1)
    stored = {each["id_number"]: each for each in with_clinics.listed("contracts")}[person(1)]
    assert (stored["team_id"], stored["signed_on"]) == ("第9团队", "2026-01-05")
    assert stored["phone"] == "13800000001"  # A blank cell leaves what is stored.


def test_a_term_in_one_cell_is_taken_apart(with_clinics: CommandLine, tmp_path: Path) -> None:
    rows = [
        ["姓名", "身份证号", "村", "签约团队", "协议期限"],
        ["张三", person(1), "上河", "1队", "2026年1月1日至2026年12月31日"],
        ["李四", person(2), "上河", "1队", "一年"],
    ]
    found = with_clinics.take_in(workbook(tmp_path / "签约.xlsx", rows))
    assert reasons(found) == {3: "bad_date"}
    stored = with_clinics.listed("contracts")[0]
    assert (stored["signed_on"], stored["expires_on"]) == ("2026-01-01", "2026-12-31")


def _signer(order: int, name: str, village: str, phone: str, signed: str) -> list[Any]:
    expires = date.fromisoformat(signed).replace(year=2027)
    return [name, person(1), phone, village, f"第{order}团队", signed, expires, "基础包", None]


def test_a_number_that_evidently_two_people_have_is_taken_with_a_warning(
    with_clinics: CommandLine, tmp_path: Path
) -> None:
    heads = [*CONTRACT, "户主"]
    first = [*_signer(1, "范佳霞", "上河", "13800000001", "2026-01-01"), "叶志"]
    second = [*_signer(2, "何小娥", "下河", "13800000002", "2026-08-01"), "尹红"]
    file = workbook(tmp_path / "签约.xlsx", [heads, first, second])
    found = with_clinics.take_in(file)
    assert found["created"] == 2
    assert {each["reason"] for each in found["warnings"]} == {"shared_id_number"}
    assert len(with_clinics.listed("residents")) == 2
    assert with_clinics.take_in(file)["unchanged"] == 2


@pytest.mark.parametrize("at", [0, 2, 3, 9])
def test_one_thing_alike_makes_it_a_number_in_the_wrong_row(
    with_clinics: CommandLine, tmp_path: Path, at: int
) -> None:
    heads = [*CONTRACT, "户主"]
    first = [*_signer(1, "范佳霞", "上河", "13800000001", "2026-01-01"), "叶志"]
    second = [*_signer(2, "何小娥", "下河", "13800000002", "2026-08-01"), "尹红"]
    second[at] = first[at]
    found = with_clinics.take_in(workbook(tmp_path / "签约.xlsx", [heads, first, second]))
    assert reasons(found) == {3: "duplicate_in_file"}


# Clinics


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


# All or nothing, and back


def test_an_import_is_taken_back_as_one_step(with_clinics: CommandLine, tmp_path: Path) -> None:
    before = {key: with_clinics.listed(key) for key in ("contracts", "residents", "teams")}
    first = workbook(tmp_path / "一.xlsx", [CONTRACT, contract(1), contract(2)])
    with_clinics.take_in(first)
    middle = {key: with_clinics.listed(key) for key in before}
    second = workbook(tmp_path / "二.xlsx", [CONTRACT, contract(1, team="第8团队"), contract(3)])
    assert with_clinics.take_in(second)["updated"] == 1
    assert with_clinics.run("undo-import").exit_code == 0
    assert {key: with_clinics.listed(key) for key in before} == middle
    assert with_clinics.run("undo-import").exit_code == 0
    assert {key: with_clinics.listed(key) for key in before} == before
    assert with_clinics.take_in(first)["created"] == 2


def test_what_was_edited_since_is_not_taken_back(centre: Centre) -> None:
    take_in(centre.store, [OFFICE / "在用药品目录.xlsx"])
    drugs = find_register("drugs")
    with centre.store.reading() as session:
        record = session.execute(drugs.table.select()).first()
    assert record is not None
    with centre.store.writing() as session:
        save(session, drugs, {"unit": "桶"}, record.id)
    with pytest.raises(UserError, match="后来又改过"):
        undo(centre.store)
    assert how_many(centre, "drugs") == 60


def test_what_later_records_use_is_not_taken_back(centre: Centre) -> None:
    take_in(centre.store, [OFFICE / "在用药品目录.xlsx"])
    with centre.store.reading() as session:
        drugs = batches(session)[0].id
    take_in(centre.store, [OFFICE / "药品库存盘点.csv"])
    with pytest.raises(UserError, match="引用"):
        undo(centre.store, drugs)
    undo(centre.store)
    undo(centre.store, drugs)
    assert how_many(centre, "drugs") == how_many(centre, "drug_stock") == 0


def test_nothing_to_take_back_is_told(thdesk: CommandLine) -> None:
    assert thdesk.run("undo-import").exit_code == 1


class _StopAt:
    def __init__(self, call: int) -> None:
        self.left = call

    def report(self, done: int, total: int) -> None:
        self.left -= 1
        if self.left < 0:
            raise Cancelled


@pytest.mark.parametrize("call", range(0, 12, 2))
def test_a_cancelled_import_writes_nothing(centre: Centre, call: int) -> None:
    files = [
        OFFICE / "村卫生室及乡村医生名册.xls",
        OFFICE / "在用药品目录.xlsx",
        OFFICE / "药品库存盘点.csv",
    ]
    villages = how_many(centre, "divisions")
    with pytest.raises(Cancelled):
        take_in(centre.store, files, progress=_StopAt(call))
    for register in ("clinics", "village_doctors", "drugs", "drug_stock"):
        assert how_many(centre, register) == 0
    assert how_many(centre, "divisions") == villages
    with centre.store.reading() as session:
        assert not batches(session)


def test_an_error_in_the_middle_writes_nothing(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop.exchange import importing

    calls = []

    def failing(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 3:
            raise OSError("pulled out")
        return insert(*arguments)

    insert = importing.insert_many
    monkeypatch.setattr(importing, "insert_many", failing)
    with pytest.raises(OSError, match="pulled out"):
        take_in(centre.store, [OFFICE / "村卫生室及乡村医生名册.xls"])
    assert how_many(centre, "clinics") == how_many(centre, "village_doctors") == 0


def test_a_preview_is_written_as_shown_and_not_after_something_changed(centre: Centre) -> None:
    files = [OFFICE / "在用药品目录.xlsx", OFFICE / "药品库存盘点.csv"]
    plans = [outcome.plan for outcome in preview(centre.store, files)]
    assert how_many(centre, "drugs") == 0
    assert all(plans)
    with centre.store.writing() as session:
        save(session, find_register("teams"), {"name": "第1团队"})
    with pytest.raises(UserError, match="重新预览"):
        write(centre.store, [plan for plan in plans if plan])
    plans = [outcome.plan for outcome in preview(centre.store, files)]
    receipt = write(centre.store, [plan for plan in plans if plan])
    assert receipt.created == 60 + 97
    assert how_many(centre, "drug_stock") == 97


def test_a_file_that_cannot_be_read_stops_no_other(centre: Centre, tmp_path: Path) -> None:
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"PK\x03\x04")
    outcomes, receipt = take_in(centre.store, [bad, OFFICE / "在用药品目录.xlsx"])
    assert [outcome.error is None for outcome in outcomes] == [False, True]
    assert receipt.created == 60


def test_exit_code_says_whether_anything_was_taken_in(thdesk: CommandLine, tmp_path: Path) -> None:
    bad = workbook(
        tmp_path / "人员.xlsx", [["职工姓名", "身份证号", "科室"], ["张三", "1", "内科"]]
    )
    assert thdesk.run("import", bad, "--json").exit_code == 1
    assert thdesk.run("import", tmp_path / "没有.xlsx").exit_code == 1
    assert thdesk.run("import", OFFICE / "人员花名册.xlsx").exit_code == 0
    assert thdesk.run("import", OFFICE / "人员花名册.xlsx").exit_code == 0


# Refused rows, remembered columns


def test_refused_rows_come_back_with_their_reasons_and_can_be_mended(
    thdesk: CommandLine, tmp_path: Path
) -> None:
    back = tmp_path / "退回.xlsx"
    thdesk.take_in(OFFICE / "人员花名册.xlsx", "--refused", back)
    book = openpyxl.load_workbook(back)
    sheet = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][-2:] == ["原表行号", "退回原因"]
    assert rows[0][:3] == ["基本信息"] * 3
    assert [row[-2] for row in rows[2:]] == [16, 25, 32]
    assert "最后一位应为 6" in rows[2][-1]
    number = rows[1].index("身份证号码")
    assert sheet.cell(3, number + 1).value == "411081198405102447"
    sheet.cell(3, number + 1).value = "411081198405102446"
    book.save(back)
    book.close()
    mended = thdesk.take_in(back)
    assert mended["register"] == "staff"
    assert mended["created"] == 1


def test_what_a_person_corrected_is_remembered(centre: Centre, tmp_path: Path) -> None:
    rows = [
        ["姓名", "身份证号", "科室", "学历", "老家"],
        ["张三", person(1), "内科", "本科", "河南"],
    ]
    file = workbook(tmp_path / "职工.xlsx", rows)
    remember(centre.store, {("staff", "老家"): "note"})
    plan = preview(centre.store, [file])[0].plan
    assert plan is not None
    assert plan.parts[0].new[0].values["note"] == "河南"


def test_a_correction_counts_without_being_remembered(centre: Centre, tmp_path: Path) -> None:
    rows = [
        ["姓名", "身份证号", "科室", "学历", "老家"],
        ["张三", person(1), "内科", "本科", "河南"],
    ]
    file = workbook(tmp_path / "职工.xlsx", rows)
    options = Options(corrections={("staff", "老家"): "note"})
    plan = preview(centre.store, [file], options)[0].plan
    assert plan is not None
    assert plan.parts[0].new[0].values["note"] == "河南"


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


def test_groups_listed_in_one_cell_are_ticked(with_clinics: CommandLine, tmp_path: Path) -> None:
    rows = [
        [*CONTRACT[:-1], "人群分类"],
        [*contract(1)[:-1], "老年人、高血压患者"],
        [*contract(2)[:-1], "一般人群"],
        [*contract(3)[:-1], None],
        [*contract(4)[:-1], "糖尿病，外星人"],
    ]
    found = with_clinics.take_in(workbook(tmp_path / "签约.xlsx", rows))
    assert [each["reason"] for each in found["warnings"]] == ["unknown_group"]
    ticks = {
        each["id_number"]: (each["elderly"], each["hypertension"], each["diabetes"])
        for each in with_clinics.listed("contracts")
    }
    assert ticks[person(1)] == (True, True, False)
    assert ticks[person(2)] == (False, False, False)
    assert ticks[person(3)] == (None, None, None)
    assert ticks[person(4)] == (False, False, True)


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
