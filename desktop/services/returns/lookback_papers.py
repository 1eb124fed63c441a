"""What was looked back on as a paper, and as the cells of a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from desktop.services.charts import Chart, ChartLine
from desktop.services.performance.paper import Column, Paper, Table
from desktop.services.periods import MONTH, WEEK, Period
from desktop.services.returns.lookback import Comparison, Series
from desktop.services.returns.sheet import unit_of
from desktop.services.returns.wording import plain_number
from desktop.text import _, in_a_row


@dataclass(frozen=True)
class Cells:
    """A table with its chart for a workbook; None is a blank cell."""

    title: str
    remark: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]
    lines: tuple[int, ...]
    """The columns that are drawn."""
    bars: bool = False


def axis_label(period: Period) -> str:
    """Return a period as it stands at an axis."""
    if period.kind == MONTH:
        return f"{period.key[2:4]}.{int(period.key[5:])}"
    return period.key[2:] if period.kind == WEEK else period.key


def series_chart(series: Series) -> Chart:
    """Return the twelve periods as a line, the year before dashed."""
    values = [point.value for point in series.points]
    before = [point.year_ago for point in series.points]
    lines = [_line(series, _("本期"), values)]
    if any(value is not None for value in before):
        lines.append(_line(series, _("上年同期"), before, dashed=True))
    return Chart(tuple(axis_label(point.period) for point in series.points), tuple(lines))


def _line(
    series: Series | Comparison, label: str, values: list[int | None], *, dashed: bool = False
) -> ChartLine:
    return ChartLine(
        label,
        tuple(plain_number(series.line, value) for value in values),
        tuple(series.shown(value) for value in values),
        dashed,
    )


def comparison_chart(found: Comparison) -> Chart:
    """Return the rows as bars with their mean."""
    mean = plain_number(found.line, found.mean)
    return Chart(
        tuple(name.removesuffix("卫生室") or name for name, _value in found.rows),
        (_line(found, found.title, [value for _name, value in found.rows]),),
        bars=True,
        mean=mean,
        mean_text=found.shown(found.mean),
    )


def series_paper(series: Series, centre: str, today: date) -> Paper:
    """Return the paper of a measure over time."""
    rows = tuple(
        (
            point.period.label,
            series.shown(point.value),
            series.shown(point.year_ago),
            series.change(point),
            _("报表") if point.submitted else _("台账") if point.value is not None else "",
        )
        for point in series.points
    )
    columns = (
        Column(_("期别"), 8),
        Column(_("本期"), 7, numeric=True),
        Column(_("上年同期"), 7, numeric=True),
        Column(_("同比"), 6, numeric=True),
        Column(_("来源"), 5),
    )
    return Paper(
        title=_("指标走势"),
        centre=centre,
        subtitle=series.title,
        head=(centre, _("单位：{unit}").format(unit=unit_of(series.line))),
        charts=(series_chart(series),),
        tables=(Table(columns, rows),),
        notes=(
            _("来源为“报表”的是当期上报数，“台账”是按现有台账计算；空白表示没有数，不是零。"),
            _("打印日期：{day}").format(day=today.isoformat()),
        ),
    )


def comparison_paper(found: Comparison, centre: str, today: date) -> Paper:
    """Return the paper of a measure across clinics."""
    rows = tuple(
        (str(at), name, found.shown(value), _against(found, value))
        for at, (name, value) in enumerate(found.rows, start=1)
    )
    columns = (
        Column(_("序号"), 3, numeric=True),
        Column(_(found.rows_label), 12),
        Column(_("数值"), 7, numeric=True),
        Column(_("与平均相比"), 7, numeric=True),
    )
    notes = [
        _("平均 {mean}，按有数的 {count} 个计算。").format(
            mean=found.shown(found.mean), count=len(found.rows)
        )
    ]
    if found.blank:
        notes.append(_("没有数的：{names}。").format(names=in_a_row(found.blank)))
    notes.append(_("打印日期：{day}").format(day=today.isoformat()))
    return Paper(
        title=_("各室对比"),
        centre=centre,
        subtitle=f"{found.title}　{found.period.label}",
        head=(centre, _("单位：{unit}").format(unit=unit_of(found.line))),
        charts=(comparison_chart(found),) if found.rows else (),
        tables=(Table(columns, rows),),
        notes=tuple(notes),
    )


def _against(found: Comparison, value: int) -> str:
    mean = found.mean
    if mean is None:
        return ""
    text = found.shown(value - mean)
    return text if text.startswith("−") or value == mean else f"+{text}"


def series_cells(series: Series) -> Cells:
    """Return a measure over time for a workbook."""
    return Cells(
        _("指标走势"),
        _("{title}　单位：{unit}").format(title=series.title, unit=unit_of(series.line)),
        (_("期别"), _("本期"), _("上年同期")),
        tuple(
            (
                point.period.key,
                plain_number(series.line, point.value),
                plain_number(series.line, point.year_ago),
            )
            for point in series.points
        ),
        (1, 2),
    )


def comparison_cells(found: Comparison) -> Cells:
    """Return a measure across clinics for a workbook; the blank ones stay blank."""
    known = tuple((name, plain_number(found.line, value)) for name, value in found.rows)
    blank = tuple((name, None) for name in found.blank)
    return Cells(
        _("各室对比"),
        _("{title}　{period}　单位：{unit}").format(
            title=found.title, period=found.period.label, unit=unit_of(found.line)
        ),
        (_(found.rows_label), _("数值")),
        (*known, *blank),
        (1,),
        bars=True,
    )
