"""Tell whether the models and the newest revision differ: ``python -m …migrations.check``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import nacl.utils

from desktop.models.database import Database
from desktop.models.migrations.tables import metadata
from desktop.models.vault import DIRECTOR, Unlocked


def differences() -> list[Any]:
    """Return what a new revision would change, by building a fresh file from the revisions."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    someone = Unlocked("", "", DIRECTOR, nacl.utils.random(32))
    with (
        tempfile.TemporaryDirectory() as folder,
        Database.create(Path(folder), someone) as database,
        database.connect() as connection,
    ):
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata()))


def main() -> int:
    """Print each difference; the exit code is 1 where there is one."""
    found = differences()
    for difference in found:
        sys.stderr.write(f"missing in the newest revision: {difference}\n")
    if found:
        sys.stderr.write('make it with: python -m desktop.models.migrations.make "what changes"\n')
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
