"""The figures of a return, read from the registers as they stood at the end of a month.

Every source of the closed vocabulary answers two questions: the figure of a month, and where it
comes from in a sentence. A figure is a whole number (money in 分, rates in hundredths of a percent)
or None: blank, nothing is known, which is never zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desktop.errors import UserError
from desktop.models.kinds import show_amount
from desktop.models.registers.clinic_months import REGISTER as CLINIC_MONTHS
from desktop.models.registers.contracts import GROUPS
from desktop.services.forms import Line
from desktop.services.holdings import Holdings
from desktop.services.months import last_day
from desktop.text import _, in_a_row

Figure = int | None
Parameters = dict[str, Any]

ANY_GROUP = "any"


class Source:
    """A named source: its figure of a month and its explanation."""

    def __init__(
        self,
        figure: Callable[[Holdings, Parameters, str], Figure],
        explain: Callable[[Holdings, Parameters, str], str],
        *,
        snapshot: bool = False,
    ) -> None:
        self.figure = figure
        self.explain = explain
        self.snapshot = snapshot
        """The register keeps no history: earlier months are read from the returns of then."""


def _clinic_month_sum(held: Holdings, parameters: Parameters, month: str) -> Figure:
    known = [held.clinic_sum(month, name) for name in parameters["fields"]]
    found = [each for each in known if each is not None]
    return sum(found) if found else None


def _explain_clinic_month_sum(held: Holdings, parameters: Parameters, month: str) -> str:
    fields = [CLINIC_MONTHS.by_key[name] for name in parameters["fields"]]
    labels = in_a_row(_(field.label) for field in fields)
    sentence = _("{month} 村卫生室月报 {count} 份的“{labels}”合计。").format(
        month=month, count=held.clinics_reported(month), labels=labels
    )
    money = _clinic_month_sum(held, parameters, month) if fields[0].kind.value == "amount" else None
    exact = _("合计 {amount} 元。").format(amount=show_amount(money)) if money is not None else ""
    return sentence + exact + _missing_clinics(held, month)


def _missing_clinics(held: Holdings, month: str) -> str:
    missing = held.clinics_missing(month)
    if not missing:
        return ""
    return _("未报 {count} 家：{names}。").format(count=len(missing), names=in_a_row(missing))


def _typed(held: Holdings, parameters: Parameters, month: str) -> Figure:
    return held.typed(month).get(str(parameters["code"]))


def _explain_typed(held: Holdings, parameters: Parameters, month: str) -> str:
    if _typed(held, parameters, month) is None:
        return _("填报项，{month} 尚未填报。").format(month=month)
    return _("填报项，由填表人录入；以前月份取自当月报表。")


def _active_contracts(held: Holdings, parameters: Parameters, month: str) -> Figure:
    return held.active_contracts(month, parameters.get("group", ""))


_GROUP_LABELS = {field.key: field.label for field in GROUPS}


def _explain_active_contracts(held: Holdings, parameters: Parameters, month: str) -> str:
    day = last_day(month).isoformat()
    group = parameters.get("group", "")
    if not group:
        sentence = _("签约日期不晚于、到期日期不早于 {day} 的协议数。").format(day=day)
        twice = held.held_twice(month).people
        more = _("其中 {count} 人同时有两份以上有效协议。").format(count=twice) if twice else ""
        return sentence + more
    if group == ANY_GROUP:
        return _("{day} 有效签约居民中属于任一重点人群者，一人属于多类也只计一次。").format(day=day)
    return _("{day} 有效协议中“{group}”一栏为“是”的协议数。").format(
        day=day, group=_(_GROUP_LABELS[group])
    )


def _contract_coverage(held: Holdings, _parameters: Parameters, month: str) -> Figure:
    signed, people = held.people_signed(month), held.population[0]
    if signed is None or not people:
        return None
    return (signed * 20_000 + people) // (2 * people)


def _explain_contract_coverage(held: Holdings, _parameters: Parameters, month: str) -> str:
    people, source = held.population
    if not people:
        return _("缺常住人口：请在“本机构”中填写。")
    signed = held.people_signed(month)
    return _("有效签约人数 {signed} ÷ 常住人口 {people}（{source}）。").format(
        signed=f"{signed:,}" if signed is not None else _("（空白）"),
        people=f"{people:,}",
        source=source,
    )


def _contracts_signed(held: Holdings, _parameters: Parameters, month: str) -> Figure:
    return held.contracts_signed(month)


def _explain_contracts_signed(_held: Holdings, _parameters: Parameters, month: str) -> str:
    return _("签约日期在 {month} 的协议数。").format(month=month)


def _clinics_expected(held: Holdings, _parameters: Parameters, month: str) -> Figure:
    if month != held.month and not held.clinics_reported(month):
        return None
    return held.clinics_expected or None


def _explain_clinics_expected(_held: Holdings, _parameters: Parameters, _month: str) -> str:
    return _("现有名册中在运行的村卫生室数；名册不留历史，以前月份按现有名册。")


def _clinics_reported(held: Holdings, _parameters: Parameters, month: str) -> Figure:
    count = held.clinics_reported(month)
    return count if count or month == held.month else None


def _explain_clinics_reported(held: Holdings, _parameters: Parameters, month: str) -> str:
    sentence = _("有 {month} 月报的村卫生室数。").format(month=month)
    return sentence + _missing_clinics(held, month)


def _drugs_in_use(held: Holdings, _parameters: Parameters, _month: str) -> Figure:
    return held.drugs_in_use


def _explain_drugs_in_use(_held: Holdings, _parameters: Parameters, _month: str) -> str:
    return _("药品目录中未停用的品规数；目录不留历史，以前月份取自当月报表。")


def _lots(which: str) -> Callable[[Holdings, Parameters, str], Figure]:
    def figure(held: Holdings, _parameters: Parameters, month: str) -> Figure:
        found = held.drug_stock(month)
        return None if found is None else int(getattr(found, which))

    return figure


def _explain_near_expiry(held: Holdings, _parameters: Parameters, month: str) -> str:
    if held.near_expiry_days is None:
        return _("缺政策参数“药品近效期提醒天数”。")
    return _("{day} 有库存、未过期且 {days} 天内到期的批次数。").format(
        day=last_day(month).isoformat(), days=held.near_expiry_days
    ) + _unknown_stock(held, month)


def _explain_expired(held: Holdings, _parameters: Parameters, month: str) -> str:
    sentence = _("{day} 有库存而已过有效期的批次数。").format(day=last_day(month).isoformat())
    return sentence + _unknown_stock(held, month)


def _explain_out_of_stock(held: Holdings, _parameters: Parameters, month: str) -> str:
    sentence = _("{day} 没有未过期库存的在用品规数。").format(day=last_day(month).isoformat())
    return sentence + _unknown_stock(held, month)


def _unknown_stock(held: Holdings, month: str) -> str:
    if held.drug_stock(month) is not None:
        return ""
    return _("截至 {day} 没有出入库记录，故为空白。").format(day=last_day(month).isoformat())


def _supply_days(held: Holdings, _parameters: Parameters, month: str) -> Figure:
    days = [each.days for each in held.supplies(month) if each.days is not None]
    return min(days) if days else None


def _explain_supply_days(held: Holdings, _parameters: Parameters, month: str) -> str:
    least = _supply_days(held, {}, month)
    names = in_a_row(each.name for each in held.supplies(month) if each.days == least)
    rule = _(
        "各物资月末库存 ÷ 日均消耗的最小值；日均消耗为本月出库 ÷ 当月天数，"
        "本月无出库的按储备标准 ÷ 储备天数。"
    )
    return rule + (_("最短：{names}。").format(names=names) if least is not None else "")


def _supplies_below_reserve(held: Holdings, _parameters: Parameters, month: str) -> Figure:
    known = [each for each in held.supplies(month) if each.reserve is not None]
    return sum(each.below for each in known) if known else None


def _explain_supplies_below_reserve(held: Holdings, _parameters: Parameters, month: str) -> str:
    names = in_a_row(each.name for each in held.supplies(month) if each.below)
    sentence = _("月末库存低于储备标准的物资数。")
    return sentence + (_("有：{names}。").format(names=names) if names else "")


SOURCES = {
    "clinic_month_sum": Source(_clinic_month_sum, _explain_clinic_month_sum),
    "typed": Source(_typed, _explain_typed),
    "active_contracts": Source(_active_contracts, _explain_active_contracts),
    "contract_coverage": Source(_contract_coverage, _explain_contract_coverage),
    "contracts_signed": Source(_contracts_signed, _explain_contracts_signed),
    "clinics_expected": Source(_clinics_expected, _explain_clinics_expected),
    "clinics_reported": Source(_clinics_reported, _explain_clinics_reported),
    "drugs_in_use": Source(_drugs_in_use, _explain_drugs_in_use, snapshot=True),
    "lots_near_expiry": Source(_lots("near_expiry"), _explain_near_expiry),
    "lots_expired": Source(_lots("expired"), _explain_expired),
    "drugs_out_of_stock": Source(_lots("out_of_stock"), _explain_out_of_stock),
    "supply_days": Source(_supply_days, _explain_supply_days),
    "supplies_below_reserve": Source(_supplies_below_reserve, _explain_supplies_below_reserve),
}

SUM_OF_LINES = "sum_of_lines"
"""Worked out from other lines of the same return, column by column."""


def source_of(line: Line) -> Source:
    """Return the source of a line.

    Raises:
        UserError: The form names a source the program does not have.
    """
    found = SOURCES.get(line.source.name)
    if found is None:
        raise UserError(
            _("报表中 {code} 的数据来源“{name}”本程序没有。").format(
                code=line.code, name=line.source.name
            ),
            _("请更正表式文件或更新程序。"),
        )
    return found


def figure_of(held: Holdings, line: Line, month: str) -> Figure:
    """Return a line's figure of a month, as the registers or the return of then know it."""
    place = (line.code, month)
    if place not in held.known:
        held.known[place] = _worked_out(held, line, month)
    return held.known[place]


def _worked_out(held: Holdings, line: Line, month: str) -> Figure:
    source = source_of(line)
    if source.snapshot and month != held.month:
        return held.reported(month, line.code)
    return source.figure(held, {**line.source.parameters, "code": line.code}, month)


def explain(held: Holdings, line: Line, month: str) -> str:
    """Return where a line's figure comes from."""
    return source_of(line).explain(held, {**line.source.parameters, "code": line.code}, month)
