"""Papers of a year: pay by doctor and channel, earmarked funds, each clinic's task letter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from desktop.models.kinds import show_amount
from desktop.services.clinic_targets import TaskLetter, TaskLine
from desktop.services.performance.ledger import (
    DEDUCTIONS,
    QUALITY,
    REWARDS,
    SUPPLEMENTS,
    FundBalance,
    YearOfDoctor,
)
from desktop.services.performance.paper import BLANK, Column, Paper, Table
from desktop.services.performance.rounding import rounded_fraction
from desktop.text import _

_LAST = (REWARDS, DEDUCTIONS, SUPPLEMENTS)


def yearly_paper(lines: Sequence[YearOfDoctor], centre: str, year: str) -> Paper:
    """Return what each doctor was paid in a year by channel; the channels add up (S1-6.1d)."""
    return Paper(
        title=_("乡村医生补助分渠道年度汇总表"),
        centre=centre,
        subtitle=_("{year}年").format(year=year),
        head=(_("单位（盖章）：{name}").format(name=centre), ""),
        tables=(_channels_table(lines),),
        notes=(_("按已核定的发放表和补充表汇总。"),),
        signatures=(_("单位负责人："), _("财务负责人："), _("制表人：")),
        lying=True,
    )


def _channels_table(lines: Sequence[YearOfDoctor]) -> Table:
    found = dict.fromkeys(channel for line in lines for channel in line.channels)
    fixed = [channel for channel in found if channel not in (QUALITY, *_LAST)]
    channels = [QUALITY, *sorted(fixed), *(channel for channel in _LAST if channel in found)]
    sums = [sum(line.channels.get(channel, 0) for line in lines) for channel in channels]
    paid = [Column(_("{label}（元）").format(label=_(each)), 6, numeric=True) for each in channels]
    rows = tuple(
        (
            str(at),
            line.clinic or BLANK,
            line.name,
            *(show_amount(line.channels.get(each, 0)) for each in channels),
            show_amount(line.total),
        )
        for at, line in enumerate(lines, 1)
    )
    return Table(
        columns=(
            Column(_("序号"), 2.6, numeric=True),
            Column(_("村卫生室"), 8),
            Column(_("姓名"), 4.4),
            *paid,
            Column(_("合计（元）"), 7, numeric=True),
        ),
        rows=rows,
        totals=(
            "",
            _("合计"),
            _("{count} 人").format(count=len(lines)),
            *map(show_amount, sums),
            show_amount(sum(line.total for line in lines)),
        ),
    )


def funds_paper(balances: Sequence[FundBalance], centre: str, on: date) -> Paper:
    """Return the earmarked funds: received, spent by kind, balance, days held (S4-16b)."""
    kinds = list(dict.fromkeys(kind for each in balances for kind, _amount in each.by_kind))

    def days(each: FundBalance) -> str:
        held = each.days_held(on)
        return BLANK if held is None else str(held)

    return Paper(
        title=_("专项补助资金收支结存表"),
        centre=centre,
        subtitle=_("截至 {day}").format(day=on.isoformat()),
        head=(_("单位（盖章）：{name}").format(name=centre), ""),
        tables=(
            Table(
                columns=(
                    Column(_("资金"), 10),
                    Column(_("收到（元）"), 7, numeric=True),
                    *(
                        Column(_("{label}（元）").format(label=_(kind)), 7, numeric=True)
                        for kind in kinds
                    ),
                    Column(_("结余（元）"), 7, numeric=True),
                    Column(_("滞留天数"), 5, numeric=True),
                ),
                rows=tuple(
                    (
                        _(each.fund),
                        show_amount(each.received),
                        *(show_amount(dict(each.by_kind).get(kind, 0)) for kind in kinds),
                        show_amount(each.balance),
                        days(each),
                    )
                    for each in balances
                ),
            ),
        ),
        signatures=(_("单位负责人："), _("财务负责人："), _("制表人：")),
        lying=True,
    )


def letter_papers(letters: Iterable[TaskLetter], centre: str) -> tuple[Paper, ...]:
    """Return each clinic's task letter of the year with what was done so far (S4-4c)."""
    return tuple(
        Paper(
            title=_("村卫生室年度目标任务书"),
            centre=centre,
            subtitle=_("{year}年").format(year=letter.year),
            head=(letter.clinic, ""),
            opening=(
                _("{centre}与{clinic}约定本年度目标任务如下。").format(
                    centre=centre, clinic=letter.clinic
                ),
            ),
            tables=(_letter(letter.lines),),
            notes=(_("没有列出目标的指标不作考核；已完成数按月报累计，缺报的月份不计。"),),
            signatures=(_("卫生院（盖章）："), _("村卫生室（签字）："), _("日期：")),
        )
        for letter in letters
    )


def _letter(lines: Sequence[TaskLine]) -> Table:
    def shown(value: int | None) -> str:
        return BLANK if value is None else f"{value:,}"

    def percent(line: TaskLine) -> str:
        share = line.percent
        return BLANK if share is None else f"{show_amount(rounded_fraction(share * 100))}%"

    return Table(
        columns=(
            Column(_("指标"), 12),
            Column(_("计量单位"), 5),
            Column(_("年度目标"), 6, numeric=True),
            Column(_("已完成"), 6, numeric=True),
            Column(_("完成率"), 6, numeric=True),
            Column(_("依据"), 8),
        ),
        rows=tuple(
            (
                _(line.figure),
                _(line.unit),
                shown(line.target),
                shown(line.done),
                percent(line),
                line.clause,
            )
            for line in lines
            if line.target is not None
        ),
    )
