"""What the returns of a form keep: earlier figures, and the cells that people filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import FromClause, Select, bindparam, func, select

from desktop.models.registers.return_cells import EXPLANATION, FILLED
from desktop.models.registers.returns import REGISTER as RETURNS
from desktop.models.registers.returns import RETURNED, SETTLED
from desktop.services.periods import Period, parse_period
from desktop.services.records import Records

HISTORY = 13
"""Periods before this one that a check rule or a chart may look back on."""


@lru_cache(maxsize=8)
def _returns_between(returns: FromClause) -> Select[*tuple[Any, ...]]:
    """Return the selection of a form's returns, without their figures, which are long."""
    table = returns.c
    narrow = [field.key for field in RETURNS.stored if field.key != "figures"]
    return (
        select(*(table[name] for name in ("id", *narrow)))
        .where(
            table.deleted_at.is_(None),
            table.form == bindparam("form"),
            table.month.between(bindparam("since"), bindparam("until")),
        )
        .order_by(table.revision, table.id)
    )


@lru_cache(maxsize=8)
def _whole(returns: FromClause) -> Select[*tuple[Any, ...]]:
    table = returns.c
    names = ("id", *(field.key for field in RETURNS.stored))
    return select(*(table[name] for name in names)).where(table.id == bindparam("id"))


@lru_cache(maxsize=8)
def _cells_of(cells: FromClause) -> Select[Any, Any, Any, Any]:
    table = cells.c
    return select(table.cell, table.kind, table.value, table.id).where(
        table.deleted_at.is_(None),
        table.form == bindparam("form"),
        table.period == bindparam("period"),
    )


def period_of_row(row: Any) -> str:
    """Return the period of a return; those kept before there were weeks have only a month."""
    return str(row.period or row.month or "")


class Kept:
    """The returns of one form around a period, and what was filled in for it.

    Args:
        records: The registers.
        form: The form's key.
        period: The period reported on.
    """

    def __init__(self, records: Records, form: str, period: Period) -> None:
        self._records = records
        self.form = form
        self.period = period
        self._typed: dict[str, dict[str, int]] = {}
        self._figures: dict[str, dict[str, list[int | None]]] = {}

    @cached_property
    def _rows(self) -> dict[str, list[Any]]:
        """Return the revisions of each period, in their order."""
        since = min(self.period.earlier(HISTORY).month, self.period.year_ago.months[0])
        found = self._records.rows(
            _returns_between(self._records.table("returns")),
            form=self.form,
            since=since,
            until=self.period.month,
        )
        made: dict[str, list[Any]] = {}
        for row in found:
            made.setdefault(period_of_row(row), []).append(row)
        return made

    @property
    def own(self) -> Any | None:
        """Return the row of this period's latest revision; None before the first draft."""
        rows = self._rows.get(self.period.key)
        return rows[-1] if rows else None

    def whole(self, row: Any) -> Any:
        """Return the row of a return with its figures."""
        return self._records.one(_whole(self._records.table("returns")), id=bytes(row.id))

    @property
    def sent_back(self) -> Any | None:
        """Return the latest revision that the county returned, if nothing was submitted since."""
        for row in reversed(self._rows.get(self.period.key, [])):
            if row.status == RETURNED:
                return row
            if row.status in SETTLED:
                return None
        return None

    @property
    def submitted(self) -> Any | None:
        """Return the latest revision that went to the county, whatever came of it."""
        for row in reversed(self._rows.get(self.period.key, [])):
            if row.status in (*SETTLED, RETURNED):
                return row
        return None

    @cached_property
    def _best(self) -> dict[str, Any]:
        """Return the best revision of each period: the latest submitted one, else the latest."""
        best: dict[str, Any] = {}
        for period, rows in self._rows.items():
            settled = [row for row in rows if row.status in SETTLED]
            best[period] = settled[-1] if settled else rows[-1]
        return best

    def reported(self, period: Period, key: str) -> int | None:
        """Return a cell as that period's return gave it."""
        if period.key not in self._figures:
            row = self._best.get(period.key)
            text = self.whole(row).figures if row is not None else None
            stored = json.loads(text or "{}")
            self._figures[period.key] = stored.get("figures", {})
        found = self._figures[period.key].get(key)
        return None if not found or found[0] is None else int(found[0])

    def reported_rows(self, period: Period, code: str) -> dict[str, int]:
        """Return a table's column as that period's return gave it, by row."""
        self.reported(period, code)
        found = self._figures[period.key]
        prefix = f"{code}@"
        return {
            key.removeprefix(prefix): int(columns[0])
            for key, columns in found.items()
            if key.startswith(prefix) and columns[0] is not None
        }

    # What people filled in

    def typed_rows(self, period: Period, code: str) -> dict[str, int]:
        """Return what was filled in for a table's column, by row."""
        prefix = f"{code}@"
        return {
            key.removeprefix(prefix): value
            for key, value in self.typed(period).items()
            if key.startswith(prefix)
        }

    @cached_property
    def _cells(self) -> dict[str, dict[str, str | None]]:
        made: dict[str, dict[str, str | None]] = {FILLED: {}, EXPLANATION: {}}
        statement = _cells_of(self._records.table("return_cells"))
        for row in self._records.rows(statement, form=self.form, period=self.period.key):
            made.setdefault(row.kind, {})[row.cell] = row.value
        return made

    def typed(self, period: Period) -> dict[str, int]:
        """Return what was filled in for a period, by cell; an earlier one as its return has it."""
        if period.key not in self._typed:
            self._typed[period.key] = self._read_typed(period)
        return self._typed[period.key]

    def take_as_typed(self, typed: Mapping[str, int]) -> None:
        """Take this for what was filled in for the period itself."""
        self._typed[self.period.key] = dict(typed)

    def _read_typed(self, period: Period) -> dict[str, int]:
        row = self.own if period == self.period else self._best.get(period.key)
        made: dict[str, int] = json.loads(row.typed or "{}") if row is not None else {}
        if period == self.period:
            for cell, value in self._cells[FILLED].items():
                made.pop(cell, None)
                if value:
                    made[cell] = int(value)
        return made

    @property
    def explanations(self) -> dict[str, str]:
        """Return what was written to findings of this period, by the finding's key."""
        row = self.own
        made: dict[str, str] = json.loads(row.explanations or "{}") if row is not None else {}
        for cell, value in self._cells[EXPLANATION].items():
            made.pop(cell, None)
            if value:
                made[cell] = value
        return made


@lru_cache(maxsize=8)
def _year_of(returns: FromClause) -> Select[Any, Any, Any, Any]:
    table = returns.c
    return (
        select(table.month, table.period, table.figures, table.status)
        .where(
            table.deleted_at.is_(None),
            table.form == bindparam("form"),
            func.substr(table.month, 1, 4) == bindparam("year"),
            table.status.in_(SETTLED),
        )
        .order_by(table.revision, table.id)
    )


def monthly_sum(records: Records, form: str, code: str, year: str) -> int | None:
    """Return a line added up over the year's submitted monthly returns (check C11).

    None where one of the twelve months was not submitted or has it blank.
    """
    figures: dict[str, int | None] = {}
    for row in records.rows(_year_of(records.table("returns")), form=form, year=year):
        found = json.loads(row.figures or "{}").get("figures", {}).get(code)
        figures[period_of_row(row)] = found[0] if found else None
    months = parse_period(year).months
    known = [figures.get(month) for month in months]
    return None if None in known else sum(value or 0 for value in known)
