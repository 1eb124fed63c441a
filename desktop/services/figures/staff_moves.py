"""Comings and goings of staff in a period (S2-6c), those up to the lead hospital apart (S0-6c)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, select

from desktop.models.registers.staff_moves import FIELDS, INFLOW, OUTFLOW, WITHIN, StaffMove
from desktop.services.figures.catalogue import WHOLE, Ask, Behind, Figure, Values, declare
from desktop.services.figures.dimensions import Dimension, DimensionRow, declare_dimension
from desktop.services.figures.readings import Readings
from desktop.services.figures.spans import spans, together, within
from desktop.services.periods import Period
from desktop.text import N_, _

BLANK = "blank"
"""The row of moves without a kind."""

_KINDS = tuple(
    choice.value for field in FIELDS if field.column is StaffMove.kind for choice in field.choices
)


@lru_cache(maxsize=8)
def _first(moves: FromClause) -> Select[Any]:
    return select(func.min(moves.c.moved_on)).where(moves.c.deleted_at.is_(None))


def _begins(readings: Readings) -> date | None:
    found: date | None = readings.records.one(_first(readings.records.table("staff_moves")))[0]
    return found


def _read(readings: Readings, periods: tuple[Period, ...]) -> list[Any]:
    """Return how many moved by day, direction, kind and where to."""
    table = readings.records.table("staff_moves").c
    grouped = (table.moved_on, table.direction, table.kind, table.to_unit)
    asked = (
        select(*grouped, func.count())
        .where(table.deleted_at.is_(None), within(table.moved_on, spans(periods)))
        .group_by(*grouped)
    )
    return list(readings.records.rows(asked))


@lru_cache(maxsize=8)
def _lead(centres: FromClause) -> Select[Any]:
    return select(func.max(centres.c.lead_hospital)).where(centres.c.deleted_at.is_(None))


def _lead_hospital(readings: Readings) -> str:
    return readings.records.one(_lead(readings.records.table("centre")))[0] or ""


@lru_cache(maxsize=8)
def _kinds_used(moves: FromClause) -> Select[Any]:
    return select(moves.c.kind).where(moves.c.deleted_at.is_(None)).distinct()


def _kind_keys(readings: Readings) -> list[str]:
    used = {
        row[0] for row in readings.records.rows(_kinds_used(readings.records.table("staff_moves")))
    }
    others = sorted(each for each in used if each and each not in _KINDS)
    return [*_KINDS, *others, *([BLANK] if used & {None, ""} else [])]


def _list(readings: Readings, _period: Period) -> list[DimensionRow]:
    return [
        DimensionRow(key, _("未填写") if key == BLANK else _(key), record=False)
        for key in readings.once(_kind_keys)
    ]


declare_dimension(Dimension("move_kind", N_("变动类别"), _list))


@dataclass(frozen=True)
class _Asked:
    """One direction; those to the lead hospital alone."""

    direction: str
    to_lead: bool = False


def _values(ask: Ask, asked: _Asked) -> Values:
    first = ask.readings.once(_begins)
    lead = ask.readings.once(_lead_hospital) if asked.to_lead else ""
    if first is None or first > ask.period.last or (asked.to_lead and not lead):
        return {}
    made = Counter(dict.fromkeys(ask.readings.once(_kind_keys) if ask.by else [WHOLE], 0))
    for day, direction, kind, to_unit, count in ask.readings.once(
        _read, together(ask.readings, ask.period)
    ):
        inside = ask.period.first <= day <= ask.period.last
        if inside and direction == asked.direction and (not lead or to_unit == lead):
            made[(kind or BLANK) if ask.by else WHOLE] += count
    return made


def _behind(ask: Ask, row: str, asked: _Asked) -> Behind:
    table = ask.readings.records.table("staff_moves").c
    conditions: list[ColumnElement[bool]] = [
        table.direction == asked.direction,
        table.moved_on.between(ask.period.first, ask.period.last),
    ]
    if row:
        conditions.append(func.coalesce(table.kind, "") == ("" if row == BLANK else row))
    if asked.to_lead:
        conditions.append(table.to_unit == ask.readings.once(_lead_hospital))
    return Behind("staff_moves", tuple(conditions))


def _explain(ask: Ask, _row: str, asked: _Asked, definition: str) -> str:
    if asked.to_lead and not ask.readings.once(_lead_hospital):
        return _("缺牵头医院名称：请在“本机构”中填写。")
    first = ask.readings.once(_begins)
    if first is None or first > ask.period.last:
        return _("截至 {day} 没有人员变动登记，故为空白。").format(day=ask.period.last.isoformat())
    return _(definition)


def _moves(
    key: str, label: str, definition: str, direction: str, *, to_lead: bool = False
) -> Figure:
    asked = _Asked(direction, to_lead)
    return Figure(
        key=key,
        label=label,
        unit=N_("人"),
        definition=definition,
        clause="S0-6c" if to_lead else "S2-6c",
        by=frozenset({"move_kind"}),
        values=partial(_values, asked=asked),
        behind=partial(_behind, asked=asked),
        explain=partial(_explain, asked=asked, definition=definition),
    )


declare(
    _moves("staff.moved_in", N_("流入人员"), N_("变动日期在期内、方向为流入的人次。"), INFLOW),
    _moves("staff.moved_out", N_("流出人员"), N_("变动日期在期内、方向为流出的人次。"), OUTFLOW),
    _moves("staff.moved_within", N_("院内调整"), N_("变动日期在期内、方向为院内的人次。"), WITHIN),
    _moves(
        "staff.moved_to_lead",
        N_("其中：流向牵头医院"),
        N_("变动日期在期内、方向为流出且去何单位为本机构所登记牵头医院的人次。"),
        OUTFLOW,
        to_lead=True,
    ),
)
