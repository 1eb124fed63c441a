"""The people a centre serves: residents from registers, key groups from policies (facts b, c).

How many old people, hypertensives or children live in the township stands in no register of the
centre: the clerk enters each number once as a policy value, with the day from which it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import FromClause, Select, or_, select

from desktop.models.registers.contracts import GROUPS
from desktop.services.figures.catalogue import (
    WHOLE,
    Argument,
    Ask,
    Behind,
    Figure,
    Kind,
    Values,
    declare,
)
from desktop.services.figures.dimensions import Dimension, DimensionRow, declare_dimension
from desktop.services.figures.readings import Readings
from desktop.services.periods import Period
from desktop.services.visits import CLOSED
from desktop.text import N_, _

KEY_GROUPS = "population.key_groups"
"""The policy with the number of people in any key group, each once."""

GROUP_LABELS: Mapping[str, str] = {field.key: field.label for field in GROUPS}


def group_labels() -> Mapping[str, str]:
    """Return the key groups by their word in forms."""
    return GROUP_LABELS


GROUP = Argument("group", N_("重点人群"), group_labels)
"""The key group that is counted; without it all of them together, each person once."""


def _groups(_readings: Readings, _period: Period) -> list[DimensionRow]:
    return [DimensionRow(key, _(label), record=False) for key, label in GROUP_LABELS.items()]


declare_dimension(Dimension("group", N_("重点人群"), _groups))


# Residents

_SOURCES = (
    ("centre", N_("本机构")),
    ("divisions", N_("各行政村常住人口合计")),
    ("clinics", N_("村卫生室服务人口合计")),
)

_BY_PLACE = {"village": N_("各行政村常住人口"), "clinic": N_("村卫生室服务人口")}


@lru_cache(maxsize=8)
def _people(places: FromClause, *, open_only: bool) -> Select[Any, Any]:
    table = places.c
    asked = select(table.id, table.population).where(
        table.deleted_at.is_(None), table.population.is_not(None)
    )
    if not open_only:
        return asked
    return asked.where(or_(table.status.is_(None), table.status.not_in(CLOSED)))


def _by_place(readings: Readings, register: str) -> dict[str, int]:
    """Return the people of each record of a register that tells them."""
    asked = _people(readings.records.table(register), open_only=register == "clinics")
    return {bytes(row.id).hex(): int(row.population) for row in readings.records.rows(asked)}


def _residents_from(readings: Readings) -> tuple[str, int]:
    """Return the register that tells the resident population, and the number; first come first."""
    for register, _label in _SOURCES:
        people = sum(readings.once(_by_place, register).values())
        if people:
            return register, people
    return "", 0


def _residents(ask: Ask) -> Values:
    if ask.by:
        register = {"village": "divisions", "clinic": "clinics"}[ask.by]
        return ask.readings.once(_by_place, register)
    register, people = ask.readings.once(_residents_from)
    return {WHOLE: people} if register else {}


def _residents_behind(ask: Ask, row: str) -> Behind:
    register = {"village": "divisions", "clinic": "clinics"}.get(ask.by)
    register = register or ask.readings.once(_residents_from)[0]
    table = ask.readings.records.table(register).c
    if row:
        return Behind(register, (table.id == bytes.fromhex(row),), adds="population")
    if register == "clinics":
        here = or_(table.status.is_(None), table.status.not_in(CLOSED))
        return Behind(register, (here,), adds="population")
    return Behind(register, (), adds="population")


def residents_source(ask: Ask) -> str:
    """Return in words where the resident population stands; empty where it stands nowhere."""
    if ask.by:
        return _(_BY_PLACE[ask.by])
    register, _people_there = ask.readings.once(_residents_from)
    return _(dict(_SOURCES)[register]) if register else ""


def _explain_residents(ask: Ask, row: str) -> str:
    if row:
        return _("名册中登记的人口数；名册不留历史。")
    source = residents_source(ask)
    if not source:
        return _("缺常住人口：请在“本机构”中填写。")
    return _("{source}；名册不留历史，以前各期按现有人口。").format(source=source)


# Key groups


def policy_of(group: str) -> str:
    """Return the code of the policy with a group's number of people; of all groups without one."""
    return f"population.{group}" if group else KEY_GROUPS


def _group_people(ask: Ask) -> Values:
    groups = {key: key for key in GROUP_LABELS} if ask.by else {WHOLE: ask.text("group")}
    found = {
        row: ask.readings.records.policy(policy_of(group), ask.period.last)
        for row, group in groups.items()
    }
    return {row: int(number) for row, number in found.items() if number is not None}


def _explain_group(ask: Ask, row: str) -> str:
    group = row or ask.text("group")
    name = _(GROUP_LABELS[group]) if group else _("重点人群")
    if ask.readings.records.policy(policy_of(group), ask.period.last) is None:
        return _("缺“{group}”的辖区人数：请在“政策参数”的 {code} 中填写。").format(
            group=name, code=policy_of(group)
        )
    return _("政策参数中{day}执行的“{group}”辖区人数。").format(
        day=ask.period.last.isoformat(), group=name
    )


declare(
    Figure(
        key="population.residents",
        label=N_("常住人口"),
        unit=N_("人"),
        definition=N_(
            "本机构登记的常住人口；未登记时取各行政村合计，再无则取村卫生室服务人口合计。"
        ),
        clause="facts c",
        kind=Kind.STOCK,
        by=frozenset({"village", "clinic"}),
        values=_residents,
        behind=_residents_behind,
        explain=_explain_residents,
    ),
    Figure(
        key="population.group",
        label=N_("重点人群辖区人数"),
        unit=N_("人"),
        definition=N_(
            "辖区内该类重点人群的人数，台账中没有，由本机构作为政策参数填写；不指明人群时为各类重点人群总数，每人计一次。"
        ),
        clause="facts c",
        kind=Kind.STOCK,
        by=frozenset({"group"}),
        arguments=(GROUP,),
        values=_group_people,
        explain=_explain_group,
    ),
)
