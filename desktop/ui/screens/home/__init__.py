"""The first page: four figures, what is to be done, how long the supplies last."""

from __future__ import annotations

from desktop.text import N_
from desktop.ui.page import Desk, Page, PageDeclaration


def _make(desk: Desk) -> Page:
    from desktop.ui.screens.home.page import HomePage

    return HomePage(desk)


PAGE = PageDeclaration("home", N_("工作台"), "", "fa6s.house", 1, _make)
