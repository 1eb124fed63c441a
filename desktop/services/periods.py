"""Periods: a month ``2026-10``, a week ``2026-W44``, a quarter ``2026-Q4`` or a year ``2026``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

from desktop.errors import UserError
from desktop.services.months import first_day, last_day, month_of, shifted
from desktop.text import _

WEEK, MONTH, QUARTER, YEAR = "week", "month", "quarter", "year"

_MONTHS_A_QUARTER = 3
_MONTHS_A_YEAR = 12
_DAYS_A_WEEK = 7
_SHAPE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])|-?[Qq]([1-4])|-?[Ww](0[1-9]|[1-4]\d|5[0-3]))?")


@dataclass(frozen=True)
class Period:
    """A week, month, quarter or year; ``key`` is how it is written in commands and records.

    Weeks are those of ISO 8601: they begin on Monday and belong to the year of their Thursday.
    """

    key: str
    months: tuple[str, ...]
    kind: str

    @cached_property
    def first(self) -> date:
        """Return its first day."""
        if self.kind == WEEK:
            return date.fromisocalendar(int(self.key[:4]), int(self.key[6:]), 1)
        return first_day(self.months[0])

    @cached_property
    def last(self) -> date:
        """Return its last day."""
        if self.kind == WEEK:
            return self.first + timedelta(days=_DAYS_A_WEEK - 1)
        return last_day(self.months[-1])

    @property
    def month(self) -> str:
        """Return the month in which it ends."""
        return month_of(self.last)

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    @property
    def label(self) -> str:
        """Return it as a heading writes it."""
        year = self.key[:4]
        if self.kind == WEEK:
            return _("{year}年第{week}周（{first}至{last}）").format(
                year=year,
                week=int(self.key[6:]),
                first=_("{month}月{day}日").format(month=self.first.month, day=self.first.day),
                last=_("{month}月{day}日").format(month=self.last.month, day=self.last.day),
            )
        if self.kind == MONTH:
            return _("{year}年{month}月").format(year=year, month=int(self.months[0][5:]))
        if self.kind == QUARTER:
            return _("{year}年第{quarter}季度").format(year=year, quarter=self.key[-1])
        return _("{year}年").format(year=year)

    @cached_property
    def previous(self) -> Period:
        """Return the period of the same kind before this one."""
        return period_of(self.kind, self.first - timedelta(days=1))

    @cached_property
    def following(self) -> Period:
        """Return the period of the same kind after this one."""
        return period_of(self.kind, self.last + timedelta(days=1))

    @cached_property
    def year_ago(self) -> Period:
        """Return the same period of the year before; of a 53rd week, the last week."""
        year = int(self.key[:4]) - 1
        if self.kind == WEEK:
            weeks = date(year, 12, 28).isocalendar().week
            return parse_period(f"{year}-W{min(int(self.key[6:]), weeks):02d}")
        return parse_period(f"{year}{self.key[4:]}")

    def earlier(self, by: int) -> Period:
        """Return the period of the same kind that many before this one."""
        if self.kind == MONTH:
            return parse_period(shifted(self.key, -by))
        found = self
        for _each in range(by):
            found = found.previous
        return found

    @cached_property
    def year_so_far(self) -> tuple[Period, ...]:
        """Return the periods of its kind in its year, up to and with this one."""
        return tuple(
            parse_period(f"{self.key[:4]}{self._tail(number)}")
            for number in range(1, self._number + 1)
        )

    @property
    def _number(self) -> int:
        """Return which of its year it is, from 1."""
        return int(self.key[5:].lstrip("QW") or 1)

    def _tail(self, number: int) -> str:
        return {WEEK: f"-W{number:02d}", MONTH: f"-{number:02d}", QUARTER: f"-Q{number}"}.get(
            self.kind, ""
        )

    def overlaps(self, other: Period) -> bool:
        """Say that the two share a day."""
        return self.first <= other.last and other.first <= self.last


@lru_cache(maxsize=512)
def parse_period(text: str) -> Period:
    """Return the period that is written so.

    Raises:
        UserError: It is no week, month, quarter or year.
    """
    found = _SHAPE.fullmatch(text.strip())
    if found is None or not _there_is(found.group(1), found.group(4)):
        raise UserError(
            _("“{text}”不是期间。").format(text=text),
            _("请写成月份 2026-10、季度 2026-Q4、年度 2026 或周 2026-W44。"),
        )
    year, month, quarter, week = found.groups()
    if week:
        monday = date.fromisocalendar(int(year), int(week), 1)
        touched = {month_of(monday), month_of(monday + timedelta(days=_DAYS_A_WEEK - 1))}
        return Period(f"{year}-W{week}", tuple(sorted(touched)), WEEK)
    if month:
        return Period(f"{year}-{month}", (f"{year}-{month}",), MONTH)
    if quarter:
        start = (int(quarter) - 1) * _MONTHS_A_QUARTER + 1
        return Period(f"{year}-Q{quarter}", _run(year, start, _MONTHS_A_QUARTER), QUARTER)
    return Period(year, _run(year, 1, _MONTHS_A_YEAR), YEAR)


def _there_is(year: str, week: str | None) -> bool:
    """Say that the year is one of the calendar and has so many weeks."""
    if int(year) == 0:
        return False
    return week is None or int(week) <= date(int(year), 12, 28).isocalendar().week


def period_of(kind: str, day: date) -> Period:
    """Return the period of a kind that a day lies in."""
    if kind == WEEK:
        year, week, _weekday = day.isocalendar()
        return parse_period(f"{year:04d}-W{week:02d}")
    if kind == MONTH:
        return parse_period(month_of(day))
    if kind == QUARTER:
        return parse_period(f"{day.year:04d}-Q{(day.month - 1) // _MONTHS_A_QUARTER + 1}")
    return parse_period(f"{day.year:04d}")


def _run(year: str, start: int, count: int) -> tuple[str, ...]:
    return tuple(f"{year}-{number:02d}" for number in range(start, start + count))
