"""Drug shortages: how many came up, were passed on and served, and how soon (S0-8c)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import ColumnElement, Float, FromClause, Integer, Select, case, cast, func, select

from desktop.models.registers.shortages import SERVED
from desktop.services.figures.catalogue import (
    WHOLE,
    Ask,
    Behind,
    Figure,
    Kind,
    Shape,
    Values,
    declare,
    find_figure,
    rate,
)
from desktop.services.figures.dimensions import (
    Dimension,
    DimensionRow,
    declare_dimension,
    find_dimension,
)
from desktop.services.figures.drug_rows import drug_rows
from desktop.services.figures.movements import with_unit
from desktop.services.figures.readings import Readings
from desktop.services.periods import Period
from desktop.text import N_, _

_HUNDREDTHS = 100


@dataclass(frozen=True)
class Shortage:
    """A shortage as figures see it."""

    id: str
    drug: str
    name: str
    clinic: str
    reported_on: date | None
    needed: int | None
    kind: str
    told_on: date | None
    outcome: str
    resolved_on: date | None

    def came_up(self, period: Period) -> bool:
        """Say that it was reported in a period."""
        return self.reported_on is not None and period.first <= self.reported_on <= period.last

    def served_by(self, day: date) -> bool:
        """Say that the drug had come, in whatever way, by a day."""
        if self.reported_on is None or self.resolved_on is None:
            return False
        return self.outcome in SERVED and self.resolved_on <= day

    def served_in(self, period: Period) -> bool:
        """Say that it was served in a period."""
        return self.served_by(period.last) and not self.served_by(period.previous.last)

    def open_on(self, day: date) -> bool:
        """Say that it had come up by a day and was not settled by then."""
        came = self.reported_on is not None and self.reported_on <= day
        return came and (self.resolved_on is None or self.resolved_on > day)

    def days_open(self, day: date) -> int:
        """Return for how many days it has been open, until it was settled."""
        assert self.reported_on is not None
        settled = self.resolved_on is not None and self.resolved_on <= day
        until = self.resolved_on if settled and self.resolved_on else day
        return (until - self.reported_on).days


@lru_cache(maxsize=8)
def _all(shortages: FromClause) -> Select[*tuple[Any, ...]]:
    table = shortages.c
    return (
        select(
            table.id,
            table.drug_id,
            table.drug_name,
            table.clinic_id,
            table.reported_on,
            table.needed,
            table.kind,
            table.reported_to_county_on,
            table.outcome,
            table.resolved_on,
        )
        .where(table.deleted_at.is_(None))
        .order_by(table.reported_on, table.id)
    )


def _hex(key: bytes | None) -> str:
    return "" if key is None else bytes(key).hex()


def _read(readings: Readings) -> list[Shortage]:
    """Return all shortages: a few a month, so that all figures share one statement."""
    return [
        Shortage(
            _hex(row.id),
            _hex(row.drug_id),
            row.drug_name or "",
            _hex(row.clinic_id),
            row.reported_on,
            row.needed,
            row.kind or "",
            row.reported_to_county_on,
            row.outcome or "",
            row.resolved_on,
        )
        for row in readings.records.rows(_all(readings.records.table("shortages")))
    ]


def _kept_by(readings: Readings, day: date) -> bool:
    days = (each.reported_on for each in readings.once(_read))
    return any(each is not None and each <= day for each in days)


# Rows


def _in_question(readings: Readings, period: Period) -> list[Shortage]:
    """Return the shortages of a period's list: what came up in it and what was still open."""
    return [
        each
        for each in readings.once(_read)
        if each.reported_on is not None
        and each.reported_on <= period.last
        and (each.open_on(period.last) or each.came_up(period) or each.served_in(period))
    ]


def _label(readings: Readings, each: Shortage) -> str:
    drug = drug_rows(readings).get(each.drug)
    name = with_unit(drug.name, drug.unit) if drug is not None else each.name
    return f"{name} {_(each.kind)}" if each.kind else name


def _list(readings: Readings, period: Period) -> list[DimensionRow]:
    found = _in_question(readings, period)
    return [DimensionRow(each.id, _label(readings, each)) for each in found]


declare_dimension(Dimension("shortage", N_("短缺药品"), _list, register="shortages"))


def _rows(ask: Ask) -> Iterable[str]:
    if not ask.by:
        return (WHOLE,)
    return [each.key for each in find_dimension(ask.by).rows(ask.readings, ask.period)]


def _row_of(ask: Ask, each: Shortage) -> str:
    return {"": WHOLE, "clinic": each.clinic, "drug": each.drug, "shortage": each.id}[ask.by]


# Figures

Counts = Callable[[Shortage, Period], bool]


def _chosen(ask: Ask, counts: Counts) -> dict[str, list[Shortage]]:
    if not _kept_by(ask.readings, ask.period.last):
        return {}
    made: dict[str, list[Shortage]] = defaultdict(list, {row: [] for row in _rows(ask)})
    for each in ask.readings.once(_read):
        row = _row_of(ask, each)
        if counts(each, ask.period) and row in made:
            made[row].append(each)
    return dict(made)


def _counted(ask: Ask, counts: Counts) -> Values:
    return {row: len(found) for row, found in _chosen(ask, counts).items()}


def _behind(ask: Ask, row: str, counts: Counts) -> Behind:
    table = ask.readings.records.table("shortages").c
    found = _chosen(ask, counts).get(row, ())
    return Behind("shortages", (table.id.in_([bytes.fromhex(each.id) for each in found]),))


def _explain(ask: Ask, _row: str, definition: str) -> str:
    if _kept_by(ask.readings, ask.period.last):
        return _(definition)
    return _("截至 {day} 没有短缺登记，故为空白。").format(day=ask.period.last.isoformat())


def _came_up(each: Shortage, period: Period) -> bool:
    return each.came_up(period)


def _told(each: Shortage, period: Period) -> bool:
    return each.came_up(period) and each.told_on is not None and each.told_on <= period.last


def _served(each: Shortage, period: Period) -> bool:
    return each.served_in(period)


def _came_and_served(each: Shortage, period: Period) -> bool:
    return each.came_up(period) and each.served_by(period.last)


def _open(each: Shortage, period: Period) -> bool:
    return each.open_on(period.last)


def _count(key: str, label: str, definition: str, counts: Counts, kind: Kind = Kind.FLOW) -> Figure:
    return Figure(
        key=key,
        label=label,
        unit=N_("条"),
        definition=definition,
        clause="S0-8c",
        kind=kind,
        by=frozenset({"clinic", "drug"}),
        values=partial(_counted, counts=counts),
        behind=partial(_behind, counts=counts),
        explain=partial(_explain, definition=definition),
    )


def _by_record(ask: Ask, of: Callable[[Shortage], int | None]) -> Values:
    """Return what each shortage of the period's list says; they do not add up."""
    if not ask.by:
        return {}
    found = ((each.id, of(each)) for each in _in_question(ask.readings, ask.period))
    return {key: value for key, value in found if value is not None}


def _needed_behind(ask: Ask, row: str) -> Behind:
    table = ask.readings.records.table("shortages").c
    return Behind("shortages", (table.id == bytes.fromhex(row),), adds="needed")


def _wait(ask: Ask) -> Values:
    """Return the days that the shortages served in the period took all together."""
    last = ask.period.last
    return {
        row: sum(each.days_open(last) for each in found)
        for row, found in _chosen(ask, _served).items()
    }


def _days(ask: Ask) -> ColumnElement[int]:
    """Return the days from the report to the end, or to the period's last day."""
    table = ask.readings.records.table("shortages").c
    last = ask.period.last.isoformat()
    settled = case((table.resolved_on <= ask.period.last, table.resolved_on), else_=last)
    days = func.julianday(settled, type_=Float) - func.julianday(table.reported_on, type_=Float)
    return cast(days, Integer)


def _wait_behind(ask: Ask, row: str) -> Behind:
    return replace(_behind(ask, row, _served), worth=_days(ask))


def _days_behind(ask: Ask, row: str) -> Behind:
    table = ask.readings.records.table("shortages").c
    return Behind("shortages", (table.id == bytes.fromhex(row),), worth=_days(ask))


def _mean_wait(ask: Ask) -> Values:
    days = ask.readings.values(find_figure("shortages.wait_days"), ask)
    served = ask.readings.values(find_figure("shortages.served"), ask)
    count = served.get(WHOLE, 0)
    if not count:
        return {}
    return {WHOLE: (2 * days[WHOLE] * _HUNDREDTHS + count) // (2 * count)}


declare(
    _count(
        "shortages.opened",
        N_("新登记短缺"),
        N_("登记日期在期内的短缺药品条数。"),
        _came_up,
    ),
    _count(
        "shortages.told",
        N_("其中：已上报县级"),
        N_("期内登记、期末前已上报县级的短缺药品条数。"),
        _told,
    ),
    _count(
        "shortages.served",
        N_("已保障供应"),
        N_("解决日期在期内，以县级配送、调剂或替代药品解决的短缺药品条数，不论何时登记。"),
        _served,
    ),
    _count(
        "shortages.opened_served",
        N_("新登记短缺中已保障供应"),
        N_("期内登记并在期末前以县级配送、调剂或替代药品解决的短缺药品条数。"),
        _came_and_served,
    ),
    _count(
        "shortages.open",
        N_("期末未解决短缺"),
        N_("登记日期不晚于期末、到期末尚未解决的短缺药品条数。"),
        _open,
        Kind.STOCK,
    ),
    Figure(
        key="shortages.served_share",
        label=N_("短缺药品保障率"),
        unit=N_("%"),
        definition=N_("新登记短缺中已保障供应的条数 ÷ 新登记短缺条数。"),
        clause="S0-8c",
        shape=Shape.RATE,
        by=frozenset({"clinic", "drug"}),
        values=rate("shortages.opened_served", "shortages.opened"),
        numerator="shortages.opened_served",
        denominator="shortages.opened",
    ),
    Figure(
        key="shortages.wait_days",
        label=N_("短缺解决用时合计"),
        unit=N_("天"),
        definition=N_("期内已保障供应的各条短缺从登记到解决的天数之和。"),
        clause="S0-8c",
        values=_wait,
        behind=_wait_behind,
    ),
    Figure(
        key="shortages.mean_wait",
        label=N_("短缺解决平均用时"),
        unit=N_("天"),
        definition=N_("短缺解决用时合计 ÷ 期内已保障供应的条数。"),
        clause="S0-8c",
        shape=Shape.AVERAGE,
        values=_mean_wait,
        numerator="shortages.wait_days",
        denominator="shortages.served",
    ),
    Figure(
        key="shortages.needed",
        label=N_("需求数量"),
        unit="",
        definition=N_("该条短缺登记的需求数量；不同药品不相加。"),
        clause="S0-8c",
        by=frozenset({"shortage"}),
        rows_only=True,
        values=lambda ask: _by_record(ask, lambda each: each.needed),
        behind=_needed_behind,
    ),
    Figure(
        key="shortages.days_open",
        label=N_("短缺持续天数"),
        unit=N_("天"),
        definition=N_("该条短缺从登记到解决的天数；未解决的算到期末。"),
        clause="S0-8c",
        kind=Kind.STOCK,
        by=frozenset({"shortage"}),
        rows_only=True,
        values=lambda ask: _by_record(ask, lambda each: each.days_open(ask.period.last)),
        behind=_days_behind,
    ),
)
