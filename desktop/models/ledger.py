"""Arithmetic of the two stock ledgers: a balance is the sum of movements, never a stored number."""

from __future__ import annotations

import calendar
from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.models.register import Register
from desktop.models.registers import find_register

OPENING, RECEIVED, ISSUED, LOST, COUNTED = "期初", "入库", "出库", "报损", "盘点"
"""Kinds of movements that other modules make."""

_ITEM_COLUMN = {"stock_moves": "lot_id", "supply_moves": "supply_id"}


def month_days(month: str) -> tuple[date, date]:
    """Return the first and the last day of a month ``YYYY-MM``."""
    year, number = int(month[:4]), int(month[5:7])
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def day_before(month: str) -> date:
    """Return the day before a month begins, on which its opening balance stands."""
    return month_days(month)[0] - timedelta(days=1)


def item_column(ledger: Register) -> str:
    """Return the key of the ledger's reference to what is moved."""
    return _ITEM_COLUMN[ledger.key]


def balances(session: Session, ledger_key: str, until: date | None = None) -> dict[bytes, int]:
    """Return the balance of every item of a ledger, up to and including a day."""
    ledger = find_register(ledger_key)
    table = ledger.table
    item = table.columns[item_column(ledger)]
    chosen = select(item, func.sum(table.c.quantity)).where(table.c.deleted_at.is_(None))
    if until is not None:
        chosen = chosen.where(table.c.moved_on <= until)
    return {row[0]: int(row[1] or 0) for row in session.execute(chosen.group_by(item)) if row[0]}


def month_sums(session: Session, ledger_key: str, month: str) -> dict[bytes, dict[str, int]]:
    """Return the sums of a month's movements by item and kind; issues are negative."""
    ledger = find_register(ledger_key)
    table = ledger.table
    item = table.columns[item_column(ledger)]
    first, last = month_days(month)
    chosen = (
        select(item, table.c.kind, func.sum(table.c.quantity))
        .where(table.c.deleted_at.is_(None), table.c.moved_on >= first, table.c.moved_on <= last)
        .group_by(item, table.c.kind)
    )
    sums: dict[bytes, dict[str, int]] = defaultdict(dict)
    for identity, kind, quantity in session.execute(chosen):
        sums[identity][str(kind)] = int(quantity or 0)
    return dict(sums)
