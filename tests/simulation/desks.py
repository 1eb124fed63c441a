"""The PCs of a schedule: copies of prepared ones, opened when they are first needed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import Connection, event, select

from county.api import Signed
from desktop.models import changes
from desktop.models.database import Database
from desktop.models.exchange_tables import SyncIssue
from desktop.models.register import Register
from desktop.models.registers import all_registers, registers_by_number
from desktop.models.replacing import DATABASE_NAME, KEYS_NAME
from desktop.models.store import Store
from desktop.models.vault import Unlocked
from tests.simulation.clocks import TIMES, add_function
from tests.simulation.hubs import share_statements
from tests.simulation.story import Journal

FULL: Register = all_registers()["staff"]
UNKNOWN_TO_OLD = "note"
OLDER = replace(
    FULL, fields=tuple(field for field in FULL.fields if field.key != UNKNOWN_TO_OLD), chips=()
)
"""Staff records as a program declared them that did not know their notes."""


@contextmanager
def declared(register: Register) -> Iterator[None]:
    """Let the program know staff records by this declaration."""
    before = all_registers()["staff"]
    all_registers()["staff"] = register
    registers_by_number()[register.number] = register
    try:
        yield
    finally:
        all_registers()["staff"] = before
        registers_by_number()[register.number] = before


@dataclass(frozen=True, slots=True)
class Kept:
    """A disk as it was: its database and what had been written on it."""

    path: Path
    journal: Journal


@dataclass
class Desk:
    """One PC.

    Attributes:
        centre: Number of its centre in the schedule.
        home: Its folder.
        unlocked: Who works there.
        old: Its program knows an older declaration.
        off: How far its clock is off, in milliseconds.
        journal: What was written on its disk and stands in its change rows.
    """

    centre: int
    home: Path
    unlocked: Unlocked
    old: bool = False
    off: int = 0
    journal: Journal = field(default_factory=Journal)
    kept: list[Kept] = field(default_factory=list)
    sent: list[Signed] = field(default_factory=list)
    _store: Store | None = None

    @classmethod
    def copied(cls, template: Path, home: Path, centre: int, unlocked: Unlocked) -> Desk:
        """Copy a prepared PC."""
        home.mkdir(parents=True)
        for name in (DATABASE_NAME, KEYS_NAME):
            shutil.copyfile(template / name, home / name)
        return cls(centre, home, unlocked)

    @property
    def store(self) -> Store:
        """The open database."""
        if self._store is None:
            with mock.patch.object(Database, "_check_file"):  # It was checked when it was made.
                database = Database(self.home, self.unlocked)
            share_statements("desk", database.engine, database.writing)
            event.listen(database.engine, "connect", add_function)
            self._store = Store(database, self.unlocked.person_id, self.unlocked.person_name)
        return self._store

    def close(self) -> None:
        """Close the database; its log is folded into the file."""
        if self._store is not None:
            self._store.database.close()
            self._store = None

    @contextmanager
    def at_work(self) -> Iterator[Store]:
        """Let this PC's clock and declarations be those of the program."""
        TIMES.off = self.off
        with declared(OLDER if self.old else FULL):
            yield self.store

    def become(self, *, old: bool) -> None:
        """Put another version of the program on the PC: its triggers are made anew."""
        self.old = old
        with self.at_work() as store, store.writing() as session:
            make_triggers(session.connection())

    def told(self) -> set[tuple[bytes, Any]]:
        """Return the values that people are told of here, by record."""
        with self.store.reading() as session:
            issues = select(SyncIssue.record_id, SyncIssue.mine, SyncIssue.theirs)
            return {
                (id, json.loads(value or "null"))
                for id, *values in session.execute(issues)
                for value in values
            }

    # Disks

    def backup(self) -> None:
        """Copy the disk."""
        self.close()
        path = self.home / f"kept{len(self.kept)}"
        shutil.copyfile(self.home / DATABASE_NAME, path)
        self.kept.append(Kept(path, self.journal.copy()))

    def restore(self, number: int) -> None:
        """Put an earlier disk in the place of this one."""
        kept = self.kept[number]
        self.close()
        shutil.copyfile(kept.path, self.home / DATABASE_NAME)
        self.journal = kept.journal.copy()
        self.become(old=self.old)

    def lose_log(self) -> None:
        """Lose what was not yet folded into the database file, as a broken disk does."""
        path = self.home / "without-log"
        shutil.copyfile(self.home / DATABASE_NAME, path)
        self.close()
        path.replace(self.home / DATABASE_NAME)
        with self.store.reading() as session:
            last = changes.last_seq(session)
        self.journal.cut(last)

    def clone(self, home: Path) -> Desk:
        """Copy the disk into another PC."""
        self.close()
        made = Desk.copied(self.home, home, self.centre, self.unlocked)
        made.old, made.off, made.journal = self.old, self.off, self.journal.copy()
        return made


def make_triggers(connection: Connection) -> None:
    """Make the triggers of the staff register anew as it is declared now; the others stay."""
    for name, statement in changes._statements(all_registers()["staff"]):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(statement)
