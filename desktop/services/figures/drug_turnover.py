"""Drugs bought, issued and lost in a period, from the ledger at the price of each lot (S4-9b).

A lot without a price counts with its quantity but not with its value; the explanation tells how
many movements that leaves out. Where no movement of a period has a price its value is not known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Select, and_, bindparam, func, select

from desktop.services.figures.catalogue import (
    WHOLE,
    Ask,
    Behind,
    Figure,
    Shape,
    Values,
    declare,
    rate,
)
from desktop.services.figures.dimensions import find_dimension
from desktop.services.figures.drug_lots import drugs_kept
from desktop.services.figures.drug_rows import UNKNOWN, class_keys, of_class
from desktop.services.figures.movements import (
    ISSUED,
    LOST,
    RECEIVED,
    bounds,
    kept_by,
    which_period,
)
from desktop.services.figures.readings import Readings
from desktop.services.figures.spans import compared, together
from desktop.services.periods import Period
from desktop.text import N_, _

_SIGNS = {RECEIVED: 1, ISSUED: -1, LOST: -1}


@dataclass
class Turnover:
    """What moved: quantity, value in 分 where a price is known, and how many have none."""

    quantity: int = 0
    value: int | None = None
    moves: int = 0
    unpriced: int = 0

    def add(self, row: Any, sign: int) -> None:
        """Add what one row of the statement says."""
        self.quantity += sign * int(row.quantity or 0)
        if row.value is not None:
            self.value = (self.value or 0) + sign * int(row.value)
        self.moves += int(row.moves)
        self.unpriced += int(row.unpriced)

    @property
    def worth(self) -> int | None:
        """Return the value: nothing moved is worth nothing, nothing priced is not known."""
        return self.value if self.moves else 0


_GROUPED = {"": "drug_class", "drug_class": "drug_class", "drug": "drug", "clinic": "clinic"}
"""By what the statement groups, for each way a figure is asked."""


@lru_cache(maxsize=32)
def _summing(
    moves: FromClause, lots: FromClause, drugs: FromClause, count: int, grouped: str
) -> Select[*tuple[Any, ...]]:
    """Return the sums by period, kind and row; building it takes as long as running it."""
    move, lot, drug = moves.c, lots.c, drugs.c
    period = which_period(move.moved_on, count)
    row = {"drug_class": drug.drug_class, "drug": drug.id, "clinic": move.clinic_id}[grouped]
    for_clinic = move.clinic_id.is_not(None)
    return (
        select(
            row.label("row"),
            drug.essential,
            for_clinic.label("for_clinic"),
            move.kind,
            period.label("period"),
            func.sum(move.quantity).label("quantity"),
            func.sum(move.quantity * lot.unit_price).label("value"),
            func.count(move.quantity).label("moves"),
            func.count(move.quantity).filter(lot.unit_price.is_(None)).label("unpriced"),
        )
        .select_from(moves)
        .join(lots, and_(lot.id == move.lot_id, lot.deleted_at.is_(None)))
        .outerjoin(drugs, and_(drug.id == lot.drug_id, drug.deleted_at.is_(None)))
        .where(
            move.deleted_at.is_(None),
            move.moved_on.between(bindparam("since", type_=Date), bindparam("until", type_=Date)),
            move.kind.in_(tuple(_SIGNS)),
        )
        .group_by(row, drug.essential, for_clinic, move.kind, period)
    )


def _read(readings: Readings, periods: tuple[Period, ...], grouped: str) -> dict[str, list[Any]]:
    """Return the sums by the period's key."""
    records = readings.records
    tables = (records.table(key) for key in ("stock_moves", "drug_stock", "drugs"))
    bound = bounds([(each.first, each.last) for each in periods])
    made = defaultdict(list)
    for row in records.rows(_summing(*tables, len(periods), grouped), **bound):
        if row.period is not None:
            made[periods[row.period].key].append(row)
    return made


@dataclass(frozen=True)
class _Asked:
    """One kind of movement; of essential drugs alone, or for village clinics alone."""

    kind: str
    essential: bool = False
    for_clinics: bool = False

    def fits(self, row: Any) -> bool:
        """Say that a row of the statement is asked for."""
        return (
            row.kind == self.kind
            and (bool(row.essential) or not self.essential)
            and (bool(row.for_clinic) or not self.for_clinics)
        )


def _turnover(ask: Ask, asked: _Asked) -> dict[str, Turnover]:
    """Return what moved by row; nothing before the ledger begins."""
    if not kept_by(ask.readings, "stock_moves", ask.period.last):
        return {}
    made = {row: Turnover() for row in _rows(ask)}
    # A table shows no year so far: what has many rows is read for what is compared alone.
    wide = ask.by in ("drug", "clinic")
    periods = (compared if wide else together)(ask.readings, ask.period)
    sums = ask.readings.once(_read, periods, _GROUPED[ask.by])
    for row in sums.get(ask.period.key, ()):
        key = _row_key(ask.by, row.row)
        if key in made and asked.fits(row):
            made[key].add(row, _SIGNS[asked.kind])
    return made


def _row_key(by: str, value: Any) -> str:
    if not by:
        return WHOLE
    if by == "drug_class":
        return value or UNKNOWN
    return "" if value is None else bytes(value).hex()


def _rows(ask: Ask) -> Iterable[str]:
    """Return the rows of which something is known in a period."""
    if not ask.by:
        return (WHOLE,)
    if ask.by == "drug_class":
        return class_keys(ask.readings)
    if ask.by == "drug":
        return drugs_kept(ask)
    rows = find_dimension("clinic").rows(ask.readings, ask.period)
    return [each.key for each in rows]


def _values(ask: Ask, asked: _Asked) -> Values:
    found = ((row, each.worth) for row, each in _turnover(ask, asked).items())
    return {row: worth for row, worth in found if worth is not None}


def _quantities(ask: Ask, asked: _Asked) -> Values:
    if not ask.by:
        return {}
    return {row: each.quantity for row, each in _turnover(ask, asked).items()}


# The records behind


def _price(ask: Ask, move: Any) -> Any:
    lot = ask.readings.records.table("drug_stock").c
    return select(lot.unit_price).where(lot.id == move.lot_id).scalar_subquery()


def _conditions(ask: Ask, row: str, asked: _Asked) -> tuple[ColumnElement[bool], ...]:
    records = ask.readings.records
    move = records.table("stock_moves").c
    lot, drug = records.table("drug_stock").c, records.table("drugs").c
    lots = select(lot.id).where(lot.deleted_at.is_(None))
    of_drug = drug.deleted_at.is_(None), drug.id == lot.drug_id
    if asked.essential:
        lots = lots.where(select(drug.id).where(*of_drug, drug.essential.is_(True)).exists())
    if ask.by == "drug":
        lots = lots.where(lot.drug_id == bytes.fromhex(row))
    elif row == UNKNOWN:
        named = func.coalesce(drug.drug_class, "") != ""
        lots = lots.where(~select(drug.id).where(*of_drug, named).exists())
    elif ask.by == "drug_class":
        lots = lots.where(select(drug.id).where(*of_drug, *of_class(drug, row)).exists())
    made = [
        move.kind == asked.kind,
        move.moved_on.between(ask.period.first, ask.period.last),
        move.lot_id.in_(lots),
    ]
    if ask.by == "clinic":
        made.append(move.clinic_id == bytes.fromhex(row))
    elif asked.for_clinics:
        made.append(move.clinic_id.is_not(None))
    return tuple(made)


def _behind_value(ask: Ask, row: str, asked: _Asked) -> Behind:
    move = ask.readings.records.table("stock_moves").c
    worth = move.quantity * _price(ask, move)
    sign = _SIGNS[asked.kind]
    return Behind("stock_moves", _conditions(ask, row, asked), sign=sign, worth=worth)


def _behind_quantity(ask: Ask, row: str, asked: _Asked) -> Behind:
    sign = _SIGNS[asked.kind]
    return Behind("stock_moves", _conditions(ask, row, asked), adds="quantity", sign=sign)


def _explain(ask: Ask, row: str, asked: _Asked, definition: str) -> str:
    found = _turnover(ask, asked).get(row)
    if found is None:
        return _("截至 {day} 没有出入库记录，故为空白。").format(day=ask.period.last.isoformat())
    if not found.unpriced:
        return _(definition)
    return _(definition) + _("其中 {count} 笔的批次没有单价，未计金额。").format(
        count=found.unpriced
    )


def _money(key: str, label: str, definition: str, asked: _Asked, *by: str) -> Figure:
    return Figure(
        key=key,
        label=label,
        unit=N_("元"),
        definition=definition,
        clause="S0-8b" if asked.essential else "S4-9b",
        shape=Shape.MONEY,
        by=frozenset(by),
        values=partial(_values, asked=asked),
        behind=partial(_behind_value, asked=asked),
        explain=partial(_explain, asked=asked, definition=definition),
    )


def _pieces(key: str, label: str, definition: str, kind: str) -> Figure:
    """Return a figure of quantities: those of different drugs do not add up."""
    asked = _Asked(kind)
    return Figure(
        key=key,
        label=label,
        unit="",
        definition=definition,
        clause="S4-9b",
        by=frozenset({"drug"}),
        rows_only=True,
        values=partial(_quantities, asked=asked),
        behind=partial(_behind_quantity, asked=asked),
    )


def _share(key: str, label: str, definition: str, numerator: str, denominator: str) -> Figure:
    return Figure(
        key=key,
        label=label,
        unit=N_("%"),
        definition=definition,
        clause="S0-8b",
        shape=Shape.RATE,
        by=frozenset({"drug_class"}),
        values=rate(numerator, denominator),
        numerator=numerator,
        denominator=denominator,
    )


declare(
    _money(
        "drugs.purchased_value",
        N_("药品采购金额"),
        N_("期内入库的数量 × 批次单价之和。"),
        _Asked(RECEIVED),
        "drug",
        "drug_class",
    ),
    _money(
        "drugs.essential_purchased_value",
        N_("基本药物采购金额"),
        N_("期内国家基本药物入库的数量 × 批次单价之和。"),
        _Asked(RECEIVED, essential=True),
        "drug_class",
    ),
    _share(
        "drugs.essential_purchase_share",
        N_("基本药物采购金额占比"),
        N_("基本药物采购金额 ÷ 药品采购金额。"),
        "drugs.essential_purchased_value",
        "drugs.purchased_value",
    ),
    _money(
        "drugs.used_value",
        N_("药品使用金额"),
        N_("期内出库（含下发村卫生室）的数量 × 批次单价之和。"),
        _Asked(ISSUED),
        "drug",
        "drug_class",
    ),
    _money(
        "drugs.essential_used_value",
        N_("基本药物使用金额"),
        N_("期内国家基本药物出库的数量 × 批次单价之和。"),
        _Asked(ISSUED, essential=True),
        "drug_class",
    ),
    _share(
        "drugs.essential_use_share",
        N_("基本药物使用金额占比"),
        N_("基本药物使用金额 ÷ 药品使用金额。"),
        "drugs.essential_used_value",
        "drugs.used_value",
    ),
    _money(
        "drugs.clinic_value",
        N_("下发村卫生室药品金额"),
        N_("期内注明领用卫生室的出库数量 × 批次单价之和。"),
        _Asked(ISSUED, for_clinics=True),
        "clinic",
    ),
    _money(
        "drugs.lost_value",
        N_("药品报损金额"),
        N_("期内报损的数量 × 批次单价之和。"),
        _Asked(LOST),
        "drug",
        "drug_class",
    ),
    _pieces(
        "drugs.purchased",
        N_("入库数量"),
        N_("期内入库的数量，按药品目录的计量单位；不同药品不相加。"),
        RECEIVED,
    ),
    _pieces(
        "drugs.used",
        N_("出库数量"),
        N_("期内出库的数量，按药品目录的计量单位；不同药品不相加。"),
        ISSUED,
    ),
)
