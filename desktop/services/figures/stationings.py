"""People stationed at the centre: who is there, for how long, whether the team is whole (S0-7).

A month's service counts by the date, as S0-7b asks for half a year and not for 180 days; a
roving helper's visits never count as stationed time (S0-7e).
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import FromClause, Select, select

from desktop.models.registers.stationings import (
    CORE_ROLES,
    FIELDS,
    LEAD_HOSPITAL,
    RESIDENT,
    ROVING,
    Stationing,
)
from desktop.services.figures.catalogue import WHOLE, Ask, Behind, Values
from desktop.services.figures.dimensions import Dimension, DimensionRow, declare_dimension
from desktop.services.figures.readings import Readings
from desktop.services.figures.titles import UNTITLED, intermediate_or_above, level_of
from desktop.services.periods import Period
from desktop.text import N_, _

DOCTORS = ("西医", "中医")
LEAST_MONTHS = "stationing.least_months"

BLANK = "blank"
"""The row of people without a role."""

_MONTHS_A_YEAR = 12
_ROLES = tuple(
    choice.value for field in FIELDS if field.column is Stationing.role for choice in field.choices
)


@dataclass(frozen=True)
class Stay:
    """A stationing as figures see it; one without a first day is not known."""

    id: bytes
    name: str
    unit: str
    role: str
    title: str
    mode: str
    starts_on: date
    ends_on: date | None
    days_present: int | None

    def on(self, day: date) -> bool:
        """Say that the person is stationed on a day."""
        return self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)

    def within(self, period: Period) -> tuple[date, date] | None:
        """Return the first and the last day of it in a period."""
        first = max(self.starts_on, period.first)
        last = period.last if self.ends_on is None else min(self.ends_on, period.last)
        return (first, last) if first <= last else None

    def days(self, period: Period) -> int:
        """Return how many days of a period it lasts."""
        span = self.within(period)
        return 0 if span is None else (span[1] - span[0]).days + 1

    def served(self, months: int, day: date) -> bool:
        """Say that by a day it had lasted so many months, counted by the date (S0-7b)."""
        until = day if self.ends_on is None else min(self.ends_on, day)
        return after_months(self.starts_on, months) <= until + timedelta(days=1)

    @property
    def senior(self) -> bool:
        """Say that the person is 主治 or above and comes from the lead hospital (S4-8b)."""
        return self.unit == LEAD_HOSPITAL and intermediate_or_above(self.title)


def after_months(day: date, months: int) -> date:
    """Return the same day so many months later, or that month's last."""
    count = day.year * _MONTHS_A_YEAR + day.month - 1 + months
    year, month = divmod(count, _MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@lru_cache(maxsize=8)
def _all(stationings: FromClause) -> Select[*tuple[Any, ...]]:
    table = stationings.c
    return (
        select(
            table.id,
            table.name,
            table.source_unit,
            table.role,
            table.title,
            table.mode,
            table.starts_on,
            table.ends_on,
            table.days_present,
        )
        .where(table.deleted_at.is_(None), table.starts_on.is_not(None))
        .order_by(table.starts_on, table.id)
    )


def _read(readings: Readings) -> list[Stay]:
    """Return all stationings: some dozens, whom all figures share in one statement."""
    return [
        Stay(
            bytes(row.id),
            row.name or "",
            row.source_unit or "",
            row.role or "",
            row.title or "",
            row.mode or "",
            row.starts_on,
            row.ends_on,
            row.days_present,
        )
        for row in readings.records.rows(_all(readings.records.table("stationings")))
    ]


def stays(readings: Readings) -> list[Stay]:
    """Return all stationings in the order of their first days."""
    return readings.once(_read)


def known(ask: Ask) -> bool:
    """Say that the register was kept by the end of a period."""
    return any(each.starts_on <= ask.period.last for each in stays(ask.readings))


# Rows


def _people(readings: Readings, period: Period) -> list[DimensionRow]:
    here = [each for each in stays(readings) if each.within(period) is not None]
    found = [each for each in here if each.mode == RESIDENT]
    return [
        DimensionRow(
            each.id.hex(),
            _("{name}（{unit}，{role}）").format(
                name=each.name, unit=_(each.unit), role=_(each.role)
            ),
        )
        for each in found
    ]


def _role_keys(readings: Readings) -> list[str]:
    used = {each.role for each in stays(readings)}
    others = sorted(each for each in used if each and each not in _ROLES)
    return [*_ROLES, *others, *([BLANK] if "" in used else [])]


def _roles(readings: Readings, _period: Period) -> list[DimensionRow]:
    return [
        DimensionRow(key, _("未填写") if key == BLANK else _(key), record=False)
        for key in readings.once(_role_keys)
    ]


declare_dimension(Dimension("stationing", N_("驻扎人员"), _people, register="stationings"))
declare_dimension(Dimension("support_role", N_("帮扶角色"), _roles))


# Who counts

Choosing = Callable[[Stay, Period, int], bool]
"""Whether a stationing counts in a period, given the least months of the policy."""


def resident(each: Stay, period: Period, _months: int) -> bool:
    """Say that the person is stationed at the end of the period."""
    return each.mode == RESIDENT and each.on(period.last)


def roving(each: Stay, period: Period, _months: int) -> bool:
    """Say that the person came by in the period."""
    return each.mode == ROVING and each.within(period) is not None


def senior(each: Stay, period: Period, _months: int) -> bool:
    """Say that a person of the lead hospital, 主治 or above, is stationed at the period's end."""
    return each.senior and resident(each, period, 0)


def untitled(each: Stay, period: Period, _months: int) -> bool:
    """Say that a stationed person has no title: those are told apart (facts d)."""
    return level_of(each.title) == UNTITLED and resident(each, period, 0)


def below_title(each: Stay, period: Period, _months: int) -> bool:
    """Say that a stationed doctor is below 主治, which is to be warned of (S0-7d)."""
    doctor = each.role in DOCTORS and resident(each, period, 0)
    return doctor and not intermediate_or_above(each.title)


def long(each: Stay, period: Period, months: int) -> bool:
    """Say that the person stationed in the period had served the least months by its end."""
    here = each.mode == RESIDENT and each.within(period) is not None
    return here and each.served(months, period.last)


def long_senior(each: Stay, period: Period, months: int) -> bool:
    """Say so of a person of the lead hospital, 主治 or above (facts d, indicator 4)."""
    return each.senior and long(each, period, months)


def ended(each: Stay, period: Period, _months: int) -> bool:
    """Say that a stationed person left in the period."""
    if each.mode != RESIDENT or each.ends_on is None:
        return False
    return period.first <= each.ends_on <= period.last


def ended_early(each: Stay, period: Period, months: int) -> bool:
    """Say that a stationed person left before the least months were served (S0-7b)."""
    return ended(each, period, months) and not each.served(months, period.last)


_BY_MONTHS = frozenset({long, long_senior, ended_early})


def least_months(ask: Ask) -> int | None:
    """Return the months that a stationing has to last."""
    months = ask.readings.records.policy(LEAST_MONTHS, ask.period.last)
    return None if months is None else int(months)


def chosen(ask: Ask, choosing: Choosing) -> dict[str, list[Stay]]:
    """Return who counts by row; nothing where the register or the policy says nothing."""
    months = least_months(ask)
    if not known(ask) or (months is None and choosing in _BY_MONTHS):
        return {}
    made: dict[str, list[Stay]] = {row: [] for row in rows_of(ask)}
    for each in stays(ask.readings):
        if choosing(each, ask.period, months or 0):
            made.setdefault(row_of(each, ask.by), []).append(each)
    return made


def row_of(each: Stay, by: str) -> str:
    """Return the row of a stationing."""
    return {"": WHOLE, "stationing": each.id.hex(), "support_role": each.role or BLANK}[by]


def rows_of(ask: Ask) -> Iterable[str]:
    """Return the rows of a period."""
    if ask.by == "support_role":
        return ask.readings.once(_role_keys)
    if ask.by == "stationing":
        return [each.key for each in _people(ask.readings, ask.period)]
    return [WHOLE]


def persons(ask: Ask, choosing: Choosing) -> Values:
    """Count the different people who count, by name."""
    return {row: len({each.name for each in found}) for row, found in chosen(ask, choosing).items()}


def behind(ask: Ask, row: str, choosing: Choosing, **how: Any) -> Behind:
    """Return the list of those who count; each name once, unless another way is given."""
    table = ask.readings.records.table("stationings").c
    ids = [each.id for each in chosen(ask, choosing).get(row, ())]
    return Behind("stationings", (table.id.in_(ids),), **(how or {"distinct": "name"}))


# The team


def filled_roles(ask: Ask, roles: Iterable[str]) -> list[str]:
    """Return the roles of which somebody serves at the end of a period, stationed or roving."""
    there = {each.role for each in stays(ask.readings) if each.on(ask.period.last)}
    return [role for role in roles if role in there]


def missing_core(ask: Ask) -> list[str]:
    """Return the roles of the 1+1+1 that nobody fills."""
    there = filled_roles(ask, CORE_ROLES)
    return [role for role in CORE_ROLES if role not in there]


def senior_days(ask: Ask) -> int:
    """Return the days of a period with at least one person of the lead hospital, 主治 or above."""
    spans = sorted(
        span
        for each in stays(ask.readings)
        if each.senior and each.mode == RESIDENT and (span := each.within(ask.period)) is not None
    )
    covered, until = 0, date.min
    for first, last in spans:
        start = max(first, until + timedelta(days=1)) if until > date.min else first
        if last >= start:
            covered += (last - start).days + 1
            until = last
    return covered
