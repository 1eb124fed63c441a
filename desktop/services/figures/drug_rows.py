"""The drug catalogue: which drugs are in use, how many are essential, and the rows by drug (S0-8b).

The catalogue keeps no history: what it says of an earlier day stands in the return of then.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, or_, select

from desktop.models.registers.drugs import FIELDS, Drug
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
from desktop.services.figures.dimensions import Dimension, DimensionRow, declare_dimension
from desktop.services.figures.movements import with_unit
from desktop.services.figures.readings import Readings
from desktop.services.periods import Period
from desktop.text import N_, _

STOPPED = "停用"

UNKNOWN = "unknown"
"""The row of drugs without a class and of lots whose drug is not in the catalogue."""

_CLASSES = tuple(
    choice.value for field in FIELDS if field.column is Drug.drug_class for choice in field.choices
)


@dataclass(frozen=True)
class DrugRow:
    """A drug of the catalogue as figures see it; ``name`` is the generic one and its strength."""

    generic: str
    name: str
    unit: str
    drug_class: str
    essential: bool
    in_use: bool


@lru_cache(maxsize=8)
def _drugs(drugs: FromClause) -> Select[*tuple[Any, ...]]:
    table = drugs.c
    return (
        select(
            table.id,
            table.name,
            table.spec,
            table.unit,
            table.drug_class,
            table.essential,
            table.status,
        )
        .where(table.deleted_at.is_(None))
        .order_by(table.name, table.spec, table.id)
    )


def _read(readings: Readings) -> dict[str, DrugRow]:
    return {
        bytes(row.id).hex(): DrugRow(
            row.name or "",
            " ".join(part for part in (row.name, row.spec) if part),
            row.unit or "",
            row.drug_class or UNKNOWN,
            bool(row.essential),
            (row.status or "") != STOPPED,
        )
        for row in readings.records.rows(_drugs(readings.records.table("drugs")))
    }


def drug_rows(readings: Readings) -> dict[str, DrugRow]:
    """Return the drugs of the catalogue by their id in hexadecimal, in the order of their names."""
    return readings.once(_read)


def class_of(readings: Readings, drug: str) -> str:
    """Return the class of a drug; what is not in the catalogue has none."""
    found = drug_rows(readings).get(drug)
    return UNKNOWN if found is None else found.drug_class


def _drug_list(readings: Readings, _period: Period) -> list[DimensionRow]:
    return [
        DimensionRow(key, with_unit(drug.name, drug.unit))
        for key, drug in drug_rows(readings).items()
    ]


@lru_cache(maxsize=8)
def _lots_without_drug(lots: FromClause, drugs: FromClause) -> Select[Any]:
    living = select(drugs.c.id).where(drugs.c.deleted_at.is_(None))
    return (
        select(lots.c.id)
        .where(
            lots.c.deleted_at.is_(None),
            or_(lots.c.drug_id.is_(None), lots.c.drug_id.not_in(living)),
        )
        .limit(1)
    )


def _class_keys(readings: Readings) -> list[str]:
    """Return the classes: the official ones, others of the catalogue, and none where it occurs."""
    found = dict.fromkeys(drug.drug_class for drug in drug_rows(readings).values())
    named = [*_CLASSES, *sorted(set(found) - {*_CLASSES, UNKNOWN})]
    records = readings.records
    lost = _lots_without_drug(records.table("drug_stock"), records.table("drugs"))
    return [*named, UNKNOWN] if UNKNOWN in found or records.rows(lost) else named


def class_keys(readings: Readings) -> list[str]:
    """Return the rows of a table by class."""
    return readings.once(_class_keys)


def _class_list(readings: Readings, _period: Period) -> list[DimensionRow]:
    return [
        DimensionRow(key, _("未分类") if key == UNKNOWN else _(key), record=False)
        for key in class_keys(readings)
    ]


declare_dimension(Dimension("drug", N_("药品"), _drug_list, register="drugs"))
declare_dimension(Dimension("drug_class", N_("药品类别"), _class_list))


# The catalogue


def _count(ask: Ask, *, essential: bool) -> Values:
    drugs = drug_rows(ask.readings)
    if not drugs:
        return {}
    made = dict.fromkeys(class_keys(ask.readings) if ask.by else [WHOLE], 0)
    for drug in drugs.values():
        if drug.in_use and (drug.essential or not essential):
            made[drug.drug_class if ask.by else WHOLE] += 1
    return made


def in_use(table: Any) -> ColumnElement[bool]:
    """Return the condition that a drug of the catalogue has not been stopped."""
    return func.coalesce(table.status, "") != STOPPED


def of_class(table: Any, row: str) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a drug is of the class of a row; none for the whole."""
    if not row:
        return ()
    if row == UNKNOWN:
        return (func.coalesce(table.drug_class, "") == "",)
    return (table.drug_class == row,)


def _behind(ask: Ask, row: str, *, essential: bool) -> Behind:
    table = ask.readings.records.table("drugs").c
    chosen = (table.essential.is_(True),) if essential else ()
    return Behind("drugs", (in_use(table), *of_class(table, row), *chosen))


declare(
    Figure(
        key="drugs.in_use",
        label=N_("在用药品品规数"),
        unit=N_("个"),
        definition=N_("药品目录中未停用的品规数；目录不留历史，以前各期取自当期报表。"),
        clause="S0-8b",
        kind=Kind.STOCK,
        snapshot=True,
        by=frozenset({"drug_class"}),
        values=lambda ask: _count(ask, essential=False),
        behind=lambda ask, row: _behind(ask, row, essential=False),
    ),
    Figure(
        key="drugs.essential_in_use",
        label=N_("在用国家基本药物品规数"),
        unit=N_("个"),
        definition=N_("药品目录中未停用且标为国家基本药物的品规数。"),
        clause="S0-8b",
        kind=Kind.STOCK,
        snapshot=True,
        by=frozenset({"drug_class"}),
        values=lambda ask: _count(ask, essential=True),
        behind=lambda ask, row: _behind(ask, row, essential=True),
    ),
    Figure(
        key="drugs.essential_share",
        label=N_("基本药物品规占比"),
        unit=N_("%"),
        definition=N_("在用国家基本药物品规数 ÷ 在用药品品规数。"),
        clause="S0-8b",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        snapshot=True,
        by=frozenset({"drug_class"}),
        values=rate("drugs.essential_in_use", "drugs.in_use"),
        numerator="drugs.essential_in_use",
        denominator="drugs.in_use",
    ),
)
