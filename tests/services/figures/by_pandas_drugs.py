"""The figures of drugs once more, from whole tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pandas as pd

from desktop.services.periods import Period
from tests.services.figures.by_pandas_clinics import listed
from tests.services.figures.independent import (
    WHOLE,
    WITHOUT_LIST,
    Answer,
    Arguments,
    Calculation,
    Tables,
    calculates,
    once,
    quotient,
)

WITHOUT_LIST["drugs.days_of_cover"] = "days are no records"


def _classes(tables: Tables) -> list[str]:
    drugs, lots = tables["drugs"], tables["drug_stock"]
    lost = ~lots["drug_id"].isin(drugs["id"])
    blank = drugs["drug_class"].isna()
    found = {"西药", "中成药", "中药饮片", *drugs["drug_class"].dropna()}
    return [*sorted(found), *(["unknown"] if lost.any() or blank.any() else [])]


def _drug_key(drugs: pd.DataFrame, by: str) -> pd.Series:
    return drugs["drug_class"].fillna("unknown") if by else pd.Series(WHOLE, index=drugs.index)


def _in_use(tables: Tables, by: str, *, essential: bool) -> Answer:
    drugs = tables["drugs"]
    if drugs.empty:
        return {}
    drugs["row"] = _drug_key(drugs, by)
    drugs = drugs[drugs["status"] != "停用"]
    if essential:
        drugs = drugs[drugs["essential"] == True]  # noqa: E712 - a column with blanks
    counts = drugs["row"].value_counts()
    return {row: int(counts.get(row, 0)) for row in (_classes(tables) if by else [WHOLE])}


@calculates("drugs.in_use")
def _(tables: Tables, _period: Period, _arguments: Arguments, by: str) -> Answer:
    return _in_use(tables, by, essential=False)


@calculates("drugs.essential_in_use")
def _(tables: Tables, _period: Period, _arguments: Arguments, by: str) -> Answer:
    return _in_use(tables, by, essential=True)


@calculates("drugs.essential_share")
def _(tables: Tables, _period: Period, _arguments: Arguments, by: str) -> Answer:
    return quotient(_in_use(tables, by, essential=True), _in_use(tables, by, essential=False))


# Movements


@once
def _moves(tables: Tables, until: date) -> pd.DataFrame:
    moves = tables["stock_moves"].dropna(subset=["moved_on"])
    moves = moves[moves["moved_on"] <= until]
    lots = tables["drug_stock"][["id", "drug_id", "unit_price", "expires_on"]]
    drugs = tables["drugs"][["id", "drug_class", "essential", "status"]]
    lots = lots.rename(columns={"id": "lot_id"})
    drugs = drugs.rename(columns={"id": "drug_id", "status": "use"})
    drugs["listed"] = True
    joined = moves.dropna(subset=["lot_id"]).merge(lots, on="lot_id")
    return joined.merge(drugs, on="drug_id", how="left")


def _ledger_kept(tables: Tables, until: date) -> bool:
    return bool((tables["stock_moves"]["moved_on"].dropna() <= until).any())


def _rows(tables: Tables, joined: pd.DataFrame, by: str, period: Period) -> list[str]:
    if by == "drug_class":
        return _classes(tables)
    if by == "clinic":
        return sorted(listed(tables, period))
    if by == "drug":
        moved = joined[joined["listed"].notna()].dropna(
            subset=["quantity" if "quantity" in joined else "held"]
        )
        return [str(key) for key in moved["drug_id"].unique()]
    return [WHOLE]


def _row_column(joined: pd.DataFrame, by: str) -> pd.Series:
    if by == "drug_class":
        return joined["drug_class"].fillna("unknown")
    if by:
        return joined[f"{by}_id"]
    return pd.Series(WHOLE, index=joined.index)


def _moved(
    kind: str, *, essential: bool = False, clinics: bool = False, value: bool = True
) -> Calculation:
    def calculation(tables: Tables, period: Period, _arguments: Arguments, by: str) -> Answer:
        if not _ledger_kept(tables, period.last) or not (value or by):
            return {}
        joined = _moves(tables, period.last)
        rows = _rows(tables, joined, by, period)
        joined["row"] = _row_column(joined, by)
        part = joined[(joined["kind"] == kind) & (joined["moved_on"] >= period.first)]
        part = part.dropna(subset=["quantity"])
        if essential:
            part = part[part["essential"] == True]  # noqa: E712
        if clinics:
            part = part.dropna(subset=["clinic_id"])
        sign = 1 if kind == "入库" else -1
        made = {}
        for row in rows:
            mine = part[part["row"] == row]
            if not value:
                made[row] = sign * int(mine["quantity"].sum())
            elif mine.empty:
                made[row] = 0
            elif mine["unit_price"].notna().any():
                made[row] = sign * int((mine["quantity"] * mine["unit_price"]).sum())
        return made

    return calculation


_purchased = _moved("入库")
_essential_purchased = _moved("入库", essential=True)
_used = _moved("出库")
_essential_used = _moved("出库", essential=True)
calculates("drugs.purchased_value")(_purchased)
calculates("drugs.essential_purchased_value")(_essential_purchased)
calculates("drugs.used_value")(_used)
calculates("drugs.essential_used_value")(_essential_used)
calculates("drugs.lost_value")(_moved("报损"))
calculates("drugs.clinic_value")(_moved("出库", clinics=True))
calculates("drugs.purchased")(_moved("入库", value=False))
calculates("drugs.used")(_moved("出库", value=False))


@calculates("drugs.essential_purchase_share")
def _(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    above = _essential_purchased(tables, period, arguments, by)
    return quotient(above, _purchased(tables, period, arguments, by))


@calculates("drugs.essential_use_share")
def _(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    above = _essential_used(tables, period, arguments, by)
    return quotient(above, _used(tables, period, arguments, by))


# Lots on a day


@once
def _stock(tables: Tables, day: date) -> pd.DataFrame:
    """Return the lots that had moved by a day, with what their movements come to."""
    joined = _moves(tables, day).dropna(subset=["quantity"])
    columns = ["lot_id", "drug_id", "unit_price", "expires_on", "drug_class", "listed", "use"]
    lots = joined[columns].drop_duplicates("lot_id").set_index("lot_id")
    return lots.assign(held=joined.groupby("lot_id")["quantity"].sum())


def _before(lots: pd.DataFrame, day: date) -> pd.Series:
    return lots["expires_on"].map(lambda each: not pd.isna(each) and each < day).astype(bool)


def _on_a_day(
    chosen: Callable[[pd.DataFrame, date, Tables], pd.DataFrame | None], what: str
) -> Calculation:
    def calculation(tables: Tables, period: Period, _arguments: Arguments, by: str) -> Answer:
        if not _ledger_kept(tables, period.last) or (what == "held" and not by):
            return {}
        lots = _stock(tables, period.last)
        rows = _rows(tables, lots.reset_index(), by, period)
        lots["row"] = _row_column(lots, by)
        part = chosen(lots, period.last, tables)
        if part is None:
            return {}
        made = {}
        for row in rows:
            mine = part[part["row"] == row]
            if what == "count":
                made[row] = len(mine)
            elif what == "held":
                made[row] = int(mine["held"].sum())
            elif mine.empty or mine["unit_price"].notna().any():
                made[row] = int((mine["held"] * mine["unit_price"]).sum())
        return made

    return calculation


def _every(lots: pd.DataFrame, _day: date, _tables: Tables) -> pd.DataFrame:
    return lots


def _expired(lots: pd.DataFrame, day: date, _tables: Tables) -> pd.DataFrame:
    return lots[(lots["held"] > 0) & _before(lots, day)]


def _negative(lots: pd.DataFrame, _day: date, _tables: Tables) -> pd.DataFrame:
    return lots[lots["held"] < 0]


def _near(lots: pd.DataFrame, day: date, tables: Tables) -> pd.DataFrame | None:
    days = tables.policy("drug.near_expiry_days", day)
    if days is None:
        return None
    soon = _before(lots, day + timedelta(days=int(days) + 1))
    return lots[(lots["held"] > 0) & soon & ~_before(lots, day)]


calculates("drugs.lots_near_expiry")(_on_a_day(_near, "count"))
calculates("drugs.near_expiry_value")(_on_a_day(_near, "value"))
calculates("drugs.lots_expired")(_on_a_day(_expired, "count"))
calculates("drugs.expired_value")(_on_a_day(_expired, "value"))
calculates("drugs.lots_negative")(_on_a_day(_negative, "count"))
calculates("drugs.stock_value")(_on_a_day(_every, "value"))
calculates("drugs.stock")(_on_a_day(_every, "held"))


def _by_class(tables: Tables, drugs: list[str], by: str) -> Answer:
    if not by:
        return {WHOLE: len(drugs)}
    known = tables["drugs"].set_index("id")["drug_class"].fillna("unknown")
    counts = known.loc[drugs].value_counts()
    return {row: int(counts.get(row, 0)) for row in _classes(tables)}


def _drugs_in_use(tables: Tables) -> list[str]:
    drugs = tables["drugs"]
    return [str(key) for key in drugs.loc[drugs["status"] != "停用", "id"]]


@calculates("drugs.out_of_stock")
def _(tables: Tables, period: Period, _arguments: Arguments, by: str) -> Answer:
    if not _ledger_kept(tables, period.last):
        return {}
    lots = _stock(tables, period.last)
    there = set(lots.loc[(lots["held"] > 0) & ~_before(lots, period.last), "drug_id"])
    return _by_class(tables, [key for key in _drugs_in_use(tables) if key not in there], by)


def _cover(tables: Tables, period: Period) -> Answer:
    joined = _moves(tables, period.last)
    issued = joined[(joined["kind"] == "出库") & (joined["moved_on"] >= period.first)]
    gone = -issued.groupby("drug_id")["quantity"].sum()
    lots = _stock(tables, period.last)
    good = lots[(lots["held"] < 0) | ~_before(lots, period.last)]
    left = good.groupby("drug_id")["held"].sum()
    return {
        key: int(Fraction(max(0, int(left.get(key, 0))) * period.days) / int(gone[key]))
        for key in _drugs_in_use(tables)
        if key in gone and gone[key] > 0
    }


@calculates("drugs.days_of_cover")
def _(tables: Tables, period: Period, _arguments: Arguments, by: str) -> Answer:
    cover = _cover(tables, period)
    if by:
        return cover
    return {WHOLE: min(cover.values())} if cover else {}


@calculates("drugs.below_cover")
def _(tables: Tables, period: Period, _arguments: Arguments, by: str) -> Answer:
    least = tables.policy("drug.least_cover_days", period.last)
    if least is None or not _ledger_kept(tables, period.last):
        return {}
    short = [key for key, days in _cover(tables, period).items() if days < least]
    return _by_class(tables, short, by)
