"""Figures of family-doctor contracts: in force, people, coverage, renewal, content (facts c)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import ColumnElement, and_, or_, select

from desktop.services.figures.catalogue import (
    WHOLE,
    Ask,
    Behind,
    Figure,
    Kind,
    Shape,
    Values,
    declare,
    find_figure,
    rate,
)
from desktop.services.figures.contract_counts import (
    COLUMNS,
    NONE,
    REGISTERS,
    Counted,
    counts_at,
    has_group,
    in_force,
    known_by,
    record_groups,
)
from desktop.services.figures.contract_days import (
    ENDED,
    RENEWED,
    SIGNED,
    days_of,
    later_contract,
)
from desktop.services.figures.contract_packages import PAID, TCM, package_texts
from desktop.services.figures.dimensions import Dimension, DimensionRow, declare_dimension
from desktop.services.figures.population import GROUP, GROUP_LABELS, residents_source
from desktop.services.figures.readings import Readings
from desktop.services.figures.spans import counted
from desktop.services.periods import Period
from desktop.text import N_, _

_TEAM_AND_VILLAGE = frozenset({"team", "village"})


def _rows(by: str, nameless: str) -> Callable[[Readings, Period], list[DimensionRow]]:
    """Return the rows of a register, and one for contracts that name none of them."""

    def rows(readings: Readings, _period: Period) -> list[DimensionRow]:
        found = readings.once(record_groups, by)
        made = [DimensionRow(key, name) for key, name in found.names.items()]
        return [*made, DimensionRow(NONE, _(nameless), record=False)] if found.others else made

    return rows


declare_dimension(Dimension("team", N_("签约团队"), _rows("team", N_("未分团队")), "teams"))
declare_dimension(
    Dimension("village", N_("行政村"), _rows("village", N_("未填行政村")), "divisions")
)


# What is counted


def _counted(of: Callable[[Counted, str], int]) -> Callable[[Ask], Values]:
    """Return a figure of the contracts in force at the end of the period."""

    def values(ask: Ask) -> Values:
        if not known_by(ask.readings, ask.period.last):
            return {}
        by = "" if ask.by == "group" else ask.by
        found = counts_at(ask.readings, ask.period.last, by)
        if ask.by == "group":
            return {group: of(found[WHOLE], group) for group in GROUP_LABELS}
        return {row: of(each, ask.text("group")) for row, each in found.items()}

    return values


def _by_day(what: str) -> Callable[[Ask], Values]:
    """Return a figure of the contracts that something happened to in the period, day by day."""

    def values(ask: Ask) -> Values:
        if not known_by(ask.readings, ask.period.last):
            return {}
        days = days_of(ask.readings, ask.period, ask.by, what)
        return {row: counted(found, ask.period) for row, found in days.items()}

    return values


def _contracts_of(counted: Counted, group: str) -> int:
    return counted.flagged[group] if group else counted.contracts


# The lists


def _of_row(ask: Ask, row: str) -> list[ColumnElement[bool]]:
    """Return the conditions of a row and of the group that is asked for."""
    table = ask.readings.records.table("contracts").c
    found: list[ColumnElement[bool]] = []
    if ask.by == "group":
        found.append(table[row].is_(True))
    elif ask.by:
        column = table[COLUMNS[ask.by]]
        if row == NONE:
            target = ask.readings.records.table(REGISTERS[ask.by]).c
            known = select(target.id).where(target.deleted_at.is_(None))
            found.append(or_(column.is_(None), column.not_in(known)))
        else:
            found.append(column == bytes.fromhex(row))
    group = ask.text("group")
    return [*found, table[group].is_(True)] if group else found


def _listed(
    condition: Callable[[Ask], ColumnElement[bool]],
    distinct: str = "",
) -> Callable[[Ask, str], Behind]:
    """Return the list of the contracts that meet a condition and belong to the row."""

    def behind(ask: Ask, row: str) -> Behind:
        return Behind("contracts", (condition(ask), *_of_row(ask, row)), distinct=distinct)

    return behind


def _in_force(ask: Ask) -> ColumnElement[bool]:
    return in_force(ask.readings.records.table("contracts").c, ask.period.last)


def _in_force_of_any_group(ask: Ask) -> ColumnElement[bool]:
    table = ask.readings.records.table("contracts").c
    here = in_force(table, ask.period.last)
    return here if ask.by == "group" or ask.text("group") else and_(here, has_group(table))


def _signed(ask: Ask) -> ColumnElement[bool]:
    table = ask.readings.records.table("contracts").c
    return table.signed_on.between(ask.period.first, ask.period.last)


def _ended(ask: Ask) -> ColumnElement[bool]:
    table = ask.readings.records.table("contracts").c
    return table.expires_on.between(ask.period.first, ask.period.last)


def _renewed(ask: Ask) -> ColumnElement[bool]:
    contracts = ask.readings.records.table("contracts")
    renewed = contracts.alias("renewed")
    return and_(
        _ended(ask), contracts.c.id.in_(select(renewed.c.id).where(later_contract(renewed)))
    )


# In words


def _explain_in_force(ask: Ask, row: str) -> str:
    day = ask.period.last.isoformat()
    group = row if ask.by == "group" else ask.text("group")
    if group:
        return _("{day} 有效协议中“{group}”一栏为“是”的协议数。").format(
            day=day, group=_(GROUP_LABELS[group])
        )
    sentence = _("签约日期不晚于、到期日期不早于 {day} 的协议数。").format(day=day)
    if ask.by or not known_by(ask.readings, ask.period.last):
        return sentence
    twice = counts_at(ask.readings, ask.period.last, "")[WHOLE].people_twice
    more = _("其中 {count} 人同时有两份以上有效协议。").format(count=twice) if twice else ""
    return sentence + more


def _explain_key_people(ask: Ask, row: str) -> str:
    day = ask.period.last.isoformat()
    group = row if ask.by == "group" else ask.text("group")
    if group:
        return _("{day} 有效协议中“{group}”一栏为“是”的居民，一人有几份协议也只计一次。").format(
            day=day, group=_(GROUP_LABELS[group])
        )
    return _("{day} 有效签约居民中属于任一重点人群者，一人属于多类也只计一次。").format(day=day)


def _explain_coverage(ask: Ask, row: str) -> str:
    residents = find_figure("population.residents")
    people = residents.of(ask, row)
    if not people:
        return residents.how(ask, row)
    signed = find_figure("contracts.people").of(ask, row)
    return _("有效签约人数 {signed} ÷ 常住人口 {people}（{source}）。").format(
        signed=f"{signed:,}" if signed is not None else _("（空白）"),
        people=f"{people:,}",
        source=residents_source(ask),
    )


# With what content


def _packages(of: str) -> Callable[[Ask], Values]:
    def values(ask: Ask) -> Values:
        if not known_by(ask.readings, ask.period.last):
            return {}
        found = package_texts(ask.readings, ask.period.last, of)
        return {} if found is None else {WHOLE: sum(found.values())}

    return values


def _packages_behind(of: str) -> Callable[[Ask, str], Behind | None]:
    def behind(ask: Ask, _row: str) -> Behind | None:
        found: Mapping[str, int] = package_texts(ask.readings, ask.period.last, of) or {}
        table = ask.readings.records.table("contracts").c
        return Behind("contracts", (_in_force(ask), table.packages.in_(list(found))))

    return behind


def _teams(ask: Ask) -> Values:
    found = len(ask.readings.once(record_groups, "team").names)
    return {WHOLE: found} if found else {}


# The figures

declare(
    Figure(
        key="contracts.teams",
        label=N_("签约团队数"),
        unit=N_("个"),
        definition=N_("“签约团队”台账中的团队数；台账不留历史，以前各期取自当期报表。"),
        clause="facts c",
        kind=Kind.STOCK,
        snapshot=True,
        values=_teams,
        behind=lambda _ask, _row: Behind("teams", ()),
    ),
    Figure(
        key="contracts.in_force",
        label=N_("期末有效签约数"),
        unit=N_("份"),
        definition=N_(
            "签约日期不晚于、到期日期不早于期末的协议数；指明人群时为该栏为“是”的协议数。"
        ),
        clause="facts c",
        kind=Kind.STOCK,
        by=_TEAM_AND_VILLAGE | {"group"},
        arguments=(GROUP,),
        values=_counted(_contracts_of),
        behind=_listed(_in_force),
        explain=_explain_in_force,
    ),
    Figure(
        key="contracts.people",
        label=N_("期末有效签约人数"),
        unit=N_("人"),
        definition=N_("期末有有效协议的居民，按身份证号每人计一次；没有身份证号的协议各计一人。"),
        clause="facts c",
        kind=Kind.STOCK,
        by=_TEAM_AND_VILLAGE,
        values=_counted(lambda counted, _group: counted.people),
        behind=_listed(_in_force, distinct="id_number"),
    ),
    Figure(
        key="contracts.key_people",
        label=N_("重点人群签约人数"),
        unit=N_("人"),
        definition=N_(
            "期末有有效协议且属于该类重点人群的居民，每人计一次；不指明人群时属于任一类即计一次。"
        ),
        clause="facts c",
        kind=Kind.STOCK,
        by=_TEAM_AND_VILLAGE | {"group"},
        arguments=(GROUP,),
        values=_counted(lambda counted, group: counted.key_people[group]),
        behind=_listed(_in_force_of_any_group, distinct="id_number"),
        explain=_explain_key_people,
    ),
    Figure(
        key="contracts.coverage",
        label=N_("签约覆盖率"),
        unit=N_("%"),
        definition=N_("期末有效签约人数 ÷ 常住人口。"),
        clause="facts c; S0-10a",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        by=frozenset({"village"}),
        values=rate("contracts.people", "population.residents"),
        explain=_explain_coverage,
        numerator="contracts.people",
        denominator="population.residents",
    ),
    Figure(
        key="contracts.key_coverage",
        label=N_("重点人群签约率"),
        unit=N_("%"),
        definition=N_(
            "重点人群签约人数 ÷ 该类重点人群辖区人数；辖区人数由本机构作为政策参数填写。"
        ),
        clause="facts c",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        by=frozenset({"group"}),
        arguments=(GROUP,),
        values=rate("contracts.key_people", "population.group"),
        numerator="contracts.key_people",
        denominator="population.group",
    ),
    Figure(
        key="contracts.signed",
        label=N_("新签约数"),
        unit=N_("份"),
        definition=N_("签约日期在期间内的协议数，含续签。"),
        clause="facts c",
        by=_TEAM_AND_VILLAGE,
        values=_by_day(SIGNED),
        behind=_listed(_signed),
    ),
    Figure(
        key="contracts.ended",
        label=N_("到期协议数"),
        unit=N_("份"),
        definition=N_("到期日期在期间内的协议数。"),
        clause="facts c",
        by=_TEAM_AND_VILLAGE,
        values=_by_day(ENDED),
        behind=_listed(_ended),
    ),
    Figure(
        key="contracts.renewed",
        label=N_("到期后续约数"),
        unit=N_("份"),
        definition=N_("期间内到期的协议中，同一身份证号另有签约更晚、到期也更晚的协议者。"),
        clause="facts c",
        by=_TEAM_AND_VILLAGE,
        values=_by_day(RENEWED),
        behind=_listed(_renewed),
    ),
    Figure(
        key="contracts.renewal_rate",
        label=N_("到期续约率"),
        unit=N_("%"),
        definition=N_("期间内到期的协议中已续约的份数 ÷ 到期协议数；没有到期协议时空白。"),
        clause="facts c",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        by=_TEAM_AND_VILLAGE,
        values=rate("contracts.renewed", "contracts.ended"),
        numerator="contracts.renewed",
        denominator="contracts.ended",
    ),
    Figure(
        key="contracts.with_tcm",
        label=N_("含中医药服务的协议数"),
        unit=N_("份"),
        definition=N_("期末有效协议中，所签服务包在“服务包”台账里注明含中医药服务者。"),
        clause="facts c; S0-12d",
        kind=Kind.STOCK,
        values=_packages(TCM),
        behind=_packages_behind(TCM),
    ),
    Figure(
        key="contracts.paid",
        label=N_("有偿签约数"),
        unit=N_("份"),
        definition=N_("期末有效协议中，所签服务包在“服务包”台账里有收费标准者。"),
        clause="facts c",
        kind=Kind.STOCK,
        values=_packages(PAID),
        behind=_packages_behind(PAID),
    ),
    Figure(
        key="contracts.paid_rate",
        label=N_("有偿签约率"),
        unit=N_("%"),
        definition=N_("有偿签约数 ÷ 期末有效签约数。"),
        clause="facts c",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        values=rate("contracts.paid", "contracts.in_force"),
        numerator="contracts.paid",
        denominator="contracts.in_force",
    ),
)
