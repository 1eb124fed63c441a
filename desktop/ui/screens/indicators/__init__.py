"""The consortium's appraisal as a self-score, and any figure over time and across clinics."""

from __future__ import annotations

from desktop.text import N_
from desktop.ui.page import Desk, Page, PageDeclaration


def _make(desk: Desk) -> Page:
    from desktop.ui.screens.indicators.page import IndicatorsPage

    return IndicatorsPage(desk)


PAGE = PageDeclaration("indicators", N_("指标与自评"), N_("上报"), "fa6s.chart-line", 20, _make)
