"""The office's own files, against the figures counted by whoever made them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.exchange.conftest import CommandLine
from tests.exchange.sheets_made import OFFICE
from tests.helpers.office import truth

IN_ORDER = (
    "人员花名册.xlsx",
    "村卫生室及乡村医生名册.xls",
    "在用药品目录.xlsx",
    "药品库存盘点.csv",
    "发热诊室应急物资.xlsx",
    "家庭医生签约明细.xlsx",
    "村卫生室月报202610",
)


@pytest.fixture
def imported(thdesk: CommandLine) -> dict[str, Any]:
    return {name: thdesk.take_in(OFFICE / name, "--on", "2026-11-21") for name in IN_ORDER}


def test_every_figure_of_the_truth_comes_out(imported: dict[str, Any], thdesk: CommandLine) -> None:
    for name, expected in truth().items():
        found = imported[name]
        if "registers" in expected:
            rows = {key: part["rows"] for key, part in found["registers"].items()}
            created = {key: part["created"] for key, part in found["registers"].items()}
            assert rows == created == expected["registers"]
        elif "files" in expected:
            _compare_folder(found, expected)
        else:
            _compare_file(found, expected)
    _everything_again_changes_nothing(thdesk)


def _compare_file(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert {str(each["row"]): each["reason"] for each in found["rejected"]} == expected["rejected"]
    assert found["created"] == expected["importable"]
    for key, value in expected.items():
        if key not in ("rejected", "note"):
            assert found[key] == value, key


def _compare_folder(found: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    assert len(found) == expected["files"]
    totals: Counter[str] = Counter()
    for each in found:
        assert each["register"] == expected["register"]
        assert each["period"] == expected["period"]
        assert each["created"] == 1
        totals.update(each["totals"])
    assert {key: round(value, 2) for key, value in totals.items()} == expected["totals"]


def _everything_again_changes_nothing(thdesk: CommandLine) -> None:
    for outcome in thdesk.take_in(OFFICE):
        for part in (outcome.get("registers") or {"": outcome}).values():
            assert (part["created"], part["updated"]) == (0, 0), outcome["file"]
            assert part["unchanged"] == part["rows"] - len(part["rejected"])
        assert "also_created" not in outcome


def test_the_whole_folder_at_once_is_taken_in_in_the_order_of_its_references(
    thdesk: CommandLine,
) -> None:
    outcomes = {each["file"]: each for each in thdesk.take_in(OFFICE)}
    assert len(outcomes) == 6 + 27
    assert outcomes["家庭医生签约明细.xlsx"]["created"] == 5915
    assert outcomes["药品库存盘点.csv"]["created"] == 97
    assert outcomes["村卫生室月报202610/上河.xlsx"]["created"] == 1
    assert thdesk.run("undo-import").exit_code == 0
    assert thdesk.listed("contracts") == thdesk.listed("staff") == thdesk.listed("drug_stock") == []
    again = {each["file"]: each for each in thdesk.take_in(OFFICE)}
    assert again["家庭医生签约明细.xlsx"]["created"] == 5915


def test_a_dry_run_tells_the_same_and_writes_nothing(thdesk: CommandLine) -> None:
    before = thdesk.listed("divisions")
    preview = thdesk.take_in(OFFICE, "--dry-run")
    assert sum(each.get("created", 0) for each in preview) == 65 + 60 + 97 + 18 + 5915 + 27
    assert thdesk.listed("staff") == thdesk.listed("contracts") == []
    assert thdesk.listed("divisions") == before


def test_amounts_dates_and_names_arrive_as_meant(with_clinics: CommandLine) -> None:
    with_clinics.take_in(OFFICE / "人员花名册.xlsx")
    staff = {each["name"]: each for each in with_clinics.listed("staff")}
    assert staff["谭红"]["work_start"] == "2009-07-01"
    assert staff["谭红"]["phone"] == "13851634073"
    assert staff["于长喜"]["id_number"] == "411081199909229242"
    assert staff["廖爱民"]["ethnicity"] == "汉族"
    clinic = next(each for each in with_clinics.listed("clinics") if "下河" in each["name"])
    assert clinic["floor_area"] == 109.0
    assert clinic["village_id"] == "下河村"
    doctors = with_clinics.listed("village_doctors")
    assert Counter(each["clinic_id"] for each in doctors)["东岗村卫生室"] == 3
