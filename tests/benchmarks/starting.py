"""From nothing to a usable home page, against a process that shows an empty Qt window."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from desktop.models.vault import OFFICE_COST, Vault
from tests.benchmarks import STARTED
from tests.benchmarks.people import fill
from tests.benchmarks.report import Result
from tests.benchmarks.timing import interleaved
from tests.helpers.centres import PASSWORD, PERSON, make_centre

ROWS = 40_000
_LIMIT_TIMES = 2.5
_LIMIT_MB = 260
_ROOT = Path(__file__).resolve().parents[2]
_EMPTY_WINDOW = f"""
import os, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
window = QWidget()
window.resize(1366, 768)
window.show()
def seen():
    window.repaint()
    print(time.monotonic() - float(os.environ["{STARTED}"]), flush=True)
    application.quit()
QTimer.singleShot(0, seen)
application.exec()
"""


def run(folder: Path, *, rows: int = ROWS, rounds: int = 7) -> Iterator[Result]:
    """Start both in turns; the password costs nothing here, its own price is given apart."""
    home = folder / "starting"
    with make_centre(home) as centre:
        fill(centre, rows)
    environment = os.environ | {
        "THDESK_HOME": str(home),
        "THDESK_PASSWORD": PASSWORD,
        "THDESK_PERSON": PERSON,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONUTF8": "1",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # An installed program has its bytecode.
    read: list[float] = []
    peaks: list[float] = []

    def ours() -> float:
        seen, anew, peak = _process(environment, "-m", "tests.benchmarks.home_process")
        read.append(anew)
        peaks.append(peak)
        return seen

    def empty() -> float:
        return _process(environment, "-c", _EMPTY_WINDOW)[0]

    times = interleaved({"ours": ours, "empty": empty}, rounds)
    work = f"start to home page, {rows:,} contracts"
    note = "from the process's start to the painted page; an empty window"
    yield Result(work, times["ours"], times["empty"], _LIMIT_TIMES, note=note)
    anew = median(read[-rounds:])
    yield Result("start: figures read anew", anew, times["empty"], None, note="from the database")
    yield Result("start: peak memory", max(peaks) / 1024, None, _LIMIT_MB, "MB", "VmHWM")
    yield Result("start: Argon2id of the password", _password(folder), None, None, note="not above")


def _process(environment: dict[str, str], *arguments: str) -> list[float]:
    """Run Python in a process of its own and return the numbers it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=_ROOT,
        env=environment | {STARTED: str(time.monotonic())},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{arguments[:2]}: {done.stdout}{done.stderr}")
    return [float(word) for word in done.stdout.split()]


def _password(folder: Path) -> float:
    """Return what one sign-in costs as offices have it."""
    vault = Vault(folder / "password", cost=OFFICE_COST)
    vault.create(PERSON, PASSWORD)
    started = time.perf_counter()
    vault.sign_in(PERSON, PASSWORD)
    return time.perf_counter() - started
