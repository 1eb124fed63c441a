"""The self-score: values, targets with their day, points, and what exactly closes a gap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import NotFound, UserError
from desktop.models.registers import find_register
from desktop.services.indicators.arithmetic import closing_count, share_of, show_number
from desktop.services.indicators.dashboard import dashboard
from desktop.services.indicators.scheme import (
    FULL,
    Appraisal,
    Band,
    Item,
    Source,
    read_appraisal,
    shipped_appraisal,
)
from desktop.services.indicators.scoring import (
    SelfScore,
    plain,
    self_score,
    trend,
)
from desktop.services.indicators.typed import set_cells
from desktop.services.periods import parse_period
from desktop.services.records import Records
from desktop.services.returns.declaring import BrokenForm
from desktop.services.returns.filing import set_typed

Adding = Callable[..., list[bytes]]
TODAY = date(2026, 11, 5)
OCTOBER = parse_period("2026-10")


def item(**said: object) -> Item:
    values = {"code": "X", "group": "A", "label": "项", "weight": 10, **said}
    return Item(**values)  # type: ignore[arg-type]


def scored(session: Session, period: str = "2026-10") -> SelfScore:
    return self_score(Records(session), shipped_appraisal(), parse_period(period), TODAY)


# The arithmetic


@given(
    above=st.integers(0, 10_000),
    below=st.integers(1, 10_000),
    target=st.integers(1, 99),
    both=st.booleans(),
)
def test_what_closes_a_rate_closes_it_and_one_less_does_not(
    above: int, below: int, target: int, both: bool
) -> None:
    if above > below or above * 100 >= target * below:
        return
    asked = item(denominator_typed="d", numerator_typed="n", adds="both" if both else "numerator")
    count = closing_count(asked, Fraction(above), Fraction(below), Fraction(target))
    assert count is not None

    def reached(more: int) -> bool:
        return (above + more) * 100 >= target * (below + (more if both else 0))

    assert reached(count)
    assert not reached(count - 1)


@given(above=st.integers(1, 10_000), below=st.integers(1, 500), target=st.integers(1, 300))
def test_what_brings_a_mean_down_brings_it_down(above: int, below: int, target: int) -> None:
    if above <= target * below:
        return
    asked = item(denominator_typed="d", numerator_typed="n", shape="average", direction="down")
    count = closing_count(asked, Fraction(above), Fraction(below), Fraction(target))
    assert count is not None
    assert above - count <= target * below < above - count + 1


def test_more_than_all_cannot_close_a_gap() -> None:
    asked = item(denominator_typed="d", numerator_typed="n")
    assert closing_count(asked, Fraction(3), Fraction(10), Fraction(110)) is None
    both = item(denominator_typed="d", numerator_typed="n", adds="both")
    assert closing_count(both, Fraction(3), Fraction(10), Fraction(100)) is None


@given(st.fractions(0, 200), st.integers(1, 100), st.sampled_from(["up", "down"]))
def test_points_lie_between_nothing_and_the_weight(
    value: Fraction, target: int, direction: str
) -> None:
    share = share_of(item(direction=direction), value, Fraction(target))
    assert 0 <= share <= 1
    reached = value >= target if direction == "up" else value <= target
    assert (share == 1) == reached


def test_points_by_bands_and_from_a_floor() -> None:
    bands = item(scoring="bands", band=(Band(reach=100, share=100), Band(reach=90, share=80)))
    found = [share_of(bands, Fraction(v), Fraction(50)) for v in (50, 45, 44)]
    assert found == [1, Fraction(4, 5), 0]
    floor = item(floor=20)
    assert share_of(floor, Fraction(25), Fraction(30)) == Fraction(1, 2)
    assert share_of(floor, Fraction(10), Fraction(30)) == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [("29.96", "30"), ("29.94", "29.9"), ("1234.55", "1,234.6"), ("-0.04", "0"), ("-2.25", "−2.3")],
)
def test_numbers_are_rounded_once(value: str, text: str) -> None:
    assert show_number(Fraction(value)) == text


# A centre


@pytest.fixture
def centre_at_work(session: Session, add: Adding) -> None:
    (clinic,) = add("clinics", {"name": "甲村"})
    month = {"clinic_id": clinic, "month": "2026-10", "visits": 400, "tcm_visits": 100}
    add("clinic_months", {**month, "outpatient_income": 2_000_000, "drug_income": 600_000})
    typed = {"M11": "500", "M12": "60", "M13": "40", "M17": "180", "M51": "30", "M52": "9"}
    set_typed(session, "medical_services_monthly", "2026-10", typed)


@pytest.mark.usefixtures("centre_at_work")
def test_the_share_of_chinese_medicine_its_target_and_what_closes_the_gap(
    session: Session,
) -> None:
    found = next(each for each in scored(session).items if each.item.code == "C3")
    assert (found.numerator, found.denominator) == (Fraction(280), Fraction(1000))
    assert found.value == 28
    assert found.target.value == 30
    assert found.target.clause == "S2-14j"
    assert found.gap == 2
    # 308.6/1028.6: each further visit is one more in both.
    assert found.to_close == 29
    assert found.advice == "再增加 29 人次中医诊疗即达 30%。"
    assert found.points == Fraction(8) * 28 / 30


@pytest.mark.usefixtures("centre_at_work")
def test_money_is_counted_in_yuan(session: Session) -> None:
    cost = next(each for each in scored(session).items if each.item.code == "C1")
    assert cost.numerator == 30_000 + 20_000
    assert cost.value == Fraction(50_000, 960)
    share = next(each for each in scored(session).items if each.item.code == "C2")
    assert share.value == 30
    assert share.points is None, "no policy names a target"


def test_what_is_not_known_is_named_and_not_scored(session: Session) -> None:
    score = scored(session)
    assert score.points is None
    assert score.percent is None
    slots = next(each for each in score.items if each.item.code == "D2")
    assert slots.value is None
    assert "交由家庭医生管理的专家号" in slots.missing
    assert slots.target.value == 40
    received = next(each for each in score.items if each.item.code == "D3")
    assert received.missing == "未填报（由县级提供）。"


def test_typed_numbers_make_a_rate_and_the_county_stands_beside(session: Session) -> None:
    cells = {"D2.n": "36", "D2.d": "100", "D2.county": "7.5", "county": "81.25", "D3": "41.5%"}
    set_cells(session, shipped_appraisal(), OCTOBER, cells)
    score = scored(session)
    slots = next(each for each in score.items if each.item.code == "D2")
    assert (slots.value, slots.gap, slots.county) == (Fraction(36), Fraction(4), Fraction("7.5"))
    assert slots.points == Fraction(8) * 36 / 40
    assert slots.advice == "再下放 4 个专家号即达 40%。"
    assert score.county_total == Fraction("81.25")
    assert score.weight == 8
    assert score.percent == 90
    received = next(each for each in score.items if each.item.code == "D3")
    assert received.value == Fraction("41.5")
    # Made blank again.
    set_cells(session, shipped_appraisal(), OCTOBER, {"D2.n": "", "county": " "})
    again = scored(session)
    assert again.county_total is None
    assert next(each for each in again.items if each.item.code == "D2").value is None


def test_a_quarter_adds_up_what_was_typed_for_its_months(session: Session) -> None:
    scheme = shipped_appraisal()
    for month, given_ in (("2026-08", "30"), ("2026-09", "50")):
        set_cells(session, scheme, parse_period(month), {"D2.n": given_, "D2.d": "100"})
    slots = next(each for each in scored(session, "2026-Q3").items if each.item.code == "D2")
    assert (slots.numerator, slots.denominator, slots.value) == (
        Fraction(80),
        Fraction(200),
        Fraction(40),
    )
    set_cells(session, scheme, parse_period("2026-Q3"), {"D2.n": "90", "D2.d": "300"})
    own = next(each for each in scored(session, "2026-Q3").items if each.item.code == "D2")
    assert own.value == 30


@pytest.mark.usefixtures("centre_at_work")
def test_a_year_rests_on_the_months_of_which_all_parts_are_known(
    session: Session, add: Adding
) -> None:
    clinic = session.execute(select(find_register("clinics").table.c.id)).scalar_one()
    # September's clinics reported much, but the centre's own visits were never filled in.
    add(
        "clinic_months",
        {"clinic_id": clinic, "month": "2026-09", "visits": 9000, "tcm_visits": 9000},
    )
    found = next(each for each in scored(session, "2026").items if each.item.code == "C3")
    assert found.value == 28
    assert found.months == ("2026-10",)


def test_a_form_that_lost_a_line_takes_nothing_down(session: Session) -> None:
    scheme = shipped_appraisal()
    gone = Source(form="medical_services_monthly", code="NONE")
    lost = msgspec.structs.replace(
        scheme,
        item=tuple(
            msgspec.structs.replace(each, numerator=(gone,)) if each.code == "C3" else each
            for each in scheme.item
        ),
    )
    found = self_score(Records(session), lost, OCTOBER, TODAY)
    share = next(each for each in found.items if each.item.code == "C3")
    assert share.value is None
    assert "NONE" in share.missing
    assert dashboard(Records(session), OCTOBER, TODAY)


def test_a_target_is_the_one_of_the_period(session: Session, add: Adding) -> None:
    add(
        "policy",
        {
            "code": "consortium.slots_target",
            "name": "新",
            "value": "50",
            "valid_from": date(2026, 10, 1),
            "clause": "新文件",
        },
    )
    for period, target, clause in (("2026-09", 40, "S0-10c"), ("2026-10", 50, "新文件")):
        slots = next(each for each in scored(session, period).items if each.item.code == "D2")
        assert (slots.target.value, slots.target.clause) == (Fraction(target), clause)


def test_the_trend_has_a_score_for_each_period(session: Session) -> None:
    scheme = shipped_appraisal()
    set_cells(session, scheme, parse_period("2026-09"), {"D2.n": "20", "D2.d": "100"})
    set_cells(session, scheme, OCTOBER, {"D2.n": "40", "D2.d": "100"})
    found = trend(Records(session), scheme, OCTOBER, TODAY)
    assert [each.percent for each in found] == [*[None] * 10, 50, 100]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"D2.n": "三十"}, "不是数字"),
        ({"D2.n": "1.005"}, "两位小数"),
        ({"D2.n": "-1"}, "不能小于 0"),
        ({"D2.county": "8.5"}, "不能大于 8 分"),
        ({"county": "100.5"}, "不能大于 100 分"),
        ({"D2.n": "NaN"}, "不是数字"),
    ],
)
def test_wrong_input_is_refused_in_words(
    session: Session, cells: dict[str, str], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        set_cells(session, shipped_appraisal(), OCTOBER, cells)


def test_a_cell_that_is_not_there_is_told(session: Session) -> None:
    with pytest.raises(NotFound, match="不是填报项"):
        set_cells(session, shipped_appraisal(), OCTOBER, {"E1.n": "3"})


def test_other_programs_get_plain_numbers(session: Session) -> None:
    set_cells(session, shipped_appraisal(), OCTOBER, {"D2.n": "36", "D2.d": "100"})
    told = plain(scored(session))
    slots = next(each for each in told["items"] if each["code"] == "D2")
    assert (slots["value"], slots["target"], slots["points"]) == (36, 40, 7.2)
    assert told["percent"] == 90


# The scheme


def test_the_shipped_scheme_is_sound() -> None:
    scheme = shipped_appraisal()
    assert [group.label for group in scheme.group] == [
        "紧密型",
        "同质化",
        "控费用",
        "促分工",
        "保健康",
    ]
    assert sum(each.weight for each in scheme.item) == FULL
    assert scheme.certainty == "proposed"


def test_every_target_of_the_shipped_scheme_is_a_policy_with_a_clause(session: Session) -> None:
    for each in scored(session).items:
        assert each.target.clause, each.item.code


BASE = """
key = "own"
title = "县方案"
[[group]]
code = "A"
label = "紧密型"
[[item]]
code = "A1"
group = "A"
label = "签约"
weight = 100
value = [{ figure = "contracts.in_force" }]
"""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("weight = 100", "weight = 90"), "权重合计 90 分"),
        (("contracts.in_force", "contracts.nix"), "没有名为“contracts.nix”的数据指标"),
        (('group = "A"', 'group = "B"'), "没有代号为“B”的一组"),
        (("value =", "numerator ="), "一种来源"),
        (("weight = 100", "weight = 100\ntyped = true"), "一种来源"),
        (("weight = 100", 'weight = 100\nscoring = "bands"'), "要写各档"),
        (("weight = 100", 'weight = 100\nclose = "{n}"'), "只能用"),
        (('label = "签约"', 'labl = "签约"'), "labl"),
        (("[[item]]", "[[item"), "TOML"),
    ],
)
def test_a_broken_scheme_is_refused_with_line_and_reason(
    change: tuple[str, str], said: str
) -> None:
    assert isinstance(read_appraisal(BASE, "县方案"), Appraisal)
    with pytest.raises(BrokenForm, match=said) as caught:
        read_appraisal(BASE.replace(*change), "县方案")
    assert all(fault.line for fault in caught.value.faults)
