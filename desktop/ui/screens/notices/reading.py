"""What the page of the county's publications asks of the database; on the database thread."""

from __future__ import annotations

from datetime import date, datetime

from desktop.models.store import Store
from desktop.services import publications
from desktop.services.publications import PublicationLine, State
from desktop.services.records import Records
from desktop.text import _
from desktop.ui.worker import Changed, changed


def read_lines(store: Store, today: date) -> list[PublicationLine]:
    """Return all publications."""
    with store.reading() as session:
        return publications.publications(Records(session), today)


def confirm(store: Store, publication_id: bytes, now: datetime) -> Changed[bytes]:
    """Note that the person signed in has read a publication."""
    with store.writing() as session:
        made = publications.confirm(session, publication_id, store.person_name, now)
        return changed(made, "confirmations")


def state_text(state: State) -> tuple[str, str]:
    """Return a state's word and its tone."""
    return {
        State.TO_CONFIRM: (_("待签收"), "amber"),
        State.CONFIRMED: (_("已签收"), "green"),
        State.ENDED: (_("已过期"), "soft"),
        State.NEW: (_("新"), "blue"),
        State.KNOWN: ("", "soft"),
    }[state]
