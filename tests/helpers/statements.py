"""Statements compiled once for all tests, as the one engine of a program compiles them once.

Each test opens databases of its own, and SQLAlchemy keeps what it has compiled with the engine: a
fifth of the tests' time went into compiling the same statements again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

_MOST = 4_000


class _Compiled(LRUCache[Any, Any]):
    """The cache of an engine, for all engines of one kind; their dialects write the same text."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_of_kind(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_of_kind(key), value)


def _of_kind(key: Any) -> Any:
    dialect, *rest = key
    return (type(dialect), dialect.dbapi, dialect.server_version_info, *rest)


def share_compiled() -> None:
    """Let all engines that connect from now on have one cache."""
    shared = _Compiled(_MOST)

    @event.listens_for(Engine, "engine_connect")
    def share(connection: Connection) -> None:
        connection.engine._compiled_cache = shared
