"""Replacing whole files so that a power cut leaves the old or the new one, never a mixture."""

from __future__ import annotations

import os
from pathlib import Path

from desktop.models.storage_errors import explained

DATABASE_NAME = "centre.db"
KEYS_NAME = "keys.json"
STAGED_SUFFIX = ".restored"
_MARK_NAME = "restore.ready"


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file in one step: after a power cut it holds the old or the new content."""
    draft = path.with_name(path.name + ".new")
    with explained():
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
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


def swap_in(home: Path) -> None:
    """Put the staged database and key file in the place of the present ones.

    From the mark on the swap is finished even after a power cut: whoever opens the folder next
    goes on where it stopped. The log of the old database must be gone before the new one arrives.
    """
    write_whole(home / _MARK_NAME, b"")
    finish_restore(home)


def finish_restore(home: Path) -> None:
    """Finish a swap that was cut off; does nothing where there was none."""
    mark = home / _MARK_NAME
    if not mark.exists():
        return
    database, keys = home / DATABASE_NAME, home / KEYS_NAME
    with explained():
        if _staged(database).exists():
            for suffix in ("-wal", "-shm"):
                database.with_name(database.name + suffix).unlink(missing_ok=True)
            _staged(database).replace(database)
        if _staged(keys).exists():
            _staged(keys).replace(keys)
        sync_folder(home)
        mark.unlink()


def _staged(path: Path) -> Path:
    return path.with_name(path.name + STAGED_SUFFIX)
