"""Files of content beside the database: written once, sealed, and checked whenever they are read.

A record keeps the *digest* (SHA-256) of a file's content; by it the file is found, exchanged and
checked. On the disk it lies under a keyed hash of the digest, so that the folder tells nothing of
what is in it, and files of two data keys can lie in one folder without meeting.

The file is written before its record: a power cut between the two leaves a file that nobody asks
for, never a record whose file was lost.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b, sha256
from pathlib import Path

import nacl.exceptions

from desktop.errors import UserError
from desktop.models.database import Database
from desktop.models.replacing import sync_folder
from desktop.models.sealing import derived_key, sealed_box
from desktop.models.storage_errors import DataDamaged, explained
from desktop.text import _

FOLDER = "files"
LARGEST = 4 * 1024 * 1024
"""Bytes of content; a photo as it is stored takes a tenth of it."""

_NAME_BYTES = 32
_DRAFT_SUFFIX = ".new"
_DAY_SECONDS = 86_400


class FileMissing(UserError):  # noqa: N818 - named as the person meets it
    """The record is here and its file is not: it has not arrived, or somebody took it away."""


class FileTooLarge(UserError):  # noqa: N818
    """The content is larger than any photo that the program itself stores."""


def digest_of(content: bytes) -> str:
    """Return the digest by which a record names the content."""
    return sha256(content).hexdigest()


class Files:
    """The sealed files of one centre.

    Args:
        home: The centre's data folder.
        data_key: The centre's data key.
    """

    def __init__(self, home: Path, data_key: bytes) -> None:
        self.folder = home / FOLDER
        self._box = sealed_box(data_key, b"thdesk-files")
        self._name_key = derived_key(data_key, b"thdesk-filename")

    @classmethod
    def of(cls, database: Database) -> Files:
        """Return the files beside an open database."""
        return cls(database.home, database.data_key)

    def name(self, digest: str) -> str:
        """Return the name on the disk."""
        return blake2b(digest.encode(), key=self._name_key, digest_size=_NAME_BYTES).hexdigest()

    def path(self, digest: str) -> Path:
        """Return where the content lies, if it is here."""
        return self.folder / self.name(digest)

    def put(self, content: bytes) -> str:
        """Write content durably unless it is here already; returns its digest.

        Raises:
            FileTooLarge: It is no photo of this program.
            UserError: The disk is full or cannot be written.
        """
        if len(content) > LARGEST:
            raise FileTooLarge(
                _("文件有 {size} MB，太大，没有保存。").format(size=len(content) // 1_000_000),
                _("请换一张较小的照片。"),
            )
        digest = digest_of(content)
        if not self.is_whole(digest):
            write_once(self.path(digest), bytes(self._box.encrypt(content)))
        return digest

    def read(self, digest: str) -> bytes:
        """Return the content of that digest.

        Raises:
            FileMissing: It is not here.
            DataDamaged: What is here is not what was written.
        """
        path = self.path(digest)
        with explained():
            try:
                sealed = path.read_bytes()
            except FileNotFoundError as error:
                raise FileMissing(
                    _("本机还没有这张照片。"),
                    _("别的电脑拍的照片要等两台电脑都同步后才有；否则请从备份恢复。"),
                ) from error
        content = self.opened(sealed, digest)
        if content is None:
            raise DataDamaged(
                _("照片文件已损坏。"), _("与县级同步后会自动取回；没有同步的请从备份恢复。")
            )
        return content

    def opened(self, sealed: bytes, digest: str) -> bytes | None:
        """Return the content of sealed bytes, None where they are not those of the digest."""
        content = self._decrypted(sealed)
        return content if content is not None and digest_of(content) == digest else None

    def belongs(self, sealed: bytes, name: str) -> bool:
        """Tell whether sealed bytes are what lies under that name; for backups."""
        content = self._decrypted(sealed)
        return content is not None and self.name(digest_of(content)) == name

    def _decrypted(self, sealed: bytes) -> bytes | None:
        try:
            return bytes(self._box.decrypt(sealed))
        except (nacl.exceptions.CryptoError, ValueError):
            return None

    def is_whole(self, digest: str) -> bool:
        """Tell whether the content is here as it was written; reads it all."""
        try:
            self.read(digest)
        except (FileMissing, DataDamaged):
            return False
        return True

    def missing(self, digests: Iterable[str]) -> list[str]:
        """Return those whose file is not here; looks into the folder once, reads nothing."""
        there = file_names(self.folder)
        return [digest for digest in digests if self.name(digest) not in there]


def file_names(folder: Path) -> set[str]:
    """Return the names of the sealed files in a folder; drafts are none."""
    with explained():
        try:
            with os.scandir(folder) as entries:
                return {entry.name for entry in entries if len(entry.name) == 2 * _NAME_BYTES}
        except FileNotFoundError:
            return set()


def write_once(path: Path, content: bytes) -> None:
    """Write a file that never changes: after a power cut it is there whole, or not at all."""
    with explained():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(suffix=_DRAFT_SUFFIX, dir=path.parent)
        draft = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def remove_drafts(folder: Path) -> None:
    """Remove what a power cut left half written; one of today may be in the making."""
    for draft in folder.glob(f"*{_DRAFT_SUFFIX}"):
        with suppress(OSError):
            if draft.stat().st_mtime < time.time() - _DAY_SECONDS:
                draft.unlink()
