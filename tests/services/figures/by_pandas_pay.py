"""Pay, subsidies, funds and public-health work by pandas."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

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
    once,
)


def month_numbers(key: str) -> list[str]:
    year = key[:4]
    if "Q" in key:
        last = int(key[-1]) * 3
        return [f"{year}-{n:02d}" for n in range(last - 2, last + 1)]
    return [f"{year}-{n:02d}" for n in range(1, 13)] if len(key) == 4 else [key]


def sheets(tables: Tables, period: Period) -> pd.DataFrame:
    rows = tables["pay_sheets"]
    rows = rows[rows["status"] == "已核定"]
    whole = set(months(period))
    rows = rows[[bool(whole) and set(month_numbers(key)) <= whole for key in rows["period"]]]
    main = rows[rows["kind"] == "正表"].drop_duplicates(["period", "scheme"], keep="first")
    return pd.concat([main, rows[rows["kind"] == "补充"]])


@once
def lines(tables: Tables, period: Period) -> pd.DataFrame | None:
    """One row for each doctor of each sheet."""
    found = sheets(tables, period)
    if found.empty:
        return None
    made: list[dict[str, Any]] = []
    homes: dict[tuple[str, str], str] = {}
    for _at, sheet in found.iterrows():
        content = json.loads(sheet["content"])
        if sheet["kind"] == "正表":
            ids = {each["name"]: each["id"] for each in content["clinics"]}
            for each in content["doctors"]:
                homes[sheet["period"], each["id"]] = ids.get(each["clinic"], "")
                kinds = pd.DataFrame(each["money"])
                kinds = kinds[kinds["kind"] == "subsidy"].groupby("label")["amount"].sum()
                amounts = {k: each[k] for k in ("work", "quality", "subsidies", "rewards")}
                amounts |= {"deducted": each["deducted"], "main": each["pay"]}
                amounts |= {f"kind {kind}": int(amount) for kind, amount in kinds.items()}
                made.append(
                    {
                        "doctor": each["id"],
                        "period": sheet["period"],
                        "total": each["pay"],
                        **amounts,
                    }
                )
        else:
            made.extend(
                {
                    "doctor": each["doctor"],
                    "period": sheet["period"],
                    "total": each["amount"],
                    "supplements": each["amount"],
                }
                for each in content["adjustments"]
            )
    rows = pd.DataFrame(made)
    rows["clinic"] = [
        homes.get((period_key, who), "")
        for period_key, who in zip(rows["period"], rows["doctor"], strict=True)
    ]
    return rows


def money(name: str) -> Calculation:
    def calculation(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
        rows = lines(tables, period)
        if rows is None:
            return {}
        column = name
        if arguments.get("subsidy_kind"):
            column = f"kind {arguments['subsidy_kind']}"
            rows[column] = rows.get(column, pd.Series(0.0, rows.index)).fillna(0)
            rows = rows[rows["subsidies"].notna()]
        if column not in rows:
            rows[column] = None
        if by == "subsidy_kind":
            kinds = [each for each in rows.columns if each.startswith("kind ")]
            return {each[5:]: int(rows[each].sum()) for each in kinds}
        if not by:
            return {WHOLE: int(rows[column].sum())}
        known = rows[rows[column].notna() & (rows[by] != "")]
        return {key: int(value) for key, value in known.groupby(by)[column].sum().items()}

    return calculation


for _name in ("work", "quality", "rewards", "deducted", "total", "main", "supplements"):
    calculates(f"pay.{_name}")(money(_name))
calculates("pay.subsidies")(money("subsidies"))
for _name in ("work", "quality", "rewards", "deducted", "subsidies", "doctors"):
    WITHOUT_LIST[f"pay.{_name}"] = "stands inside the sheets, not in records of its own"
for _name in ("total", "main", "supplements"):
    for _by in ("clinic", "doctor"):
        WITHOUT_LIST[f"pay.{_name} {_by}"] = "a sheet pays many"


@calculates("pay.doctors")
def doctors(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    rows = lines(tables, period)
    if rows is None:
        return {}
    order = list(dict.fromkeys(sorted(rows["period"])))
    rows = rows[rows["work"].notna()] if "work" in rows else rows.iloc[:0]
    rows = rows.assign(at=rows["period"].map(order.index)).sort_values("at", kind="stable")
    people = rows.drop_duplicates("doctor", keep="last")
    if not by:
        return {WHOLE: len(people)}
    counts = people[people["clinic"] != ""]["clinic"].value_counts()
    return {key: int(count) for key, count in counts.items()}


# Subsidies and funds


@calculates("subsidies.monthly")
def monthly_subsidies(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    rows = tables["subsidies"].dropna(subset=["kind", "monthly", "starts_on"])
    ends = rows["ends_on"].map(lambda day: day if isinstance(day, date) else date.max)
    rows = rows[(rows["starts_on"] <= period.last) & (ends >= period.last)]
    sums = rows.groupby("kind")["monthly"].sum()
    if by:
        return {kind: int(amount) for kind, amount in sums.items()}
    asked = arguments.get("subsidy_kind")
    sums = sums[[kind for kind in sums.index if asked in (None, kind)]]
    return {WHOLE: int(sums.sum())} if len(sums) else {}


FUNDS = ["基本公卫补助", "基本药物补助", "一般诊疗费", "其他专项"]


def funds_moved(kind: str) -> Calculation:
    def calculation(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
        every = tables["fund_moves"]
        if not (every["moved_on"] <= period.last).any():
            return {}
        rows = every.dropna(subset=["fund", "amount"])
        rows = rows[(rows["kind"] == kind) & (rows["moved_on"] >= period.first)]
        rows = rows[rows["moved_on"] <= period.last]
        if arguments.get("fund"):
            rows = rows[rows["fund"] == arguments["fund"]]
        if not by:
            return {WHOLE: int(rows["amount"].sum())}
        column = {"fund": "fund", "clinic": "clinic_id"}[by]
        sums = {
            k: int(v)
            for k, v in rows.dropna(subset=[column]).groupby(column)["amount"].sum().items()
        }
        zeros = dict.fromkeys([*FUNDS, *every["fund"].dropna()], 0) if by == "fund" else {}
        return zeros | sums

    return calculation


for _name, _kind in (
    ("received", "收到"),
    ("passed_on", "拨付卫生室"),
    ("spent", "本院支出"),
    ("deducted", "考核扣减"),
    ("sent_back", "退回"),
):
    calculates(f"funds.{_name}")(funds_moved(_kind))


@calculates("funds.balance")
def balance(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    rows = tables["fund_moves"].dropna(subset=["fund", "kind"])
    rows = rows[rows["moved_on"] <= period.last]
    signs = rows["kind"].map(lambda kind: 1 if kind == "收到" else -1)
    sums = (rows["amount"].fillna(0) * signs).groupby(rows["fund"]).sum()
    if by:
        return {fund: int(amount) for fund, amount in sums.items()}
    asked = arguments.get("fund")
    sums = sums[[fund for fund in sums.index if asked in (None, fund)]]
    return {WHOLE: int(sums.sum())} if len(sums) else {}


# Public health

OF_MONTHS = {
    "居民健康档案": "new_files",
    "健康教育": "education_sessions",
    "老年人健康管理": "elderly_checkups",
    "高血压患者健康管理": "hypertension_followups",
    "糖尿病患者健康管理": "diabetes_followups",
}


def work(side: str) -> Calculation:
    def calculation(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
        rows = tables["workloads"]
        rows = rows[rows["period"] == period.key]
        made: Answer = {}
        for _at, row in rows.iterrows():
            village = row["village"]
            if pd.isna(village) and row["item"] in OF_MONTHS:
                found = monthly(OF_MONTHS[row["item"]])(tables, period, {}, "")
                village = found.get(WHOLE)
            if not row["total"] or pd.isna(row["total"]) or village is None or pd.isna(village):
                continue
            weight = 100 if pd.isna(row["weight"]) else int(row["weight"])
            amount = int(village if side == "village" else row["total"]) * weight
            made[row["item"]] = made.get(row["item"], 0) + amount
        if by:
            return made
        return {WHOLE: sum(made.values())} if made else {}

    return calculation


calculates("public_health.village_work")(work("village"))
calculates("public_health.work")(work("all"))
calculates("public_health.village_share")(ratio(work("village"), work("all")))
WITHOUT_LIST["public_health.village_work"] = "partly from the clinics' months"
