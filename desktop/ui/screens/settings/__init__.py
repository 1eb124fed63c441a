"""Settings: the centre, the look, the people of this PC, backups, policy figures."""

from __future__ import annotations

from desktop.text import N_
from desktop.ui.page import Desk, Page, PageDeclaration


def _make(desk: Desk) -> Page:
    from desktop.ui.screens.settings.page import SettingsPage

    return SettingsPage(desk)


PAGE = PageDeclaration("settings", N_("设置"), N_("设置"), "fa6s.gear", 1, _make)
