"""Points of a clinic and a doctor, item by item, in whole hundredths of a point.

What cannot be measured (a target of zero, nothing sampled) gives its weight to the other items of
its block, and a block without any such item to the other blocks, so that full marks are always
exactly 100. Every lost point belongs to one line; the lines add up to the score as printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from desktop.models.registers.appraisal_events import POINTS_OFF, VETO
from desktop.services.performance.facts import Event
from desktop.services.performance.figures import READERS, Reading, goal_of
from desktop.services.performance.held import Held
from desktop.services.performance.rounding import apportion, rounded
from desktop.services.performance.scheme import (
    BANDS,
    COMPLETION,
    DEDUCTION,
    FULL,
    MANUAL,
    ONE,
    Item,
    Scheme,
)
from desktop.services.performance.scheme import (
    NOT_APPLICABLE as SPREAD,
)
from desktop.services.performance.sources import DOCTOR_SOURCES, Measure

SCORED = "scored"
PARTIAL = "partial"
MISSING = "missing"
NOT_APPLICABLE = "not_applicable"
NO_TARGET = "no_target"
UNGRADED = "ungraded"
UNLICENSED = "unlicensed"


@dataclass(slots=True)
class Outcome:
    """How an item came out for a clinic, before its weight is known.

    ``above`` ÷ ``below`` of the weight was earned; of a deduction ``taken`` hundredths are lost.
    """

    item: Item
    state: str
    reading: Reading
    above: int = 0
    below: int = 1
    taken: int = 0
    goal: Fraction | None = None

    @property
    def counts(self) -> bool:
        """Say that the item keeps its weight."""
        if self.state in (NOT_APPLICABLE, NO_TARGET):
            return False
        return self.state not in (MISSING, UNGRADED) or self.item.missing != SPREAD

    def lost(self, weight: int) -> int:
        """Return the hundredths of a point lost of a weight."""
        if self.state in (MISSING, UNGRADED):
            return weight
        if self.item.formula == DEDUCTION:
            return min(weight, self.taken)
        return weight - (2 * weight * self.above + self.below) // (2 * self.below)


@dataclass(slots=True)
class ItemLine:
    """A doctor's line: weight, points lost, and how each clinic came out with its share of days."""

    item: Item
    weight: int
    lost: int
    state: str
    outcomes: tuple[tuple[bytes, int, Outcome], ...]
    events: tuple[Event, ...] = ()

    @property
    def points(self) -> int:
        """Return the points earned."""
        return self.weight - self.lost


@dataclass(slots=True)
class Score:
    """A doctor's score; None where nothing could be measured or the doctor was nowhere."""

    lines: tuple[ItemLine, ...] = ()
    total: int | None = None
    vetoes: tuple[tuple[str, str, bytes], ...] = ()


@dataclass
class Scorer:
    """Scores every doctor of a period by a scheme."""

    held: Held
    scheme: Scheme
    _outcomes: dict[bytes, tuple[Outcome, ...]] = field(default_factory=dict)
    _weights: dict[tuple[bool, ...], tuple[int, ...]] = field(default_factory=dict)

    def outcomes(self, clinic: bytes) -> tuple[Outcome, ...]:
        """Return how the clinic's items came out; a doctor's own items stand as not measured."""
        found = self._outcomes.get(clinic)
        if found is None:
            found = tuple(
                Outcome(item, UNGRADED, Reading(0, 0))
                if item.source in DOCTOR_SOURCES
                else self._outcome(item, clinic)
                for item in self.scheme.items
            )
            self._outcomes[clinic] = found
        return found

    def _outcome(self, item: Item, about: bytes) -> Outcome:
        reading = READERS[item.source](self.held, item, about)
        measure = item.measured.measure
        if item.formula == DEDUCTION:
            taken = int(reading.above) * item.per_event
            return Outcome(item, SCORED, reading, taken=taken)
        if item.formula == MANUAL:
            state = SCORED if reading.below else UNGRADED
            return _capped(Outcome(item, state, reading, int(reading.above), reading.below or 1))
        if measure is Measure.COUNT and not reading.below:
            return Outcome(item, NOT_APPLICABLE, reading)
        counted = bool(reading.parts) or not reading.missing
        if reading.missing and not (counted if measure is Measure.COUNT else reading.below):
            # What has no target is scored for nobody, reported or not.
            return Outcome(item, NO_TARGET if self._aimless(item, about) else MISSING, reading)
        if not reading.below:
            return Outcome(item, NOT_APPLICABLE, reading)
        if item.formula == BANDS:
            return self._in_part(_banded(item, reading), about)
        assert item.formula == COMPLETION
        if measure is Measure.RATE:
            return self._in_part(_completed(item, reading, Fraction(item.goal.value, ONE)), about)
        goal = goal_of(self.held, item, about, self._months(item, reading, about))
        return _completed(item, reading, goal)

    def _aimless(self, item: Item, about: bytes) -> bool:
        """Say that a count is measured by a target and none is set."""
        if item.formula != COMPLETION or item.measured.measure is not Measure.COUNT:
            return False
        return goal_of(self.held, item, about, self.held.expected[about]) is None

    def _in_part(self, outcome: Outcome, about: bytes) -> Outcome:
        """Give a rate no points for the months that were not reported, unless they are spread."""
        missing = len(outcome.reading.missing)
        if missing and outcome.item.missing != SPREAD:
            expected = len(self.held.expected[about])
            outcome.above *= expected - missing
            outcome.below *= expected
        return outcome

    def _months(self, item: Item, reading: Reading, clinic: bytes) -> tuple[str, ...]:
        """Return the months a target is asked for: what is missing still counts, unless spread."""
        if item.missing == SPREAD and reading.missing:
            return tuple(month for month, _value in reading.parts)
        return self.held.expected[clinic]

    def weights(self, applicable: tuple[bool, ...]) -> tuple[int, ...]:
        """Return the weights when only some items count; they sum to 100 points exactly."""
        found = self._weights.get(applicable)
        if found is None:
            found = self._spread(applicable)
            self._weights[applicable] = found
        return found

    def _spread(self, applicable: tuple[bool, ...]) -> tuple[int, ...]:
        inside: dict[str, int] = {}
        for item, counts in zip(self.scheme.items, applicable, strict=True):
            inside[item.block] = inside.get(item.block, 0) + (item.weight if counts else 0)
        blocks = {b.code: b.weight for b in self.scheme.blocks if inside.get(b.code)}
        whole = sum(blocks.values())
        if not whole:
            return (0,) * len(applicable)
        exact = [
            Fraction(item.weight * blocks[item.block] * FULL, inside[item.block] * whole)
            if counts and item.block in blocks
            else Fraction(0)
            for item, counts in zip(self.scheme.items, applicable, strict=True)
        ]
        return tuple(apportion(FULL, exact))

    def score(self, doctor: bytes) -> Score:
        """Return a doctor's score with every line."""
        shares = [(c, days) for c, days in self.held.presence.shares(doctor) if days]
        vetoes = self._vetoes(doctor, [clinic for clinic, _days in shares])
        if not shares:
            return Score(vetoes=vetoes)
        own = self._own(doctor, [clinic for clinic, _days in shares])
        sets = [
            (clinic, days, [own.get(each.item.code, each) for each in self.outcomes(clinic)])
            for clinic, days in shares
        ]
        weights = [self.weights(tuple(each.counts for each in line)) for _c, _d, line in sets]
        if any(map(sum, weights)):
            # A clinic where nothing could be measured says nothing about the doctor.
            sets = [each for each, line in zip(sets, weights, strict=True) if sum(line)]
            weights = [line for line in weights if sum(line)]
        mixed = weights[0] if len(sets) == 1 else _mixed(weights, [days for _c, days, _o in sets])
        if not sum(mixed):
            return Score(vetoes=vetoes)
        whole = sum(days for _clinic, days, _line in sets)
        lines = []
        for at, item in enumerate(self.scheme.items):
            outcomes = tuple((clinic, days, line[at]) for clinic, days, line in sets)
            lost = (
                outcomes[0][2].lost(mixed[at])
                if len(sets) == 1
                else rounded(
                    sum(
                        days * outcome.lost(weight[at])
                        for (_c, days, outcome), weight in zip(outcomes, weights, strict=True)
                    ),
                    whole,
                )
            )
            lines.append(self._line(item, doctor, mixed[at], lost, outcomes))
        return Score(tuple(lines), sum(line.points for line in lines), vetoes)

    def clinic_lines(self, clinic: bytes) -> list[tuple[Item, int, Outcome]]:
        """Return a clinic's own items with their weights, without what speaks of a doctor."""
        outcomes = self.outcomes(clinic)
        own = [each.item.source not in DOCTOR_SOURCES and each.counts for each in outcomes]
        weights = self.weights(tuple(own))
        return [(each.item, w, each) for each, w in zip(outcomes, weights, strict=True)]

    def _own(self, doctor: bytes, clinics: list[bytes]) -> dict[str, Outcome]:
        """Return how the items that speak of the doctor came out."""
        made = {}
        for item in self.scheme.items:
            if item.source not in DOCTOR_SOURCES:
                continue
            found = self._outcome(item, doctor)
            for clinic in clinics if found.state == UNGRADED else ():
                by_clinic = self._outcome(item, clinic)
                if by_clinic.state != UNGRADED:
                    found = by_clinic
                    break
            made[item.code] = found
        return made

    def _line(
        self,
        item: Item,
        doctor: bytes,
        weight: int,
        lost: int,
        outcomes: tuple[tuple[bytes, int, Outcome], ...],
    ) -> ItemLine:
        lost = min(lost, weight)
        state = outcomes[0][2].state
        if len(outcomes) > 1:
            states = {outcome.state for _c, _d, outcome in outcomes}
            state = (
                state if len(states) == 1 else PARTIAL if states & {MISSING, PARTIAL} else SCORED
            )
        events = self._taken_off(item, doctor, [clinic for clinic, _d, _o in outcomes])
        if events:
            lost = min(weight, lost + sum(_points(event, item) for event in events))
        licence = self.held.doctors[doctor].licence_expires_on
        if item.needs_licence and licence is not None and licence < self.held.period.first:
            state, lost = UNLICENSED, weight
        return ItemLine(item, weight, lost, state, outcomes, events)

    def _taken_off(self, item: Item, doctor: bytes, clinics: list[bytes]) -> tuple[Event, ...]:
        return tuple(self._entries(doctor, clinics, POINTS_OFF, item.code))

    def _entries(
        self, doctor: bytes, clinics: list[bytes], kind: str, code: str
    ) -> Iterator[Event]:
        """Go through the entries for a doctor, then those for clinics on a day of being there."""
        known = self.held.events
        yield from known.get((doctor, kind, code), ())
        for clinic in clinics:
            for event in known.get((clinic, kind, code), ()):
                if self.held.presence.posted(doctor, clinic, event.happened_on):
                    yield event

    def _vetoes(self, doctor: bytes, clinics: list[bytes]) -> tuple[tuple[str, str, bytes], ...]:
        """Return each veto as code, reason and row: entries, then veto items failed on a visit."""
        found = [
            (veto.code, event.reason or "", event.id)
            for veto in self.scheme.vetoes
            for event in self._entries(doctor, clinics, VETO, veto.code)
        ]
        for clinic in clinics:
            found += [
                (row.code or "", row.wording or "", row.id)
                for row, day in self.held.failed_vetoes.get(clinic, ())
                if self.held.presence.posted(doctor, clinic, day)
            ]
        return tuple(sorted(found))


def _points(event: Event, item: Item) -> int:
    """Return the hundredths an entry takes off: its own, or the scheme's for each time."""
    if event.points is not None:
        return event.points
    return (1 if event.quantity is None else event.quantity) * item.per_event


def _capped(outcome: Outcome) -> Outcome:
    outcome.above = min(outcome.above, outcome.below)
    return outcome


def _banded(item: Item, reading: Reading) -> Outcome:
    """Return the share of the highest band that a rate reaches (a count: in hundredths)."""
    scale = 100 if item.measured.measure is Measure.COUNT else ONE
    share = next(
        (b.share for b in item.bands if reading.above * scale >= b.at_least * reading.below), 0
    )
    return _capped(Outcome(item, _state(reading), reading, share, ONE))


def _completed(item: Item, reading: Reading, goal: Fraction | None) -> Outcome:
    """Return the share of a target that was reached, at most the whole."""
    if goal is None:
        return Outcome(item, NO_TARGET, reading)
    if goal == 0:
        return Outcome(item, NOT_APPLICABLE, reading, goal=goal)
    value = reading.above
    above = value.numerator * goal.denominator
    below = value.denominator * goal.numerator * reading.below
    return _capped(Outcome(item, _state(reading), reading, max(above, 0), below, goal=goal))


def _state(reading: Reading) -> str:
    return PARTIAL if reading.missing else SCORED


def _mixed(weights: list[tuple[int, ...]], days: list[int]) -> tuple[int, ...]:
    """Return the weights of a doctor of several clinics: by days, still 100 points together."""
    used = list(zip(weights, days, strict=True))
    exact = [
        Fraction(sum(line[at] * day for line, day in used), sum(days))
        for at in range(len(weights[0]))
    ]
    return tuple(apportion(FULL, exact))
