"""A real hub in a process of its own, a small centre and the exchange page over it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from county.storage import Hub
from desktop.models.opening import Centre
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.ui.main_window import MainWindow
from desktop.ui.screens.sync.page import SyncPage
from tests.helpers.centres import make_centre
from tests.helpers.samples import id_number
from tests.sync.parts import HubProcess, add_centre, code_for, run_hub
from tests.ui.screens.exchange.parts import CODE


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[tuple[HubProcess, str]]:
    """Give a real hub that is set up but not started, and a one-time code."""
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    with contextlib.closing(Hub(url)) as prepared:
        prepared.create()
        add_centre(prepared, CODE, "青禾镇中心卫生院")
        code = code_for(prepared, CODE)
    with run_hub(url) as made:
        yield made, code


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    """A centre with little in it: what is tried here is the way, not the load."""
    made = make_centre(tmp_path / "home", code=CODE)
    with made.store.writing() as session:
        insert_many(session, find_register("clinics"), [{"name": "南庄村卫生室"}])
        contract: Values = {"name": "刘德海", "id_number": id_number(1)}
        contract |= {"signed_on": dt.date(2026, 1, 1), "expires_on": dt.date(2026, 12, 31)}
        insert_many(session, find_register("contracts"), [contract])
    return made


@pytest.fixture
def page(window: MainWindow) -> SyncPage:
    window.open_page("sync")
    assert isinstance(window.page, SyncPage)
    return window.page
