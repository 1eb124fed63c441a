"""What the sync page asks of the database; runs on the database thread."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.models.changes import last_seq, oldest_waiting
from desktop.models.local import Change
from desktop.models.registers import registers_by_number
from desktop.models.store import Store
from desktop.services import numbers, twins
from desktop.services.numbers import SharedNumber, find_shared
from desktop.services.publications import State, publications
from desktop.services.records import Records
from desktop.services.twins import TwinGroup, find_twins, make_one
from desktop.sync import account, conflicts, standing
from desktop.sync.account import Account, NotEnrolled
from desktop.sync.conflicts import Issue
from desktop.sync.standing import SyncStatus, waits_since
from desktop.text import _
from desktop.ui.worker import Changed, changed

FIRST_ISSUES, MORE_ISSUES = 20, 100
"""How many issues are listed at first and how many more when asked: each is a card of its own."""


@dataclass(frozen=True)
class WaitingRegister:
    """What waits of one register: how many records, since when."""

    label: str
    count: int
    since: dt.datetime


@dataclass(frozen=True)
class SyncView:
    """Everything on the sync page."""

    status: SyncStatus
    waiting: tuple[WaitingRegister, ...]
    issues: tuple[Issue, ...]
    state: tuple[int, int] = (0, 0)
    """Changes with every write and every page: twins are looked for anew."""
    news: int = 0
    """What the county has published lately, or wants confirmed."""
    to_confirm: int = 0


def read_view(store: Store, most: int = FIRST_ISSUES) -> SyncView:
    """Read the page without asking the network, the newest ``most`` issues of all that wait."""
    with store.reading() as session:
        row = account.read_row(session)
        acknowledged = row.acked_seq if row is not None else 0
        found = session.execute(
            select(Change.t, func.count(func.distinct(Change.record_id)), oldest_waiting())
            .where(Change.seq > acknowledged)
            .group_by(Change.t)
            .order_by(oldest_waiting())
        ).all()
        known = registers_by_number()
        status = standing.status(session)
        waiting = tuple(
            WaitingRegister(
                _(known[number].label), int(count), waits_since(oldest, status.last_success)
            )
            for number, count, oldest in found
            if number in known
        )
        cursor = row.cursor if row is not None else 0
        published = Counter(each.state for each in publications(Records(session), dt.date.today()))
        return SyncView(
            status,
            waiting,
            tuple(_named(session, conflicts.list_issues(session, most=most))),
            (last_seq(session), cursor),
            published[State.NEW] + published[State.TO_CONFIRM],
            published[State.TO_CONFIRM],
        )


_BY_FORM = frozenset({"returns", "return_cells", "return_exceptions"})
"""Registers whose records are known by a form's key, which no clerk knows."""


def _named(session: Session, found: list[Issue]) -> Iterator[Issue]:
    """Give the issues, those of returns with the name of the form."""
    names: dict[str, str] = {}
    if any(each.register.key in _BY_FORM for each in found):
        from desktop.services.returns.library import library  # Reads every form.

        names = {form.key: _(form.short) for form in reversed(library(Records(session)).forms)}
    for each in found:
        key, _space, rest = each.title.partition(" ")
        known = each.register.key in _BY_FORM and key in names
        yield replace(each, title=f"{names[key]} {rest}") if known else each


@dataclass(frozen=True)
class Doubles:
    """What is there twice: records of the same person or thing, and numbers."""

    twins: list[TwinGroup]
    numbers: list[SharedNumber]


def read_doubles(store: Store) -> Doubles:
    """Look through the registers for what is there twice."""
    with store.reading() as session:
        return Doubles(find_twins(session), find_shared(session))


@dataclass(frozen=True)
class Renumbered:
    """A record that has been given another number."""

    shared: SharedNumber
    record_id: bytes
    number: str


def renumber(
    store: Store, shared: SharedNumber, record_id: bytes, number: str
) -> Changed[Renumbered]:
    """Give one of the records that share a number another one."""
    with store.writing() as session:
        numbers.renumber(session, shared.register, shared.field, record_id, number)
    return changed(Renumbered(shared, record_id, number), shared.register.key)


def take_number_back(store: Store, done: Renumbered) -> Changed[None]:
    """Give a record the number again that it had."""
    shared = done.shared
    with store.writing() as session:
        numbers.take_back(session, shared.register, shared.field, done.record_id, shared.number)
    return changed(None, shared.register.key)


def keep_twin(store: Store, group: TwinGroup, stays: bytes, goes: bytes) -> Changed[None]:
    """Make one record of two."""
    with store.writing() as session:
        written = make_one(session, group.register, stays, goes)
    return changed(None, *written)


def leave_apart(store: Store, group: TwinGroup) -> None:
    """Note that two records that look like one are two."""
    with store.writing() as session:
        twins.leave_apart(session, group)


def read_account(store: Store) -> Account | None:
    """Return the PC's account; None where it was never let in."""
    with store.reading() as session:
        try:
            return account.read_account(session)
        except NotEnrolled:
            return None


def put_back(store: Store, issue: Issue) -> Changed[None]:
    """Write the value that gave way again."""
    with store.writing() as session:
        conflicts.put_back(session, issue.id)
    return changed(None, issue.register.key)


def dismiss(store: Store, issue: Issue) -> None:
    """Leave things as they are."""
    with store.writing() as session:
        conflicts.dismiss(session, issue.id)
