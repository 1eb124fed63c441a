"""What the county has published: what is new, what it changes here, confirming what was read."""

from __future__ import annotations

from desktop.text import N_
from desktop.ui.page import Desk, Page, PageDeclaration


def _make(desk: Desk) -> Page:
    from desktop.ui.screens.notices.page import NoticesPage

    return NoticesPage(desk)


PAGE = PageDeclaration("publications", N_("县里新发"), N_("上报"), "fa6s.bullhorn", 92, _make)
