"""Arithmetic on months written ``YYYY-MM``."""

from __future__ import annotations

import calendar
from datetime import date

_MONTHS = 12


def month_of(day: date) -> str:
    """Return the month of a day."""
    return f"{day.year:04d}-{day.month:02d}"


def shifted(month: str, by: int) -> str:
    """Return the month that many months later, or earlier."""
    count = int(month[:4]) * _MONTHS + int(month[5:]) - 1 + by
    return f"{count // _MONTHS:04d}-{count % _MONTHS + 1:02d}"


def first_day(month: str) -> date:
    """Return the first day of the month."""
    return date(int(month[:4]), int(month[5:]), 1)


def last_day(month: str) -> date:
    """Return the last day of the month."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, calendar.monthrange(year, number)[1])


def year_to(month: str) -> list[str]:
    """Return the months of the year up to and with this one."""
    return [f"{month[:4]}-{number:02d}" for number in range(1, int(month[5:]) + 1)]
