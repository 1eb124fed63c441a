"""Looking back: any line of any return, or any figure, over twelve periods and across clinics.

A period of which a return was submitted is shown as it was submitted; others as the registers
give them now. A period of which nothing is known is a gap, never a zero.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import FromClause, Select, bindparam, select

from desktop.errors import NotFound, UserError
from desktop.models.registers.returns import RETURNED, SETTLED
from desktop.services.figures.catalogue import WHOLE, Ask, find_figure
from desktop.services.figures.dimensions import find_dimension
from desktop.services.figures.readings import Readings
from desktop.services.periods import Period
from desktop.services.records import Records
from desktop.services.returns.composed import ComposedReturn
from desktop.services.returns.composing import compose
from desktop.services.returns.declaring import BrokenForm
from desktop.services.returns.forms import TOTAL, Form, Line, Section
from desktop.services.returns.formulas import rounded
from desktop.services.returns.kept import Kept, period_of_row
from desktop.services.returns.library import Library, library
from desktop.services.returns.measures import Measure, figure_title, line_of
from desktop.services.returns.wording import show_change, show_figure
from desktop.text import _

PERIODS = 12
"""Periods that are shown."""


@dataclass(frozen=True)
class Point:
    """A period's figure and the one a year before; ``submitted`` says that it is a return's."""

    period: Period
    value: int | None
    year_ago: int | None
    submitted: bool = False


@dataclass(frozen=True)
class Series:
    """A measure over several periods, the oldest first; ``line`` says how its figures are read."""

    measure: Measure
    title: str
    line: Line
    points: tuple[Point, ...]

    def shown(self, value: int | None) -> str:
        """Return a figure as text."""
        return show_figure(self.line, value)

    def change(self, point: Point) -> str:
        """Return how a point compares with the year before."""
        return show_change(self.line, point.value, point.year_ago)


@dataclass(frozen=True)
class Comparison:
    """A measure across the rows of a dimension, the greatest first; the blank ones by name."""

    measure: Measure
    title: str
    line: Line
    period: Period
    rows_label: str
    rows: tuple[tuple[str, int], ...]
    blank: tuple[str, ...]

    @property
    def mean(self) -> int | None:
        """Return the mean of the rows that are known, rounded as figures are kept."""
        if not self.rows:
            return None
        return rounded(Fraction(sum(value for _name, value in self.rows), len(self.rows)))

    def shown(self, value: int | None) -> str:
        """Return a figure as text."""
        return show_figure(self.line, value)


@lru_cache(maxsize=8)
def _sent_between(returns: FromClause) -> Select[*tuple[Any, ...]]:
    table = returns.c
    return (
        select(table.month, table.period, table.figures)
        .where(
            table.deleted_at.is_(None),
            table.form == bindparam("form"),
            table.month.between(bindparam("since"), bindparam("until")),
            table.status.in_((*SETTLED, RETURNED)),
            table.figures.is_not(None),
        )
        .order_by(table.revision, table.id)
    )


@dataclass
class LookBack:
    """Reads measures; what several of them share is read once.

    ``today`` is the day as of which registers without a history speak: this period and the one
    before it are read from them, of earlier ones only returns know what such a register held.
    """

    records: Records
    today: date
    _readings: dict[str, Readings] = field(default_factory=dict)
    _composed: dict[tuple[str, str], ComposedReturn] = field(default_factory=dict)
    _kept: dict[tuple[str, str], Kept] = field(default_factory=dict)
    _sent: dict[tuple[str, str, str], dict[str, dict[str, Any]]] = field(default_factory=dict)
    _library: Library | None = None

    @property
    def library(self) -> Library:
        """Return the forms."""
        if self._library is None:
            self._library = library(self.records)
        return self._library

    def readings(self, period: Period) -> Readings:
        """Return what was read of a period."""
        if period.key not in self._readings:
            self._readings[period.key] = Readings(self.records, period)
        return self._readings[period.key]

    # One value

    def value(self, measure: Measure, period: Period) -> int | None:
        """Return a measure's figure of a period; None is blank."""
        return self._value(measure, period, self._submitted(measure, period, period))[0]

    def _value(
        self, measure: Measure, period: Period, sent: Mapping[str, Mapping[str, Any]]
    ) -> tuple[int | None, bool]:
        """Return the figure, and whether it is the submitted one."""
        if not measure.form:
            return self._figure(measure, period), False
        found = sent.get(period.key, {}).get(measure.cell)
        if found is not None:
            return (None if found[0] is None else int(found[0])), True
        try:
            form = self.library.find(measure.form, period)
        except (NotFound, BrokenForm):
            return None, False
        line = form.by_code.get(measure.code)
        return (
            (None, False) if line is None else (self._of_line(form, line, measure, period), False)
        )

    def _long_ago(self, period: Period) -> bool:
        return period.following.last < self.today

    def _figure(self, measure: Measure, period: Period) -> int | None:
        figure = find_figure(measure.figure)
        if figure.snapshot and self._long_ago(period):
            return None
        ask = Ask(self.readings(period), period, dict(measure.arguments), measure.by)
        return figure.of(ask, measure.row)

    def _of_line(self, form: Form, line: Line, measure: Measure, period: Period) -> int | None:
        by = _by(form, line)
        if line.figure and find_figure(line.figure).snapshot and self._long_ago(period):
            return self._kept_of(form.key, period).reported(period, measure.cell)
        if line.figure and measure.row != TOTAL:
            asked = Ask(self.readings(period), period, line.arguments, by if measure.row else WHOLE)
            return find_figure(line.figure).of(asked, measure.row)
        if line.typed and measure.row != TOTAL:
            return self._kept_of(form.key, period).typed(period).get(measure.cell)
        cell = self._return(form, period).cells.get(measure.cell)
        return None if cell is None else cell.this

    def _kept_of(self, form: str, period: Period) -> Kept:
        if (form, period.key) not in self._kept:
            self._kept[form, period.key] = Kept(self.records, form, period)
        return self._kept[form, period.key]

    def _return(self, form: Form, period: Period) -> ComposedReturn:
        if (form.key, period.key) not in self._composed:
            made = compose(self.records, form, period, self.readings(period))
            self._composed[form.key, period.key] = made
        return self._composed[form.key, period.key]

    def _submitted(
        self, measure: Measure, first: Period, last: Period
    ) -> dict[str, dict[str, Any]]:
        """Return the figures of the returns that went to the county, by period."""
        if not measure.form:
            return {}
        place = (measure.form, first.month, last.month)
        if place not in self._sent:
            rows = self.records.rows(
                _sent_between(self.records.table("returns")),
                form=measure.form,
                since=first.month,
                until=last.month,
            )
            self._sent[place] = {
                period_of_row(row): json.loads(row.figures).get("figures", {}) for row in rows
            }
        return self._sent[place]

    # Over time

    def series(self, measure: Measure, period: Period, count: int = PERIODS) -> Series:
        """Return a measure over the periods up to this one, each beside the year before.

        Raises:
            NotFound: There is no such line or figure.
        """
        line, title = self.described(measure, period)
        periods = [period]
        while len(periods) < count:
            periods.insert(0, periods[0].previous)
        sent = self._submitted(measure, periods[0].year_ago, period)
        points = []
        for each in periods:
            value, submitted = self._value(measure, each, sent)
            before, _submitted = self._value(measure, each.year_ago, sent)
            points.append(Point(each, value, before, submitted))
        return Series(measure, title, line, tuple(points))

    def described(self, measure: Measure, period: Period) -> tuple[Line, str]:
        """Return how a measure's figures are read, and its title.

        Raises:
            NotFound: There is no such line or figure.
        """
        if not measure.form:
            figure = find_figure(measure.figure)
            return line_of(figure), figure_title(figure, dict(measure.arguments))
        form = self._any_version(measure, period)
        line = form.by_code[measure.code]
        title = f"{_(form.short)} · {line.code} {_(line.label)}"
        row = self._row_label(form, line, measure, period)
        return line, f"{title}（{row}）" if row else title

    def _any_version(self, measure: Measure, period: Period) -> Form:
        """Return the version of the period, else the newest that has the line."""
        versions = [form for form in self.library.forms if form.key == measure.form]
        versions.sort(key=lambda form: not form.holds_for(period))
        for form in versions:
            if measure.code in form.by_code and form.period == period.kind:
                return form
        if not versions:
            self.library.find(measure.form)
        raise NotFound(
            _("“{key}”没有这个代码，或期别不是{period}。").format(
                key=measure.key, period=period.label
            )
        )

    def _row_label(self, form: Form, line: Line, measure: Measure, period: Period) -> str:
        if measure.row in (WHOLE, TOTAL):
            return _("合计") if measure.row == TOTAL else ""
        rows = find_dimension(_by(form, line)).rows(self.readings(period), period)
        return next((row.label for row in rows if row.key == measure.row), "")

    # Across clinics

    def comparison(self, measure: Measure, period: Period, by: str = "clinic") -> Comparison:
        """Return a measure across the rows of a dimension in a period.

        Raises:
            NotFound: There is no such line or figure.
            UserError: It cannot be told apart by this dimension.
        """
        line, title = self.described(measure, period)
        rows = find_dimension(by).rows(self.readings(period), period)
        found = self._by_row(measure, period, by, [row.key for row in rows])
        known = [(row.label, value) for row in rows if (value := found.get(row.key)) is not None]
        known.sort(key=lambda each: (-each[1], each[0]))
        blank = tuple(row.label for row in rows if found.get(row.key) is None)
        label = _(find_dimension(by).label)
        return Comparison(measure, title, line, period, label, tuple(known), blank)

    def _by_row(
        self, measure: Measure, period: Period, by: str, rows: list[str]
    ) -> Mapping[str, int | None]:
        figure, arguments = measure.figure, dict(measure.arguments)
        if measure.form:
            form = self._any_version(measure, period)
            line = form.by_code[measure.code]
            if _by(form, line) == by:
                sent = self._submitted(measure, period, period)
                cells = {row: Measure(measure.form, measure.code, row=row) for row in rows}
                return {row: self._value(cell, period, sent)[0] for row, cell in cells.items()}
            figure, arguments = line.figure, {k: str(v) for k, v in line.arguments.items()}
        if not figure or by not in find_figure(figure).by:
            raise UserError(
                _("“{key}”不能按{by}比较。").format(
                    key=measure.key, by=_(find_dimension(by).label)
                ),
                _("请换一个按村卫生室统计的指标。"),
            )
        ask = Ask(self.readings(period), period, arguments, by)
        return self.readings(period).values(find_figure(figure), ask)


def _section_of(form: Form, line: Line) -> Section:
    return next(section for section in form.section if line in section.items)


def _by(form: Form, line: Line) -> str:
    """Return by what a line has rows: its table's dimension, or that of the whole form."""
    return _section_of(form, line).rows or form.each
