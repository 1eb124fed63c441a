"""Running schedules, one or many, and what came of them."""

from __future__ import annotations

import gc
import traceback
from dataclasses import dataclass

from tests.simulation.invariants import check
from tests.simulation.schedules import Schedule, make
from tests.simulation.settling import calm
from tests.simulation.world import opened


@dataclass(frozen=True, slots=True)
class Failure:
    """What a schedule broke.

    Attributes:
        kind: The invariant or error without its particulars: the same for the shrunk schedule.
        told: All of it.
    """

    kind: str
    told: str


def run(schedule: Schedule, server: str = "") -> Failure | None:
    """Run a schedule to its end and look at everything; None where all holds."""
    collecting = gc.isenabled()
    gc.disable()  # A tenth of the time; what a schedule leaves is collected between two.
    try:
        with opened(schedule, server) as world:
            world.run()
            calm(world)
            check(world)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
        first = (str(error).splitlines() or [""])[0].partition(": ")[0]
        kind = f"{type(error).__name__}: {first[:80]}"
        return Failure(kind, "".join(traceback.format_exception(error)))
    finally:
        if collecting:
            gc.enable()
    return None


def run_seed(work: tuple[int, str]) -> tuple[int, Failure | None]:
    """Run the schedule of a seed on a server, in a process of several."""
    seed, server = work
    return seed, run(make(seed), server)
