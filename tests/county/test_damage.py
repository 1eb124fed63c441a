"""A damaged disk, rights that lack, a folder cleaned away: told in words, and survived."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text

from county import backups, pruning, verifying
from county.measuring import Measures
from county.storage import Damaged, Hub
from desktop.errors import UserError
from tests.sync.parts import PC, code_for, staff


@pytest.mark.parametrize("spoilt", ["head", "pages"])
def test_a_damaged_database_is_told_in_words(sqlite_hub: Hub, tmp_path: Path, spoilt: str) -> None:
    own = Path(sqlite_hub.url.database or "")
    sqlite_hub.close()
    content = own.read_bytes()
    damage = b"\xff" * 40_960
    own.write_bytes(damage if spoilt == "head" else content[:4096] + damage + content[45_056:])
    with pytest.raises(Damaged, match="restore"):
        sqlite_hub.check()
    with pytest.raises(UserError):
        backups.back_up(sqlite_hub, tmp_path / "县.bak")


def test_verifying_ends_at_a_damaged_file(sqlite_hub: Hub) -> None:
    own = Path(sqlite_hub.url.database or "")
    with sqlite_hub.reading() as connection:
        root = text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_staff_feed_of'")
        page = connection.execute(root).scalar_one()
    sqlite_hub.close()
    with own.open("r+b") as stream:
        stream.seek((page - 1) * 4096 + 3)
        stream.write(b"\0\5")  # So many rows, of which none is there.
    sqlite_hub.check()
    with sqlite_hub.reading() as connection:
        (told,) = verifying.problems(connection)
    assert "已损坏" in told


def test_the_days_work_goes_on_after_a_fault(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pruning, "_until", lambda _hour: 0)
    faults: Iterator[Exception] = iter([ValueError("first"), UserError("second")])
    done = threading.Event()

    def work() -> None:
        for fault in faults:
            raise fault
        done.set()

    with caplog.at_level("WARNING", "county"):
        daily = pruning.Daily(work)
        daily.start()
        assert done.wait(30)
        daily.stop()


def test_a_user_without_rights_is_told_what_to_ask_for(postgres: str) -> None:
    server = postgres.replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE ROLE nobody_yet LOGIN")
        connection.execute("CREATE DATABASE not_ours")
        try:
            url = make_url(postgres).set(username="nobody_yet", database="not_ours")
            with closing(Hub(url)) as hub, pytest.raises(UserError, match="GRANT"):
                hub.create()
        finally:
            connection.execute("DROP DATABASE not_ours WITH (FORCE)")
            connection.execute("DROP ROLE nobody_yet")


def test_verifying_sees_one_state_while_pcs_exchange(
    hub: Hub, make_pc: Callable[..., PC], monkeypatch: pytest.MonkeyPatch
) -> None:
    pc = make_pc()
    pc.join(hub, code_for(hub))
    feed = verifying._feed

    def meanwhile(*given: object) -> list[str]:
        pc.save("staff", staff("王小明"))
        pc.sync()
        return feed(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(verifying, "_feed", meanwhile)
    with hub.reading() as connection:
        assert verifying.problems(connection) == []


def test_a_worker_begins_again_after_its_folder_was_cleaned_away(tmp_path: Path) -> None:
    folder = tmp_path / "county-hub-1"
    Measures(folder).close()
    shutil.rmtree(folder)
    with closing(Measures(folder)) as measures:
        measures.add("exchanges")
        assert "county_hub_exchanges_total 1" in measures.as_text()
