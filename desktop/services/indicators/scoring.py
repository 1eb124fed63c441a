"""The self-score of a period: each item's value, target, gap, points and what would close it.

All sums are exact; what is shown is rounded once. What is not known is not scored and is told:
blank is not zero, and a target that no policy names is asked for, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, FromClause, Select, bindparam, or_, select

from desktop.errors import UserError
from desktop.models.published import is_published
from desktop.services.indicators.arithmetic import (
    PERCENT,
    closing_count,
    share_of,
    show_number,
)
from desktop.services.indicators.scheme import Appraisal, Item, Source
from desktop.services.indicators.typed import COUNTY_TOTAL, Typed, county_cell
from desktop.services.periods import Period, parse_period
from desktop.services.records import Records
from desktop.services.returns.lookback import LookBack
from desktop.services.returns.measures import Measure
from desktop.text import _


@dataclass(frozen=True)
class Target:
    """A dated target with its clause."""

    value: Fraction | None
    clause: str = ""
    status: str = ""
    valid_from: date | None = None


@dataclass(frozen=True)
class ItemScore:
    """One item of a period; None is blank."""

    item: Item
    numerator: Fraction | None
    denominator: Fraction | None
    value: Fraction | None
    target: Target
    missing: str = ""
    """What is not known, in words."""
    county: Fraction | None = None
    """The county's points, typed from its letter."""
    months: tuple[str, ...] = ()
    """The months it rests on, where those are not all of the period."""

    @property
    def reached(self) -> bool | None:
        """Say whether the target is reached; None where that is not known."""
        if self.value is None or self.target.value is None:
            return None
        if self.item.direction == "up":
            return self.value >= self.target.value
        return self.value <= self.target.value

    @property
    def gap(self) -> Fraction | None:
        """Return how much is lacking, in the item's unit; 0 where the target is reached."""
        if self.value is None or self.target.value is None:
            return None
        return Fraction(0) if self.reached else abs(self.target.value - self.value)

    @property
    def points(self) -> Fraction | None:
        """Return the points, at most the item's weight."""
        if self.value is None or self.target.value is None:
            return None
        return self.item.weight * share_of(self.item, self.value, self.target.value)

    @property
    def to_close(self) -> int | None:
        """Return how many people, visits or drugs close the gap; None where that cannot be said."""
        if not self.gap:
            return None
        return closing_count(self.item, self.numerator, self.denominator, self.target.value)

    @property
    def advice(self) -> str:
        """Return what would close the gap in a sentence; empty where nothing is to be closed."""
        if self.gap is None or self.target.value is None or self.reached:
            return ""
        goal = f"{show_number(self.target.value)}{_unit(self.item)}"
        count = self.to_close
        if self.item.close and count is not None:
            step = _(self.item.close).format(count=f"{count:,}")
            return _("{step}即达 {target}。").format(step=step, target=goal)
        gap = f"{show_number(self.gap)} {_gap_unit(self.item)}"
        return _("距目标 {target} 差 {gap}。").format(target=goal, gap=gap)


@dataclass(frozen=True)
class SelfScore:
    """A period's self-score."""

    scheme: Appraisal
    period: Period
    items: tuple[ItemScore, ...]
    county_total: Fraction | None = None

    @property
    def scored(self) -> tuple[ItemScore, ...]:
        """Return the items that could be scored."""
        return tuple(item for item in self.items if item.points is not None)

    @property
    def weight(self) -> int:
        """Return the weight of the items that could be scored."""
        return sum(score.item.weight for score in self.scored)

    @property
    def points(self) -> Fraction | None:
        """Return the points of the items that could be scored; None where there is none."""
        found = [score.points for score in self.scored if score.points is not None]
        return sum(found, Fraction(0)) if found else None

    @property
    def percent(self) -> Fraction | None:
        """Return the points reached as a share of those that could be scored, of a hundred."""
        if self.points is None or not self.weight:
            return None
        return self.points * PERCENT / self.weight

    def of_group(self, group: str) -> tuple[ItemScore, ...]:
        """Return the items of a group."""
        return tuple(score for score in self.items if score.item.group == group)


def _unit(item: Item) -> str:
    return "%" if item.unit == "%" else f" {_(item.unit)}"


def _gap_unit(item: Item) -> str:
    return _("个百分点") if item.unit == "%" else _(item.unit)


# Reading


@lru_cache(maxsize=8)
def _targets(policies: FromClause, marks: FromClause) -> Select[*tuple[Any, ...]]:
    table, day = policies.c, bindparam("day", type_=Date)
    return (
        select(table.code, table.value, table.clause, table.status, table.valid_from)
        .where(
            table.deleted_at.is_(None),
            table.valid_from <= day,
            or_(table.valid_to.is_(None), table.valid_to >= day),
            table.code.in_(bindparam("codes", expanding=True)),
        )
        .order_by(is_published(table.id, marks), table.valid_from, table.id)
    )


def targets_on(records: Records, codes: list[str], on: date) -> dict[str, Target]:
    """Return the targets on a day; of several the newest, what the county published before all."""
    rows = records.rows(
        _targets(records.table("policy"), records.table("county_marks")), day=on, codes=codes
    )
    return {
        row.code: Target(_fraction(row.value), row.clause or "", row.status or "", row.valid_from)
        for row in rows
    }


def _fraction(text: str | None) -> Fraction | None:
    try:
        return Fraction(text) if text else None
    except (ValueError, ZeroDivisionError):
        return None


class Scorer:
    """Scores periods by one scheme; what they share is read once."""

    def __init__(self, records: Records, scheme: Appraisal, today: date) -> None:
        self._records = records
        self._scheme = scheme
        self._back = LookBack(records, today)

    def score(self, period: Period) -> SelfScore:
        """Return a period's self-score."""
        typed = Typed(self._records, self._scheme.record_code, period)
        codes = sorted({item.target for item in self._scheme.item if item.target})
        targets = targets_on(self._records, codes, period.last)
        items = tuple(
            self._item(item, period, typed, targets.get(item.target, Target(None)))
            for item in self._scheme.item
        )
        return SelfScore(self._scheme, period, items, typed.own(COUNTY_TOTAL))

    def _item(self, item: Item, period: Period, typed: Typed, target: Target) -> ItemScore:
        county = typed.own(county_cell(item.code))
        if item.typed:
            value = typed.own(item.code)
            missing = "" if value is not None else _("未填报（由县级提供）。")
            return ItemScore(item, value, None, value, target, missing, county)
        above, below, missing, months = self._parts(item, period, typed)
        if not item.divided:
            return ItemScore(item, above, None, above, target, missing, county, months)
        if not missing and below == 0:
            missing = _("分母为 0，不计算。")
        quotient = above / below if above is not None and below else None
        if quotient is not None and item.shape == "rate":
            quotient *= PERCENT
        return ItemScore(item, above, below, quotient, target, missing, county, months)

    def _parts(self, item: Item, period: Period, typed: Typed) -> _Parts:
        """Return what stands above and below the line, what is missing, and the months used.

        Over several months a line of a monthly return is added up by those months of which all
        parts are known: a numerator of nine months over a denominator of three says nothing.
        """
        sources = (*item.value, *item.numerator, *item.denominator)
        if len(period.months) == 1 or not any(source.form for source in sources):
            above, lacks_above = self._part(item, "n", period, typed)
            below, lacks_below = self._part(item, "d", period, typed)
            return above, below, lacks_above + lacks_below, ()
        used, above, below, missing = [], Fraction(0), Fraction(0), ""
        for month in period.months:
            found = self._parts(item, parse_period(month), typed)
            if found[2]:
                missing = missing or found[2]
                continue
            used.append(month)
            above += found[0] or 0
            below += found[1] or 0
        if not used:
            return None, None, missing, ()
        whole = len(used) == len(period.months)
        return above, below, "", () if whole else tuple(used)

    def _part(
        self, item: Item, part: str, period: Period, typed: Typed
    ) -> tuple[Fraction | None, str]:
        if part == "d" and not item.divided:
            return None, ""
        cell = f"{item.code}.{part}"
        if cell not in item.cells:
            sources = item.denominator if part == "d" else (*item.numerator, *item.value)
            return self._sum(sources, period)
        value = typed.added_up(cell)
        if value is None:
            return None, _("缺“{name}”。").format(name=_(item.cells[cell]))
        return value, ""

    def _sum(self, sources: tuple[Source, ...], period: Period) -> tuple[Fraction | None, str]:
        """Add sources up; with a blank one among them the sum is blank, and it is named."""
        total, missing = Fraction(0), []
        for source in sources:
            arguments = tuple(sorted(source.arguments.items()))
            measure = Measure(source.form, source.code, source.figure, arguments)
            try:
                line, title = self._back.described(measure, period)
            except UserError:  # The present form has no such line.
                missing.append(measure.key)
                continue
            found = _exact(line.shape, self._back.value(measure, period))
            if found is None:
                missing.append(title)
            else:
                total += found
        if missing:
            return None, "".join(_("缺“{name}”。").format(name=name) for name in missing)
        return total, ""


_Parts = tuple[Fraction | None, Fraction | None, str, tuple[str, ...]]


def _exact(shape: str, value: int | None) -> Fraction | None:
    """Return a figure in its unit: money in 元, rates in percent."""
    if value is None:
        return None
    return Fraction(value) if shape == "count" else Fraction(value, PERCENT)


def self_score(records: Records, scheme: Appraisal, period: Period, today: date) -> SelfScore:
    """Return a period's self-score by a scheme."""
    return Scorer(records, scheme, today).score(period)


def trend(
    records: Records, scheme: Appraisal, period: Period, today: date, count: int = 12
) -> tuple[SelfScore, ...]:
    """Return the self-scores of the periods up to this one, the oldest first."""
    scorer = Scorer(records, scheme, today)
    periods = [period]
    while len(periods) < count:
        periods.insert(0, periods[0].previous)
    return tuple(scorer.score(each) for each in periods)


def plain(score: SelfScore) -> Mapping[str, Any]:
    """Return a self-score for other programs."""
    return {
        "scheme": score.scheme.key,
        "version": score.scheme.version,
        "period": score.period.key,
        "points": _rounded(score.points),
        "weight_scored": score.weight,
        "percent": _rounded(score.percent),
        "county": _rounded(score.county_total),
        "items": [
            {
                "code": each.item.code,
                "group": each.item.group,
                "label": each.item.label,
                "unit": each.item.unit,
                "numerator": _rounded(each.numerator),
                "denominator": _rounded(each.denominator),
                "value": _rounded(each.value),
                "target": _rounded(each.target.value),
                "clause": each.target.clause or each.item.clause,
                "gap": _rounded(each.gap),
                "weight": each.item.weight,
                "points": _rounded(each.points),
                "county": _rounded(each.county),
                "to_close": each.to_close,
                "advice": each.advice,
                "missing": each.missing,
                "months": list(each.months),
            }
            for each in score.items
        ],
    }


def _rounded(value: Fraction | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value.denominator == 1 else round(float(value), 4)
