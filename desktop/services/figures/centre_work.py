"""The centre's own visits, discharges and income, as filled in in its monthly return (facts a, d).

No register holds them; other returns, such as the consortium's indicators, need them again and
read them from the cells of the medical services return, so that nobody types them twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import FromClause, Select, bindparam, select

from desktop.models.registers.return_cells import FILLED
from desktop.models.registers.returns import SETTLED
from desktop.services.figures.catalogue import (
    WHOLE,
    Ask,
    Figure,
    Kind,
    Shape,
    Values,
    declare,
    rate,
)
from desktop.services.figures.readings import Readings
from desktop.services.figures.spans import months_of, together, whole_months
from desktop.text import N_, _

FORM = "medical_services_monthly"

Cells = dict[str, dict[str, int]]
"""What was filled in, by month and code."""


@lru_cache(maxsize=8)
def _returns(returns: FromClause) -> Select[*tuple[Any, ...]]:
    table = returns.c
    return (
        select(table.month, table.status, table.typed)
        .where(
            table.deleted_at.is_(None),
            table.form == FORM,
            table.month.in_(bindparam("months", expanding=True)),
        )
        .order_by(table.revision, table.id)
    )


@lru_cache(maxsize=8)
def _cells(cells: FromClause) -> Select[Any, Any, Any]:
    table = cells.c
    return (
        select(table.period, table.cell, table.value)
        .where(
            table.deleted_at.is_(None),
            table.form == FORM,
            table.kind == FILLED,
            table.period.in_(bindparam("months", expanding=True)),
        )
        .order_by(table.id)
    )


def _filled(readings: Readings, months: tuple[str, ...]) -> Cells:
    """Return what the months' returns say: the cells as they are now, else the return of then."""
    if not months:
        return {}
    records = readings.records
    best: dict[str, tuple[bool, str]] = {}
    for row in records.rows(_returns(records.table("returns")), months=months):
        settled = row.status in SETTLED
        if row.month not in best or settled or not best[row.month][0]:
            best[row.month] = settled, row.typed or "{}"
    made: Cells = {month: json.loads(typed) for month, (_settled, typed) in best.items()}
    for row in records.rows(_cells(records.table("return_cells")), months=months):
        held = made.setdefault(row.period, {})
        held.pop(row.cell, None)
        if row.value:
            held[row.cell] = int(row.value)
    return made


def _sum(needed: tuple[str, ...], more: tuple[str, ...] = ()) -> Callable[[Ask], Values]:
    """Return the sum of lines over the months in which all the needed ones were filled in."""

    def values(ask: Ask) -> Values:
        filled = ask.readings.once(_filled, months_of(together(ask.readings, ask.period)))
        found = [
            sum(cells.get(code, 0) for code in (*needed, *more))
            for month in whole_months(ask.period)
            if all(code in (cells := filled.get(month, {})) for code in needed)
        ]
        return {WHOLE: sum(found)} if found else {}

    return values


def _explain(codes: str) -> Callable[[Ask, str], str]:
    def explain(ask: Ask, _row: str) -> str:
        return _("取自 {period} 医疗服务月报填报的 {codes}；月报未填时空白。").format(
            period=ask.period.label, codes=codes
        )

    return explain


_DEFINITION = N_("医疗服务月报中填报的本院数，期间含几个月的为有数各月之和；月报未填时空白。")


def _figure(
    name: str,
    label: str,
    unit: str,
    needed: tuple[str, ...],
    more: tuple[str, ...] = (),
    shape: Shape = Shape.COUNT,
) -> Figure:
    return Figure(
        key=f"centre.{name}",
        label=label,
        unit=unit,
        definition=_DEFINITION,
        clause="facts a",
        shape=shape,
        values=_sum(needed, more),
        explain=_explain("＋".join((*needed, *more))),
    )


_PERSON_TIMES = N_("人次")

declare(
    _figure("visits", N_("本院诊疗人次"), _PERSON_TIMES, ("M11", "M12"), ("M13",)),
    _figure("tcm_visits", N_("本院中医诊疗人次"), _PERSON_TIMES, ("M17",)),
    _figure("discharges", N_("本院出院人数"), N_("人"), ("M31",)),
    _figure("referrals_up", N_("本院上转人次"), _PERSON_TIMES, ("M40",)),
    _figure("referrals_down", N_("下转接收人次"), _PERSON_TIMES, ("M41",)),
    _figure("outpatient_income", N_("本院门诊收入"), N_("元"), ("M51",), (), Shape.MONEY),
    _figure("drug_income", N_("本院门诊药品收入"), N_("元"), ("M52",), (), Shape.MONEY),
    _figure("inpatient_income", N_("本院住院收入"), N_("元"), ("M55",), (), Shape.MONEY),
)


# The centre with its village clinics: what the consortium looks at (S2-14j, S4-20a)


def _with_clinics(centre: str, clinics: str) -> Callable[[Ask], Values]:
    """Return centre and clinics together; blank where either is not known."""

    def values(ask: Ask) -> Values:
        from desktop.services.figures.catalogue import find_figure

        parts = [find_figure(key).of(ask) for key in (centre, clinics)]
        known = [each for each in parts if each is not None]
        return {WHOLE: sum(known)} if len(known) == len(parts) else {}

    return values


declare(
    Figure(
        key="base.visits",
        label=N_("基层诊疗人次"),
        unit=_PERSON_TIMES,
        definition=N_("本院诊疗人次与村卫生室诊疗人次之和；任一未报时空白。"),
        clause="S1-4; S4-20a",
        values=_with_clinics("centre.visits", "clinic.visits"),
    ),
    Figure(
        key="base.tcm_visits",
        label=N_("基层中医诊疗人次"),
        unit=_PERSON_TIMES,
        definition=N_("本院中医诊疗人次与村卫生室中医诊疗人次之和；任一未报时空白。"),
        clause="S2-14j",
        values=_with_clinics("centre.tcm_visits", "clinic.tcm_visits"),
    ),
    Figure(
        key="base.tcm_share",
        label=N_("基层中医诊疗量占比"),
        unit=N_("%"),
        definition=N_("基层中医诊疗人次 ÷ 基层诊疗人次。"),
        clause="S2-14j",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        values=rate("base.tcm_visits", "base.visits"),
        numerator="base.tcm_visits",
        denominator="base.visits",
    ),
    Figure(
        key="base.village_share",
        label=N_("村级诊疗人次占比"),
        unit=N_("%"),
        definition=N_("村卫生室诊疗人次 ÷ 基层诊疗人次。"),
        clause="S4-20a",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        values=rate("clinic.visits", "base.visits"),
        numerator="clinic.visits",
        denominator="base.visits",
    ),
)
