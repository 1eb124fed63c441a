"""The supplementary sheet on paper: who gets how much more or less, why, and where to sign."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.models.kinds import show_amount
from desktop.services.performance.paper import BLANK, Column, Paper, Table
from desktop.services.performance.sheets import APPEAL, Adjustment, Sheet, Supplement
from desktop.services.performance.statement import Statement
from desktop.text import _


def supplement_paper(main: Statement, sheet: Sheet) -> Paper:
    """Return a supplement to an approved sheet as it is paid and signed (S1-6.1d).

    The sheet it supplements is not changed by it; both are kept together.
    """
    assert sheet.supplement is not None
    supplement = sheet.supplement
    return Paper(
        title=_("乡村医生绩效与补助补充发放表"),
        centre=main.centre,
        subtitle=_("{period}　补充表 {number}　{day}").format(
            period=main.label, number=sheet.number, day=sheet.approved_at[:10]
        ),
        head=(
            _("单位（盖章）：{name}").format(name=main.centre),
            _("方案：{name} 第 {version} 版　正表校验码 {code}").format(
                name=main.scheme.name, version=main.scheme.version, code=main.check_code
            ),
        ),
        opening=(_("补充的事由：{reason}").format(reason=supplement.reason),),
        tables=(_by_doctor(supplement), _differences(supplement)),
        notes=(
            _("正表核定后不再改动；本表只列补发和扣回的差额，与正表一并存档。"),
            _("本表由 {name} 于 {time} 核定。").format(
                name=sheet.approved_by, time=sheet.approved_at[:16].replace("T", " ")
            ),
        ),
        signatures=(_("单位负责人："), _("财务负责人："), _("审核人："), _("制表人：")),
        lying=True,
    )


def _signed(amount: int) -> str:
    """Return a difference with its sign, so that nothing taken back is read as paid."""
    return f"+{show_amount(amount)}" if amount > 0 else show_amount(amount)


def _by_doctor(supplement: Supplement) -> Table:
    """Return before, difference and after of each doctor, with a place to sign."""
    known = {each.doctor: each for each in supplement.before}
    lines: dict[str, list[Adjustment]] = {}
    for each in supplement.adjustments:
        lines.setdefault(each.doctor, []).append(each)
    rows, sums = [], [0, 0, 0]
    for at, (doctor, adjustments) in enumerate(lines.items(), 1):
        before = known[doctor]
        more = sum(each.amount for each in adjustments)
        amounts = (before.amount, more, before.amount + more)
        sums = [total + amount for total, amount in zip(sums, amounts, strict=True)]
        name = adjustments[0].name
        rows.append((str(at), before.clinic or BLANK, name, *_amounts(amounts), ""))
    return Table(
        caption=_("一、应补应扣"),
        columns=(
            Column(_("序号"), 2.6, numeric=True),
            Column(_("村卫生室"), 9),
            Column(_("姓名"), 5),
            Column(_("补充前（元）"), 7, numeric=True),
            Column(_("差额（元）"), 7, numeric=True),
            Column(_("补充后（元）"), 7, numeric=True),
            Column(_("签名"), 8),
        ),
        rows=tuple(rows),
        totals=("", _("合计"), _("{count} 人").format(count=len(rows)), *_amounts(sums), ""),
        row_height=8.5,
    )


def _amounts(amounts: Iterable[int]) -> tuple[str, str, str]:
    before, more, after = amounts
    return show_amount(before), _signed(more), show_amount(after)


def _differences(supplement: Supplement) -> Table:
    """Return every line of the difference with its reason."""
    return Table(
        caption=_("二、差额明细"),
        columns=(
            Column(_("序号"), 2.6, numeric=True),
            Column(_("姓名"), 5),
            Column(_("缘由"), 5),
            Column(_("说明"), 28),
            Column(_("差额（元）"), 7, numeric=True),
        ),
        rows=tuple(
            (
                str(at),
                each.name,
                _("申诉") if each.kind == APPEAL else _("重算"),
                each.reason,
                _signed(each.amount),
            )
            for at, each in enumerate(supplement.adjustments, 1)
        ),
        totals=(
            "",
            _("合计"),
            "",
            "",
            _signed(sum(each.amount for each in supplement.adjustments)),
        ),
    )
