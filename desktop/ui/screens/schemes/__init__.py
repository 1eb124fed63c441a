"""Appraisal schemes: their versions, and an editor that says in words what is wrong."""

from __future__ import annotations

from desktop.text import N_
from desktop.ui.page import Desk, Page, PageDeclaration


def _make(desk: Desk) -> Page:
    from desktop.ui.screens.schemes.page import SchemesPage

    return SchemesPage(desk)


PAGE = PageDeclaration("schemes", N_("考核方案"), N_("村卫生室"), "fa6s.scale-balanced", 127, _make)
