"""What people fill in for a self-score: received numbers, and the county's final points.

They are cells like those of returns, under the scheme's own code, so that the history of each is
kept and clerks of two PCs meet (S0-6b: county's final score beside ours).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import FromClause, Select, bindparam, select
from sqlalchemy.orm import Session

from desktop.errors import NotFound, UserError
from desktop.models.kinds import Cell, narrow
from desktop.models.registers.return_cells import FILLED, REGISTER
from desktop.models.store import save
from desktop.services.indicators.scheme import Appraisal
from desktop.services.periods import MONTH, Period
from desktop.services.records import Records
from desktop.text import _, in_a_row

COUNTY_TOTAL = "county"
"""The cell of the county's points of the whole scheme."""

_HUNDREDTHS = 100


def county_cell(code: str) -> str:
    """Return the cell of the county's points of an item."""
    return f"{code}.county"


@lru_cache(maxsize=8)
def _cells(cells: FromClause) -> Select[*tuple[Any, ...]]:
    table = cells.c
    return select(table.id, table.period, table.cell, table.value).where(
        table.deleted_at.is_(None),
        table.form == bindparam("form"),
        table.kind == FILLED,
        table.period.in_(bindparam("periods", expanding=True)),
    )


class Typed:
    """The cells of a scheme in a period and in the months it is made of; kept in hundredths."""

    def __init__(self, records: Records, form: str, period: Period) -> None:
        self._period = period
        wanted = [period.key, *(period.months if period.kind != MONTH else ())]
        rows = records.rows(_cells(records.table("return_cells")), form=form, periods=wanted)
        self._found = {(row.period, row.cell): row.value for row in rows if row.value}

    def own(self, cell: str) -> Fraction | None:
        """Return what was typed for the period itself."""
        return self._of(self._period.key, cell)

    def added_up(self, cell: str) -> Fraction | None:
        """Return what was typed for the period, else the sum of what was typed for its months."""
        own = self.own(cell)
        if own is not None or self._period.kind == MONTH:
            return own
        found = [self._of(month, cell) for month in self._period.months]
        known = [each for each in found if each is not None]
        return sum(known, Fraction(0)) if known else None

    def _of(self, period: str, cell: str) -> Fraction | None:
        text = self._found.get((period, cell))
        return None if text is None else Fraction(int(text), _HUNDREDTHS)


def set_cells(
    session: Session, scheme: Appraisal, period: Period, cells: Mapping[str, Cell]
) -> None:
    """Fill in cells of a self-score; an empty one is made blank again.

    Raises:
        NotFound: The scheme has no such cell.
        UserError: A value is no number, or no such number.
    """
    values = {cell: _number(scheme, cell, given) for cell, given in cells.items()}
    there = {
        row.cell: row
        for row in session.execute(
            _cells(REGISTER.table), {"form": scheme.record_code, "periods": [period.key]}
        )
    }
    for cell, value in values.items():
        before = there.get(cell)
        if before is not None and before.value != value:
            save(session, REGISTER, {"value": value}, bytes(before.id))
        elif before is None and value is not None:
            place = {"form": scheme.record_code, "period": period.key, "cell": cell}
            save(session, REGISTER, {**place, "kind": FILLED, "value": value})


def cells_to_fill(scheme: Appraisal) -> dict[str, str]:
    """Return every cell that people fill in, with what stands in it."""
    return {cell: label for item in scheme.item for cell, label in item.cells.items()}


def _number(scheme: Appraisal, cell: str, given: Cell) -> str | None:
    known = cells_to_fill(scheme)
    county = {county_cell(item.code): item.weight for item in scheme.item}
    if cell not in {*known, *county, COUNTY_TOTAL}:
        raise NotFound(
            _("“{code}”不是填报项。").format(code=cell),
            _("可填报的有：{codes}。").format(codes=in_a_row([*known, *county, COUNTY_TOTAL])),
        )
    text = narrow(given).replace(",", "").replace("，", "").removesuffix("%").strip()
    if not text:
        return None
    label = known.get(cell) or _("县级评分")
    number = _read(text)
    if number is None:
        raise UserError(
            _("“{label}”的“{value}”不是数字，或超过两位小数。").format(label=_(label), value=text)
        )
    if number < 0:
        raise UserError(_("“{label}”不能小于 0。").format(label=_(label)))
    most = county.get(cell, _HUNDREDTHS if cell == COUNTY_TOTAL else None)
    if most is not None and number > most:
        raise UserError(_("“{label}”不能大于 {most} 分。").format(label=_(label), most=most))
    return str(int(number * _HUNDREDTHS))


def _read(text: str) -> Decimal | None:
    """Return a number of at most two decimals; None where the text is none."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    stored = number * _HUNDREDTHS
    return number if stored.is_finite() and stored == stored.to_integral_value() else None
