"""Backups of the hub: written while the PCs go on, read through once, told to the PCs.

What a verified backup holds of a PC's changes is told to it with its next receipt (``safe``).
``county.restoring`` puts a backup back.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

from sqlalchemy import Connection, func, select, update
from sqlalchemy.engine import URL

from county.storage import Hub
from county.tables import CENTRES, DEVICES, HUB
from county.verifying import problems
from desktop.errors import UserError
from desktop.models.replacing import sync_folder
from desktop.text import _

_PART = ".part"
_TOOLS = "/usr/lib/postgresql"
LOGS = ("-wal", "-shm")
"""What SQLite keeps beside an open database."""
OWN = frozenset({HUB.name, CENTRES.name, DEVICES.name})
"""Tables by which a hub is known."""


def back_up(hub: Hub, file: Path) -> int:
    """Write a backup, read it through, and only then give it its name; returns its bytes.

    Raises:
        UserError: It cannot be written, or what was written is not whole.
    """
    with writing_to(file):
        _refuse_other(hub, file)
        part = part_of(file)
        try:
            with hub.reading() as connection:
                # Read before the backup begins: it holds at least as much.
                held = _acknowledged(connection)
            _write(hub, part)
            part.replace(file)
            sync_folder(file.parent)
        finally:
            remove(part)
    _tell_safe(hub, held)
    return file.stat().st_size


def _write(hub: Hub, part: Path) -> None:
    if hub.url.drivername == "sqlite":
        copy_database(path_of(hub.url), part)
        found = check_copy(part)
        if found:
            raise UserError(
                _("备份没有通过检查：{problem}").format(problem=found[0]),
                _("请运行 county-hub verify 查看全部问题。"),
            )
    else:
        part.touch()  # Where that is not possible, it says why.
        _run("pg_dump", hub.url, "--format=custom", f"--file={part}")
        # Reads every row of it, which finds what is cut off or damaged.
        _run("pg_restore", None, f"--file={os.devnull}", str(part))
    part.chmod(0o600)
    with part.open("r+b") as written:  # Windows syncs only what may be written.
        os.fsync(written.fileno())


def _refuse_other(hub: Hub, file: Path) -> None:
    """Refuse to write over anything but a backup: one slip of the hand would cost it."""
    if file.is_dir():
        raise UserError(_("{file} 是文件夹。").format(file=file), _("请写明备份文件的名字。"))
    own = path_of(hub.url) if hub.url.drivername == "sqlite" else None
    if own and any(each.exists() and each.samefile(own) for each in (file, part_of(file))):
        raise UserError(
            _("{file} 是正在使用的数据库，没有改动它。").format(file=own),
            _("请把备份写到另一个文件。"),
        )
    if file.exists() and not _may_replace(file):
        raise UserError(
            _("{file} 已经存在，不是县级平台的备份，没有改动它。").format(file=file),
            _("请换一个文件名。"),
        )


def _may_replace(file: Path) -> bool:
    """Tell whether a file is an older backup, or has nothing in it."""
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        start = stream.read(5)
    if start == b"PGDMP":
        return holds_hub(file)
    try:
        return not start or (_tables(file) >= OWN and not is_open(file))
    except sqlite3.Error:
        return False


@contextmanager
def writing_to(file: Path) -> Iterator[None]:
    """Tell in words why a file cannot be written."""
    try:
        yield
    except OSError as error:
        raise UserError(
            _("不能写 {file}：{reason}。").format(file=file, reason=error.strerror),
            _("请检查文件夹是否存在、能不能写、磁盘是否有空间。"),
        ) from error


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


def path_of(url: URL) -> Path:
    """Return the file of a database on SQLite."""
    return Path(url.database or "")


def part_of(file: Path) -> Path:
    """Return where a file is written until it is whole."""
    return file.with_name(file.name + _PART)


def copy_database(source: Path, target: Path) -> None:
    """Copy a database that may be in use.

    Raises:
        UserError: The source cannot be read.
        OSError: The target cannot be written.
    """
    remove(target)
    target.touch(mode=0o600)
    try:
        with (
            closing(_open_source(source)) as one,
            closing(sqlite3.connect(target)) as other,
        ):
            try:
                one.backup(other)
            except sqlite3.OperationalError as error:
                raise OSError(errno.EIO, str(error)) from error
    except sqlite3.Error as error:
        raise UserError(
            _("不能读 {file}：{reason}。").format(file=source, reason=error),
            _("请检查文件是否完好。"),
        ) from error


def _open_source(source: Path) -> sqlite3.Connection:
    # A path may have signs in it that mean something in an address.
    address = f"file:///{quote(source.resolve().as_posix().removeprefix('/'))}?mode=ro"
    try:
        return _opened(address)
    except sqlite3.OperationalError as error:
        # To be read, a database with a log needs a file beside it: not on a CD or a locked stick.
        log = source.with_name(source.name + LOGS[0])
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN or log in log.parent.iterdir():
            raise
        return _opened(f"{address}&immutable=1")


def _opened(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _tables(file: Path) -> set[str]:
    with closing(_open_source(file)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


def check_copy(file: Path) -> list[str]:
    """Return what is wrong with a copy, and leave all of it in the one file."""
    with closing(Hub(address_of(file))) as copy:
        copy.check()
        with copy.reading() as connection:
            found = problems(connection)
    # With a log, it could not be read from a locked stick.
    with closing(sqlite3.connect(file)) as alone:
        alone.execute("PRAGMA journal_mode = DELETE")
    return found


def is_open(file: Path) -> bool:
    """Tell whether somebody has a database open: leaving WAL needs it for oneself."""
    try:
        with closing(sqlite3.connect(file, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError:
        return True
    except sqlite3.DatabaseError:
        return False  # It is damaged, and nothing can use it.
    return False


def address_of(file: Path) -> URL:
    """Return the address of a database in a file, whatever signs are in its path."""
    return URL.create("sqlite", database=str(file))


def remove(file: Path) -> None:
    """Remove a database that is not wanted, as far as it is there."""
    for name in (file, *(file.with_name(file.name + tail) for tail in LOGS)):
        with suppress(OSError):
            name.unlink(missing_ok=True)


# PostgreSQL


def holds_hub(file: Path) -> bool:
    """Tell whether a file is a dump of a hub."""
    try:
        listed = _run("pg_restore", None, "--list", str(file))
    except UserError:
        return False
    return all(f" TABLE public {name} " in listed for name in OWN)


@contextmanager
def read_dump(file: Path, *options: str) -> Iterator[IO[bytes]]:
    """Give a dump as the SQL that makes its database again.

    Raises:
        UserError: At the end, the dump is cut off or damaged.
    """
    command = [_find("pg_restore"), *options, "--file=-", str(file)]
    with tempfile.TemporaryFile() as told:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told) as process:  # noqa: S603
            assert process.stdout is not None
            yield process.stdout
        told.seek(0)
        _refuse_failed("pg_restore", process.returncode, told.read().decode(errors="replace"))


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


def _run(tool: str, url: URL | None, *words: str) -> str:
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
    _refuse_failed(tool, done.returncode, done.stderr)
    return done.stdout


def _refuse_failed(tool: str, code: int, told: str) -> None:
    if code:
        lines = told.strip().splitlines() or [str(code)]
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
