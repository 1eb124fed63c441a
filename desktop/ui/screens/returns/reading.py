"""What the returns page asks of the database; runs on the database thread."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.registers.returns import SETTLED, Return
from desktop.models.store import Store
from desktop.services.months import month_of, shifted
from desktop.services.periods import MONTH, WEEK, Period, parse_period
from desktop.services.records import Records
from desktop.services.returns import ComposedReturn, filing, from_row, open_return
from desktop.services.returns.due import Due, due_in, periods_offered
from desktop.services.returns.kept import Kept, period_of_row
from desktop.services.returns.library import DEFAULT_FORM, Library, library
from desktop.services.returns.locks import exception_for, lock_of, open_again
from desktop.services.returns.sheet import sheet_of
from desktop.services.returns.story import CellStory, cell_story
from desktop.services.returns.wording import show_figure
from desktop.text import _
from desktop.ui.screens.returns.standing import Kept as KeptState
from desktop.ui.screens.returns.standing import Standing, standing_of
from desktop.ui.worker import Changed, changed

Place = tuple[str, str]
"""Form and period of a return."""


@dataclass(frozen=True)
class SentBack:
    """What the county said when it sent a revision back."""

    revision: int
    at: str
    person: str
    reason: str


@dataclass(frozen=True)
class Opened:
    """The return that is shown, and what stands beside it.

    ``changed`` has, by cell, what the submitted revision says where the present draft differs.
    """

    composed: ComposedReturn
    lock: str = ""
    exception: str = ""
    sent_back: SentBack | None = None
    changed: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Return form and period."""
        return self.composed.form.key, self.composed.period.key

    @property
    def locked(self) -> bool:
        """Say that nothing can be typed."""
        return self.composed.frozen or bool(self.lock)


@dataclass(frozen=True)
class ReturnsView:
    """Everything the page shows: the chosen period, what is due in it, the return that is open."""

    period: Period
    periods: tuple[Period, ...]
    due: tuple[Due, ...]
    standings: dict[Place, Standing]
    broken: tuple[str, ...]
    opened: Opened | None


def first_month(session: Session, today: date) -> str:
    """Return the month to begin with: last month until its first return is in, then this one."""
    last = shifted(month_of(today), -1)
    done = session.execute(
        select(Return.id)
        .where(
            Return.form == DEFAULT_FORM,
            Return.month == last,
            Return.status.in_(SETTLED),
            Return.deleted_at.is_(None),
        )
        .limit(1)
    ).first()
    return last if done is None else month_of(today)


def read_view(store: Store, chosen: str, place: Place, today: date) -> ReturnsView:
    """Read what is due in a period and open one of its returns."""
    with store.reading() as session:
        records = Records(session)
        found = library(records)
        period = parse_period(chosen or _month_with(found, place) or first_month(session, today))
        due = due_in(found, period, today)
        opened = _choose(due, place)
        kept = _kept_states(session, due)
        standings = {each.key: standing_of(each, kept.get(each.key), today) for each in due}
        shown = None if opened is None else read_opened(session, opened.key, today)
        periods = _offered(session, found, period, today)
    if shown is not None:
        due_of_it = next(each for each in due if each.key == shown.place)
        standings[shown.place] = standing_of(
            due_of_it, kept.get(shown.place), today, shown.composed, locked=bool(shown.lock)
        )
    broken = tuple(str(error) for error in found.broken.values())
    return ReturnsView(period, periods, tuple(due), standings, broken, shown)


def _month_with(found: Library, place: Place) -> str:
    """Return the month in whose list a return stands; empty where no return is named."""
    form, key = place
    if not form or not key:
        return ""
    period = parse_period(key)
    if period.kind != WEEK:
        return period.month
    return month_of(found.find(form, period).due_on(period))


def _choose(due: list[Due], place: Place) -> Due | None:
    """Return the wanted return; else the one of its form, else the first."""
    for fits in (
        lambda each: each.key == place,
        lambda each: each.form.key == place[0],
        lambda _each: True,
    ):
        for each in due:
            if fits(each):
                return each
    return None


def _offered(session: Session, found: Library, period: Period, today: date) -> tuple[Period, ...]:
    offered = periods_offered(found, today)
    kept = session.scalars(select(Return.month).where(Return.deleted_at.is_(None)).distinct())
    months = {each.key: each for each in offered if each.kind == MONTH}
    months |= {month: parse_period(month) for month in kept if month}
    if period.kind == MONTH:
        months[period.key] = period
    others = [each for each in offered if each.kind != MONTH]
    if period.kind != MONTH and period not in others:
        others.append(period)
    return (*(months[key] for key in sorted(months, reverse=True)), *others)


def _kept_states(session: Session, due: list[Due]) -> dict[Place, KeptState]:
    """Return how the latest revision of each return is kept."""
    months = {each.period.month for each in due}
    columns = (
        Return.form,
        Return.month,
        Return.period,
        Return.status,
        Return.submitted_at,
        Return.received_at,
    )
    rows = session.execute(
        select(*columns)
        .where(Return.deleted_at.is_(None), Return.month.in_(months))
        .order_by(Return.revision, Return.id)
    )
    return {
        (row.form or "", period_of_row(row)): KeptState(
            row.status or "", row.submitted_at or "", row.received_at or ""
        )
        for row in rows
    }


def read_opened(session: Session, place: Place, today: date) -> Opened:
    """Open a return with its lock, what the county said and what changed since it was submitted."""
    records = Records(session)
    form, period = place
    composed = open_return(records, form, period)
    if composed.frozen:
        return Opened(composed)
    kept = Kept(records, form, composed.period)
    lock = lock_of(records, composed.form, composed.period, today)
    exception = exception_for(records, form, composed.period, today)
    return Opened(
        composed,
        lock.reason if lock is not None else "",
        _exception_in_words(exception),
        _sent_back(kept.sent_back),
        _changed_cells(kept, composed),
    )


def _exception_in_words(exception: Any | None) -> str:
    if exception is None:
        return ""
    return _("{person} 已解锁至 {day}，原因：{reason}").format(
        person=exception.opened_by, day=exception.valid_until, reason=exception.reason
    )


def _sent_back(row: Any | None) -> SentBack | None:
    if row is None:
        return None
    reason = json.loads(row.remarks or "{}").get("", "")
    return SentBack(row.revision or 1, row.answered_at or "", row.answered_by or "", reason)


def _changed_cells(kept: Kept, composed: ComposedReturn) -> dict[str, str]:
    """Return what the submitted revision says in the cells that differ from it."""
    row = None if kept.submitted is None else kept.whole(kept.submitted)
    if row is None or not row.figures:
        return {}
    old = from_row(row).cells
    return {
        key: show_figure(old[key].line, old[key].this) or _("空白")
        for key, cell in composed.cells.items()
        if key in old and old[key].this != cell.this
    }


def read_standing(store: Store, due: Due, today: date) -> tuple[Standing, ComposedReturn]:
    """Compose a return that is not open, to say how it stands and what its checks found."""
    with store.reading() as session:
        kept = _kept_states(session, [due]).get(due.key)
        composed = open_return(session, *due.key)
        lock = lock_of(Records(session), due.form, due.period, today)
    return standing_of(due, kept, today, composed, locked=lock is not None), composed


def read_story(store: Store, opened: ComposedReturn, key: str) -> CellStory:
    """Read where a cell comes from."""
    with store.reading() as session:
        return cell_story(session, opened, key)


# Writing

_CELLS = ("returns", "return_cells")


def save_answers(
    store: Store, place: Place, typed: Mapping[str, str], explanations: Mapping[str, str]
) -> Changed[None]:
    """Keep what was filled in and explained, in one transaction."""
    with store.writing() as session:
        if typed:
            filing.set_typed(session, *place, dict(typed))
        if explanations:
            filing.set_explanations(session, *place, explanations)
    return changed(None, *_CELLS)


Step = Callable[[Session, str, str, str], ComposedReturn]
"""A step of the work flow under a person's name: check, approve, submit."""


def take_step(store: Store, step: Step, place: Place) -> Changed[None]:
    """Take a step under the name of the person signed in."""
    with store.writing() as session:
        step(session, *place, store.person_name)
    return changed(None, *_CELLS)


def take_back(store: Store, place: Place) -> Changed[None]:
    """Make a checked or approved return a draft again."""
    with store.writing() as session:
        filing.take_back(session, *place)
    return changed(None, *_CELLS)


def revise(store: Store, place: Place) -> Changed[None]:
    """Begin a correction of a submitted return."""
    with store.writing() as session:
        filing.revise(session, *place)
    return changed(None, *_CELLS)


def unlock(store: Store, place: Place, reason: str, until: date) -> Changed[None]:
    """Open a locked return again under the name of the person signed in."""
    with store.writing() as session:
        open_again(session, place[0], parse_period(place[1]), reason, store.person_name, until)
    return changed(None, "return_exceptions")


# Paper


def pdf_of(opened: ComposedReturn, today: date) -> bytes:
    """Return the printed return."""
    from desktop.printing.return_page import print_return

    target = BytesIO()
    print_return(target, sheet_of(opened, today))
    return target.getvalue()


def title_of(opened: ComposedReturn) -> str:
    """Return the name of the paper and of its file."""
    return f"{_(opened.form.short)} {opened.period.label}"
