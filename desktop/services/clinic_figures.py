"""The month of every clinic in one grid: typed, compared, queried and saved in one step (S4-4c).

Beside each figure stand last month's and the target; a blank was not reported and is no zero. A
figure far from the clinic's own last twelve months is queried, never refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from desktop.errors import Problem, RecordRefused
from desktop.models.kinds import BadValue, Kind, Value, show
from desktop.models.register import Field, Values
from desktop.models.registers.clinic_months import REGISTER
from desktop.models.store import Store, change_many, insert_many, load
from desktop.services.months import first_day, last_day, shifted
from desktop.services.performance.rounding import rounded_fraction
from desktop.services.performance.sources import SOURCES
from desktop.services.records import Records
from desktop.services.visits import CLOSED
from desktop.text import _

FIGURES: tuple[Field, ...] = tuple(
    field for field in REGISTER.fields if field.kind in (Kind.WHOLE, Kind.AMOUNT)
)
"""The figures of the grid, in the order of the clinics' form."""

_TARGET_NAMES = {source.field: source.target for source in SOURCES.values() if source.field}
_HISTORY = 12
_LEAST_MONTHS = 3


@dataclass(frozen=True)
class Cell:
    """A figure with what stands beside it; ``low`` is below target, ``query`` asks for a look."""

    value: int | None
    last: int | None
    target: int | None
    query: str = ""

    @property
    def low(self) -> bool:
        """Say that the figure is below the target."""
        return self.value is not None and self.target is not None and self.value < self.target


@dataclass(frozen=True)
class GridRow:
    """A clinic's line; ``record_id`` is None where nothing was reported."""

    clinic_id: bytes
    clinic: str
    record_id: bytes | None
    cells: dict[str, Cell]

    @property
    def missing(self) -> bool:
        """Say that the clinic has not reported the month."""
        return self.record_id is None


@dataclass(frozen=True)
class Grid:
    """A month of all working clinics."""

    month: str
    rows: tuple[GridRow, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the clinics that have not reported."""
        return tuple(row.clinic for row in self.rows if row.missing)

    @property
    def queries(self) -> list[tuple[str, str]]:
        """Return every clinic with a figure to look at, and the question."""
        return [
            (row.clinic, cell.query)
            for row in self.rows
            for cell in row.cells.values()
            if cell.query
        ]

    def totals(self) -> dict[str, int | None]:
        """Return the sum of each figure over the clinics that reported it."""
        made: dict[str, int | None] = {}
        for field in FIGURES:
            known = [v for row in self.rows if (v := row.cells[field.key].value) is not None]
            made[field.key] = sum(known) if known else None
        return made


def month_grid(bind: Session | Records, month: str) -> Grid:
    """Return the month's figures of every clinic that was working, with comparisons."""
    records = bind if isinstance(bind, Records) else Records(bind)
    months = _months(records, month)
    targets = _targets(records, month)
    limits = (
        records.policy("return.change_query_percent", last_day(month)),
        records.policy("return.change_query_least", last_day(month)),
    )
    rows = []
    for clinic in _clinics(records, first_day(month)):
        known = months.get(clinic.id, {})
        row = known.get(month)
        rows.append(
            GridRow(
                clinic.id,
                clinic.name or "",
                None if row is None else bytes(row.id),
                {
                    field.key: _cell(field, clinic.id, known, month, targets, limits)
                    for field in FIGURES
                },
            )
        )
    return Grid(month, tuple(rows))


def _clinics(records: Records, day: date) -> list[Any]:
    """Return the clinics that worked on a day or later: closed ones keep their history."""
    table = records.table("clinics").c
    working = or_(table.status.is_(None), table.status.not_in(CLOSED), table.closed_on >= day)
    return list(
        records.rows(
            select(table.id, table.name)
            .where(table.deleted_at.is_(None), working)
            .order_by(table.name, table.id)
        )
    )


def _months(records: Records, month: str) -> dict[bytes, dict[str, Any]]:
    table = records.table("clinic_months").c
    rows = records.rows(
        select(table.id, table.clinic_id, table.month, *(table[f.key] for f in FIGURES))
        .where(
            table.deleted_at.is_(None),
            table.month >= shifted(month, -_HISTORY),
            table.month <= month,
        )
        .order_by(table.id)
    )
    made: dict[bytes, dict[str, Any]] = {}
    for row in rows:
        if row.clinic_id is not None:
            made.setdefault(row.clinic_id, {})[row.month] = row
    return made


Targets = dict[tuple[bytes | None, str], Fraction]


def _targets(records: Records, month: str) -> Targets:
    """Return the month's targets; a month's own goes before the quarter's and the year's."""
    quarter = f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"
    parts = {month[:4]: 12, quarter: 3, month: 1}
    table = records.table("targets").c
    rows = records.rows(
        select(table.clinic_id, table.figure, table.period, table.value)
        .where(
            table.deleted_at.is_(None),
            table.period.in_(list(parts)),
            table.value.is_not(None),
            table.figure.is_not(None),
        )
        .order_by(table.id)
    )
    order = list(parts)
    return {
        (row.clinic_id, row.figure): Fraction(row.value, parts[row.period])
        for row in sorted(rows, key=lambda row: order.index(row.period))
    }


def _cell(
    field: Field,
    clinic: bytes,
    known: Mapping[str, Any],
    month: str,
    targets: Targets,
    limits: tuple[Any, Any],
) -> Cell:
    row, before = known.get(month), known.get(shifted(month, -1))
    value = None if row is None else getattr(row, field.key)
    name = _TARGET_NAMES.get(field.key, "")
    target = targets.get((clinic, name), targets.get((None, name)))
    earlier = [
        figure
        for when, each in known.items()
        if when != month and (figure := getattr(each, field.key)) is not None
    ]
    return Cell(
        value,
        None if before is None else getattr(before, field.key),
        None if target is None else -(-target.numerator // target.denominator),
        query_of(field, value, earlier, limits),
    )


def query_of(field: Field, value: int | None, earlier: list[int], limits: tuple[Any, Any]) -> str:
    """Return why a figure should be looked at; empty where it is as usual or nothing is known."""
    percent, least = limits
    if value is None or percent is None or len(earlier) < _LEAST_MONTHS:
        return ""
    mean = Fraction(sum(earlier), len(earlier))
    scale = 100 if field.kind is Kind.AMOUNT else 1
    if max(Fraction(value), mean) < Fraction(least or 0) * scale:
        return ""
    if abs(value - mean) * 100 <= Fraction(percent) * mean:
        return ""
    return _("{label} {value}，与前 {count} 个月的平均数 {mean} 相差超过 {percent}%。").format(
        label=_(field.label),
        value=show(field.kind, value),
        count=len(earlier),
        mean=show(field.kind, rounded_fraction(mean)),
        percent=percent,
    )


# Saving


def save_grid(
    store: Store, month: str, figures: Mapping[bytes, Mapping[str, object]]
) -> tuple[int, int]:
    """Save typed figures of a month in one transaction; returns how many records are new, changed.

    Args:
        store: The office PC's store.
        month: The month.
        figures: By clinic, the raw value of each figure that was typed; an empty one is blank.

    Raises:
        RecordRefused: Figures are no number, negative, or a part exceeds its whole; each problem's
            field is the clinic's id in hexadecimal digits, a dot and the figure's key.
    """
    created: list[Values] = []
    changed: list[tuple[bytes, Values]] = []
    found: list[Problem] = []
    with store.writing() as session:
        ids = _record_ids(session, month)
        for clinic, typed in figures.items():
            given, bad = _parsed(typed)
            record = ids.get(clinic)
            base: Mapping[str, Value] = (
                {"clinic_id": clinic, "month": month}
                if record is None
                else load(session, REGISTER, record)
            )
            bad += REGISTER.problems({**base, **given}) if not bad else []
            found += [Problem(p.reason, p.message, f"{clinic.hex()}.{p.field}") for p in bad]
            if record is not None:
                changed.append((record, given))
            elif any(value is not None for value in given.values()):
                created.append({**base, **given})
        if found:
            raise RecordRefused(found)
        insert_many(session, REGISTER, created)
        change_many(session, REGISTER, changed)
    return len(created), len(changed)


def _parsed(typed: Mapping[str, object]) -> tuple[Values, list[Problem]]:
    given: Values = {}
    bad = []
    for key, raw in typed.items():
        try:
            given[key] = REGISTER.by_key[key].parse(raw)
        except BadValue as error:
            bad.append(error.problem(key))
    return given, bad


def _record_ids(session: Session, month: str) -> dict[bytes, bytes]:
    table = REGISTER.table.c
    rows = session.execute(
        select(table.clinic_id, table.id)
        .where(table.month == month, table.deleted_at.is_(None))
        .order_by(table.id)
    )
    return {bytes(row.clinic_id): bytes(row.id) for row in rows if row.clinic_id is not None}
