"""The handbook (F1), opened at the part that belongs to the page one comes from."""

from __future__ import annotations

from desktop.text import N_
from desktop.ui.page import Desk, Page, PageDeclaration


def _make(desk: Desk) -> Page:
    from desktop.ui.screens.help.page import HelpPage

    return HelpPage(desk)


PAGE = PageDeclaration("help", N_("使用手册"), N_("设置"), "fa6s.circle-question", 2, _make)
