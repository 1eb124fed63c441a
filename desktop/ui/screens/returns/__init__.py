"""Monthly returns: what is due, the figures, the checks, the preview, submitting."""

from __future__ import annotations

from desktop.text import N_
from desktop.ui.page import Desk, Page, PageDeclaration


def _make(desk: Desk) -> Page:
    from desktop.ui.screens.returns.page import ReturnsPage

    return ReturnsPage(desk)


PAGE = PageDeclaration("returns", N_("月报与打印"), N_("上报"), "fa6s.print", 1, _make)
