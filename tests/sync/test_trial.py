"""Random work at four PCs over a bad link, and at the end everything is counted.

Clocks are wrong by -40 to +25 seconds, 35 % of the exchanges are lost, half of them after the hub
has committed, 5 % arrive twice, old messages come again, and batches are small.
"""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from county.storage import Hub
from county.verifying import problems
from desktop.errors import UserError
from desktop.models.local import Change
from desktop.models.registers import find_register
from desktop.models.store import put_back, remove
from desktop.sync import engine
from desktop.sync.account import read_row
from desktop.sync.client import Declined
from desktop.sync.engine import Engine
from tests.sync.parts import PC, code_for, everything, staff

MakePC = Callable[..., PC]
STAFF = find_register("staff")
FIELDS = ("name", "phone", "department", "note")
EDITED = tuple(key for key in FIELDS if key in STAFF.by_key)
TRIALS = int(os.environ.get("THDESK_TRIALS", "40"))


class Written(NamedTuple):
    """One edit as the person made it: the stamp it got and the stamp of what it replaced."""

    stamp: tuple[int, int]
    value: str
    seen: tuple[int, int] | None


class Trial:
    """Four PCs, one hub, and a list of everything that was done."""

    def __init__(self, seed: int, hub: Hub, make_pc: MakePC) -> None:
        self.random = random.Random(seed)
        self.hub = hub
        self.pcs = [make_pc(person=f"人员{n}") for n in range(4)]
        self.calm = False
        self.edits: dict[tuple[bytes, str], list[Written]] = {}
        self.values: dict[str, tuple[int, int]] = {}
        self.staff: list[bytes] = []
        self.moves: list[bytes] = []
        self.counter = 0
        for pc in self.pcs:
            pc.skew(self.random.randint(-40_000, 25_000))
            pc.join(hub, code_for(hub), self.fate)
            assert pc.client is not None
            pc.client.meanwhile = partial(self.work_on, pc)
        self.lot = self.pcs[0].save("drug_stock", {"drug_id": bytes(15) + b"\x01"})

    def fate(self) -> str:
        if self.calm:
            return "pass"
        chance = self.random.random()
        return (
            "lost" if chance < 0.175
            else "unanswered" if chance < 0.35
            else "twice" if chance < 0.40
            else "pass"
        )  # fmt: skip

    def run(self, steps: int) -> None:
        work = (self.insert, self.edit, self.edit, self.edit, self.move, self.delete, self.sync)
        for _step in range(steps):
            self.random.choice(work)(self.random.choice(self.pcs))
        self.calm = True
        for _round in range(3):
            for pc in self.pcs:
                self.exchange(pc)

    def work_on(self, pc: PC) -> None:
        """Edit while the hub's answer is on its way: it must not be overwritten."""
        while not self.calm and self.random.random() < 0.3:
            self.edit(pc)

    def text(self, key: str) -> str:
        self.counter += 1
        return f"1380{self.counter:07}" if key == "phone" else f"值{self.counter}"

    def insert(self, pc: PC) -> None:
        self.staff.append(pc.save("staff", staff(self.text("name"))))

    def edit(self, pc: PC) -> None:
        known = pc.rows()["staff"]
        there = [id for id in self.staff if id in known]
        if not there:
            return
        id, key = self.random.choice(there), self.random.choice(EDITED)
        table = STAFF.table
        with pc.store.writing() as session:
            old = session.execute(select(table.c[key]).where(table.c.id == id)).scalar()
            value = self.text(key)
            session.execute(table.update().where(table.c.id == id).values({key: value}))
            hlc = session.execute(
                select(Change.hlc).order_by(Change.seq.desc()).limit(1)
            ).scalar_one()
            row = read_row(session)
        assert row is not None
        stamp = (hlc, row.device)
        self.edits.setdefault((id, key), []).append(Written(stamp, value, self.values.get(old)))
        self.values[value] = stamp

    def move(self, pc: PC) -> None:
        values: Any = {"lot_id": self.lot, "moved_on": date(2026, 10, 1), "kind": "入库"}
        self.moves.append(pc.save("stock_moves", values | {"quantity": 1}))

    def delete(self, pc: PC) -> None:
        known = pc.rows()["staff"]
        there = [id for id in self.staff if id in known]
        if there:
            id = self.random.choice(there)
            with pc.store.writing() as session, contextlib.suppress(UserError):
                if known[id][0] is None:
                    remove(session, STAFF, id)
                else:
                    put_back(session, STAFF, id)

    def sync(self, pc: PC) -> None:
        if pc.client is not None and pc.client.sent and self.random.random() < 0.1:
            # A message that was on its way for a long time.
            with contextlib.suppress(Declined):
                pc.client.deliver(self.random.choice(pc.client.sent[:-2] or [b""]))
        with contextlib.suppress(UserError):
            self.exchange(pc)

    def exchange(self, pc: PC) -> None:
        made = Engine(pc.store, pc.client)
        made._limit = self.random.randint(1, 50)
        report = made.exchange()
        assert report.refused == []
        assert not report.copied

    def count(self, make_pc: MakePC) -> dict[str, int]:
        """Count what came out; nothing may be lost, doubled, wrong or different."""
        fresh = make_pc()
        fresh.join(self.hub, code_for(self.hub))
        fresh.sync()
        with self.hub.reading() as connection:
            assert problems(connection) == []
            held = everything(connection)
        for pc in [*self.pcs, fresh]:
            with pc.store.reading() as session:
                assert everything(session) == held
            assert pc.status().waiting == 0
        assert set(held["staff"]) == set(self.staff)
        assert set(held["stock_moves"]) == set(self.moves)
        at = ["deleted_at", *(field.key for field in STAFF.stored)]
        several = 0
        for (id, key), written in self.edits.items():
            assert held["staff"][id][at.index(key)] == max(written).value
            assert all(each.seen is None or each.seen < each.stamp for each in written)
            several += len({each.stamp[1] for each in written}) > 1
        return {"fields": len(self.edits), "by several": several, "moves": len(self.moves)}


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LARGEST_BATCH", 50)
    monkeypatch.setattr(engine, "PAGE", 7)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_short_trial(seed: int, sqlite_hub: Hub, make_pc: MakePC) -> None:
    trial = Trial(seed, sqlite_hub, make_pc)
    trial.run(120)
    assert trial.count(make_pc)["by several"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 100 + TRIALS))
def test_a_long_trial(seed: int, hub: Hub, make_pc: MakePC) -> None:
    trial = Trial(seed, hub, make_pc)
    trial.run(400)
    print(seed, trial.count(make_pc))
