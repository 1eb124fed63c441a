"""The hub of a schedule: a copy of a prepared one, on SQLite or PostgreSQL, that can be killed."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from sqlalchemy import event, make_url, select

from county.storage import Hub, generation, renew_generation
from county.tables import CHANGES
from desktop.sync.client import Unreachable

_names = (f"simulated_{os.getpid()}_{number}" for number in itertools.count())


class Killed(Unreachable):
    """The hub's process died while it worked on a request."""


_shared: dict[str, tuple[Any, Any]] = {}


def share_statements(kind: str, *engines: Any) -> None:
    """Let all databases of a kind share what SQLAlchemy knows of their statements.

    Each run opens databases of its own, and compiling every statement anew for each of them would
    take longer than the run.
    """
    first = engines[0]
    dialect, statements = _shared.setdefault(kind, (first.dialect, first._compiled_cache))
    for engine in engines:
        engine.dialect, engine._compiled_cache = dialect, statements


class Base:
    """Where databases of hubs come from: files in a folder, or databases of a server.

    Args:
        folder: For the files.
        server: Address of a PostgreSQL server; empty for SQLite.
    """

    def __init__(self, folder: Path, server: str = "") -> None:
        self._folder = folder
        self._server = server

    @property
    def is_sqlite(self) -> bool:
        """Tell whether hubs are files."""
        return not self._server

    def new(self) -> str:
        """Return the name of an empty database."""
        name = next(_names)
        if self._server:
            self._say(f"CREATE DATABASE {name}")
        return name

    def copy(self, name: str) -> str:
        """Copy a database that nobody is connected to; returns the copy's name."""
        made = next(_names)
        if self._server:
            self._say(f"CREATE DATABASE {made} TEMPLATE {name}")
        else:
            shutil.copyfile(self._folder / name, self._folder / made)
        return made

    def drop(self, name: str) -> None:
        """Throw a database away."""
        if self._server:
            self._say(f"DROP DATABASE {name} WITH (FORCE)")
            return
        for suffix in ("", "-wal", "-shm"):
            (self._folder / f"{name}{suffix}").unlink(missing_ok=True)

    def open(self, name: str) -> Hub:
        """Open the hub in a database."""
        if not self._server:
            return Hub(f"sqlite:///{self._folder / name}")
        url = make_url(self._server).set(database=name)
        return Hub(url.render_as_string(hide_password=False))

    def _say(self, statement: str) -> None:
        plain = self._server.replace("+psycopg", "")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement)


class SimulatedHub:
    """A hub that can be killed between any two statements and be restored from a backup."""

    def __init__(self, base: Base, name: str) -> None:
        self._base = base
        self._name = base.copy(name)
        self._backups: list[str] = []
        self._open()

    def _open(self) -> None:
        self.hub = self._base.open(self._name)
        share_statements(self.hub.engine.dialect.name, self.hub.engine, self.hub._writing)
        self._left = 0
        event.listen(self.hub.engine, "before_cursor_execute", self._count)
        event.listen(self.hub.engine, "commit", self._count)

    @property
    def generation(self) -> int:
        """The generation that the hub's database has now."""
        with self.hub.reading() as connection:
            return generation(connection)

    def _count(self, *_event: Any) -> None:
        if self._left:
            self._left -= 1
            if not self._left:
                raise Killed("the hub was killed")

    @contextmanager
    def killed_after(self, statements: int) -> Iterator[None]:
        """Kill the hub before its n-th statement or commit from now; what it began is lost."""
        self._left = statements
        try:
            yield
        finally:
            self._left = 0

    def history(self) -> set[tuple[bytes, Any]]:
        """Return the values in the hub's history, by record."""
        with self.hub.reading() as connection:
            found = connection.execute(select(CHANGES.c.row_id, CHANGES.c.value))
            return {(id, msgspec.msgpack.decode(value)) for id, value in found}

    def backup(self) -> int:
        """Make a backup; returns its number."""
        self.hub.close()
        self._backups.append(self._base.copy(self._name))
        return len(self._backups) - 1

    def restore(self, number: int) -> None:
        """Put a backup in the place of everything since."""
        self.hub.close()
        self._base.drop(self._name)
        self._name = self._base.copy(self._backups[number])
        self._open()
        with self.hub.writing() as connection:
            renew_generation(connection)

    def close(self) -> None:
        """Throw the hub and its backups away."""
        self.hub.close()
        for name in (self._name, *self._backups):
            self._base.drop(name)
