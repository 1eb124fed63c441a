"""Findings of visits: open, overdue, rectified, re-checked, and the notice to the clinic."""

from __future__ import annotations

from desktop.text import N_
from desktop.ui.page import Desk, Page, PageDeclaration


def _make(desk: Desk) -> Page:
    from desktop.ui.screens.findings.page import FindingsPage

    return FindingsPage(desk)


PAGE = PageDeclaration(
    "findings", N_("问题与整改"), N_("村卫生室"), "fa6s.triangle-exclamation", 126, _make
)
