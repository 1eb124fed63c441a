"""Figures of village doctors' pay, their subsidies and the earmarked funds (S1-6.1d, S4-16b)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from desktop.models.registers.pay_sheets import APPROVED, MAIN, SUPPLEMENT
from desktop.models.registers.subsidies import REGISTER as SUBSIDIES
from desktop.services.figures.catalogue import (
    WHOLE,
    Argument,
    Ask,
    Behind,
    Figure,
    Kind,
    Shape,
    Values,
    declare,
)
from desktop.services.figures.dimensions import Dimension, DimensionRow, declare_dimension
from desktop.services.figures.pay_sheets import Paid, PaySheetRead, sheets_of
from desktop.services.figures.readings import Readings
from desktop.services.periods import Period
from desktop.text import N_, _

_DOCTOR = frozenset({"doctor"})
_BY_PERSON = frozenset({"clinic", "doctor"})


def _doctors(readings: Readings, period: Period) -> list[DimensionRow]:
    """Return the doctors whom a sheet of the period pays, in the order of their names."""
    found = {paid.doctor: paid.name for sheet in sheets_of(readings, period) for paid in sheet.paid}
    ordered = sorted(found.items(), key=lambda each: (each[1], each[0]))
    return [DimensionRow(key, name) for key, name in ordered]


declare_dimension(Dimension("doctor", N_("乡村医生"), _doctors, "village_doctors"))


# Sheets


def _paid(of: Callable[[PaySheetRead, Paid, Ask], int | None]) -> Callable[[Ask], Values]:
    """Return a sum over the approved sheets of a period; blank where there is none."""

    def values(ask: Ask) -> Values:
        found = sheets_of(ask.readings, ask.period)
        made: dict[str, int] = {} if ask.by or not found else {WHOLE: 0}
        for sheet in found:
            for paid in sheet.paid:
                amount = of(sheet, paid, ask)
                if amount is None:
                    continue
                row = {"clinic": paid.clinic, "doctor": paid.doctor}.get(ask.by, WHOLE)
                if row or not ask.by:
                    made[row] = made.get(row, 0) + amount
        return made

    return values


def _part(name: str) -> Callable[[PaySheetRead, Paid, Ask], int | None]:
    return lambda sheet, paid, _ask: paid.amounts[name] if sheet.main else None


def _total(sheet: PaySheetRead, paid: Paid, _ask: Ask) -> int:
    return paid.amounts["pay"] if sheet.main else paid.supplement


def _supplements(sheet: PaySheetRead, paid: Paid, _ask: Ask) -> int | None:
    return None if sheet.main else paid.supplement


def _sheets_behind(*kinds: str) -> Callable[[Ask, str], Behind | None]:
    """Return the sheets of a period; no list of records comes to one doctor's money."""

    def behind(ask: Ask, row: str) -> Behind | None:
        if row:
            return None
        table = ask.readings.records.table("pay_sheets").c
        found = [each.id for each in sheets_of(ask.readings, ask.period)]
        here = (table.status == APPROVED, table.id.in_(found), table.kind.in_(kinds))
        return Behind("pay_sheets", here, adds="total")

    return behind


def _people(ask: Ask) -> Values:
    """Return how many doctors were paid, each once."""
    found = sheets_of(ask.readings, ask.period)
    people = {paid.doctor: paid.clinic for sheet in found for paid in sheet.paid if sheet.main}
    if not ask.by:
        return {WHOLE: len(people)} if found else {}
    clinics = [clinic for clinic in people.values() if clinic]
    return {clinic: clinics.count(clinic) for clinic in clinics}


# Kinds of subsidies

_KINDS = tuple(choice.value for choice in SUBSIDIES.by_key["kind"].choices)
_KIND = Argument("subsidy_kind", N_("补助类别"), lambda: {word: _(word) for word in _KINDS})


def _register_kinds(readings: Readings) -> tuple[str, ...]:
    table = readings.records.table("subsidies").c
    asked = select(table.kind).where(table.deleted_at.is_(None), table.kind.is_not(None)).distinct()
    return tuple(sorted(str(row[0]) for row in readings.records.rows(asked)))


def _kinds(readings: Readings, period: Period) -> list[DimensionRow]:
    """Return the kinds the program knows, and those that register and sheets have besides."""
    paid = (kind for s in sheets_of(readings, period) for each in s.paid for kind in each.kinds)
    more = sorted({*readings.once(_register_kinds), *paid} - set(_KINDS))
    return [DimensionRow(word, _(word), record=False) for word in (*_KINDS, *more)]


declare_dimension(Dimension("subsidy_kind", N_("补助类别"), _kinds))


def _subsidies_paid(ask: Ask) -> Values:
    found = sheets_of(ask.readings, ask.period)
    if ask.by != "subsidy_kind":
        return _paid(_subsidies_of)(ask)
    made: dict[str, int] = {}
    for sheet in found:
        for paid in sheet.paid:
            for kind, amount in paid.kinds.items():
                made[kind] = made.get(kind, 0) + amount
    return made


def _subsidies_of(sheet: PaySheetRead, paid: Paid, ask: Ask) -> int | None:
    if not sheet.main:
        return None
    kind = ask.text("subsidy_kind")
    return paid.kinds.get(kind, 0) if kind else paid.amounts["subsidies"]


def _holds(table: Any, day: date) -> ColumnElement[bool]:
    return and_(
        table.starts_on <= day,
        or_(table.ends_on.is_(None), table.ends_on >= day),
        table.monthly.is_not(None),
    )


def _monthly_subsidies(readings: Readings, day: date) -> Mapping[str, int]:
    table = readings.records.table("subsidies").c
    found = readings.records.rows(
        select(table.kind, func.sum(table.monthly))
        .where(table.deleted_at.is_(None), table.kind.is_not(None), _holds(table, day))
        .group_by(table.kind)
    )
    return {str(kind): int(amount) for kind, amount in found}


def _subsidies_due(ask: Ask) -> Values:
    found = ask.readings.once(_monthly_subsidies, ask.period.last)
    if ask.by:
        return found
    kind = ask.text("subsidy_kind")
    known = [amount for word, amount in found.items() if kind in ("", word)]
    return {WHOLE: sum(known)} if known else {}


def _subsidies_behind(ask: Ask, row: str) -> Behind:
    table = ask.readings.records.table("subsidies").c
    kind = row or ask.text("subsidy_kind")
    which = table.kind == kind if kind else table.kind.is_not(None)
    return Behind("subsidies", (_holds(table, ask.period.last), which), adds="monthly")


# The figures

_PARTS = (
    ("work", N_("工作量补助"), N_("各正表中村医工作量金额之和，未乘质量系数。")),
    ("quality", N_("绩效金额"), N_("各正表中村医工作量乘质量系数后（或按总额分得）的金额之和。")),
    ("rewards", N_("奖励"), N_("各正表中村医奖励金额之和。")),
    ("deducted", N_("扣款"), N_("各正表中村医扣款金额之和。")),
)

for _name, _label, _definition in _PARTS:
    declare(
        Figure(
            key=f"pay.{_name}",
            label=_label,
            unit=N_("元"),
            definition=_definition,
            clause="S1-6.1d",
            shape=Shape.MONEY,
            by=_BY_PERSON,
            values=_paid(_part(_name)),
        )
    )

declare(
    Figure(
        key="pay.total",
        label=N_("发放合计"),
        unit=N_("元"),
        definition=N_("期间各正表与补充表的合计金额；期间内没有核定的发放表时空白。"),
        clause="S1-6.1d",
        shape=Shape.MONEY,
        by=_BY_PERSON,
        values=_paid(_total),
        behind=_sheets_behind(MAIN, SUPPLEMENT),
    ),
    Figure(
        key="pay.main",
        label=N_("正表发放金额"),
        unit=N_("元"),
        definition=N_("期间各正表的合计金额；同一期间同一方案核定了两次的只计第一张。"),
        clause="S1-6.1d",
        shape=Shape.MONEY,
        by=_BY_PERSON,
        values=_paid(_part("pay")),
        behind=_sheets_behind(MAIN),
    ),
    Figure(
        key="pay.supplements",
        label=N_("补发（扣回）金额"),
        unit=N_("元"),
        definition=N_("期间各补充表的合计金额，扣回为负。"),
        clause="S1-6.1d",
        shape=Shape.MONEY,
        by=_BY_PERSON,
        values=_paid(_supplements),
        behind=_sheets_behind(SUPPLEMENT),
    ),
    Figure(
        key="pay.subsidies",
        label=N_("定额补助发放金额"),
        unit=N_("元"),
        definition=N_("各正表中村医定额补助之和；可指明补助类别。"),
        clause="S4-16b",
        shape=Shape.MONEY,
        by=_BY_PERSON | {"subsidy_kind"},
        arguments=(_KIND,),
        values=_subsidies_paid,
    ),
    Figure(
        key="pay.doctors",
        label=N_("发放人数"),
        unit=N_("人"),
        definition=N_("期间各正表上的村医，每人计一次；逐室时按主要任职的卫生室。"),
        clause="S1-6.1d",
        kind=Kind.STOCK,
        by=frozenset({"clinic"}),
        values=_people,
    ),
    Figure(
        key="subsidies.monthly",
        label=N_("期末执行的月补助标准"),
        unit=N_("元"),
        definition=N_("期末在执行的村医定额补助的月补助额之和。"),
        clause="S4-16b",
        kind=Kind.STOCK,
        shape=Shape.MONEY,
        by=frozenset({"subsidy_kind"}),
        arguments=(_KIND,),
        values=_subsidies_due,
        behind=_subsidies_behind,
    ),
)
