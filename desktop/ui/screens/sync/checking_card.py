"""What a person has to look at: conflicts, refusals, and records that may be one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from desktop.services.numbers import SharedNumber
from desktop.services.twins import TwinGroup
from desktop.sync.conflicts import Issue
from desktop.text import _
from desktop.ui.parts import Card, EmptyState, Label, clear
from desktop.ui.screens.sync.issue_card import IssueCard
from desktop.ui.screens.sync.number_card import NumberCard
from desktop.ui.screens.sync.scrolled import Scrolled
from desktop.ui.screens.sync.twin_card import TwinCard

_MOST_ISSUES = 20


@dataclass(frozen=True)
class Deeds:
    """What can be done about what is listed.

    Attributes:
        act: Called with an issue and the key of its button.
        keep: Called with twins, the one that stays and the one that goes.
        leave: Called with twins that are two.
        renumber: Called with a shared number, the record and the number that it shall have.
        look: Called with a shared number and one of its records.
    """

    act: Callable[[Issue, str], object]
    keep: Callable[[TwinGroup, bytes, bytes], object]
    leave: Callable[[TwinGroup], object]
    renumber: Callable[[SharedNumber, bytes, str], object]
    look: Callable[[SharedNumber, bytes], object]


class CheckingCard(Card):
    """The list, each with what can be done about it."""

    def __init__(self, deeds: Deeds) -> None:
        super().__init__(_("需要核对"), margin=16)
        self._deeds = deeds
        self.cards: list[IssueCard] = []
        self.twin_cards: list[TwinCard] = []
        self.number_cards: list[NumberCard] = []
        self._shown: tuple[object, ...] = ()
        self.area = Scrolled(spacing=10)
        self._list = self.area.inside
        self.column.addWidget(self.area, 1)

    def show_all(
        self,
        issues: Sequence[Issue],
        twins: Sequence[TwinGroup],
        numbers: Sequence[SharedNumber] = (),
    ) -> None:
        """Show these and no others; the list stays where it was scrolled to."""
        shown = (date.today(), tuple(issues), tuple(twins), tuple(numbers))
        if shown == self._shown:  # Nobody's button goes away under the mouse for nothing.
            return
        self._shown = shown
        place = self.area.verticalScrollBar().value()
        clear(self._list)
        deeds = self._deeds
        self.cards = [IssueCard(each, partial(deeds.act, each)) for each in issues[:_MOST_ISSUES]]
        self.twin_cards = [
            TwinCard(each, partial(deeds.keep, each), partial(deeds.leave, each)) for each in twins
        ]
        self.number_cards = [
            NumberCard(each, partial(deeds.renumber, each), partial(deeds.look, each))
            for each in numbers
        ]
        for card in (*self.cards, *self.twin_cards, *self.number_cards):
            self._list.addWidget(card)
        count = len(issues) + len(twins) + len(numbers)
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
