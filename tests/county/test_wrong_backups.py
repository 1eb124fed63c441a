"""A backup goes over nothing else, and nothing but a backup is ever restored."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text

from county import backups, restoring
from county.storage import Hub, generation
from county.tables import CENTRES
from county.verifying import problems
from desktop.errors import UserError
from tests.sync.databases import copy_hub
from tests.sync.parts import PC, code_for, staff

MakePC = Callable[..., PC]


def state(url: str) -> tuple[int, list[str], list[str]]:
    """Return the generation, the centres and the staff of a hub."""
    with closing(Hub(url)) as hub:
        hub.check()
        with hub.reading() as connection:
            assert problems(connection) == []
            return (
                generation(connection),
                list(connection.scalars(select(CENTRES.c.name))),
                sorted(connection.scalars(text("SELECT name FROM staff"))),
            )


def filled(hub: Hub, make_pc: MakePC, *names: str) -> PC:
    """Let a new PC send these people."""
    pc = make_pc()
    pc.join(hub, code_for(hub))
    for name in names:
        pc.save("staff", staff(name))
    pc.sync()
    return pc


def dump(hub: Hub, file: Path) -> Path:
    """Write a dump as ``pg_dump`` does, without any check."""
    backups._run("pg_dump", hub.url, "--format=custom", f"--file={file}")
    return file


def only_on(url: str, kind: str) -> None:
    if not url.startswith(kind):
        pytest.skip(f"of {kind} alone")


# Over what a backup is written


@pytest.mark.parametrize("way", ["itself", "link", "part"])
def test_the_hubs_own_file_is_no_place_for_its_backup(
    tmp_path: Path, make_pc: MakePC, way: str
) -> None:
    own = Path(copy_hub(tmp_path).removeprefix("sqlite:///")).rename(tmp_path / "hub.db.part")
    link = tmp_path / "link"
    link.symlink_to(own)
    file = {"itself": own, "link": link, "part": tmp_path / "hub.db"}[way]
    with closing(Hub(f"sqlite:///{own}")) as serving:
        pc = filled(serving, make_pc, "甲")
        with closing(Hub(f"sqlite:///{own}")) as hub, pytest.raises(UserError, match="正在使用"):
            backups.back_up(hub, file)
        pc.save("staff", staff("乙"))
        pc.sync()
    assert state(f"sqlite:///{own}")[2] == ["乙", "甲"]


def test_no_other_file_is_written_over(hub: Hub, tmp_path: Path) -> None:
    workbook, other = tmp_path / "统一用药目录.xlsx", tmp_path / "其他.db"
    workbook.write_bytes(b"PK\x03\x04")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE chat(x)")
    for file in (workbook, other, tmp_path, Path(), Path("/")):
        before = file.read_bytes() if file.is_file() else None
        with pytest.raises(UserError, match="文件"):
            backups.back_up(hub, file)
        assert before == (file.read_bytes() if file.is_file() else None)
    (tmp_path / "另一个").mkdir()
    url = copy_hub(tmp_path / "另一个")
    with closing(Hub(url)) as used, used.reading(), pytest.raises(UserError, match="不是"):
        backups.back_up(hub, Path(url.removeprefix("sqlite:///")))
    state(url)


def test_an_older_backup_is_written_over(hub: Hub, database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "县.bak"
    file.touch()
    for _night in range(2):
        backups.back_up(hub, file)
    if database_url.startswith("sqlite"):
        with closing(Hub(f"sqlite:///{file}")) as looked_at:
            looked_at.check()
        backups.back_up(hub, file)
    hub.close()
    restoring.restore(database_url, file)
    state(database_url)


def test_the_file_that_cannot_be_written_is_named(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"没有的/县\.bak"):
        backups.back_up(hub, tmp_path / "没有的" / "县.bak")
    backups.back_up(hub, tmp_path / "县.bak")
    if hub.url.drivername == "sqlite":
        with pytest.raises(UserError, match=r"没有的/hub\.db"):
            restoring.restore(f"sqlite:///{tmp_path}/没有的/hub.db", tmp_path / "县.bak")


# What is restored


def test_what_is_no_backup_of_a_hub_replaces_nothing(
    hub: Hub, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    only_on(database_url, empty_database_url.partition(":")[0])
    hub.close()
    before = state(database_url)
    wrong = [tmp_path / "空", tmp_path / "别的"]
    wrong[0].touch()
    with closing(sqlite3.connect(wrong[1])) as connection:
        connection.execute("CREATE TABLE hub(x)")
    if empty_database_url.startswith("postgresql"):
        with closing(Hub(empty_database_url)) as other:
            with other.owning() as opened:
                opened.execute(text("CREATE TABLE hub(version integer)"))
            wrong.append(dump(other, tmp_path / "dump"))
    for file in wrong:
        with pytest.raises(UserError):
            restoring.restore(database_url, file)
        assert state(database_url) == before


@pytest.mark.parametrize("name", ["备份#1.db", "50%25.db", "a?b.db", "a b&c.db"])
def test_a_path_may_have_any_sign_in_it(
    hub: Hub, database_url: str, make_pc: MakePC, tmp_path: Path, name: str
) -> None:
    filled(hub, make_pc, "甲")
    folder = tmp_path / name
    folder.mkdir()
    assert backups.back_up(hub, folder / name) > 10_000
    hub.close()
    restoring.restore(database_url, folder / name)
    assert state(database_url)[2] == ["甲"]


@pytest.mark.parametrize("database", ["lost", "damaged"])
def test_the_log_of_the_database_before_is_not_played_into_the_new_one(
    sqlite_hub: Hub, make_pc: MakePC, tmp_path: Path, database: str
) -> None:
    pc = filled(sqlite_hub, make_pc)
    backups.back_up(sqlite_hub, tmp_path / "县.bak")
    pc.save("staff", staff("甲"))
    pc.sync()
    own, cut = backups.path_of(sqlite_hub.url), tmp_path / "断电"
    cut.mkdir()
    shutil.copy(f"{own}-wal", cut / "hub.db-wal")
    if database == "damaged":
        (cut / "hub.db").write_bytes(b"\0" * 4096 + own.read_bytes()[4096:])
    kept = restoring.restore(f"sqlite:///{cut}/hub.db", tmp_path / "县.bak")
    assert state(f"sqlite:///{cut}/hub.db")[2] == []
    assert (kept is None) == (database == "lost")


def test_a_backup_is_read_from_a_stick_that_cannot_be_written(
    sqlite_hub: Hub, make_pc: MakePC, tmp_path: Path
) -> None:
    filled(sqlite_hub, make_pc, "甲")
    file = tmp_path / "县.bak"
    backups.back_up(sqlite_hub, file)
    assert file.read_bytes()[18:20] == b"\1\1"  # No log.
    sqlite_hub.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")  # Opened since as a hub.
    # With so long a name there can be no file beside it, as little as on a locked stick.
    locked = file.rename(tmp_path / ("b" * 252))
    url = str(sqlite_hub.url)
    restoring.restore(url, locked)
    assert state(url)[2] == ["甲"]


def test_a_damaged_backup_is_named(sqlite_hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "县.bak"
    backups.back_up(sqlite_hub, file)
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * 40_960 + content[45_056:])
    sqlite_hub.close()
    with pytest.raises(UserError, match=r"县\.bak"):
        restoring.restore(str(sqlite_hub.url), file)
    state(str(sqlite_hub.url))


def test_a_backup_is_restored_where_nothing_was(
    hub: Hub, database_url: str, empty_database_url: str, make_pc: MakePC, tmp_path: Path
) -> None:
    only_on(database_url, empty_database_url.partition(":")[0])
    filled(hub, make_pc, "甲")
    backups.back_up(hub, tmp_path / "县.bak")
    hub.close()
    if hub.url.drivername == "sqlite":
        backups.path_of(hub.url).unlink()
    assert restoring.restore(empty_database_url, tmp_path / "县.bak") is None
    assert state(empty_database_url)[2] == ["甲"]


# The whole of it, or nothing


def test_a_backup_of_a_newer_program_replaces_nothing(
    hub: Hub, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "县.bak"
    with hub.owning() as connection:
        connection.execute(text("UPDATE hub SET version = 99"))
    if database_url.startswith("sqlite"):
        backups.copy_database(backups.path_of(hub.url), file)
    else:
        dump(hub, file)
    with hub.owning() as connection:
        connection.execute(text("UPDATE hub SET version = 1"))
    hub.close()
    before = state(database_url)
    with pytest.raises(UserError, match="没有作任何改动"):
        restoring.restore(database_url, file)
    assert state(database_url) == before


def test_what_goes_wrong_after_the_loading_leaves_the_database_before(
    hub: Hub,
    database_url: str,
    make_pc: MakePC,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backups.back_up(hub, tmp_path / "县.bak")
    filled(hub, make_pc, "甲")
    hub.close()
    before = state(database_url)

    def cut(_connection: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(restoring, "renew_generation", cut)
    with pytest.raises(KeyboardInterrupt):
        restoring.restore(database_url, tmp_path / "县.bak")
    assert state(database_url) == before


def test_rows_of_tables_that_an_older_backup_lacks_do_not_stay(
    hub: Hub, database_url: str, make_pc: MakePC, tmp_path: Path
) -> None:
    only_on(database_url, "postgresql")
    with hub.owning() as connection:
        connection.execute(text("DROP TABLE staff"))
    file = dump(hub, tmp_path / "县.bak")
    hub.create()
    filled(hub, make_pc, "甲")
    with hub.owning() as connection:
        connection.execute(text("CREATE TABLE newer(centre_id integer)"))
        connection.execute(text("ALTER TABLE newer ENABLE ROW LEVEL SECURITY"))
        connection.execute(text("CREATE POLICY own_centre ON newer"))
        connection.execute(text("CREATE TABLE administrators(x integer)"))
    hub.close()
    restoring.restore(database_url, file)
    assert state(database_url)[2] == []
    with hub.owning() as connection:
        there = text("SELECT to_regclass('newer'), to_regclass('administrators')")
        assert connection.execute(there).one() == (None, "administrators")


def test_a_dump_that_is_cut_off_replaces_nothing(
    hub: Hub, database_url: str, make_pc: MakePC, tmp_path: Path
) -> None:
    only_on(database_url, "postgresql")
    filled(hub, make_pc, *(f"人{number}{os.urandom(400).hex()}" for number in range(60)))
    file = tmp_path / "县.bak"
    backups.back_up(hub, file)
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size - 8_000)
    listed = subprocess.run(
        [backups._find("pg_restore"), "--list", str(file)], check=False, capture_output=True
    )
    assert not listed.returncode  # The list of contents comes first.
    hub.close()
    before = state(database_url)
    with pytest.raises(UserError):
        restoring.restore(database_url, file)
    assert state(database_url) == before
