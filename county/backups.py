"""Backups of the hub: written while the PCs go on, read through once, told to the PCs.

What a verified backup holds of a PC's changes is told to it with its next receipt (``safe``). A
restored backup is a new generation of the hub, and the PCs send again what it has lost.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.engine import URL, make_url

from county.storage import Hub, renew_generation
from county.tables import CENTRES, DEVICES
from county.verifying import problems
from desktop.errors import UserError
from desktop.text import _

_PART = ".part"
_TOOLS = "/usr/lib/postgresql"


def back_up(hub: Hub, file: Path) -> int:
    """Write a backup, read it through, and only then give it its name; returns its bytes.

    Raises:
        UserError: It cannot be written, or what was written is not whole.
    """
    part = file.with_name(file.name + _PART)
    try:
        with hub.reading() as connection:
            # Read before the backup begins: it holds at least as much.
            held = _acknowledged(connection)
        if hub.url.drivername == "sqlite":
            _copy(_path(hub.url), part)
            _check_copy(part)
        else:
            _run("pg_dump", hub.url, "--format=custom", f"--file={part}")
            # Reads every row of it, which finds what is cut off or damaged.
            _run("pg_restore", None, f"--file={os.devnull}", str(part))
        part.chmod(0o600)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    except OSError as error:
        raise UserError(
            _("不能写备份 {file}：{reason}。").format(file=file, reason=error.strerror),
            _("请换一个位置，或腾出空间后再试。"),
        ) from error
    finally:
        _remove(part)
    _tell_safe(hub, held)
    return file.stat().st_size


def restore(url: str, file: Path) -> Path | None:
    """Put a backup in the place of the database; returns where the one that was there is kept.

    On PostgreSQL it replaces the tables of the database named, in one transaction.

    Raises:
        UserError: The file is no whole backup of a hub, or the service is still running.
    """
    if not file.is_file():
        raise UserError(_("没有文件 {file}。").format(file=file))
    if make_url(url).drivername == "sqlite":
        return _restore_file(url, file)
    with closing(Hub(url)) as hub:
        with hub.owning() as connection:
            _refuse_running(connection)
        options = ("--clean", "--if-exists", "--no-owner", "--no-acl")
        whole = ("--single-transaction", "--exit-on-error", str(file))
        hub.engine.dispose()
        _run("pg_restore", hub.url, *options, *whole)
        _begin_anew(hub)
    return None


def _begin_anew(hub: Hub) -> None:
    hub.create()
    with hub.owning() as connection:
        renew_generation(connection)


def _tell_safe(hub: Hub, held: dict[int, int]) -> None:
    with hub.writing() as connection:
        for device, acknowledged in sorted(held.items()):
            connection.execute(
                update(DEVICES).where(DEVICES.c.id == device).values(safe=acknowledged)
            )


def _acknowledged(connection: Connection) -> dict[int, int]:
    rows = connection.execute(select(DEVICES.c.id, DEVICES.c.acknowledged))
    return {row.id: row.acknowledged for row in rows}


# SQLite


def _path(url: URL) -> Path:
    return Path(url.database or "")


def _copy(source: Path, target: Path) -> None:
    _remove(target)
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as one,
            closing(sqlite3.connect(target)) as other,
        ):
            one.backup(other)
    except sqlite3.Error as error:
        raise UserError(
            _("不能复制 {file}：{reason}。").format(file=source, reason=error),
            _("请检查文件是否完好、磁盘是否有空间。"),
        ) from error


def _check_copy(file: Path) -> None:
    with closing(Hub(f"sqlite:///{file}")) as copy:
        copy.check()
        with copy.reading() as connection:
            found = problems(connection)
    if found:
        raise UserError(
            _("备份没有通过检查：{problem}").format(problem=found[0]),
            _("请运行 county-hub verify 查看全部问题。"),
        )


def _restore_file(url: str, file: Path) -> Path | None:
    target = _path(make_url(url))
    part = target.with_name(target.name + _PART)
    try:
        if target.exists():
            _refuse_open(target)
        _copy(file, part)
        with closing(Hub(f"sqlite:///{part}")) as hub:
            _begin_anew(hub)
        _check_copy(part)
        kept = None
        if target.exists():
            kept = target.with_name(f"{target.name}.{time.strftime('%Y%m%d-%H%M%S')}")
            target.rename(kept)
        part.replace(target)
    except OSError as error:
        raise UserError(
            _("不能写 {file}：{reason}。").format(file=target, reason=error.strerror)
        ) from error
    finally:
        _remove(part)
    return kept


def _refuse_open(target: Path) -> None:
    """Refuse while somebody has the database open: leaving WAL needs it for oneself."""
    try:
        with closing(sqlite3.connect(target, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise _still_running() from error
    except sqlite3.DatabaseError:
        return  # It is damaged, which is why it is replaced.


def _remove(file: Path) -> None:
    for name in (file, *(file.with_name(file.name + tail) for tail in ("-wal", "-shm"))):
        with suppress(OSError):
            name.unlink(missing_ok=True)


# PostgreSQL


def _refuse_running(connection: Connection) -> None:
    others = connection.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    ).scalar_one()
    if others:
        raise _still_running()


def _still_running() -> UserError:
    return UserError(
        _("数据库正在使用，没有作任何改动。"), _("请先停掉 county-hub serve，再恢复备份。")
    )


def _find(tool: str) -> str:
    found = sorted(
        Path(_TOOLS).glob(f"*/bin/{tool}"), key=lambda path: path.parts[-3].zfill(4), reverse=True
    )
    known = str(found[0]) if found else shutil.which(tool)
    if known is None:
        raise UserError(
            _("找不到 PostgreSQL 的程序 {tool}。").format(tool=tool),
            _("请安装与数据库同版本的 postgresql-client。"),
        )
    return known


def _run(tool: str, url: URL | None, *words: str) -> None:
    environment = dict(os.environ)
    where = []
    if url is not None:
        # The password goes by the environment: everybody can read a command line.
        if url.password:
            environment["PGPASSWORD"] = str(url.password)
        plain = URL.create(
            "postgresql", url.username, None, url.host, url.port, url.database, url.query
        )
        where = [f"--dbname={plain.render_as_string()}"]
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [_find(tool), *where, *words],
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [str(done.returncode)]
        raise UserError(
            _("{tool} 没有成功：{reason}").format(tool=tool, reason=lines[-1]),
            _("请检查备份文件、数据库地址和磁盘空间。"),
        )


# PCs that do not come any more


def stale(connection: Connection, before: str) -> list[dict[str, object]]:
    """Return the PCs that have not been heard of since a moment, longest silent first."""
    last = func.coalesce(DEVICES.c.last_seen, DEVICES.c.enrolled_at)
    copies = select(DEVICES.c.copy_of).where(DEVICES.c.copy_of.is_not(None))
    rows = connection.execute(
        select(
            DEVICES.c.id.label("device"),
            CENTRES.c.code.label("centre"),
            CENTRES.c.name.label("centre_name"),
            DEVICES.c.name,
            last.label("last_seen"),
        )
        .join(CENTRES, CENTRES.c.id == DEVICES.c.centre_id)
        .where(DEVICES.c.revoked_at.is_(None), DEVICES.c.id.not_in(copies), last < before)
        .order_by(last, DEVICES.c.id)
    )
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's documented name
