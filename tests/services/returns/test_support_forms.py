"""The returns on drugs, fever-room supplies and people: what adds up, what is asked about."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from desktop.services.returns import compose
from tests.services.conftest import Adding, day

MONTH = "2026-10"


def drug(add: Adding, essential: bool, price: int, *moves: tuple[str, str, int]) -> bytes:
    (key,) = add("drugs", {"name": f"药{price}", "essential": essential, "drug_class": "西药"})
    (lot,) = add("drug_stock", {"drug_id": key, "batch_no": "A", "unit_price": price})
    add(
        "stock_moves",
        *[
            {"lot_id": lot, "moved_on": day(moved), "kind": kind, "quantity": quantity}
            for moved, kind, quantity in moves
        ],
    )
    return key


def test_a_share_of_the_year_so_far_is_no_sum_of_shares(session: Session, add: Adding) -> None:
    drug(add, True, 100, ("2026-09-01", "入库", 10), ("2026-10-01", "入库", 30))
    drug(add, False, 300, ("2026-09-02", "入库", 10))
    composed = compose(session, "drugs_monthly", MONTH)
    assert composed.cell("D11").columns.to_date == 7000
    assert [composed.cell("D13").columns.this, composed.cell("D13").last] == [10000, 2500]
    assert composed.cell("D13").columns.to_date == 5714, "40 of 70, not 100 % and 25 %"


def test_an_average_of_the_year_so_far_is_over_all_of_it(session: Session, add: Adding) -> None:
    for number, (reported, resolved) in enumerate(
        (("2026-09-01", "2026-09-03"), ("2026-10-01", "2026-10-02"), ("2026-10-01", "2026-10-01"))
    ):
        add(
            "shortages",
            {
                "drug_name": f"缺{number}",
                "reported_on": day(reported),
                "kind": "缺货",
                "outcome": "调剂",
                "resolved_on": day(resolved),
            },
        )
    line = compose(session, "drugs_monthly", MONTH).cell("D46").columns
    assert (line.this, line.last, line.to_date) == (50, 200, 100), "½, 2 and 1 day"


def test_the_month_begins_with_what_the_last_one_left(session: Session, add: Adding) -> None:
    drug(add, True, 200, ("2026-09-01", "期初", 50), ("2026-10-05", "出库", -20))
    drug(add, True, 100, ("2026-09-01", "期初", 9), ("2026-10-31", "盘点", -4))
    composed = compose(session, "drugs_monthly", MONTH)
    found = {code: composed.cell(code).this for code in ("D10", "D11", "D14", "D19", "D20")}
    assert found == {"D10": 10900, "D11": 0, "D14": 4000, "D19": 6500, "D20": -400}
    asked = next(each for each in composed.findings if each.rule == "D-1")
    assert (asked.level, "-4" in asked.message or "−4" in asked.message) == ("Q", True)


def test_a_supply_below_zero_keeps_the_week_from_being_sent(session: Session, add: Adding) -> None:
    masks, gowns = add("supplies", {"name": "口罩", "reserve": 10}, {"name": "隔离衣"})
    for item, kind, quantity in ((masks, "期初", 50), (masks, "出库", -7), (gowns, "出库", -3)):
        add(
            "supply_moves",
            {
                "supply_id": item,
                "moved_on": day("2026-10-21"),
                "kind": kind,
                "quantity": quantity,
            },
        )
    composed = compose(session, "fever_supplies_weekly", "2026-W43")
    table = list(composed.sections)[2]
    assert [row.label for row in table.rows] == ["口罩", "隔离衣"]
    values = {cell.line.code: cell.this for cell in table.rows[0].cells}
    amounts = [values[f"S3{number}"] for number in range(8)]
    assert amounts == [None, 0, 7, 50, 43, 10, 43000, 43], "opening to days of cover"
    errors = [each.message for each in composed.findings if each.level == "E"]
    assert errors == ["隔离衣账面库存为负，请先核对出入库。"]
    after = list(compose(session, "fever_supplies_weekly", "2026-W44").sections)[2].rows[0]
    assert {cell.line.code: cell.this for cell in after.cells}["S30"] == 43


@pytest.mark.parametrize(
    ("form", "period"),
    [
        ("drugs_monthly", MONTH),
        ("fever_supplies_weekly", "2026-W44"),
        ("fever_supplies_monthly", MONTH),
        ("staffing_monthly", MONTH),
    ],
)
def test_a_month_with_no_data_is_blank_and_asks_nothing(
    session: Session, form: str, period: str
) -> None:
    composed = compose(session, form, period)
    assert composed.findings == ()
    known = {each.line.code for each in composed.lines if each.this is not None}
    assert not known, "nothing is known: no zero"


def test_people_who_left_and_came_are_held_against_the_roster(
    session: Session, add: Adding
) -> None:
    first, second, _gone = add(
        "staff",
        {"name": "甲", "post_category": "专业技术", "title": "主治医师", "employment": "在编"},
        {"name": "乙", "post_category": "管理"},
        {"name": "丙", "post_category": "管理", "status": "离职"},
    )
    for person, direction in ((first, "流入"), (second, "院内")):
        add(
            "staff_moves",
            {"staff_id": person, "moved_on": day("2026-10-08"), "direction": direction},
        )
    composed = compose(session, "staffing_monthly", MONTH)
    found = {code: composed.cell(code).this for code in ("P01", "P02", "P06", "P21", "P25")}
    assert found == {"P01": 2, "P02": 1, "P06": 10000, "P21": 1, "P25": 1}
    assert [each.rule for each in composed.findings if each.level == "E"] == []


def test_help_that_left_too_early_wants_a_word(session: Session, add: Adding) -> None:
    helper = {"source_unit": "牵头医院", "role": "西医", "mode": "驻扎", "title": "主治医师"}
    add(
        "stationings",
        {**helper, "name": "甲", "starts_on": day("2026-04-08"), "ends_on": day("2026-10-07")},
        {**helper, "name": "乙", "starts_on": day("2026-04-08"), "ends_on": day("2026-10-06")},
    )
    composed = compose(session, "staffing_monthly", MONTH)
    found = {code: composed.cell(code).this for code in ("P30", "P35", "P36", "P42", "P43")}
    assert found == {"P30": 0, "P35": 13, "P36": 7, "P42": 2, "P43": 1}, (
        "half a year from 8 April is whole on 7 October"
    )
    asked = {each.rule for each in composed.findings}
    assert {"P-2", "P-3", "P-4"} <= asked
