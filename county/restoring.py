"""Putting a backup in the place of the hub's database: the whole of it, or nothing.

A restored backup is a new generation of the hub, and the PCs send again what it has lost.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice, takewhile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from county import backups, fences
from county.storage import Damaged, Hub, build, renew_generation, version_of
from county.tables import METADATA
from desktop.errors import UserError
from desktop.models.replacing import sync_folder
from desktop.text import _

if TYPE_CHECKING:
    from psycopg import Cursor

_ROWS = 50
"""So many rows of a dump at once; with photos they are long."""


def restore(url: str, file: Path) -> Path | None:
    """Put a backup in the place of the database; returns where the one that was there is kept.

    On PostgreSQL it replaces the tables of the database named, in one transaction.

    Raises:
        UserError: The file is no whole backup of a hub, or the service is still running.
    """
    if not file.is_file():
        raise UserError(_("没有文件 {file}。").format(file=file))
    with closing(Hub(url)) as hub:
        if hub.url.drivername == "sqlite":
            return _restore_file(backups.path_of(hub.url), file)
        _restore_dump(hub, file)
    return None


def _begin_anew(connection: Connection, file: Path) -> None:
    """Make a hub of this program of what was in the backup, and a new generation."""
    there = set(inspect(connection).get_table_names())
    if not there >= backups.OWN or version_of(connection) is None:
        raise _no_backup(file)
    build(connection)
    renew_generation(connection)


def _no_backup(file: Path) -> UserError:
    return UserError(
        _("{file} 不是县级平台的备份，或已损坏，没有作任何改动。").format(file=file),
        _("请换一份备份。"),
    )


def _still_running() -> UserError:
    return UserError(
        _("数据库正在使用，没有作任何改动。"), _("请先停掉 county-hub serve，再恢复备份。")
    )


# SQLite


def _restore_file(target: Path, file: Path) -> Path | None:
    part = backups.part_of(target)
    with backups.writing_to(target):
        try:
            if target.exists() and backups.is_open(target):
                raise _still_running()
            backups.copy_database(file, part)
            _renew(part, file)
            kept = _put_aside(target)
            part.replace(target)
            sync_folder(target.parent)
        finally:
            backups.remove(part)
    return kept


def _renew(part: Path, file: Path) -> None:
    try:
        with closing(Hub(backups.address_of(part))) as hub, hub.owning() as connection:
            _begin_anew(connection, file)
        found = backups.check_copy(part)
    except Damaged as error:
        raise _no_backup(file) from error
    if found:
        raise UserError(
            _("{file} 没有通过检查，没有作任何改动：{problem}").format(file=file, problem=found[0]),
            _("请换一份备份。"),
        )


def _put_aside(target: Path) -> Path | None:
    """Rename the database that is there, with its log: SQLite would play that into the new one."""
    kept = target.with_name(f"{target.name}.{time.strftime('%Y%m%d-%H%M%S')}")
    was_there = target.exists()
    for tail in ("", *backups.LOGS):
        each = target.with_name(target.name + tail)
        if each.exists():
            each.rename(kept.with_name(kept.name + tail))
    return kept if was_there else None


# PostgreSQL


def _restore_dump(hub: Hub, file: Path) -> None:
    """Load a dump in one transaction, with the upgrade of it and its new generation.

    ``pg_restore`` and ``psql`` end theirs themselves, before any of that: a power cut in between
    would leave the old generation, and a dump of a newer program no way back.
    """
    from psycopg import Error

    if not backups.holds_hub(file):
        raise _no_backup(file)
    with hub.owning() as connection:
        _refuse_running(connection)
        driver: Any = connection.connection.driver_connection
        options = ("--clean", "--if-exists", "--no-owner", "--no-acl")
        tables = _tables(connection)
        try:
            with backups.read_dump(file, *options) as lines, driver.cursor() as cursor:
                if tables:
                    # Those that the backup lacks would stay with their rows.
                    cursor.execute(f"DROP TABLE {', '.join(tables)}")
                _load(cursor, lines)
                cursor.execute("RESET ALL")  # The dump's settings are not the hub's.
        except Error as error:
            raise UserError(
                _("不能恢复 {file}，没有作任何改动：{reason}。").format(
                    file=file, reason=str(error).partition("\n")[0]
                ),
                _("请检查备份文件、数据库用户的权限和磁盘空间。"),
            ) from error
        _begin_anew(connection, file)


def _tables(connection: Connection) -> list[str]:
    """Return the tables of the hub that is there, those of a newer program too."""
    known = METADATA.tables.keys() | fences.standing(connection)
    quoted = connection.dialect.identifier_preparer.quote
    return [quoted(name) for name in inspect(connection).get_table_names() if name in known]


def _load(cursor: Cursor[Any], lines: IO[bytes]) -> None:
    """Carry out a dump's SQL; rows stand below their COPY up to a line of their own."""
    script: list[bytes] = []
    for line in lines:
        if line.startswith(b"COPY ") and line.rstrip().endswith(b" FROM stdin;"):
            cursor.execute(b"".join(script))
            script.clear()
            with cursor.copy(line) as copy:
                for rows in _rows(lines):
                    copy.write(rows)
        elif not line.startswith((b"\\restrict ", b"\\unrestrict ")):  # psql's own
            script.append(line)
    cursor.execute(b"".join(script))


def _rows(lines: IO[bytes]) -> Iterator[bytes]:
    rows = takewhile(lambda line: line.rstrip(b"\r\n") != b"\\.", lines)
    return iter(lambda: b"".join(islice(rows, _ROWS)), b"")


def _refuse_running(connection: Connection) -> None:
    others = connection.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    ).scalar_one()
    if others:
        raise _still_running()
