"""The figures of drug shortages once more, from whole tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pandas as pd

from desktop.services.periods import Period
from tests.services.figures.by_pandas_clinics import listed
from tests.services.figures.independent import (
    WHOLE,
    Answer,
    Arguments,
    Calculation,
    Tables,
    calculates,
    once,
    quotient,
)

_SERVED = ("县级配送", "调剂", "替代药品")


@once
def _asked_for(tables: Tables) -> pd.DataFrame:
    rows = tables["shortages"].dropna(subset=["reported_on"])
    rows["served"] = rows["outcome"].isin(_SERVED) & rows["resolved_on"].notna()
    return rows


def _on_or_before(column: pd.Series, day: date) -> pd.Series:
    return column.map(lambda each: not pd.isna(each) and each <= day).astype(bool)


def _within(column: pd.Series, period: Period) -> pd.Series:
    return _on_or_before(column, period.last) & ~_on_or_before(
        column, period.first - timedelta(days=1)
    )


Choosing = Callable[[pd.DataFrame, Period], pd.Series]


def _opened(rows: pd.DataFrame, period: Period) -> pd.Series:
    return _within(rows["reported_on"], period)


def _told(rows: pd.DataFrame, period: Period) -> pd.Series:
    return _opened(rows, period) & _on_or_before(rows["reported_to_county_on"], period.last)


def _served(rows: pd.DataFrame, period: Period) -> pd.Series:
    return rows["served"] & _within(rows["resolved_on"], period)


def _opened_served(rows: pd.DataFrame, period: Period) -> pd.Series:
    here = _on_or_before(rows["resolved_on"], period.last)
    return _opened(rows, period) & rows["served"] & here


def _open(rows: pd.DataFrame, period: Period) -> pd.Series:
    settled = _on_or_before(rows["resolved_on"], period.last)
    return _on_or_before(rows["reported_on"], period.last) & ~settled


def _shortages(chosen: Choosing) -> Calculation:
    def calculation(tables: Tables, period: Period, _arguments: Arguments, by: str) -> Answer:
        rows = _asked_for(tables)
        if not _on_or_before(rows["reported_on"], period.last).any():
            return {}
        part = rows[chosen(rows, period)]
        if not by:
            return {WHOLE: len(part)}
        counts = part[f"{by}_id"].value_counts()
        keys = listed(tables, period) if by == "clinic" else set(tables["drugs"]["id"])
        return {str(key): int(counts.get(key, 0)) for key in keys}

    return calculation


calculates("shortages.opened")(_shortages(_opened))
calculates("shortages.told")(_shortages(_told))
calculates("shortages.served")(_shortages(_served))
calculates("shortages.opened_served")(_shortages(_opened_served))
calculates("shortages.open")(_shortages(_open))


@calculates("shortages.served_share")
def _(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    above = _shortages(_opened_served)(tables, period, arguments, by)
    return quotient(above, _shortages(_opened)(tables, period, arguments, by))


def _waits(tables: Tables, period: Period) -> list[int] | None:
    rows = _asked_for(tables)
    if not _on_or_before(rows["reported_on"], period.last).any():
        return None
    part = rows[_served(rows, period)]
    days = zip(part["reported_on"], part["resolved_on"], strict=True)
    return [(end - start).days for start, end in days]


@calculates("shortages.wait_days")
def _(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    waits = _waits(tables, period)
    return {} if waits is None else {WHOLE: sum(waits)}


@calculates("shortages.mean_wait")
def _(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    waits = _waits(tables, period)
    return {WHOLE: int(Fraction(100 * sum(waits), len(waits)) + Fraction(1, 2))} if waits else {}


def _listed(tables: Tables, period: Period) -> pd.DataFrame:
    rows = _asked_for(tables)
    return rows[_opened(rows, period) | _served(rows, period) | _open(rows, period)]


@calculates("shortages.needed")
def _(tables: Tables, period: Period, _arguments: Arguments, by: str) -> Answer:
    rows = _listed(tables, period).dropna(subset=["needed"])
    return {str(row["id"]): int(row["needed"]) for _at, row in rows.iterrows()} if by else {}


@calculates("shortages.days_open")
def _(tables: Tables, period: Period, _arguments: Arguments, by: str) -> Answer:
    made = {}
    for _at, row in _listed(tables, period).iterrows() if by else ():
        end = row["resolved_on"]
        until = period.last if pd.isna(end) or end > period.last else end
        made[str(row["id"])] = (until - row["reported_on"]).days
    return made
