"""Asks the checks of the period's other returns, one after the other, while nobody waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from PySide6.QtCore import QObject, Signal

from desktop.errors import UserError
from desktop.services.returns import ComposedReturn
from desktop.services.returns.due import Due
from desktop.text import _
from desktop.ui.screens.returns import reading
from desktop.ui.screens.returns.reading import Place, ReturnsView
from desktop.ui.screens.returns.standing import Standing
from desktop.ui.worker import Worker


class Survey(QObject):
    """How the returns of a period stand; each is composed in a task of its own.

    Signals:
        told: Another return was composed.
    """

    told = Signal()

    def __init__(self, worker: Worker, parent: QObject) -> None:
        super().__init__(parent)
        self._worker = worker
        self._round = 0
        self.standings: dict[Place, Standing] = {}
        self._composed: dict[Place, ComposedReturn] = {}

    def begin(self, view: ReturnsView, *, again: bool = True) -> None:
        """Ask about everything in a period that is not known to have left the house.

        Args:
            view: What the page shows.
            again: Ask also about what was asked before, because the registers have changed.
        """
        self._round += 1
        before, composed = self.standings, self._composed
        self.standings, self._composed = dict(view.standings), {}
        waiting = []
        for due in view.due:
            known = before.get(due.key)
            if view.standings[due.key].word:
                continue
            if again or known is None or due.key not in composed:
                waiting.append(due)
            else:
                self.standings[due.key], self._composed[due.key] = known, composed[due.key]
        if view.opened is not None:
            self._composed[view.opened.place] = view.opened.composed
        self.told.emit()
        self._go_on(self._round, waiting)

    def others(self, place: Place) -> dict[Place, ComposedReturn]:
        """Return the returns that were composed, without one."""
        return {key: each for key, each in self._composed.items() if key != place}

    def _go_on(self, turn: int, waiting: list[Due]) -> None:
        if not waiting or turn != self._round:
            return
        due, *left = waiting
        today = date.today()

        def take(found: tuple[Standing, ComposedReturn]) -> None:
            if turn == self._round:
                self.standings[due.key], self._composed[due.key] = found
                self.told.emit()
                self._go_on(turn, left)

        def failed(_error: UserError) -> None:
            if turn == self._round:
                known = self.standings[due.key]
                self.standings[due.key] = replace(known, word=_("无法编制"), tone="red")
                self.told.emit()
                self._go_on(turn, left)

        self._worker.run(
            lambda store: reading.read_standing(store, due, today), take, failed, owner=self
        )
