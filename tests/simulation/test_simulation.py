"""Random schedules of the exchange with everything that goes wrong; see the package's modules."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.simulation import schedules
from tests.simulation.running import run
from tests.simulation.schedules import Schedule, Step
from tests.simulation.shrinking import shrink
from tests.sync.databases import postgres

__all__ = ["postgres"]

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.json"))
FEW = 20
CHUNK = 25
ON_SQLITE = int(os.environ.get("THDESK_SCHEDULES", "100"))
ON_POSTGRES = int(os.environ.get("THDESK_SCHEDULES_POSTGRES", "10"))
"""How many CI runs; a full run has 10,000 and 500."""


def hold(schedule: Schedule, server: str = "") -> None:
    failure = run(schedule, server)
    assert failure is None, f"{failure.told}\npython -m tests.simulation --seed {schedule.seed}"


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_no_failure_comes_back(path: Path) -> None:
    hold(schedules.read(path))


@pytest.mark.parametrize("chunk", range(1, FEW, 5))
def test_a_few_schedules(chunk: int) -> None:
    for seed in range(chunk, chunk + 5):
        made = schedules.make(seed)
        if len(made.pcs) <= 3:  # A whole county takes long to set up.
            hold(made)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(2_000, 2_000 + ON_SQLITE, CHUNK))
def test_many_schedules_on_sqlite(first: int) -> None:
    for seed in range(first, min(first + CHUNK, 2_000 + ON_SQLITE)):
        hold(schedules.make(seed))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(100_000, 100_000 + ON_POSTGRES, CHUNK))
def test_many_schedules_on_postgresql(first: int, postgres: str) -> None:
    for seed in range(first, min(first + CHUNK, 100_000 + ON_POSTGRES)):
        hold(schedules.make(seed), postgres)


def test_a_schedule_is_kept_as_it_was(tmp_path: Path) -> None:
    made = schedules.make(7)
    path = tmp_path / "kept.json"
    path.write_text(made.to_json(fault="无"), encoding="utf-8")
    assert schedules.read(path) == made


def test_a_failing_schedule_is_made_short(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.simulation import shrinking
    from tests.simulation.running import Failure

    def fails(schedule: Schedule, _server: str) -> Failure | None:
        done = [step.do for step in schedule.steps]
        wrong = "insert" in done and "clone" in done[done.index("insert") :]
        return Failure("wrong", "wrong") if wrong else None

    monkeypatch.setattr(shrinking, "run", fails)
    many = [Step("sync", (3, 4, 5, 6))] * 20
    insert, clone = Step("insert", (900, 4, 5, 6)), Step("clone", (0, 4, 0, 6))
    made = Schedule(5, (3, 2), (1,), (*many, insert, *many, clone, *many))
    short = shrink(made, "wrong")
    assert short == Schedule(
        0, (1,), (), (Step("insert", (0, 0, 0, 0)), Step("clone", (0, 0, 0, 0)))
    )
