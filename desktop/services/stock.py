"""Drug lots and fever-room supplies on a day, from their ledgers (S4-9b, S0-13b)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, FromClause, Select, and_, bindparam, case, func, or_, select

from desktop.services.records import Records

OUTGOING = "出库"


@dataclass(frozen=True)
class DrugStock:
    """The drug stock on a day; ``near_expiry`` is None where no policy says what near means."""

    near_expiry: int | None
    expired: int
    out_of_stock: int
    out_of_stock_names: tuple[str, ...] = ()


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


def drug_stock_on(
    records: Records, days: list[date], near_days: int | None
) -> dict[date, DrugStock | None]:
    """Return the drug stock on several days; None for a day before the first movement.

    A drug is out of stock when it is in use and no lot of it is both present and in date.
    """
    balances = _lot_balances(records, days)
    held = records.rows(_lots(records.table("drug_stock")))
    drugs = records.rows(_drugs_in_use(records.table("drugs")))
    in_use = {bytes(row.id): row.name for row in drugs}
    made: dict[date, DrugStock | None] = {}
    for position, day in enumerate(days):
        if all(row[position] is None for row in balances.values()):
            made[day] = None
            continue
        present = [
            (lot.drug_id, lot.expires_on)
            for lot in held
            if (row := balances.get(bytes(lot.id))) is not None and (row[position] or 0) > 0
        ]
        usable = {bytes(drug) for drug, expires in present if expires is None or expires >= day}
        dates = [expires for _drug, expires in present if expires is not None]
        near = (
            None
            if near_days is None
            else sum(day <= expires <= day + timedelta(days=near_days) for expires in dates)
        )
        missing = [name for key, name in in_use.items() if key not in usable]
        made[day] = DrugStock(
            near, sum(expires < day for expires in dates), len(missing), tuple(missing)
        )
    return made


def _lot_balances(records: Records, days: list[date]) -> dict[bytes, tuple[int | None, ...]]:
    """Return the balance of every moved lot on each of the days; None before its first movement."""
    summed = _lot_sums(records.table("stock_moves"), len(days))
    bound = {f"day_{at}": day for at, day in enumerate(days)}
    return {bytes(row[0]): tuple(row[1:]) for row in records.rows(summed, **bound)}


@lru_cache(maxsize=8)
def _lots(drug_stock: FromClause) -> Select[Any, Any, Any]:
    lots = drug_stock.c
    return select(lots.id, lots.drug_id, lots.expires_on).where(lots.deleted_at.is_(None))


@lru_cache(maxsize=8)
def _drugs_in_use(drugs: FromClause) -> Select[Any, Any]:
    table = drugs.c
    in_use = or_(table.status.is_(None), table.status != "停用")
    return select(table.id, table.name).where(table.deleted_at.is_(None), in_use)


@lru_cache(maxsize=8)
def _lot_sums(stock_moves: FromClause, count: int) -> Select[*tuple[Any, ...]]:
    moves = stock_moves.c
    days = [bindparam(f"day_{at}", type_=Date) for at in range(count)]
    sums = (func.sum(case((moves.moved_on <= day, moves.quantity))) for day in days)
    return (
        select(moves.lot_id, *sums)
        .where(moves.deleted_at.is_(None), moves.lot_id.is_not(None))
        .group_by(moves.lot_id)
    )


def supplies_on(
    records: Records, spans: list[tuple[date, date]], reserve_days: Decimal | None
) -> dict[date, list[SupplyState]]:
    """Return each supply item at the end of each span of days, with the days its stock lasts.

    Daily use is what went out in the span, divided by its days; an item of which nothing went out
    counts with its reserve ÷ the reserve days of the policy (facts e). An item without a movement
    by then is not known yet and left out.
    """
    summed = _supply_sums(records.table("supply_moves"), len(spans))
    bound = {f"first_{at}": first for at, (first, _last) in enumerate(spans)}
    bound |= {f"last_{at}": last for at, (_first, last) in enumerate(spans)}
    balances = {bytes(row[0]): row[1:] for row in records.rows(summed, **bound)}
    items = records.rows(_supply_items(records.table("supplies")))
    made: dict[date, list[SupplyState]] = {}
    for position, (first, last) in enumerate(spans):
        states = made.setdefault(last, [])
        for item in items:
            row = balances.get(bytes(item.id))
            stock = None if row is None else row[2 * position]
            if row is None or stock is None:
                continue
            used = -int(row[2 * position + 1] or 0)
            span = (last - first).days + 1
            states.append(
                _state(item.name or "", item.reserve, int(stock), used, span, reserve_days)
            )
    return made


@lru_cache(maxsize=8)
def _supply_items(supplies: FromClause) -> Select[Any, Any, Any]:
    table = supplies.c
    return (
        select(table.id, table.name, table.reserve)
        .where(table.deleted_at.is_(None))
        .order_by(table.name)
    )


@lru_cache(maxsize=8)
def _supply_sums(supply_moves: FromClause, count: int) -> Select[*tuple[Any, ...]]:
    moves = supply_moves.c
    sums = []
    for at in range(count):
        first, last = (bindparam(f"{name}_{at}", type_=Date) for name in ("first", "last"))
        gone = and_(moves.kind == OUTGOING, moves.moved_on.between(first, last))
        sums.append(func.sum(case((moves.moved_on <= last, moves.quantity))))
        sums.append(func.sum(case((gone, moves.quantity))))
    return (
        select(moves.supply_id, *sums)
        .where(moves.deleted_at.is_(None), moves.supply_id.is_not(None))
        .group_by(moves.supply_id)
    )


def _state(
    name: str,
    reserve: int | None,
    stock: int,
    used: int,
    span: int,
    reserve_days: Decimal | None,
) -> SupplyState:
    if stock <= 0:
        return SupplyState(name, stock, reserve, 0)
    if used > 0:
        return SupplyState(name, stock, reserve, stock * span // used)
    if reserve and reserve_days:
        return SupplyState(name, stock, reserve, int(stock * reserve_days // reserve))
    return SupplyState(name, stock, reserve, None)
