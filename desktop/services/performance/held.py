"""The rows of a period, laid out by clinic and doctor once, so that items only look things up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from desktop.services.months import first_day, last_day, shifted
from desktop.services.performance.facts import (
    Clinic,
    ClinicMonth,
    ContractCount,
    Doctor,
    Event,
    Facts,
    Finding,
    Training,
    UnifiedCheck,
    Visit,
    VisitItem,
    VisitSample,
)
from desktop.services.performance.presence import CLOSED, Presence, open_until, presence_of
from desktop.services.periods import Period, parse_period

FAILED_ITEM = "不合格"

EventKey = tuple[bytes, str, str]
"""Of a doctor or clinic: its id, the entry's kind and the item's code."""


@dataclass
class Held:
    """Facts with the ways to look them up; made once for a simulation and its what-ifs."""

    facts: Facts

    @cached_property
    def period(self) -> Period:
        """Return the period."""
        return parse_period(self.facts.period)

    @cached_property
    def presence(self) -> Presence:
        """Return who worked where."""
        return presence_of(self.facts)

    @cached_property
    def clinics(self) -> dict[bytes, Clinic]:
        """Return every clinic by id."""
        return {clinic.id: clinic for clinic in self.facts.clinics}

    @cached_property
    def doctors(self) -> dict[bytes, Doctor]:
        """Return every doctor by id."""
        return {doctor.id: doctor for doctor in self.facts.doctors}

    @cached_property
    def months(self) -> dict[bytes, dict[str, ClinicMonth]]:
        """Return the figures by clinic and month; of two entered apart the later one holds."""
        made: dict[bytes, dict[str, ClinicMonth]] = defaultdict(dict)
        for row in self.facts.months:
            if row.clinic_id is not None and row.month is not None:
                made[row.clinic_id][row.month] = row
        return made

    @cached_property
    def received(self) -> dict[tuple[bytes, str], ClinicMonth]:
        """Return the report that came first of each clinic and month, where its day is known."""
        made: dict[tuple[bytes, str], ClinicMonth] = {}
        for row in self.facts.months:
            if row.clinic_id is None or row.month is None or row.received_on is None:
                continue
            before = made.get((row.clinic_id, row.month))
            if before is None or _received(row) < _received(before):
                made[row.clinic_id, row.month] = row
        return made

    @cached_property
    def due(self) -> dict[str, date]:
        """Return the last day on which each month's report is in time."""
        return dict(self.facts.due)

    @cached_property
    def expected(self) -> dict[bytes, tuple[str, ...]]:
        """Return the months for which each clinic owes figures: those it was open in."""
        made = {}
        for clinic in self.facts.clinics:
            closed = clinic.status in CLOSED
            if closed and clinic.closed_on is None:
                months = tuple(m for m in self.period.months if m in self.months[clinic.id])
            else:
                last = open_until(clinic)
                months = tuple(m for m in self.period.months if first_day(m) <= last)
            made[clinic.id] = months
        return made

    @cached_property
    def contracts(self) -> dict[bytes, ContractCount]:
        """Return the contracts by village."""
        return {count.village_id: count for count in self.facts.contracts}

    @cached_property
    def village_clinics(self) -> dict[bytes, int]:
        """Return how many working clinics a village has: they share its contracts."""
        made: dict[bytes, int] = defaultdict(int)
        for clinic in self.facts.clinics:
            if clinic.village_id is not None and clinic.status not in CLOSED:
                made[clinic.village_id] += 1
        return made

    @cached_property
    def visits(self) -> dict[bytes, list[Visit]]:
        """Return the visits by clinic."""
        made: dict[bytes, list[Visit]] = defaultdict(list)
        for visit in self.facts.visits:
            if visit.clinic_id is not None:
                made[visit.clinic_id].append(visit)
        return made

    @cached_property
    def items(self) -> dict[bytes, dict[str, list[VisitItem]]]:
        """Return the judged items by clinic and by code or section (a code never is a section)."""
        clinic_of = {visit.id: visit.clinic_id for visit in self.facts.visits}
        made: dict[bytes, dict[str, list[VisitItem]]] = {}
        for row in self.facts.items:
            clinic = clinic_of.get(row.visit_id) if row.visit_id is not None else None
            if clinic is not None:
                by_name = made.setdefault(clinic, {})
                by_name.setdefault(f"item {row.code}", []).append(row)
                by_name.setdefault(f"section {row.section}", []).append(row)
        return made

    @cached_property
    def failed_vetoes(self) -> dict[bytes, list[tuple[VisitItem, date | None]]]:
        """Return the veto items that failed on a visit, with its day, by clinic."""
        visits = {visit.id: visit for visit in self.facts.visits}
        made: dict[bytes, list[tuple[VisitItem, date | None]]] = defaultdict(list)
        for row in self.facts.items:
            visit = visits.get(row.visit_id) if row.veto and row.visit_id is not None else None
            if visit is not None and visit.clinic_id is not None and row.result == FAILED_ITEM:
                made[visit.clinic_id].append((row, visit.visited_on))
        return made

    @cached_property
    def samples(self) -> dict[bytes, list[VisitSample]]:
        """Return the sampled records by clinic."""
        clinic_of = {visit.id: visit.clinic_id for visit in self.facts.visits}
        made: dict[bytes, list[VisitSample]] = defaultdict(list)
        for row in self.facts.samples:
            clinic = clinic_of.get(row.visit_id) if row.visit_id is not None else None
            if clinic is not None:
                made[clinic].append(row)
        return made

    @cached_property
    def findings(self) -> dict[bytes, list[Finding]]:
        """Return the findings up to the period's end by clinic."""
        made: dict[bytes, list[Finding]] = defaultdict(list)
        for finding in self.facts.findings:
            if finding.clinic_id is not None:
                made[finding.clinic_id].append(finding)
        return made

    @cached_property
    def events(self) -> dict[EventKey, list[Event]]:
        """Return the entries by whom they are about, kind and item; the doctor goes first."""
        made: dict[EventKey, list[Event]] = defaultdict(list)
        for event in self.facts.events:
            about = event.doctor_id if event.doctor_id is not None else event.clinic_id
            if about is not None:
                made[about, event.kind or "", event.item or ""].append(event)
        return made

    @cached_property
    def trainings(self) -> dict[bytes, list[Training]]:
        """Return the trainings by doctor."""
        made: dict[bytes, list[Training]] = defaultdict(list)
        for training in self.facts.trainings:
            if training.doctor_id is not None:
                made[training.doctor_id].append(training)
        return made

    @cached_property
    def unified(self) -> dict[bytes, dict[str, UnifiedCheck]]:
        """Return the last check of each domain by clinic."""
        made: dict[bytes, dict[str, UnifiedCheck]] = defaultdict(dict)
        ordered = sorted(self.facts.unified, key=lambda row: (row.checked_on or date.min, row.id))
        for check in ordered:
            if check.clinic_id is not None and check.domain is not None:
                made[check.clinic_id][check.domain] = check
        return made

    @cached_property
    def targets(self) -> dict[tuple[bytes | None, str, str], int]:
        """Return the targets by clinic (None for all), figure and period; a later entry holds."""
        return {
            (row.clinic_id, row.figure, row.period): row.value
            for row in self.facts.targets
            if row.figure is not None and row.period is not None and row.value is not None
        }

    def repeated(self, clinic: bytes) -> list[Finding]:
        """Return the period's findings of a clinic that were found there before."""
        known = self.findings[clinic]
        return [
            each
            for each in known
            if each.found_on is not None
            and each.found_on >= self.period.first
            and is_repeat(each, known, self.facts.repeat_months)
        ]


def _received(row: ClinicMonth) -> date:
    return row.received_on or date.max


def is_repeat(finding: Finding, known: list[Finding], months: int) -> bool:
    """Say that the same item was found at fault on an earlier day within so many months."""
    if not finding.item_code or finding.found_on is None:
        return False
    back = shifted(f"{finding.found_on:%Y-%m}", -months)
    since = last_day(back).replace(day=min(finding.found_on.day, last_day(back).day))
    return any(
        other.item_code == finding.item_code
        and other.found_on is not None
        and since <= other.found_on < finding.found_on
        for other in known
    )
