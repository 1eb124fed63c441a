"""What a form of a return consists of; forms are data, read by :mod:`declaring` (facts a).

Codes, once used, never change their meaning: returns of several years are compared by them.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Literal

import msgspec

from desktop.services.figures.catalogue import Kind, Shape
from desktop.services.periods import MONTH, WEEK, YEAR, Period
from desktop.services.returns.formulas import codes_needed
from desktop.text import _

SourceTable = dict[str, str | int | bool]
"""``{figure = "…", argument = …}``, ``{formula = "…"}``, ``{carried = "CODE"}``; empty: typed."""

ColumnName = Literal["this", "last", "change", "year_ago", "to_date"]
"""What a line is compared with: this period, the last, the change, a year ago, the year so far."""

COMPARED: tuple[ColumnName, ...] = ("this", "last", "change", "year_ago", "to_date")

TOTAL = "*"
"""The row of a table's total in a cell's key."""


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a form, or one column of a table with a row per clinic, group, drug ….

    ``kind``, ``shape`` and ``unit`` are the figure's where the form does not say otherwise.
    ``scale`` is the unit of money; ``group`` a head above several columns, ``width`` millimetres.
    """

    code: str
    label: str
    unit: str = ""
    indent: int = 0
    required: bool = False
    kind: Literal["flow", "stock", ""] = ""
    shape: Literal["count", "money", "rate", "average", ""] = ""
    change: Literal["percent", "difference", "none"] = "percent"
    scale: Literal["千元", "元", "万元", ""] = ""
    source: SourceTable = {}
    group: str = ""
    width: float = 0

    @property
    def figure(self) -> str:
        """Return the key of its figure; empty where it has none."""
        return str(self.source.get("figure", ""))

    @property
    def formula(self) -> str:
        """Return its formula over other lines; empty where it has none."""
        return str(self.source.get("formula", ""))

    @property
    def carried(self) -> str:
        """Return the code of the line whose last figure it begins with; else empty."""
        return str(self.source.get("carried", ""))

    @property
    def arguments(self) -> SourceTable:
        """Return what it says to its figure."""
        return {name: value for name, value in self.source.items() if name != "figure"}

    @property
    def typed(self) -> bool:
        """Say that the clerk fills it in, because no register holds it."""
        return not self.source

    @property
    def stock(self) -> bool:
        """Say that it stands at the end of the period and is not added up over the year."""
        return self.kind == Kind.STOCK.value

    @property
    def money(self) -> bool:
        """Say that it is kept in 分."""
        return self.shape == Shape.MONEY.value


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """A part of a form: lines compared with earlier periods, or a table with its own columns."""

    title: str
    columns: tuple[ColumnName, ...] = COMPARED
    line: tuple[Line, ...] = ()
    rows: str = ""
    total: bool = True
    column: tuple[Line, ...] = ()

    @property
    def items(self) -> tuple[Line, ...]:
        """Return its lines or its columns."""
        return self.column if self.rows else self.line

    @cached_property
    def in_order(self) -> tuple[Line, ...]:
        """Return its lines or columns by formula, each after what it needs."""
        return formulas_in_order(self.items)


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A check rule (审核关系): level E blocks submitting, level Q asks for an explanation.

    ``each`` judges it line by line (``required``, ``percent``, ``lines``) or row by row of the
    table ``section`` (counted from 1).
    """

    id: str
    level: Literal["E", "Q"]
    rule: str
    message: str
    each: Literal["", "required", "percent", "lines", "rows"] = ""
    section: int = 0
    shown: str = ""


class Due(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a return has to be in: a day of the following month, a weekday, or a day of a month."""

    day: int = 0
    weekday: int = 0
    month: int = 0


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """A form in one version; ``certainty`` says how sure its layout is (facts a)."""

    key: str
    title: str
    short: str
    section: tuple[Section, ...]
    version: int = 1
    number: str = ""
    issuer: str = ""
    approver: str = ""
    approval: str = ""
    valid_until: str = ""
    valid_from: date = date(2000, 1, 1)
    valid_to: date | None = None
    period: Literal["week", "month", "quarter", "year"] = "month"
    each: str = ""
    orientation: Literal["portrait", "landscape"] = "portrait"
    due: Due = Due(day=3)
    certainty: Literal["verified", "second-hand", "proposed"] = "proposed"
    basis: str = ""
    money: Literal["千元", "元", "万元"] = "千元"
    notes: tuple[str, ...] = ()
    rule: tuple[Rule, ...] = ()
    origin: str = ""
    """Empty where it came with the program, else who made it: the county or the centre."""

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Return the lines of all sections that are no tables."""
        return tuple(line for section in self.section for line in section.line)

    @cached_property
    def items(self) -> tuple[Line, ...]:
        """Return all lines and columns."""
        return tuple(line for section in self.section for line in section.items)

    @cached_property
    def in_order(self) -> tuple[Line, ...]:
        """Return the lines by formula of all sections, each after what it needs."""
        return formulas_in_order(self.lines)

    @cached_property
    def by_code(self) -> dict[str, Line]:
        """Return lines and columns by code."""
        return {line.code: line for line in self.items}

    def due_on(self, period: Period) -> date:
        """Return the day by which the period's return has to be in."""
        following = period.following
        if period.kind == WEEK:
            return period.first + timedelta(days=(self.due.weekday or 7) - 1)
        if period.kind == YEAR:
            return _day(following.first.year, self.due.month or 1, self.due.day or 31)
        return _day(following.first.year, following.first.month, self.due.day or 31)

    def holds_for(self, period: Period) -> bool:
        """Say that this version is the one to fill in for a period."""
        return self.valid_from <= period.last and (
            self.valid_to is None or self.valid_to >= period.last
        )


def formulas_in_order(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the lines that are worked out by formula, each after what it needs."""
    own = {line.code: line for line in lines if line.formula}
    needs = {code: codes_needed(line.formula) for code, line in own.items()}
    return tuple(own[code] for code in TopologicalSorter(needs).static_order() if code in own)


def _day(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def cell_key(code: str, row: str = "") -> str:
    """Return the name of a cell: a line's code, or ``code@row`` in a table."""
    return f"{code}@{row}" if row else code


def split_key(key: str) -> tuple[str, str]:
    """Return code and row of a cell's name."""
    code, _at, row = key.partition("@")
    return code, row


def column_labels(form: Form) -> dict[ColumnName, str]:
    """Return the heads of the compared columns as this kind of period calls them."""
    words = {
        WEEK: (_("本周"), _("上周")),
        MONTH: (_("本月"), _("上月")),
        YEAR: (_("本年"), _("上年")),
    }
    this, last = words.get(form.period, (_("本期"), _("上期")))
    change = _("环比") if form.period != YEAR else _("增减")
    return {
        "this": this,
        "last": last,
        "change": change,
        "year_ago": _("去年同期"),
        "to_date": _("本年累计"),
    }
