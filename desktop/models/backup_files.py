"""Photos in backups: each only once.

The centre's own backups share one folder of photos beside them, where a photo is copied once and
then never again, however many backups name it. A backup made elsewhere, on a USB stick, carries its
photos in itself, because nobody copies two things. Photos never change, so a copy never grows old.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from desktop.models.checking import FILE, Finding
from desktop.models.database import Database, connect_raw
from desktop.models.file_states import HERE, raw_statements
from desktop.models.files import FOLDER, Files, file_names, remove_drafts, write_once
from desktop.models.storage_errors import explained
from desktop.text import _

_INSIDE = f"{FOLDER}/"


def size(home: Path) -> int:
    """Return how many bytes the centre's photos take."""
    folder = home / FOLDER
    with explained():
        return sum((folder / name).stat().st_size for name in file_names(folder))


def named_in(database: Path, data_key: bytes) -> set[str]:
    """Return the digests that the records of a database name and that its PC held."""
    connection = connect_raw(database, data_key, read_only=True)
    try:
        with explained():
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if "stored_file" not in tables:
                return set()
            held = connection.execute("SELECT digest FROM stored_file WHERE state = ?", (HERE,))
            here = {digest for (digest,) in held}
            named = {
                digest
                for statement in raw_statements(tables)
                for (digest,) in connection.execute(statement)
            }
    finally:
        connection.close()
    return here & named


class Keeping:
    """The photos that belong to one backup in the making."""

    def __init__(self, copy: Path, database: Database) -> None:
        self._files = Files.of(database)
        self._names = {
            self._files.name(digest): digest for digest in named_in(copy, database.data_key)
        }

    def found(self) -> dict[str, int]:
        """Return those that are whole in the data folder, by name with their size."""
        return {name: len(sealed) for name, sealed in self._whole(self._names)}

    def beside(self, folder: Path) -> dict[str, int]:
        """Copy what the folder beside the backups lacks; returns all that is there."""
        target = folder / FOLDER
        remove_drafts(target)
        there = file_names(target) & set(self._names)
        for name, sealed in self._whole(set(self._names) - there):
            write_once(target / name, sealed)
            there.add(name)
        with explained():
            return {name: (target / name).stat().st_size for name in sorted(there)}

    def _whole(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Go through the sealed photos; one that is missing or damaged is left to the check."""
        with explained():
            for name in sorted(names):
                path = self._files.folder / name
                sealed = path.read_bytes() if path.exists() else b""
                if sealed and self._files.opened(sealed, self._names[name]) is not None:
                    yield name, sealed


def pack(archive: zipfile.ZipFile, home: Path, names: Iterable[str]) -> None:
    """Put the photos into a backup."""
    for name in names:
        archive.write(home / FOLDER / name, _INSIDE + name)


def check(
    archive: zipfile.ZipFile, file: Path, names: Mapping[str, int], data_key: bytes | None
) -> list[Finding]:
    """Look for each photo of a backup, and with the key open it."""
    files = Files(file.parent, data_key) if data_key is not None else None
    bad = 0
    for name, wanted in names.items():
        sealed = _sealed(archive, (file.parent / FOLDER,), name)
        whole = len(sealed) == wanted and (files is None or files.belongs(sealed, name))
        bad += not whole
    return [_lacking(bad)] if bad else []


def check_named(copy: Path, data_key: bytes, names: Mapping[str, int]) -> list[Finding]:
    """Find photos that the records of a backup name and the backup does not have."""
    files = Files(copy.parent, data_key)
    bad = sum(files.name(digest) not in names for digest in named_in(copy, data_key))
    return [_lacking(bad)] if bad else []


def _lacking(count: int) -> Finding:
    return Finding(FILE, _("这份备份缺 {count} 张照片，或其中有损坏的。").format(count=count))


def bring_back(
    archive: zipfile.ZipFile, file: Path, home: Path, names: Mapping[str, int], data_key: bytes
) -> None:
    """Add the photos of a backup to the data folder; nothing that is there is changed.

    One that is nowhere whole is left out: the records matter more, and the county may have it.
    """
    files = Files(home, data_key)
    with explained():
        for name, wanted in names.items():
            path = files.folder / name
            if path.exists() and path.stat().st_size == wanted:
                continue
            sealed = _sealed(archive, (file.parent / FOLDER, home / "backups" / FOLDER), name)
            if sealed and files.belongs(sealed, name):
                write_once(path, sealed)


def missing_after(home: Path, names: Iterable[str]) -> int:
    """Return how many photos of a restored backup are not in the data folder."""
    there = file_names(home / FOLDER)
    return sum(name not in there for name in names)


def _sealed(archive: zipfile.ZipFile, folders: Iterable[Path], name: str) -> bytes:
    """Return a photo as it lies in the backup or in one of the folders; empty where it does not."""
    if _INSIDE + name in archive.NameToInfo:
        return archive.read(_INSIDE + name)
    for folder in folders:
        path = folder / name
        if path.is_file():
            return path.read_bytes()
    return b""
