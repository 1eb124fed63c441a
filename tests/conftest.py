"""What every test shares: no window, no person's data, no thread left behind."""

from __future__ import annotations

import datetime as dt
import gc
import itertools
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from PySide6.QtCore import QCoreApplication, QEvent

from desktop.models.opening import Centre
from tests.helpers.centres import make_centre, reopen
from tests.helpers.statements import share_compiled

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for name in ("THDESK_HOME", "THDESK_PASSWORD"):
    os.environ.pop(name, None)

_QUIET = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
settings.register_profile("dev", max_examples=25, deadline=None, suppress_health_check=_QUIET)
settings.register_profile(
    "ci", max_examples=40, deadline=None, suppress_health_check=_QUIET, print_blob=True
)
share_compiled()
settings.load_profile("ci" if os.environ.get("CI") == "true" else "dev")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the slow tests evenly among the others, so that all processes share them."""
    slow = [item for item in items if item.get_closest_marker("slow")]
    quick = [item for item in items if not item.get_closest_marker("slow")]
    places = [(at * len(quick) // len(slow), at) for at in range(len(slow))]
    for place, at in reversed(places):
        quick.insert(place, slow[at])
    items[:] = quick


GRACE_SECONDS = 5
"""How long a thread that was told to stop may take; nobody waits when there is none."""


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """Fail the test that leaves a Python thread running."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + GRACE_SECONDS
    while (left := _started_since(before)) and time.monotonic() < deadline:
        left[0].join(timeout=0.05)
    assert not left, f"threads left running: {[thread.name for thread in left]}"


def _started_since(before: set[threading.Thread]) -> list[threading.Thread]:
    """List the living threads that were not there; Python never forgets a foreign thread it met."""
    now = set(threading.enumerate()) - before
    return [thread for thread in now if not isinstance(thread, threading._DummyThread)]


NIGHT_SECONDS = 20
"""How long before midnight no test begins: what it writes today it must find today."""


@pytest.fixture(autouse=True)
def one_day() -> None:
    """Wait for the new day rather than begin in the last seconds of the old one."""
    now = dt.datetime.now()
    midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time())
    left = (midnight - now).total_seconds()
    if left < NIGHT_SECONDS:
        time.sleep(left)


_NUMBERS = itertools.count()
_SWEEPS = itertools.count()
_ALL_TURNS = 50


@pytest.fixture(autouse=True)
def swept_here() -> Iterator[None]:
    """Collect garbage between the tests and on this thread only, as the program's sweeper does.

    A widget that an earlier test has left in a circle of references would otherwise be destroyed
    in whatever thread allocates next, a hub's or the exchange's, and Qt crashes.
    """
    gc.disable()
    yield
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect(2 if next(_SWEEPS) % _ALL_TURNS == 0 else 1)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test away from a person's own data folder and from other tests'."""
    folder = tmp_path_factory.getbasetemp() / f"home-of-nobody-{next(_NUMBERS)}"
    monkeypatch.setenv("THDESK_HOME", str(folder))


@pytest.fixture(autouse=True)
def source_language() -> Iterator[None]:
    """Give every test the source language, whatever the one before has set."""
    from desktop.text import set_language

    set_language("zh")
    yield
    set_language("zh")


@pytest.fixture(scope="session")
def new_centre_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one new centre a run; each test has a copy, which is quicker than migrating again."""
    home = tmp_path_factory.mktemp("template") / "centre"
    make_centre(home).close()
    return home


@pytest.fixture
def fresh_centre(new_centre_folder: Path, tmp_path: Path) -> Iterator[Centre]:
    """A new centre of the test's own: real keys, real encrypted database, opened."""
    home = tmp_path / "centre"
    shutil.copytree(new_centre_folder, home)
    with reopen(home) as centre:
        yield centre
