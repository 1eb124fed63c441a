"""Every figure of the catalogue once more, by pandas from whole tables, sharing no code with it.

The calculations stand in modules ``by_pandas_*.py`` beside this one, each named by its key::

    @calculates("contracts.in_force")
    def _(tables: Tables, period: Period, arguments: Arguments, by: str) -> Answer: ...

and the records they are tried on in modules ``made_up_*.py``::

    @fills
    def contracts(session: Session, made: MadeUp) -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, wraps
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.registers import find_register
from desktop.models.store import insert_many, remove
from desktop.services.periods import Period

WHOLE = ""

Answer = dict[str, int]
Arguments = Mapping[str, str | int | bool]


class Tables:
    """The registers as data frames: ids in hexadecimal, deleted records left out."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: dict[str, pd.DataFrame] = {}
        self.worked_out: dict[Hashable, Any] = {}

    def __getitem__(self, key: str) -> pd.DataFrame:
        """Return the living records of a register, the oldest id first."""
        if key not in self._read:
            table = find_register(key).table
            found = pd.read_sql(select(table), self._session.connection())
            for name in found.columns:
                if any(isinstance(value, bytes) for value in found[name]):
                    found[name] = [None if v is None else bytes(v).hex() for v in found[name]]
            living = found[found["deleted_at"].isna()]
            self._read[key] = living.sort_values("id").reset_index(drop=True)
        return self._read[key].copy()

    def policy(self, code: str, on: date) -> float | None:
        """Return the number of a policy on a day; of several rows the newest."""
        rows = self["policy"]
        rows = rows[(rows["code"] == code) & (rows["valid_from"] <= on)]
        rows = rows[rows["valid_to"].isna() | (rows["valid_to"] >= on)]
        values = rows.sort_values("valid_from")["value"].tolist()
        return float(values[-1]) if values and values[-1] else None


def once(work: Callable[..., Any]) -> Callable[..., Any]:
    """Keep what a step common to several figures comes to; each of them gets a copy."""

    @wraps(work)
    def kept(tables: Tables, *given: Hashable) -> Any:
        key = (work, given)
        if key not in tables.worked_out:
            tables.worked_out[key] = work(tables, *given)
        found = tables.worked_out[key]
        return found.copy() if isinstance(found, pd.DataFrame) else found

    return kept


Calculation = Callable[[Tables, Period, Arguments, str], Answer]

CALCULATIONS: dict[str, Calculation] = {}


def calculates(*keys: str) -> Callable[[Calculation], Calculation]:
    """Register the independent calculation of figures."""

    def register(calculation: Calculation) -> Calculation:
        for key in keys:
            assert key not in CALCULATIONS, key
            CALCULATIONS[key] = calculation
        return calculation

    return register


WITHOUT_LIST: dict[str, str] = {}
"""Figures that no list of records comes to, and why; rates have the lists of their two parts."""


def share(above: int, below: int) -> int:
    """Return a share in hundredths of a percent, rounded half up."""
    return int(above * 10_000 / below + 0.5)


def quotient(above: Answer, below: Answer) -> Answer:
    """Return the shares of the rows that have a part and a whole that is not zero."""
    return {row: share(above[row], below[row]) for row in below if below[row] and row in above}


def spread(rows: pd.DataFrame, column: str, by: str) -> dict[str, pd.DataFrame]:
    """Return the rows of the whole, or by the values of a column; rows without one are left out."""
    if not by:
        return {WHOLE: rows}
    return {str(key): part for key, part in rows.dropna(subset=[column]).groupby(column)}


# Made-up records


@dataclass
class MadeUp:
    """The chance of the run and what was made so far, so that later parts can refer to it."""

    session: Session
    chance: Random
    ids: dict[str, list[bytes]] = field(default_factory=dict)

    def add(self, register: str, *rows: Mapping[str, Any]) -> list[bytes]:
        """Add records and remember their ids."""
        made = insert_many(self.session, find_register(register), [dict(each) for each in rows])
        self.ids.setdefault(register, []).extend(made)
        return made

    def remove(self, register: str, *ids: bytes) -> None:
        """Mark records as deleted; references to them stay."""
        for each in ids:
            remove(self.session, find_register(register), each)


Filling = Callable[[MadeUp], None]
FILLINGS: list[Filling] = []


def fills(filling: Filling) -> Filling:
    """Register a part of the made-up centre; parts are filled in the order of their modules."""
    FILLINGS.append(filling)
    return filling


@cache
def load_independent() -> None:
    """Import all calculations and made-up records beside this module."""
    for file in sorted(Path(__file__).parent.glob("*.py")):
        if file.stem.startswith(("by_pandas_", "made_up_")):
            import_module(f"tests.services.figures.{file.stem}")
