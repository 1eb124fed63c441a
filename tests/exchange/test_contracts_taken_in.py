"""Contracts: what they make, renew and change, whose number is whose, groups and terms."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.conftest import CommandLine
from tests.exchange.sheets_made import CONTRACT, contract, person, reasons, workbook


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
