"""A backup is whole, is told to the PCs, and a restored hub gets back what it lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from county import backups, pruning, restoring
from county.clock import now_ms, written
from county.storage import Hub, generation
from county.tables import CENTRES, CHANGES, DEVICES
from county.verifying import problems
from desktop.errors import UserError
from desktop.sync import account
from desktop.sync.protocol import COUNTER_BITS
from tests.sync.parts import PC, code_for, settle, staff


def _joined(hub: Hub, make_pc: Callable[..., PC]) -> PC:
    pc = make_pc()
    pc.join(hub, code_for(hub))
    return pc


def test_a_restored_backup_is_a_new_generation_that_the_pcs_fill_again(
    hub: Hub, database_url: str, make_pc: Callable[..., PC], tmp_path: Path
) -> None:
    one, other = _joined(hub, make_pc), _joined(hub, make_pc)
    shared = one.save("staff", staff("王小明"))
    settle(one, other)
    file = tmp_path / "县.bak"
    assert backups.back_up(hub, file) == file.stat().st_size
    assert not list(tmp_path.glob("*.part*"))
    with hub.reading() as connection:
        before = generation(connection)
        top = connection.execute(select(CENTRES.c.rev)).scalar_one()
        safe = dict(connection.execute(select(DEVICES.c.id, DEVICES.c.safe)).all())
        assert safe[1] == connection.scalars(select(DEVICES.c.acknowledged)).first()
    later = one.save("staff", staff("备份之后"))
    other.save("staff", {"phone": "13800000001"}, shared)
    settle(one, other)
    with one.store.reading() as session:
        row = account.read_row(session)
        assert row is not None
        assert row.safe_seq == safe[1] > 0
    rows = one.rows()
    hub.close()
    kept = restoring.restore(database_url, file)
    assert (kept is None) == database_url.startswith("postgresql")
    with hub.reading() as connection:
        assert generation(connection) != before
        assert connection.execute(select(CENTRES.c.rev)).scalar_one() == top + 1_000_000
        assert problems(connection) == []
    settle(one, other)
    assert one.rows() == other.rows() == rows
    assert later in other.rows()["staff"]
    with hub.reading() as connection:
        assert problems(connection) == []


def test_a_backup_replaces_nothing_while_the_service_has_the_database(
    hub: Hub, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "县.bak"
    backups.back_up(hub, file)
    with hub.reading() as connection:
        connection.execute(select(CENTRES)).all()
        with pytest.raises(UserError, match="serve"):
            restoring.restore(database_url, file)


@pytest.mark.parametrize("spoil", ["cut", "bytes", "nothing"])
def test_a_damaged_backup_is_refused_and_the_database_stays(
    hub: Hub, database_url: str, tmp_path: Path, spoil: str
) -> None:
    file = tmp_path / "县.bak"
    backups.back_up(hub, file)
    content = file.read_bytes()
    spoilt = {"cut": content[: len(content) // 2], "bytes": b"x" * 4096, "nothing": None}[spoil]
    file.unlink() if spoilt is None else file.write_bytes(spoilt)
    hub.close()
    with pytest.raises(UserError):
        restoring.restore(database_url, file)
    hub.check()


def test_a_backup_that_is_not_whole_is_not_kept(
    sqlite_hub: Hub, make_pc: Callable[..., PC], tmp_path: Path
) -> None:
    pc = _joined(sqlite_hub, make_pc)
    pc.save("staff", staff("王小明"))
    pc.sync()
    with sqlite_hub.writing() as connection:
        connection.execute(text("DELETE FROM staff"))
    with pytest.raises(UserError, match="verify"):
        backups.back_up(sqlite_hub, tmp_path / "县.bak")
    assert not list(tmp_path.glob("县.bak*"))
    with sqlite_hub.reading() as connection:
        assert connection.scalars(select(DEVICES.c.safe)).all() == [0]


def test_without_postgresqls_programs_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(backups, "_TOOLS", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="postgresql-client"):
        backups._find("pg_dump")


def test_a_full_disk_is_told(sqlite_hub: Hub) -> None:
    if not os.access("/dev/full", os.W_OK):
        pytest.skip("no /dev/full")
    with pytest.raises(UserError):
        backups.back_up(sqlite_hub, Path("/nowhere/at/all.bak"))


# History


def test_pruning_keeps_the_last_edit_of_each_field_however_old(
    hub: Hub, make_pc: Callable[..., PC]
) -> None:
    one, other = _joined(hub, make_pc), _joined(hub, make_pc)
    id = one.save("staff", staff("王小明"))
    one.sync()
    for name in ("甲", "乙", "丙"):
        one.save("staff", {"name": name}, id)
        one.sync()
    one.save("staff", {"phone": "13800000001"}, id)
    one.sync()
    years = (2 * 365 * 86_400_000) << COUNTER_BITS
    with hub.writing() as connection:
        connection.execute(update(CHANGES).values(clock=CHANGES.c.clock - years))
    one.save("staff", {"name": "丁"}, id)
    one.sync()
    assert pruning.prune(hub) == 3
    assert pruning.prune(hub) == 0
    with hub.reading() as connection:
        assert problems(connection) == []
        assert len(connection.execute(select(CHANGES)).all()) == 2
    settle(one, other)
    assert other.load("staff", id)["name"] == "丁"
    assert other.load("staff", id)["phone"] == "13800000001"
    assert one.rows() == other.rows()


def test_a_year_of_history_cannot_be_pruned(hub: Hub) -> None:
    with pytest.raises(UserError, match="400"):
        pruning.prune(hub, 30)


def test_the_days_work_is_done_in_its_hour_and_stops_when_told() -> None:
    assert 60 <= pruning._until(3) <= 86_400
    daily = pruning.Daily(lambda: None)
    daily.stop()  # Told to stop before it has begun.
    daily.start()
    daily.stop()


def test_pcs_that_do_not_come_any_more_are_listed(hub: Hub, make_pc: Callable[..., PC]) -> None:
    silent, busy = _joined(hub, make_pc), _joined(hub, make_pc)
    for pc in (silent, busy):
        pc.sync()
    with hub.writing() as connection:
        connection.execute(
            update(DEVICES).where(DEVICES.c.id == 1).values(last_seen="2026-01-01T00:00:00+08:00")
        )
    with hub.reading() as connection:
        found = backups.stale(connection, written(now_ms() - 7 * 86_400_000))
    assert [row["device"] for row in found] == [1]


def test_verifying_still_sees_what_is_missing_after_a_restore(
    sqlite_hub: Hub, make_pc: Callable[..., PC], tmp_path: Path
) -> None:
    pc = _joined(sqlite_hub, make_pc)
    pc.save("staff", staff("王小明"))
    pc.sync()
    backups.back_up(sqlite_hub, tmp_path / "县.bak")
    sqlite_hub.close()
    url = sqlite_hub.url.render_as_string()
    restoring.restore(url, tmp_path / "县.bak")
    with closing(Hub(url)) as restored, restored.writing() as connection:
        assert problems(connection) == []
        connection.execute(delete(CHANGES))
        connection.execute(text("DELETE FROM staff"))
        assert problems(connection)
