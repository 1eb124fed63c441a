"""A schedule is data: what happens in which order, by index, so that it can be kept and shrunk."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

LOCAL = {
    "insert": 6,
    "keyed": 5,
    "edit": 16,
    "bulk": 2,
    "delete": 3,
    "put_back": 2,
    "lot": 1,
    "move": 5,
    "count": 3,
    "collide": 2,
    "drug": 2,
    "price": 2,
    "submit": 4,
    "take_in": 1,
    "undo": 1,
}
"""Work at a PC and how often; what each does is in :mod:`tests.simulation.work`."""

LINK = {"sync": 22, "late": 3, "stick": 4, "county_stick": 4, "read_stick": 4}
COUNTY = {"accept": 2, "send_back": 1, "publish": 1, "withdraw": 1, "snapshot": 2}
TROUBLE = {
    "clock": 3,
    "hub_backup": 1,
    "hub_restore": 1,
    "pc_backup": 2,
    "pc_restore": 2,
    "clone": 1,
    "lose_log": 1,
    "upgrade": 1,
    "hostile": 2,
}
ALL = LOCAL | LINK | COUNTY | TROUBLE

NARROW = {"insert": 5, "edit": 16, "sync": 18, "clock": 4}
_NARROW_SHARE = 0.2

FATES = ("pass", "lost", "unanswered", "twice", "delayed", "cancel", "kill")
"""What may happen to one request of an exchange."""

ARGUMENTS = 4
WIDEST = 1_000


class Step(NamedTuple):
    """One thing that happens: its name and whole numbers that choose where, which and how."""

    do: str
    args: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A whole run.

    Attributes:
        seed: What it was made of; 0 for one that was made by hand or shrunk.
        pcs: How many PCs each centre has.
        old: Which PCs begin with an older declaration.
        steps: What happens.
    """

    seed: int
    pcs: tuple[int, ...]
    old: tuple[int, ...]
    steps: tuple[Step, ...]

    def but(self, steps: Sequence[Step]) -> Schedule:
        """Return the same with other steps."""
        return replace(self, steps=tuple(steps))

    def to_json(self, **more: Any) -> str:
        """Return it as JSON, one step a line."""
        lines = ",\n    ".join(json.dumps([step.do, *step.args]) for step in self.steps)
        head = {**more, "seed": self.seed, "pcs": self.pcs, "old": self.old}
        begin = json.dumps(head, ensure_ascii=False)[:-1]
        return f'{begin}, "steps": [\n    {lines}\n]}}\n'

    def lines(self) -> list[str]:
        """Return it as people read it."""
        told = [f"centres with {list(self.pcs)} PCs, older declarations at {list(self.old)}"]
        return told + [f"{step.do} {' '.join(map(str, step.args))}" for step in self.steps]


def read(path: Path) -> Schedule:
    """Read a kept schedule."""
    found = json.loads(path.read_text(encoding="utf-8"))
    steps = tuple(Step(do, tuple(args)) for do, *args in found["steps"])
    return Schedule(found["seed"], tuple(found["pcs"]), tuple(found["old"]), steps)


def make(seed: int) -> Schedule:
    """Make the schedule of a seed."""
    chance = random.Random(seed)
    if chance.random() < _NARROW_SHARE:
        return _narrow(seed, chance)
    pcs = _centres(chance)
    old = tuple(at for at in range(sum(pcs)) if chance.random() < 0.1)
    return Schedule(seed, pcs, old, tuple(_steps(chance, _mood(chance))))


def _narrow(seed: int, chance: random.Random) -> Schedule:
    """Let two or three PCs work at one record and exchange bit by bit, in seconds, clocks apart."""
    steps = (
        Step(do, (pc, WIDEST // 2 + at // 2, how, more // 3 * 3))
        for do, (pc, at, how, more) in _steps(chance, NARROW)
    )
    first = (Step("keyed", (0,) * ARGUMENTS), Step("clock", (1, 0, 0, 0)))
    return Schedule(seed, (chance.randint(2, 3),), (), (*first, *steps))


def _steps(chance: random.Random, weights: dict[str, int]) -> Iterator[Step]:
    names = list(weights)
    for _each in range(chance.randint(15, 65)):
        do = chance.choices(names, [weights[name] for name in names])[0]
        yield Step(do, tuple(chance.randrange(WIDEST) for _arg in range(ARGUMENTS)))


def _centres(chance: random.Random) -> tuple[int, ...]:
    """Mostly one to three centres, one time in a hundred all of a county."""
    if chance.random() < 0.01:
        return (1,) * chance.randint(4, 30)
    count = chance.choices((1, 2, 3), (6, 3, 1))[0]
    return tuple(
        chance.choices((1, 2, 3, 4, 5, 6), (2, 8, 5, 2, 1, 1))[0] for _each in range(count)
    )


def _mood(chance: random.Random) -> dict[str, int]:
    """Let some schedules be without a kind of trouble: what is rare together is then seen alone."""
    weights = dict(ALL)
    for name in TROUBLE:
        weights[name] *= chance.choice((0, 0, 1, 3))
    sticks = chance.choice((0, 1, 2))
    for name in ("stick", "county_stick", "read_stick"):
        weights[name] *= sticks
    return weights
