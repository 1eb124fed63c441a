"""Charts as plain numbers: round ticks that span everything, gaps that are not drawn over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.services.charts import Chart, ChartLine


def chart(*values: float | None) -> Chart:
    line = ChartLine("数", values, tuple(str(value) for value in values))
    return Chart(tuple(str(at) for at in range(len(values))), (line,))


@given(st.lists(st.none() | st.floats(-1e9, 1e9), min_size=1, max_size=12))
def test_ticks_span_what_is_drawn_with_zero_among_them(values: list[float | None]) -> None:
    made = chart(*values)
    ticks = made.ticks
    assert 2 <= len(ticks) <= 8
    assert min(ticks) <= min((0.0, *made.known))
    assert max(ticks) >= max((0.0, *made.known))
    assert 0 in ticks
    assert list(ticks) == sorted(ticks)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ((7_000.0, 8_582.0), ["0", "2,500", "5,000", "7,500", "10,000"]),
        ((27.2, 30.0), ["0", "10", "20", "30"]),
        ((None,), ["0", "0.25", "0.5", "0.75", "1"]),
        ((-3.0, 5.0), ["−4", "−2", "0", "2", "4", "6"]),
        ((2_500_000_000.0,), ["0", "1,000,000,000", "2,000,000,000", "3,000,000,000"]),
    ],
)
def test_ticks_are_round(values: tuple[float | None, ...], ticks: list[str]) -> None:
    made = chart(*values)
    assert [made.tick_text(tick) for tick in made.ticks] == ticks


def test_a_gap_parts_the_line() -> None:
    assert chart(1, None, 2, 3, None, 4).lines[0].runs == ((0,), (2, 3), (5,))
    assert chart(None, None).lines[0].runs == ()
