"""Restoring a backup: checked first, the present files kept aside, swapped in one step."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from desktop.models import backup_files
from desktop.models.backup import (
    Manifest,
    check_copy,
    check_digests,
    extract,
    opened,
    read_manifest,
    require_space,
)
from desktop.models.replacing import (
    DATABASE_NAME,
    KEYS_NAME,
    Use,
    is_swapping,
    staged,
    swap_in,
    sync_folder,
)
from desktop.models.storage_errors import DataDamaged, explained
from desktop.models.vault import open_with_password, open_with_recovery, read_keys
from desktop.text import _

ASIDE_FOLDER = "before-restore"


def restore(home: Path, file: Path, key_of: Callable[[bytes], bytes]) -> Path | None:
    """Put a backup in the place of the present data, which is kept aside.

    Nothing changes unless the backup is whole and opens.

    Args:
        home: The data folder; it may be new.
        file: The backup.
        key_of: Returns the data key for the backup's key file: ``by_password`` or ``by_recovery``.

    Returns:
        The folder with the files that were there before, None where there were none.
    """
    manifest, data_key = unlock(file, key_of)
    with explained():
        home.mkdir(parents=True, exist_ok=True)
        require_space(home, file.stat().st_size + sum(manifest.files.values()))
    with Use(home, alone=True):
        return _exchange(home, file, data_key, manifest)


def unlock(file: Path, key_of: Callable[[bytes], bytes]) -> tuple[Manifest, bytes]:
    """Return what a whole backup says of itself, and its data key."""
    manifest = read_manifest(file)
    with opened(file) as archive:
        check_digests(archive, manifest)
        keys = archive.read(KEYS_NAME)
    return manifest, key_of(keys)


def photos_missing(home: Path, file: Path) -> int:
    """Return how many photos of a restored backup were nowhere to be found."""
    return backup_files.missing_after(home, read_manifest(file).files)


def by_password(name: str, password: str) -> Callable[[bytes], bytes]:
    """Open a backup as a person who could sign in when it was made; no name means the only one."""

    def key_of(raw: bytes) -> bytes:
        content = read_keys(raw)
        people = [str(entry["name"]) for entry in content["people"]]
        only = people[0] if len(people) == 1 else ""
        return open_with_password(content, name or only, password)

    return key_of


def by_recovery(code: str) -> Callable[[bytes], bytes]:
    """Open a backup with the recovery key printed at set-up."""
    return lambda raw: open_with_recovery(read_keys(raw), code)


def _exchange(home: Path, file: Path, data_key: bytes, manifest: Manifest) -> Path | None:
    """Bring the copy beside the present files, check it there, then swap."""
    arrived = staged(home / DATABASE_NAME), staged(home / KEYS_NAME)
    try:
        with opened(file) as archive:
            extract(archive, DATABASE_NAME, arrived[0])
            extract(archive, KEYS_NAME, arrived[1])
            backup_files.bring_back(archive, file, home, manifest.files, data_key)
        _require_whole(arrived[0], data_key, manifest)
        with explained():
            aside = _keep_aside(home)
        swap_in(home)
    except BaseException:
        # After the mark is set the swap must be finished, and the staged files stay for it.
        if not is_swapping(home):
            for path in arrived:
                path.unlink(missing_ok=True)
        raise
    return aside


def _require_whole(copy: Path, data_key: bytes, manifest: Manifest) -> None:
    findings = check_copy(copy, data_key, manifest)
    if findings:
        raise DataDamaged(findings[0].message, _("没有作任何改动，请换一份备份。"))


def _keep_aside(home: Path) -> Path | None:
    """Link the present files into a dated folder; nothing is copied where the disk can link."""
    names = (DATABASE_NAME, f"{DATABASE_NAME}-wal", KEYS_NAME)
    present = [home / name for name in names if (home / name).exists()]
    if not present:
        return None
    folder = home / ASIDE_FOLDER / dt.datetime.now().astimezone().strftime("%Y-%m-%d_%H%M%S_%f")
    folder.mkdir(parents=True)
    for path in present:
        try:
            os.link(path, folder / path.name)
        except OSError:
            shutil.copy2(path, folder / path.name)
    sync_folder(folder)
    return folder
