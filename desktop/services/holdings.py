"""What the registers held at the end of each month a return speaks of, each read once."""

from __future__ import annotations

import json
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import FromClause, Select, bindparam, case, func, literal, or_, select

from desktop.models.registers.returns import REGISTER as RETURNS
from desktop.models.registers.returns import SETTLED
from desktop.services.contracts_in_force import (
    Contracts,
    HeldTwice,
    contracts_on,
    held_twice_on,
    signed_by_month,
)
from desktop.services.months import first_day, last_day, shifted, year_to
from desktop.services.records import Records
from desktop.services.stock import DrugStock, SupplyState, drug_stock_on, supplies_on
from desktop.text import _

_HISTORY = 13
"""Months before this one that a check rule may look back on."""

CLOSED_CLINICS = ("合并", "撤销")

_CLINIC_FIGURES = (
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
)


# Building a statement takes SQLAlchemy as long as SQLite needs to answer it: each is built once.


@lru_cache(maxsize=8)
def _clinic_sums(clinic_months: FromClause) -> Select[*tuple[Any, ...]]:
    table = clinic_months.c
    return (
        select(
            table.month,
            func.count(table.clinic_id.distinct()).label("reported"),
            *(func.sum(table[name]).label(name) for name in _CLINIC_FIGURES),
        )
        .where(table.deleted_at.is_(None), table.month.in_(bindparam("months", expanding=True)))
        .group_by(table.month)
    )


@lru_cache(maxsize=8)
def _clinics_by_month(clinic_months: FromClause) -> Select[Any, Any]:
    table = clinic_months.c
    return select(table.month, table.clinic_id).where(
        table.deleted_at.is_(None),
        table.month.in_(bindparam("months", expanding=True)),
        table.clinic_id.is_not(None),
    )


@lru_cache(maxsize=8)
def _open_clinics(clinics: FromClause) -> Select[*tuple[Any, ...]]:
    table = clinics.c
    open_now = or_(table.status.is_(None), table.status.not_in(CLOSED_CLINICS))
    return (
        select(table.id, table.name, table.population)
        .where(table.deleted_at.is_(None), open_now)
        .order_by(table.name)
    )


@lru_cache(maxsize=8)
def _first_day(contracts: FromClause) -> Select[Any]:
    return select(func.min(contracts.c.signed_on)).where(contracts.c.deleted_at.is_(None))


@lru_cache(maxsize=8)
def _people(places: FromClause) -> Select[Any]:
    return select(func.sum(places.c.population)).where(places.c.deleted_at.is_(None))


@lru_cache(maxsize=8)
def _drugs_counted(drugs: FromClause) -> Select[Any, Any]:
    table = drugs.c
    in_use = func.coalesce(table.status, literal("")) != "停用"
    return select(func.count(), func.sum(case((in_use, 1), else_=0))).where(
        table.deleted_at.is_(None)
    )


@lru_cache(maxsize=8)
def _returns_between(returns: FromClause) -> Select[*tuple[Any, ...]]:
    table = returns.c
    return (
        select(*(table[name] for name in ("id", *(field.key for field in RETURNS.stored))))
        .where(
            table.deleted_at.is_(None),
            table.form == bindparam("form"),
            table.month.between(bindparam("since"), bindparam("until")),
        )
        .order_by(table.month, table.revision, table.id)
    )


class Holdings:
    """The registers as a return of ``month`` reads them."""

    def __init__(self, records: Records, form: str, month: str) -> None:
        self.records = records
        self.form = form
        self.month = month
        self.months = sorted({*year_to(month), shifted(month, -1), shifted(month, -12)})
        self.compared = [month, shifted(month, -1), shifted(month, -12)]
        self.known: dict[tuple[str, str], int | None] = {}
        """Figures worked out so far, by line and month: the explanations ask for them again."""

    # Clinics

    @cached_property
    def _clinic_months(self) -> dict[str, Any]:
        summed = _clinic_sums(self.records.table("clinic_months"))
        return {row.month: row for row in self.records.rows(summed, months=self.months)}

    def clinic_sum(self, month: str, name: str) -> int | None:
        """Return a figure summed over the clinics' reports of a month."""
        row = self._clinic_months.get(month)
        value = getattr(row, name) if row is not None else None
        return None if value is None else int(value)

    def clinics_reported(self, month: str) -> int:
        """Return how many clinics have a report of the month."""
        row = self._clinic_months.get(month)
        return int(row.reported) if row is not None else 0

    @cached_property
    def _clinics(self) -> dict[bytes, tuple[str, int]]:
        found = self.records.rows(_open_clinics(self.records.table("clinics")))
        return {bytes(row.id): (row.name or "", row.population or 0) for row in found}

    @property
    def clinics_expected(self) -> int:
        """Return how many clinics have to report."""
        return len(self._clinics)

    @cached_property
    def _reporting(self) -> dict[str, set[bytes]]:
        found: dict[str, set[bytes]] = {month: set() for month in self.compared}
        reported = _clinics_by_month(self.records.table("clinic_months"))
        for month, clinic in self.records.rows(reported, months=self.compared):
            found[month].add(bytes(clinic))
        return found

    def clinics_missing(self, month: str) -> list[str]:
        """Return the names of the clinics that have no report of the month."""
        reported = self._reporting.get(month, set())
        return [name for key, (name, _people) in self._clinics.items() if key not in reported]

    # Contracts

    @cached_property
    def _contracts(self) -> dict[str, Contracts]:
        known = [month for month in self.compared if self._contracts_known(month)]
        return {month: contracts_on(self.records, last_day(month)) for month in known}

    @cached_property
    def _first_signed(self) -> date | None:
        found: date | None = self.records.one(_first_day(self.records.table("contracts")))[0]
        return found

    def _contracts_known(self, month: str) -> bool:
        return self._first_signed is not None and self._first_signed <= last_day(month)

    @cached_property
    def _signed(self) -> dict[str, int]:
        since, until = first_day(self.months[0]), last_day(self.month)
        return signed_by_month(self.records, since, until)

    @cached_property
    def _held_twice(self) -> dict[date, HeldTwice]:
        known = [last_day(month) for month in self.compared if self._contracts_known(month)]
        return held_twice_on(self.records, known)

    def held_twice(self, month: str) -> HeldTwice:
        """Return what people with several contracts at the month's end count too much."""
        return self._held_twice.get(last_day(month), HeldTwice())

    def active_contracts(self, month: str, group: str) -> int | None:
        """Return the contracts in force at the month's end: all, of a group, or people of any."""
        if month not in self.compared or not self._contracts_known(month):
            return None
        found = self._contracts[month]
        if not group:
            return found.total
        if group == "any":
            return found.any_group - self.held_twice(month).key_contracts
        return found.by_group[group]

    def people_signed(self, month: str) -> int | None:
        """Return how many people have a contract in force, each once."""
        total = self.active_contracts(month, "")
        return None if total is None else total - self.held_twice(month).contracts

    def contracts_signed(self, month: str) -> int | None:
        """Return how many contracts were signed in the month."""
        if not self._contracts_known(month):
            return None
        return self._signed.get(month, 0)

    @cached_property
    def population(self) -> tuple[int | None, str]:
        """Return the resident population and where it stands."""
        own = self.records.one(_people(self.records.table("centre")))[0]
        if own:
            return int(own), _("本机构")
        villages = self.records.one(_people(self.records.table("divisions")))[0]
        if villages:
            return int(villages), _("各行政村常住人口合计")
        served = sum(people for _name, people in self._clinics.values())
        return (served, _("村卫生室服务人口合计")) if served else (None, "")

    # Drugs and supplies

    @cached_property
    def near_expiry_days(self) -> int | None:
        """Return within how many days of expiry a lot is near it (policy)."""
        days = self.records.policy("drug.near_expiry_days", last_day(self.month))
        return None if days is None else int(days)

    @cached_property
    def drugs_in_use(self) -> int | None:
        """Return how many drugs of the catalogue are in use; None without a catalogue."""
        row = self.records.one(_drugs_counted(self.records.table("drugs")))
        return int(row[1] or 0) if row[0] else None

    @cached_property
    def _drug_stock(self) -> dict[date, DrugStock | None]:
        days = [last_day(month) for month in self.compared]
        return drug_stock_on(self.records, days, self.near_expiry_days)

    def drug_stock(self, month: str) -> DrugStock | None:
        """Return the drug stock at the month's end; None where no movement is known by then."""
        return self._drug_stock.get(last_day(month))

    @cached_property
    def _supplies(self) -> dict[date, list[SupplyState]]:
        reserve_days = self.records.policy("supply.reserve_days", last_day(self.month))
        spans = [(first_day(month), last_day(month)) for month in self.compared]
        return supplies_on(self.records, spans, reserve_days)

    def supplies(self, month: str) -> list[SupplyState]:
        """Return each supply item at the month's end."""
        return self._supplies.get(last_day(month), [])

    # Returns

    @property
    def own_return(self) -> Any | None:
        """Return the row of this month's latest revision; None before the first draft."""
        return self._returns.get(self.month)

    @cached_property
    def _returns(self) -> dict[str, Any]:
        """Return the best revision of each month: the latest submitted one, else the latest."""
        found = self.records.rows(
            _returns_between(self.records.table("returns")),
            form=self.form,
            since=shifted(self.month, -_HISTORY),
            until=self.month,
        )
        best: dict[str, Any] = {}
        for row in found:
            held = best.get(row.month)
            settled = row.status in SETTLED
            if row.month == self.month or held is None or settled or held.status == row.status:
                best[row.month] = row
        return best

    @cached_property
    def _typed(self) -> dict[str, dict[str, int]]:
        return {month: json.loads(row.typed or "{}") for month, row in self._returns.items()}

    def typed(self, month: str) -> dict[str, int]:
        """Return what the clerk filled in for the month, by code."""
        return self._typed.get(month, {})

    def reported(self, month: str, code: str) -> int | None:
        """Return a figure as that month's return gave it."""
        row = self._returns.get(month)
        if row is None or not row.figures:
            return None
        found = json.loads(row.figures).get("figures", {}).get(code)
        return int(found[0]) if found and found[0] is not None else None
