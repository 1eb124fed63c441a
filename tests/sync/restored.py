"""A hub whose backup comes back, and what is looked at where two sides came apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from county import backups, digesting, restoring
from county.centres import find_centre
from county.storage import Hub
from county.tables import register_tables
from county.verifying import problems
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import remove
from desktop.sync import comparing
from tests.sync.databases import copy_hub
from tests.sync.parts import CODE, PC, code_for, settle, staff

__all__ = ["Restored", "assert_same", "lose_work", "move", "restored", "table_of", "unseen"]

MakePC = Callable[..., PC]


@contextmanager
def unseen(pc: PC) -> Iterator[Any]:
    """Change this PC's tables as a spoilt disk would."""
    with pc.store.writing() as session, pc.store.database.not_capturing(session.connection()):
        yield session


def table_of(key: str) -> Any:
    return register_tables()[find_register(key).number][1]


def move(pc: PC) -> bytes:
    drug = pc.save("drugs", {"name": "阿司匹林"})
    lot = pc.save("drug_stock", {"drug_id": drug})
    values: Values = {"lot_id": lot, "moved_on": date(2026, 10, 1), "kind": "入库", "quantity": 3}
    return pc.save("stock_moves", values)


def assert_same(hub: Hub, *pcs: PC) -> None:
    with hub.reading() as connection:
        held = digesting.digests(connection, find_centre(connection, CODE).id)
        assert problems(connection) == []
    for pc in pcs:
        with pc.store.reading() as session:
            assert comparing.digests(session) == held


class Restored:
    """A hub on SQLite whose backup comes back while a PC that had gone on is no more."""

    def __init__(self, folder: Path, make_pc: MakePC) -> None:
        self.folder = folder
        self.hub = Hub(copy_hub(folder))
        self.gone, self.left, self.third = make_pc(), make_pc(), make_pc()
        for pc in (self.gone, self.left, self.third):
            pc.join(self.hub, code_for(self.hub))

    def back_up(self) -> None:
        backups.back_up(self.hub, self.folder / "backup")

    def restore(self) -> None:
        self.hub.close()
        restoring.restore(str(self.hub.url), self.folder / "backup")


@dataclass(frozen=True)
class LostWork:
    """What a PC that is no more wrote after the backup, and what of it has to be there again."""

    edited: bytes
    deleted: bytes
    made: bytes
    booked: bytes

    def assert_back(self, *pcs: PC) -> None:
        """See that it is there beside what a PC that had not seen it has worked on."""
        for pc in pcs:
            assert pc.load("staff", self.edited)["name"] == "改了又改"
            assert pc.load("staff", self.edited)["phone"] == "13911111111"
            assert self.made in pc.rows()["staff"]
            assert self.booked in pc.rows()["stock_moves"]
            assert pc.rows()["staff"][self.deleted][0] is not None


def lose_work(restored: Restored) -> LostWork:
    """Restore a hub without what ``gone`` wrote and ``left`` has seen; ``third`` comes first."""
    gone, left, third = restored.gone, restored.left, restored.third
    edited = gone.save("staff", staff("原来的", phone="13800000001"))
    deleted = gone.save("staff", staff("要删的"))
    settle(gone, left, third)
    restored.back_up()
    gone.save("staff", {"name": "备份之后改的"}, edited)
    gone.save("staff", {"name": "改了又改"}, edited)
    work = LostWork(edited, deleted, gone.save("staff", staff("备份之后")), move(gone))
    with gone.store.writing() as session:
        remove(session, find_register("staff"), deleted)
    settle(gone, left)
    restored.restore()
    # One PC that had not seen any of it has worked on and comes first.
    third.save("staff", {"phone": "13911111111"}, edited)
    third.sync()
    return work


@pytest.fixture
def restored(tmp_path: Path, make_pc: MakePC) -> Iterator[Restored]:
    folder = tmp_path / "hub"
    folder.mkdir()
    made = Restored(folder, make_pc)
    yield made
    made.hub.close()
