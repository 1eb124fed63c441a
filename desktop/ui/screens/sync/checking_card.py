"""What a person has to look at: conflicts, refusals, and records that may be one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from desktop.services.twins import TwinGroup
from desktop.sync.conflicts import Issue
from desktop.text import _
from desktop.ui.parts import Card, EmptyState, Label, clear
from desktop.ui.screens.sync.issue_card import IssueCard
from desktop.ui.screens.sync.scrolled import Scrolled
from desktop.ui.screens.sync.twin_card import TwinCard

_MOST_ISSUES = 50


class CheckingCard(Card):
    """The list, each with what can be done about it.

    Args:
        act: Called with an issue and the key of its button.
        keep: Called with twins, the one that stays and the one that goes.
        leave: Called with twins that are two.
    """

    def __init__(
        self,
        act: Callable[[Issue, str], object],
        keep: Callable[[TwinGroup, bytes, bytes], object],
        leave: Callable[[TwinGroup], object],
    ) -> None:
        super().__init__(_("需要核对"), margin=16)
        self._act, self._keep, self._leave = act, keep, leave
        self.cards: list[IssueCard] = []
        self.twin_cards: list[TwinCard] = []
        self.area = Scrolled(spacing=10)
        self._list = self.area.inside
        self.column.addWidget(self.area, 1)

    def show_all(self, issues: Sequence[Issue], twins: Sequence[TwinGroup]) -> None:
        """Show these and no others; the list stays where it was scrolled to."""
        place = self.area.verticalScrollBar().value()
        clear(self._list)
        self.cards = [IssueCard(each, partial(self._act, each)) for each in issues[:_MOST_ISSUES]]
        self.twin_cards = [
            TwinCard(each, partial(self._keep, each), partial(self._leave, each)) for each in twins
        ]
        for card in (*self.cards, *self.twin_cards):
            self._list.addWidget(card)
        count = len(issues) + len(twins)
        assert self.heading is not None
        self.heading.setText(
            _("需要核对 {count} 处").format(count=count) if count else _("需要核对")
        )
        if len(issues) > _MOST_ISSUES:
            text = _("先列出 {count} 处，处理后再列其余的。").format(count=_MOST_ISSUES)
            self._list.addWidget(Label(text, "soft", wrap=True))
        if not count:
            self._list.addWidget(
                EmptyState(
                    "fa6s.code-compare",
                    _("没有需要核对的内容"),
                    _("两台电脑改了同一处，或县级退回记录时，会列在这里。"),
                )
            )
        self._list.addStretch(1)
        self.area.verticalScrollBar().setValue(place)
