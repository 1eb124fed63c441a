"""What the records behind a figure come to: the figure itself, read from the list that opens."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select

from desktop.services.figures.catalogue import Behind
from desktop.services.records import Records


def comes_to(records: Records, behind: Behind) -> int:
    """Return what a list of records counts or sums up to.

    Where each value of a field counts once, a record without a value counts by itself: nobody
    knows whose it is.
    """
    table = records.table(behind.register).c
    counted: ColumnElement[Any] = func.count()
    if behind.worth is not None:
        counted = func.coalesce(func.sum(behind.worth), 0)
    elif behind.adds:
        counted = func.coalesce(func.sum(table[behind.adds]), 0)
    elif behind.distinct:
        named = table[behind.distinct]
        counted = func.count(named.distinct()) + func.count().filter(named.is_(None))
    found = records.one(select(counted).where(table.deleted_at.is_(None), *behind.conditions))
    return int(found[0]) * behind.sign
