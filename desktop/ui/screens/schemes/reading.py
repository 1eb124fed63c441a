"""What the schemes page asks of the database; runs on the database thread."""

from __future__ import annotations

from datetime import date

from desktop.models.store import Store
from desktop.services.performance import schemes
from desktop.services.performance.scheme import Scheme
from desktop.services.performance.schemes import SchemeVersion
from desktop.services.records import Records
from desktop.ui.worker import Changed, changed

KEY = "schemes"


def read_versions(store: Store) -> list[SchemeVersion]:
    """Return every version kept, the newest first."""
    with store.reading() as session:
        return schemes.scheme_versions(Records(session))


def keep(store: Store, scheme: Scheme, valid_from: date, record_id: bytes | None) -> Changed[bytes]:
    """Keep a changed scheme: in its own version, or as a new one where it is in use."""
    with store.writing() as session:
        made = schemes.save_scheme(session, scheme, valid_from, record_id)
    return changed(made, KEY)


def install(store: Store, valid_from: date) -> Changed[bytes]:
    """Take in the scheme that comes with the program, on trial."""
    with store.writing() as session:
        made = schemes.install_proposal(session, valid_from)
    return changed(made, KEY)


def begin(store: Store, scheme: Scheme, name: str, valid_from: date) -> Changed[bytes]:
    """Begin a scheme of a new name as a draft."""
    with store.writing() as session:
        made = schemes.begin_scheme(session, scheme, name, valid_from)
    return changed(made, KEY)


def rename(store: Store, record_id: bytes, name: str) -> Changed[None]:
    """Give a version another name."""
    with store.writing() as session:
        schemes.rename_scheme(session, record_id, name)
    return changed(None, KEY)


def put_in_force(store: Store, record_id: bytes, on: date, *, alone: bool) -> Changed[None]:
    """Let a version hold from a day on, those of other names to the day before if ``alone``."""
    with store.writing() as session:
        schemes.put_in_force(session, record_id, on, alone=alone)
    return changed(None, KEY)


def withdraw(store: Store, record_id: bytes) -> Changed[None]:
    """Take a version out of use."""
    with store.writing() as session:
        schemes.withdraw(session, record_id)
    return changed(None, KEY)
