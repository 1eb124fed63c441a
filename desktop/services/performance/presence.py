"""Who worked where, how long: the days of each doctor at each clinic, in hundredths of a day.

A posting of 50 % for a whole month of 30 days is 1,500. Leave takes the days away. A doctor without
any posting is taken to work at the clinic of the doctor's own record.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from desktop.models.registers.postings import LEAVE, WHOLE_SHARE, WORK
from desktop.services.months import first_day, last_day, month_of
from desktop.services.performance.facts import Clinic, Doctor, Facts, Posting
from desktop.services.periods import Period, parse_period

LEFT = "离岗"
CLOSED = ("合并", "撤销")

_FAR = date(2999, 12, 31)
_LONG_AGO = date(1900, 1, 1)

Key = tuple[bytes, bytes]
"""A doctor and a clinic."""


@dataclass
class Presence:
    """The hundredths of days of every doctor at every clinic, by month.

    ``crowded`` names the doctors whose shares exceed a whole on some day.
    """

    days: dict[Key, dict[str, int]] = field(default_factory=dict)
    by_clinic: dict[bytes, list[bytes]] = field(default_factory=dict)
    by_doctor: dict[bytes, list[bytes]] = field(default_factory=dict)
    crowded: set[bytes] = field(default_factory=set)
    spans: dict[Key, list[tuple[date, date]]] = field(default_factory=dict)

    def posted(self, doctor: bytes, clinic: bytes, day: date | None) -> bool:
        """Say that the doctor was posted to the clinic on that day, at work or on leave."""
        spans = self.spans.get((doctor, clinic), ())
        return day is not None and any(start <= day <= end for start, end in spans)

    def total(self, doctor: bytes, clinic: bytes) -> int:
        """Return the doctor's days at the clinic in the whole period."""
        return sum(self.days.get((doctor, clinic), {}).values())

    def shares(self, doctor: bytes) -> list[tuple[bytes, int]]:
        """Return the doctor's clinics with the days at each, in the order of ids."""
        return [(clinic, self.total(doctor, clinic)) for clinic in self.by_doctor.get(doctor, ())]

    def at(self, clinic: bytes, month: str) -> list[tuple[bytes, int]]:
        """Return who worked at a clinic in a month and how long; without a month, in the period."""
        if not month:
            return [(each, self.total(each, clinic)) for each in self.by_clinic.get(clinic, ())]
        found = []
        for doctor in self.by_clinic.get(clinic, ()):
            days = self.days[doctor, clinic].get(month, 0)
            if days:
                found.append((doctor, days))
        return found


def open_until(clinic: Clinic) -> date:
    """Return the last day a clinic can have worked: closed and merged ones keep their history."""
    return clinic.closed_on if clinic.closed_on is not None else _FAR


def presence_of(facts: Facts) -> Presence:
    """Work out who was where in the period."""
    period = parse_period(facts.period)
    clinics = {clinic.id: clinic for clinic in facts.clinics}
    stints: dict[bytes, list[Posting]] = defaultdict(list)
    leaves: dict[bytes, list[Posting]] = defaultdict(list)
    for posting in facts.postings:
        if posting.doctor_id is not None:
            wanted = leaves if posting.kind == LEAVE else stints
            wanted[posting.doctor_id].append(posting)
    made = Presence()
    for doctor in facts.doctors:
        own = [each for each in stints[doctor.id] if each.kind == WORK] or _by_record(doctor)
        own = [each for each in own if each.clinic_id in clinics]
        days = _days(own, leaves[doctor.id], period, clinics, made.crowded)
        for stint in own:
            assert stint.clinic_id is not None
            span = (stint.starts_on or _LONG_AGO, stint.ends_on or _FAR)
            made.spans.setdefault((doctor.id, stint.clinic_id), []).append(span)
        for clinic_id in sorted(days):
            made.days[doctor.id, clinic_id] = days[clinic_id]
            made.by_doctor.setdefault(doctor.id, []).append(clinic_id)
            made.by_clinic.setdefault(clinic_id, []).append(doctor.id)
    return made


def _by_record(doctor: Doctor) -> list[Posting]:
    """Return the posting that a doctor without any has by the doctor's own record."""
    if doctor.clinic_id is None or (doctor.status == LEFT and doctor.left_on is None):
        return []
    start, end = doctor.hired_on, doctor.left_on
    return [Posting(doctor.id, doctor.id, doctor.clinic_id, WORK, start, end, None)]


def _days(
    stints: list[Posting],
    leaves: list[Posting],
    period: Period,
    clinics: dict[bytes, Clinic],
    crowded: set[bytes],
) -> dict[bytes, dict[str, int]]:
    found: dict[bytes, dict[str, int]] = {}
    if len(stints) == 1 and not leaves:
        # The usual doctor: one clinic, no leave; no need to walk the days.
        stint = stints[0]
        assert stint.clinic_id is not None
        months = _whole_months(stint, period, open_until(clinics[stint.clinic_id]))
        return {stint.clinic_id: months} if months else {}
    away = {day for leave in leaves if leave.clinic_id is None for day in _walk(leave, period)}
    by_day: dict[date, dict[bytes, int]] = defaultdict(dict)
    for stint in stints:
        clinic = stint.clinic_id
        assert clinic is not None
        last = open_until(clinics[clinic])
        gone = {d for leave in leaves if leave.clinic_id == clinic for d in _walk(leave, period)}
        share = WHOLE_SHARE if stint.share is None else stint.share
        for day in _walk(stint, period):
            if day <= last and day not in away and day not in gone:
                # The same posting entered on two PCs counts once.
                by_day[day][clinic] = max(share, by_day[day].get(clinic, 0))
    for day, shares in by_day.items():
        if sum(shares.values()) > WHOLE_SHARE:
            crowded.update(each.doctor_id for each in stints if each.doctor_id is not None)
        month = month_of(day)
        for clinic, share in shares.items():
            months = found.setdefault(clinic, {})
            months[month] = months.get(month, 0) + share
    return found


def _walk(posting: Posting, period: Period) -> list[date]:
    start = max(posting.starts_on or _LONG_AGO, period.first)
    end = min(posting.ends_on or _FAR, period.last)
    return [start + timedelta(days=count) for count in range((end - start).days + 1)]


def _whole_months(stint: Posting, period: Period, last: date) -> dict[str, int]:
    start = stint.starts_on or _LONG_AGO
    end = min(stint.ends_on or _FAR, last)
    share = WHOLE_SHARE if stint.share is None else stint.share
    made = {}
    for month in period.months:
        days = (min(end, last_day(month)) - max(start, first_day(month))).days + 1
        if days > 0:
            made[month] = days * share
    return made
