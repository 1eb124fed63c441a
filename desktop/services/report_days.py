"""By when the clinics hand in their month: the centre's own policy row (S4-4c)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from desktop.services.months import first_day, last_day, shifted
from desktop.services.records import Records

REPORT_DAY = "clinic.report_due_day"
"""Policy: by which day of the next month."""


def report_due(records: Records, month: str) -> date | None:
    """Return the last day on which a month's report is in time; None where no day is set.

    A day that the next month does not have is its last one.
    """
    day = records.policy(REPORT_DAY, last_day(month))
    if not day:
        return None
    following = shifted(month, 1)
    return first_day(following).replace(day=min(int(day), last_day(following).day))


def reports_due(records: Records, months: Iterable[str]) -> tuple[tuple[str, date], ...]:
    """Return the days of several months, without those that have none."""
    found = ((month, report_due(records, month)) for month in months)
    return tuple((month, day) for month, day in found if day is not None)
