"""A period's returns together: what the cover sheet of the printed pack says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from desktop.errors import UserError
from desktop.models.registers.returns import OPEN
from desktop.models.return_text import PackCover, PackEntry, ReturnSheet
from desktop.services.returns.composed import ComposedReturn
from desktop.services.returns.sheet import day_in_words, period_in_words, sheet_of
from desktop.services.returns.verifying import paper_code
from desktop.text import _


def pack_of(
    returns: Sequence[ComposedReturn], period: str, today: date
) -> tuple[list[ReturnSheet], PackCover]:
    """Return the sheets of several returns and their cover; drafts among them are told apart.

    Args:
        returns: The returns in the order they are printed.
        period: The month, week, quarter or year the pack is for.
        today: The day that a sheet not yet submitted would bear.

    Raises:
        UserError: There is no return for the period.
    """
    if not returns:
        raise UserError(
            _("{period}没有要报的报表。").format(period=period_in_words(period)),
            _("请换一个期别。"),
        )
    head = returns[0].head
    drafts = sum(composed.status in OPEN for composed in returns)
    cover = PackCover(
        title=_("报表汇总"),
        period=period_in_words(period),
        centre=head.name,
        head=(
            _("统一社会信用代码：{code}").format(code=head.uscc),
            _("填报单位（盖章）：{name}").format(name=head.name),
        ),
        entries=tuple(map(_entry, returns)),
        signatures=(
            _("单位负责人：{name}").format(name=""),
            _("统计负责人：{name}").format(name=""),
            _("填表人：{name}").format(name=""),
            _("联系电话：{phone}").format(phone=head.phone),
            _("报出日期：{day}").format(
                day="" if drafts else day_in_words(_reported(returns, today))
            ),
        ),
        notes=tuple(_notes(drafts)),
    )
    return [sheet_of(composed, today) for composed in returns], cover


def _entry(composed: ComposedReturn) -> PackEntry:
    state = _(composed.status)
    if composed.revision > 1:
        state = _("{state}（第 {revision} 版）").format(state=state, revision=composed.revision)
    return PackEntry(_(composed.form.title), composed.period.label, state, paper_code(composed))


def _reported(returns: Sequence[ComposedReturn], today: date) -> date:
    """Return the day on which the last of the returns was submitted."""
    days = [composed.submitted_at[:10] for composed in returns if composed.submitted_at]
    return date.fromisoformat(max(days)) if days else today


def _notes(drafts: int) -> list[str]:
    made = [_("各表页脚的校验码与上列一致；凭校验码或二维码可核对纸质报表与已上报数据。")]
    if drafts:
        made.append(_("其中 {count} 份尚未上报，为草稿，不作上报凭据。").format(count=drafts))
    return made
