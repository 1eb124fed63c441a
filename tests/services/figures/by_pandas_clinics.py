"""The village clinics' figures by pandas."""

from __future__ import annotations

from datetime import date

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

MONTHLY = (
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
    "contracts_performed",
)


def months(period: Period) -> list[str]:
    if "W" in period.key:
        return []
    days = pd.date_range(period.first, period.last, freq="MS")
    return [f"{each:%Y-%m}" for each in days]


def reported(tables: Tables, period: Period) -> pd.DataFrame:
    rows = tables["clinic_months"]
    rows = rows[rows["month"].isin(months(period)) & rows["clinic_id"].notna()]
    return rows.sort_values("id").drop_duplicates(["clinic_id", "month"], keep="last")


def added(rows: pd.DataFrame, name: str, by: str) -> Answer:
    known = rows[rows[name].notna()]
    if by:
        return {key: int(value) for key, value in known.groupby("clinic_id")[name].sum().items()}
    return {WHOLE: int(known[name].sum())} if len(known) else {}


def monthly(name: str) -> Calculation:
    def calculation(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
        return added(reported(tables, period), name, by)

    return calculation


for _name in MONTHLY:
    calculates(f"clinic.{_name}")(monthly(_name))


def ratio(above: Calculation, below: Calculation) -> Calculation:
    def calculation(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
        tops, bottoms = (each(tables, period, arguments, by) for each in (above, below))
        return {row: share(tops[row], bottoms[row]) for row in tops if bottoms.get(row)}

    return calculation


calculates("clinic.tcm_share")(ratio(monthly("tcm_visits"), monthly("visits")))
calculates("clinic.drug_share")(ratio(monthly("drug_income"), monthly("outpatient_income")))


def open_from(tables: Tables, day: date) -> pd.DataFrame:
    """The clinics that were not closed before a day."""
    rows = tables["clinics"]
    gone = rows["status"].isin(["合并", "撤销"])
    later = rows["closed_on"].map(lambda closed: isinstance(closed, date) and closed >= day)
    return rows[~gone | later]


def open_at_end(tables: Tables, period: Period) -> pd.DataFrame:
    return open_from(tables, period.following.first)


@calculates("clinics.expected")
def expected(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    count = len(open_from(tables, period.first))
    return {WHOLE: count} if months(period) and count else {}


@calculates("clinics.reported")
def clinics_reported(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    if not months(period):
        return {}
    counts = reported(tables, period).groupby("clinic_id")["month"].nunique()
    counts = counts[counts.index.isin(open_from(tables, period.first)["id"])]
    return {WHOLE: int((counts == len(months(period))).sum())}


calculates("clinics.reported_share")(ratio(clinics_reported, expected))


@calculates("clinics.working")
def working(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    count = len(open_at_end(tables, period))
    return {WHOLE: count} if count else {}


def attribute(name: str, word: str = "") -> Calculation:
    def calculation(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
        rows = open_at_end(tables, period).dropna(subset=[name])
        has = rows[name] == (word or 1)
        if by:
            return dict(zip(rows["id"], has.astype(int).tolist(), strict=True))
        return {WHOLE: int(has.sum())} if len(rows) else {}

    return calculation


for _key, _column, _word in (
    ("integrated", "integrated", ""),
    ("in_consortium", "in_consortium", ""),
    ("designated", "insurance", "已定点"),
    ("with_ecg", "ecg_device", ""),
    ("up_to_standard", "up_to_standard", ""),
    ("zero_markup", "zero_markup", ""),
    ("with_tcm", "tcm_clinic", ""),
):
    _found = attribute(_column, _word)
    calculates(f"clinics.{_key}")(_found)
    calculates(f"clinics.{_key}_share")(ratio(_found, working))


def number(name: str) -> Calculation:
    def calculation(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
        rows = open_at_end(tables, period).dropna(subset=[name])
        if by:
            return {row["id"]: int(row[name]) for _at, row in rows.iterrows()}
        return {WHOLE: int(rows[name].sum())} if len(rows) else {}

    return calculation


for _name in ("floor_area", "essential_drugs", "off_list_drugs"):
    calculates(f"clinics.{_name}")(number(_name))


def code(name: str, words: str) -> Calculation:
    """The codes of words written as ``村办1 …``."""
    codes = {each[:-1]: int(each[-1]) for each in words.split()}

    def calculation(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
        rows = open_at_end(tables, period)
        rows = rows[rows[name].isin(list(codes))]
        return {row["id"]: codes[row[name]] for _at, row in rows.iterrows()}

    return calculation


for _key, _column, _words in (
    ("sponsor_code", "sponsor", "村办1 乡卫生院设点2 联合办3 私人办4 其他9"),
    ("practice_code", "practice_mode", "西医为主1 中医为主2 中西医结合3"),
    ("head_code", "head_kind", "乡村医生1 村委会主任2 乡镇卫生院院长3 其他9"),
):
    calculates(f"clinics.{_key}")(code(_column, _words))
    WITHOUT_LIST[f"clinics.{_key}"] = "a code, not a count"


# Supervision


def dated(tables: Tables, register: str, column: str, period: Period) -> pd.DataFrame | None:
    rows = tables[register]
    if not (rows[column] <= period.last).any():
        return None
    return rows[rows["clinic_id"].notna()]


def tally(tables: Tables, period: Period, rows: pd.DataFrame, by: str) -> Answer:
    if not by:
        return {WHOLE: len(rows)}
    zeros = dict.fromkeys(open_at_end(tables, period)["id"], 0)
    return zeros | {key: int(n) for key, n in rows["clinic_id"].value_counts().items()}


def visited(tables: Tables, period: Period) -> pd.DataFrame | None:
    rows = dated(tables, "visits", "visited_on", period)
    if rows is None:
        return None
    return rows[(rows["visited_on"] >= period.first) & (rows["visited_on"] <= period.last)]


@calculates("visits.made")
def visits_made(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    rows = visited(tables, period)
    return {} if rows is None else tally(tables, period, rows, by)


@calculates("clinics.visited")
def clinics_visited(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    rows = visited(tables, period)
    return {} if rows is None else {WHOLE: int(rows["clinic_id"].nunique())}


calculates("clinics.visited_share")(ratio(clinics_visited, working))


@calculates("visits.score")
def visit_score(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    rows = visited(tables, period)
    scored = rows.dropna(subset=["score"]) if rows is not None else pd.DataFrame()
    if scored.empty:
        return {}
    if not by:
        return {WHOLE: int(scored["score"].mean() + 0.5)}
    means = scored.groupby("clinic_id")["score"].mean()
    return {key: int(mean + 0.5) for key, mean in means.items()}


WITHOUT_LIST["visits.score"] = "a mean"


def on_or_before(rows: pd.DataFrame, column: str, day: date) -> pd.Series:
    return rows[column].map(lambda found: isinstance(found, date) and found <= day)


def finding(kind: str) -> Calculation:
    def calculation(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
        rows = dated(tables, "findings", "found_on", period)
        if rows is None:
            return {}
        yesterday = period.previous.last
        passed = rows["status"] == "复查合格"
        closed = passed & (
            rows["rechecked_on"].isna() | on_or_before(rows, "rechecked_on", period.last)
        )
        still = on_or_before(rows, "found_on", period.last) & ~closed
        match kind:
            case "found":
                here = on_or_before(rows, "found_on", period.last)
                here &= ~on_or_before(rows, "found_on", yesterday)
            case "closed":
                here = passed & on_or_before(rows, "rechecked_on", period.last)
                here &= ~on_or_before(rows, "rechecked_on", yesterday)
            case "open":
                here = still
            case _:
                due = rows["due_on"].map(lambda d: isinstance(d, date) and d < period.last)
                waiting = ~on_or_before(rows, "rectified_on", period.last)
                here = still & due & (waiting | (rows["status"] == "复查不合格"))
        return tally(tables, period, rows[here], by)

    return calculation


for _kind in ("found", "closed", "open", "overdue"):
    calculates(f"findings.{_kind}")(finding(_kind))


@calculates("clinics.unified")
def unified(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    checks = tables["unified_checks"]
    checks = checks[checks["checked_on"] <= period.last].sort_values(["checked_on", "id"])
    last = checks.drop_duplicates(["clinic_id", "domain"], keep="last")
    made = {}
    for clinic in open_at_end(tables, period)["id"]:
        own = last[last["clinic_id"] == clinic]
        if len(own):
            made[clinic] = int((own["passed"] == 1).sum() == 5)
    if by or not made:
        return made
    return {WHOLE: sum(made.values())}


calculates("clinics.unified_share")(ratio(unified, working))


@calculates("doctors.working")
def doctors(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer:
    rows = tables["village_doctors"]
    hired = rows["hired_on"].isna() | on_or_before(rows, "hired_on", period.last)
    gone = on_or_before(rows, "left_on", period.last)
    gone |= rows["left_on"].isna() & (rows["status"] == "离岗")
    rows = rows[hired & ~gone]
    if arguments.get("qualification"):
        rows = rows[rows["qualification"] == arguments["qualification"]]
    if not by:
        return {WHOLE: len(rows)}
    clinics = open_at_end(tables, period)["id"]
    return {clinic: int((rows["clinic_id"] == clinic).sum()) for clinic in clinics}


# The rows of a table by clinic


def listed(tables: Tables, period: Period) -> set[str]:
    """The clinics open in a period, and others that its records speak of."""
    before = period.previous.last
    found = set(open_from(tables, period.first)["id"])
    rows = tables["clinic_months"]
    covered = [f"{day:%Y-%m}" for day in pd.date_range(period.first, period.last)]
    found |= set(rows[rows["month"].isin(covered)]["clinic_id"].dropna())
    for register, column in (("visits", "visited_on"), ("fund_moves", "moved_on")):
        rows = tables[register]
        here = on_or_before(rows, column, period.last) & ~on_or_before(rows, column, before)
        found |= set(rows[here]["clinic_id"].dropna())
    rows = tables["findings"]
    settled = (rows["status"] == "复查合格") & on_or_before(rows, "found_on", before)
    settled &= rows["rechecked_on"].isna() | on_or_before(rows, "rechecked_on", before)
    here = on_or_before(rows, "found_on", period.last) & ~settled
    return found | set(rows[here]["clinic_id"].dropna())
