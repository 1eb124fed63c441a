"""What an import does as a whole: all or nothing, taken back, given back, remembered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from desktop.errors import UserError
from desktop.exchange import undoing
from desktop.exchange.importing import Options, preview, take_in, write
from desktop.exchange.plan import Cancelled
from desktop.exchange.recognising import remember
from desktop.exchange.undoing import batches, undo
from desktop.models.listing import Query, count
from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import save
from tests.exchange.conftest import CommandLine
from tests.exchange.sheets_made import CONTRACT, OFFICE, contract, person, workbook


def how_many(centre: Centre, register: str) -> int:
    with centre.store.reading() as session:
        return count(session, Query(find_register(register)))


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


def test_an_older_change_row_with_an_empty_text_for_a_blank_reference_gives_a_blank() -> None:
    assert undoing._value(find_register("contracts"), "village_id", "") is None
