"""Computing a submitted return again from the records the hub has accepted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, FromClause, select

from county.receipts import NUMBER
from county.tables import register_tables
from desktop.errors import UserError
from desktop.models.registers import find_register
from desktop.services.returns import Records, compose
from desktop.services.returns import differences as different_lines
from desktop.services.returns import from_row as as_submitted
from desktop.text import _

_SPOILT = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    UserError,
    ValueError,
)
"""What reading or computing a return ends with that no program of ours has written."""


def differences(connection: Connection, return_id: bytes) -> list[str]:
    """Return the codes of the lines whose figure of the month comes out otherwise here.

    One that cannot be read must not keep the others from being looked at: that is told instead.
    """
    _register, table = register_tables()[NUMBER]
    row: Any = connection.execute(select(table).where(table.c.id == return_id)).one()
    records = records_of(connection, row.centre_id)
    try:
        submitted = as_submitted(row)
        recomputed = compose(records, submitted.form, submitted.period, typed=submitted.typed)
        return different_lines(submitted, recomputed)
    except _SPOILT:
        return [_("报表内容看不懂，请退回重报")]


def records_of(connection: Connection, centre_id: int) -> Records:
    """Return a way to the records of one centre: no statement sees another centre's rows."""

    def table(key: str) -> FromClause:
        own = register_tables()[find_register(key).number][1]
        return select(own).where(own.c.centre_id == centre_id).subquery(own.name)

    return Records(connection, table)
