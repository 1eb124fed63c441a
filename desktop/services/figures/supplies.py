"""Fever-room supplies: reserve, stock, use and the days they will do (S0-13b, facts e).

Any period can be asked, the week as well as the month: daily use is what went out in the period
by its days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from sqlalchemy import ColumnElement, func

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
from desktop.services.figures.movements import ISSUED, LOST, RECEIVED
from desktop.services.figures.readings import Readings
from desktop.services.figures.spans import Span
from desktop.services.figures.supply_rows import (
    items,
    items_of,
    moved,
    moved_within,
    stock,
    stock_at,
    stock_before,
)
from desktop.text import N_, _, in_a_row

RESERVE_DAYS = "supply.reserve_days"
NEAR_EXPIRY = "supply.near_expiry_days"

_TOLD = (RECEIVED, ISSUED)


def _other(kind: str) -> bool:
    return kind not in _TOLD


def _flow(ask: Ask, kind: str, sign: int) -> Values:
    if not ask.by:
        return {}
    found = moved(ask, (lambda each: each == kind) if kind else _other)
    return {key: sign * quantity for key, quantity in found.items()}


def _flow_behind(ask: Ask, row: str, kind: str, sign: int) -> Behind:
    table = ask.readings.records.table("supply_moves").c
    conditions = [
        table.supply_id == bytes.fromhex(row),
        table.moved_on.between(ask.period.first, ask.period.last),
        table.kind == kind if kind else func.coalesce(table.kind, "").not_in(_TOLD),
    ]
    return Behind("supply_moves", tuple(conditions), adds="quantity", sign=sign)


def _held(ask: Ask, *, before: bool) -> Values:
    if not ask.by:
        return {}
    return stock_before(ask) if before else stock(ask)


def _held_behind(ask: Ask, row: str, *, before: bool) -> Behind:
    table = ask.readings.records.table("supply_moves").c
    day = ask.period.first - timedelta(days=1) if before else ask.period.last
    conditions = table.supply_id == bytes.fromhex(row), table.moved_on <= day
    return Behind("supply_moves", conditions, adds="quantity")


# Days of cover


@dataclass(frozen=True)
class SupplyState:
    """A supply item on a day: what is there, what it should be, how long it lasts."""

    name: str
    stock: int
    reserve: int | None
    days: int | None

    @property
    def below(self) -> bool:
        """Say that less is there than the reserve."""
        return self.reserve is not None and self.stock < self.reserve


def lasting(readings: Readings, span: Span) -> dict[str, SupplyState]:
    """Return how long each item lasts at the use of some days; unknown ones are left out.

    An item of which nothing went out counts with its reserve by the reserve days of the policy.
    """
    first, last = span
    reserve_days = readings.records.policy(RESERVE_DAYS, last)
    gone = moved_within(readings, span, lambda kind: kind == ISSUED)
    made = {}
    for key, held in stock_at(readings, last).items():
        item, days = items_of(readings)[key], None
        if held <= 0:
            days = 0
        elif gone[key] < 0:
            days = held * ((last - first).days + 1) // -gone[key]
        elif item.reserve and reserve_days:
            days = int(held * reserve_days // item.reserve)
        made[key] = SupplyState(item.name, held, item.reserve, days)
    return made


def _days(ask: Ask) -> dict[str, int]:
    """Return for how many days each item will do."""
    found = lasting(ask.readings, (ask.period.first, ask.period.last))
    return {key: each.days for key, each in found.items() if each.days is not None}


def _cover(ask: Ask) -> Values:
    days = _days(ask)
    if ask.by:
        return days
    return {WHOLE: min(days.values())} if days else {}


def _explain_cover(ask: Ask, row: str) -> str:
    rule = _(
        "期末库存 ÷ 日均消耗；日均消耗为本期出库 ÷ 本期天数，本期无出库的按储备标准 ÷ 储备天数。"
    )
    days = _days(ask)
    if row or not days:
        return rule
    least = min(days.values())
    names = in_a_row(items(ask)[key].name for key, each in days.items() if each == least)
    return rule + _("最短：{names}。").format(names=names)


# Counts of items

Choosing = Callable[[Ask], list[str] | None]
"""The items that count at the end of a period; None where nothing is known."""


def _with_reserve(ask: Ask) -> list[str] | None:
    return [key for key in stock(ask) if items(ask)[key].reserve is not None] or None


def _compared_with_reserve(ask: Ask, *, below: bool) -> list[str] | None:
    found = _with_reserve(ask)
    if found is None:
        return None
    held, known = stock(ask), items(ask)
    return [key for key in found if (held[key] < (known[key].reserve or 0)) == below]


def _below(ask: Ask) -> list[str] | None:
    return _compared_with_reserve(ask, below=True)


def _met(ask: Ask) -> list[str] | None:
    return _compared_with_reserve(ask, below=False)


def _out(ask: Ask) -> list[str] | None:
    known = stock(ask)
    return [key for key, held in known.items() if held <= 0] if known else None


def _in_the_list(ask: Ask) -> list[str] | None:
    return list(items(ask)) or None


def _expiry(ask: Ask) -> dict[str, date]:
    """Return the nearest expiry of the items that are there."""
    days = {key: items(ask)[key].nearest_expiry for key, held in stock(ask).items() if held > 0}
    return {key: day for key, day in days.items() if day is not None}


def _expired(ask: Ask) -> list[str] | None:
    if not stock(ask):
        return None
    return [key for key, day in _expiry(ask).items() if day < ask.period.last]


def _near(ask: Ask) -> list[str] | None:
    warned = ask.readings.records.policy(NEAR_EXPIRY, ask.period.last)
    if warned is None or not stock(ask):
        return None
    last = ask.period.last
    until = last + timedelta(days=int(warned))
    return [key for key, day in _expiry(ask).items() if last <= day <= until]


def _counted(ask: Ask, choosing: Choosing) -> Values:
    found = choosing(ask)
    return {} if found is None else {WHOLE: len(found)}


def _chosen(ask: Ask, _row: str, choosing: Choosing) -> Behind:
    table = ask.readings.records.table("supplies").c
    keys = [bytes.fromhex(key) for key in choosing(ask) or ()]
    here: ColumnElement[bool] = table.id.in_(keys)
    return Behind("supplies", (here,))


def _explain(ask: Ask, _row: str, choosing: Choosing, definition: str) -> str:
    found = choosing(ask)
    if found is None:
        missing = _("截至 {day} 没有可用的物资台账、出入库记录或政策参数，故为空白。")
        return missing.format(day=ask.period.last.isoformat())
    names = in_a_row(items(ask)[key].name for key in found)
    named = choosing in (_below, _out, _expired, _near) and names
    return _(definition) + (_("有：{names}。").format(names=names) if named else "")


def _count(
    key: str, label: str, definition: str, choosing: Choosing, *, snapshot: bool = False
) -> Figure:
    return Figure(
        key=key,
        label=label,
        unit=N_("种"),
        definition=definition,
        clause="S0-13b",
        kind=Kind.STOCK,
        snapshot=snapshot,
        values=partial(_counted, choosing=choosing),
        behind=partial(_chosen, choosing=choosing),
        explain=partial(_explain, choosing=choosing, definition=definition),
    )


def _movement(key: str, label: str, definition: str, kind: str, sign: int) -> Figure:
    return Figure(
        key=key,
        label=label,
        unit="",
        definition=definition,
        clause="S0-13b",
        by=frozenset({"supply"}),
        rows_only=True,
        values=partial(_flow, kind=kind, sign=sign),
        behind=partial(_flow_behind, kind=kind, sign=sign),
    )


def _holding(key: str, label: str, definition: str, *, before: bool) -> Figure:
    return Figure(
        key=key,
        label=label,
        unit="",
        definition=definition,
        clause="S0-13b",
        kind=Kind.STOCK,
        by=frozenset({"supply"}),
        rows_only=True,
        values=partial(_held, before=before),
        behind=partial(_held_behind, before=before),
    )


def _reserves(ask: Ask) -> Values:
    listed = items(ask).items() if ask.by else ()
    return {key: item.reserve for key, item in listed if item.reserve is not None}


def _reserve_behind(ask: Ask, row: str) -> Behind:
    table = ask.readings.records.table("supplies").c
    return Behind("supplies", (table.id == bytes.fromhex(row),), adds="reserve")


declare(
    _count(
        "supplies.items",
        N_("应急物资种数"),
        N_("发热诊室物资台账中的物资种数；台账不留历史，以前各期取自当期报表。"),
        _in_the_list,
        snapshot=True,
    ),
    Figure(
        key="supplies.reserve",
        label=N_("储备标准"),
        unit="",
        definition=N_("物资台账中的储备标准；台账不留历史。"),
        clause="S0-13b",
        kind=Kind.STOCK,
        snapshot=True,
        by=frozenset({"supply"}),
        rows_only=True,
        values=_reserves,
        behind=_reserve_behind,
    ),
    _holding("supplies.opening", N_("期初库存"), N_("期初前一日各笔出入库之和。"), before=True),
    _movement("supplies.received", N_("本期入库"), N_("期内入库的数量。"), RECEIVED, 1),
    _movement("supplies.used", N_("本期消耗"), N_("期内出库的数量。"), ISSUED, -1),
    _movement("supplies.lost", N_("本期报损"), N_("期内报损的数量。"), LOST, -1),
    _movement(
        "supplies.other",
        N_("其他增减"),
        N_("期内入库、出库以外的增减，如期初、报损、退回、盘点、冲正。"),
        "",
        1,
    ),
    _holding("supplies.stock", N_("期末库存"), N_("期末各笔出入库之和。"), before=False),
    Figure(
        key="supplies.days_of_cover",
        label=N_("物资可用天数"),
        unit=N_("天"),
        definition=N_("期末库存 ÷ 日均消耗，全院取最短的物资。"),
        clause="facts e",
        kind=Kind.STOCK,
        by=frozenset({"supply"}),
        values=_cover,
        explain=_explain_cover,
    ),
    Figure(
        key="supplies.reserve_share",
        label=N_("储备达标率"),
        unit=N_("%"),
        definition=N_("期末库存 ÷ 储备标准。"),
        clause="S0-13b",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        by=frozenset({"supply"}),
        rows_only=True,
        values=rate("supplies.stock", "supplies.reserve"),
        numerator="supplies.stock",
        denominator="supplies.reserve",
    ),
    _count(
        "supplies.with_reserve",
        N_("有储备标准的物资"),
        N_("期末有出入库记录且定有储备标准的物资种数。"),
        _with_reserve,
    ),
    _count(
        "supplies.reserve_met",
        N_("达到储备标准的物资"),
        N_("期末库存不低于储备标准的物资种数。"),
        _met,
    ),
    _count(
        "supplies.below_reserve",
        N_("低于储备标准的物资"),
        N_("期末库存低于储备标准的物资种数。"),
        _below,
    ),
    Figure(
        key="supplies.reserve_met_share",
        label=N_("物资储备达标种数占比"),
        unit=N_("%"),
        definition=N_("达到储备标准的物资种数 ÷ 有储备标准的物资种数。"),
        clause="S0-13b",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        values=rate("supplies.reserve_met", "supplies.with_reserve"),
        numerator="supplies.reserve_met",
        denominator="supplies.with_reserve",
    ),
    _count("supplies.out", N_("无库存的物资"), N_("期末库存不大于零的物资种数。"), _out),
    _count(
        "supplies.near_expiry",
        N_("近效期物资"),
        N_("期末有库存、最近效期未过且在提醒天数内的物资种数。"),
        _near,
        snapshot=True,
    ),
    _count(
        "supplies.expired",
        N_("过期物资"),
        N_("期末有库存而最近效期已过的物资种数。"),
        _expired,
        snapshot=True,
    ),
)
