"""The scheme as it is posted and signed, and the quarter's supervision for the county (S4-4c)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from desktop.models.kinds import show_amount
from desktop.services.oversight import SupervisionSummary
from desktop.services.performance.paper import BLANK, Column, Paper, Table, show_score
from desktop.services.performance.scheme import (
    BANDS,
    COMPLETION,
    DEDUCTION,
    MANUAL,
    POOL,
    Item,
    Scheme,
)
from desktop.services.performance.wording import coefficient, points
from desktop.text import N_, _, in_a_row

_FORMULAS = {
    COMPLETION: N_("目标完成"),
    BANDS: N_("比率分档"),
    DEDUCTION: N_("逐次扣分"),
    MANUAL: N_("人工评分"),
}


def scheme_paper(scheme: Scheme, centre: str) -> Paper:
    """Return the scheme as it is posted and signed."""
    return Paper(
        title=_("乡村医生绩效考核方案"),
        centre=centre,
        subtitle=_("{name} 第 {version} 版（{status}）").format(
            name=scheme.name, version=scheme.version, status=_(scheme.status) or _("提案")
        ),
        opening=tuple(each for each in (scheme.clause, scheme.note) if each),
        tables=tuple(_scheme_tables(scheme)),
        notes=(
            _("一票否决：{names}。出现其一，当期质量系数为 {share}。").format(
                names=in_a_row(_(veto.label) for veto in scheme.vetoes),
                share=coefficient(scheme.veto_coefficient),
            ),
            _("绩效与药品、耗材和检查检验收入脱钩（S2-7b）。"),
        ),
        signatures=(_("单位负责人："), _("村医代表："), _("日期：")),
    )


def _scheme_tables(scheme: Scheme) -> Iterable[Table]:
    yield _items(scheme)
    yield Table(
        caption=_("二、质量系数"),
        columns=(Column(_("得分不低于"), 8, numeric=True), Column(_("系数"), 8, numeric=True)),
        rows=tuple((show_score(band.at_least), coefficient(band.share)) for band in scheme.quality),
    )
    own = _("按个人核定")
    yield Table(
        caption=_("三、定额补助"),
        columns=(Column(_("补助"), 10), Column(_("每月金额（元）"), 8, numeric=True)),
        rows=tuple(
            (_(each.kind), own if each.monthly is None else show_amount(each.monthly))
            for each in scheme.subsidies
        ),
    )
    if scheme.money == POOL:
        pool = BLANK if scheme.pool_monthly is None else show_amount(scheme.pool_monthly)
        whole = Column(_("每月总额（元）"), 8, numeric=True)
        yield Table(caption=_("四、绩效总额"), columns=(whole,), rows=((pool,),))


def _items(scheme: Scheme) -> Table:
    """Return the items with weight, source, formula and price."""
    return Table(
        caption=_("一、项目与分值"),
        columns=(
            Column(_("板块"), 8),
            Column(_("项目"), 10),
            Column(_("分值"), 3.4, numeric=True),
            Column(_("数据来源"), 9),
            Column(_("计分办法"), 12),
            Column(_("单价（元）"), 5, numeric=True),
        ),
        rows=tuple(
            (
                _(block.label),
                _(item.label),
                show_score(item.weight),
                _(item.measured.label),
                _formula(item),
                BLANK if item.price is None else show_amount(item.price),
            )
            for block in scheme.blocks
            for item in scheme.items_of(block.code)
        ),
        totals=(_("合计"), "", show_score(sum(item.weight for item in scheme.items)), "", "", ""),
    )


def _formula(item: Item) -> str:
    name = _(_FORMULAS[item.formula])
    if item.formula == BANDS:
        return (
            name
            + "："
            + in_a_row(
                _("≥{at_least}%得 {share}").format(
                    at_least=points(band.at_least), share=coefficient(band.share)
                )
                for band in item.bands
            )
        )
    if item.formula == DEDUCTION:
        return name + _("：每次扣 {points} 分").format(points=points(item.per_event))
    return name


def supervision_paper(summary: SupervisionSummary, centre: str, on: date) -> Paper:
    """Return the supervision of a quarter for the county (S4-4c)."""
    grades = in_a_row(
        _("{grade} 级 {count} 次").format(grade=grade, count=count)
        for grade, count in summary.grades.items()
    )
    opening = [
        _("平均得分 {score} 分。{grades}").format(
            score=show_score(summary.mean_score), grades=grades
        )
    ]
    if summary.not_visited:
        opening.append(_("未督导：{names}。").format(names=in_a_row(summary.not_visited)))
    return Paper(
        title=_("村卫生室督导情况汇总表"),
        centre=centre,
        subtitle=summary.period.label,
        head=(
            _("单位（盖章）：{name}").format(name=centre),
            _("填报日期：{day}").format(day=on.isoformat()),
        ),
        opening=tuple(opening),
        tables=tuple(table for table in _supervision_tables(summary) if table.rows),
        signatures=(_("单位负责人："), _("审核人："), _("填表人：")),
    )


def _supervision_tables(summary: SupervisionSummary) -> Iterable[Table]:
    counts = (
        (_("应督导村卫生室"), summary.clinics),
        (_("已督导村卫生室"), summary.clinics_visited),
        (_("督导次数"), summary.visits),
        (_("一票否决次数"), summary.vetoed),
        (_("抽查份数"), summary.samples),
        (_("其中不真实"), summary.samples_untrue),
        (_("发现问题"), summary.findings),
        (_("已整改"), summary.settled),
        (_("逾期未整改"), summary.overdue),
        (_("重复出现"), summary.repeated),
    )
    yield Table(
        caption=_("总体情况"),
        columns=(Column(_("指标"), 14), Column(_("数量"), 6, numeric=True)),
        rows=tuple((label, f"{count:,}") for label, count in counts),
    )
    yield Table(
        caption=_("问题最多的领域"),
        columns=(Column(_("领域"), 14), Column(_("问题数"), 6, numeric=True)),
        rows=tuple((label, str(count)) for label, count in summary.by_section),
    )
    yield Table(
        caption=_("出现最多的问题"),
        columns=(
            Column(_("代码"), 4),
            Column(_("问题"), 22),
            Column(_("次数"), 4, numeric=True),
        ),
        rows=tuple((code, text, str(count)) for code, text, count in summary.most),
    )
