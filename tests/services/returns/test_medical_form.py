"""Each figure against records made for it: what counts, what does not, what is blank."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.registers import find_register
from desktop.models.registers.centre import Centre as CentreRecord
from desktop.models.store import change_many
from desktop.services.returns import ComposedReturn, Records, compose
from desktop.services.returns.forms import Line
from desktop.services.returns.library import library
from tests.helpers.samples import id_number
from tests.services.conftest import Adding, day

FORM = "medical_services_monthly"
MONTH = "2026-10"


def figures(session: Session, code: str, month: str = MONTH) -> tuple[int | None, ...]:
    return compose(session, FORM, month).cell(code).columns


def contract(order: int, signed: str, expires: str, **groups: bool) -> dict[str, object]:
    every = dict.fromkeys(
        ("elderly", "hypertension", "diabetes", "maternal", "child", "mental", "tuberculosis")
    )
    return {
        "name": f"居民{order}",
        "id_number": id_number(order),
        "signed_on": day(signed),
        "expires_on": day(expires),
        **every,
        **groups,
    }


def with_population(session: Session, people: int) -> None:
    register = find_register("centre")
    which = session.execute(select(CentreRecord.id)).scalar_one()
    change_many(session, register, [(which, {"population": people})])


def test_an_empty_centre_has_blank_figures_not_zeros(session: Session) -> None:
    composed = compose(session, FORM, MONTH)
    known = {each.line.code: each.this for each in composed.lines if each.this is not None}
    assert known == {"F21": 0}, "no clinic has reported: that is known to be none"
    assert "F20" not in known


def test_contracts_in_force_at_the_months_end(session: Session, add: Adding) -> None:
    add(
        "contracts",
        contract(1, "2025-11-01", "2026-10-31"),
        contract(2, "2026-10-31", "2027-10-30"),
        contract(3, "2026-11-01", "2027-10-31"),
        contract(4, "2025-10-31", "2026-10-30"),
        contract(5, "2025-01-01", "2025-12-31"),
    )
    assert figures(session, "F01") == (2, 2, 2, None)
    assert figures(session, "F14") == (1, 0, 1, 1), "signed in the month, and in the year so far"


def test_a_person_of_several_groups_counts_once_in_the_total(session: Session, add: Adding) -> None:
    add(
        "contracts",
        contract(1, "2026-01-01", "2026-12-31", elderly=True, hypertension=True),
        contract(2, "2026-01-01", "2026-12-31", hypertension=True),
        contract(3, "2026-01-01", "2026-12-31", elderly=False),
    )
    assert [figures(session, code)[0] for code in ("F01", "F02", "F03", "F04", "F05")] == [
        3,
        2,
        1,
        2,
        0,
    ]


def test_a_person_with_two_contracts_counts_once_as_a_person(session: Session, add: Adding) -> None:
    with_population(session, 200)
    add(
        "contracts",
        contract(1, "2026-01-01", "2026-12-31", elderly=True),
        contract(1, "2026-09-15", "2027-09-14", elderly=True),
        contract(2, "2026-01-01", "2026-12-31"),
    )
    composed = compose(session, FORM, MONTH)
    assert composed.cell("F01").this == 3
    assert composed.cell("F02").this == 1
    assert composed.cell("F13").this == 100, "2 people of 200 are 1.00 %"
    assert "1 人同时有两份以上有效协议" in composed.cell("F01").how


def test_contracts_before_the_first_record_are_unknown(session: Session, add: Adding) -> None:
    add("contracts", contract(1, "2026-09-01", "2027-08-31"))
    assert figures(session, "F01") == (1, 1, None, None)
    assert figures(session, "F01", "2026-08") == (None, None, None, None)


def clinics(add: Adding) -> list[bytes]:
    return add(
        "clinics",
        {"name": "新集村卫生室", "population": 1200, "status": "运行"},
        {"name": "白塔村卫生室", "population": 800, "status": None},
        {"name": "旧村卫生室", "population": 100, "status": "撤销"},
    )


def clinic_month(clinic: bytes, month: str, **values: int | None) -> dict[str, object]:
    blank = dict.fromkeys(("visits", "tcm_visits", "outpatient_income", "drug_income"))
    return {"clinic_id": clinic, "month": month, **blank, **values}


def test_clinic_figures_this_month_last_year_and_to_date(session: Session, add: Adding) -> None:
    first, second, _closed = clinics(add)
    add(
        "clinic_months",
        clinic_month(first, "2026-10", visits=236, outpatient_income=784916),
        clinic_month(second, "2026-10", visits=100, outpatient_income=84),
        clinic_month(first, "2026-09", visits=200),
        clinic_month(first, "2026-01", visits=50),
        clinic_month(first, "2025-10", visits=180),
        clinic_month(first, "2025-12", visits=999),
    )
    assert figures(session, "M80") == (336, 200, 180, 586)
    assert figures(session, "M83") == (785000, None, None, 785000)
    assert figures(session, "F20") == (2, 2, 2, None)
    assert figures(session, "F21") == (2, 1, 1, None)


def test_blank_is_not_zero_in_a_clinics_report(session: Session, add: Adding) -> None:
    first, second, _closed = clinics(add)
    add(
        "clinic_months",
        clinic_month(first, "2026-10", visits=0, tcm_visits=None),
        clinic_month(second, "2026-10", visits=None, tcm_visits=None),
    )
    assert figures(session, "M80")[0] == 0
    assert figures(session, "M81")[0] is None
    assert figures(session, "M80")[1] is None, "nothing reported last month: blank"


def test_the_missing_clinics_are_named(session: Session, add: Adding) -> None:
    first, _second, _closed = clinics(add)
    add("clinic_months", clinic_month(first, "2026-10", visits=1))
    composed = compose(session, FORM, MONTH)
    assert "未报 1 家：白塔村卫生室" in composed.cell("F21").how
    found = next(each for each in composed.findings if each.rule == "C16")
    assert (found.level, "白塔村卫生室" in found.message) == ("Q", True)


def drug(add: Adding, name: str, *lots: tuple[str, list[tuple[str, int]]], **more: str) -> None:
    (key,) = add("drugs", {"name": name, "status": more.get("status")})
    for number, (expires, moves) in enumerate(lots):
        (lot,) = add(
            "drug_stock",
            {"drug_id": key, "batch_no": f"{name}{number}", "expires_on": day(expires)},
        )
        for moved, quantity in moves:
            add(
                "stock_moves",
                {"lot_id": lot, "moved_on": day(moved), "kind": "入库", "quantity": quantity},
            )


def test_drug_lots_by_their_ledger_and_expiry(session: Session, add: Adding) -> None:
    drug(add, "近", ("2027-04-29", [("2026-09-01", 10)]), ("2027-04-30", [("2026-09-01", 10)]))
    drug(add, "过", ("2026-10-30", [("2026-08-15", 5)]))
    drug(add, "今", ("2026-10-31", [("2026-10-01", 5)]))
    drug(add, "空", ("2028-01-01", [("2026-09-01", 5), ("2026-10-15", -5)]))
    drug(add, "后", ("2028-01-01", [("2026-11-01", 5)]))
    drug(add, "停", status="停用")
    composed = compose(session, FORM, MONTH)
    this = {code: composed.cell(code).columns for code in ("F30", "F31", "F32", "F33")}
    assert this == {
        "F30": (5, None, None, None),
        "F31": (2, 1, None, None),
        "F32": (1, 0, None, None),
        "F33": (3, 2, None, None),
    }, "180 days from 2026-10-31 end on 2027-04-29; on 2026-09-30 the lot 过 was near its end"


def supply(add: Adding, name: str, reserve: int | None, *moves: tuple[str, str, int]) -> None:
    (key,) = add("supplies", {"name": name, "reserve": reserve})
    for moved, kind, quantity in moves:
        add(
            "supply_moves",
            {"supply_id": key, "moved_on": day(moved), "kind": kind, "quantity": quantity},
        )


def test_supplies_last_as_long_as_use_says(session: Session, add: Adding) -> None:
    supply(add, "口罩", 600, ("2026-09-30", "期初", 900), ("2026-10-20", "出库", -310))
    supply(add, "面屏", 60, ("2026-10-01", "期初", 90))
    supply(add, "无标准", None, ("2026-10-01", "期初", 1))
    supply(add, "没有账", 10)
    composed = compose(session, FORM, MONTH)
    assert composed.cell("F40").columns == (45, 45, None, None), (
        "面屏: 90 of 60 for 30 days are 45 days; 口罩: 590 at 10 a day are 59; "
        "last month 口罩 alone: 900 of 600 for 30 days"
    )
    assert composed.cell("F41").columns == (1, 0, None, None)
    assert "面屏" in composed.cell("F40").how


def test_a_supply_that_ran_out_has_no_day_left(session: Session, add: Adding) -> None:
    supply(add, "口罩", 600, ("2026-10-01", "期初", 428), ("2026-10-31", "出库", -428))
    assert figures(session, "F40")[0] == 0


def test_the_hub_composes_the_same_from_its_own_tables(session: Session, add: Adding) -> None:
    first, _second, _closed = clinics(add)
    add("clinic_months", clinic_month(first, "2026-10", visits=7))
    add("contracts", contract(1, "2026-01-01", "2026-12-31", elderly=True))

    def own_rows(key: str) -> object:
        return select(find_register(key).table).subquery()

    composed = compose(Records(session, own_rows), FORM, MONTH)
    assert composed.figures == compose(session, FORM, MONTH).figures
    assert composed.checksum == compose(session, FORM, MONTH).checksum


@pytest.mark.parametrize("line", library().find(FORM).lines, ids=lambda line: line.code)
def test_every_line_says_where_it_comes_from(line: Line, session: Session) -> None:
    composed: ComposedReturn = compose(session, FORM, MONTH)
    assert composed.cell(line.code).how.endswith("。")
