"""What the county has published to the centre: what is new, what it changes, who confirmed it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.register import Values
from desktop.models.registers.confirmations import REGISTER as CONFIRMATIONS
from desktop.models.registers.publications import (
    CHECKLIST,
    DRUGS,
    MONEY_ADVICE,
    POLICY,
    RETURN_FORM,
    SCHEME,
    SHORTAGE_REPLY,
    STAFF_ORDER,
)
from desktop.models.store import find_twin, save
from desktop.services.records import Records
from desktop.services.tasks import Task, Urgency
from desktop.text import N_, _, in_a_row

NEW_DAYS = timedelta(days=7)
"""So long something of the county counts as new."""

_NAMES = 3
_WHAT: Mapping[str, str] = {
    "new": N_("新增"),
    "stopped": N_("停用"),
    "price": N_("调价"),
    "changed": N_("变更"),
    "taken_over": N_("转为县级维护"),
    "withdrawn": N_("已撤销"),
}
REGISTERS: Mapping[str, str] = {
    DRUGS: "drugs",
    POLICY: "policy",
    CHECKLIST: "checklists",
    SCHEME: "schemes",
    RETURN_FORM: "return_forms",
    STAFF_ORDER: "staff_orders",
    SHORTAGE_REPLY: "shortage_replies",
    MONEY_ADVICE: "money_advices",
}
"""Where the records of each kind are looked at; a notice has none."""


class State(Enum):
    """Where a publication stands with this centre."""

    TO_CONFIRM = "to_confirm"
    CONFIRMED = "confirmed"
    ENDED = "ended"
    NEW = "new"
    KNOWN = "known"


@dataclass(frozen=True)
class ChangedLine:
    """One record that a publication changed here: what happened, what stood and stands."""

    what: str
    title: str
    old: str
    new: str
    begins: str

    @property
    def values(self) -> str:
        """Return the old and the new value in one word."""
        if self.old and self.new and self.old != self.new:
            return f"{self.old} → {self.new}"
        return self.new or self.old


@dataclass(frozen=True)
class PublicationLine:
    """A publication as a person sees it."""

    id: bytes
    kind: str
    number: str
    title: str
    text: str
    published_on: date | None
    valid_from: date | None
    valid_until: date | None
    must_confirm: bool
    confirmed: tuple[str, ...]
    counts: Mapping[str, int]
    lines: tuple[ChangedLine, ...]
    state: State

    @property
    def summary(self) -> str:
        """Return what it changed at this centre, in a line."""
        words = (
            _("{what} {count}").format(what=_(label), count=self.counts[what])
            for what, label in _WHAT.items()
            if self.counts.get(what)
        )
        return in_a_row(words)

    @property
    def register(self) -> str:
        """Return the key of the register where its records are; empty for a notice."""
        return REGISTERS.get(self.kind, "")


def publications(records: Records, today: date) -> list[PublicationLine]:
    """Return all that the county has published: what waits to be confirmed, then the newest."""
    table = records.table("publications").c
    rows = records.rows(select(*table).where(table.deleted_at.is_(None)))
    confirmed = _confirmed(records)
    found = [_line(row, confirmed.get(bytes(row.id), ()), today) for row in rows]
    found.sort(key=lambda line: (line.published_on or date.min, line.number), reverse=True)
    return sorted(found, key=lambda line: line.state is not State.TO_CONFIRM)


def _confirmed(records: Records) -> dict[bytes, tuple[tuple[str, str], ...]]:
    """Return who has confirmed each publication, and when."""
    table = records.table("confirmations").c
    rows = records.rows(
        select(table.publication_id, table.person, table.confirmed_at)
        .where(table.deleted_at.is_(None), table.publication_id.is_not(None))
        .order_by(table.confirmed_at, table.id)
    )
    found: dict[bytes, tuple[tuple[str, str], ...]] = {}
    for row in rows:
        said = (row.person or "", row.confirmed_at or "")
        found[bytes(row.publication_id)] = (*found.get(bytes(row.publication_id), ()), said)
    return found


def _line(row: Any, given: tuple[tuple[str, str], ...], today: date) -> PublicationLine:
    counts, lines = _changes(row.changes)
    # What was confirmed before the county changed the text is to be read again.
    since = row.published_on.isoformat() if row.published_on else ""
    valid = tuple(f"{person} {at}".strip() for person, at in given if at[:10] >= since)
    return PublicationLine(
        id=bytes(row.id),
        kind=row.kind or "",
        number=row.number or "",
        title=row.title or "",
        text=row.text or "",
        published_on=row.published_on,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        must_confirm=bool(row.must_confirm),
        confirmed=valid,
        counts=counts,
        lines=lines,
        state=_state(row, today, confirmed=bool(valid)),
    )


def _state(row: Any, today: date, *, confirmed: bool) -> State:
    if confirmed:
        return State.CONFIRMED
    if row.valid_until is not None and row.valid_until < today:
        return State.ENDED
    if row.must_confirm:
        return State.TO_CONFIRM
    if row.published_on is not None and row.published_on > today - NEW_DAYS:
        return State.NEW
    return State.KNOWN


def _changes(text: str | None) -> tuple[dict[str, int], tuple[ChangedLine, ...]]:
    """Return what the hub noted; a newer hub's words that are not known here are left out."""
    with suppress(ValueError, TypeError, AttributeError, KeyError):
        noted = json.loads(text or "{}")
        counts = {what: int(count) for what, count in noted.get("counts", {}).items()}
        known = (line for line in noted.get("lines", ()) if line.get("what") in _WHAT)
        lines = tuple(_changed_line(_WHAT[line["what"]], line) for line in known)
        return counts, lines
    return {}, ()


def _changed_line(label: str, line: Mapping[str, object]) -> ChangedLine:
    title, old, new, begins = (str(line.get(key, "")) for key in ("title", "old", "new", "from"))
    return ChangedLine(_(label), title, old, new, begins)


def confirm(session: Session, publication_id: bytes, person: str, now: datetime) -> bytes:
    """Note that a person has read a publication; once for each person, as of the last time."""
    values: Values = {
        "publication_id": publication_id,
        "person": person,
        "confirmed_at": now.strftime("%Y-%m-%d %H:%M"),
    }
    return save(session, CONFIRMATIONS, values, find_twin(session, CONFIRMATIONS, values))


def publication_tasks(records: Records, today: date) -> list[Task]:
    """Return the task of confirming what the county wants confirmed."""
    waiting = [each for each in publications(records, today) if each.state is State.TO_CONFIRM]
    if not waiting:
        return []
    shown = in_a_row(each.title for each in waiting[:_NAMES])
    return [
        Task(
            "publications",
            _("县里发来 {count} 件要签收").format(count=len(waiting)),
            _("{names}等").format(names=shown) if len(waiting) > _NAMES else shown,
            _("签收"),
            Urgency.AMBER,
            parameters={"register": "publications"},
        )
    ]
