"""The figures of the fever room's supplies once more, from whole tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pandas as pd

from desktop.services.periods import Period
from tests.services.figures.independent import (
    WHOLE,
    WITHOUT_LIST,
    Answer,
    Arguments,
    Calculation,
    Tables,
    calculates,
    share,
)

WITHOUT_LIST["supplies.days_of_cover"] = "days are no records"


def _ledger(tables: Tables, until: date) -> pd.DataFrame:
    moves = tables["supply_moves"].dropna(subset=["supply_id", "moved_on"])
    moves = moves[moves["supply_id"].isin(tables["supplies"]["id"])]
    return moves[moves["moved_on"] <= until]


def _held(tables: Tables, until: date) -> Answer:
    moves = _ledger(tables, until).dropna(subset=["quantity"])
    sums = moves.groupby("supply_id")["quantity"].sum()
    return {str(key): int(value) for key, value in sums.items()}


def _moved(tables: Tables, period: Period, kinds: Callable[[str | None], bool]) -> Answer:
    moves = _ledger(tables, period.last)
    moves = moves[(moves["moved_on"] >= period.first) & moves["kind"].map(kinds)]
    sums = moves.groupby("supply_id")["quantity"].sum()
    return {key: int(sums.get(key, 0)) for key in _held(tables, period.last)}


def _of_kind(kind: str, sign: int) -> Calculation:
    def calculation(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
        moved = _moved(tables, period, lambda each: each == kind)
        return {key: sign * value for key, value in moved.items()}

    return calculation


calculates("supplies.received")(_of_kind("入库", 1))
calculates("supplies.used")(_of_kind("出库", -1))
calculates("supplies.lost")(_of_kind("报损", -1))


@calculates("supplies.other")
def _(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    return _moved(tables, period, lambda each: each not in ("入库", "出库"))


@calculates("supplies.stock")
def _stock(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    return _held(tables, period.last)


@calculates("supplies.opening")
def _(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    return _held(tables, period.first - timedelta(days=1))


@calculates("supplies.reserve")
def _reserve(tables: Tables, _period: Period, _arguments: Arguments, _by: str) -> Answer:
    items = tables["supplies"].dropna(subset=["reserve"])
    return {str(row["id"]): int(row["reserve"]) for _at, row in items.iterrows()}


@calculates("supplies.reserve_share")
def _(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    held = _stock(tables, period, arguments, by)
    reserves = _reserve(tables, period, arguments, by)
    made = {}
    for key, reserve in reserves.items():
        if reserve and key in held:
            exact = Fraction(held[key] * 10_000, reserve)
            away = int(abs(exact) + Fraction(1, 2))
            made[key] = away if exact >= 0 else -away
    return made


def _days(tables: Tables, period: Period) -> Answer:
    policy = tables.policy("supply.reserve_days", period.last)
    used = _moved(tables, period, lambda each: each == "出库")
    reserves = _reserve(tables, period, {}, "supply")
    made = {}
    for key, held in _held(tables, period.last).items():
        if held <= 0:
            made[key] = 0
        elif used[key] < 0:
            made[key] = int(Fraction(held * period.days, -used[key]))
        elif reserves.get(key) and policy:
            made[key] = int(Fraction(held) * Fraction(policy) / reserves[key])
    return made


@calculates("supplies.days_of_cover")
def _(tables: Tables, period: Period, _arguments: Arguments, by: str) -> Answer:
    days = _days(tables, period)
    if by:
        return days
    return {WHOLE: min(days.values())} if days else {}


@calculates("supplies.items")
def _(tables: Tables, _period: Period, _arguments: Arguments, _by: str) -> Answer:
    return {WHOLE: len(tables["supplies"])} if len(tables["supplies"]) else {}


def _against_reserve(tables: Tables, period: Period) -> list[bool]:
    """Return for each item with a reserve and a ledger whether there is enough."""
    held = _held(tables, period.last)
    reserves = _reserve(tables, period, {}, "supply")
    return [held[key] >= reserve for key, reserve in reserves.items() if key in held]


def _counting(count: Callable[[list[bool]], int]) -> Calculation:
    def calculation(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
        found = _against_reserve(tables, period)
        return {WHOLE: count(found)} if found else {}

    return calculation


calculates("supplies.with_reserve")(_counting(len))
calculates("supplies.reserve_met")(_counting(sum))
calculates("supplies.below_reserve")(_counting(lambda found: len(found) - sum(found)))
calculates("supplies.reserve_met_share")(_counting(lambda found: share(sum(found), len(found))))


@calculates("supplies.out")
def _(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    held = _held(tables, period.last)
    return {WHOLE: sum(each <= 0 for each in held.values())} if held else {}


def _expiries(tables: Tables, period: Period) -> list[date] | None:
    held = _held(tables, period.last)
    if not held:
        return None
    items = tables["supplies"].dropna(subset=["nearest_expiry"])
    days = dict(zip(items["id"], items["nearest_expiry"], strict=True))
    return [days[key] for key, each in held.items() if each > 0 and key in days]


@calculates("supplies.near_expiry")
def _(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    expiries = _expiries(tables, period)
    warned = tables.policy("supply.near_expiry_days", period.last)
    if expiries is None or warned is None:
        return {}
    left = [(each - period.last).days for each in expiries]
    return {WHOLE: sum(0 <= each <= warned for each in left)}


@calculates("supplies.expired")
def _(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    expiries = _expiries(tables, period)
    if expiries is None:
        return {}
    return {WHOLE: sum(each < period.last for each in expiries)}
