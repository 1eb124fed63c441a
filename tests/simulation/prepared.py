"""A hub and PCs that have met already, prepared once in a process and copied for each schedule."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from county.storage import Hub
from desktop.models import changes, crowds
from desktop.models.opening import NewCentre, create_centre
from desktop.models.vault import Unlocked, Vault
from desktop.sync import engine
from desktop.sync.engine import Engine
from desktop.sync.files import FileExchange
from tests.helpers.centres import CHEAP
from tests.simulation.clocks import virtual
from tests.simulation.desks import Desk
from tests.simulation.hubs import Base
from tests.sync.direct import DirectClient
from tests.sync.parts import PASSWORD, add_centre, code_for, enrol_at

SIZES = ((1, 7), (3, 7), (30, 2))
"""Centres and PCs of each; the last PC is let in and has never exchanged."""

SMALL_BATCH, SMALL_PAGE = 12, 7


@dataclass
class Prepared:
    """A hub and its PCs, to be copied."""

    hub: str
    folder: Path
    unlocked: list[Unlocked] = field(default_factory=list)

    def template(self, centre: int, number: int) -> Path:
        """Return a PC's folder."""
        return self.folder / f"{centre}-{number}"


def size(pcs: Sequence[int]) -> tuple[int, int]:
    """Return the smallest size that has so many PCs in each centre, and one more."""
    return next(each for each in SIZES if len(pcs) <= each[0] and max(pcs) < each[1])


def code(centre: int) -> str:
    """Return the code of a centre; no such townships exist, so there are no villages to send."""
    return f"99{centre + 10}00100"


def memory_folder() -> Path:
    """Return a new folder in memory where there is such a thing; it goes with the process."""
    memory = Path("/dev/shm")
    folder = Path(
        tempfile.mkdtemp(prefix="thdesk-simulation-", dir=memory if memory.is_dir() else None)
    )
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def base(server: str) -> Base:
    """Return where this process's hubs come from."""
    return Base(memory_folder(), server)


@functools.cache
def prepare(server: str, centres: int, pcs: int) -> Prepared:
    """Make centres whose PCs have met."""
    where = base(server)
    made = Prepared(where.new(), memory_folder())
    hub = where.open(made.hub)
    for centre in range(centres):
        _prepare_new(made, centre)
    with program(), virtual():
        hub.create()
        for centre in range(centres):
            add_centre(hub, code(centre), f"第{centre + 1}卫生院")
            _prepare_centre(made, hub, centre, pcs)
    hub.close()
    if server:
        atexit.register(where.drop, made.hub)
    return made


def _prepare_new(made: Prepared, centre: int) -> None:
    """Set a centre up, still with the clock of the machine."""
    origin = made.folder / f"{centre}-new"
    new = NewCentre(f"第{centre + 1}卫生院", code(centre))
    vault = Vault(origin, cost=CHEAP)
    opened, _recovery = create_centre(origin, new, "院长", PASSWORD, vault=vault)
    opened.close()
    made.unlocked.append(opened.unlocked)


def _prepare_centre(made: Prepared, hub: Hub, centre: int, pcs: int) -> None:
    origin = made.folder / f"{centre}-new"
    for number in range(pcs):
        desk = Desk.copied(origin, made.template(centre, number), centre, made.unlocked[centre])
        with desk.at_work() as store:
            with store.writing() as session:
                changes.create_triggers(session.connection())
            client = DirectClient(hub)
            enrol_at(store, client, code_for(hub, code(centre)))
            if number < pcs - 1:
                Engine(store, client).exchange()
        desk.close()


@contextmanager
def program() -> Iterator[None]:
    """Leave out the files, which have tests of their own; a few records are a crowd."""
    with (
        mock.patch.object(FileExchange, "exchange", return_value=False),
        mock.patch.object(crowds, "_WORTH_REBUILDING", 3),
    ):
        yield


@contextmanager
def small_batches() -> Iterator[None]:
    """Let a few changes be several batches, and a few records several pages."""
    with mock.patch.multiple(engine, LARGEST_BATCH=SMALL_BATCH, PAGE=SMALL_PAGE):
        yield
