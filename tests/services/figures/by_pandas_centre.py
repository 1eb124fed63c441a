"""The centre's own work by pandas, from its returns and their cells."""

from __future__ import annotations

import json

import pandas as pd

from desktop.services.periods import Period
from tests.services.figures.by_pandas_clinics import monthly, months, ratio
from tests.services.figures.independent import (
    WHOLE,
    WITHOUT_LIST,
    Answer,
    Arguments,
    Calculation,
    Tables,
    calculates,
)

FORM = "medical_services_monthly"


def typed(tables: Tables, month: str) -> dict[str, float]:
    returns = tables["returns"]
    returns = returns[(returns["form"] == FORM) & (returns["month"] == month)]
    sent = returns[returns["status"].isin(["已上报", "县级已接收", "县级已审定"])]
    chosen = (sent if len(sent) else returns).sort_values(["revision", "id"])
    values = json.loads(chosen["typed"].iloc[-1]) if len(chosen) else {}
    cells = tables["return_cells"]
    cells = cells[(cells["form"] == FORM) & (cells["period"] == month) & (cells["kind"] == "填报")]
    over = cells.set_index("cell")["value"]
    values = pd.concat([pd.Series(values, dtype=object).drop(over.index, errors="ignore"), over])
    return {code: float(value) for code, value in values.items() if value not in (None, "")}


def lines(needed: str, more: str = "") -> Calculation:
    def calculation(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
        every = pd.DataFrame([typed(tables, month) for month in months(period)])
        for code in (*needed.split(), *more.split()):
            every[code] = every.get(code)
        full = every.dropna(subset=needed.split())
        columns = full[[*needed.split(), *more.split()]]
        return {WHOLE: int(columns.astype(float).fillna(0).to_numpy().sum())} if len(full) else {}

    return calculation


VISITS, TCM = lines("M11 M12", "M13"), lines("M17")
calculates("centre.visits")(VISITS)
calculates("centre.tcm_visits")(TCM)
for _name, _code in (
    ("discharges", "M31"),
    ("referrals_up", "M40"),
    ("referrals_down", "M41"),
    ("outpatient_income", "M51"),
    ("drug_income", "M52"),
    ("inpatient_income", "M55"),
):
    calculates(f"centre.{_name}")(lines(_code))
    WITHOUT_LIST[f"centre.{_name}"] = "typed into a return"


def both(one: Calculation, other: Calculation) -> Calculation:
    def calculation(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
        found = [each(tables, period, arguments, by) for each in (one, other)]
        return {WHOLE: found[0][WHOLE] + found[1][WHOLE]} if all(found) else {}

    return calculation


BASE, BASE_TCM = both(VISITS, monthly("visits")), both(TCM, monthly("tcm_visits"))
calculates("base.visits")(BASE)
calculates("base.tcm_visits")(BASE_TCM)
calculates("base.tcm_share")(ratio(BASE_TCM, BASE))
calculates("base.village_share")(ratio(monthly("visits"), BASE))
for _name in ("centre.visits", "centre.tcm_visits", "base.visits", "base.tcm_visits"):
    WITHOUT_LIST[_name] = "typed into a return"
