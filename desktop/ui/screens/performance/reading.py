"""What the performance page asks of the database; runs on the database thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.models.registers import find_register
from desktop.models.registers.pay_sheets import MAIN
from desktop.models.store import Store
from desktop.models.titles import titles
from desktop.services.oversight import supervision_summary
from desktop.services.performance import sheets
from desktop.services.performance.appeals import (
    AppealEntry,
    appeal_adjustments,
    appeals_of,
    decide_appeal,
    raise_appeal,
)
from desktop.services.performance.charts import trend
from desktop.services.performance.paper import Paper
from desktop.services.performance.papers import notice_days
from desktop.services.performance.pending import PendingRow
from desktop.services.performance.results import Simulation
from desktop.services.performance.scheme import Scheme, shipped
from desktop.services.performance.scheme_papers import supervision_paper
from desktop.services.performance.schemes import (
    USABLE,
    SchemeVersion,
    save_scheme,
    scheme_for,
    scheme_versions,
)
from desktop.services.performance.sheets import Adjustment, Sheet, approval_warnings, centre_name
from desktop.services.performance.simulating import simulate
from desktop.services.performance.statement import SourceRow, Statement, state
from desktop.services.performance.village_share import VillageShare, village_share
from desktop.services.performance.yearly import papers_of_year
from desktop.services.periods import Period, parse_period
from desktop.services.records import Records
from desktop.ui.worker import Changed, changed

KEY = "pay_sheets"
TREND_MONTHS = 12


@dataclass(frozen=True)
class View:
    """A period by one version of a scheme: as approved, or as the registers give it now.

    ``apart`` are main sheets of the period that another PC has approved before the two met.
    ``version`` is None where no scheme is kept and the one that comes with the program is used;
    ``sheet`` is the frozen sheet of the period, ``supplements`` what was corrected afterwards.
    """

    period: Period
    versions: tuple[SchemeVersion, ...]
    version: SchemeVersion | None
    simulation: Simulation
    statement: Statement
    sheet: Sheet | None
    supplements: tuple[Sheet, ...]
    appeals: tuple[AppealEntry, ...]
    share: VillageShare
    notice_days: int | None = None
    apart: tuple[Sheet, ...] = ()

    @property
    def scheme(self) -> Scheme:
        """Return the scheme that the shown figures were computed by."""
        return self.statement.scheme


def read_view(store: Store, key: str, version_id: bytes | None = None) -> View:
    """Return a period by the chosen version, or the one that holds; approved sheets as frozen."""
    period = parse_period(key)
    with store.reading() as session:
        records = Records(session)
        versions = scheme_versions(records)
        mains = [each for each in sheets.sheets(session, key) if each.kind == MAIN]
        version = _version(records, period, versions, mains, version_id)
        scheme = version.scheme if version is not None else shipped()
        simulation = simulate(
            session, period, scheme, scheme_id=version.id if version is not None else None
        )
        sheet = next((each for each in mains if _is_of(each, scheme)), None)
        apart = tuple(each for each in mains if sheet is not None and _twin(each, sheet))
        frozen = sheet.statement if sheet is not None else None
        return View(
            period,
            tuple(versions),
            version,
            simulation,
            frozen if frozen is not None else state(simulation, centre_name(session)),
            sheet,
            tuple(sheets.supplements_of(session, sheet)) if sheet is not None else (),
            tuple(appeals_of(session, sheet.id)) if sheet is not None else (),
            village_share(records, period),
            notice_days(records, date.today()),
            apart,
        )


def _twin(other: Sheet, sheet: Sheet) -> bool:
    return other.id != sheet.id and other.scheme == sheet.scheme


def _is_of(sheet: Sheet, scheme: Scheme) -> bool:
    return (sheet.scheme, sheet.scheme_version) == (scheme.name, scheme.version)


def _version(
    records: Records,
    period: Period,
    versions: Sequence[SchemeVersion],
    mains: Sequence[Sheet],
    wanted: bytes | None,
) -> SchemeVersion | None:
    for version in versions:
        if version.id == wanted:
            return version
    for version in versions:
        if any(_is_of(sheet, version.scheme) for sheet in mains):
            return version
    try:
        return scheme_for(records, period)
    except UserError:  # Several hold: the first is shown and the others can be chosen.
        return next(each for each in versions if each.status in USABLE)


@dataclass(frozen=True)
class SourceLine:
    """A row that a figure rests on: where it stands and what it is called."""

    register: str
    label: str
    id: bytes
    title: str


def read_sources(store: Store, rows: Iterable[SourceRow]) -> dict[SourceRow, SourceLine]:
    """Return the names of source rows; those that are gone are left out."""
    by_register: dict[str, list[bytes]] = {}
    for key, row in rows:
        by_register.setdefault(key, []).append(bytes.fromhex(row))
    found = {}
    with store.reading() as session:
        for key, ids in by_register.items():
            register = find_register(key)
            for each, title in titles(session, register, ids).items():
                found[key, each.hex()] = SourceLine(register.key, register.label, each, title)
    return found


def read_warnings(
    store: Store, simulation: Simulation, today: date
) -> tuple[list[str], tuple[PendingRow, ...]]:
    """Return what should be known before approving."""
    with store.reading() as session:
        return approval_warnings(session, simulation, today)


def approve(store: Store, simulation: Simulation, now: datetime) -> Changed[bytes]:
    """Freeze a simulation whose warnings the person has acknowledged."""
    return changed(sheets.approve(store, simulation, now, acknowledged=True), KEY)


def read_year(store: Store, year: str, name: str) -> tuple[Paper, ...]:
    """Return one of the papers of a year; empty where there is nothing of it."""
    with store.reading() as session:
        return papers_of_year(session, year, date.today()).get(name, ())


def read_supervision(store: Store, period: Period, centre: str, today: date) -> tuple[Paper, ...]:
    """Return the period's supervision for the county (S4-4c); empty without a visit."""
    with store.reading() as session:
        summary = supervision_summary(session, period, today)
    return (supervision_paper(summary, centre, today),) if summary.visits else ()


# Charts


@dataclass(frozen=True)
class Trend:
    """Each clinic's score month by month, and its name."""

    months: tuple[str, ...]
    scores: dict[bytes, list[int | None]]


def read_trend(store: Store, period: Period, scheme: Scheme, today: date) -> Trend:
    """Return the clinics' scores of the twelve months to the period's last that has begun."""
    months = _months_before(max(period.months[0], min(period.months[-1], f"{today:%Y-%m}")))
    with store.reading() as session:
        return Trend(months, trend(session, months, scheme))


def _months_before(last: str) -> tuple[str, ...]:
    end = int(last[:4]) * 12 + int(last[5:]) - 1
    numbers = range(end - TREND_MONTHS + 1, end + 1)
    return tuple(f"{number // 12}-{number % 12 + 1:02d}" for number in numbers)


def read_findings(store: Store, period: Period, today: date) -> tuple[tuple[str, int], ...]:
    """Return how many findings the period has by section of the checklist, the most first."""
    with store.reading() as session:
        return supervision_summary(session, period, today).by_section


# Appeals and supplements


def add_appeal(
    store: Store, sheet: bytes, doctor: str, item: str, reason: str, on: date
) -> Changed[bytes]:
    """Record an appeal."""
    with store.writing() as session:
        made = raise_appeal(session, sheet, doctor, item, reason, on)
    return changed(made, "appeals")


def close_appeal(
    store: Store, appeal: bytes, outcome: str, decision: str, amount: int | None, on: date
) -> Changed[None]:
    """Record the outcome of an appeal."""
    with store.writing() as session:
        decide_appeal(
            session, appeal, outcome, decision, by=store.person_name, on=on, adjustment=amount
        )
    return changed(None, "appeals")


def read_adjustments(store: Store, sheet: Sheet) -> list[Adjustment]:
    """Return what appeals have granted and what computing again gives otherwise."""
    with store.reading() as session:
        return _adjustments(session, sheet)


def _adjustments(session: Session, sheet: Sheet) -> list[Adjustment]:
    return [*appeal_adjustments(session, sheet.id), *sheets.recomputed(session, sheet)]


def add_supplement(
    store: Store, sheet: bytes, adjustments: Sequence[Adjustment], reason: str, now: datetime
) -> Changed[bytes]:
    """Make a dated supplementary sheet."""
    return changed(sheets.supplement(store, sheet, adjustments, reason, now), KEY)


# What if


def keep_scheme(store: Store, scheme: Scheme, since: date) -> Changed[bytes]:
    """Keep what was tried as the draft of a new version."""
    with store.writing() as session:
        made = save_scheme(session, scheme, since)
    return changed(made, "schemes")
