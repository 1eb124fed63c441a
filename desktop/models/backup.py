"""Backups: one file with the database, its key file and a manifest; made, kept and checked.

A backup opens on any PC with a password of the day it was made or with the recovery key. Photos are
in it too (:mod:`desktop.models.backup_files`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import struct
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from desktop.errors import DataTooNew, NotFound, UserError
from desktop.models import backup_files, migrations
from desktop.models.checking import Finding, check_content, check_pages, row_counts
from desktop.models.database import Database, connect_raw
from desktop.models.replacing import DATABASE_NAME, KEYS_NAME, sync_folder
from desktop.models.rotation import BY_HAND, DAILY, BackupName, expired, read_name
from desktop.models.storage_errors import DataDamaged, DiskFull, explained
from desktop.models.vault import read_keys
from desktop.text import _

FOLDER = "backups"
_MANIFEST_NAME = "manifest.json"
_FORMAT = 1
_DRAFT_SUFFIX = ".partial"
_SPARE_BYTES = 16 * 1024 * 1024
# What zipfile and msgspec raise for a file whose bytes are not as they were written.
_NOT_A_BACKUP = (
    zipfile.BadZipFile,
    msgspec.DecodeError,
    KeyError,
    ValueError,
    EOFError,
    NotImplementedError,
    OverflowError,
    struct.error,
)


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself, readable without a key.

    ``files`` are the sealed photos that belong to it, by name with their size; they lie in the
    backup or in the folder ``files`` beside it.
    """

    format: int
    centre: str
    made: str
    reason: str
    revision: str
    rows: dict[str, int]
    sha256: dict[str, str]
    files: dict[str, int] = {}


def make(
    database: Database,
    reason: str = BY_HAND,
    *,
    folder: Path | None = None,
    now: dt.datetime | None = None,
) -> Path:
    """Write a consistent, checked copy of the database while others go on using it.

    Returns:
        The backup file, by default among the centre's own backups.
    """
    folder = folder or database.home / FOLDER
    with explained():
        folder.mkdir(parents=True, exist_ok=True)
        _remove_old_drafts(folder)
        require_space(folder, 2 * database.path.stat().st_size + _files_size(database, folder))
    target = _free_name(folder, reason, now or dt.datetime.now().astimezone())
    copy = target.with_name(f"{target.name}.{os.getpid()}.db{_DRAFT_SUFFIX}")
    draft = target.with_name(f"{target.name}.{os.getpid()}{_DRAFT_SUFFIX}")
    try:
        with explained():
            _copy_database(database, copy)
            _pack(database, copy, draft, reason, beside=folder == database.home / FOLDER)
            draft.replace(target)
            sync_folder(folder)
    finally:
        copy.unlink(missing_ok=True)
        draft.unlink(missing_ok=True)
    return target


def ensure_daily(database: Database, *, now: dt.datetime | None = None) -> Path | None:
    """Make the day's backup unless there is one, and remove those whose time is over."""
    now = now or dt.datetime.now().astimezone()
    folder = database.home / FOLDER
    if any(
        n.reason == DAILY and n.moment.date() == now.date()
        for n in map(read_name, _names(folder))
        if n
    ):
        return None
    made = make(database, DAILY, now=now)
    with explained():
        for name in expired(_names(folder)):
            (folder / name).unlink(missing_ok=True)
    return made


def listing(home: Path) -> list[Path]:
    """Return the centre's own backups, the newest first."""
    folder = home / FOLDER
    return [folder / name for name in sorted(_names(folder), reverse=True)]


def _names(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return [path.name for path in folder.iterdir() if read_name(path.name)]


def _free_name(folder: Path, reason: str, now: dt.datetime) -> Path:
    moment = now.replace(microsecond=0, tzinfo=None)
    while (path := folder / str(BackupName(moment, reason))).exists():
        moment += dt.timedelta(seconds=1)
    return path


def _copy_database(database: Database, copy: Path) -> None:
    """Copy in one read transaction, under the same key, and read every page back."""
    source = connect_raw(database.path, database.data_key)
    try:
        source.execute("VACUUM INTO ?", (str(copy),))
    finally:
        source.close()
    findings = check_pages(copy, database.data_key)
    if findings:
        raise DataDamaged(findings[0].message, _("请检查硬盘，并改用较早的备份。"))


def _files_size(database: Database, folder: Path) -> int:
    """Return what the photos add: all of them elsewhere, hardly any among the centre's own."""
    if folder == database.home / FOLDER:
        return 0
    return backup_files.size(database.home)


def _pack(database: Database, copy: Path, draft: Path, reason: str, *, beside: bool) -> None:
    files = backup_files.Keeping(copy, database)
    # Photos first: a backup that is there has its photos.
    kept = files.beside(draft.parent) if beside else files.found()
    keys = (database.home / KEYS_NAME).read_bytes()
    with copy.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    manifest = Manifest(
        format=_FORMAT,
        centre=str(read_keys(keys)["centre"]),
        made=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        reason=reason,
        revision=database.revision,
        rows=row_counts(copy, database.data_key),
        sha256={DATABASE_NAME: digest, KEYS_NAME: hashlib.sha256(keys).hexdigest()},
        files=kept,
    )
    with draft.open("wb") as stream:
        # Stored, not deflated: encrypted pages do not get smaller.
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            archive.write(copy, DATABASE_NAME)
            archive.writestr(KEYS_NAME, keys)
            archive.writestr(_MANIFEST_NAME, msgspec.json.format(msgspec.json.encode(manifest)))
            if not beside:
                backup_files.pack(archive, database.home, kept)
        stream.flush()
        os.fsync(stream.fileno())


def require_space(folder: Path, needed: int) -> None:
    """Refuse work that would fill the disk, before it begins."""
    if shutil.disk_usage(folder).free < needed + _SPARE_BYTES:
        message = _("磁盘空间不足，备份需要 {size} MB。").format(size=needed // 1_000_000 + 1)
        raise DiskFull(message, _("请清理磁盘，或把备份存到别处。"))


def _remove_old_drafts(folder: Path) -> None:
    """Remove what a power cut left of a backup; a draft of today may still be in the making."""
    yesterday = time.time() - 86_400
    for draft in folder.glob(f"*{_DRAFT_SUFFIX}"):
        if draft.stat().st_mtime < yesterday:
            draft.unlink(missing_ok=True)


def verify_backup(file: Path, data_key: bytes | None = None) -> list[Finding]:
    """Check a backup against its manifest and, with the key, read the whole copy in it."""
    try:
        manifest = read_manifest(file)
        with opened(file) as archive:
            check_digests(archive, manifest)
            findings = backup_files.check(archive, file, manifest.files, data_key)
        if data_key is None or findings:
            return findings
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / DATABASE_NAME
            with opened(file) as archive:
                extract(archive, DATABASE_NAME, copy)
            return check_copy(copy, data_key, manifest) or backup_files.check_named(
                copy, data_key, manifest.files
            )
    except DataDamaged as error:
        return [Finding("damaged", error.message)]


def read_manifest(file: Path) -> Manifest:
    """Read what a backup says of itself.

    Raises:
        NotFound: There is no such file.
        DataDamaged: It is not a backup, or not a whole one.
        DataTooNew: A newer version of the program made it.
    """
    if not file.is_file():
        raise NotFound(_("没有找到备份文件“{file}”。").format(file=file))
    with opened(file) as archive:
        manifest = msgspec.json.decode(archive.read(_MANIFEST_NAME), type=Manifest)
    if manifest.format > _FORMAT or (
        manifest.revision and manifest.revision not in migrations.known()
    ):
        raise DataTooNew(_("这份备份由更新的版本建立，没有恢复。"), _("请升级程序后再恢复。"))
    return manifest


@contextmanager
def opened(file: Path) -> Iterator[zipfile.ZipFile]:
    """Open a backup; whatever is not as it was written is told as damage."""
    with explained():
        try:
            with zipfile.ZipFile(file) as archive:
                if any(info.compress_type or info.flag_bits & 1 for info in archive.infolist()):
                    raise _damaged(file)
                yield archive
        except _NOT_A_BACKUP as error:
            raise _damaged(file) from error


def check_digests(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Compare both files with the manifest."""
    for name in (DATABASE_NAME, KEYS_NAME):
        with archive.open(name) as stream:
            digest = _digest(stream)
        if digest != manifest.sha256.get(name):
            raise _damaged(Path(str(archive.filename)))


def _digest(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def extract(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    """Write one of the files beside its place, durably."""
    with archive.open(name) as source, target.open("wb") as stream:
        shutil.copyfileobj(source, stream, 1 << 20)
        stream.flush()
        os.fsync(stream.fileno())


def check_copy(copy: Path, data_key: bytes, manifest: Manifest) -> list[Finding]:
    """Read a whole copy and count it against the manifest."""
    findings = check_pages(copy, data_key) or check_content(copy, data_key)
    if not findings and row_counts(copy, data_key) != manifest.rows:
        findings.append(Finding("rows", _("备份中的记录数与清单不符。")))
    return findings


def _damaged(file: Path) -> UserError:
    message = _("“{file}”不是完整的备份文件。").format(file=file.name)
    return DataDamaged(message, _("没有作任何改动，请换一份备份。"))
