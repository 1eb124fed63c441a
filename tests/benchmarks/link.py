"""A first upload has to fill a slow link: a token bucket of the system, or a process in its place.

The system's stands in a network namespace of its own, which needs root. There both directions
share the loopback, and what is counted is every byte on it, headers and receipts included.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.exchange_rows import fill_centre
from tests.benchmarks.report import Result
from tests.helpers.centres import make_centre
from tests.sync.parts import ROOT

ROWS = 40_000
RATE = 4_000_000
_LIMIT = round(1 / 0.95, 3)
_ETHERNET = "1500"


def run(
    folder: Path, *, rows: int = ROWS, rate: int = RATE, lent: bool | None = None
) -> Iterator[Result]:
    """Upload a new centre over the link.

    Args:
        folder: Where everything is.
        rows: How many contracts; there are two and a half times as many movements.
        rate: Bits a second.
        lent: Take the system's link, or do without it; None takes it where it can be had.
    """
    home = folder / "link"
    with make_centre(home / "pc") as centre:
        fill_centre(centre, rows, rows * 5 // 2)
    with _namespace(rate) if lent is not False else _nothing() as inside:
        assert inside or not lent, "the system lends no slow link"
        command = [sys.executable, "-m", "tests.benchmarks.link_upload", str(home)]
        command = [*inside, *command] if inside else [*command, str(rate)]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    seconds, least = found["seconds"], found["bytes"] * 8 / rate
    means = "tbf in a network namespace" if inside else "a process with 20 ms delay for the link"
    note = f"filled to {least / seconds:.0%}, {found['requests']} requests; {means}"
    names = f"{rows:,} contracts + {rows * 5 // 2:,} movements over {rate / 1e6:g} Mbit/s"
    yield Result(f"first upload of {names}", seconds, least, _LIMIT, "s", note)


@contextmanager
def _nothing() -> Iterator[list[str]]:
    yield []


@contextmanager
def _namespace(rate: int) -> Iterator[list[str]]:
    """Make a network namespace with a slow loopback; gives what a command in it begins with."""
    name = f"thdesk-{os.getpid()}"
    if not shutil.which("tc") or not shutil.which("ip") or not _done("ip", "netns", "add", name):
        yield []
        return
    try:
        bucket = ("rate", str(rate), "burst", "16kb", "latency", "200ms")
        is_slow = _done(
            *("ip", "-n", name, "link", "set", "lo", "mtu", _ETHERNET, "up"),
        ) and _done("tc", "-n", name, "qdisc", "add", "dev", "lo", "root", "tbf", *bucket)
        yield ["ip", "netns", "exec", name] if is_slow else []
    finally:
        _done("ip", "netns", "delete", name)


def _done(*command: str) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
