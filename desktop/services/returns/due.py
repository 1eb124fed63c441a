"""What is due when: the returns of a month, with the weekly, quarterly and annual ones in it.

A month's list holds the monthly returns of that month, the weekly ones that fall due in it, and
the quarterly and annual ones that end in it or fall due in it: the annual return of a year stands
with December's work, and again in the month by whose end it has to be in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from desktop.services.months import month_of, shifted
from desktop.services.periods import MONTH, QUARTER, WEEK, YEAR, Period, parse_period, period_of
from desktop.services.returns.forms import Form
from desktop.services.returns.library import Library

_WEEK = timedelta(days=7)
_MONTHS_SHOWN = 15
_WEEKS_SHOWN = 10
_QUARTERS_SHOWN = 5
_YEARS_SHOWN = 4


@dataclass(frozen=True)
class Due:
    """One return that has to be handed in: its form, its period and its day."""

    form: Form
    period: Period
    day: date

    @property
    def key(self) -> tuple[str, str]:
        """Return form and period as records name them."""
        return self.form.key, self.period.key

    def days_left(self, today: date) -> int:
        """Return how many days are left; negative where it is overdue."""
        return (self.day - today).days


def due_in(found: Library, period: Period, today: date) -> list[Due]:
    """Return the returns of a chosen period in the order of the forms; none that lies ahead."""
    periods = _periods_of(period) if period.kind == MONTH else [period]
    made = [
        Due(form, each, form.due_on(each))
        for each in periods
        if each.first <= today
        for form in found.for_period(each)
    ]
    wanted = [due for due in made if period.kind != MONTH or _belongs(due, period.key)]
    order = {key: at for at, key in enumerate(found.keys)}
    return sorted(wanted, key=lambda due: (order[due.form.key], due.period.first))


def _periods_of(month: Period) -> list[Period]:
    """Return all periods that may belong to a month's list."""
    made = [month]
    day = month.first - _WEEK
    while day <= month.last + _WEEK:
        made.append(period_of(WEEK, day))
        day += _WEEK
    for kind in (QUARTER, YEAR):
        own = period_of(kind, month.first)
        made += [own.previous, own]
    return list(dict.fromkeys(made))


def _belongs(due: Due, month: str) -> bool:
    match due.period.kind:
        case "month":
            return True
        case "week":
            return month_of(due.day) == month
        case _:
            return month in (month_of(due.day), due.period.month)


def periods_offered(found: Library, today: date) -> list[Period]:
    """Return the periods to choose from: months first, then years, quarters and weeks."""
    kinds = {form.period for form in found.forms}
    months = [parse_period(shifted(month_of(today), -back)) for back in range(_MONTHS_SHOWN)]
    made = list(months)
    for kind, count in ((YEAR, _YEARS_SHOWN), (QUARTER, _QUARTERS_SHOWN), (WEEK, _WEEKS_SHOWN)):
        if kind in kinds:
            made += _back(period_of(kind, today), count)
    return made


def _back(period: Period, count: int) -> Iterator[Period]:
    for _each in range(count):
        yield period
        period = period.previous
