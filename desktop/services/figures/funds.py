"""Figures of the earmarked funds: received, passed on to the clinics, spent, left (S4-16b)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from desktop.models.registers.fund_moves import PASSED_ON, RECEIVED
from desktop.models.registers.fund_moves import REGISTER as FUND_MOVES
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
from desktop.services.figures.readings import Readings
from desktop.services.figures.spans import spans, together, within
from desktop.services.periods import Period
from desktop.text import N_, _

_FUNDS = tuple(choice.value for choice in FUND_MOVES.by_key["fund"].choices)
_FUND = Argument("fund", N_("资金"), lambda: {word: _(word) for word in _FUNDS})

SPENT, DEDUCTED, SENT_BACK = "本院支出", "考核扣减", "退回"


def _fund_rows(readings: Readings, _period: Period) -> list[DimensionRow]:
    known = readings.once(_fund_words)
    words = (*_FUNDS, *(word for word in known if word not in _FUNDS))
    return [DimensionRow(word, _(word), record=False) for word in words]


def _fund_words(readings: Readings) -> tuple[str, ...]:
    table = readings.records.table("fund_moves").c
    asked = select(table.fund).where(table.deleted_at.is_(None), table.fund.is_not(None)).distinct()
    return tuple(sorted(str(row[0]) for row in readings.records.rows(asked)))


declare_dimension(Dimension("fund", N_("资金"), _fund_rows))


def _moves(readings: Readings, wanted: Any) -> list[Any]:
    """Return the movements in some spans; a centre books some hundreds a year."""
    table = readings.records.table("fund_moves").c
    names = ("fund", "kind", "moved_on", "amount", "clinic_id")
    return list(
        readings.records.rows(
            select(*(table[name] for name in names)).where(
                table.deleted_at.is_(None),
                table.fund.is_not(None),
                table.amount.is_not(None),
                within(table.moved_on, wanted),
            )
        )
    )


def _first_moved(readings: Readings) -> date | None:
    table = readings.records.table("fund_moves").c
    asked = select(func.min(table.moved_on)).where(table.deleted_at.is_(None))
    found: date | None = readings.records.one(asked)[0]
    return found


def _booked(ask: Ask) -> bool:
    first = ask.readings.once(_first_moved)
    return first is not None and first <= ask.period.last


def _moved(kind: str) -> Callable[[Ask], Values]:
    def values(ask: Ask) -> Values:
        if not _booked(ask):
            return {}
        wanted = spans(together(ask.readings, ask.period))
        fund = ask.text("fund")
        rows = _fund_rows(ask.readings, ask.period) if ask.by == "fund" else []
        made = dict.fromkeys((each.key for each in rows), 0) if ask.by else {WHOLE: 0}
        for row in ask.readings.once(_moves, wanted):
            here = ask.period.first <= row.moved_on <= ask.period.last
            if not here or row.kind != kind or fund not in ("", row.fund):
                continue
            clinic = bytes(row.clinic_id).hex() if row.clinic_id is not None else ""
            key = {"fund": row.fund, "clinic": clinic}.get(ask.by, WHOLE)
            if key or not ask.by:
                made[key] = made.get(key, 0) + int(row.amount)
        return made

    return values


def _moved_behind(kind: str) -> Callable[[Ask, str], Behind]:
    def behind(ask: Ask, row: str) -> Behind:
        table = ask.readings.records.table("fund_moves").c
        here = [table.kind == kind, table.moved_on.between(ask.period.first, ask.period.last)]
        return Behind("fund_moves", (*here, *_of_fund(ask, row)), adds="amount")

    return behind


def _of_fund(ask: Ask, row: str) -> list[ColumnElement[bool]]:
    table = ask.readings.records.table("fund_moves").c
    fund = row if ask.by == "fund" else ask.text("fund")
    made = [table.fund == fund if fund else table.fund.is_not(None)]
    if ask.by == "clinic":
        made.append(table.clinic_id == bytes.fromhex(row))
    return made


def _signed(table: Any) -> ColumnElement[Any]:
    return case((table.kind == RECEIVED, table.amount), else_=-table.amount)


def _balances(readings: Readings, day: date) -> Mapping[str, int]:
    table = readings.records.table("fund_moves").c
    found = readings.records.rows(
        select(table.fund, func.sum(_signed(table)))
        .where(
            table.deleted_at.is_(None),
            table.fund.is_not(None),
            table.kind.is_not(None),
            table.moved_on <= day,
        )
        .group_by(table.fund)
    )
    return {str(fund): int(amount or 0) for fund, amount in found}


def _balance(ask: Ask) -> Values:
    found = ask.readings.once(_balances, ask.period.last)
    if ask.by:
        return found
    fund = ask.text("fund")
    known = [amount for word, amount in found.items() if fund in ("", word)]
    return {WHOLE: sum(known)} if known else {}


def _balance_behind(ask: Ask, row: str) -> Behind:
    table = ask.readings.records.table("fund_moves").c
    here = (table.moved_on <= ask.period.last, table.kind.is_not(None), *_of_fund(ask, row))
    return Behind("fund_moves", here, worth=_signed(table))


# The figures

declare(
    Figure(
        key="funds.balance",
        label=N_("专项补助资金结余"),
        unit=N_("元"),
        definition=N_("到期末为止收到的专项补助资金，减去拨付、支出、扣减和退回。"),
        clause="S4-16b",
        kind=Kind.STOCK,
        shape=Shape.MONEY,
        by=frozenset({"fund"}),
        arguments=(_FUND,),
        values=_balance,
        behind=_balance_behind,
    ),
)

_MOVES = (
    ("received", RECEIVED, N_("收到专项补助资金"), frozenset({"fund"})),
    ("passed_on", PASSED_ON, N_("拨付卫生室资金"), frozenset({"fund", "clinic"})),
    ("spent", SPENT, N_("本院支出专项资金"), frozenset({"fund"})),
    ("deducted", DEDUCTED, N_("考核扣减专项资金"), frozenset({"fund"})),
    ("sent_back", SENT_BACK, N_("退回专项资金"), frozenset({"fund"})),
)

for _name, _kind, _label, _by in _MOVES:
    declare(
        Figure(
            key=f"funds.{_name}",
            label=_label,
            unit=N_("元"),
            definition=N_("日期在期间内、该收支类别的专项补助资金之和；可指明资金。"),
            clause="S4-16b",
            shape=Shape.MONEY,
            by=_by,
            arguments=(_FUND,),
            values=_moved(_kind),
            behind=_moved_behind(_kind),
        )
    )
