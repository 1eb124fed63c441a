"""The catalogue of named figures: what each means, how it comes about, which records it counts.

A figure answers for a period and a *dimension*: the whole centre, or every clinic, drug, … at
once, so that a table of forty clinics is one statement. Values are whole numbers: counts as they
are, money in 分, rates in hundredths of a percent, averages in hundredths of their unit. What is
not known is left out of the answer: blank is not zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement

from desktop.errors import NotFound
from desktop.services.periods import Period
from desktop.text import _

if TYPE_CHECKING:
    from desktop.services.figures.readings import Readings

Arguments = Mapping[str, str | int | bool]
"""What a form says about a figure, such as ``{"group": "elderly"}``."""

Values = Mapping[str, int]
"""Figures by row: the id of a record in hexadecimal, a group's key, or ``WHOLE`` for the centre."""

WHOLE = ""
"""The row of a figure of the whole centre, and the dimension that has only this row."""


class Shape(Enum):
    """How a figure's whole number is read."""

    COUNT = "count"
    MONEY = "money"
    """分."""
    RATE = "rate"
    """Hundredths of a percent."""
    AVERAGE = "average"
    """Hundredths of the unit."""


class Kind(Enum):
    """A flow adds up over the year; a stock stands at the end of the period (facts a)."""

    FLOW = "flow"
    STOCK = "stock"


@dataclass(frozen=True)
class Behind:
    """The records behind a figure: a list that can be opened and that comes to the figure.

    ``adds`` is the field that is summed up, or empty where the records are counted;
    ``distinct`` counts the different values of a field instead, each person once; ``worth`` is
    what a record comes to where no field says it, such as a quantity at the price of its lot.
    """

    register: str
    conditions: tuple[ColumnElement[bool], ...]
    adds: str = ""
    distinct: str = ""
    sign: int = 1
    """−1 where outgoing quantities are booked as negative and told as positive."""
    worth: ColumnElement[Any] | None = None


@dataclass(frozen=True)
class Ask:
    """One question to a figure: of which period, by which rows, with which arguments."""

    readings: Readings
    period: Period
    arguments: Arguments = field(default_factory=dict)
    by: str = WHOLE

    def text(self, name: str) -> str:
        """Return an argument as text; empty where the form gives none."""
        return str(self.arguments.get(name, ""))

    def at(self, period: Period) -> Ask:
        """Return the same question about another period."""
        return Ask(self.readings, period, self.arguments, self.by)


@dataclass(frozen=True)
class Argument:
    """An argument that a form may give; ``choices`` are the allowed words, with their labels."""

    name: str
    label: str
    choices: Callable[[], Mapping[str, str]]
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A named figure.

    Args:
        key: Stable name used by forms, such as ``contracts.in_force``.
        label: Official term (marked with ``N_``).
        unit: Unit (marked with ``N_``).
        definition: What counts and what does not, in a sentence (marked with ``N_``).
        clause: Where the definition comes from.
        kind: Whether it adds up over the year.
        shape: How its whole number is read.
        by: Dimensions it can be asked by besides the whole centre: clinic, drug, supply, group …
        arguments: What a form may say about it.
        values: Works it out; rows that are not known are left out.
        behind: The records behind one row of it; None where no list comes to it.
        explain: A sentence with the numbers of this very answer; the definition where it is None.
        snapshot: Its register keeps no history: earlier periods are read from the returns of then.
        numerator: Of a rate: the key of the figure above the line.
        denominator: Of a rate: the key of the figure below the line.
        rows_only: Not known of the whole: quantities of different drugs do not add up.
    """

    key: str
    label: str
    unit: str
    definition: str
    clause: str
    values: Callable[[Ask], Values]
    kind: Kind = Kind.FLOW
    shape: Shape = Shape.COUNT
    by: frozenset[str] = frozenset()
    arguments: tuple[Argument, ...] = ()
    behind: Callable[[Ask, str], Behind | None] = lambda _ask, _row: None
    explain: Callable[[Ask, str], str] | None = None
    snapshot: bool = False
    numerator: str = ""
    denominator: str = ""
    rows_only: bool = False

    def of(self, ask: Ask, row: str = WHOLE) -> int | None:
        """Return the figure of one row; None is blank."""
        return ask.readings.values(self, ask).get(row)

    def how(self, ask: Ask, row: str = WHOLE) -> str:
        """Return where a row's figure comes from."""
        return _(self.definition) if self.explain is None else self.explain(ask, row)


_CATALOGUE: dict[str, Figure] = {}


def declare(*figures: Figure) -> None:
    """Put figures into the catalogue; a module of this package does it when it is imported."""
    for each in figures:
        assert each.key not in _CATALOGUE, each.key
        _CATALOGUE[each.key] = each


@cache
def load_all() -> None:
    """Import every module of this package, so that all figures and dimensions are known."""
    package = import_module("desktop.services.figures")
    for module in iter_modules(package.__path__):
        import_module(f"desktop.services.figures.{module.name}")


def _all() -> dict[str, Figure]:
    load_all()
    return _CATALOGUE


def figures() -> Iterator[Figure]:
    """Return all figures in the order of their keys."""
    known = _all()
    return (known[key] for key in sorted(known))


def find_figure(key: str) -> Figure:
    """Return a figure by its key.

    Raises:
        NotFound: The catalogue has none of that name.
    """
    found = _all().get(key)
    if found is None:
        raise NotFound(
            _("没有名为“{key}”的数据指标。").format(key=key),
            _("请更正表式文件或更新程序；可用的指标见“thdesk returns figures”。"),
        )
    return found


def rate(numerator: str, denominator: str) -> Callable[[Ask], Values]:
    """Return how a rate is worked out: rows of which both are known and the divisor is not 0."""

    def values(ask: Ask) -> Values:
        above = ask.readings.values(find_figure(numerator), ask)
        below = ask.readings.values(find_figure(denominator), ask)
        return {
            row: hundredths(above[row], count)
            for row, count in below.items()
            if count and row in above
        }

    return values


def hundredths(above: int, below: int) -> int:
    """Return a share in hundredths of a percent, rounded half away from zero."""
    sign = -1 if (above < 0) != (below < 0) else 1
    return sign * ((abs(above) * 20_000 + abs(below)) // (2 * abs(below)))
