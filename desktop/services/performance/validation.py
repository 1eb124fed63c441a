"""What keeps a scheme from being used: every reason at once, each with its code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from desktop.errors import Problem, UserError
from desktop.models.kinds import show_amount
from desktop.services.performance.scheme import (
    BANDS,
    COMPLETION,
    DEDUCTION,
    FORMULAS,
    FULL,
    MANUAL,
    NO_POINTS,
    NOT_APPLICABLE,
    POOL,
    PRICES,
    Band,
    Item,
    Scheme,
)
from desktop.services.performance.sources import SOURCES, Measure, is_income
from desktop.text import _

_MEASURES = {
    COMPLETION: (Measure.COUNT, Measure.RATE),
    BANDS: (Measure.COUNT, Measure.RATE),
    DEDUCTION: (Measure.DEFECTS,),
    MANUAL: (Measure.MANUAL,),
}


class SchemeRefused(UserError):  # noqa: N818 - the sentence says it
    """A scheme breaks its rules; holds each problem, beside the code of its item."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("".join(problem.message for problem in problems))
        self.problems = problems


def refuse_unsound(scheme: Scheme) -> None:
    """Refuse a scheme that cannot be used.

    Raises:
        SchemeRefused: With every reason.
    """
    found = problems(scheme)
    if found:
        raise SchemeRefused(found)


def problems(scheme: Scheme) -> list[Problem]:
    """Return every reason why a scheme cannot be used."""
    found = [*_weights(scheme), *_codes(scheme)]
    for item in scheme.items:
        found += _item(item)
    found += _bands(scheme.quality, "quality", lowest=0)
    if scheme.money not in (PRICES, POOL) or scheme.pool_by not in ("work", "score"):
        found.append(Problem("bad_money", _("分配办法只能是按单价或按总额。"), "money"))
    elif scheme.money == POOL and scheme.pool_monthly is None:
        found.append(Problem("missing_pool", _("按总额分配须填每月总额。"), "money"))
    return found


def _weights(scheme: Scheme) -> Iterator[Problem]:
    total = sum(item.weight for item in scheme.items)
    if total != FULL:
        yield Problem(
            "weights_sum",
            _("各项目权重合计为 {total} 分，应为 100 分。").format(total=show_amount(total)),
            "weight",
        )
    blocks = sum(block.weight for block in scheme.blocks)
    if blocks != FULL:
        yield Problem(
            "block_weights_sum",
            _("各板块权重合计为 {total} 分，应为 100 分。").format(total=show_amount(blocks)),
            "block",
        )
    for block in scheme.blocks:
        inside = sum(item.weight for item in scheme.items_of(block.code))
        if inside != block.weight:
            yield Problem(
                "block_items_sum",
                _("板块“{label}”权重 {weight} 分，其项目合计 {total} 分，应相等。").format(
                    label=block.label, weight=show_amount(block.weight), total=show_amount(inside)
                ),
                block.code,
            )


def _codes(scheme: Scheme) -> Iterator[Problem]:
    codes = [item.code for item in scheme.items] + [veto.code for veto in scheme.vetoes]
    for code, count in Counter(codes).items():
        if count > 1:
            message = _("项目代号 {code} 出现 {count} 次。").format(code=code, count=count)
            yield Problem("duplicate_code", message, code)
    for code, count in Counter(block.code for block in scheme.blocks).items():
        if not code or count > 1:
            message = _("板块代号“{code}”缺失或重复。").format(code=code)
            yield Problem("bad_block_code", message, "block")
    known = {block.code for block in scheme.blocks}
    for item in scheme.items:
        if item.block not in known:
            message = _("{code} 的板块“{block}”不存在。").format(code=item.code, block=item.block)
            yield Problem("unknown_block", message, item.code)


def _item(item: Item) -> Iterator[Problem]:
    if is_income(item.source):
        yield Problem(
            "income_source",
            _(
                "{code} {label}不能以药品、耗材或检查检验收入为依据："
                "内部分配须与药品、耗材和检查检验收入脱钩（S2-7b）。"
            ).format(code=item.code, label=item.label),
            item.code,
        )
        return
    source = SOURCES.get(item.source)
    if source is None:
        message = _("{code} 的数据来源“{source}”本程序没有。").format(
            code=item.code, source=item.source
        )
        yield Problem("unknown_source", message, item.code)
        return
    if item.formula not in FORMULAS or source.measure not in _MEASURES[item.formula]:
        message = _("{code} 的计分办法与数据来源“{source}”不相配。").format(
            code=item.code, source=_(source.label)
        )
        yield Problem("formula_mismatch", message, item.code)
    if source.of and not item.of:
        message = _("{code} 须指明检查表的领域或项目。").format(code=item.code)
        yield Problem("missing_of", message, item.code)
    yield from _numbers(item)


def _numbers(item: Item) -> Iterator[Problem]:
    if item.weight < 0 or item.per_event < 0 or (item.price or 0) < 0 or item.goal.value < 0:
        message = _("{code} 的权重、扣分、单价和目标不能为负。").format(code=item.code)
        yield Problem("negative_number", message, item.code)
    if item.paid and item.measured.measure is not Measure.COUNT:
        message = _("{code} 不是数量，不能按单价计酬。").format(code=item.code)
        yield Problem("price_without_count", message, item.code)
    if item.formula == DEDUCTION and not item.per_event:
        message = _("{code} 须填每次扣分。").format(code=item.code)
        yield Problem("missing_per_event", message, item.code)
    if item.formula == COMPLETION:
        yield from _goal(item)
    if item.formula == BANDS:
        yield from _bands(item.bands, item.code)
    if item.missing not in (NO_POINTS, NOT_APPLICABLE) or item.split not in ("presence", "equal"):
        message = _("{code} 的缺报或分摊办法不对。").format(code=item.code)
        yield Problem("bad_rule", message, item.code)


def _goal(item: Item) -> Iterator[Problem]:
    measure = item.measured.measure
    known = {"targets", "value", "per_thousand"} if measure is Measure.COUNT else {"value"}
    from_register = item.goal.origin == "targets" and measure is Measure.COUNT
    if item.goal.origin not in known or (from_register and not item.measured.target):
        message = _("{code} 须填目标。").format(code=item.code)
        yield Problem("missing_goal", message, item.code)


def _bands(bands: tuple[Band, ...], code: str, *, lowest: int | None = None) -> Iterator[Problem]:
    """Find bands out of order: better must never give less, or the score could punish good work."""
    pairs = list(pairwise(bands))
    falling = all(a.at_least > b.at_least and a.share >= b.share for a, b in pairs)
    reaches = lowest is None or (bool(bands) and bands[-1].at_least == lowest)
    if not bands or not falling or not reaches or any(band.share < 0 for band in bands):
        message = _("{code} 的分档须由高到低排列，得分比例随之不增。").format(code=code)
        yield Problem("bad_bands", message, code)
