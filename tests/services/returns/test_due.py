"""Which returns a month's list holds, and when each has to be in."""

from __future__ import annotations

from datetime import date

import pytest

from desktop.services.periods import parse_period
from desktop.services.returns.declaring import read_form
from desktop.services.returns.due import due_in, periods_offered
from desktop.services.returns.forms import Form
from desktop.services.returns.library import Library

TODAY = date(2027, 1, 20)

_LINE = """
[[section]]
title = "一"
[[section.line]]
code = "A1"
label = "数"
"""


def form(key: str, period: str, due: str) -> Form:
    head = f'key = "{key}"\ntitle = "{key}"\nshort = "{key}"\nperiod = "{period}"\ndue = {due}\n'
    return read_form(head + _LINE, key)


FOUND = Library(
    (
        form("monthly", "month", "{ day = 3 }"),
        form("quarterly", "quarter", "{ day = 10 }"),
        form("weekly", "week", "{ weekday = 5 }"),
        form("yearly", "year", "{ month = 1, day = 31 }"),
    )
)


def listed(month: str, today: date = TODAY) -> list[tuple[str, str]]:
    return [due.key for due in due_in(FOUND, parse_period(month), today)]


def test_weeks_stand_in_the_month_in_which_their_friday_lies() -> None:
    weeks = [period for key, period in listed("2026-10") if key == "weekly"]
    assert weeks == ["2026-W40", "2026-W41", "2026-W42", "2026-W43", "2026-W44"]


@pytest.mark.parametrize("month", ["2026-12", "2027-01"])
def test_a_year_stands_with_its_last_month_and_where_it_is_due(month: str) -> None:
    assert ("yearly", "2026") in listed(month)
    assert ("quarterly", "2026-Q4") in listed(month)


def test_a_year_stands_nowhere_else() -> None:
    assert not {"yearly", "quarterly"} & {key for key, _period in listed("2026-11")}


def test_what_has_not_begun_is_not_asked_for() -> None:
    weeks = [period for key, period in listed("2027-01") if key == "weekly"]
    assert weeks == ["2026-W53", "2027-W01", "2027-W02", "2027-W03"]


def test_another_kind_of_period_lists_its_own_returns() -> None:
    assert listed("2026") == [("yearly", "2026")]
    assert listed("2026-W44") == [("weekly", "2026-W44")]


def test_days_left_turn_negative_when_it_is_overdue() -> None:
    [due] = due_in(FOUND, parse_period("2026"), TODAY)
    assert due.day == date(2027, 1, 31)
    assert (due.days_left(TODAY), due.days_left(date(2027, 2, 2))) == (11, -2)


def test_months_are_offered_first_and_only_kinds_that_have_a_form() -> None:
    offered = [period.key for period in periods_offered(FOUND, TODAY)]
    assert offered[:2] == ["2027-01", "2026-12"]
    assert {"2026", "2026-Q4", "2027-W03"} <= set(offered)
    only = Library(tuple(each for each in FOUND.forms if each.period == "month"))
    assert {period.kind for period in periods_offered(only, TODAY)} == {"month"}
