"""`thdesk returns export` and `templates`: returns as workbooks and in offices' own templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from desktop.errors import NotFound, UserError
from desktop.exchange.return_workbook import read_return_workbook
from desktop.models.registers import find_register
from desktop.models.store import save
from tests.commands.returns_desk import FILLED, MONTH, OF, Desk
from tests.helpers.centres import reopen

FORM = "medical_services_monthly"


@pytest.fixture
def office_file(tmp_path: Path) -> Path:
    """The county's own form: labels, one column for the month, a formula."""
    book = openpyxl.Workbook()
    page: Any = book.worksheets[0]
    page["A1"] = "填报单位："
    page["A3"], page["B3"], page["C3"] = "项目", "本月", "上月"
    page["A4"], page["A5"], page["A6"] = "其中：门诊", "其中：急诊", "门急诊"
    page["B6"] = "=B4+B5"
    book.save(tmp_path / "县表.xlsx")
    return tmp_path / "县表.xlsx"


def sheet_of(file: str | Path) -> Any:
    return openpyxl.load_workbook(file).worksheets[0]


def test_a_return_is_saved_as_a_workbook_named_by_its_state(desk: Desk, tmp_path: Path) -> None:
    (made,) = desk.json("returns", "compose", *OF, *FILLED)
    (file,) = desk.json("returns", "export", *OF, "--out", str(tmp_path / "out"))
    assert Path(file["file"]).name == "2026-10-医疗服务月报（草稿）.xlsx"
    (saved,) = read_return_workbook(Path(file["file"]))
    assert saved.cells["M11", "this"].value == 3620
    assert file["check_codes"] == [made["check_code"]]
    assert saved.qr_text.endswith(made["checksum"][:32].upper())
    desk.done("returns", "submit", *OF)
    said = desk.done("returns", "export", *OF, "--out", str(tmp_path / "out"))
    assert "2026-10-医疗服务月报.xlsx" in said


def test_the_returns_of_a_period_fit_into_one_workbook(desk: Desk, tmp_path: Path) -> None:
    mini = tmp_path / "mini.toml"
    mini.write_text(
        'key = "mini"\ntitle = "试表"\nshort = "试表"\nperiod = "month"\n'
        '[[section]]\ntitle = "一"\n[[section.line]]\ncode = "A1"\nlabel = "接待"\n',
        encoding="utf-8",
    )
    desk.done("returns", "forms", "add", str(mini))
    (file,) = desk.json(
        *("returns", "export", "--period", MONTH, "--pack", "--out", str(tmp_path / "out"))
    )
    assert {"mini", FORM} <= set(file["forms"])
    names = openpyxl.load_workbook(file["file"]).sheetnames
    assert names[0] == "目录"
    assert {"试表", "医疗服务月报"} <= set(names)


def test_a_template_is_added_filled_replaced_and_removed(
    desk: Desk, office_file: Path, tmp_path: Path
) -> None:
    desk.done("returns", "compose", *OF, *FILLED)
    added = desk.json("returns", "templates", "add", str(office_file), "--form", FORM)
    takes = {mark["cell"]: mark["take"] for mark in added["marks"]}
    assert (takes["Sheet!B4"], takes["Sheet!B5"], takes["Sheet!A1"]) == ("M11", "M12", "@centre")
    out = ("--template", "县表", "--out", str(tmp_path / "out"))
    (file,) = desk.json("returns", "export", "--period", MONTH, *out)
    assert Path(file["file"]).name == "2026-10-医疗服务月报（草稿）-县表.xlsx"
    page = sheet_of(file["file"])
    assert (page["B4"].value, page["B5"].value, page["B6"].value) == (3620, 134, "=B4+B5")
    assert page["A1"].value == "填报单位：青禾镇中心卫生院"

    book = openpyxl.load_workbook(office_file)
    book.worksheets[0].insert_rows(4)
    book.worksheets[0]["A4"] = "新增一行"
    book.save(office_file)
    moved = desk.json("returns", "templates", "replace", "县表", str(office_file))
    assert ["Sheet!B4", "Sheet!B5"] in moved["moved"]
    (file,) = desk.json("returns", "export", "--period", MONTH, *out)
    assert sheet_of(file["file"])["B5"].value == 3620

    assert "县表\tmedical_services_monthly" in desk.done("returns", "templates", "list")
    desk.done("returns", "templates", "remove", "县表")
    assert desk.json("returns", "templates", "list") == []


def test_what_is_wrong_with_a_template_is_said_in_a_sentence(
    desk: Desk, office_file: Path, tmp_path: Path
) -> None:
    add = ("returns", "templates", "add")
    old = tmp_path / "旧表.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    assert "另存为" in desk.refused(UserError, *add, str(old), "--form", FORM)
    text = tmp_path / "a.csv"
    text.write_text("a", encoding="utf-8")
    assert "不是 xlsx" in desk.refused(UserError, *add, str(text), "--form", FORM)
    assert "找不到" in desk.refused(NotFound, *add, str(tmp_path / "b.xlsx"), "--form", FORM)
    assert "没有名为" in desk.refused(NotFound, *add, str(office_file), "--form", "x")
    desk.done(*add, str(office_file), "--form", FORM)
    assert "换一个名称" in desk.refused(UserError, *add, str(office_file), "--form", FORM)
    said = desk.refused(NotFound, "returns", "export", *OF, "--template", "别的")
    assert "已有的模板：县表" in said


def test_a_folder_that_cannot_be_made_is_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    said = desk.refused(UserError, "returns", "export", *OF, "--out", str(tmp_path / "file" / "a"))
    assert "无法建立文件夹" in said


def test_a_form_for_each_clinic_is_a_file_to_a_clinic(desk: Desk, tmp_path: Path) -> None:
    of = ("--period", "2025", "--form", "village_clinic_yearly", "--out", str(tmp_path / "out"))
    assert "登记村卫生室" in desk.refused(UserError, "returns", "export", *of)
    centre = reopen(desk.home)
    with centre.store.writing() as session:
        for name in ("清河村卫生室", "柳林村卫生室"):
            save(session, find_register("clinics"), {"name": name, "status": "运行"})
    centre.close()
    (file,) = desk.json("returns", "export", *of)
    names = openpyxl.load_workbook(file["file"]).sheetnames
    assert {"清河村卫生室 村卫生室年报", "柳林村卫生室 村卫生室年报"} <= set(names)
    desk.done("returns", "templates", "add", file["file"], *of[2:4], "--name", "年报")
    cell = ("--set", "A12@柳林村卫生室=80")
    desk.done("returns", "compose", *of[:4], *cell)
    files = desk.json("returns", "export", *of, "--template", "年报")
    assert [Path(each["file"]).name for each in files] == [
        "2025-村卫生室年报（草稿）-年报-柳林村卫生室.xlsx",
        "2025-村卫生室年报（草稿）-年报-清河村卫生室.xlsx",
    ]
    texts = [
        {cell.value for row in openpyxl.load_workbook(each["file"]).worksheets[0] for cell in row}
        for each in files
    ]
    assert [80 in each for each in texts] == [True, False]
    said = desk.refused(NotFound, "returns", "compose", *of[:4], "--set", "A12@别村=1")
    assert "清河村卫生室" in said


def test_a_template_whose_file_has_not_arrived_is_told(desk: Desk, office_file: Path) -> None:
    desk.done("returns", "templates", "add", str(office_file), "--form", FORM)
    for file in (desk.home / "files").iterdir():
        file.unlink()
    said = desk.refused(UserError, "returns", "export", *OF, "--template", "县表")
    assert "本机还没有模板“县表”的文件" in said
