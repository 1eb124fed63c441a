from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from desktop.errors import DataTooNew
from desktop.models import migrations
from desktop.models.backup import listing, read_manifest
from desktop.models.checking import verify
from desktop.models.database import Database
from desktop.models.migrations import check
from desktop.models.migrations.tables import metadata
from desktop.models.replacing import DATABASE_NAME
from desktop.models.rotation import MIGRATION, read_name
from desktop.models.storage_errors import DiskFull
from desktop.models.vault import Unlocked

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("staff") as batch_op:
        batch_op.add_column(sa.Column("nickname", sa.Text()))
        batch_op.alter_column("note", type_=sa.String(99))
    op.execute("UPDATE staff SET nickname = name")
    {last}
"""


@pytest.fixture
def head() -> str:
    return migrations.head()


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: str) -> Iterator[str]:
    """A program that is one revision ahead of this one."""
    folder = tmp_path / "migrations"
    number = f"{int(head) + 1:04}"
    shutil.copytree(migrations.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    revision = NEXT.format(number=number, before=head, last="")
    (folder / "versions" / f"{number}_next.py").write_text(revision, encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "FOLDER", folder)
        migrations.known.cache_clear()
        yield number
    migrations.known.cache_clear()


@pytest.fixture
def this_version(home: Path, director: Unlocked) -> None:
    """A file as this program makes it, with one record and its change row."""
    with Database.create(home, director) as made:
        add_staff(made, "王芳")
        assert scalars(made, "SELECT count(*) FROM change") == [1]


def add_staff(database: Database, name: str) -> None:
    statement = text("INSERT INTO staff (id, search_key, name) VALUES (randomblob(16), '', :name)")
    with database.begin() as connection:
        connection.execute(statement, {"name": name})


def scalars(database: Database, statement: str) -> list[object]:
    with database.connect() as connection:
        return list(connection.exec_driver_sql(statement).scalars())


def test_the_models_and_the_newest_revision_agree() -> None:
    assert check.differences() == []


def test_the_check_finds_a_column_without_a_revision(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sqlalchemy import Column, MetaData, Text

    changed = MetaData()
    for table in metadata().tables.values():
        table.to_metadata(changed)
    changed.tables["staff"].append_column(Column("nickname", Text))
    monkeypatch.setattr(check, "metadata", lambda: changed)
    assert check.main() == 1
    assert "nickname" in capsys.readouterr().err


def test_the_numbers_of_the_files_are_alembics_own(head: str) -> None:
    from alembic.script import ScriptDirectory

    directory = ScriptDirectory.from_config(migrations.config())
    assert directory.get_heads() == [head]
    assert {script.revision for script in directory.walk_revisions()} == migrations.known()


def test_a_new_file_has_the_newest_revision_and_every_trigger(
    home: Path, director: Unlocked, head: str
) -> None:
    with Database.create(home, director) as database:
        assert database.revision == head
        assert database.migrate() is False
        add_staff(database, "王芳")
        assert scalars(database, "SELECT person FROM change") == [director.person_id]
    assert listing(home) == []


def test_an_older_file_is_backed_up_then_migrated(
    home: Path, director: Unlocked, this_version: None, head: str, later: str
) -> None:
    with Database.open(home, director) as database:
        assert database.revision == later
        assert scalars(database, "SELECT nickname FROM staff") == ["王芳"]
        # The revision's own UPDATE is no person's edit; the next edit is.
        assert scalars(database, "SELECT mask FROM change") == [-1]
        add_staff(database, "李雷")
        assert scalars(database, "SELECT mask FROM change") == [-1, -1]
        (made,) = scalars(database, "SELECT sql FROM sqlite_master WHERE name = 'staff'")
        assert "WITHOUT ROWID" in str(made)
    (saved,) = listing(home)
    name = read_name(saved.name)
    assert name is not None
    assert name.reason == MIGRATION
    assert read_manifest(saved).revision == head
    assert verify(home, director) == []


def test_a_failing_revision_leaves_the_file_as_it_was(
    home: Path, director: Unlocked, this_version: None, head: str, later: str
) -> None:
    (path,) = (migrations.FOLDER / "versions").glob(f"{later}_*.py")
    failing = NEXT.format(number=later, before=head, last="op.execute('SELECT no_such()')")
    path.write_text(failing, encoding="utf-8")
    with pytest.raises(Exception, match="no_such"):
        Database.open(home, director)
    with Database(home, director) as database:
        assert database.revision == head
        assert "nickname" not in scalars(database, "SELECT name FROM pragma_table_info('staff')")
        add_staff(database, "李雷")
        assert scalars(database, "SELECT count(*) FROM change") == [2]
    assert verify(home, director) == []


def test_no_room_for_the_backup_means_no_migration(
    home: Path,
    director: Unlocked,
    this_version: None,
    head: str,
    later: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from desktop.models import backup

    usage = shutil.disk_usage(home)
    monkeypatch.setattr(backup.shutil, "disk_usage", lambda _folder: usage._replace(free=0))
    with pytest.raises(DiskFull):
        Database.open(home, director)
    with Database(home, director) as database:
        assert database.revision == head


def test_a_newer_file_is_refused_and_not_touched(
    home: Path, director: Unlocked, this_version: None
) -> None:
    with Database(home, director) as database, database.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = {path: path.read_bytes() for path in home.iterdir() if path.is_file()}
    with pytest.raises(DataTooNew, match="更新的版本") as caught:
        Database.open(home, director)
    assert "升级程序" in caught.value.advice
    # Reading leaves an empty log and its index beside the file, nothing in it.
    assert {path: path.read_bytes() for path in before} == before
    assert all(path.stat().st_size == 0 for path in home.glob("*-wal"))
    assert (home / DATABASE_NAME) in before


def test_a_newer_file_with_an_unfolded_log_is_not_touched_either(
    home: Path, director: Unlocked, this_version: None, tmp_path: Path
) -> None:
    """A program that was killed left its log; the older one must not fold it in."""
    copied = tmp_path / "copied"
    with Database(home, director) as database:
        with database.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        shutil.copytree(home, copied)
    log = copied / f"{DATABASE_NAME}-wal"
    before = (copied / DATABASE_NAME).read_bytes(), log.read_bytes()
    with pytest.raises(DataTooNew):
        Database.open(copied, director)
    assert ((copied / DATABASE_NAME).read_bytes(), log.read_bytes()) == before


def test_start_up_without_a_migration_does_not_import_alembic(
    home: Path, director: Unlocked, this_version: None
) -> None:
    import os
    import subprocess
    import sys

    program = """
import sys
from pathlib import Path
from desktop.models.database import Database
from desktop.models.vault import Unlocked

Database.open(Path(sys.argv[1]), Unlocked("", "", "", bytes.fromhex(sys.argv[2]))).close()
raise SystemExit("alembic" in sys.modules)
"""
    arguments = [sys.executable, "-c", program, str(home), director.data_key.hex()]
    environment = dict(os.environ, PYTHONPATH=str(Path(__file__).parents[2]))
    assert subprocess.run(arguments, check=False, env=environment).returncode == 0
