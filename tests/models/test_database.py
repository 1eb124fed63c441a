from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from desktop.errors import NotFound
from desktop.models import database as database_module
from desktop.models.checking import verify
from desktop.models.database import Database
from desktop.models.replacing import DATABASE_NAME
from desktop.models.storage_errors import DataDamaged, DataLocked, DiskFull, DiskReadOnly, explained
from desktop.models.vault import Unlocked

SECRET = "410183198506120027"


def notes(database: Database) -> list[str]:
    with database.connect() as connection:
        return list(connection.execute(text("SELECT text FROM note ORDER BY rowid")).scalars())


def write(database: Database, words: str) -> None:
    with database.begin() as connection:
        connection.execute(text("INSERT INTO note (text) VALUES (:words)"), {"words": words})


def test_file_holds_no_plain_text_and_is_no_plain_sqlite(database: Database) -> None:
    write(database, SECRET)
    everything = b"".join(path.read_bytes() for path in database.home.iterdir() if path.is_file())
    assert SECRET.encode() not in everything
    assert database.data_key not in everything
    database.close()
    assert not database.path.read_bytes().startswith(b"SQLite format 3")
    plain = sqlite3.connect(database.path)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        plain.execute("SELECT * FROM note")
    plain.close()


def test_another_key_is_refused(database: Database, director: Unlocked) -> None:
    database.close()
    before = database.path.read_bytes()
    other = Unlocked(director.person_id, director.person_name, director.role, bytes(32))
    with pytest.raises(DataDamaged, match="密钥"):
        Database(database.home, other)
    assert database.path.read_bytes() == before


def test_connections_are_durable_and_in_wal_mode(database: Database) -> None:
    def setting(name: str, *, durable: bool = True) -> object:
        with database.begin(durable=durable) as connection:
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

    assert setting("journal_mode") == "wal"
    assert setting("mmap_size") in (0, None)
    assert setting("synchronous") == 2
    assert setting("synchronous", durable=False) == 1
    assert setting("synchronous") == 2


def test_trigger_functions_know_the_person_and_the_switch(
    database: Database, director: Unlocked
) -> None:
    with database.begin() as connection:
        with database.not_capturing(connection):
            connection.exec_driver_sql("INSERT INTO note (text) VALUES ('applied')")
            # Another connection captures as ever.
            with database.connect() as other:
                assert other.exec_driver_sql("SELECT capturing()").scalar() == 1
        connection.exec_driver_sql("INSERT INTO note (text) VALUES ('typed')")
    database.person = "somebody"
    write(database, "later")
    with database.connect() as connection:
        rows = connection.exec_driver_sql("SELECT text, person FROM note")
        who = {row.text: row.person for row in rows}
    assert who["applied"] is None
    assert who["typed"] == director.person_id
    assert who["later"] == "somebody"


def test_a_connection_left_not_capturing_captures_again_after_its_return(
    database: Database,
) -> None:
    for _time in range(3):
        with database.begin() as connection:
            switch = database.not_capturing(connection)
            switch.__enter__()
    write(database, "typed")
    with database.connect() as connection:
        found = connection.exec_driver_sql("SELECT person FROM note WHERE text = 'typed'")
        assert found.scalar() == database.person


def test_a_writer_holds_the_lock_from_its_start_and_readers_go_on(
    database: Database, director: Unlocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_BUSY_SECONDS", 0.05)
    with Database(database.home, director) as other, database.begin():
        assert notes(other) == ["甲", "乙"]
        with pytest.raises(DataLocked, match="占用"), other.begin():
            pytest.fail("two writers at once")


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def stumble() -> None:
        with database.begin() as connection:
            connection.exec_driver_sql("INSERT INTO note (text) VALUES ('丙')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    assert notes(database) == ["甲", "乙"]


def test_a_mistake_of_ours_stays_a_bug(database: Database) -> None:
    with pytest.raises(OperationalError, match="no such table"), database.connect() as connection:
        connection.execute(select(text("*")).select_from(text("nowhere")))


def test_a_full_disk_is_told_and_changes_nothing(database: Database) -> None:
    with database.connect() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    with database.connect() as connection:
        # The pool hands the same connection to the next writer.
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull, match="磁盘空间不足"):
        write(database, "长" * 99999)
    assert notes(database) == ["甲", "乙"]


def test_the_disks_own_errors_are_told() -> None:
    for number, kind in ((28, DiskFull), (30, DiskReadOnly), (13, DiskReadOnly)):
        with pytest.raises(kind), explained():
            raise OSError(number, os.strerror(number))
    with pytest.raises(FileExistsError), explained():
        raise FileExistsError(17, "a bug")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser writes everywhere"
)
def test_a_read_only_folder_is_told(database: Database, director: Unlocked) -> None:
    database.close()
    database.home.chmod(0o500)
    try:
        with pytest.raises(DiskReadOnly):
            Database(database.home, director)
    finally:
        database.home.chmod(0o700)


def test_a_folder_without_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="没有本系统的数据"):
        Database.open(tmp_path, Unlocked("", "", "director", bytes(32)))
    assert not (tmp_path / DATABASE_NAME).exists()


def test_two_processes_write_the_same_file(database: Database) -> None:
    program = WRITER.replace("while True", "for _time in range(40)")
    running = [start(program, database) for _process in range(2)]
    for process in running:
        output, _errors = process.communicate(timeout=120)
        assert process.returncode == 0
        assert output.splitlines()[-1].isdigit()
    assert notes(database).count("left") == notes(database).count("right") == 80
    assert verify(database.home, unlocked_of(database)) == []


def test_a_killed_writer_loses_no_committed_and_leaves_no_half_transaction(
    database: Database,
) -> None:
    process = start(WRITER, database)
    assert process.stdout is not None
    told = 0
    for line in process.stdout:
        told = int(line)
        if told >= 25:
            break
    process.kill()
    process.communicate(timeout=60)
    database.close()
    assert verify(database.home, unlocked_of(database)) == []
    with Database(database.home, unlocked_of(database)) as again:
        written = notes(again)
    assert written.count("left") == written.count("right") >= told


def unlocked_of(database: Database) -> Unlocked:
    return Unlocked(database.person, "", "director", database.data_key)


def start(program: str, database: Database) -> subprocess.Popen[str]:
    environment = dict(os.environ, PYTHONPATH=str(Path(__file__).parents[2]))
    arguments = [sys.executable, "-c", program, str(database.home), database.data_key.hex()]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment)


WRITER = """
import sys
from pathlib import Path
from desktop.models.database import Database
from desktop.models.vault import Unlocked

someone = Unlocked("x", "x", "director", bytes.fromhex(sys.argv[2]))
count = 0
with Database(Path(sys.argv[1]), someone) as database:
    while True:
        with database.begin() as connection:
            connection.exec_driver_sql("INSERT INTO note (text) VALUES ('left')")
            connection.exec_driver_sql("INSERT INTO note (text) VALUES ('right')")
        count += 1
        print(count, flush=True)
"""
