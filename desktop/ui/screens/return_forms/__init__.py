"""Forms of returns: which there are, preview and proof-reading, the centre's own versions."""

from __future__ import annotations

from desktop.text import N_
from desktop.ui.page import Desk, Page, PageDeclaration


def _make(desk: Desk) -> Page:
    from desktop.ui.screens.return_forms.page import ReturnFormsPage

    return ReturnFormsPage(desk)


PAGE = PageDeclaration("return_forms", N_("报表表式"), N_("上报"), "fa6s.table-list", 21, _make)
