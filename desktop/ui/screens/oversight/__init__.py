"""All clinics at a glance: unified management, doctors to look at, where clinics stand."""

from __future__ import annotations

from desktop.text import N_
from desktop.ui.page import Desk, Page, PageDeclaration


def _make(desk: Desk) -> Page:
    from desktop.ui.screens.oversight.page import OversightPage

    return OversightPage(desk)


PAGE = PageDeclaration("oversight", N_("村室总览"), N_("村卫生室"), "fa6s.eye", 122, _make)
