"""The self-score as a paper to sign, and as the cells of a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from desktop.services.charts import Chart, ChartLine
from desktop.services.indicators.arithmetic import show_number
from desktop.services.indicators.scoring import ItemScore, SelfScore
from desktop.services.performance.paper import BLANK, Column, Paper, Table
from desktop.services.returns.lookback_papers import Cells, axis_label
from desktop.text import _, in_a_row

_DIGITS = 2


def show_points(points: Fraction | None) -> str:
    """Return points; what was not scored is no zero."""
    return BLANK if points is None else show_number(points, _DIGITS)


def show_value(score: ItemScore, value: Fraction | None) -> str:
    """Return a value or target with its unit; blank where it is not known."""
    if value is None:
        return ""
    number = show_number(value, 0 if score.item.shape == "count" else 1)
    return f"{number}%" if score.item.unit == "%" else f"{number} {_(score.item.unit)}"


def show_target(score: ItemScore) -> str:
    """Return the target with its direction."""
    if score.target.value is None:
        return _("未定") if score.item.target else ""
    sign = "≥" if score.item.direction == "up" else "≤"
    return f"{sign} {show_value(score, score.target.value)}"


def remark_of(score: ItemScore) -> str:
    """Return what closes the gap, or what is missing to say so."""
    said = [score.missing, score.advice]
    if score.value is not None and score.target.value is None and score.item.target:
        said.append(_("目标未定，请在“政策参数”中填写。"))
    if score.months:
        months = in_a_row(_("{month}月").format(month=int(month[5:])) for month in score.months)
        said.append(_("按数据齐全的{months}计算。").format(months=months))
    return "".join(each for each in said if each)


def summary_of(score: SelfScore) -> str:
    """Return the whole score in a sentence."""
    if score.points is None:
        said = _("还没有可以评分的指标：请填写目标和填报项。")
    else:
        said = _("可评 {weight} 分，自评得 {points} 分，折合百分制 {percent} 分。").format(
            weight=score.weight,
            points=show_points(score.points),
            percent=show_points(score.percent),
        )
    if score.county_total is not None:
        said += _("县级评定 {points} 分。").format(points=show_points(score.county_total))
    return said


def _columns() -> tuple[Column, ...]:
    return (
        Column(_("代码"), 2.6),
        Column(_("指标"), 10),
        Column(_("分子"), 5, numeric=True),
        Column(_("分母"), 5, numeric=True),
        Column(_("数值"), 4.6, numeric=True),
        Column(_("目标"), 5, numeric=True),
        Column(_("依据"), 5),
        Column(_("分值"), 2.8, numeric=True),
        Column(_("自评"), 3.2, numeric=True),
        Column(_("县评"), 3.2, numeric=True),
        Column(_("差距与说明"), 14),
    )


def _row(score: ItemScore) -> tuple[str, ...]:
    divided = score.item.divided
    return (
        score.item.code,
        _(score.item.label),
        show_number(score.numerator) if divided else "",
        show_number(score.denominator) if divided else "",
        show_value(score, score.value),
        show_target(score),
        score.target.clause or score.item.clause,
        str(score.item.weight),
        show_points(score.points),
        show_points(score.county) if score.county is not None else "",
        remark_of(score),
    )


def score_paper(score: SelfScore, centre: str, today: date) -> Paper:
    """Return the paper of a self-score: a table for each group."""
    scheme = score.scheme
    certainty = _("提案") if scheme.certainty == "proposed" else ""
    version = _("第 {version} 版").format(version=scheme.version)
    return Paper(
        title=_(scheme.title),
        centre=centre,
        subtitle=f"{score.period.label}　{version}{f'（{certainty}）' if certainty else ''}",
        head=(centre, _("打印日期：{day}").format(day=today.isoformat())),
        opening=(summary_of(score),),
        tables=tuple(_tables(score)),
        notes=(
            _("目标取自政策参数中期末执行的一行；空白和“—”表示没有数或未评，不是零。"),
            _("依据：{basis}").format(basis=_(scheme.basis)),
        ),
        signatures=(_("单位负责人："), _("填表人："), _("日期：")),
        lying=True,
    )


def _tables(score: SelfScore) -> Iterator[Table]:
    for group in score.scheme.group:
        items = score.of_group(group.code)
        found = [each.points for each in items if each.points is not None]
        total = sum(found, Fraction(0)) if found else None
        weight = sum(each.item.weight for each in items)
        yield Table(
            _columns(),
            tuple(_row(each) for each in items),
            ("", _("小计"), "", "", "", "", "", str(weight), show_points(total), "", ""),
            caption=_(group.label),
        )


def score_cells(score: SelfScore) -> Cells:
    """Return a self-score for a workbook, numbers as numbers."""

    def number(value: Fraction | None) -> float | None:
        if value is None:
            return None
        return int(value) if value.denominator == 1 else round(float(value), 4)

    labels = {group.code: _(group.label) for group in score.scheme.group}
    heads = (_("组别"), *(column.label for column in _columns()))
    rows = tuple(
        (
            labels[each.item.group],
            each.item.code,
            _(each.item.label),
            number(each.numerator) if each.item.divided else None,
            number(each.denominator),
            number(each.value),
            number(each.target.value),
            each.target.clause or each.item.clause,
            each.item.weight,
            number(each.points),
            number(each.county),
            remark_of(each),
        )
        for each in score.items
    )
    words = f"{score.period.label}　{summary_of(score)}"
    return Cells(_("自评表"), words, heads, rows, ())


def trend_chart(scores: Sequence[SelfScore]) -> Chart:
    """Return the scores of several periods, ours and the county's."""
    ours = [score.percent for score in scores]
    county = [score.county_total for score in scores]
    lines = [_line(_("自评（百分制）"), ours)]
    if any(points is not None for points in county):
        lines.append(_line(_("县级评定"), county, dashed=True))
    return Chart(tuple(axis_label(score.period) for score in scores), tuple(lines))


def item_chart(scores: Sequence[SelfScore], code: str) -> Chart:
    """Return an item's value over several periods with its target."""
    found = [
        next((each for each in score.items if each.item.code == code), None) for score in scores
    ]
    values = [each.value if each is not None else None for each in found]
    targets = [each.target.value if each is not None else None for each in found]
    lines = [_line(_("数值"), values)]
    if any(target is not None for target in targets):
        lines.append(_line(_("目标"), targets, dashed=True))
    return Chart(tuple(axis_label(score.period) for score in scores), tuple(lines))


def _line(label: str, values: list[Fraction | None], *, dashed: bool = False) -> ChartLine:
    return ChartLine(
        label,
        tuple(None if value is None else float(value) for value in values),
        tuple(show_number(value) for value in values),
        dashed,
    )
