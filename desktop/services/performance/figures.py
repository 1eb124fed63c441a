"""The figure of each source for a clinic or doctor, the rows it comes from and what is missing.

Blank is not zero: a month that was not reported is named, never added as nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from desktop.models.registers.appraisal_events import COUNTED, GRADED
from desktop.models.registers.visit_items import FIELDS as _ITEM_FIELDS
from desktop.services.performance.held import Held
from desktop.services.performance.scheme import Goal, Item
from desktop.services.performance.sources import MONTHLY_FIELDS

Amount = int | Fraction
"""A count; a fraction where clinics of one village share its contracts."""

RowName = tuple[str, bytes]
"""A row a figure comes from: its register's key and its id."""

NOT_JUDGED = "不适用"
assert any(choice.value == NOT_JUDGED for field in _ITEM_FIELDS for choice in field.choices)


@dataclass(slots=True)
class Reading:
    """What a source says.

    A count stands in ``above`` with ``below`` 1, a rate is ``above`` ÷ ``below``; with ``below`` 0
    there was nothing to measure. ``parts`` are the months of a count; ``late`` are months with the
    day on which they came and the day by which they were due.
    """

    above: Amount
    below: int = 1
    parts: tuple[tuple[str, Amount], ...] = ()
    missing: tuple[str, ...] = ()
    rows: tuple[RowName, ...] = ()
    late: tuple[tuple[str, date, date], ...] = ()


NOTHING = Reading(0, 0)
"""There was nothing to measure."""

Reader = Callable[[Held, Item, bytes], Reading]


def _monthly(field: str) -> Reader:
    def read(held: Held, _item: Item, clinic: bytes) -> Reading:
        expected = held.expected[clinic]
        if not expected:
            return NOTHING
        there = held.months[clinic]
        total, parts, missing, rows = 0, [], [], []
        for month in expected:
            row = there.get(month)
            value = None if row is None else getattr(row, field)
            if row is None or value is None:
                missing.append(month)
                continue
            total += value
            parts.append((month, value))
            rows.append(("clinic_months", row.id))
        return Reading(total, 1, tuple(parts), tuple(missing), tuple(rows))

    return read


def _tcm_share(held: Held, item: Item, clinic: bytes) -> Reading:
    above = _monthly("tcm_visits")(held, item, clinic)
    there = held.months[clinic]
    reported = [there[month] for month, _count in above.parts]
    # A share needs both figures of the same month.
    both = [row for row in reported if row.visits is not None]
    missing = tuple(
        month for month in held.expected[clinic] if month not in {row.month for row in both}
    )
    return Reading(
        sum(row.tcm_visits or 0 for row in both),
        sum(row.visits or 0 for row in both),
        (),
        missing,
        tuple(("clinic_months", row.id) for row in both),
    )


def _village(held: Held, clinic: bytes) -> tuple[bytes | None, int]:
    village = held.clinics[clinic].village_id
    return village, held.village_clinics.get(village, 1) if village is not None else 1


def _contracts(name: str) -> Reader:
    def read(held: Held, _item: Item, clinic: bytes) -> Reading:
        village, clinics = _village(held, clinic)
        if village is None:
            return NOTHING
        counted = held.contracts.get(village)
        count = 0 if counted is None else int(getattr(counted, name))
        share = count if count % clinics == 0 else Fraction(count, clinics)
        value = share if isinstance(share, Fraction) else count // clinics
        return Reading(value, 1, (("", value),), (), (("divisions", village),))

    return read


def _coverage(held: Held, item: Item, clinic: bytes) -> Reading:
    people = held.clinics[clinic].population or 0
    active = _contracts("active")(held, item, clinic)
    if not active.below or not people:
        return NOTHING
    exact = Fraction(active.above)
    return Reading(exact.numerator, people * exact.denominator, rows=active.rows)


def _renewal(held: Held, _item: Item, clinic: bytes) -> Reading:
    village, _clinics = _village(held, clinic)
    counted = held.contracts.get(village) if village is not None else None
    if village is None or counted is None:
        return NOTHING
    return Reading(counted.renewed, counted.ended, rows=(("divisions", village),))


def _counted(held: Held, item: Item, clinic: bytes) -> Reading:
    """Return what was entered for a clinic; what was entered for a doctor is that doctor's own."""
    found = held.events.get((clinic, COUNTED, item.code), ())
    total = sum(event.quantity or 0 for event in found)
    rows = tuple(("appraisal_events", event.id) for event in found)
    return Reading(total, 1, (("", total),), (), rows)


def _visit_score(held: Held, _item: Item, clinic: bytes) -> Reading:
    scored = [visit for visit in held.visits[clinic] if visit.score is not None]
    return Reading(
        sum(visit.score or 0 for visit in scored),
        len(scored) * 10_000,
        rows=tuple(("visits", visit.id) for visit in scored),
    )


def _visit_items(kind: str) -> Reader:
    def read(held: Held, item: Item, clinic: bytes) -> Reading:
        found = held.items.get(clinic, {}).get(f"{kind} {item.of}", ())
        judged = [row for row in found if row.result != NOT_JUDGED and row.possible]
        visits = dict.fromkeys(row.visit_id for row in judged if row.visit_id is not None)
        return Reading(
            sum(row.earned or 0 for row in judged),
            sum(row.possible or 0 for row in judged),
            rows=tuple(("visits", visit) for visit in visits),
        )

    return read


def _samples(name: str) -> Reader:
    def read(held: Held, item: Item, clinic: bytes) -> Reading:
        judged = [
            row
            for row in held.samples[clinic]
            if getattr(row, name) is not None and (not item.of or row.kind == item.of)
        ]
        return _share([(row.id, bool(getattr(row, name))) for row in judged], "visit_samples")

    return read


def _share(judged: list[tuple[bytes, bool]], register: str) -> Reading:
    good = sum(1 for _id, passed in judged if passed)
    return Reading(good, len(judged), rows=tuple((register, each) for each, _passed in judged))


def _unified(held: Held, _item: Item, clinic: bytes) -> Reading:
    checks = [each for each in held.unified[clinic].values() if each.passed is not None]
    return _share([(each.id, bool(each.passed)) for each in checks], "unified_checks")


def _attended(held: Held, _item: Item, doctor: bytes) -> Reading:
    judged = [each for each in held.trainings[doctor] if each.attended is not None]
    return _share([(each.id, bool(each.attended)) for each in judged], "trainings")


def _new_findings(held: Held, _item: Item, clinic: bytes) -> Reading:
    start = held.period.first
    found = [f.id for f in held.findings[clinic] if f.found_on is not None and f.found_on >= start]
    return _defects(found)


def _overdue(held: Held, _item: Item, clinic: bytes) -> Reading:
    """Return what was due by the period's end and was not put right by then."""
    end = held.period.last
    return _defects(
        finding.id
        for finding in held.findings[clinic]
        if finding.due_on is not None
        and finding.due_on <= end
        and (finding.rectified_on is None or finding.rectified_on > end)
    )


def _repeated(held: Held, _item: Item, clinic: bytes) -> Reading:
    return _defects(finding.id for finding in held.repeated(clinic))


def _defects(ids: Iterable[bytes]) -> Reading:
    rows = tuple(("findings", each) for each in ids)
    return Reading(len(rows), rows=rows)


def _missing_reports(held: Held, _item: Item, clinic: bytes) -> Reading:
    there = held.months[clinic]
    missing = tuple(month for month in held.expected[clinic] if month not in there)
    return Reading(len(missing), parts=tuple((month, 1) for month in missing))


def _late_reports(held: Held, _item: Item, clinic: bytes) -> Reading:
    """Return the reports that came after the day they were due; one that never came is missing."""
    late, rows = [], []
    for month in held.expected[clinic]:
        row, due = held.received.get((clinic, month)), held.due.get(month)
        if row is not None and row.received_on is not None and due and row.received_on > due:
            late.append((month, row.received_on, due))
            rows.append(("clinic_months", row.id))
    return Reading(len(late), rows=tuple(rows), late=tuple(late))


def _no_defects(_held: Held, _item: Item, _clinic: bytes) -> Reading:
    """Return none: entries for an item are taken off whatever its source is."""
    return Reading(0)


def _graded(held: Held, item: Item, about: bytes) -> Reading:
    """Return the last points given by hand."""
    found = [e for e in held.events.get((about, GRADED, item.code), ()) if e.points is not None]
    if not found or not item.weight:
        return NOTHING
    last = max(found, key=lambda event: (event.happened_on, event.id))
    return Reading(last.points or 0, item.weight, rows=(("appraisal_events", last.id),))


READERS: dict[str, Reader] = {
    **{f"clinic_months.{field}": _monthly(field) for field in MONTHLY_FIELDS},
    "tcm_share": _tcm_share,
    "contracts.active": _contracts("active"),
    "contracts.signed": _contracts("signed"),
    "contracts.coverage": _coverage,
    "contracts.renewal": _renewal,
    "events.counted": _counted,
    "visits.score": _visit_score,
    "visits.section": _visit_items("section"),
    "visits.item": _visit_items("item"),
    "samples.genuine": _samples("genuine"),
    "samples.compliant": _samples("compliant"),
    "unified": _unified,
    "trainings.attended": _attended,
    "findings.new": _new_findings,
    "findings.overdue": _overdue,
    "findings.repeat": _repeated,
    "reports.missing": _missing_reports,
    "reports.late": _late_reports,
    "events": _no_defects,
    "manual": _graded,
}

STOCK_SOURCES = frozenset({"contracts.active"})
"""Counts of a day: their target is a level, not so much a month."""

_MONTHS_A_YEAR = 12
_MONTHS_A_QUARTER = 3


def goal_of(held: Held, item: Item, clinic: bytes, months: tuple[str, ...]) -> Fraction | None:
    """Return what a count is measured by over these months; None where no target is set."""
    goal: Goal = item.goal
    stock = item.source in STOCK_SOURCES
    if goal.origin == "value":
        return Fraction(goal.value, 100) * (1 if stock else len(months))
    if goal.origin == "per_thousand":
        people = held.clinics[clinic].population
        if people is None:
            return None
        year = Fraction(goal.value * people, 100 * 1000)
        return year if stock else year * len(months) / _MONTHS_A_YEAR
    wanted = months[-1:] if stock else months
    found = [_target(held, item.measured.target, clinic, month, stock=stock) for month in wanted]
    known = [each for each in found if each is not None]
    return sum(known, Fraction(0)) if known and len(known) == len(found) else None


def _target(held: Held, figure: str, clinic: bytes, month: str, *, stock: bool) -> Fraction | None:
    """Return a month's target: the clinic's own before all clinics', the month's before others."""
    quarter = f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"
    dated = ((month, 1), (quarter, _MONTHS_A_QUARTER), (month[:4], _MONTHS_A_YEAR))
    for whose in (clinic, None):
        for key, months in dated:
            value = held.targets.get((whose, figure, key))
            if value is not None:
                return Fraction(value, 1 if stock else months)
    return None
