"""A centre's month from the command line: every word a process of its own, the hub too."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.end2end.programs import Desk, text_of
from tests.helpers.office import OFFICE, truth
from tests.sync.parts import HubProcess, run_hub

CODE = "411081101"
NAME = "青禾镇中心卫生院"
TYPED = {"M11": "3412", "M12": "134", "M13": "0", "M17": "1042", "M31": "92"}
MONEY = {"M40": "64", "M41": "38", "M51": "268.4", "M52": "121.7", "M55": "139.6"}


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, dict[str, Any]]:
    """A new centre with the office's folder taken in, and what each file gave."""
    desk = Desk(tmp_path_factory.mktemp("month") / "centre")
    said = desk.run("init", "--centre", NAME, "--code", CODE)
    assert "恢复密钥" in said
    found = {each["file"]: each for each in desk.json("import", OFFICE, "--on", "2026-11-21")}
    assert {name.partition("/")[0] for name in found} == set(truth())
    return desk, found


@pytest.fixture
def desk(taken_in: tuple[Desk, dict[str, Any]], tmp_path: Path) -> Desk:
    """A copy of the filled centre that a test may change."""
    home = tmp_path / "centre"
    shutil.copytree(taken_in[0].home, home)
    return Desk(home)


@pytest.fixture
def county(tmp_path: Path) -> Iterator[HubProcess]:
    """A county hub that is set up and not running."""
    with run_hub(f"sqlite:///{tmp_path / 'county.db'}") as hub:
        hub.command("init")
        hub.command("centre", "add", "--code", CODE, "--name", NAME)
        yield hub


@pytest.mark.parametrize(
    "name", [name for name, told in truth().items() if "rejected" in told], ids=str
)
def test_each_file_gives_the_figures_of_the_truth(
    taken_in: tuple[Desk, dict[str, Any]], name: str
) -> None:
    found, told = taken_in[1][name], truth()[name]
    assert found["register"] == told["register"]
    assert found["rows"] == told["data_rows"]
    assert found["created"] == told["importable"]
    assert (found["updated"], found["unchanged"]) == (0, 0)
    rejected = {str(each["row"]): each["reason"] for each in found["rejected"]}
    assert rejected == told["rejected"]
    for key in ("encoding", "total_quantity", "closing_stock", "active", "active_by_group"):
        if key in told:
            assert found[key] == told[key], key


def test_one_workbook_feeds_two_registers(taken_in: tuple[Desk, dict[str, Any]]) -> None:
    found = taken_in[1]["村卫生室及乡村医生名册.xls"]["registers"]
    created = {key: part["created"] for key, part in found.items()}
    assert created == truth()["村卫生室及乡村医生名册.xls"]["registers"]


def test_the_clinics_little_forms_add_up(taken_in: tuple[Desk, dict[str, Any]]) -> None:
    folder = "村卫生室月报202610"
    told = truth()[folder]
    forms = [each for name, each in taken_in[1].items() if name.startswith(f"{folder}/")]
    assert len(forms) == told["files"]
    assert {each["period"] for each in forms} == {told["period"]}
    totals = {key: sum(each["totals"][key] for each in forms) for key in told["totals"]}
    assert totals == pytest.approx(told["totals"])


def test_taking_everything_in_again_changes_nothing(taken_in: tuple[Desk, Any]) -> None:
    for each in taken_in[0].json("import", OFFICE):
        parts = each.get("registers", {"": each}).values()
        assert all(part["created"] == part["updated"] == 0 for part in parts), each["file"]


def test_lists_exports_and_templates(taken_in: tuple[Desk, Any], tmp_path: Path) -> None:
    desk = taken_in[0]
    assert len(desk.json("list", "staff")) == 65
    some = desk.json("list", "contracts", "--where", "高血压=是 行政村=上河村")
    assert some
    assert all("上河" in row["village_id"] for row in some)
    workbook = tmp_path / "签约.xlsx"
    desk.run("export", "contracts", workbook)
    again = desk.json("import", workbook, "--register", "contracts", "--dry-run")
    assert (again["unchanged"], again["created"], again["updated"]) == (5915, 0, 0)
    desk.run("template", "staff", tmp_path / "模板.xlsx")
    template = openpyxl.load_workbook(tmp_path / "模板.xlsx")
    headings = {str(cell.value) for row in template.worksheets[0].iter_rows() for cell in row}
    template.close()
    assert any("身份证号" in heading for heading in headings)
    desk.run("print", "staff", tmp_path / "花名册.pdf")
    assert "人员花名册" in text_of(tmp_path / "花名册.pdf")


def test_a_backup_brings_the_centre_back(desk: Desk, tmp_path: Path) -> None:
    backup = Path(desk.json("backup", "--to", tmp_path / "移动硬盘")["file"])
    desk.run("verify", backup)
    newer = tmp_path / "新同事.csv"
    newer.write_text("姓名,身份证号\n新来,11010519491231002X\n", encoding="utf-8")
    desk.run("import", newer, "--register", "staff")
    assert len(desk.json("list", "staff")) == 66
    desk.run("restore", backup)
    assert len(desk.json("list", "staff")) == 65
    assert "没有发现问题" in desk.run("verify")
    elsewhere = Desk(tmp_path / "另一台电脑")
    elsewhere.run("restore", backup)
    assert len(elsewhere.json("list", "contracts")) == 5915


OF = ("--period", "2026-10", "--form", "medical_services_monthly")


def test_the_month_reaches_the_county(desk: Desk, county: HubProcess, tmp_path: Path) -> None:
    typed = [
        word for code, value in (TYPED | MONEY).items() for word in ("--set", f"{code}={value}")
    ]
    composed = desk.json("returns", "compose", *OF, *typed)[0]
    figures = {line["code"]: line["this"] for line in composed["lines"]}
    totals = truth()["村卫生室月报202610"]["totals"]
    assert figures["M80"] == totals["诊疗人次"]
    assert figures["M10"] == 3412 + 134 + totals["诊疗人次"]
    assert figures["M83"] == pytest.approx(totals["门诊收入（元）"] / 1000)
    assert (figures["F20"], figures["F21"], figures["F30"]) == (27, 27, 60)

    printed = desk.json("returns", "print", *OF, "--out", tmp_path)[0]
    text = text_of(Path(printed["file"]))
    assert printed["check_code"] in text
    assert f"{figures['M10']:,}" in text

    explained = [
        word
        for finding in composed["findings"]
        for word in ("--explain", f"{finding['key']}=首次填报，已核对。")
    ]
    desk.run("returns", "compose", *OF, *explained)
    desk.run("returns", "submit", *OF)
    url = county.start()
    desk.run("enrol", url, county.command("enrol", CODE).splitlines()[0])

    county.kill()  # The cable is pulled.
    desk.run("sync", code=1)
    assert status_of(desk) == "已上报"
    assert desk.json("sync", "--status")["waiting"] > 6000
    assert json.loads(county.command("returns", "--json")) == []

    county.start()
    report = desk.json("sync")
    assert (report["waiting"], report["refused"]) == (0, 0)
    assert status_of(desk) == "县级已接收"
    assert desk.json("sync", "--status")["waiting"] == 0
    (listed,) = json.loads(county.command("returns", "--check", "--json"))
    assert (listed["month"], listed["centre_name"]) == ("2026-10", NAME)
    assert listed["checksum"] == printed_checksum(desk)
    assert listed["differences"] == []
    assert "完好" in county.command("verify")


def status_of(desk: Desk) -> str:
    (row,) = desk.json("returns", "list", *OF)
    return str(row["status"])


def printed_checksum(desk: Desk) -> str:
    (row,) = desk.json("returns", "list", *OF)
    return str(row["checksum"])
