"""Looking back: twelve periods, the year before, gaps for blanks, clinics side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from desktop.errors import NotFound, UserError
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.services.periods import parse_period
from desktop.services.records import Records
from desktop.services.returns.filing import set_typed, submit_all_steps
from desktop.services.returns.forms import TOTAL
from desktop.services.returns.library import library
from desktop.services.returns.lookback import LookBack
from desktop.services.returns.measures import Measure, choices, parse_measure
from desktop.services.returns.versions import take_in

Adding = Callable[..., list[bytes]]
TODAY = date(2026, 11, 5)
OCTOBER = parse_period("2026-10")

FORM = """
key = "mini"
title = "试表"
short = "试表"
valid_from = 2025-01-01
[[section]]
title = "一"
[[section.line]]
code = "A1"
label = "卫生室诊疗"
source = { figure = "clinic.visits" }
[[section.line]]
code = "A2"
label = "本院诊疗"
[[section.line]]
code = "A3"
label = "合计"
source = { formula = "A1 + A2" }
[[section]]
title = "二"
rows = "clinic"
[[section.column]]
code = "V1"
label = "诊疗"
source = { figure = "clinic.visits" }
[[section.column]]
code = "V2"
label = "巡诊"
[[section.column]]
code = "V3"
label = "两项"
source = { formula = "V1 + V2" }
"""


@pytest.fixture
def clinics(session: Session, add: Adding) -> list[str]:
    """Three clinics: one reports well, one little, one never; 2026-08 is missing for all."""
    take_in(session, FORM, "mini")
    ids = add("clinics", {"name": "甲村"}, {"name": "乙村"}, {"name": "丙村"})
    months = ("2025-10", "2026-07", "2026-09", "2026-10")
    rows: list[Values] = [
        {"clinic_id": id, "month": month, "visits": visits + at}
        for id, visits in zip(ids[:2], (300, 100), strict=True)
        for at, month in enumerate(months)
    ]
    add("clinic_months", *rows)
    return [id.hex() for id in ids]


def back(session: Session) -> LookBack:
    return LookBack(Records(session), TODAY)


def test_a_line_over_twelve_months_with_the_year_before_and_gaps(
    session: Session, clinics: list[str]
) -> None:
    series = back(session).series(Measure("mini", "A1"), OCTOBER)
    assert [point.period.key for point in series.points][:2] == ["2025-11", "2025-12"]
    assert len(series.points) == 12
    values = {point.period.key: point.value for point in series.points}
    assert values["2026-07"] == 402
    assert values["2026-08"] is None, "a month without a report is a gap, not zero"
    assert values["2026-10"] == 406
    last = series.points[-1]
    assert (last.value, last.year_ago) == (406, 400)
    assert series.change(last) == "+1.5%"
    assert series.shown(None) == ""
    assert series.title == "试表 · A1 卫生室诊疗"


def test_a_line_by_formula_and_one_that_was_typed(session: Session, clinics: list[str]) -> None:
    set_typed(session, "mini", "2026-09", {"A2": "50"})
    looking = back(session)
    assert looking.value(Measure("mini", "A2"), parse_period("2026-09")) == 50
    assert looking.value(Measure("mini", "A3"), parse_period("2026-09")) == 404 + 50
    assert looking.value(Measure("mini", "A3"), OCTOBER) is None


def test_what_was_submitted_stands_whatever_the_register_says_now(
    session: Session, clinics: list[str]
) -> None:
    set_typed(session, "mini", "2026-09", {"A2": "50"})
    submit_all_steps(session, "mini", "2026-09", "院长")
    table = find_register("clinic_months").table
    session.execute(table.update().where(table.c.month == "2026-09").values(visits=1))
    series = back(session).series(Measure("mini", "A1"), OCTOBER)
    september = series.points[-2]
    assert (september.value, september.submitted) == (404, True)
    assert series.points[-1].submitted is False
    assert back(session).value(Measure(figure="clinic.visits"), parse_period("2026-09")) == 2


def test_a_clinics_cell_of_a_table_and_the_tables_total(
    session: Session, clinics: list[str]
) -> None:
    looking = back(session)
    set_typed(session, "mini", "2026-10", {f"V2@{clinics[0]}": "7"})
    cell = Measure("mini", "V3", row=clinics[0])
    assert looking.value(cell, OCTOBER) == 303 + 7
    assert looking.series(cell, OCTOBER).title == "试表 · V3 两项（甲村）"
    assert looking.value(Measure("mini", "V1", row=TOTAL), OCTOBER) == 406
    assert looking.value(Measure("mini", "V2", row=clinics[1]), OCTOBER) is None


def test_clinics_side_by_side_sorted_with_mean_and_the_blank_apart(
    session: Session, clinics: list[str]
) -> None:
    for measure in (
        Measure(figure="clinic.visits"),
        Measure("mini", "V1", row=TOTAL),
        Measure("mini", "A1"),
    ):
        found = back(session).comparison(measure, OCTOBER)
        assert found.rows == (("甲村", 303), ("乙村", 103))
        assert found.mean == 203
        assert found.blank == ("丙村",)
        assert found.rows_label


def test_a_measure_that_knows_no_clinics_is_refused_with_the_next_step(
    session: Session, clinics: list[str]
) -> None:
    with pytest.raises(UserError, match="不能按村卫生室比较"):
        back(session).comparison(Measure("mini", "A2"), OCTOBER)
    with pytest.raises(UserError, match="不能按"):
        back(session).comparison(Measure(figure="contracts.paid"), OCTOBER)


def test_unknown_lines_and_figures_are_told(session: Session, clinics: list[str]) -> None:
    for measure in (Measure("mini", "Z9"), Measure("nothing", "A1"), Measure(figure="no.such")):
        with pytest.raises(NotFound):
            back(session).series(measure, OCTOBER)
    with pytest.raises(NotFound, match="期别"):
        back(session).series(Measure("mini", "A1"), parse_period("2026-W40"))


def test_quarters_and_years_are_looked_back_on_by_figure(
    session: Session, clinics: list[str]
) -> None:
    found = back(session).series(Measure(figure="clinic.visits"), parse_period("2026-Q4"), 3)
    assert [point.value for point in found.points] == [None, 402 + 404, 406]
    year = back(session).series(Measure(figure="clinic.visits"), parse_period("2026"), 2)
    assert [(point.value, point.year_ago) for point in year.points] == [(400, None), (1212, 400)]


@pytest.mark.parametrize(
    "text", ["mini:A1", "mini:V1@*", "contracts.in_force", "contracts.in_force[group=elderly]"]
)
def test_a_measure_is_read_as_it_is_written(text: str) -> None:
    assert parse_measure(text).key == text


def test_everything_offered_can_be_looked_at(session: Session, clinics: list[str]) -> None:
    looking = back(session)
    offered = list(choices(library(Records(session))))
    assert {choice.measure.form for choice in offered} >= {"", "mini", "medical_services_monthly"}
    periods = {"": "2026-10", "month": "2026-10", "week": "2026-W40", "year": "2025"}
    for choice in offered:
        period = parse_period(periods.get(choice.period, "2026-Q3"))
        assert looking.described(choice.measure, period)[1]
        if choice.period in ("", "month"):
            looking.value(choice.measure, period)
        if "clinic" in choice.told_by:
            looking.comparison(choice.measure, period)
