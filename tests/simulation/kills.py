"""Real processes killed at random moments: a hub, and PCs that work and exchange all the time."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from county.storage import Hub
from county.verifying import problems
from desktop.errors import UserError
from desktop.models.registers import find_register
from desktop.sync import enrolling
from desktop.sync.engine import Engine
from tests.sync.parts import PC, ROOT, HubProcess, add_centre, code_for, everything, staff

_PCS = 2
_LONGEST = 0.8
_ROUNDS = 3


class Killing:
    """A hub and its PCs, and what each PC said it had committed.

    Args:
        url: The hub's database.
        folder: For the PCs.
        seed: What decides who is killed and when.
    """

    def __init__(self, url: str, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        with contextlib.closing(Hub(url)) as prepared:
            prepared.create()
            add_centre(prepared)
        self.hub = HubProcess(url)
        self.hub.start()
        self.homes = [folder / f"电脑{number}" for number in range(_PCS)]
        self.moves: set[bytes] = set()
        self.last: dict[str, int] = {}
        self._seed = seed * 1_000
        with self.open() as pcs:
            for pc in pcs:
                with contextlib.closing(Hub(url)) as hub:
                    code = code_for(hub)
                enrolling.enrol(pc.store, f"http://127.0.0.1:{self.hub.port}", code, "测试机")
            self.person = pcs[0].save("staff", staff("王小明"))
            for pc in (*pcs, *pcs):
                Engine(pc.store).exchange()

    @contextlib.contextmanager
    def open(self) -> Iterator[list[PC]]:
        """Give the PCs, opened in this process."""
        with contextlib.ExitStack() as stack:
            pcs = [PC(home, kept=home.exists()) for home in self.homes]
            for pc in pcs:
                stack.callback(pc.close)
            yield pcs

    def run(self, kills: int) -> None:
        """Let the PCs work, and kill one process after the other."""
        done = 0
        while done < kills:
            with contextlib.ExitStack() as stack:
                desks = [stack.enter_context(self._desk(home)) for home in self.homes]
                for desk in desks:
                    assert desk.stdout is not None
                    assert desk.stdout.readline() == "ready\n"
                while desks and done < kills:
                    time.sleep(self.random.random() * _LONGEST)
                    done += 1
                    if self.random.random() < 0.5:
                        self.hub.kill()
                        self.hub.start()
                    else:
                        desks.pop().kill()
        self.check()

    @contextlib.contextmanager
    def _desk(self, home: Path) -> Iterator[subprocess.Popen[str]]:
        self._seed += 1
        said = home.with_name(f"{home.name}-{self._seed}.txt")
        words = [str(home), str(self._seed), self.person.hex()]
        with subprocess.Popen(
            [sys.executable, "-m", "tests.simulation.desk_process", *words],
            cwd=ROOT,
            env=os.environ | {"PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()
                assert process.stdout is not None
                said.write_text(process.stdout.read())
        for line in said.read_text().splitlines(keepends=True):
            if line.endswith("\n"):  # A line cut by the kill says nothing.
                note, *ids = line.split()
                told_by, count = note.split("-")
                self.last[told_by] = int(count)
                self.moves |= {bytes.fromhex(id) for id in ids}

    def check(self) -> None:
        """Both PCs and the hub hold the same, and everything that was ever committed."""
        with self.open() as pcs:
            for _round in range(_ROUNDS):
                for pc in pcs:
                    with contextlib.suppress(UserError):
                        Engine(pc.store).exchange()
            with contextlib.closing(Hub(self.hub.url)) as hub, hub.reading() as connection:
                assert problems(connection) == []
                held = everything(connection)
            for pc in pcs:
                assert pc.status().waiting == 0
                with pc.store.reading() as session:
                    assert everything(session) == held
        assert self.moves <= held["stock_moves"].keys()
        names = ["deleted_at", *(field.key for field in find_register("staff").stored)]
        process, count = held["staff"][self.person][names.index("note")].split("-")
        # The last line may not have got out any more.
        assert int(count) >= self.last.get(process, 0)

    def close(self) -> None:
        """End the hub."""
        self.hub.kill()
