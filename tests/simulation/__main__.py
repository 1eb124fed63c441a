"""Run schedules: ``python -m tests.simulation --schedules 1000 | --seed 7 | --replay FILE``."""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.helpers.statements import share_compiled
from tests.simulation import schedules
from tests.simulation.running import Failure, run, run_seed
from tests.simulation.schedules import Schedule
from tests.simulation.shrinking import shrink

_EVERY = 500


def main() -> int:
    """Do what the arguments say; the exit code tells whether all held."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="run the schedule of this seed")
    parser.add_argument("--replay", type=Path, help="run a kept schedule")
    parser.add_argument("--schedules", type=int, default=0, help="run so many seeds")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first of them")
    parser.add_argument("--database", default="", help="address of a PostgreSQL server")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--no-shrink", action="store_true")
    given = parser.parse_args()
    if given.schedules:
        return _many(given)
    chosen = schedules.read(given.replay) if given.replay else schedules.make(given.seed or 1)
    failure = run(chosen, given.database)
    if failure is None:
        print("all holds")
        return 0
    _tell(chosen, failure, given.database, short=not given.no_shrink)
    return 1


def _tell(schedule: Schedule, failure: Failure, server: str, *, short: bool) -> None:
    print(failure.told)
    if short:
        schedule = shrink(schedule, failure.kind, server)
        print(schedule.to_json(fault=failure.kind))
        print("\n".join(schedule.lines()))
        again = run(schedule, server)
        print(again.told.splitlines()[-1] if again else "")


def _many(given: argparse.Namespace) -> int:
    began = time.monotonic()
    seeds = range(given.first, given.first + given.schedules)
    kinds: dict[str, list[int]] = {}
    for done, (seed, failure) in enumerate(_run_all(seeds, given), 1):
        if failure is not None:
            kinds.setdefault(failure.kind, []).append(seed)
            print(f"seed {seed}: {failure.told.splitlines()[-1]}", flush=True)
        if done % _EVERY == 0 or done == len(seeds):
            print(f"{done} schedules in {time.monotonic() - began:.0f} s", flush=True)
    for kind, failed in kinds.items():
        print(f"{len(failed)} × {kind}: {failed[:10]}")
    if kinds and not given.no_shrink:
        kind, failed = min(kinds.items(), key=lambda each: len(each[1]))
        chosen = replace(schedules.make(failed[0]), seed=0)
        _tell(chosen, Failure(kind, ""), given.database, short=True)
    return 1 if kinds else 0


def _run_all(seeds: range, given: argparse.Namespace) -> Iterator[tuple[int, Failure | None]]:
    work = zip(seeds, itertools.repeat(given.database))
    spawning = multiprocessing.get_context("spawn")
    with spawning.Pool(given.processes, initializer=share_compiled) as pool:
        yield from pool.imap_unordered(run_seed, work, chunksize=4)


if __name__ == "__main__":
    sys.exit(main())
