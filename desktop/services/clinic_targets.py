"""The yearly task letter (目标任务书) of a clinic and how far the year has come (S4-4c, S4-7d)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from desktop.models.register import Values
from desktop.models.registers.targets import REGISTER
from desktop.models.store import Store, change_many, find_twin, insert_many, remove
from desktop.services.months import year_to
from desktop.services.performance.sources import SOURCES
from desktop.services.records import Records
from desktop.services.visits import CLOSED

FIGURES = {source.target: source for source in SOURCES.values() if source.target}
"""The figures that may have a target, by their name in the register."""


@dataclass(frozen=True)
class TaskLine:
    """A figure's target of a year and what was reported of it; None where nothing is known."""

    figure: str
    unit: str
    target: int | None
    months: dict[str, int | None]
    clause: str

    @property
    def done(self) -> int | None:
        """Return what was reported so far."""
        known = [value for value in self.months.values() if value is not None]
        return sum(known) if known else None

    @property
    def percent(self) -> Fraction | None:
        """Return how much of the target was reached, in percent."""
        done = self.done
        return None if done is None or not self.target else Fraction(done * 100, self.target)

    @property
    def behind(self) -> bool:
        """Say that less was done than the part of the year that has gone asks for."""
        done, months = self.done, len(self.months)
        return bool(self.target) and (done or 0) * 12 < (self.target or 0) * months


@dataclass(frozen=True)
class TaskLetter:
    """A clinic's letter of a year, ready to print with two places to sign and seal."""

    year: str
    clinic_id: bytes
    clinic: str
    lines: tuple[TaskLine, ...]


def task_letters(bind: Session | Records, year: str, until: str) -> list[TaskLetter]:
    """Return every working clinic's letter of a year with the months up to ``until``."""
    records = bind if isinstance(bind, Records) else Records(bind)
    months = year_to(until)
    targets, clauses = _targets(records, year)
    reported = _reported(records, months)
    clinic = records.table("clinics").c
    places = records.rows(
        select(clinic.id, clinic.name)
        .where(
            clinic.deleted_at.is_(None),
            or_(clinic.status.is_(None), clinic.status.not_in(CLOSED)),
        )
        .order_by(clinic.name, clinic.id)
    )
    return [
        TaskLetter(
            year,
            bytes(place.id),
            place.name or "",
            tuple(
                TaskLine(
                    figure,
                    source.unit,
                    targets.get((place.id, figure), targets.get((None, figure))),
                    {
                        month: _value(reported.get((place.id, month)), source.field)
                        for month in months
                    },
                    clauses.get(figure, ""),
                )
                for figure, source in FIGURES.items()
                if source.field
            ),
        )
        for place in places
    ]


def _value(row: Any, field: str) -> int | None:
    return None if row is None else getattr(row, field)


def _targets(
    records: Records, year: str
) -> tuple[dict[tuple[bytes | None, str], int], dict[str, str]]:
    table = records.table("targets").c
    rows = records.rows(
        select(table.clinic_id, table.figure, table.value, table.clause)
        .where(table.deleted_at.is_(None), table.period == year, table.value.is_not(None))
        .order_by(table.id)
    )
    return (
        {(row.clinic_id, row.figure): row.value for row in rows},
        {row.figure: row.clause for row in rows if row.clause},
    )


def _reported(records: Records, months: list[str]) -> dict[tuple[bytes, str], Any]:
    table = records.table("clinic_months").c
    fields = [source.field for source in FIGURES.values() if source.field]
    rows = records.rows(
        select(table.clinic_id, table.month, *(table[field] for field in fields))
        .where(table.deleted_at.is_(None), table.month.in_(months))
        .order_by(table.id)
    )
    return {(row.clinic_id, row.month): row for row in rows if row.clinic_id is not None}


def set_targets(
    store: Store, period: str, targets: Mapping[tuple[bytes | None, str], int | None]
) -> int:
    """Set targets of a period by clinic (None for all clinics) and figure; returns how many.

    A target of None takes one away again.
    """
    created: list[Values] = []
    changed: list[tuple[bytes, Values]] = []
    removed = 0
    with store.writing() as session:
        for (clinic, figure), value in targets.items():
            key: Values = {"clinic_id": clinic, "figure": figure, "period": period}
            twin = find_twin(session, REGISTER, key)
            if twin is not None and value is None:
                remove(session, REGISTER, twin)
                removed += 1
            elif twin is not None:
                changed.append((twin, {"value": value}))
            elif value is not None:
                created.append({**key, "value": value})
        insert_many(session, REGISTER, created)
        change_many(session, REGISTER, changed)
    return len(created) + len(changed) + removed
