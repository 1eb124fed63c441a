"""Carrying packets between PCs and a hub in this process."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from county import courier
from county.storage import Hub
from county.verifying import problems
from desktop.sync.courier import Courier
from desktop.sync.engine import ExchangeReport
from tests.sync.parts import PC, code_for, everything

__all__ = ["Stick", "pair", "same", "stick"]


@dataclass
class Stick:
    """Carries packets between PCs and a hub."""

    hub: Hub
    folder: Path
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def write(self, pc: PC, **given: int) -> Path:
        return Courier(pc.store).write(self.folder / f"包{next(self.numbers)}", **given).path

    def county(self, packet: Path) -> Path:
        answer = packet.with_name(f"{packet.stem}-回执{next(self.numbers)}.thx")
        answer.write_bytes(courier.take(self.hub, packet.read_bytes()).answer)
        return answer

    def read(self, pc: PC, answer: Path) -> ExchangeReport:
        return Courier(pc.store).read(answer)

    def round(self, pc: PC) -> ExchangeReport:
        return self.read(pc, self.county(self.write(pc)))


@pytest.fixture
def stick(hub: Hub, tmp_path: Path) -> Stick:
    folder = tmp_path / "U盘"
    folder.mkdir()
    return Stick(hub, folder)


@pytest.fixture
def pair(hub: Hub, make_pc: Callable[..., PC]) -> tuple[PC, PC]:
    """Two PCs that were let in and have never exchanged."""
    one, other = make_pc(), make_pc(person="张会计")
    for pc in (one, other):
        pc.join(hub, code_for(hub))
    return one, other


def same(hub: Hub, *pcs: PC) -> None:
    rows = pcs[0].rows()
    assert all(pc.rows() == rows for pc in pcs)
    with hub.reading() as connection:
        found = everything(connection)
        assert problems(connection) == []
    assert {key: set(held) for key, held in found.items() if held} == {
        key: set(held) for key, held in rows.items() if held
    }
