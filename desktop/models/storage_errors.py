"""What the disk and SQLite report, told as sentences with a next step."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from desktop.errors import UserError
from desktop.text import N_, _


class DataLocked(UserError):  # noqa: N818 - named as the person meets it
    """Another program holds the data for longer than a person should wait."""


class DiskFull(UserError):  # noqa: N818
    """There is no room left for the data."""


class DiskReadOnly(UserError):  # noqa: N818
    """The program may not write where the data is kept."""


class DataDamaged(UserError):  # noqa: N818
    """The file is not what was written, or the key is not the one it was written with."""


class DiskFailed(UserError):  # noqa: N818
    """The disk itself reports an error."""


_Sentence = tuple[type[UserError], str, str]

_LOCKED: _Sentence = (
    DataLocked,
    N_("数据正被另一个程序占用。"),
    N_("请关闭其他正在使用本数据的窗口，稍后再试。"),
)
_FULL: _Sentence = (
    DiskFull,
    N_("磁盘空间不足，没有写入任何内容。"),
    N_("请清理磁盘后再试。"),
)
_READ_ONLY: _Sentence = (
    DiskReadOnly,
    N_("数据所在的文件夹不能写入。"),
    N_("请检查文件夹权限，或换一个可以写入的位置。"),
)
_DAMAGED: _Sentence = (
    DataDamaged,
    N_("数据文件已损坏，或与密钥不符。"),
    N_("请不要再写入，用“恢复备份”取回最近的备份。"),
)
_FAILED: _Sentence = (
    DiskFailed,
    N_("读写磁盘时出错。"),
    N_("请先备份数据，再检查硬盘或U盘。"),
)


@cache
def _by_sqlite() -> dict[int, _Sentence]:
    """Return the sentence for each primary result code."""
    import sqlcipher3.dbapi2 as sqlcipher

    return {
        sqlcipher.SQLITE_BUSY: _LOCKED,
        sqlcipher.SQLITE_LOCKED: _LOCKED,
        sqlcipher.SQLITE_FULL: _FULL,
        sqlcipher.SQLITE_READONLY: _READ_ONLY,
        sqlcipher.SQLITE_PERM: _READ_ONLY,
        sqlcipher.SQLITE_CANTOPEN: _READ_ONLY,
        sqlcipher.SQLITE_CORRUPT: _DAMAGED,
        sqlcipher.SQLITE_NOTADB: _DAMAGED,
        sqlcipher.SQLITE_IOERR: _FAILED,
    }


_BY_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EIO: _FAILED,
}


def explain(error: BaseException | None) -> UserError | None:
    """Return the sentence for an error of the world, or None where it is a bug of ours."""
    found: _Sentence | None = None
    # SQLite is loaded when it is first used, not for the sign-in page; without it nothing is its.
    driver = sys.modules.get("sqlcipher3.dbapi2")
    if driver is not None and isinstance(error, driver.Error):
        # The low byte is the primary result code; the rest says where it happened.
        found = _by_sqlite().get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    elif isinstance(error, OSError) and error.errno is not None:
        found = _BY_SYSTEM.get(error.errno)
    if found is None:
        return None
    kind, message, advice = found
    return kind(_(message), _(advice))


@contextmanager
def explained() -> Iterator[None]:
    """Raise the sentence in place of an error of the disk or of SQLite."""
    try:
        yield
    except Exception as error:
        told = explain(error)
        if told is None:
            raise
        raise told from error
