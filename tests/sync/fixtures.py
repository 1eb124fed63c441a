"""Fixtures of the exchange's tests: a hub in this process and PCs that join it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from county.storage import Hub
from tests.sync.databases import copy_hub, database_url, empty_database_url, postgres
from tests.sync.parts import PC, HubProcess, Proxy, code_for, run_hub

__all__ = [
    "database_url",
    "empty_database_url",
    "hub",
    "hub_process",
    "link",
    "make_pc",
    "postgres",
    "sqlite_hub",
    "two",
]


@pytest.fixture
def hub(database_url: str) -> Iterator[Hub]:
    """Give a hub with one centre, on each kind of database."""
    with contextlib.closing(Hub(database_url)) as made:
        yield made


@pytest.fixture
def sqlite_hub(tmp_path: Path) -> Iterator[Hub]:
    """Give a hub with one centre, where the kind of database does not matter."""
    with contextlib.closing(Hub(copy_hub(tmp_path))) as made:
        yield made


@pytest.fixture
def make_pc(tmp_path: Path) -> Iterator[Callable[..., PC]]:
    """Give a maker of PCs, each in its own folder."""
    made: list[PC] = []

    def make(**given: str) -> PC:
        made.append(PC(tmp_path / f"电脑{len(made) + 1}", **given))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def two(hub: Hub, make_pc: Callable[..., PC]) -> tuple[PC, PC]:
    """Give two PCs of one centre that have met."""
    one, other = make_pc(), make_pc(person="张会计")
    one.join(hub, code_for(hub))
    other.join(hub, code_for(hub))
    one.sync()
    other.sync()
    one.sync()
    return one, other


@pytest.fixture
def hub_process(database_url: str) -> Iterator[HubProcess]:
    """Give a real hub, set up but not started, on each kind of database."""
    with run_hub(database_url) as made:
        yield made


@pytest.fixture
def link(hub_process: HubProcess) -> Iterator[Proxy]:
    """Give a line to a started hub that can be cut."""
    hub_process.start()
    made = Proxy(hub_process.port)
    yield made
    made.close()
