"""Contracts and population by pandas."""

from __future__ import annotations

import re

import pandas as pd

from desktop.services.periods import Period
from tests.services.figures.independent import (
    WHOLE,
    WITHOUT_LIST,
    Answer,
    Arguments,
    Tables,
    calculates,
    once,
    share,
)

GROUPS = [
    "elderly",
    "hypertension",
    "diabetes",
    "maternal",
    "child",
    "mental",
    "tuberculosis",
    "disabled",
    "bereaved",
    "out_of_poverty",
]
NONE = "none"
REFERENCES = {"team": ("team_id", "teams"), "village": ("village_id", "divisions")}


@once
def kept(tables: Tables, period: Period) -> pd.DataFrame | None:
    contracts = tables["contracts"]
    if not (contracts["signed_on"] <= period.last).any():
        return None
    return contracts


@once
def valid(tables: Tables, period: Period) -> pd.DataFrame | None:
    contracts = kept(tables, period)
    if contracts is None:
        return None
    return contracts[
        (contracts["signed_on"] <= period.last) & (contracts["expires_on"] >= period.last)
    ]


def parts(tables: Tables, rows: pd.DataFrame, by: str) -> dict[str, pd.DataFrame]:
    if not by:
        return {WHOLE: rows}
    column, register = REFERENCES[by]
    names = list(tables[register]["id"])
    placed = rows[column].where(rows[column].isin(names), NONE)
    every = tables["contracts"][column]
    if not every.isin(names).all():
        names.append(NONE)
    return {name: rows[placed == name] for name in names}


def yes(rows: pd.DataFrame, group: str) -> pd.DataFrame:
    return rows[rows[group] == 1]


def any_group(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows[GROUPS] == 1).any(axis=1)]


def people(rows: pd.DataFrame) -> int:
    return int(rows["id_number"].nunique() + rows["id_number"].isna().sum())


@calculates("contracts.in_force")
def in_force(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    rows = valid(tables, period)
    if rows is None:
        return {}
    if by == "group":
        return {group: len(yes(rows, group)) for group in GROUPS}
    group = str(arguments.get("group", ""))
    return {
        key: len(yes(part, group) if group else part)
        for key, part in parts(tables, rows, by).items()
    }


@calculates("contracts.people")
def signed_people(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    rows = valid(tables, period)
    return {} if rows is None else {k: people(p) for k, p in parts(tables, rows, by).items()}


@calculates("contracts.key_people")
def key_people(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    rows = valid(tables, period)
    if rows is None:
        return {}
    if by == "group":
        return {group: people(yes(rows, group)) for group in GROUPS}
    group = str(arguments.get("group", ""))
    return {
        key: people(yes(part, group) if group else any_group(part))
        for key, part in parts(tables, rows, by).items()
    }


@calculates("population.residents")
def residents(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    centre, villages, clinics = tables["centre"], tables["divisions"], tables["clinics"]
    clinics = clinics[~clinics["status"].isin(["合并", "撤销"])]
    if by:
        rows = {"village": villages, "clinic": clinics}[by].dropna(subset=["population"])
        return {row.id: int(row.population) for row in rows.itertuples()}
    for rows in (centre, villages, clinics):
        total = rows["population"].sum()
        if total:
            return {WHOLE: int(total)}
    return {}


WITHOUT_LIST["population.group"] = "a policy value, entered as text"


@calculates("population.group")
def group_people(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    group = str(arguments.get("group", ""))
    asked = {each: each for each in GROUPS} if by else {WHOLE: group or "key_groups"}
    found = {row: tables.policy(f"population.{name}", period.last) for row, name in asked.items()}
    return {row: int(value) for row, value in found.items() if value is not None}


def shares(above: Answer, below: Answer) -> Answer:
    return {row: share(above[row], below[row]) for row in above if below.get(row)}


@calculates("contracts.coverage")
def coverage(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    asked = (tables, period, arguments, by)
    return shares(signed_people(*asked), residents(*asked))


@calculates("contracts.key_coverage")
def key_coverage(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    asked = (tables, period, arguments, by)
    return shares(key_people(*asked), group_people(*asked))


def dated(tables: Tables, period: Period, column: str, by: str) -> dict[str, pd.DataFrame]:
    rows = kept(tables, period)
    if rows is None:
        return {}
    here = rows[(rows[column] >= period.first) & (rows[column] <= period.last)]
    return parts(tables, here, by)


@calculates("contracts.signed")
def signed(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    return {key: len(part) for key, part in dated(tables, period, "signed_on", by).items()}


@calculates("contracts.ended")
def ended(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    return {key: len(part) for key, part in dated(tables, period, "expires_on", by).items()}


@calculates("contracts.renewed")
def renewed(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    every = tables["contracts"][["id_number", "signed_on", "expires_on"]].dropna()
    made = {}
    for key, part in dated(tables, period, "expires_on", by).items():
        pairs = part.merge(every, on="id_number", suffixes=("", "_new"))
        later = pairs[
            (pairs["signed_on_new"] > pairs["signed_on"])
            & (pairs["expires_on_new"] > pairs["expires_on"])
        ]
        made[key] = int(later["id"].nunique())
    return made


@calculates("contracts.renewal_rate")
def renewal_rate(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    asked = (tables, period, arguments, by)
    return shares(renewed(*asked), ended(*asked))


def with_packages(tables: Tables, period: Period, marked: pd.Series) -> Answer:
    rows = valid(tables, period)
    packages = tables["packages"]
    if rows is None:
        return {}
    names = set(packages["name"][marked].str.strip())
    held = rows["packages"].dropna()
    return {WHOLE: sum(bool(names & set(re.split("[、，]", text))) for text in held)}


@calculates("contracts.with_tcm")
def with_tcm(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    return with_packages(tables, period, tables["packages"]["includes_tcm"] == 1)


@calculates("contracts.paid")
def paid(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    return with_packages(tables, period, tables["packages"]["price"] > 0)


@calculates("contracts.paid_rate")
def paid_rate(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    asked = (tables, period, arguments, by)
    return shares(paid(*asked), in_force(*asked))


@calculates("contracts.teams")
def teams(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    return {WHOLE: len(tables["teams"])}
