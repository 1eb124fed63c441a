"""Supervision visits: who is to be visited, the paper to take along, entering what was found."""

from __future__ import annotations

from desktop.text import N_
from desktop.ui.page import Desk, Page, PageDeclaration


def _make(desk: Desk) -> Page:
    from desktop.ui.screens.visits.page import VisitsPage

    return VisitsPage(desk)


PAGE = PageDeclaration("visits", N_("督导检查"), N_("村卫生室"), "fa6s.clipboard-check", 123, _make)
