"""Replacing whole files so that a power cut leaves the old or the new one, never a mixture."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from desktop.models.storage_errors import explained

DATABASE_NAME = "centre.db"
KEYS_NAME = "keys.json"
_STAGED_SUFFIX = ".restored"
_MARK_NAME = "restore.ready"
_IN_USE_NAME = "in-use.lock"


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file in one step: after a power cut it holds the old or the new content."""
    draft = path.with_name(path.name + ".new")
    with explained():
        try:
            with draft.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        except OSError:
            with suppress(OSError):  # On a full stick half a draft is only in the way.
                draft.unlink()
            raise
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Use:
    """Marks a data folder as in use, by a lock that vanishes with the process.

    Replacing the file below a program that has it open would lose its writes, so restoring asks
    for the folder alone. The lock is SQLite's own on an empty file: the same on every system.
    """

    def __init__(self, home: Path, *, alone: bool = False, name: str = _IN_USE_NAME) -> None:
        import sqlcipher3.dbapi2 as sqlcipher

        with explained():
            self._lock = sqlcipher.connect(
                home / name, timeout=0.2, isolation_level=None, check_same_thread=False
            )
            try:
                self._lock.execute("BEGIN EXCLUSIVE" if alone else "BEGIN")
                self._lock.execute("SELECT count(*) FROM sqlite_master").fetchone()
            except BaseException:
                self._lock.close()
                raise

    def close(self) -> None:
        """Give the folder free."""
        self._lock.close()

    def __enter__(self) -> Self:
        """Hold the folder for a block."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Give the folder free."""
        self.close()


def swap_in(home: Path) -> None:
    """Put the staged database and key file in the place of the present ones; the folder is held.

    From the mark on the swap is finished even after a power cut: whoever opens the folder next
    goes on where it stopped. The log of the old database must be gone before the new one arrives.
    """
    write_whole(home / _MARK_NAME, b"")
    _finish(home)


def is_swapping(home: Path) -> bool:
    """Whether a swap has passed the point from which it must be finished."""
    return (home / _MARK_NAME).exists()


def finish_restore(home: Path) -> None:
    """Finish a swap that was cut off; does nothing where there was none."""
    if is_swapping(home):
        with Use(home, alone=True):
            _finish(home)


def staged(path: Path) -> Path:
    """Return where the file waits that will take the place of ``path``."""
    return path.with_name(path.name + _STAGED_SUFFIX)


def _finish(home: Path) -> None:
    database, keys = home / DATABASE_NAME, home / KEYS_NAME
    with explained():
        if staged(database).exists():
            for suffix in ("-wal", "-shm"):
                database.with_name(database.name + suffix).unlink(missing_ok=True)
            staged(database).replace(database)
        if staged(keys).exists():
            staged(keys).replace(keys)
        sync_folder(home)
        (home / _MARK_NAME).unlink(missing_ok=True)
