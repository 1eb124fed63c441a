"""The villages' share of public-health work (S1-6.1e: 45 %, then 50 %), in equivalents."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, or_

from desktop.services.figures.catalogue import (
    WHOLE,
    Ask,
    Behind,
    Figure,
    Kind,
    Shape,
    Values,
    declare,
    rate,
)
from desktop.services.figures.dimensions import Dimension, DimensionRow, declare_dimension
from desktop.services.figures.readings import Readings
from desktop.services.performance.village_share import ItemShare, village_share
from desktop.services.periods import WEEK, Period
from desktop.text import N_, _


def _items(readings: Readings, period: Period) -> tuple[ItemShare, ...]:
    return () if period.kind == WEEK else village_share(readings.records, period).items


def _known(ask: Ask) -> dict[str, tuple[int, int]]:
    """Return by item the villages' work and all of it, in hundredths of an equivalent."""
    made: dict[str, tuple[int, int]] = {}
    for each in ask.readings.once(_items, ask.period):
        if each.percent is None:
            continue
        village, total = made.get(each.item, (0, 0))
        made[each.item] = (
            village + int(each.weight * 100) * (each.village or 0),
            total + int(each.weight * 100) * (each.total or 0),
        )
    return made


def _side(at: int) -> Callable[[Ask], Values]:
    """Return the villages' work (0) or all of it (1)."""

    def values(ask: Ask) -> Values:
        known = {item: both[at] for item, both in _known(ask).items()}
        if ask.by:
            return known
        return {WHOLE: sum(known.values())} if known else {}

    return values


def _rows(readings: Readings, period: Period) -> list[DimensionRow]:
    found = dict.fromkeys(each.item for each in readings.once(_items, period))
    return [DimensionRow(item, _(item), record=False) for item in found]


declare_dimension(Dimension("work_item", N_("公卫项目"), _rows))


def _total_behind(ask: Ask, row: str) -> Behind:
    """Return the items whose work is known on both sides, each worth its equivalents."""
    table = ask.readings.records.table("workloads").c
    found = ask.readings.once(_items, ask.period)
    computed = {each.item for each in found if each.computed and row in (WHOLE, each.item)}
    conditions = [
        table.period == ask.period.key,
        table.total != 0,
        or_(table.village.is_not(None), table.item.in_(sorted(computed))),
    ]
    if row:
        conditions.append(func.coalesce(table.item, "") == row)
    worth = func.coalesce(table.weight, 100) * table.total
    return Behind("workloads", tuple(conditions), worth=worth)


declare(
    Figure(
        key="public_health.village_work",
        label=N_("村级承担公卫工作量"),
        unit=N_("当量"),
        definition=N_(
            "本期公卫任务分配中村级承担量乘当量之和；未填的取村卫生室月报中对应项目之和。"
        ),
        clause="S1-6.1e",
        kind=Kind.STOCK,
        shape=Shape.AVERAGE,
        by=frozenset({"work_item"}),
        values=_side(0),
    ),
    Figure(
        key="public_health.work",
        label=N_("公卫工作总量"),
        unit=N_("当量"),
        definition=N_("本期公卫任务分配中，总量与村级承担量都已知的项目的任务总量乘当量之和。"),
        clause="S1-6.1e",
        kind=Kind.STOCK,
        shape=Shape.AVERAGE,
        by=frozenset({"work_item"}),
        values=_side(1),
        behind=_total_behind,
    ),
    Figure(
        key="public_health.village_share",
        label=N_("村卫生室承担公卫任务比例"),
        unit=N_("%"),
        definition=N_("村级承担公卫工作量 ÷ 公卫工作总量；要求见政策参数 ph.village_share。"),
        clause="S1-6.1e",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        by=frozenset({"work_item"}),
        values=rate("public_health.village_work", "public_health.work"),
        numerator="public_health.village_work",
        denominator="public_health.work",
    ),
)
