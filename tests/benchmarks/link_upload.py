"""A first upload over a slow link: ``python -m tests.benchmarks.link_upload FOLDER [RATE]``.

With a rate the link is a process of its own; without one, the loopback of the network namespace
that this runs in was made slow, and hub and PC have it for themselves. Prints one JSON text.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import configure_mappers

from county.storage import Hub
from county.tables import register_tables
from desktop.sync import enrolling
from desktop.sync.client import Client
from desktop.sync.engine import Engine
from tests.benchmarks.exchange_rows import MOVES, stored
from tests.benchmarks.timing import collecting_as_the_window
from tests.helpers.centres import CODE, reopen
from tests.sync.parts import ROOT, run_hub

Carried = Callable[[], int]
"""Tells how many bytes the link has carried so far."""


def main() -> None:
    """Upload the centre in the folder to a new hub; everything has to arrive."""
    folder, *rate = Path(sys.argv[1]), *sys.argv[2:]
    with run_hub(f"sqlite:///{folder / 'hub.db'}") as hub:
        hub.command("init")
        hub.command("centre", "add", "--code", CODE, "--name", "卫生院")
        code = hub.command("enrol", CODE).splitlines()[0]
        near = hub.start()
        link = _slow_link(hub.port, rate[0]) if rate else _own_loopback(near)
        with link as (url, carried), reopen(folder / "pc") as centre:
            enrolling.enrol(centre.store, url, code, "测试机", insecure=True)
            configure_mappers()  # As in a program that has shown a page.
            before = carried()
            with Client(url) as client, collecting_as_the_window():
                started = time.perf_counter()
                report = Engine(centre.store, client).exchange()
                seconds = time.perf_counter() - started
            assert not report.waiting
            assert not report.refused
            found = {"seconds": seconds, "bytes": carried() - before, "requests": report.requests}
            sent = {row[0] for row in stored(centre, MOVES)}
        hub.stop()
    with closing(Hub(hub.url)) as opened, opened.reading() as connection:
        table = register_tables()[MOVES.number][1]
        assert set(connection.scalars(select(table.c.id))) == sent
    print(json.dumps(found))


@contextmanager
def _own_loopback(url: str) -> Iterator[tuple[str, Carried]]:
    def carried() -> int:
        shown = subprocess.run(
            ["tc", "-s", "-j", "qdisc", "show", "dev", "lo"],
            check=True,
            capture_output=True,
        )
        return int(json.loads(shown.stdout)[0]["bytes"])

    yield url, carried


@contextmanager
def _slow_link(port: int, rate: str) -> Iterator[tuple[str, Carried]]:
    command = [sys.executable, "-m", "tests.benchmarks.slow_link", str(port), rate]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        ask, told = process.stdin, process.stdout
        assert ask is not None
        assert told is not None

        def carried() -> int:
            ask.write("\n")
            ask.flush()
            up, _down = told.readline().split()
            return int(up)

        yield f"http://127.0.0.1:{told.readline().strip()}", carried
        ask.close()


if __name__ == "__main__":
    main()
