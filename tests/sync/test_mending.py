"""What a disk or a program has spoilt past the exchange is found by comparing, and mended."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from county import backups, digesting, restoring
from county.centres import find_centre
from county.storage import Hub, renew_generation
from county.tables import register_tables
from county.verifying import problems
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.sync import account, comparing, conflicts
from desktop.sync.digests import CHECK_DAYS
from desktop.sync.engine import ExchangeReport
from desktop.sync.mending import Found
from tests.sync.databases import copy_hub
from tests.sync.direct import Lost
from tests.sync.parts import CODE, PC, code_for, run_hub, settle, staff
from tests.sync.test_faults import thdesk

MakePC = Callable[..., PC]


def compared(pc: PC) -> ExchangeReport:
    """Exchange with what both sides hold compared at its end."""
    with pc.store.writing() as session:
        account.write(session, checked_at="")
    return pc.sync()


@contextmanager
def unseen(pc: PC) -> Iterator[Any]:
    """Change this PC's tables as a spoilt disk would."""
    with pc.store.writing() as session, pc.store.database.not_capturing(session.connection()):
        yield session


def table_of(key: str) -> Any:
    return register_tables()[find_register(key).number][1]


def move(pc: PC) -> bytes:
    drug = pc.save("drugs", {"name": "阿司匹林"})
    lot = pc.save("drug_stock", {"drug_id": drug})
    values: Values = {"lot_id": lot, "moved_on": date(2026, 10, 1), "kind": "入库", "quantity": 3}
    return pc.save("stock_moves", values)


def assert_same(hub: Hub, *pcs: PC) -> None:
    with hub.reading() as connection:
        held = digesting.digests(connection, find_centre(connection, CODE).id)
        assert problems(connection) == []
    for pc in pcs:
        with pc.store.reading() as session:
            assert comparing.digests(session) == held


def test_where_nothing_is_wrong_nothing_is_done(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    ids = [one.save("staff", staff(f"职工{number}")) for number in range(40)]
    move(other)
    settle(one, other)
    one.save("staff", {"phone": "13800000001"}, ids[3])
    report = compared(one)
    assert report.compared
    assert not report.found
    assert report.waiting == 0
    assert_same(hub, one)


def test_a_spoilt_record_is_fetched_again_and_its_value_told(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    ids = [one.save("staff", staff(f"职工{number}")) for number in range(40)]
    booked = move(other)
    settle(one, other)
    with unseen(one) as session:
        for id, name in ((ids[1], "坏了"), (ids[2], None)):
            table = find_register("staff").table
            session.execute(update(table).where(table.c.id == id).values(name=name))
        session.execute(delete(table).where(table.c.id == ids[5]))
        session.connection().exec_driver_sql("DROP TRIGGER append_only_delete_stock_move")
        session.execute(delete(find_register("stock_moves").table))
    report = compared(one)
    assert report.found == Found(fetched=4, told=2)
    assert report.changed == {"staff", "stock_moves"}
    assert_same(hub, one, other)
    assert booked in one.rows()["stock_moves"]
    with one.store.reading() as session:
        first, second = conflicts.list_issues(session)
    assert {(each.mine, each.theirs) for each in (first, second)} == {
        ("坏了", "职工1"),
        ("", "职工2"),
    }
    assert {each.who for each in (first, second)} == {"县级平台"}
    spoilt = next(each for each in (first, second) if each.mine)
    with one.store.writing() as session:
        conflicts.put_back(session, spoilt.id)
    settle(one, other)
    assert other.load("staff", ids[1])["name"] == "坏了"


def test_of_a_locked_record_nobody_is_asked(hub: Hub, two: tuple[PC, PC]) -> None:
    one, _other = two
    values: Values = {"form": "f", "month": "2026-10", "revision": 1, "status": "草稿"}
    handed = one.save("returns", values)
    one.save("returns", {"status": "已上报", "submitted_by": "院长"}, handed)
    one.sync()
    with unseen(one) as session:
        returns = find_register("returns").table
        session.execute(update(returns).values(answered_by="没有答复过的人"))
    assert compared(one).found == Found(fetched=1)
    assert one.load("returns", handed)["answered_by"] is None
    assert one.status().issues == 0
    assert_same(hub, one)


def test_records_the_hub_lacks_are_offered_by_any_pc(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    ids = [one.save("staff", staff(f"职工{number}")) for number in range(40)]
    booked = move(one)
    settle(one, other)
    with hub.writing() as connection:
        connection.execute(delete(table_of("staff")).where(table_of("staff").c.id == ids[7]))
        connection.execute(delete(table_of("stock_moves")))
        table = table_of("staff")
        connection.execute(update(table).where(table.c.id == ids[8]).values(name="县里坏了"))
    report = compared(other)
    assert report.found == Found(fetched=1, offered=2, told=1)
    assert (report.waiting, report.refused) == (0, [])
    with hub.reading() as connection:
        digests = digesting.digests(connection, find_centre(connection, CODE).id)
        assert connection.execute(table_of("stock_moves").select()).one().id == booked
    with other.store.reading() as session:
        assert comparing.digests(session) == digests
    compared(one)
    assert one.rows() == other.rows()


def test_what_waits_or_was_refused_is_no_difference(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    kept = one.save("staff", staff("职工"))
    settle(one, other)
    with one.store.writing() as session:
        one.save_raw(session, "staff", name="身份证错", id_number="110105194912310021")
    assert len(one.sync().refused) == 1
    report = compared(one)
    assert report.compared
    assert report.found == Found()
    assert one.client is not None
    one.client.meanwhile = lambda: void(one.save("staff", {"name": "正在改"}, kept))
    other.save("staff", {"phone": "13800000001"}, kept)
    other.sync()
    report = compared(one)
    one.client.meanwhile = lambda: None
    assert report.found == Found()
    assert one.load("staff", kept)["name"] == "正在改"


def void(_result: object) -> None:
    """Take a result and give none."""


def test_what_the_county_alone_writes_is_kept_and_reported(hub: Hub, two: tuple[PC, PC]) -> None:
    one, _other = two
    settle(*two)
    with unseen(one) as session:
        one.save_raw(session, "publications", kind="通知", number="1", title="来历不明")
    before = one.rows()["publications"]
    report = compared(one)
    assert report.found == Found(kept=1)
    assert one.rows()["publications"] == before
    assert report.waiting == 0


def test_it_is_done_once_a_week_and_after_a_disk_was_put_back(hub: Hub, two: tuple[PC, PC]) -> None:
    one, _other = two
    assert not one.sync().compared
    assert not one.sync().compared
    with one.store.writing() as session:
        account.write(session, checked_at="2026-01-01T08:00:00+08:00")
    assert one.sync().compared
    assert not one.sync().compared
    assert CHECK_DAYS == 7


def test_a_field_only_the_newer_hub_has_is_no_difference(
    hub: Hub, two: tuple[PC, PC], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    id = one.save("staff", staff("职工", phone="13800000001"))
    settle(one, other)
    from desktop.models import changes
    from desktop.sync import apart

    def older(register: Any) -> dict[int, str]:
        named = changes.columns_by_number(register)
        return {number: name for number, name in named.items() if name != "phone"}

    with unseen(one) as session:
        table = find_register("staff").table
        session.execute(update(table).where(table.c.id == id).values(phone=None))
    monkeypatch.setattr(apart, "columns_by_number", older)
    monkeypatch.setattr(comparing, "columns_by_number", older)
    assert compared(one).found == Found()
    monkeypatch.undo()
    assert compared(one).found == Found(fetched=1, told=1)


class Restored:
    """A hub on SQLite whose backup comes back while a PC that had gone on is no more."""

    def __init__(self, folder: Path, make_pc: MakePC) -> None:
        self.folder = folder
        self.hub = Hub(copy_hub(folder))
        self.gone, self.left, self.third = make_pc(), make_pc(), make_pc()
        for pc in (self.gone, self.left, self.third):
            pc.join(self.hub, code_for(self.hub))

    def back_up(self) -> None:
        backups.back_up(self.hub, self.folder / "backup")

    def restore(self) -> None:
        self.hub.close()
        restoring.restore(str(self.hub.url), self.folder / "backup")


@pytest.fixture
def restored(tmp_path: Path, make_pc: MakePC) -> Iterator[Restored]:
    folder = tmp_path / "hub"
    folder.mkdir()
    made = Restored(folder, make_pc)
    yield made
    made.hub.close()


def test_what_a_restored_hub_and_a_dead_pc_have_lost_comes_from_another(
    restored: Restored,
) -> None:
    gone, left, third = restored.gone, restored.left, restored.third
    edited = gone.save("staff", staff("原来的", phone="13800000001"))
    deleted = gone.save("staff", staff("要删的"))
    settle(gone, left, third)
    restored.back_up()
    gone.save("staff", {"name": "备份之后改的"}, edited)
    gone.save("staff", {"name": "改了又改"}, edited)
    made = gone.save("staff", staff("备份之后"))
    booked = move(gone)
    with gone.store.writing() as session:
        from desktop.models.store import remove

        remove(session, find_register("staff"), deleted)
    settle(gone, left)
    restored.restore()
    # One PC that had not seen any of it has worked on and comes first.
    third.save("staff", {"phone": "13911111111"}, edited)
    third.sync()
    report = left.sync()
    assert report.found.offered
    settle(left, third)
    for pc in (left, third):
        assert pc.load("staff", edited)["name"] == "改了又改"
        assert pc.load("staff", edited)["phone"] == "13911111111"
        assert {made} <= set(pc.rows()["staff"])
        assert booked in pc.rows()["stock_moves"]
        assert pc.rows()["staff"][deleted][0] is not None
    assert_same(restored.hub, left, third)


def test_an_offered_value_gives_way_to_its_authors_later_one(restored: Restored) -> None:
    author, left, third = restored.gone, restored.left, restored.third
    id = author.save("staff", staff("原来的"))
    settle(author, left, third)
    restored.back_up()
    author.save("staff", {"name": "第一次改"}, id)
    settle(author, left)
    author.save("staff", {"name": "第二次改"}, id)
    author.sync()
    restored.restore()
    left.sync()
    third.sync()
    assert third.load("staff", id)["name"] == "第一次改"
    settle(author, left, third)
    for pc in (author, left, third):
        assert pc.load("staff", id)["name"] == "第二次改"
        with pc.store.reading() as session:
            assert conflicts.list_issues(session) == []
    assert_same(restored.hub, author, left, third)


def test_an_older_value_never_replaces_what_was_written_since(restored: Restored) -> None:
    """A PC that had not exchanged after the backup has nothing to offer, only to fetch."""
    author, left, third = restored.gone, restored.left, restored.third
    id = author.save("staff", staff("原来的"))
    settle(author, left, third)
    author.save("staff", {"name": "备份里的"}, id)
    author.sync()
    restored.back_up()
    restored.restore()
    third.sync()
    third.save("staff", {"name": "恢复之后改的"}, id)
    third.sync()
    report = left.sync()
    assert not report.found.offered
    assert left.load("staff", id)["name"] == "恢复之后改的"
    assert_same(restored.hub, left, third)


def test_a_hub_restored_twice_offers_records_but_guesses_no_values(restored: Restored) -> None:
    author, left = restored.gone, restored.left
    id = author.save("staff", staff("原来的"))
    settle(author, left)
    restored.back_up()
    author.save("staff", {"name": "备份之后改的"}, id)
    made = author.save("staff", staff("备份之后"))
    settle(author, left)
    restored.restore()
    with restored.hub.owning() as connection:
        renew_generation(connection)
    left.sync()
    with restored.hub.reading() as connection:
        rows = {row.id: row.name for row in connection.execute(table_of("staff").select())}
    assert rows[id] == "原来的"
    assert made in rows
    author.sync()
    left.sync()
    assert left.load("staff", id)["name"] == "备份之后改的"


def test_an_offer_cut_off_is_made_again(restored: Restored) -> None:
    gone, left = restored.gone, restored.left
    id = gone.save("staff", staff("原来的"))
    settle(gone, left)
    restored.back_up()
    gone.save("staff", {"name": "备份之后改的"}, id)
    made = [gone.save("staff", staff(f"备份之后{number}")) for number in range(3)]
    settle(gone, left)
    restored.restore()
    fates = iter(["pass", "lost", "unanswered", "pass"])
    assert left.client is not None
    left.client._fate = lambda: next(fates, "pass")
    for _try in range(3):
        with suppress(Lost):
            left.sync()
        oldest = left.status().oldest_waiting
        assert oldest is None or oldest.year >= 2026
    with restored.hub.reading() as connection:
        assert set(made) <= {row.id for row in connection.execute(table_of("staff").select())}
    assert left.load("staff", id)["name"] == "备份之后改的"
    assert_same(restored.hub, left)


def test_the_command_compares_and_says_what_it_found(sqlite_hub: Hub, make_pc: MakePC) -> None:
    pc = make_pc()
    code = code_for(sqlite_hub)
    with run_hub(str(sqlite_hub.url)) as process:
        assert run(pc, "enrol", process.start(), code)
        id = pc.save("staff", staff("职工"))
        assert "核对" not in run(pc, "sync")
        with unseen(pc) as session:
            table = find_register("staff").table
            session.execute(update(table).where(table.c.id == id).values(name="坏了"))
        said = run(pc, "sync", "--check")
        assert "本机有 1 条不一致，已从县级补齐" in said
        assert "1 处值留在“需要核对”里" in said
        assert "本机有 1 条不一致" in run(pc, "sync", "--status")
        found = json.loads(run(pc, "sync", "--check", "--json"))
        assert found["compared"] is True
        assert found["mended"] == {"fetched": 0, "offered": 0, "told": 0, "kept": 0}
        assert "两边一致" in run(pc, "sync", "--status")


def run(pc: PC, *words: str) -> str:
    """Run a command at a PC and return what it says."""
    out, error = thdesk(pc, *words).communicate()
    assert not error, error
    return out
