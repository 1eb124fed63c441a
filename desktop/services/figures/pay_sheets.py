"""What the approved pay sheets of a period say, read from their frozen content (S4-16b)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import FromClause, Select, bindparam, select

from desktop.models.registers.pay_sheets import APPROVED, MAIN
from desktop.services.figures.readings import Readings
from desktop.services.figures.spans import months_of, together, whole_months
from desktop.services.periods import MONTH, QUARTER, YEAR, Period, parse_period, period_of

PARTS = ("work", "quality", "subsidies", "rewards", "deducted", "pay")

_SUBSIDY = "subsidy"


class _Money(msgspec.Struct):
    kind: str
    label: str
    amount: int


class _Doctor(msgspec.Struct):
    id: str
    name: str
    clinic: str
    work: int
    quality: int
    subsidies: int
    rewards: int
    deducted: int
    pay: int
    money: tuple[_Money, ...] = ()


class _Clinic(msgspec.Struct):
    id: str
    name: str
    doctors: tuple[str, ...] = ()


class _Main(msgspec.Struct):
    doctors: tuple[_Doctor, ...]
    clinics: tuple[_Clinic, ...] = ()


class _Adjustment(msgspec.Struct):
    doctor: str
    name: str
    amount: int


class _Supplement(msgspec.Struct):
    adjustments: tuple[_Adjustment, ...]


@dataclass(frozen=True)
class Paid:
    """What one sheet gives one doctor, 分; ``clinic`` is the id of the doctor's main clinic."""

    doctor: str
    name: str
    clinic: str = ""
    amounts: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    supplement: int = 0


@dataclass(frozen=True)
class PaySheetRead:
    """An approved sheet with what it gives each doctor."""

    id: bytes
    period: str
    main: bool
    paid: tuple[Paid, ...]


def sheet_periods(periods: tuple[Period, ...]) -> tuple[str, ...]:
    """Return the keys of all periods a sheet may have that lie within some of these."""
    made = set()
    for month in months_of(periods):
        first = parse_period(month).first
        made |= {period_of(kind, first).key for kind in (MONTH, QUARTER, YEAR)}
    within = {key for key in made if any(_lies_in(key, each) for each in periods)}
    return tuple(sorted(within))


def _lies_in(key: str, period: Period) -> bool:
    months = parse_period(key).months
    return set(months) <= set(whole_months(period))


@lru_cache(maxsize=8)
def _approved(pay_sheets: FromClause) -> Select[*tuple[Any, ...]]:
    table = pay_sheets.c
    names = ("id", "period", "scheme", "kind", "content")
    return (
        select(*(table[name] for name in names))
        .where(
            table.deleted_at.is_(None),
            table.status == APPROVED,
            table.period.in_(bindparam("periods", expanding=True)),
        )
        .order_by(table.period, table.number, table.scheme, table.id)
    )


def sheets_of(readings: Readings, period: Period) -> list[PaySheetRead]:
    """Return the approved sheets of a period; none lies in a week."""
    wanted = sheet_periods(together(readings, period))
    return [each for each in readings.once(_sheets, wanted) if _lies_in(each.period, period)]


def _sheets(readings: Readings, periods: tuple[str, ...]) -> list[PaySheetRead]:
    if not periods:
        return []
    found = readings.records.rows(_approved(readings.records.table("pay_sheets")), periods=periods)
    return list(_once_each(found))


def _once_each(rows: Any) -> Iterator[PaySheetRead]:
    """Read the sheets; a second main one of a period and scheme, approved apart, is left out.

    A main sheet comes before its supplements, which do not name the clinics.
    """
    seen = set()
    clinics: dict[tuple[str, str], str] = {}
    for row in rows:
        main = row.kind == MAIN
        if main:
            if (row.period, row.scheme) in seen:
                continue
            seen.add((row.period, row.scheme))
        if main:
            paid = _main(row.content)
            clinics |= {(row.period, each.doctor): each.clinic for each in paid}
        else:
            paid = _supplement(row.content, row.period, clinics)
        yield PaySheetRead(bytes(row.id), row.period, main, paid)


def _main(content: str) -> tuple[Paid, ...]:
    read = msgspec.json.decode(content, type=_Main)
    return tuple(_paid(each, read.clinics) for each in read.doctors)


def _paid(each: _Doctor, clinics: tuple[_Clinic, ...]) -> Paid:
    kinds: dict[str, int] = {}
    for money in each.money:
        if money.kind == _SUBSIDY:
            kinds[money.label] = kinds.get(money.label, 0) + money.amount
    amounts = {part: getattr(each, part) for part in PARTS}
    return Paid(each.id, each.name, _clinic_of(each, clinics), amounts, kinds)


def _clinic_of(doctor: _Doctor, clinics: tuple[_Clinic, ...]) -> str:
    there = [each for each in clinics if doctor.id in each.doctors]
    named = [each.id for each in there if each.name == doctor.clinic]
    return (named or [""])[0]


def _supplement(content: str, period: str, clinics: dict[tuple[str, str], str]) -> tuple[Paid, ...]:
    read = msgspec.json.decode(content, type=_Supplement)
    return tuple(
        Paid(each.doctor, each.name, clinics.get((period, each.doctor), ""), supplement=each.amount)
        for each in read.adjustments
    )
