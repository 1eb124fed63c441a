"""The drug stock on the last day of a period: lots, their expiry, value and gaps (S4-9b).

The ledger is summed up lot by lot for all compared days in one statement; which lots are expired,
near it, short or negative follows from that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, FromClause, Select, bindparam, case, func, select

from desktop.services.figures.catalogue import (
    WHOLE,
    Ask,
    Behind,
    Figure,
    Kind,
    Shape,
    Values,
    declare,
)
from desktop.services.figures.drug_rows import class_keys, class_of, drug_rows
from desktop.services.figures.movements import kept_by
from desktop.services.figures.readings import Readings
from desktop.text import N_, _

NEAR_EXPIRY = "drug.near_expiry_days"


class Lot(NamedTuple):
    """A lot on a day; ``quantity`` is what its movements by then come to."""

    id: bytes
    drug: str
    expires_on: date | None
    unit_price: int | None
    quantity: int

    @property
    def value(self) -> int | None:
        """Return what it is worth in 分; None without a price."""
        return None if self.unit_price is None else self.quantity * self.unit_price

    def usable(self, day: date) -> bool:
        """Say that it is there and not expired."""
        return self.quantity > 0 and (self.expires_on is None or self.expires_on >= day)


@lru_cache(maxsize=8)
def _lots(lots: FromClause) -> Select[Any, Any, Any, Any]:
    table = lots.c
    return select(table.id, table.drug_id, table.expires_on, table.unit_price).where(
        table.deleted_at.is_(None)
    )


@lru_cache(maxsize=8)
def _sums(moves: FromClause, count: int) -> Select[*tuple[Any, ...]]:
    table = moves.c
    days = (bindparam(f"day_{at}", type_=Date) for at in range(count))
    sums = (func.sum(case((table.moved_on <= day, table.quantity))) for day in days)
    return (
        select(table.lot_id, *sums)
        .where(table.deleted_at.is_(None), table.lot_id.is_not(None))
        .group_by(table.lot_id)
    )


def _days(readings: Readings, day: date) -> tuple[date, ...]:
    """Return the days whose balances are read together: what opening stocks carry over as well."""
    periods = readings.compared
    days = dict.fromkeys(each.last for each in (*periods, *(each.previous for each in periods)))
    return tuple(days) if day in days else (day,)


def _read(readings: Readings, days: tuple[date, ...]) -> list[tuple[Any, tuple[int | None, ...]]]:
    """Return the lots that moved, with what their movements by each day come to."""
    records = readings.records
    bound = {f"day_{at}": day for at, day in enumerate(days)}
    summed = records.rows(_sums(records.table("stock_moves"), len(days)), **bound)
    balances = {row[0]: row[1:] for row in summed}
    lots = records.rows(_lots(records.table("drug_stock")))
    return [(lot, balances[lot[0]]) for lot in lots if lot[0] in balances]


def _lots_at(readings: Readings, day: date) -> list[Lot]:
    days = _days(readings, day)
    at = days.index(day)
    names: dict[bytes | None, str] = {None: ""}
    made = []
    for (key, drug, expires_on, unit_price), balances in readings.once(_read, days):
        balance = balances[at]
        if balance is not None:
            if drug not in names:
                names[drug] = bytes(drug).hex()
            made.append(Lot(key, names[drug], expires_on, unit_price, int(balance)))
    return made


def lots_at(readings: Readings, day: date) -> list[Lot]:
    """Return the lots that had moved by a day."""
    return readings.once(_lots_at, day)


def lots_on(ask: Ask) -> list[Lot]:
    """Return the lots that had moved by the end of a period."""
    return lots_at(ask.readings, ask.period.last)


def _known(ask: Ask) -> bool:
    return kept_by(ask.readings, "stock_moves", ask.period.last)


def _row_of(ask: Ask, lot: Lot) -> str:
    return lot.drug if ask.by == "drug" else class_of(ask.readings, lot.drug)


def drugs_kept(ask: Ask) -> set[str]:
    """Return the drugs of the catalogue that had moved by the end of a period."""
    known = drug_rows(ask.readings)
    return {lot.drug for lot in lots_on(ask) if lot.drug in known}


def _rows(ask: Ask) -> Iterable[str]:
    return drugs_kept(ask) if ask.by == "drug" else class_keys(ask.readings)


Chosen = Callable[[Readings, date], Callable[[Lot], bool] | None]
"""Which lots count on a day; None where nobody can say."""


def _all(_readings: Readings, _day: date) -> Callable[[Lot], bool]:
    return lambda _lot: True


def expired(_readings: Readings, day: date) -> Callable[[Lot], bool]:
    """Choose the lots that are there though their day has passed."""
    return lambda lot: lot.quantity > 0 and lot.expires_on is not None and lot.expires_on < day


def _negative(_readings: Readings, _day: date) -> Callable[[Lot], bool]:
    return lambda lot: lot.quantity < 0


def _near_days(readings: Readings, day: date) -> int | None:
    days = readings.records.policy(NEAR_EXPIRY, day)
    return None if days is None else int(days)


def near(readings: Readings, day: date) -> Callable[[Lot], bool] | None:
    """Choose the lots that are there, not expired, and will be within the policy's days."""
    days = _near_days(readings, day)
    if days is None:
        return None
    until = day + timedelta(days=days)
    return lambda lot: (
        lot.quantity > 0 and lot.expires_on is not None and day <= lot.expires_on <= until
    )


def _fitting(readings: Readings, chosen: Chosen, day: date) -> list[Lot] | None:
    fits = chosen(readings, day)
    if fits is None or not kept_by(readings, "stock_moves", day):
        return None
    return list(filter(fits, lots_at(readings, day)))


def chosen_at(readings: Readings, chosen: Chosen, day: date) -> list[Lot] | None:
    """Return the lots that count on a day; None where the stock or the rule is not known."""
    return readings.once(_fitting, chosen, day)


def _chosen_lots(ask: Ask, chosen: Chosen) -> dict[str, list[Lot]]:
    """Return the lots that count by row; nothing where the stock or the rule is not known."""
    found = chosen_at(ask.readings, chosen, ask.period.last)
    if found is None:
        return {}
    if not ask.by:
        return {WHOLE: found}
    made: dict[str, list[Lot]] = {row: [] for row in _rows(ask)}
    for lot in found:
        row = _row_of(ask, lot)
        if row in made:
            made[row].append(lot)
    return made


def _counted(ask: Ask, chosen: Chosen) -> Values:
    return {row: len(lots) for row, lots in _chosen_lots(ask, chosen).items()}


def _worth(ask: Ask, chosen: Chosen) -> Values:
    """Return the value by row; not known where there are lots and none of them has a price."""
    made = {}
    for row, lots in _chosen_lots(ask, chosen).items():
        priced = [lot.value for lot in lots if lot.value is not None]
        if priced or not lots:
            made[row] = sum(priced)
    return made


def _quantity(ask: Ask) -> Values:
    if not ask.by:
        return {}
    return {row: sum(lot.quantity for lot in lots) for row, lots in _chosen_lots(ask, _all).items()}


# The records behind


def _balance(ask: Ask, lot: Any) -> ColumnElement[int]:
    move = ask.readings.records.table("stock_moves").c
    return (
        select(func.sum(move.quantity))
        .where(move.lot_id == lot.id, move.deleted_at.is_(None), move.moved_on <= ask.period.last)
        .scalar_subquery()
    )


def _behind(ask: Ask, row: str, chosen: Chosen, worth: str = "") -> Behind:
    lot = ask.readings.records.table("drug_stock").c
    ids = [each.id for each in _chosen_lots(ask, chosen).get(row, ())]
    balance = _balance(ask, lot)
    worths = {"": None, "quantity": balance, "value": balance * lot.unit_price}
    return Behind("drug_stock", (lot.id.in_(ids),), worth=worths[worth])


def _unknown(ask: Ask) -> str:
    return _("截至 {day} 没有出入库记录，故为空白。").format(day=ask.period.last.isoformat())


def _explain(ask: Ask, _row: str, definition: str) -> str:
    return _(definition) if _known(ask) else _unknown(ask)


def _explain_near(ask: Ask, _row: str) -> str:
    days = _near_days(ask.readings, ask.period.last)
    if days is None:
        return _("缺政策参数“药品近效期提醒天数”。")
    sentence = _("{day} 有库存、未过期且 {days} 天内到期的批次。").format(
        day=ask.period.last.isoformat(), days=days
    )
    return sentence if _known(ask) else _unknown(ask)


def _lots_figure(key: str, label: str, definition: str, chosen: Chosen, *, money: bool) -> Figure:
    how = _explain_near if chosen is near else partial(_explain, definition=definition)
    return Figure(
        key=key,
        label=label,
        unit=N_("元") if money else N_("批"),
        definition=definition,
        clause="S4-9b",
        kind=Kind.STOCK,
        shape=Shape.MONEY if money else Shape.COUNT,
        by=frozenset({"drug", "drug_class"}),
        values=partial(_worth if money else _counted, chosen=chosen),
        behind=partial(_behind, chosen=chosen, worth="value" if money else ""),
        explain=how,
    )


declare(
    _lots_figure(
        "drugs.lots_near_expiry",
        N_("近效期批次"),
        N_("期末有库存、未过期且在近效期提醒天数内到期的批次数。"),
        near,
        money=False,
    ),
    _lots_figure(
        "drugs.near_expiry_value",
        N_("近效期药品金额"),
        N_("期末近效期批次的库存 × 批次单价之和，没有单价的批次未计。"),
        near,
        money=True,
    ),
    _lots_figure(
        "drugs.lots_expired",
        N_("已过期未处理批次"),
        N_("期末有库存而已过有效期的批次数。"),
        expired,
        money=False,
    ),
    _lots_figure(
        "drugs.expired_value",
        N_("过期药品金额"),
        N_("期末有库存而已过有效期的批次的库存 × 批次单价之和，没有单价的批次未计。"),
        expired,
        money=True,
    ),
    _lots_figure(
        "drugs.lots_negative",
        N_("账面为负的批次"),
        N_("期末出库多于入库、账面库存小于零的批次数，需核对。"),
        _negative,
        money=False,
    ),
    _lots_figure(
        "drugs.stock_value",
        N_("期末药品库存金额"),
        N_("期末各批次账面库存 × 批次单价之和；账面为负的批次照减，没有单价的批次未计。"),
        _all,
        money=True,
    ),
    Figure(
        key="drugs.stock",
        label=N_("期末库存数量"),
        unit="",
        definition=N_("期末各批次账面库存之和，按药品目录的计量单位；不同药品不相加。"),
        clause="S4-9b",
        kind=Kind.STOCK,
        by=frozenset({"drug"}),
        rows_only=True,
        values=_quantity,
        behind=partial(_behind, chosen=_all, worth="quantity"),
    ),
)
