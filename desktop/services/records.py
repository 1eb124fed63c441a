"""The records that figures are computed from: the office PC's, or the hub's for one centre."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Date, Executable, FromClause, Select, bindparam, or_, select
from sqlalchemy.orm import Session

from desktop.models.published import is_published
from desktop.models.registers import find_register


def _own_table(key: str) -> FromClause:
    return find_register(key).table


class Records:
    """A way to read the registers.

    Args:
        bind: A session or a connection.
        table: Gives the table of a register with its columns by field key; the hub gives a
            selection of one centre's rows. Without it, the office PC's own tables.
    """

    def __init__(
        self, bind: Session | Connection, table: Callable[[str], FromClause] = _own_table
    ) -> None:
        self._bind = bind
        self.table = table
        self._policies: dict[date, dict[str, str | None]] = {}

    def rows(self, statement: Executable, **bound: Any) -> Sequence[Any]:
        """Return all rows of a selection, with values for what it leaves to be bound."""
        return self._bind.execute(statement, bound).all()

    def one(self, statement: Executable, **bound: Any) -> Any:
        """Return the only row of a selection, with values for what it leaves to be bound."""
        return self._bind.execute(statement, bound).one()

    def policy(self, code: str, on: date) -> Decimal | None:
        """Return the number of a policy on a day; None where none is set (S0-0)."""
        try:
            return Decimal(self.policy_text(code, on))
        except InvalidOperation:
            return None

    def policy_text(self, code: str, on: date) -> str:
        """Return the text of a policy on a day; empty where none is set."""
        if on not in self._policies:
            self._policies[on] = self._policies_on(on)
        return self._policies[on].get(code) or ""

    def _policies_on(self, on: date) -> dict[str, str | None]:
        """Return the texts of all policies that hold on a day.

        Of several the newest holds, and what the county has published before the centre's own.
        """
        statement = _policies(self.table("policy"), self.table("county_marks"))
        found = self.rows(statement, day=on)
        return {row.code: row.value for row in found}


@lru_cache(maxsize=8)
def _policies(policies: FromClause, marks: FromClause) -> Select[Any, Any]:
    table = policies.c
    day = bindparam("day", type_=Date)
    return (
        select(table.code, table.value)
        .where(
            table.deleted_at.is_(None),
            table.valid_from <= day,
            or_(table.valid_to.is_(None), table.valid_to >= day),
        )
        .order_by(is_published(table.id, marks), table.valid_from, table.id)
    )
