"""Periods of an appraisal: a month ``2026-10``, a quarter ``2026-Q4`` or a year ``2026``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from desktop.errors import UserError
from desktop.services.months import first_day, last_day
from desktop.text import _

_MONTHS_A_QUARTER = 3
_MONTHS_A_YEAR = 12
_SHAPE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])|-?[Qq]([1-4]))?")


@dataclass(frozen=True)
class Period:
    """A month, quarter or year; ``key`` is how it is written in commands and records."""

    key: str
    months: tuple[str, ...]

    @cached_property
    def first(self) -> date:
        """Return its first day."""
        return first_day(self.months[0])

    @cached_property
    def last(self) -> date:
        """Return its last day."""
        return last_day(self.months[-1])

    @property
    def label(self) -> str:
        """Return it as a heading writes it."""
        year = self.key[:4]
        if len(self.months) == 1:
            return _("{year}年{month}月").format(year=year, month=int(self.months[0][5:]))
        if len(self.months) == _MONTHS_A_QUARTER:
            return _("{year}年第{quarter}季度").format(year=year, quarter=self.key[-1])
        return _("{year}年").format(year=year)

    def overlaps(self, other: Period) -> bool:
        """Say that the two share a month."""
        return not set(self.months).isdisjoint(other.months)


def parse_period(text: str) -> Period:
    """Return the period that is written so.

    Raises:
        UserError: It is no month, quarter or year.
    """
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        raise UserError(
            _("“{text}”不是期间。").format(text=text),
            _("请写成月份 2026-10、季度 2026-Q4 或年度 2026。"),
        )
    year, month, quarter = found.groups()
    if month:
        return Period(f"{year}-{month}", (f"{year}-{month}",))
    if quarter:
        start = (int(quarter) - 1) * _MONTHS_A_QUARTER + 1
        return Period(f"{year}-Q{quarter}", _run(year, start, _MONTHS_A_QUARTER))
    return Period(year, _run(year, 1, _MONTHS_A_YEAR))


def _run(year: str, start: int, count: int) -> tuple[str, ...]:
    return tuple(f"{year}-{number:02d}" for number in range(start, start + count))
