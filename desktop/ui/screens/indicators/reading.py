"""What the indicators page asks of the database; runs on the database thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from desktop.models.store import Store
from desktop.services.indicators.dashboard import Entry, dashboard
from desktop.services.indicators.kept import scheme_for, take_in_scheme
from desktop.services.indicators.scheme import Appraisal
from desktop.services.indicators.scoring import SelfScore, self_score, trend
from desktop.services.indicators.typed import set_cells
from desktop.services.performance.sheets import centre_name
from desktop.services.periods import Period
from desktop.services.records import Records
from desktop.services.returns.library import library
from desktop.services.returns.lookback import Comparison, LookBack, Series
from desktop.services.returns.measures import Choice, Measure, choices
from desktop.ui.worker import Changed, changed


@dataclass(frozen=True)
class View:
    """A period's self-score with the centre's name; ``broken`` are schemes that were left out."""

    score: SelfScore
    centre: str
    broken: tuple[str, ...] = ()


def read_score(store: Store, period: Period, today: date) -> View:
    """Return a period's self-score."""
    with store.reading() as session:
        records = Records(session)
        held = scheme_for(records, period)
        score = self_score(records, held.scheme, period, today)
        return View(score, centre_name(session), tuple(str(each) for each in held.broken))


def read_trend(
    store: Store, scheme: Appraisal, period: Period, today: date
) -> tuple[SelfScore, ...]:
    """Return the self-scores of the periods up to this one."""
    with store.reading() as session:
        return trend(Records(session), scheme, period, today)


def keep_cells(
    store: Store, scheme: Appraisal, period: Period, cells: Mapping[str, str]
) -> Changed[None]:
    """Keep what was filled in."""
    with store.writing() as session:
        set_cells(session, scheme, period, cells)
    return changed(None, "return_cells")


def keep_scheme(store: Store, text: str, name: str, valid_from: date) -> Changed[bytes]:
    """Keep the scheme of a file from a day on."""
    with store.writing() as session:
        made = take_in_scheme(session, text, name, valid_from)
    return changed(made, "return_forms")


def read_choices(store: Store) -> list[Choice]:
    """Return everything that can be looked back on."""
    with store.reading() as session:
        return list(choices(library(Records(session))))


def read_series(store: Store, measure: Measure, period: Period, today: date) -> tuple[Series, str]:
    """Return a measure over time, and the centre's name."""
    with store.reading() as session:
        return LookBack(Records(session), today).series(measure, period), centre_name(session)


def read_comparison(
    store: Store, measure: Measure, period: Period, today: date
) -> tuple[Comparison, str]:
    """Return a measure across the clinics, and the centre's name."""
    with store.reading() as session:
        found = LookBack(Records(session), today).comparison(measure, period)
        return found, centre_name(session)


def read_dashboard(store: Store, period: Period, today: date) -> tuple[tuple[Entry, ...], str]:
    """Return the figures of the dashboard, and the centre's name."""
    with store.reading() as session:
        return dashboard(Records(session), period, today), centre_name(session)
