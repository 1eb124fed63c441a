"""The versions of the tables: numbered Alembic revisions, applied in one transaction each time.

Alembic itself is imported only when there is something to migrate: it would cost a fifth of the
program's start.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

if TYPE_CHECKING:
    import sqlcipher3.dbapi2 as sqlcipher
    from alembic.config import Config

FOLDER = Path(__file__).resolve().parent
_NUMBER_LENGTH = 4
_HAS_VERSION = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
_VERSION = "SELECT version_num FROM alembic_version"


@cache
def known() -> frozenset[str]:
    """Return every revision this program knows, from the numbers of its files."""
    files = (FOLDER / "versions").glob("[0-9]*_*.py")
    return frozenset(file.name[:_NUMBER_LENGTH] for file in files)


def head() -> str:
    """Return the newest revision."""
    return max(known(), default="")


def current(connection: Connection) -> str:
    """Return the revision of an open database, empty where it has no tables."""
    if connection.exec_driver_sql(_HAS_VERSION).first() is None:
        return ""
    return str(connection.exec_driver_sql(_VERSION).scalar() or "")


def current_raw(connection: sqlcipher.Connection) -> str:
    """Return the revision of a database seen through the driver alone."""
    if connection.execute(_HAS_VERSION).fetchone() is None:
        return ""
    row = connection.execute(_VERSION).fetchone()
    return str(row[0]) if row else ""


def config() -> Config:
    """Return the settings of Alembic; there is no alembic.ini to lose."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    settings.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return settings


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest revision within the transaction that is open.

    The triggers refer to columns and would be in the way of a changed table: all go first and are
    made again from the declarations.
    """
    from alembic import command

    from desktop.models.changes import create_triggers

    drop_triggers(connection)
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
    create_triggers(connection)


def drop_triggers(connection: Connection) -> None:
    """Remove every trigger of the file."""
    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for name in names.scalars().all():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
