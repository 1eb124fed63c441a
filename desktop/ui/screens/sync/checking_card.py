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
from desktop.ui.parts import Button, Card, EmptyState, Label, clear
from desktop.ui.screens.sync.issue_card import IssueCard
from desktop.ui.screens.sync.number_card import NumberCard
from desktop.ui.screens.sync.reading import MORE_ISSUES
from desktop.ui.screens.sync.scrolled import Scrolled
from desktop.ui.screens.sync.twin_card import TwinCard


@dataclass(frozen=True)
class Deeds:
    """What can be done about what is listed.

    Attributes:
        act: Called with an issue and the key of its button.
        keep: Called with twins, the one that stays and the one that goes.
        leave: Called with twins that are two.
        renumber: Called with a shared number, the record and the number that it shall have.
        look: Called with a shared number and one of its records.
        more: Called when more issues are to be listed.
    """

    act: Callable[[Issue, str], object]
    keep: Callable[[TwinGroup, bytes, bytes], object]
    leave: Callable[[TwinGroup], object]
    renumber: Callable[[SharedNumber, bytes, str], object]
    look: Callable[[SharedNumber, bytes], object]
    more: Callable[[], object]


class CheckingCard(Card):
    """The list, each with what can be done about it."""

    def __init__(self, deeds: Deeds) -> None:
        super().__init__(_("需要核对"), margin=16)
        self._deeds = deeds
        self.cards: list[IssueCard] = []
        self.twin_cards: list[TwinCard] = []
        self.number_cards: list[NumberCard] = []
        self.more: Button | None = None
        self._shown: tuple[object, ...] = ()
        self.area = Scrolled(spacing=10)
        self._list = self.area.inside
        self.column.addWidget(self.area, 1)

    def show_all(
        self,
        issues: Sequence[Issue],
        twins: Sequence[TwinGroup],
        numbers: Sequence[SharedNumber],
        left: int,
    ) -> None:
        """Show these and how many issues are left; the list stays where it was scrolled to."""
        shown = (date.today(), tuple(issues), tuple(twins), tuple(numbers), left)
        if shown == self._shown:  # Nobody's button goes away under the mouse for nothing.
            return
        self._shown = shown
        place = self.area.verticalScrollBar().value()
        clear(self._list)
        deeds = self._deeds
        self.cards = [IssueCard(each, partial(deeds.act, each)) for each in issues]
        self.twin_cards = [
            TwinCard(each, partial(deeds.keep, each), partial(deeds.leave, each)) for each in twins
        ]
        self.number_cards = [
            NumberCard(each, partial(deeds.renumber, each), partial(deeds.look, each))
            for each in numbers
        ]
        for card in (*self.cards, *self.twin_cards, *self.number_cards):
            self._list.addWidget(card)
        count = len(issues) + left + len(twins) + len(numbers)
        assert self.heading is not None
        self.heading.setText(
            _("需要核对 {count} 处").format(count=count) if count else _("需要核对")
        )
        self._tell_left(left)
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

    def _tell_left(self, left: int) -> None:
        self.more = None
        if left > 0:
            text = _("还有 {count} 处没有列出，处理后会接着列出。").format(count=f"{left:,}")
            self._list.addWidget(Label(text, "soft", wrap=True))
            text = _("再列 {count} 处").format(count=min(left, MORE_ISSUES))
            self.more = Button(text, clicked=self._deeds.more, role="link")
            self._list.addWidget(self.more)
