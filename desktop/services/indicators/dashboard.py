"""The director's dashboard in the five blocks of S2-12b, each figure beside the periods before."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import msgspec

from desktop.errors import UserError
from desktop.paths import resource
from desktop.services.indicators.scheme import Source
from desktop.services.performance.paper import Column, Paper, Table
from desktop.services.periods import MONTH, Period
from desktop.services.records import Records
from desktop.services.returns.forms import Line
from desktop.services.returns.lookback import LookBack
from desktop.services.returns.lookback_papers import Cells
from desktop.services.returns.measures import Measure
from desktop.services.returns.sheet import unit_of
from desktop.services.returns.wording import plain_number, show_change, show_figure
from desktop.text import _


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A block: its title and what stands in it."""

    title: str
    item: tuple[Source, ...]


class _Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    block: tuple[Block, ...]


@dataclass(frozen=True)
class Entry:
    """A figure of a block: of this period, the one before and a year ago; None is blank."""

    block: str
    measure: Measure
    title: str
    line: Line
    this: int | None
    last: int | None
    year_ago: int | None

    @property
    def words(self) -> tuple[str, ...]:
        """Return unit and figures as text: this, last, change, a year ago, change on the year."""
        return (
            unit_of(self.line),
            show_figure(self.line, self.this),
            show_figure(self.line, self.last),
            show_change(self.line, self.this, self.last),
            show_figure(self.line, self.year_ago),
            show_change(self.line, self.this, self.year_ago),
        )


@cache
def blocks() -> tuple[Block, ...]:
    """Return the blocks as declared."""
    with resource("forms", "appraisal", "dashboard.toml").open("rb") as file:
        return msgspec.convert(tomllib.load(file), _Declared).block


def dashboard(records: Records, period: Period, today: date) -> tuple[Entry, ...]:
    """Return the figures of all blocks; lines of monthly returns only for a month.

    What the present forms do not have is left out.
    """
    back = LookBack(records, today)
    made = []
    for block in blocks():
        for source in block.item:
            if source.form and period.kind != MONTH:
                continue
            arguments = tuple(sorted(source.arguments.items()))
            measure = Measure(source.form, source.code, source.figure, arguments)
            try:
                line, title = back.described(measure, period)
            except UserError:
                continue
            this, last, year_ago = (
                back.value(measure, each) for each in (period, period.previous, period.year_ago)
            )
            made.append(Entry(block.title, measure, title, line, this, last, year_ago))
    return tuple(made)


def heads() -> tuple[str, ...]:
    """Return the heads of the dashboard's table."""
    return (
        _("板块"),
        _("指标"),
        _("单位"),
        _("本期"),
        _("上期"),
        _("环比"),
        _("去年同期"),
        _("同比"),
    )


def dashboard_paper(entries: Sequence[Entry], period: Period, centre: str, today: date) -> Paper:
    """Return the dashboard as a paper, a table for each block."""
    columns = tuple(
        Column(head, 14 if at == 0 else 5, numeric=at > 1) for at, head in enumerate(heads()[1:])
    )
    titles = dict.fromkeys(entry.block for entry in entries)
    return Paper(
        title=_("运行看板"),
        centre=centre,
        subtitle=period.label,
        head=(centre, _("打印日期：{day}").format(day=today.isoformat())),
        tables=tuple(
            Table(
                columns,
                tuple((each.title, *each.words) for each in entries if each.block == title),
                caption=_(title),
            )
            for title in titles
        ),
        notes=(_("空白表示没有数，不是零。"),),
    )


def dashboard_cells(entries: Sequence[Entry], period: Period) -> Cells:
    """Return the dashboard for a workbook."""
    names = heads()
    return Cells(
        _("运行看板"),
        period.label,
        (*names[:5], names[6]),
        tuple(
            (
                _(each.block),
                each.title,
                each.words[0],
                plain_number(each.line, each.this),
                plain_number(each.line, each.last),
                plain_number(each.line, each.year_ago),
            )
            for each in entries
        ),
        (),
    )
