"""The clinics' monthly figures: one grid for a month, and the plain list of reports."""

from __future__ import annotations

from desktop.text import N_
from desktop.ui.page import Desk, Page, PageDeclaration


def _make(desk: Desk) -> Page:
    from desktop.ui.screens.clinic_months.page import ClinicMonthsPage

    return ClinicMonthsPage(desk)


PAGE = PageDeclaration(
    "clinic_months", N_("村卫生室月报"), N_("村卫生室"), "fa6s.table-list", 107, _make
)
