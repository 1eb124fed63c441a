"""Days that are written otherwise than year-month-day in figures."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.models.day_text import day_parts, has_short_year
from desktop.models.kinds import BadValue, parse_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("26.3.5", (2026, 3, 5)),
        ("26-03-05", (2026, 3, 5)),
        ("98年7月1日", (1998, 7, 1)),
        ("09年7月1日", (2009, 7, 1)),
        ("二〇二六年三月五日", (2026, 3, 5)),
        ("二零一九年十二月三十一日", (2019, 12, 31)),
        ("13/5/2026", (2026, 5, 13)),
        ("5/13/2026", (2026, 5, 13)),
        ("5/5/2026", (2026, 5, 5)),
        ("2026.3.5.", (2026, 3, 5)),
        ("'2026-03-05", (2026, 3, 5)),
    ],
)
def test_a_clear_day_is_read(text: str, day: tuple[int, int, int]) -> None:
    assert day_parts(text) == day


@pytest.mark.parametrize("text", ["3/5/2026", "09.3.5", "26/3/5", "待定", "三月五日", "2026年"])
def test_an_unclear_day_is_refused(text: str) -> None:
    assert day_parts(text) is None
    with pytest.raises(BadValue):
        parse_date(text)


def test_a_year_of_two_figures_is_seen() -> None:
    assert has_short_year("98.7.1")
    assert not has_short_year("1998.7.1")


@given(st.dates(date(1950, 1, 1), date(2040, 12, 31)))
def test_no_day_is_read_as_another(day: date) -> None:
    for text in (f"{day.month}/{day.day}/{day.year}", f"{day.day}/{day.month}/{day.year}"):
        assert day_parts(text) in (None, (day.year, day.month, day.day))
