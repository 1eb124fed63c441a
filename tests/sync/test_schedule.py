"""When PCs exchange by themselves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.sync.schedule import first_wait, is_busy, next_wait, place_of

URL = "https://hub.example.cn"
PCS = range(1, 151)


@pytest.mark.parametrize(
    ("day", "busy"),
    [
        (date(2026, 11, 28), False),
        (date(2026, 11, 29), True),
        (date(2026, 11, 30), True),
        (date(2026, 12, 1), True),
        (date(2026, 12, 3), True),
        (date(2026, 12, 4), False),
        (date(2026, 12, 31), True),
        (date(2028, 2, 28), True),
        (date(2028, 2, 27), False),
    ],
)
def test_the_last_two_and_the_first_three_days_are_busy(day: date, busy: bool) -> None:
    assert is_busy(day) is busy


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_five_days_in_every_month_are_busy(day: date) -> None:
    first = day.replace(day=1)
    days = [first + timedelta(days=each) for each in range(31)]
    assert sum(is_busy(each) for each in days if each.month == day.month) == 5


def test_the_pcs_of_a_county_come_one_after_the_other_at_months_end() -> None:
    waits = sorted(first_wait(place_of(each, URL), date(2026, 11, 30)) for each in PCS)
    assert waits[0] >= 20
    assert waits[-1] <= 20 + 15 * 60
    most = max(sum(start <= wait < start + 10 for wait in waits) for start in range(0, 920, 5))
    assert most <= 8
    assert first_wait(place_of(7, URL), date(2026, 11, 10)) <= 80


def test_the_place_is_the_same_every_time_and_another_at_another_hub() -> None:
    assert place_of(3, URL) == place_of(3, URL)
    assert place_of(3, URL) != place_of(3, "https://other.example.cn")


@given(st.integers(0, 1000), st.floats(0, 1))
def test_waits_double_up_to_two_hours_and_are_mixed(failures: int, chance: float) -> None:
    wait = next_wait(failures, chance)
    if not failures:
        assert 450 <= wait <= 750
    else:
        middle = min(60 * 2 ** min(failures - 1, 20), 7200)
        assert middle * 0.75 <= wait <= middle * 1.25
    assert next_wait(failures, 0) < next_wait(failures, 1)
