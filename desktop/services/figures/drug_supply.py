"""Whether the drugs in use last: what is out of stock, and for how many days the rest will do."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from desktop.services.figures.catalogue import (
    WHOLE,
    Ask,
    Behind,
    Figure,
    Kind,
    Values,
    declare,
    find_figure,
)
from desktop.services.figures.drug_lots import lots_at, lots_on
from desktop.services.figures.drug_rows import class_keys, drug_rows
from desktop.services.figures.movements import kept_by
from desktop.services.figures.readings import Readings
from desktop.text import N_, _, in_a_row

LEAST_COVER = "drug.least_cover_days"

_NAMED = 20
"""So many drugs are named in an explanation."""


def _usable(ask: Ask) -> dict[str, int]:
    """Return what is there of each drug and not expired; what lots lack is taken off."""
    made: dict[str, int] = defaultdict(int)
    for lot in lots_on(ask):
        if lot.usable(ask.period.last) or lot.quantity < 0:
            made[lot.drug] += lot.quantity
    return made


def missing_at(readings: Readings, day: date) -> list[str] | None:
    """Return the drugs in use without a lot that is there and in date; None before the ledger."""
    if not kept_by(readings, "stock_moves", day):
        return None
    usable = {lot.drug for lot in lots_at(readings, day) if lot.usable(day)}
    drugs = drug_rows(readings)
    return [key for key, drug in drugs.items() if drug.in_use and key not in usable]


def _missing(ask: Ask) -> list[str] | None:
    return missing_at(ask.readings, ask.period.last)


def _by_class(ask: Ask, drugs: list[str] | None) -> dict[str, list[str]]:
    if drugs is None:
        return {}
    if not ask.by:
        return {WHOLE: drugs}
    made: dict[str, list[str]] = {row: [] for row in class_keys(ask.readings)}
    for key in drugs:
        made[drug_rows(ask.readings)[key].drug_class].append(key)
    return made


def _counted(found: dict[str, list[str]]) -> Values:
    return {row: len(drugs) for row, drugs in found.items()}


def _behind(ask: Ask, drugs: list[str]) -> Behind:
    table = ask.readings.records.table("drugs").c
    return Behind("drugs", (table.id.in_([bytes.fromhex(key) for key in drugs]),))


def _names(ask: Ask, drugs: list[str]) -> str:
    known = drug_rows(ask.readings)
    return in_a_row(known[key].name for key in drugs[:_NAMED])


def _explain_missing(ask: Ask, row: str) -> str:
    found = _by_class(ask, _missing(ask)).get(row)
    if found is None:
        return _("截至 {day} 没有出入库记录，故为空白。").format(day=ask.period.last.isoformat())
    sentence = _("{day} 没有未过期库存的在用品规数。").format(day=ask.period.last.isoformat())
    return sentence + (_("有：{names}。").format(names=_names(ask, found)) if found else "")


# Days of cover


def _cover(ask: Ask) -> dict[str, int]:
    """Return the days for which each drug in use that was issued in the period will do."""
    by_drug = Ask(ask.readings, ask.period, by="drug")
    used = ask.readings.values(find_figure("drugs.used"), by_drug)
    usable, drugs = _usable(by_drug), drug_rows(ask.readings)
    return {
        key: max(0, usable.get(key, 0)) * ask.period.days // gone
        for key, gone in used.items()
        if gone > 0 and drugs[key].in_use
    }


def _days(ask: Ask) -> Values:
    cover = _cover(ask)
    if ask.by:
        return cover
    return {WHOLE: min(cover.values())} if cover else {}


def _explain_days(ask: Ask, row: str) -> str:
    rule = _("期末未过期库存 ÷ 日均出库量；日均出库量为本期出库 ÷ 本期天数，本期没有出库的不计。")
    cover = _cover(ask)
    if row or not cover:
        return rule
    least = min(cover.values())
    shortest = [key for key, days in cover.items() if days == least]
    return rule + _("最短：{names}。").format(names=_names(ask, shortest))


def _short(ask: Ask) -> list[str] | None:
    least = ask.readings.records.policy(LEAST_COVER, ask.period.last)
    if least is None or not kept_by(ask.readings, "stock_moves", ask.period.last):
        return None
    return [key for key, days in _cover(ask).items() if days < least]


def _explain_short(ask: Ask, row: str) -> str:
    least = ask.readings.records.policy(LEAST_COVER, ask.period.last)
    if least is None:
        return _("缺政策参数“药品最低可用天数”。")
    sentence = _("期末库存按本期用量可用不足 {days} 天的在用品规数。").format(days=least)
    found = _by_class(ask, _short(ask)).get(row)
    return sentence + (_("有：{names}。").format(names=_names(ask, found)) if found else "")


declare(
    Figure(
        key="drugs.out_of_stock",
        label=N_("缺货品规数"),
        unit=N_("个"),
        definition=N_("期末没有未过期库存的在用品规数；按现有药品目录。"),
        clause="S0-8c",
        kind=Kind.STOCK,
        by=frozenset({"drug_class"}),
        values=lambda ask: _counted(_by_class(ask, _missing(ask))),
        behind=lambda ask, row: _behind(ask, _by_class(ask, _missing(ask)).get(row, [])),
        explain=_explain_missing,
    ),
    Figure(
        key="drugs.days_of_cover",
        label=N_("药品可用天数"),
        unit=N_("天"),
        definition=N_("期末未过期库存 ÷ 本期日均出库量，全院取最短的药品；本期没有出库的不计。"),
        clause="S0-8c",
        kind=Kind.STOCK,
        by=frozenset({"drug"}),
        values=_days,
        explain=_explain_days,
    ),
    Figure(
        key="drugs.below_cover",
        label=N_("可用天数不足的品规数"),
        unit=N_("个"),
        definition=N_("期末库存按本期用量可用天数低于规定的在用品规数。"),
        clause="S0-8c",
        kind=Kind.STOCK,
        by=frozenset({"drug_class"}),
        values=lambda ask: _counted(_by_class(ask, _short(ask))),
        behind=lambda ask, row: _behind(ask, _by_class(ask, _short(ask)).get(row, [])),
        explain=_explain_short,
    ),
)
