"""Write the next revision from the models: ``python -m …migrations.make "what changes"``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import nacl.utils

from desktop.models import migrations
from desktop.models.database import Database
from desktop.models.vault import DIRECTOR, Unlocked

_ARGUMENTS = 2


def make(message: str) -> Path:
    """Compare the models with a file of the newest revision and write the difference down."""
    from alembic import command
    from alembic.script import Script

    number = f"{int(migrations.head() or 0) + 1:04}"
    settings = migrations.config()
    someone = Unlocked("", "", DIRECTOR, nacl.utils.random(32))
    with (
        tempfile.TemporaryDirectory() as folder,
        Database.create(Path(folder), someone) as database,
        database.connect() as connection,
    ):
        settings.attributes["connection"] = connection
        written = command.revision(settings, message, autogenerate=True, rev_id=number)
    assert isinstance(written, Script)
    path = Path(written.path)
    # Alembic's layout is not ours; the formatter and the linter make it so.
    for step in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *step, str(path)], check=False)  # noqa: S603
    return path


def main() -> int:
    """Write the revision and name the file."""
    if len(sys.argv) != _ARGUMENTS:
        sys.stderr.write('usage: python -m desktop.models.migrations.make "what changes"\n')
        return 2
    sys.stdout.write(f"{make(sys.argv[1])}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
