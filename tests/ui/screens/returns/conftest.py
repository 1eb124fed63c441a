"""The returns page over the sample month, on a day on which its returns are due."""

from __future__ import annotations

import datetime as dt

import pytest

from desktop.models.opening import Centre
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Wish
from desktop.ui.screens.returns import page as returns_page
from desktop.ui.screens.returns import surveying
from desktop.ui.screens.returns.page import ReturnsPage
from tests.helpers import office


class Calendar(dt.date):
    """The day on which these tests look at the page."""

    @classmethod
    def today(cls) -> dt.date:
        return dt.date(2026, 11, 2)


@pytest.fixture
def centre(sample_centre: Centre) -> Centre:
    return sample_centre


@pytest.fixture
def page(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> ReturnsPage:
    for module in (returns_page, surveying):
        monkeypatch.setattr(module, "date", Calendar)
    window.open_page("returns", Wish(text=office.MONTH))
    assert isinstance(window.page, ReturnsPage)
    return window.page
