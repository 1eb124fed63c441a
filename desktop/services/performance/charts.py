"""What the director would rather look at: ranking, heat map, trend (all from simulations)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from desktop.services.performance.results import DoctorResult, Simulation
from desktop.services.performance.scheme import Scheme
from desktop.services.performance.simulating import simulate
from desktop.services.periods import parse_period
from desktop.services.records import Records


@dataclass(frozen=True)
class Ranked:
    """A doctor's place; equal scores share a place."""

    place: int
    result: DoctorResult


def ranking(simulation: Simulation) -> list[Ranked]:
    """Return the scored doctors from the best; the others are left out."""
    scored = [result for result in simulation.doctors if result.score is not None]
    scored.sort(key=lambda result: (-(result.score or 0), result.name, result.id))
    made: list[Ranked] = []
    for at, result in enumerate(scored, 1):
        same = made and made[-1].result.score == result.score
        made.append(Ranked(made[-1].place if same else at, result))
    return made


@dataclass(frozen=True)
class HeatMap:
    """Clinics × blocks: the share of the points reached in hundredths of a percent, None blank."""

    blocks: tuple[str, ...]
    clinics: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]


def heat_map(simulation: Simulation) -> HeatMap:
    """Return the heat map of a simulation."""
    return HeatMap(
        tuple(block.label for block in simulation.scheme.blocks),
        tuple(clinic.name for clinic in simulation.clinics),
        tuple(tuple(block.percent for block in clinic.blocks) for clinic in simulation.clinics),
    )


def trend(
    bind: Session | Connection | Records, months: Sequence[str], scheme: Scheme
) -> dict[bytes, list[int | None]]:
    """Return each clinic's own score month by month; None where nothing could be measured."""
    made: dict[bytes, list[int | None]] = {}
    for at, month in enumerate(months):
        for clinic in simulate(bind, parse_period(month), scheme).clinics:
            made.setdefault(clinic.id, [None] * len(months))[at] = clinic.score
    return made
