"""The money of a period in whole 分: work by units, quality, subsidies, rewards and deductions.

``pay = Σ(quantity × unit price) × quality coefficient(score) + fixed subsidies + rewards −
deductions`` (facts f). A clinic's units are shared by its doctors in proportion to their days
there; the shares of a clinic add up to its money exactly. In pool mode the quality pay is instead
a given sum, shared in proportion to ``work × coefficient`` (or ``score × days``).
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import gcd

from desktop.models.registers.appraisal_events import COUNTED, MONEY_OFF, REWARD
from desktop.services.months import first_day, last_day
from desktop.services.performance.facts import Event, Subsidy
from desktop.services.performance.figures import READERS, Amount, Reading, RowName
from desktop.services.performance.held import Held
from desktop.services.performance.rounding import apportion, rounded_fraction
from desktop.services.performance.scheme import FixedSubsidy, Item, Scheme
from desktop.services.performance.sources import DOCTOR_SOURCES

_SHARE = 100
"""Presence is in hundredths of a day."""


@dataclass(slots=True)
class WorkLine:
    """A doctor's units of an item at a clinic and what they are paid."""

    item: Item
    clinic: bytes | None
    quantity: Amount
    of: Amount
    price: int
    amount: int
    rows: tuple[RowName, ...]


@dataclass(slots=True)
class SubsidyLine:
    """A fixed subsidy of a doctor: kind, what it is a month, for how many months."""

    kind: str
    clinic: bytes | None
    monthly: int
    months: Fraction
    amount: int
    rows: tuple[RowName, ...]


@dataclass(slots=True)
class Unshared:
    """Units of a clinic that nobody is paid for, because nobody worked there."""

    item: Item
    clinic: bytes
    month: str
    quantity: Amount


@dataclass
class Payer:
    """Works out everybody's money lines of a period by a scheme."""

    held: Held
    scheme: Scheme
    work: dict[bytes, list[WorkLine]] = field(default_factory=lambda: defaultdict(list))
    subsidies: dict[bytes, list[SubsidyLine]] = field(default_factory=lambda: defaultdict(list))
    unshared: list[Unshared] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Work out the lines."""
        for item in self.scheme.items:
            if item.price is not None and item.source not in DOCTOR_SOURCES:
                self._pay_item(item, item.price)
        for kind in self.scheme.subsidies:
            self._subsidise(kind)

    def _pay_item(self, item: Item, price: int) -> None:
        for clinic in self.held.clinics:
            reading = READERS[item.source](self.held, item, clinic)
            if reading.parts:
                self._share(item, price, clinic, reading)
        if item.source == "events.counted":
            self._pay_own_counts(item, price)

    def _share(self, item: Item, price: int, clinic: bytes, reading: Reading) -> None:
        there = self.held.presence.by_clinic.get(clinic, [])
        # By the sum of the shares: whole numbers until the end, fractions are slow.
        sums: dict[bytes, dict[int, Amount]] = {who: {} for who in there}
        shared: Amount = 0
        for month, value in reading.parts:
            present = self.held.presence.at(clinic, month)
            if not present:
                if value:
                    self.unshared.append(Unshared(item, clinic, month, value))
                continue
            shared += value
            shares = [1 if item.split == "equal" else days for _who, days in present]
            common = gcd(*shares)
            whole = sum(shares) // common
            for (who, _days), share in zip(present, shares, strict=True):
                known = sums[who]
                known[whole] = known.get(whole, 0) + value * (share // common)
        quantities = {who: _added(parts) for who, parts in sums.items()}
        exact = [Fraction(quantities[who]) * price for who in there]
        total = rounded_fraction(Fraction(shared) * price)
        amounts = apportion(total, exact) if len(there) > 1 else [total]
        for who, amount in zip(there, amounts, strict=False):
            quantity = quantities[who]
            if quantity:
                line = WorkLine(item, clinic, quantity, shared, price, amount, reading.rows)
                self.work[who].append(line)

    def _pay_own_counts(self, item: Item, price: int) -> None:
        for doctor in self.held.doctors:
            found = self.held.events.get((doctor, COUNTED, item.code), ())
            count = sum(event.quantity or 0 for event in found)
            if count:
                rows = tuple(("appraisal_events", event.id) for event in found)
                line = WorkLine(item, None, count, count, price, count * price, rows)
                self.work[doctor].append(line)

    # Fixed subsidies

    def _subsidise(self, kind: FixedSubsidy) -> None:
        own: dict[bytes, list[Subsidy]] = defaultdict(list)
        for row in self.held.facts.subsidies:
            about = row.doctor_id if row.doctor_id is not None else row.clinic_id
            if row.kind == kind.kind and about is not None and row.monthly is not None:
                own[about].append(row)
        for doctor in self.held.doctors:
            for row in own.get(doctor, ()):
                self._personal(kind, doctor, row)
            if doctor not in own and kind.per == "doctor" and kind.monthly is not None:
                self._general(kind, kind.monthly, doctor)
        for clinic in self.held.clinics:
            for row in own.get(clinic, ()):
                self._by_clinic(kind, clinic, row.monthly or 0, row)
            if clinic not in own and kind.per == "clinic" and kind.monthly is not None:
                self._by_clinic(kind, clinic, kind.monthly, None)

    def _personal(self, kind: FixedSubsidy, doctor: bytes, row: Subsidy) -> None:
        """Add a person's own subsidy for the months that it holds and the person is at work."""
        months = sum(
            (
                part if kind.unconditional else part * self._at_work(doctor, month, kind.only)
                for month, part in _held_parts(row, self.held.period.months)
            ),
            Fraction(0),
        )
        self._add(doctor, kind.kind, None, row.monthly or 0, months, (("subsidies", row.id),))

    def _general(self, kind: FixedSubsidy, monthly: int, doctor: bytes) -> None:
        months = sum(
            (self._at_work(doctor, month, kind.only) for month in self.held.period.months),
            Fraction(0),
        )
        self._add(doctor, kind.kind, None, monthly, months, ())

    def _add(
        self,
        doctor: bytes,
        kind: str,
        clinic: bytes | None,
        monthly: int,
        months: Fraction,
        rows: tuple[RowName, ...],
    ) -> None:
        if months:
            amount = rounded_fraction(monthly * months)
            line = SubsidyLine(kind, clinic, monthly, months, amount, rows)
            self.subsidies[doctor].append(line)

    def _at_work(self, doctor: bytes, month: str, only: str) -> Fraction:
        """Return the part of a month a doctor was at work, at remote clinics where only they count.

        Two half postings make a whole one; more than a whole is not paid.
        """
        presence = self.held.presence
        days = sum(
            presence.days[doctor, clinic].get(month, 0)
            for clinic in presence.by_doctor.get(doctor, ())
            if only != "remote" or self.held.clinics[clinic].remote
        )
        return min(Fraction(days, _SHARE * _days_in(month)), Fraction(1))

    def _by_clinic(
        self, kind: FixedSubsidy, clinic: bytes, monthly: int, row: Subsidy | None
    ) -> None:
        """Share a clinic's subsidy month by month by days; a month without anybody is not paid."""
        if kind.only == "remote" and not self.held.clinics[clinic].remote:
            return
        there = self.held.presence.by_clinic.get(clinic, [])
        months: dict[bytes, Fraction] = dict.fromkeys(there, Fraction(0))
        expected = self.held.expected[clinic]
        parts = _held_parts(row, expected) if row else [(m, Fraction(1)) for m in expected]
        for month, part in parts:
            present = self.held.presence.at(clinic, month)
            whole = sum(days for _who, days in present)
            for who, days in present:
                months[who] += part * Fraction(days, whole)
        total = rounded_fraction(monthly * sum(months.values(), Fraction(0)))
        shares = apportion(total, [months[who] for who in there])
        rows: tuple[RowName, ...] = (("subsidies", row.id),) if row else ()
        for who, amount in zip(there, shares, strict=True):
            if months[who]:
                line = SubsidyLine(kind.kind, clinic, monthly, months[who], amount, rows)
                self.subsidies[who].append(line)

    # Rewards and deductions

    def entries(self, doctor: bytes, kind: str) -> Iterator[Event]:
        """Go through the money entries for a doctor."""
        yield from (
            event
            for event in self._by_doctor.get(doctor, ())
            if event.kind == kind and event.amount is not None
        )

    @cached_property
    def _by_doctor(self) -> dict[bytes, list[Event]]:
        made: dict[bytes, list[Event]] = defaultdict(list)
        for event in self.held.facts.events:
            if event.kind in (MONEY_OFF, REWARD) and event.doctor_id is not None:
                made[event.doctor_id].append(event)
        return made


def _added(parts: dict[int, Amount]) -> Amount:
    """Return a sum of fractions with these denominators; a whole number where it is one."""
    total = sum((Fraction(above) / below for below, above in parts.items()), Fraction(0))
    return total.numerator if total.denominator == 1 else total


def _days_in(month: str) -> int:
    return calendar.monthrange(int(month[:4]), int(month[5:]))[1]


def _held_parts(row: Subsidy, months: tuple[str, ...]) -> list[tuple[str, Fraction]]:
    """Return the part of each month in which a subsidy holds, by days."""
    made = []
    for month in months:
        start = max(row.starts_on or date.min, first_day(month))
        end = min(row.ends_on or date.max, last_day(month))
        days = (end - start).days + 1
        if days > 0:
            made.append((month, Fraction(days, _days_in(month))))
    return made
