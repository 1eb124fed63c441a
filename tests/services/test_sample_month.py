"""The sample month, each figure counted a second time in plain Python from the office's files."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from desktop.models.opening import Centre
from desktop.models.registers.contracts import GROUPS
from desktop.services.figures.contract_counts import counts_at
from desktop.services.figures.readings import Readings
from desktop.services.periods import parse_period
from desktop.services.records import Records
from desktop.services.returns import ComposedReturn, compose
from desktop.services.returns.sheet import shown_cell
from desktop.services.today import Overview, Urgency
from tests.helpers import office
from tests.helpers.centres import reopen

MONTH = office.MONTH
END = date(2026, 10, 31)
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def sample_folder(new_centre_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sample") / "centre"
    shutil.copytree(new_centre_folder, home)
    with reopen(home) as centre, centre.store.writing() as session:
        office.fill(session)
    return home


@pytest.fixture
def sample(sample_folder: Path, tmp_path: Path) -> Iterator[Centre]:
    home = tmp_path / "sample"
    shutil.copytree(sample_folder, home)
    with reopen(home) as centre:
        yield centre


@pytest.fixture
def composed(sample: Centre) -> ComposedReturn:
    with sample.store.reading() as session:
        return compose(session, period=MONTH)


def in_force(day: date) -> list[dict[str, object]]:
    return [each for each in office.contracts() if each["signed_on"] <= day <= each["expires_on"]]


def test_the_contracts_in_force_are_those_of_the_truth(sample: Centre) -> None:
    told = office.truth()["家庭医生签约明细.xlsx"]
    with sample.store.reading() as session:
        found = counts_at(Readings(Records(session), parse_period(MONTH)), TODAY)[""]
    assert found.contracts == told["active"] == 5583
    flagged = {field.label: found.flagged[field.key] for field in GROUPS}
    assert flagged == told["active_by_group"]


def test_contract_lines_at_the_months_end(composed: ComposedReturn) -> None:
    held = in_force(END)
    assert composed.cell("F01").this == len(held)
    people = {each["id_number"] for each in held}
    flagged = {
        each["id_number"] for each in held if any(each[field.key] is True for field in GROUPS)
    }
    assert composed.cell("F02").this == len(flagged)
    for number, field in enumerate(GROUPS, start=3):
        expected = sum(each[field.key] is True for each in held)
        assert composed.cell(f"F{number:02d}").this == expected
    assert composed.cell("F13").this == round(len(people) * 10_000 / (27 * 1500))
    signed = sum(f"{each['signed_on']:%Y-%m}" == MONTH for each in office.contracts())
    assert composed.cell("F14").this == signed
    this_year = sum(date(2026, 1, 1) <= each["signed_on"] <= END for each in office.contracts())
    assert composed.cell("F14").to_date == this_year


def test_clinic_lines_are_the_sums_of_the_truth(composed: ComposedReturn) -> None:
    totals = office.truth()["村卫生室月报202610"]["totals"]
    told = [round(value * 100) if isinstance(value, float) else value for value in totals.values()]
    codes = ("M80", "M81", "M83", "M84", "M82", "M85", "M86", "M87", "M88", "M89")
    assert [composed.cell(code).this for code in codes] == told
    assert composed.cell("M80").this == 7569
    assert composed.cell("M80").to_date == 7569
    assert shown_cell(composed.cell("M83"), "this") == "204.9"
    assert (composed.cell("F20").this, composed.cell("F21").this) == (27, 27)


def test_drug_and_supply_lines(composed: ComposedReturn) -> None:
    present = [each for each in office.lots() if each[1] > 0]
    near = sum(END <= expires <= END + timedelta(days=180) for _n, _q, expires in present)
    expired = sum(expires < END for _n, _q, expires in present)
    usable = {name for name, _q, expires in present if expires >= END}
    assert composed.cell("F30").this == 60
    assert composed.cell("F31").this == near > 0
    assert composed.cell("F32").this == expired > 0
    assert composed.cell("F33").this == 60 - len(usable)
    closing = {
        each["name"]: each["opening"] + each["received"] - each["used"]
        for each in office.supplies()
    }
    assert closing == office.truth()["发热诊室应急物资.xlsx"]["closing_stock"]
    below = sum(closing[each["name"]] < each["reserve"] for each in office.supplies())
    assert composed.cell("F41").this == below
    assert composed.cell("F40").this == 0, "医用防护口罩 ran out"


def test_the_home_page_of_the_sample(sample: Centre) -> None:
    with sample.store.reading() as session:
        overview = Overview(session, TODAY)
        contracts, clinics, drugs, supplies = overview.cards()
        found = overview.tasks()
    tasks = {task.kind: task for task in found}
    returns = [task for task in found if task.kind == "return"]
    assert contracts.figure == "5,583"
    assert contracts.detail.startswith("覆盖率 13.8%")
    assert (clinics.figure, clinics.detail) == ("27 / 27", "10月已报 / 应报")
    assert drugs.figure == "60"
    assert (supplies.figure, supplies.urgency) == ("0 天", Urgency.RED)
    assert "逾期 18 天" in [task.badge for task in returns]
    assert {task.parameters["month"] for task in returns} >= {MONTH}
    ending = [
        each
        for each in office.contracts()
        if date(2026, 11, 1) <= each["expires_on"] <= date(2026, 11, 30)
    ]
    assert tasks["contracts"].title.startswith(f"{len(ending):,} 份签约协议")
    assert set(tasks) >= {"return", "contracts", "drugs_expired", "drugs_near_expiry", "supplies"}


def test_speed_is_told_not_asserted(sample: Centre) -> None:
    with sample.store.reading() as session:
        start = time.perf_counter()
        compose(session, period=MONTH)
        composing = time.perf_counter() - start
        start = time.perf_counter()
        Overview(session, TODAY).tasks()
        looking = time.perf_counter() - start
    print(f"compose {composing * 1000:.0f} ms, home page {looking * 1000:.0f} ms")
