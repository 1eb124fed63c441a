"""PCs with sticks alone are compared with the hub as well, and make up what a restored one lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, update

from county import digesting
from county.centres import find_centre
from county.storage import Hub
from desktop.models.registers import find_register
from desktop.sync import account, comparing, conflicts
from desktop.sync.carried import CarriedMending
from desktop.sync.digests import Held
from desktop.sync.issues import CAME_APART
from desktop.sync.mending import Found
from tests.sync.meetings import told
from tests.sync.parts import CODE, PC, settle, staff
from tests.sync.restored import Restored, assert_same, lose_work, move, restored, table_of, unseen
from tests.sync.sticks import Stick, pair, stick

__all__ = ["pair", "restored", "stick"]


def carrying(restored: Restored, folder: Path) -> Stick:
    (folder / "U盘").mkdir()
    return Stick(restored.hub, folder / "U盘")


def due(pc: PC) -> None:
    with pc.store.writing() as session:
        account.write(session, checked_at="")


def test_what_a_restored_hub_and_a_dead_pc_have_lost_comes_from_another_by_stick(
    restored: Restored, tmp_path: Path
) -> None:
    left, third = restored.left, restored.third
    work = lose_work(restored)
    left.save("staff", staff("拿着U盘"))
    by_stick = carrying(restored, tmp_path)
    reports = [by_stick.round(left) for _each in range(3)]
    assert [report.again for report in reports] == [True, True, False]
    assert reports[1].found.offered
    assert reports[2].waiting == 0
    settle(third)
    by_stick.round(left)
    work.assert_back(left, third)
    assert_same(restored.hub, left, third)


def test_what_another_pc_has_offered_a_restored_hub_is_told_by_stick(
    restored: Restored, tmp_path: Path
) -> None:
    gone, left, third = restored.gone, restored.left, restored.third
    id = gone.save("staff", staff("原来的"))
    settle(gone, left, third)
    restored.back_up()
    gone.save("staff", {"name": "第一次改"}, id)
    settle(gone, third)
    gone.save("staff", {"name": "第二次改"}, id)
    settle(gone, left)
    restored.restore()
    settle(third)
    by_stick = carrying(restored, tmp_path)
    for _each in range(3):
        by_stick.round(left)
    assert left.load("staff", id)["name"] == "第一次改"
    assert told(left) == [("姓名", "第二次改", "第一次改", CAME_APART)]


def test_what_was_made_up_online_meanwhile_is_not_compared_with_an_older_answer(
    restored: Restored, tmp_path: Path
) -> None:
    left = restored.left
    id = left.save("staff", staff("原来的"))
    settle(left)
    restored.back_up()
    restored.restore()
    by_stick = carrying(restored, tmp_path)
    by_stick.round(left)
    left.save("staff", {"name": "后来改的"}, id)
    late = by_stick.county(by_stick.write(left))
    settle(left)
    report = by_stick.read(left, late)
    assert not report.compared
    assert left.load("staff", id)["name"] == "后来改的"
    assert told(left) == []
    assert_same(restored.hub, left)


def test_a_spoilt_disk_is_found_by_stick(hub: Hub, pair: tuple[PC, PC], stick: Stick) -> None:
    one, other = pair
    ids = [one.save("staff", staff(f"职工{number}")) for number in range(40)]
    booked = move(other)
    for pc in (one, other, one):
        stick.round(pc)
    with unseen(one) as session:
        table = find_register("staff").table
        session.execute(update(table).where(table.c.id == ids[1]).values(name="坏了"))
        session.execute(delete(table).where(table.c.id == ids[5]))
    with hub.writing() as connection:
        connection.execute(delete(table_of("staff")).where(table_of("staff").c.id == ids[7]))
    due(one)
    one.save("staff", {"phone": "13800000001"}, ids[9])
    packet = stick.write(one)
    one.save("staff", {"phone": "13800000002"}, ids[10])
    report = stick.read(one, stick.county(packet))
    assert report.compared
    assert report.again
    assert report.found == Found(fetched=2, offered=1, told=1)
    assert report.changed == {"staff"}
    with one.store.reading() as session:
        (issue,) = conflicts.list_issues(session)
    assert (issue.mine, issue.theirs, issue.reason) == ("坏了", "职工1", CAME_APART)
    assert not stick.round(one).again
    stick.round(other)
    assert booked in one.rows()["stock_moves"]
    with hub.reading() as connection:
        held = digesting.digests(connection, find_centre(connection, CODE).id)
    for pc in (one, other):
        with pc.store.reading() as session:
            assert comparing.digests(session) == held


def test_a_packet_says_what_is_here_only_when_it_is_due(
    hub: Hub, pair: tuple[PC, PC], stick: Stick
) -> None:
    one, _other = pair
    one.save("staff", staff("王"))
    stick.round(one)
    with one.store.reading() as session:
        found = account.read_account(session)
    comparison = CarriedMending(one.store, lambda step: step())
    assert comparison.held(found) == []
    due(one)
    assert comparison.held(found)
    assert stick.round(one).found == Found()
    assert one.status().checked_at
    assert comparison.held(found) == []


def test_an_answer_that_comes_late_puts_no_older_value_back(
    hub: Hub, pair: tuple[PC, PC], stick: Stick
) -> None:
    one, other = pair
    id = one.save("staff", staff("王"))
    settle(one, other)
    due(one)
    late = stick.county(stick.write(one))
    other.save("staff", {"name": "王大明"}, id)
    one.save("staff", {"phone": "13800000001"}, id)
    settle(other, one)
    report = stick.read(one, late)
    assert not report.compared
    assert not report.found
    assert one.load("staff", id)["name"] == "王大明"
    assert one.load("staff", id)["phone"] == "13800000001"
    assert_same(hub, one)


@pytest.mark.parametrize("spoilt", ["ids", "hashes", "fewer"])
def test_a_comparison_without_sense_is_answered_with_a_sentence(
    hub: Hub, pair: tuple[PC, PC], stick: Stick, spoilt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _other = pair
    one.save("staff", staff("王"))
    one.sync()
    due(one)
    real = CarriedMending.held

    def held(self: CarriedMending, found: account.Account) -> list[Held]:
        made = real(self, found)
        for each in made:
            each.total.sum += 1
            if spoilt == "ids":
                each.ids += b"?"
            elif spoilt == "hashes":
                each.hashes += b"?"
            else:
                each.hashes += bytes(8)
        return made

    monkeypatch.setattr(CarriedMending, "held", held)
    with pytest.raises(Exception, match="请求不完整"):
        stick.round(one)
    assert_same(hub, one)
