"""What the contracts in force contain, by the register of packages (S0-12d)."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, FromClause, Select, bindparam, func, null, select

from desktop.services.figures.readings import Readings

TCM, PAID = "tcm", "paid"

_BETWEEN_PACKAGES = re.compile(r"[、，,；;／/＋+\s]+")


def package_texts(readings: Readings, day: date, what: str) -> dict[str, int] | None:
    """Return the texts of packages that contain a marked one, each with the contracts in force.

    None where no package says yes or no: then nobody knows what the contracts contain.
    """
    marked = readings.once(_marked_packages, what)
    if marked is None:
        return None
    return {
        text: count
        for text, count in readings.once(_texts_in_force, day).items()
        if marked.intersection(_BETWEEN_PACKAGES.split(text.strip()))
    }


def _marked_packages(readings: Readings, what: str) -> frozenset[str] | None:
    table = readings.records.table("packages").c
    found = readings.records.rows(
        select(table.name, table.includes_tcm, table.price).where(table.deleted_at.is_(None))
    )
    marks = [(row.name, row.includes_tcm if what == TCM else row.price) for row in found]
    if all(mark is None for _name, mark in marks):
        return None
    return frozenset(name.strip() for name, mark in marks if mark and name)


@lru_cache(maxsize=8)
def _by_package(contracts: FromClause) -> Select[Any, Any]:
    table = contracts.c
    day = bindparam("day", type_=Date)
    text = func.coalesce(table.packages, null())
    return (
        select(text, func.count())
        .where(
            table.deleted_at.is_(None),
            table.packages.is_not(None),
            func.coalesce(table.signed_on, null()) <= day,
            func.coalesce(table.expires_on, null()) >= day,
        )
        .group_by(text)
    )


def _texts_in_force(readings: Readings, day: date) -> dict[str, int]:
    asked = _by_package(readings.records.table("contracts"))
    return {str(text): int(count) for text, count in readings.records.rows(asked, day=day)}
