"""Making a failing schedule short: fewer steps first, then plainer numbers and fewer PCs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.simulation.running import run
from tests.simulation.schedules import Schedule, Step

Fails = Callable[[Schedule], bool]


def shrink(schedule: Schedule, kind: str, server: str = "") -> Schedule:
    """Return the shortest schedule found that fails in the same way."""

    def fails(tried: Schedule) -> bool:
        found = run(tried, server)
        return found is not None and found.kind == kind

    while True:
        shorter = _numbers(_pcs(_steps(schedule, fails), fails), fails)
        if shorter == schedule:
            return replace(schedule, seed=0)
        schedule = shorter


def _steps(schedule: Schedule, fails: Fails) -> Schedule:
    """Leave out pieces of steps, half of them first (delta debugging)."""
    size = max(len(schedule.steps) // 2, 1)
    while True:
        at = 0
        while at < len(schedule.steps):
            shorter = schedule.but(schedule.steps[:at] + schedule.steps[at + size :])
            if fails(shorter):
                schedule = shorter
            else:
                at += size
        if size == 1:
            return schedule
        size //= 2


def _pcs(schedule: Schedule, fails: Fails) -> Schedule:
    """Leave out centres, PCs and older declarations; what meant one that is gone means another."""
    tries = [replace(schedule, old=())] if schedule.old else []
    pcs = schedule.pcs
    tries += [replace(schedule, pcs=pcs[:at] + pcs[at + 1 :]) for at in range(len(pcs)) if pcs[1:]]
    tries += [
        replace(schedule, pcs=(*pcs[:at], count - 1, *pcs[at + 1 :]))
        for at, count in enumerate(pcs)
        if count > 1
    ]
    return next((tried for tried in tries if fails(tried)), schedule)


def _numbers(schedule: Schedule, fails: Fails) -> Schedule:
    """Put plainer numbers in the place of each step's."""
    for at in range(len(schedule.steps)):
        for plainer in _plainer(schedule.steps[at]):
            tried = schedule.but((*schedule.steps[:at], plainer, *schedule.steps[at + 1 :]))
            if fails(tried):
                schedule = tried
                break
    return schedule


def _plainer(step: Step) -> Iterator[Step]:
    """Give the step with all numbers plain, then with one of them."""
    nothing = (step.args[0] % 12, *(0 for _each in step.args[1:]))
    small = tuple(each % 12 for each in step.args)
    for args in (nothing, small):
        if args != step.args:
            yield step._replace(args=args)
    for at, each in enumerate(step.args):
        if each:
            yield step._replace(args=(*step.args[:at], 0, *step.args[at + 1 :]))
