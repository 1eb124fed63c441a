"""Days and periods in the statements of figures: one statement for all periods compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_

from desktop.services.figures.readings import Readings
from desktop.services.periods import WEEK, Period

Span = tuple[date, date]
"""A first and a last day."""


def together(readings: Readings, period: Period) -> tuple[Period, ...]:
    """Return the periods that are read in one statement with this one."""
    return readings.wanted if period in readings.wanted else (period,)


def compared(readings: Readings, period: Period) -> tuple[Period, ...]:
    """Return the periods whose last days are read in one statement with this one's."""
    return readings.compared if period in readings.compared else (period,)


def spans(periods: Iterable[Period]) -> tuple[Span, ...]:
    """Return the days of periods as few spans that neither touch nor overlap."""
    made: list[Span] = []
    for first, last in sorted((each.first, each.last) for each in periods):
        if made and first <= made[-1][1] + timedelta(days=1):
            made[-1] = (made[-1][0], max(made[-1][1], last))
        else:
            made.append((first, last))
    return tuple(made)


def within(column: Any, wanted: Iterable[Span]) -> ColumnElement[bool]:
    """Return the condition that a day lies in one of the spans."""
    return or_(*(column.between(first, last) for first, last in wanted))


def months_of(periods: Iterable[Period]) -> tuple[str, ...]:
    """Return the months of periods, each once; a week has none that it fills."""
    return tuple(sorted({month for each in periods for month in whole_months(each)}))


def whole_months(period: Period) -> tuple[str, ...]:
    """Return the months a period is made of; none of a week, which no month divides into."""
    return () if period.kind == WEEK else period.months


def counted(days: Mapping[date, int], period: Period) -> int:
    """Add up what was counted by day over the days of a period."""
    return sum(count for day, count in days.items() if period.first <= day <= period.last)
