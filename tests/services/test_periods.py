"""Periods: every day lies in one of each kind, and they follow on each other without a gap."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import UserError
from desktop.services.periods import MONTH, QUARTER, WEEK, YEAR, parse_period, period_of

KINDS = st.sampled_from([WEEK, MONTH, QUARTER, YEAR])
DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@given(KINDS, DAYS)
def test_periods_follow_on_each_other(kind: str, day: date) -> None:
    period = period_of(kind, day)
    assert period.first <= day <= period.last
    assert parse_period(period.key) == period
    assert period.following.first == period.last + timedelta(days=1)
    assert period.previous.last == period.first - timedelta(days=1)
    assert period.following.previous == period
    assert period.earlier(3) == period.previous.previous.previous


@given(KINDS, DAYS)
def test_the_year_so_far_ends_with_the_period_and_begins_with_the_year(
    kind: str, day: date
) -> None:
    period = period_of(kind, day)
    so_far = period.year_so_far
    assert so_far[-1] == period
    assert {each.key[:4] for each in so_far} == {period.key[:4]}
    assert so_far[0].previous.key[:4] != period.key[:4]
    for one, next_one in pairwise(so_far):
        assert one.following == next_one


@given(KINDS, DAYS)
def test_a_year_ago_is_the_same_period_of_the_year_before(kind: str, day: date) -> None:
    period = period_of(kind, day)
    ago = period.year_ago
    assert int(ago.key[:4]) == int(period.key[:4]) - 1
    assert ago.key[4:] == period.key[4:] or (kind == WEEK and period.key[6:] == "53")


def test_weeks_are_those_of_iso_8601() -> None:
    week = parse_period("2026-W01")
    assert (week.first, week.last) == (date(2025, 12, 29), date(2026, 1, 4))
    assert week.months == ("2025-12", "2026-01")
    assert week.month == "2026-01"
    assert parse_period("2020-W53").year_ago.key == "2019-W52"


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-W54", "2025-W53", "26-01", "2026-Q5", "十月", ""]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="不是期间"):
        parse_period(text)
