from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from desktop.errors import DataTooNew, NotFound, UserError, WrongPassword
from desktop.models import backup
from desktop.models.backup import ensure_daily, listing, make, read_manifest, verify_backup
from desktop.models.checking import verify
from desktop.models.database import Database
from desktop.models.recovery_code import WrongRecoveryCode
from desktop.models.replacing import DATABASE_NAME, KEYS_NAME
from desktop.models.restoring import by_password, by_recovery, restore
from desktop.models.rotation import BY_HAND, DAILY, MIGRATION, BackupName, expired, read_name
from desktop.models.storage_errors import DataDamaged, DataLocked, DiskFull
from desktop.models.vault import Cost, Unlocked, Vault

PASSWORD = "春天来了2026"
MONDAY = dt.datetime(2026, 8, 31, 8, 30)


def notes(database: Database) -> list[str]:
    with database.connect() as connection:
        return list(connection.execute(text("SELECT text FROM note ORDER BY rowid")).scalars())


def write(database: Database, words: str) -> None:
    with database.begin() as connection:
        connection.execute(text("INSERT INTO note (text) VALUES (:words)"), {"words": words})


def snapshot(folder: Path) -> dict[str, bytes]:
    """Everything in the data folder but the lock, which is empty, and SQLite's own index."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-shm", ".lock"))
    }


def test_a_backup_tells_what_it_holds(database: Database) -> None:
    file = make(database, now=MONDAY)
    assert file == database.home / "backups" / "2026-08-31_083000_manual.thdb"
    assert listing(database.home) == [file]
    manifest = read_manifest(file)
    assert manifest.centre == "城关镇卫生院"
    assert manifest.rows == {"note": 2}
    assert manifest.reason == BY_HAND
    assert verify_backup(file) == verify_backup(file, database.data_key) == []


def test_a_backup_holds_no_plain_text(database: Database) -> None:
    write(database, "410183198506120027")
    assert b"410183198506120027" not in make(database).read_bytes()


def test_a_backup_is_the_committed_state_while_others_write(database: Database) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("INSERT INTO note (text) VALUES ('half')")
        file = make(database)
    assert read_manifest(file).rows == {"note": 2}


def test_two_backups_in_one_second_are_two(database: Database) -> None:
    assert make(database, now=MONDAY) != make(database, now=MONDAY)


def test_a_backup_opens_on_another_pc_by_password(
    database: Database, director: Unlocked, tmp_path: Path
) -> None:
    file = make(database)
    write(database, "later")
    elsewhere = tmp_path / "另一台" / "数据"
    assert restore(elsewhere, file, by_password("", PASSWORD)) is None
    unlocked = Vault(elsewhere).sign_in("张院长", PASSWORD)
    assert unlocked == director
    with Database(elsewhere, unlocked) as there:
        assert notes(there) == ["甲", "乙"]
        write(there, "丙")
    assert verify(elsewhere, unlocked) == []


def test_a_backup_opens_on_another_pc_by_the_recovery_key(
    database: Database, recovery: str, tmp_path: Path
) -> None:
    file = make(database)
    restore(tmp_path / "b", file, by_recovery(recovery))
    vault = Vault(tmp_path / "b", cost=Cost(1, 8192))
    unlocked = vault.reset_password(recovery, "张院长", "remembered")
    with Database(tmp_path / "b", unlocked) as there:
        assert notes(there) == ["甲", "乙"]


def test_restoring_keeps_the_present_files_aside(
    database: Database, director: Unlocked, vault: Vault
) -> None:
    file = make(database)
    write(database, "later")
    database.close()
    vault.change_password(director, "another one")
    aside = restore(database.home, file, by_password("张院长", PASSWORD))
    with Database(database.home, vault.sign_in("张院长", PASSWORD)) as there:
        assert notes(there) == ["甲", "乙"]
    assert aside is not None
    kept = Vault(aside).sign_in("张院长", "another one")
    with Database(aside, kept) as before:
        assert notes(before) == ["甲", "乙", "later"]


def test_restoring_takes_the_log_of_a_killed_program_aside_too(
    database: Database, director: Unlocked
) -> None:
    file = make(database)
    kill_a_writer(database)
    assert (database.home / f"{DATABASE_NAME}-wal").stat().st_size > 0
    aside = restore(database.home, file, by_password("张院长", PASSWORD))
    with Database(database.home, director) as there:
        assert notes(there) == ["甲", "乙"]
    assert verify(database.home, director) == []
    assert aside is not None
    with Database(aside, director) as before:
        assert notes(before) == ["甲", "乙", "only in the log"]


def test_restoring_below_an_open_program_is_refused(database: Database) -> None:
    file = make(database)
    write(database, "later")
    before = snapshot(database.home)
    with pytest.raises(DataLocked, match="占用"):
        restore(database.home, file, by_password("张院长", PASSWORD))
    assert snapshot(database.home) == before
    assert notes(database)[-1] == "later"


@pytest.mark.parametrize(
    ("key_of", "error"),
    [
        (by_password("张院长", "wrong one"), WrongPassword),
        (by_password("李四", PASSWORD), NotFound),
        (by_recovery("2222-2222"), WrongRecoveryCode),
    ],
)
def test_who_cannot_open_a_backup_changes_nothing(
    database: Database, key_of: object, error: type[UserError]
) -> None:
    file = make(database)
    database.close()
    before = snapshot(database.home)
    with pytest.raises(error):
        restore(database.home, file, key_of)  # type: ignore[arg-type]
    assert snapshot(database.home) == before


@given(data=st.data())
def test_a_damaged_backup_is_refused_and_changes_nothing(
    database: Database, data: st.DataObject
) -> None:
    file = make(database)
    good = file.read_bytes()
    at = data.draw(st.integers(0, len(good) - 1), label="at")
    if data.draw(st.booleans(), label="cut"):
        bad = good[:at]
    else:
        other = good[at] ^ data.draw(st.integers(1, 255), label="bits")
        bad = good[:at] + bytes([other]) + good[at + 1 :]
    file.write_bytes(bad)
    whole = verify_backup(file, database.data_key) == []
    if whole:
        # A changed time or comment in the archive's index harms nobody: the content is proved.
        with zipfile.ZipFile(file) as archive, zipfile.ZipFile(make(database)) as original:
            assert archive.read(KEYS_NAME) == original.read(KEYS_NAME)
            assert read_manifest(file).rows == {"note": 2}
        return
    before = snapshot(database.home)
    with pytest.raises(DataDamaged):
        restore(database.home, file, by_password("张院长", PASSWORD))
    assert snapshot(database.home) == before


def test_a_backup_whose_pages_do_not_fit_its_keys_is_refused(
    database: Database, tmp_path: Path
) -> None:
    """The digests hold, the seals do not: someone put another database into the archive."""
    file = make(database)
    bad = tmp_path / "bad.thdb"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(bad, "w") as target:
        manifest = read_manifest(file)
        pages = bytearray(source.read(DATABASE_NAME))
        pages[5000] ^= 1
        replaced = backup.hashlib.sha256(pages).hexdigest()
        text_of = source.read("manifest.json").decode()
        target.writestr("manifest.json", text_of.replace(manifest.sha256[DATABASE_NAME], replaced))
        target.writestr(KEYS_NAME, source.read(KEYS_NAME))
        target.writestr(DATABASE_NAME, bytes(pages))
    assert verify_backup(bad) == []
    assert [finding.code for finding in verify_backup(bad, database.data_key)] == ["page"]
    database.close()
    before = snapshot(database.home)
    with pytest.raises(DataDamaged):
        restore(database.home, bad, by_password("张院长", PASSWORD))
    assert snapshot(database.home) == before


def test_a_newer_backup_is_refused(database: Database, tmp_path: Path) -> None:
    file = make(database)
    newer = tmp_path / "newer.thdb"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(newer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(b'"revision": ""', b'"revision": "9999"'))
    with pytest.raises(DataTooNew, match="请升级程序"):
        restore(tmp_path / "b", newer, by_password("", PASSWORD))
    assert not (tmp_path / "b").exists()


def test_what_is_no_backup_is_told(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="没有找到备份文件"):
        restore(database.home, tmp_path / "nowhere.thdb", by_password("", PASSWORD))
    (tmp_path / "letter.thdb").write_text("dear all", encoding="utf-8")
    with pytest.raises(DataDamaged, match=r"letter.thdb”不是完整的备份"):
        restore(database.home, tmp_path / "letter.thdb", by_password("", PASSWORD))


@pytest.mark.parametrize("step", range(5))
def test_a_power_cut_while_restoring_leaves_the_old_or_the_new(
    database: Database, director: Unlocked, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make(database)
    write(database, "later")
    database.close()
    done = 0

    def cut(self: Path, target: Path) -> Path:
        nonlocal done
        done += 1
        if done > step:
            raise KeyboardInterrupt
        return original(self, target)

    original = Path.replace
    monkeypatch.setattr(Path, "replace", cut)
    try:
        restore(database.home, file, by_password("张院长", PASSWORD))
    except KeyboardInterrupt:
        monkeypatch.undo()
    unlocked = Vault(database.home).sign_in("张院长", PASSWORD)
    assert verify(database.home, unlocked) == []
    with Database(database.home, unlocked) as there:
        # The first rename sets the mark; from there on the new data stand.
        assert (notes(there) == ["甲", "乙"]) == (step >= 1)
    assert not list(database.home.glob("*.restored"))


def test_damage_in_the_present_file_is_found(database: Database, director: Unlocked) -> None:
    database.close()
    content = bytearray(database.path.read_bytes())
    content[4096 + 100] ^= 1
    database.path.write_bytes(content)
    assert {finding.code for finding in verify(database.home, director)} == {"page"}
    content[100] ^= 1
    database.path.write_bytes(content)
    assert [finding.code for finding in verify(database.home, director)] == ["unreadable"]
    database.path.unlink()
    assert [finding.code for finding in verify(database.home, director)] == ["missing"]


def test_verifying_an_open_database_that_is_written_to(
    database: Database, director: Unlocked
) -> None:
    for number in range(50):
        write(database, str(number))
    assert verify(database.home, director) == []
    assert len(notes(database)) == 52


def test_once_a_day(database: Database) -> None:
    assert ensure_daily(database, now=MONDAY) is not None
    assert ensure_daily(database, now=MONDAY + dt.timedelta(hours=5)) is None
    assert ensure_daily(database, now=MONDAY + dt.timedelta(days=1)) is not None
    assert len(listing(database.home)) == 2


def test_the_daily_backup_rotates_and_leaves_other_files_alone(database: Database) -> None:
    by_hand = make(database, now=MONDAY)
    (by_hand.parent / "说明.txt").write_text("给接班的人", encoding="utf-8")
    for day in range(1, 12):
        ensure_daily(database, now=MONDAY + dt.timedelta(days=day))
    kept = [name.moment.day for path in listing(database.home) if (name := read_name(path.name))]
    assert by_hand.exists()
    assert (by_hand.parent / "说明.txt").exists()
    # Seven days, and the one made by hand on 31 August.
    assert sorted(kept) == [5, 6, 7, 8, 9, 10, 11, 31]


def test_a_full_disk_is_told_before_anything_is_written(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = backup.shutil.disk_usage(database.home)
    monkeypatch.setattr(backup.shutil, "disk_usage", lambda _folder: usage._replace(free=1000))
    with pytest.raises(DiskFull, match="磁盘空间不足"):
        make(database)
    assert list((database.home / "backups").iterdir()) == []


moments = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2026, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
backups = st.builds(BackupName, moments, st.sampled_from([DAILY, MIGRATION, BY_HAND]))


@given(st.sets(backups, max_size=60), st.sets(st.text(max_size=12), max_size=3))
def test_rotation_keeps_what_it_promises(names: set[BackupName], strangers: set[str]) -> None:
    every = {str(name) for name in names}
    gone = expired(every | strangers)
    kept = sorted((name for name in names if str(name) not in gone), reverse=True)
    assert gone <= every
    assert expired(str(name) for name in kept) == set()
    by_reason = {
        reason: sorted((name for name in names if name.reason == reason), reverse=True)
        for reason in (DAILY, MIGRATION, BY_HAND)
    }
    assert set(by_reason[BY_HAND]) <= set(kept)
    assert set(by_reason[MIGRATION][:3]) == {n for n in kept if n.reason == MIGRATION}
    assert by_reason[DAILY][:1] == [name for name in kept if name.reason == DAILY][:1]
    assert sum(name.reason == DAILY for name in kept) <= 7 + 4 + 12


def test_three_years_of_days_leave_seven_days_four_weeks_twelve_months() -> None:
    days = [BackupName(MONDAY + dt.timedelta(days=day), DAILY) for day in range(-1000, 1)]
    gone = expired(map(str, days))
    kept = [name.moment.date() for name in reversed(days) if str(name) not in gone]
    assert kept[:7] == [(MONDAY - dt.timedelta(days=day)).date() for day in range(7)]
    assert len({(day.year, day.month) for day in kept}) == 12
    assert len(kept) == 7 + 3 + 10


def kill_a_writer(database: Database) -> None:
    program = """
import sys, time
from pathlib import Path
from desktop.models.database import Database
from desktop.models.vault import Unlocked

database = Database(Path(sys.argv[1]), Unlocked("", "", "", bytes.fromhex(sys.argv[2])))
with database.begin() as connection:
    connection.exec_driver_sql("INSERT INTO note (text) VALUES ('only in the log')")
print("written", flush=True)
time.sleep(600)
"""
    database.close()
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(database.home), database.data_key.hex()],
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ, PYTHONPATH=str(Path(__file__).parents[2])),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    process.kill()
    process.communicate(timeout=60)
