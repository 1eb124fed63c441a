"""Simulate a period by a scheme, at any time and without a trace (S1-6.2d, S4-13d)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from desktop.models.registers.appraisal_events import MONEY_OFF, REWARD
from desktop.services.performance.facts import Facts
from desktop.services.performance.held import Held
from desktop.services.performance.notices import notices_of
from desktop.services.performance.paying import Payer
from desktop.services.performance.reading import read_facts
from desktop.services.performance.results import (
    BlockPoints,
    ClinicResult,
    DoctorResult,
    Simulation,
    Veto,
)
from desktop.services.performance.rounding import apportion, rounded
from desktop.services.performance.scheme import ONE, POOL, Goal, Item, Scheme, shipped
from desktop.services.performance.scoring import Score, Scorer
from desktop.services.performance.validation import refuse_unsound
from desktop.services.periods import Period, parse_period
from desktop.services.records import Records
from desktop.services.report_days import reports_due

REPEAT_MONTHS = "visit.repeat_months"
"""Policy: within how many months the same finding is a repeat."""

_DEFAULT_REPEAT = 12


def simulate(
    bind: Session | Connection | Records,
    period: Period | str,
    scheme: Scheme | None = None,
    *,
    scheme_id: bytes | None = None,
) -> Simulation:
    """Compute everybody's score and money of a period from the registers as they are now.

    Args:
        bind: The office PC's session, or the records of one centre on the hub.
        period: ``2026-10``, ``2026-Q4`` or ``2026``.
        scheme: The version to use; without it the proposal that comes with the program.
        scheme_id: The version's record, where it has one.

    Raises:
        SchemeRefused: The scheme breaks its rules.
    """
    records = bind if isinstance(bind, Records) else Records(bind)
    wanted = parse_period(period) if isinstance(period, str) else period
    chosen = scheme if scheme is not None else shipped()
    refuse_unsound(chosen)
    months = records.policy(REPEAT_MONTHS, wanted.last)
    repeat = int(months) if months is not None else _DEFAULT_REPEAT
    facts = read_facts(records, wanted, repeat, reports_due(records, wanted.months))
    return simulate_facts(facts, chosen, scheme_id=scheme_id)


def simulate_facts(facts: Facts, scheme: Scheme, *, scheme_id: bytes | None = None) -> Simulation:
    """Compute a period from its rows, wherever they were read."""
    refuse_unsound(scheme)
    return _computed(Held(facts.ordered()), scheme, scheme_id)


def _computed(held: Held, scheme: Scheme, scheme_id: bytes | None) -> Simulation:
    scorer, payer = Scorer(held, scheme), Payer(held, scheme)
    scores = {doctor: scorer.score(doctor) for doctor in held.doctors}
    quality = _quality(held, scheme, scores, payer)
    results = []
    for doctor in held.doctors:
        result = _doctor(held, scheme, doctor, scores[doctor], payer, quality[doctor])
        if result.clinics or result.pay or result.unrecovered or result.vetoes:
            results.append(result)
    results.sort(key=lambda each: (_clinic_name(held, each), each.name, each.id))
    made = Simulation(
        period=held.period,
        scheme=scheme,
        held=held,
        doctors=tuple(results),
        clinics=_clinics(held, scheme, scorer, results),
        notices=(),
        scheme_id=scheme_id,
    )
    return replace(made, notices=tuple(notices_of(made, payer.unshared)))


def _clinic_name(held: Held, result: DoctorResult) -> str:
    main = result.main_clinic
    return (held.clinics[main].name or "") if main is not None else "\uffff"


def _coefficient(scheme: Scheme, score: Score) -> int:
    if score.vetoes:
        return scheme.veto_coefficient
    return 0 if score.total is None else scheme.coefficient(score.total)


def _quality(
    held: Held, scheme: Scheme, scores: Mapping[bytes, Score], payer: Payer
) -> dict[bytes, int]:
    """Return everybody's quality pay: work × coefficient, or a share of the pool."""
    work = {doctor: sum(line.amount for line in payer.work[doctor]) for doctor in held.doctors}
    coefficients = {doctor: _coefficient(scheme, score) for doctor, score in scores.items()}
    if scheme.money != POOL or scheme.pool_monthly is None:
        return {doctor: rounded(work[doctor] * coefficients[doctor], ONE) for doctor in work}
    people = list(held.doctors)
    if scheme.pool_by == "score":
        keys = [
            Fraction(0)
            if scores[each].vetoes
            else Fraction(
                (scores[each].total or 0) * sum(d for _c, d in held.presence.shares(each))
            )
            for each in people
        ]
    else:
        keys = [Fraction(work[each] * coefficients[each]) for each in people]
    pool = scheme.pool_monthly * len(held.period.months)
    return dict(zip(people, apportion(pool, keys), strict=True))


def _doctor(
    held: Held, scheme: Scheme, doctor: bytes, score: Score, payer: Payer, quality: int
) -> DoctorResult:
    subsidies = sum(line.amount for line in payer.subsidies[doctor])
    rewards = tuple(payer.entries(doctor, REWARD))
    deductions = tuple(payer.entries(doctor, MONEY_OFF))
    rewarded = sum(event.amount or 0 for event in rewards)
    wanted = sum(event.amount or 0 for event in deductions)
    taken = min(wanted, quality + subsidies + rewarded)
    return DoctorResult(
        id=doctor,
        name=held.doctors[doctor].name or "",
        clinics=tuple(
            (clinic, held.clinics[clinic].name or "", days)
            for clinic, days in held.presence.shares(doctor)
            if days
        ),
        score=0 if score.vetoes and score.total is not None else score.total,
        coefficient=_coefficient(scheme, score),
        vetoes=tuple(
            Veto(code, scheme.veto_labels.get(code, code), reason, row)
            for code, reason, row in score.vetoes
        ),
        lines=score.lines,
        work_lines=tuple(payer.work[doctor]),
        subsidy_lines=tuple(payer.subsidies[doctor]),
        reward_entries=rewards,
        deduction_entries=deductions,
        work=sum(line.amount for line in payer.work[doctor]),
        quality=quality,
        subsidies=subsidies,
        rewards=rewarded,
        deducted=taken,
        unrecovered=wanted - taken,
    )


def _clinics(
    held: Held, scheme: Scheme, scorer: Scorer, results: list[DoctorResult]
) -> tuple[ClinicResult, ...]:
    made = []
    for clinic in held.facts.clinics:
        if not held.expected[clinic.id] and clinic.id not in held.presence.by_clinic:
            continue
        lines = scorer.clinic_lines(clinic.id)
        points = {
            block.code: (
                sum(weight for item, weight, _o in lines if item.block == block.code),
                sum(w - o.lost(w) for item, w, o in lines if item.block == block.code),
            )
            for block in scheme.blocks
        }
        measured = any(weight for weight, _points in points.values())
        made.append(
            ClinicResult(
                id=clinic.id,
                name=clinic.name or "",
                score=sum(earned for _w, earned in points.values()) if measured else None,
                blocks=tuple(BlockPoints(block, *points[block.code]) for block in scheme.blocks),
                outcomes=tuple((weight, outcome) for _item, weight, outcome in lines),
                doctors=tuple(held.presence.by_clinic.get(clinic.id, ())),
                pay=sum(each.pay for each in results if each.main_clinic == clinic.id),
            )
        )
    return tuple(sorted(made, key=lambda each: (each.name, each.id)))


# What if


@dataclass(frozen=True)
class Changes:
    """What to try: new weights (hundredths), prices, goals, subsidies (分 a month) or pool (分)."""

    weights: Mapping[str, int] = field(default_factory=dict)
    prices: Mapping[str, int | None] = field(default_factory=dict)
    goals: Mapping[str, Goal] = field(default_factory=dict)
    subsidies: Mapping[str, int | None] = field(default_factory=dict)
    pool_monthly: int | None = None


@dataclass(frozen=True)
class Difference:
    """A doctor's score and money before and after."""

    id: bytes
    name: str
    score_before: int | None
    score_after: int | None
    pay_before: int
    pay_after: int


@dataclass(frozen=True)
class WhatIf:
    """The simulation with the changes, and everybody's difference, the largest first."""

    after: Simulation
    differences: tuple[Difference, ...]


def changed_scheme(scheme: Scheme, changes: Changes) -> Scheme:
    """Return the scheme with the changes; a block's weight follows its items."""
    items = tuple(_changed_item(item, changes) for item in scheme.items)
    sums: dict[str, int] = {}
    for item in items:
        sums[item.block] = sums.get(item.block, 0) + item.weight
    return replace(
        scheme,
        items=items,
        blocks=tuple(replace(b, weight=sums.get(b.code, 0)) for b in scheme.blocks),
        subsidies=tuple(
            replace(each, monthly=changes.subsidies.get(each.kind, each.monthly))
            for each in scheme.subsidies
        ),
        pool_monthly=(
            scheme.pool_monthly if changes.pool_monthly is None else changes.pool_monthly
        ),
    )


def _changed_item(item: Item, changes: Changes) -> Item:
    price = changes.prices.get(item.code, item.price)
    return replace(
        item,
        weight=changes.weights.get(item.code, item.weight),
        price=price,
        paid=item.paid or price is not None,
        goal=changes.goals.get(item.code, item.goal),
    )


def what_if(simulation: Simulation, changes: Changes) -> WhatIf:
    """Compute the same rows with some numbers of the scheme changed; nothing is written.

    Raises:
        SchemeRefused: The changed weights do not sum to 100, with the sum.
    """
    scheme = changed_scheme(simulation.scheme, changes)
    refuse_unsound(scheme)
    after = _computed(simulation.held, scheme, None)
    made = []
    for doctor in simulation.by_doctor.keys() | after.by_doctor.keys():
        old, new = simulation.by_doctor.get(doctor), after.by_doctor.get(doctor)
        made.append(
            Difference(
                doctor,
                simulation.held.doctors[doctor].name or "",
                old.score if old else None,
                new.score if new else None,
                old.pay if old else 0,
                new.pay if new else 0,
            )
        )
    made.sort(key=lambda each: (-abs(each.pay_after - each.pay_before), each.name, each.id))
    return WhatIf(after, tuple(made))
