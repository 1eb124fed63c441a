"""The figures of people stationed at the centre and of its support team (S0-7, S4-4e, S4-8b)."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, case, cast, func

from desktop.models.registers.stationings import CORE_ROLES, FURTHER_ROLES, RESIDENT
from desktop.services.figures.catalogue import (
    WHOLE,
    Ask,
    Behind,
    Figure,
    Kind,
    Shape,
    Values,
    declare,
    rate,
)
from desktop.services.figures.stationings import (
    BLANK,
    Choosing,
    Stay,
    behind,
    below_title,
    chosen,
    ended,
    ended_early,
    filled_roles,
    known,
    least_months,
    long,
    long_senior,
    missing_core,
    persons,
    resident,
    roving,
    row_of,
    rows_of,
    senior,
    senior_days,
    stays,
    untitled,
)
from desktop.services.periods import Period
from desktop.text import N_, _, in_a_row

_CORE_DUE = "support_team.core_roles"


def _unknown(ask: Ask) -> str:
    return _("截至 {day} 没有派驻登记，故为空白。").format(day=ask.period.last.isoformat())


def _explain(ask: Ask, _row: str, definition: str, *, by_months: bool = False) -> str:
    if not known(ask):
        return _unknown(ask)
    if by_months and least_months(ask) is None:
        return _("缺政策参数“驻扎帮扶最短月数”。")
    return _(definition)


def _people(
    key: str,
    label: str,
    definition: str,
    choosing: Choosing,
    clause: str,
    *,
    kind: Kind = Kind.STOCK,
) -> Figure:
    by_months = choosing in (long, long_senior, ended_early)
    return Figure(
        key=key,
        label=label,
        unit=N_("人"),
        definition=definition,
        clause=clause,
        kind=kind,
        by=frozenset({"support_role"}),
        values=partial(persons, choosing=choosing),
        behind=partial(behind, choosing=choosing),
        explain=partial(_explain, definition=definition, by_months=by_months),
    )


# Days


def _in_residence(each: Stay, period: Period, _months: int) -> bool:
    return each.mode == RESIDENT and each.within(period) is not None


def _days(ask: Ask) -> Values:
    if not known(ask):
        return {}
    if ask.by == "stationing":
        # A roving helper has no stationed days: blank, not zero.
        return {
            each.id.hex(): each.days(ask.period)
            for each in stays(ask.readings)
            if _in_residence(each, ask.period, 0)
        }
    made = dict.fromkeys(rows_of(ask), 0)
    for each in stays(ask.readings):
        if each.mode == RESIDENT:
            made[row_of(each, ask.by)] += each.days(ask.period)
    return made


def _days_behind(ask: Ask, row: str) -> Behind:
    table = ask.readings.records.table("stationings").c
    first, last = ask.period.first, ask.period.last
    begins = case((table.starts_on < first, first.isoformat()), else_=table.starts_on)
    over = func.coalesce(table.ends_on, last) >= last
    ends = case((over, last.isoformat()), else_=table.ends_on)
    days: ColumnElement[Any] = func.julianday(ends, type_=Float) - func.julianday(
        begins, type_=Float
    )
    return behind(ask, row, _in_residence, worth=cast(days, Integer) + 1)


def _present(ask: Ask) -> Values:
    made = {}
    for row, found in chosen(ask, ended).items():
        days = [each.days_present for each in found if each.days_present is not None]
        if days or not found:
            made[row] = sum(days)
    return made


def _senior_days(ask: Ask) -> Values:
    return {WHOLE: senior_days(ask)} if known(ask) else {}


def _period_days(ask: Ask) -> Values:
    return {WHOLE: ask.period.days} if known(ask) else {}


# The team


def _core(ask: Ask) -> Values:
    return {WHOLE: len(filled_roles(ask, CORE_ROLES))} if known(ask) else {}


def _further(ask: Ask) -> Values:
    return {WHOLE: len(filled_roles(ask, FURTHER_ROLES))} if known(ask) else {}


def _core_due(ask: Ask) -> Values:
    due = ask.readings.records.policy(_CORE_DUE, ask.period.last)
    return {} if due is None else {WHOLE: int(due)}


def _team_behind(ask: Ask, _row: str, roles: tuple[str, ...]) -> Behind:
    table = ask.readings.records.table("stationings").c
    there = [
        each.id for each in stays(ask.readings) if each.role in roles and each.on(ask.period.last)
    ]
    return Behind("stationings", (table.id.in_(there),), distinct="role")


def _explain_core(ask: Ask, _row: str) -> str:
    if not known(ask):
        return _unknown(ask)
    sentence = _("期末在驻（含巡回）的西医、中医、护理三类角色中已有人的角色数。")
    missing = missing_core(ask)
    if not missing:
        return sentence
    return sentence + _("缺：{roles}。").format(roles=in_a_row(_(role) for role in missing))


def _explain_days(ask: Ask, row: str) -> str:
    if not known(ask):
        return _unknown(ask)
    if ask.by == "support_role" and row == BLANK:
        return _("帮扶角色未填写的驻扎人员在期内的天数。")
    return _("驻扎人员在期内的派驻天数之和，首尾两日都计，按派驻起止日期，不含巡回。")


declare(
    _people(
        "stationing.persons",
        N_("期末驻扎人员"),
        N_("期末在驻的驻扎式帮扶人数，每人计一次。"),
        resident,
        "S0-7b",
    ),
    _people(
        "stationing.roving",
        N_("巡回帮扶人员"),
        N_("期内有巡回帮扶的人数，每人计一次。"),
        roving,
        "S0-7e",
    ),
    _people(
        "stationing.senior",
        N_("牵头医院主治及以上驻扎人员"),
        N_("期末在驻、由牵头医院派出、职称为中级（主治）及以上的驻扎人数。"),
        senior,
        "S4-8b",
    ),
    _people(
        "stationing.untitled",
        N_("无职称驻扎人员"),
        N_("期末在驻而没有职称的驻扎人数，单列。"),
        untitled,
        "facts d",
    ),
    _people(
        "stationing.below_title",
        N_("职称低于主治的驻扎医师"),
        N_("期末在驻、角色为西医或中医而职称低于中级（主治）的驻扎人数。"),
        below_title,
        "S0-7d",
    ),
    _people(
        "stationing.long",
        N_("驻扎满半年人员"),
        N_("期内在驻、到期末已满规定月数的驻扎人数，按日期满月计算。"),
        long,
        "S0-7b",
    ),
    _people(
        "stationing.long_senior",
        N_("牵头医院主治及以上驻扎满半年人员"),
        N_("驻扎满半年人员中由牵头医院派出、职称为中级（主治）及以上的人数，每机构。"),
        long_senior,
        "facts d",
    ),
    _people(
        "stationing.ended",
        N_("期内结束驻扎人员"),
        N_("实际结束日期在期内的驻扎人数。"),
        ended,
        "S0-7b",
        kind=Kind.FLOW,
    ),
    _people(
        "stationing.ended_early",
        N_("其中：未满半年"),
        N_("期内结束驻扎、服务未满规定月数的人数。"),
        ended_early,
        "S0-7b",
        kind=Kind.FLOW,
    ),
    Figure(
        key="stationing.days",
        label=N_("驻扎人日数"),
        unit=N_("天"),
        definition=N_("驻扎人员在期内的派驻天数之和，不含巡回。"),
        clause="S0-6b",
        by=frozenset({"stationing", "support_role"}),
        values=_days,
        behind=_days_behind,
        explain=_explain_days,
    ),
    Figure(
        key="stationing.days_present",
        label=N_("结束驻扎人员实际在岗天数"),
        unit=N_("天"),
        definition=N_("期内结束驻扎的人员登记的实际在岗天数之和。"),
        clause="S0-7c",
        by=frozenset({"support_role"}),
        values=_present,
        behind=partial(behind, choosing=ended, adds="days_present"),
    ),
    Figure(
        key="stationing.senior_days",
        label=N_("有牵头医院主治及以上人员驻扎的天数"),
        unit=N_("天"),
        definition=N_("期内至少有一名牵头医院主治及以上人员驻扎的天数，一日只计一次。"),
        clause="S4-8b",
        values=_senior_days,
    ),
    Figure(
        key="stationing.period_days",
        label=N_("本期天数"),
        unit=N_("天"),
        definition=N_("本期的日历天数。"),
        clause="S4-8b",
        values=_period_days,
    ),
    Figure(
        key="stationing.senior_cover",
        label=N_("常年服务覆盖率"),
        unit=N_("%"),
        definition=N_("有牵头医院主治及以上人员驻扎的天数 ÷ 本期天数。"),
        clause="S4-8b",
        shape=Shape.RATE,
        values=rate("stationing.senior_days", "stationing.period_days"),
        numerator="stationing.senior_days",
        denominator="stationing.period_days",
    ),
    Figure(
        key="stationing.core_roles",
        label=N_("帮扶团队已配角色（西医、中医、护理）"),
        unit=N_("类"),
        definition=N_("期末在驻（含巡回）的西医、中医、护理三类角色中已有人的角色数。"),
        clause="S0-7a",
        kind=Kind.STOCK,
        values=_core,
        behind=partial(_team_behind, roles=CORE_ROLES),
        explain=_explain_core,
    ),
    Figure(
        key="stationing.further_roles",
        label=N_("帮扶团队其他角色（院感、疾控、质控、监督）"),
        unit=N_("类"),
        definition=N_("期末在驻（含巡回）的院感、疾控、质控、监督四类角色中已有人的角色数。"),
        clause="S0-7a",
        kind=Kind.STOCK,
        values=_further,
        behind=partial(_team_behind, roles=FURTHER_ROLES),
    ),
    Figure(
        key="stationing.core_due",
        label=N_("帮扶团队应配角色数"),
        unit=N_("类"),
        definition=N_("政策参数“帮扶团队‘1+1+1’应有角色数”。"),
        clause="S0-7a",
        kind=Kind.STOCK,
        values=_core_due,
    ),
    Figure(
        key="stationing.team_completeness",
        label=N_("帮扶团队配备率"),
        unit=N_("%"),
        definition=N_("已配的西医、中医、护理角色数 ÷ 应配角色数。"),
        clause="S0-7a",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        values=rate("stationing.core_roles", "stationing.core_due"),
        numerator="stationing.core_roles",
        denominator="stationing.core_due",
    ),
)
