"""The figures of staff, their moves and the people stationed, once more from whole tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

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

WITHOUT_LIST["stationing.senior_days"] = "a day counts once, whoever is there"
WITHOUT_LIST["stationing.period_days"] = "days are no records"
WITHOUT_LIST["stationing.core_due"] = "a policy's number"

_LEVELS = {
    **dict.fromkeys(("主任医师",), "正高"),
    **dict.fromkeys(("副主任医师", "副主任护师"), "副高"),
    **dict.fromkeys(("主治医师", "主管护师"), "中级"),
    **dict.fromkeys(("医师", "护师", "执业药师"), "初级（师）"),
    **dict.fromkeys(("医士", "护士"), "初级（士）"),
    "乡村医生": "其他",
    "无": "无职称",
}
_HIGH = {"正高", "副高", "中级"}
_OFFICIAL = {
    "post": ("专业技术", "管理", "工勤技能"),
    "title_level": ("正高", "副高", "中级", "初级（师）", "初级（士）", "其他", "无职称"),
    "employment": (
        *("在编", "县管乡用", "县招乡用", "乡聘村用", "轮岗派驻"),
        *("人事代理", "编外聘用", "劳务派遣", "员额制"),
    ),
    "education": ("博士", "硕士", "本科", "大专", "中专", "高中", "初中"),
}


def _level(titles: pd.Series) -> pd.Series:
    return titles.map(lambda each: _LEVELS.get(each, "无职称"))


# Staff


def _roster(tables: Tables) -> pd.DataFrame:
    staff = tables["staff"]
    staff = staff[~staff["status"].isin(["离职", "退休"])]
    return staff.assign(
        whole=WHOLE,
        title_level=_level(staff["title"]),
        post=staff["post_category"].fillna("blank"),
        employment=staff["employment"].fillna("blank"),
        education=staff["education"].fillna("blank"),
    )


Asked = Callable[[pd.DataFrame, Period, Tables], pd.Series | None]


def _people(asked: Asked) -> Calculation:
    def calculation(tables: Tables, period: Period, _arguments: Arguments, by: str) -> Answer:
        staff = _roster(tables)
        which = asked(staff, period, tables)
        if which is None:
            return {}
        column = by or "whole"
        rows = {*_OFFICIAL[by], *staff[by]} if by else {WHOLE}
        counts = staff[which][column].value_counts()
        return {row: int(counts.get(row, 0)) for row in rows}

    return calculation


def _all(staff: pd.DataFrame, _period: Period, _tables: Tables) -> pd.Series:
    return staff["id"].notna()


def _professional(staff: pd.DataFrame, _period: Period, _tables: Tables) -> pd.Series:
    return staff["post"] == "专业技术"


def _on_quota(staff: pd.DataFrame, _period: Period, _tables: Tables) -> pd.Series:
    return staff["employment"] == "在编"


def _seconded(staff: pd.DataFrame, _period: Period, _tables: Tables) -> pd.Series:
    return staff["status"] == "借调"


def _intermediate(staff: pd.DataFrame, _period: Period, _tables: Tables) -> pd.Series:
    return (staff["post"] == "专业技术") & staff["title_level"].isin(_HIGH)


def _public_health(staff: pd.DataFrame, _period: Period, _tables: Tables) -> pd.Series:
    return (staff["post"] == "专业技术") & (staff["practice_category"] == "公共卫生")


def _graduates(staff: pd.DataFrame, _period: Period, _tables: Tables) -> pd.Series:
    return staff["education"].isin(["本科", "硕士", "博士"])


def _left(staff: pd.DataFrame, period: Period) -> pd.Series:
    """Return how many days a licence has left; blanks stay blank."""
    return staff["licence_expires_on"].map(
        lambda each: None if pd.isna(each) else (each - period.last).days
    )


def _expired(staff: pd.DataFrame, period: Period, _tables: Tables) -> pd.Series:
    return _left(staff, period) < 0


def _expiring(staff: pd.DataFrame, period: Period, tables: Tables) -> pd.Series | None:
    warned = tables.policy("licence.warning_days", period.last)
    return None if warned is None else _left(staff, period).between(0, warned)


calculates("staff.count")(_people(_all))
calculates("staff.professional")(_people(_professional))
calculates("staff.on_quota")(_people(_on_quota))
calculates("staff.seconded")(_people(_seconded))
calculates("staff.intermediate")(_people(_intermediate))
calculates("staff.public_health")(_people(_public_health))
calculates("staff.graduates")(_people(_graduates))
calculates("staff.licence_expired")(_people(_expired))
calculates("staff.licence_expiring")(_people(_expiring))


def _of(above: Asked, below: Asked) -> Calculation:
    def calculation(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
        staff = _roster(tables)
        over, under = above(staff, period, tables), below(staff, period, tables)
        assert over is not None
        assert under is not None
        return {WHOLE: share(int(over.sum()), int(under.sum()))}

    return calculation


calculates("staff.professional_share")(_of(_professional, _all))
calculates("staff.intermediate_share")(_of(_intermediate, _professional))
calculates("staff.public_health_share")(_of(_public_health, _professional))


# Moves

_KINDS = ("招聘", "调入", "派驻到岗", "返聘", "退休", "辞职", "调出", "考研", "转岗")


def _moves(direction: str, *, to_lead: bool = False) -> Calculation:
    def calculation(tables: Tables, period: Period, _arguments: Arguments, by: str) -> Answer:
        moves = tables["staff_moves"]
        kinds = {*_KINDS, *moves["kind"].fillna("blank")}
        moves = moves.dropna(subset=["moved_on"])
        moves = moves[moves["moved_on"] <= period.last]
        if moves.empty:
            return {}
        part = moves[(moves["moved_on"] >= period.first) & (moves["direction"] == direction)]
        if to_lead:
            part = part[part["to_unit"] == tables["centre"]["lead_hospital"].iloc[0]]
        if not by:
            return {WHOLE: len(part)}
        counts = part["kind"].fillna("blank").value_counts()
        return {kind: int(counts.get(kind, 0)) for kind in kinds}

    return calculation


calculates("staff.moved_in")(_moves("流入"))
calculates("staff.moved_out")(_moves("流出"))
calculates("staff.moved_within")(_moves("院内"))
calculates("staff.moved_to_lead")(_moves("流出", to_lead=True))


# Stationings

_ROLES = ("西医", "中医", "护理", "院感", "疾控", "质控", "监督", "管理")
_FAR = date(9999, 1, 1)


def _stays(tables: Tables) -> pd.DataFrame:
    rows = tables["stationings"].dropna(subset=["starts_on"])
    rows["until"] = rows["ends_on"].map(lambda each: _FAR if pd.isna(each) else each)
    rows["support_role"] = rows["role"].fillna("blank")
    rows["high"] = _level(rows["title"]).isin(_HIGH) & (rows["source_unit"] == "牵头医院")
    return rows


def _kept(tables: Tables, period: Period) -> bool:
    return bool((_stays(tables)["starts_on"] <= period.last).any())


def _there(rows: pd.DataFrame, day: date) -> pd.Series:
    return (rows["starts_on"] <= day) & (rows["until"] >= day)


def _touches(rows: pd.DataFrame, period: Period) -> pd.Series:
    return (rows["starts_on"] <= period.last) & (rows["until"] >= period.first)


def _half_year(rows: pd.DataFrame, day: date) -> pd.Series:
    """Say of each stay that by a day it had lasted six months by the calendar."""

    def served(start: date, until: date) -> bool:
        due = (pd.Timestamp(start) + pd.DateOffset(months=6)).date()
        return bool(due <= min(until, day) + timedelta(days=1))

    return pd.Series(
        [served(*each) for each in zip(rows["starts_on"], rows["until"], strict=True)],
        index=rows.index,
        dtype=bool,
    )


Stayed = Callable[[pd.DataFrame, Period], pd.Series]


def _resident(rows: pd.DataFrame, period: Period) -> pd.Series:
    return (rows["mode"] == "驻扎") & _there(rows, period.last)


def _roving(rows: pd.DataFrame, period: Period) -> pd.Series:
    return (rows["mode"] == "巡回") & _touches(rows, period)


def _senior(rows: pd.DataFrame, period: Period) -> pd.Series:
    return rows["high"] & _resident(rows, period)


def _untitled(rows: pd.DataFrame, period: Period) -> pd.Series:
    return (_level(rows["title"]) == "无职称") & _resident(rows, period)


def _below_title(rows: pd.DataFrame, period: Period) -> pd.Series:
    doctor = rows["role"].isin(["西医", "中医"]) & ~_level(rows["title"]).isin(_HIGH)
    return doctor & _resident(rows, period)


def _long(rows: pd.DataFrame, period: Period) -> pd.Series:
    return (rows["mode"] == "驻扎") & _touches(rows, period) & _half_year(rows, period.last)


def _long_senior(rows: pd.DataFrame, period: Period) -> pd.Series:
    return rows["high"] & _long(rows, period)


def _ended(rows: pd.DataFrame, period: Period) -> pd.Series:
    return (rows["mode"] == "驻扎") & rows["until"].between(period.first, period.last)


def _ended_early(rows: pd.DataFrame, period: Period) -> pd.Series:
    return _ended(rows, period) & ~_half_year(rows, period.last)


def _role_rows(rows: pd.DataFrame, by: str) -> list[str]:
    return sorted({*_ROLES, *rows["support_role"]}) if by else [WHOLE]


def _names(stayed: Stayed, *, by_months: bool = False) -> Calculation:
    def calculation(tables: Tables, period: Period, _arguments: Arguments, by: str) -> Answer:
        rows = _stays(tables)
        if not _kept(tables, period):
            return {}
        if by_months and tables.policy("stationing.least_months", period.last) is None:
            return {}
        part = rows[stayed(rows, period)].drop_duplicates(
            ["name", "support_role"][: 2 if by else 1]
        )
        counts = part["support_role"].value_counts()
        return (
            {row: int(counts.get(row, 0)) for row in _role_rows(rows, by)}
            if by
            else {WHOLE: len(part)}
        )

    return calculation


calculates("stationing.persons")(_names(_resident))
calculates("stationing.roving")(_names(_roving))
calculates("stationing.senior")(_names(_senior))
calculates("stationing.untitled")(_names(_untitled))
calculates("stationing.below_title")(_names(_below_title))
calculates("stationing.long")(_names(_long, by_months=True))
calculates("stationing.long_senior")(_names(_long_senior, by_months=True))
calculates("stationing.ended")(_names(_ended))
calculates("stationing.ended_early")(_names(_ended_early, by_months=True))


def _days_of(period: Period) -> list[date]:
    return [period.first + timedelta(days=each) for each in range(period.days)]


@calculates("stationing.days")
def _(tables: Tables, period: Period, _arguments: Arguments, by: str) -> Answer:
    rows = _stays(tables)
    if not _kept(tables, period):
        return {}
    rows["days"] = sum(_there(rows, day).astype(int) for day in _days_of(period))
    rows.loc[rows["mode"] != "驻扎", "days"] = 0
    if not by:
        return {WHOLE: int(rows["days"].sum())}
    if by == "stationing":
        part = rows[_touches(rows, period) & (rows["mode"] == "驻扎")]
        return dict(zip(part["id"], map(int, part["days"]), strict=True))
    sums = rows.groupby("support_role")["days"].sum()
    return {row: int(sums.get(row, 0)) for row in _role_rows(rows, by)}


@calculates("stationing.days_present")
def _(tables: Tables, period: Period, _arguments: Arguments, by: str) -> Answer:
    rows = _stays(tables)
    if not _kept(tables, period):
        return {}
    part = rows[_ended(rows, period)]
    made = {}
    for row in _role_rows(rows, by):
        mine = part[part["support_role"] == row] if by else part
        if mine.empty or mine["days_present"].notna().any():
            made[row] = int(mine["days_present"].sum())
    return made


def _covered(tables: Tables, period: Period) -> int:
    rows = _stays(tables)
    rows = rows[rows["high"] & (rows["mode"] == "驻扎")]
    return sum(bool(_there(rows, day).any()) for day in _days_of(period))


@calculates("stationing.senior_days")
def _(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    return {WHOLE: _covered(tables, period)} if _kept(tables, period) else {}


@calculates("stationing.period_days")
def _(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    return {WHOLE: len(_days_of(period))} if _kept(tables, period) else {}


@calculates("stationing.senior_cover")
def _(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    if not _kept(tables, period):
        return {}
    return {WHOLE: share(_covered(tables, period), len(_days_of(period)))}


def _filled(tables: Tables, period: Period, roles: tuple[str, ...]) -> Answer:
    rows = _stays(tables)
    if not _kept(tables, period):
        return {}
    return {WHOLE: len({*rows.loc[_there(rows, period.last), "role"]} & {*roles})}


@calculates("stationing.core_roles")
def _(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    return _filled(tables, period, ("西医", "中医", "护理"))


@calculates("stationing.further_roles")
def _(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    return _filled(tables, period, ("院感", "疾控", "质控", "监督"))


@calculates("stationing.core_due")
def _(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    due = tables.policy("support_team.core_roles", period.last)
    return {} if due is None else {WHOLE: int(due)}


@calculates("stationing.team_completeness")
def _(tables: Tables, period: Period, _arguments: Arguments, _by: str) -> Answer:
    filled = _filled(tables, period, ("西医", "中医", "护理"))
    due = tables.policy("support_team.core_roles", period.last)
    return {WHOLE: share(filled[WHOLE], int(due))} if filled and due else {}
