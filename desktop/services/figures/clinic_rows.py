"""The village clinics a period knows, and what each reported for its months (facts a, f)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Select, bindparam, func, or_, select, union

from desktop.models.registers.clinic_months import REGISTER as CLINIC_MONTHS
from desktop.models.registers.findings import PASSED
from desktop.services.figures.dimensions import Dimension, DimensionRow, declare_dimension
from desktop.services.figures.readings import Readings
from desktop.services.figures.spans import months_of, together, whole_months
from desktop.services.periods import Period
from desktop.services.visits import CLOSED
from desktop.text import N_, _

MONTH_FIELDS = (
    "visits",
    "tcm_visits",
    "outpatient_income",
    "drug_income",
    "referrals_up",
    "hypertension_followups",
    "diabetes_followups",
    "elderly_checkups",
    "education_sessions",
    "new_files",
    "contracts_performed",
)
assert all(name in CLINIC_MONTHS.by_key for name in MONTH_FIELDS)


# The clinics


@dataclass(frozen=True)
class ClinicRow:
    """A clinic of the register, deleted ones too: records of then still name them."""

    key: str
    row: Any

    @property
    def name(self) -> str:
        """Return its name."""
        return self.row.name or ""

    def open_on(self, day: date) -> bool:
        """Say that it was neither merged nor closed by a day, nor deleted since."""
        if self.row.deleted_at is not None:
            return False
        closed = self.row.status in CLOSED
        return not closed or (self.row.closed_on is not None and self.row.closed_on > day)

    def open_in(self, period: Period) -> bool:
        """Say that it was open on the first day of a period, or since."""
        if self.row.deleted_at is not None:
            return False
        closed = self.row.status in CLOSED
        return not closed or (self.row.closed_on is not None and self.row.closed_on >= period.first)


ATTRIBUTES = (
    "integrated",
    "in_consortium",
    "insurance",
    "ecg_device",
    "up_to_standard",
    "zero_markup",
    "tcm_clinic",
    "sponsor",
    "practice_mode",
    "head_kind",
    "floor_area",
    "essential_drugs",
    "off_list_drugs",
)


@lru_cache(maxsize=8)
def _clinics(clinics: FromClause) -> Select[*tuple[Any, ...]]:
    table = clinics.c
    names = ("id", "name", "status", "closed_on", "deleted_at", *ATTRIBUTES)
    return select(*(table[name] for name in names)).order_by(table.name, table.id)


def clinic_rows(readings: Readings) -> dict[str, ClinicRow]:
    """Return all clinics of the register in the order of their names."""
    return readings.once(_clinic_rows)


def _clinic_rows(readings: Readings) -> dict[str, ClinicRow]:
    found = readings.records.rows(_clinics(readings.records.table("clinics")))
    return {(key := bytes(row.id).hex()): ClinicRow(key, row) for row in found}


def working(readings: Readings, period: Period) -> list[ClinicRow]:
    """Return the clinics that work at the end of a period."""
    return [each for each in clinic_rows(readings).values() if each.open_on(period.last)]


def expected(readings: Readings, period: Period) -> list[ClinicRow]:
    """Return the clinics that have to report a period: those open at its beginning, or since."""
    return [each for each in clinic_rows(readings).values() if each.open_in(period)]


def is_working(table: Any, period: Period) -> ColumnElement[bool]:
    """Return the condition that a clinic works at the end of a period."""
    return or_(table.status.is_(None), table.status.not_in(CLOSED), table.closed_on > period.last)


def is_expected(table: Any, period: Period) -> ColumnElement[bool]:
    """Return the condition that a clinic has to report a period."""
    return or_(table.status.is_(None), table.status.not_in(CLOSED), table.closed_on >= period.first)


# Their reports


@dataclass(frozen=True)
class Reports:
    """The clinics' reports by clinic and month; of several of one month the last holds."""

    held: dict[tuple[str, str], Any]
    superseded: tuple[bytes, ...]

    def of(self, months: Iterable[str], clinic: str = "") -> list[tuple[str, Any]]:
        """Return the reports of some months with their clinics, or of one clinic."""
        if clinic:
            found = ((clinic, self.held.get((clinic, month))) for month in months)
            return [(key, row) for key, row in found if row is not None]
        return [found for month in months for found in self._by_month.get(month, ())]

    @cached_property
    def _by_month(self) -> dict[str, list[tuple[str, Any]]]:
        made: dict[str, list[tuple[str, Any]]] = {}
        for (key, month), row in self.held.items():
            made.setdefault(month, []).append((key, row))
        return made

    def clinics_of(self, period: Period) -> set[str]:
        """Return the clinics that have reported every month of a period."""
        months = whole_months(period)
        found = [{clinic for clinic, at in self.held if at == month} for month in months]
        return set.intersection(*found) if found else set()


@lru_cache(maxsize=8)
def _reports(clinic_months: FromClause) -> Select[*tuple[Any, ...]]:
    table = clinic_months.c
    names = ("id", "clinic_id", "month", *MONTH_FIELDS)
    return (
        select(*(table[name] for name in names))
        .where(
            table.deleted_at.is_(None),
            table.clinic_id.is_not(None),
            table.month.in_(bindparam("months", expanding=True)),
        )
        .order_by(table.id)
    )


def reports(readings: Readings, period: Period) -> Reports:
    """Return the reports of the months of a period and of what it is compared with."""
    return readings.once(_reports_of, months_of(together(readings, period)))


def _reports_of(readings: Readings, months: tuple[str, ...]) -> Reports:
    if not months:
        return Reports({}, ())
    asked = _reports(readings.records.table("clinic_months"))
    held: dict[tuple[str, str], Any] = {}
    superseded = []
    for row in readings.records.rows(asked, months=months):
        place = bytes(row.clinic_id).hex(), row.month
        if place in held:
            superseded.append(bytes(held[place].id))
        held[place] = row
    return Reports(held, tuple(superseded))


def missing_clinics(readings: Readings, period: Period) -> list[str]:
    """Return the names of the clinics that have not reported every month of a period."""
    if not whole_months(period):
        return []
    reported = reports(readings, period).clinics_of(period)
    return [each.name for each in expected(readings, period) if each.key not in reported]


# As rows of a table

_DATED = (("visits", "visited_on"), ("fund_moves", "moved_on"))
_SPEAKING = ("clinic_months", "findings", *(name for name, _day in _DATED))


@lru_cache(maxsize=8)
def _spoken_of(*tables: FromClause) -> Any:
    """Return the selection of the clinics that records of a period speak of."""
    first, last = bindparam("first", type_=Date), bindparam("last", type_=Date)
    months, findings, *dated = (each.c for each in tables)
    here: Any = bindparam("months", expanding=True)
    not_settled = or_(
        func.coalesce(findings.status, "") != PASSED,
        findings.rechecked_on >= first,
        findings.found_on >= first,
    )
    asked = [
        select(months.clinic_id).where(months.deleted_at.is_(None), months.month.in_(here)),
        select(findings.clinic_id).where(
            findings.deleted_at.is_(None), findings.found_on <= last, not_settled
        ),
    ]
    asked += [
        select(table.clinic_id).where(table.deleted_at.is_(None), table[day].between(first, last))
        for table, (_register, day) in zip(dated, _DATED, strict=True)
    ]
    return union(*asked)


def _rows(readings: Readings, period: Period) -> list[DimensionRow]:
    """Return the clinics open in the period, and closed or unknown ones its records speak of."""
    known = clinic_rows(readings)
    records = readings.records
    tables = [records.table(name) for name in _SPEAKING]
    found = records.rows(
        _spoken_of(*tables), months=period.months, first=period.first, last=period.last
    )
    spoken_of = {bytes(row[0]).hex() for row in found if row[0] is not None}
    listed = [each for each in known.values() if each.open_in(period) or each.key in spoken_of]
    made = [DimensionRow(each.key, each.name) for each in listed]
    unknown = sorted(spoken_of - known.keys())
    return [*made, *(DimensionRow(key, _("（名册中没有）"), record=False) for key in unknown)]


declare_dimension(Dimension("clinic", N_("村卫生室"), _rows, "clinics"))
