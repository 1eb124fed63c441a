"""The exchange with the county: what waits, exchanging now, what has to be looked at."""

from __future__ import annotations

from desktop.text import N_
from desktop.ui.page import Desk, Page, PageDeclaration


def _make(desk: Desk) -> Page:
    from desktop.ui.screens.sync.page import SyncPage

    return SyncPage(desk)


PAGE = PageDeclaration("sync", N_("与县级同步"), N_("上报"), "fa6s.rotate", 2, _make)
