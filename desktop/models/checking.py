"""Reading a whole database to find what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from desktop.models.database import connect_raw
from desktop.models.file_states import AWAITED
from desktop.models.files import Files
from desktop.models.replacing import DATABASE_NAME
from desktop.models.storage_errors import DataDamaged, explained
from desktop.models.vault import Unlocked
from desktop.text import _

FILE = "file"
"""Code of a finding about photos: the records themselves are whole."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with data or a backup."""

    code: str
    message: str


def verify(home: Path, unlocked: Unlocked) -> list[Finding]:
    """Read the whole database and return what is wrong with it."""
    path = home / DATABASE_NAME
    if not path.exists():
        return [Finding("missing", _("没有找到数据文件 {file}。").format(file=path))]
    key = unlocked.data_key
    return _check_still(path, key) or check_content(path, key) or _check_files(home, key)


def _check_files(home: Path, key: bytes) -> list[Finding]:
    """Open every photo that this PC has had; one that has not arrived yet is no fault."""
    files = Files(home, key)
    connection = connect_raw(home / DATABASE_NAME, key, read_only=True)
    try:
        with explained():
            if not connection.execute(_HAS_FILES).fetchone():
                return []
            rows = connection.execute(_HELD_FILES, (AWAITED,)).fetchall()
    finally:
        connection.close()
    bad = sum(not files.is_whole(digest) for (digest,) in rows)
    message = _("有 {count} 张照片的文件已损坏或不见了。")
    return [Finding(FILE, message.format(count=bad))] if bad else []


_HAS_FILES = "SELECT 1 FROM sqlite_master WHERE name = 'stored_file'"
_HELD_FILES = "SELECT digest FROM stored_file WHERE state <> ?"


def _check_still(path: Path, key: bytes) -> list[Finding]:
    """Check the seals while nobody folds the log into the file.

    The check reads the file past SQLite's locks. With the log empty and the write lock held no page
    can change below it.
    """
    try:
        connection = connect_raw(path, key)
    except DataDamaged as error:
        return [Finding("unreadable", error.message)]
    try:
        with explained():
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.execute("BEGIN IMMEDIATE")
            return _broken_pages(connection)
    finally:
        connection.close()


def check_pages(path: Path, key: bytes) -> list[Finding]:
    """Check the seal of every page (HMAC-SHA512) of a copy that nobody writes."""
    try:
        connection = connect_raw(path, key, read_only=True)
    except DataDamaged as error:
        return [Finding("unreadable", error.message)]
    try:
        return _broken_pages(connection)
    finally:
        connection.close()


def _broken_pages(connection: sqlcipher.Connection) -> list[Finding]:
    with explained():
        broken = connection.execute("PRAGMA cipher_integrity_check").fetchall()
    message = _("数据文件中有被改动或损坏的页：{detail}")
    return [Finding("page", message.format(detail=detail)) for (detail,) in broken]


def check_content(path: Path, key: bytes) -> list[Finding]:
    """Check tables and indexes against each other."""
    connection = connect_raw(path, key, read_only=True)
    try:
        with explained():
            rows = connection.execute("PRAGMA integrity_check").fetchall()
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        connection.close()
    message = _("数据表内部不一致：{detail}")
    findings = [
        Finding("content", message.format(detail=detail)) for (detail,) in rows if detail != "ok"
    ]
    message = _("表 {table} 中有记录指向不存在的记录。")
    return findings + [Finding("orphan", message.format(table=row[0])) for row in orphans]


def row_counts(path: Path, key: bytes) -> dict[str, int]:
    """Count the rows of every table."""
    connection = connect_raw(path, key, read_only=True)
    try:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - names from the file's own list
            for (name,) in sorted(tables)
        }
    finally:
        connection.close()
