"""Photos beside the database: sealed, whole or not there, in every backup once."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.models import backup, backup_files, file_states, files
from desktop.models.checking import FILE, verify
from desktop.models.file_states import AWAITED, HERE, LOST
from desktop.models.files import Files, FileTooLarge, digest_of
from desktop.models.kinds import BadValue, Kind, show
from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.restoring import by_password, photos_missing, restore
from desktop.models.storage_errors import DataDamaged, DiskFull
from desktop.models.store import insert_many
from desktop.models.vault import Unlocked
from tests.helpers.centres import PASSWORD, PERSON, make_centre, reopen

PHOTOS = find_register("visit_photos")
MONDAY = dt.datetime(2026, 8, 31, 8, 30)
PICTURE = b"\xff\xd8 a picture of a cupboard \xff\xd9" * 40


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = make_centre(tmp_path / "数据")
    yield made
    made.close()


def add_photo(centre: Centre, content: bytes = PICTURE, *, state: str = HERE) -> str:
    digest = digest_of(content)
    if state == HERE:
        assert Files.of(centre.database).put(content) == digest
    with centre.store.writing() as session:
        values = {"visit_id": os.urandom(16), "file": digest}
        insert_many(session, PHOTOS, [values])
        file_states.note(session, [digest], state)
    return digest


def sealed_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}


# The field


def test_a_digest_is_the_only_value_and_is_never_shown() -> None:
    field = PHOTOS.by_key["file"]
    assert field.parse(digest_of(b"")) == digest_of(b"")
    assert field.parse("") is None
    assert show(Kind.ATTACHMENT, digest_of(b"")) == "照片"
    with pytest.raises(BadValue, match="不能从表格填入"):
        field.parse("照片")


# Files


@given(st.binary(max_size=2_000))
def test_content_comes_back_and_the_disk_tells_nothing(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        kept = Files(Path(folder), b"k" * 32)
        digest = kept.put(content)
        assert kept.read(digest) == content
        ((name, sealed),) = sealed_files(kept.folder).items()
        assert name not in (digest, digest_of(sealed))
        assert len(content) < 8 or content not in sealed


def test_putting_the_same_twice_writes_once(tmp_path: Path) -> None:
    kept = Files(tmp_path, b"k" * 32)
    digest = kept.put(PICTURE)
    before = sealed_files(kept.folder)
    assert kept.put(PICTURE) == digest
    assert sealed_files(kept.folder) == before


def test_two_data_keys_share_a_folder_without_meeting(tmp_path: Path) -> None:
    one, other = Files(tmp_path, b"1" * 32), Files(tmp_path, b"2" * 32)
    digest = one.put(PICTURE)
    assert not other.is_whole(digest)
    other.put(PICTURE)
    assert one.read(digest) == other.read(digest) == PICTURE
    assert len(sealed_files(one.folder)) == 2


def test_a_missing_file_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(files.FileMissing, match="还没有这张照片"):
        Files(tmp_path, b"k" * 32).read(digest_of(PICTURE))


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "another"])
def test_a_damaged_file_is_said_in_words_and_mended_by_the_next_put(
    tmp_path: Path, harm: str
) -> None:
    kept = Files(tmp_path, b"k" * 32)
    digest = kept.put(PICTURE)
    path = kept.path(digest)
    sealed = path.read_bytes()
    other = kept.path(kept.put(b"another picture")).read_bytes()
    harmed = {
        "cut": sealed[:-7],
        "flipped": sealed[:60] + bytes([sealed[60] ^ 1]) + sealed[61:],
        "empty": b"",
        "another": other,
    }
    path.write_bytes(harmed[harm])
    with pytest.raises(DataDamaged, match="照片文件已损坏"):
        kept.read(digest)
    kept.put(PICTURE)
    assert kept.read(digest) == PICTURE


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileTooLarge, match="太大"):
        Files(tmp_path, b"k" * 32).put(bytes(files.LARGEST + 1))
    assert sealed_files(tmp_path / files.FOLDER) == {}


def test_half_written_drafts_are_no_files_and_go_after_a_day(tmp_path: Path) -> None:
    kept = Files(tmp_path, b"k" * 32)
    kept.put(PICTURE)
    today, old = kept.folder / "tmp1.new", kept.folder / "tmp2.new"
    for draft in (today, old):
        draft.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert len(files.file_names(kept.folder)) == 1
    files.remove_drafts(kept.folder)
    assert today.exists()
    assert not old.exists()


_KILLED = """
import os, sys
from pathlib import Path
from desktop.models.files import Files
from tests.helpers.centres import reopen
centre = reopen(Path(sys.argv[1]))
Files.of(centre.database).put(sys.argv[2].encode())
os._exit(9)
"""


def test_a_kill_between_file_and_record_leaves_nothing_wrong(centre: Centre) -> None:
    home, unlocked = centre.home, centre.unlocked
    done = subprocess.run([sys.executable, "-c", _KILLED, str(home), "killed"], check=False)
    assert done.returncode == 9
    assert Files.of(centre.database).read(digest_of(b"killed")) == b"killed"
    assert verify(home, unlocked) == []
    with centre.store.reading() as session:
        assert file_states.count_to_send(session, None) == 0
        assert file_states.to_fetch(session) == []
    digest = add_photo(centre, b"killed")
    with centre.store.reading() as session:
        assert file_states.count_to_send(session, None) == 1
    assert digest == digest_of(b"killed")


# Checking


def test_verify_names_lost_and_damaged_photos_but_not_awaited_ones(centre: Centre) -> None:
    gone, harmed = add_photo(centre, b"gone"), add_photo(centre, b"harmed")
    add_photo(centre, b"awaited", state=AWAITED)
    assert verify(centre.home, centre.unlocked) == []
    kept = Files.of(centre.database)
    kept.path(gone).unlink()
    kept.path(harmed).write_bytes(b"not this")
    (found,) = verify(centre.home, centre.unlocked)
    assert found.code == FILE
    assert "2 张照片" in found.message
    with centre.store.writing() as session:
        file_states.note(session, [gone], LOST)
    assert "2 张照片" in verify(centre.home, centre.unlocked)[0].message


# Backups


def test_the_days_backups_keep_a_photo_once(centre: Centre) -> None:
    add_photo(centre)
    first = backup.make(centre.database, "daily", now=MONDAY)
    shared = first.parent / files.FOLDER
    before = {path.name: path.stat().st_mtime_ns for path in shared.iterdir()}
    add_photo(centre, b"a second one")
    second = backup.make(centre.database, "daily", now=MONDAY + dt.timedelta(days=1))
    assert len(backup.read_manifest(first).files) == 1
    assert len(backup.read_manifest(second).files) == 2
    after = {path.name: path.stat().st_mtime_ns for path in shared.iterdir()}
    assert before.items() < after.items()
    for file in (first, second):
        with zipfile.ZipFile(file) as archive:
            assert len(archive.namelist()) == 3
        assert backup.verify_backup(file, centre.database.data_key) == []


def test_a_backup_elsewhere_carries_its_photos(centre: Centre, tmp_path: Path) -> None:
    digest = add_photo(centre)
    file = backup.make(centre.database, folder=tmp_path / "U盘")
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert PICTURE not in file.read_bytes()
    elsewhere = tmp_path / "新电脑"
    restore(elsewhere, file, by_password("", PASSWORD))
    assert photos_missing(elsewhere, file) == 0
    with reopen(elsewhere) as there:
        assert Files.of(there.database).read(digest) == PICTURE
        assert verify(elsewhere, there.unlocked) == []


def test_restoring_an_older_day_gives_its_photos_back_and_keeps_the_later_ones(
    centre: Centre,
) -> None:
    home, unlocked = centre.home, centre.unlocked
    old = add_photo(centre)
    file = backup.make(centre.database, "daily", now=MONDAY)
    later = add_photo(centre, b"later")
    kept = Files.of(centre.database)
    kept.path(old).unlink()
    centre.close()
    restore(home, file, by_password(PERSON, PASSWORD))
    assert verify(home, unlocked) == []
    assert kept.read(old) == PICTURE
    assert kept.read(later) == b"later"


def test_restoring_another_centres_backup_does_not_touch_this_ones_photos(
    centre: Centre, tmp_path: Path
) -> None:
    own = add_photo(centre)
    kept = Files.of(centre.database)
    with make_centre(tmp_path / "别家", "邻镇卫生院") as other:
        add_photo(other)
        file = backup.make(other.database, folder=tmp_path / "U盘")
    centre.close()
    aside = restore(centre.home, file, by_password("", PASSWORD))
    assert aside is not None
    assert kept.read(own) == PICTURE
    with reopen(centre.home) as now:
        assert Files.of(now.database).read(own) == PICTURE
        assert verify(centre.home, now.unlocked) == []


def test_a_backup_without_its_photos_is_told_and_still_restored(
    centre: Centre, tmp_path: Path
) -> None:
    digest = add_photo(centre)
    file = backup.make(centre.database, "daily", now=MONDAY)
    alone = tmp_path / file.name
    alone.write_bytes(file.read_bytes())
    (found,) = backup.verify_backup(alone)
    assert (found.code, "1 张照片" in found.message) == (FILE, True)
    elsewhere = tmp_path / "新电脑"
    restore(elsewhere, alone, by_password("", PASSWORD))
    assert photos_missing(elsewhere, alone) == 1
    with reopen(elsewhere) as there:
        assert [each.code for each in verify(elsewhere, there.unlocked)] == [FILE]
        with pytest.raises(files.FileMissing):
            Files.of(there.database).read(digest)


def test_a_photo_damaged_in_a_backup_is_found_with_the_key(centre: Centre) -> None:
    add_photo(centre)
    file = backup.make(centre.database, "daily", now=MONDAY)
    (photo,) = (file.parent / files.FOLDER).iterdir()
    sealed = photo.read_bytes()
    photo.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert backup.verify_backup(file) == []
    assert [each.code for each in backup.verify_backup(file, centre.database.data_key)] == [FILE]


def test_a_photo_lost_before_the_backup_is_told_by_its_check(centre: Centre) -> None:
    Files.of(centre.database).path(add_photo(centre)).unlink()
    file = backup.make(centre.database, "daily", now=MONDAY)
    assert backup.read_manifest(file).files == {}
    assert [each.code for each in backup.verify_backup(file, centre.database.data_key)] == [FILE]


def test_a_lost_photo_stays_in_later_backups(centre: Centre) -> None:
    digest = add_photo(centre)
    backup.make(centre.database, "daily", now=MONDAY)
    Files.of(centre.database).path(digest).unlink()
    later = backup.make(centre.database, "daily", now=MONDAY + dt.timedelta(days=1))
    assert backup.verify_backup(later, centre.database.data_key) == []


def test_a_backup_asks_for_room_for_the_photos(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_photo(centre)
    monkeypatch.setattr(backup_files, "size", lambda _home: 10**15)
    with pytest.raises(DiskFull):
        backup.make(centre.database, folder=tmp_path / "U盘")


def test_a_backup_of_the_tables_before_photos_is_taken(
    database: object, director: Unlocked
) -> None:
    """The small database of the kernel's tests knows no photos, as every older backup."""
    from desktop.models.database import Database

    assert isinstance(database, Database)
    file = backup.make(database)
    assert backup.verify_backup(file, director.data_key) == []
    assert verify(database.home, director) == []
