"""Scores and pay of the village doctors: computed at any time, explained line by line, approved."""

from __future__ import annotations

from desktop.text import N_
from desktop.ui.page import Desk, Page, PageDeclaration


def _make(desk: Desk) -> Page:
    from desktop.ui.screens.performance.page import PerformancePage

    return PerformancePage(desk)


PAGE = PageDeclaration(
    "performance", N_("村医绩效"), N_("村卫生室"), "fa6s.ranking-star", 128, _make
)
