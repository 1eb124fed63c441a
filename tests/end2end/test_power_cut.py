"""A return that is being submitted when the power goes: submitted or not, never both."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from desktop.models.registers.returns import OPEN, SUBMITTED
from desktop.models.replacing import DATABASE_NAME
from desktop.services.returns import filing, open_return
from tests.helpers import processes
from tests.helpers.centres import PASSWORD, make_centre, reopen

FORM, MONTH = "medical_services_monthly", "2026-10"
_TRIALS = 8
_JOURNAL_HEAD = 32


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre whose return of the month may be submitted."""
    home = tmp_path_factory.mktemp("power") / "ready"
    with make_centre(home) as centre, centre.store.writing() as session:
        filing.set_typed(session, FORM, MONTH, {"M11": "10", "M12": "1"})
    return home


def start_submitting(home: Path) -> processes.Process | subprocess.Popen[str]:
    words = ("returns", "submit", "--period", MONTH, "--form", FORM)
    own = {"THDESK_HOME": str(home), "THDESK_PASSWORD": PASSWORD, "PYTHONUTF8": "1"}
    return processes.start("desktop", *words, environment=os.environ | own)


def test_the_power_goes_while_a_return_is_submitted(ready: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(ready, whole)
    started = time.perf_counter()
    process = start_submitting(whole)
    process.communicate()
    assert process.returncode == 0
    needed = time.perf_counter() - started
    chance = random.Random(5)
    seen = set()
    for trial in range(_TRIALS):
        home = tmp_path / f"cut-{trial}"
        shutil.copytree(ready, home)
        process = start_submitting(home)
        if trial % 2:
            time.sleep(needed * chance.uniform(0.6, 1.05))
        else:
            await_writing(home, process)
            time.sleep(chance.uniform(0, 0.01))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        seen.add(state_after(home))
    assert len(seen) <= 2, seen


def await_writing(home: Path, process: processes.Process | subprocess.Popen[str]) -> None:
    """Wait until the process has begun to write into the database's journal, or has ended."""
    journal = home / f"{DATABASE_NAME}-wal"
    while process.poll() is None:
        if journal.exists() and journal.stat().st_size > _JOURNAL_HEAD:
            return
        time.sleep(0.0005)


def state_after(home: Path) -> str:
    """Open the centre after the power came back; returns the state of its only return."""
    with reopen(home) as centre, centre.store.reading() as session:
        opened = open_return(session, FORM, MONTH)
        count = session.connection().exec_driver_sql('SELECT count(*) FROM "return"').scalar()
    assert count == 1, "one return, in one state"
    if opened.status == SUBMITTED:
        assert opened.frozen
        assert opened.submitted_by
        assert opened.submitted_at
    else:
        assert opened.status in OPEN
        assert not opened.submitted_at
        assert not opened.submitted_by
    return opened.status
