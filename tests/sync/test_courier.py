"""Exchanging by stick: the same as online, whatever becomes of the sticks."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from county import centres
from county.storage import Hub, renew_generation
from desktop.models.opening import open_centre
from desktop.models.registers import find_register
from desktop.models.store import remove
from desktop.models.vault import Vault
from desktop.services import photos
from desktop.services.photos import NewPhoto, Subject
from desktop.sync import conflicts
from desktop.sync.courier import Courier
from desktop.sync.issues import LOST, WON
from tests.helpers.centres import CHEAP
from tests.sync.databases import copy_hub
from tests.sync.parts import (
    PASSWORD,
    PC,
    code_for,
    everything,
    staff,
)
from tests.sync.sticks import Stick, pair, same, stick

__all__ = ["pair", "stick"]

MakePC = Callable[..., PC]


def test_two_pcs_exchange_through_the_countys_answers_alone(
    hub: Hub, pair: tuple[PC, PC], stick: Stick
) -> None:
    one, other = pair
    person = one.save("staff", staff("王小明"))
    other.save("staff", staff("李护士"))
    first = stick.round(one)
    assert (first.waiting, first.refused) == (0, [])
    assert first.pushed > 0
    assert stick.round(other).pulled > 0
    other.save("staff", {"phone": "13800000001"}, person)
    stick.round(other)
    stick.round(one)
    same(hub, one, other)
    assert one.load("staff", person)["phone"] == "13800000001"
    assert one.status().waiting == 0
    assert one.status().last_success


def test_lost_doubled_and_reordered_sticks_do_no_harm(
    hub: Hub, pair: tuple[PC, PC], stick: Stick
) -> None:
    one, other = pair
    person = one.save("staff", staff("王小明"))
    packets = [stick.write(one)]
    one.save("staff", {"name": "第二次改"}, person)
    packets.append(stick.write(one))
    one.save("staff", {"phone": "13800000002"}, person)
    stick.write(one)  # lost
    answers = [stick.county(packet) for packet in (packets[1], packets[0], packets[1])]
    stick.round(other)
    other.save("staff", {"name": "对方改"}, person)
    stick.round(other)
    for answer in (answers[2], answers[0], answers[1], answers[2]):
        stick.read(one, answer)
    assert one.load("staff", person)["name"] == "第二次改"
    assert one.status().waiting == 1
    for pc in (one, other, one):
        stick.round(pc)
    same(hub, one, other)
    assert one.load("staff", person)["name"] == "对方改"
    assert one.load("staff", person)["phone"] == "13800000002"


def test_sticks_and_the_link_mix(hub: Hub, pair: tuple[PC, PC], stick: Stick) -> None:
    one, other = pair
    person = one.save("staff", staff("王小明"))
    late = stick.write(one)
    one.save("staff", {"name": "连网送的"}, person)
    one.sync()
    other.sync()
    other.save("staff", {"name": "最后的"}, person)
    other.sync()
    answer = stick.county(late)
    one.sync()
    report = stick.read(one, answer)
    assert not report.copied
    assert (report.pushed, report.pulled, report.conflicts) == (0, 0, 0)
    assert one.load("staff", person)["name"] == "最后的"
    other.sync()
    same(hub, one, other)
    with hub.reading() as connection:
        assert len(centres.devices(connection)) == 2


def test_an_edit_made_while_the_stick_was_under_way_tells_what_it_replaced(
    hub: Hub, pair: tuple[PC, PC], stick: Stick
) -> None:
    one, other = pair
    person = one.save("staff", staff("王小明", phone="13800000000"))
    stick.round(one)
    stick.round(other)
    other.save("staff", {"phone": "13900000009"}, person)
    stick.round(other)
    answer = stick.county(stick.write(one))
    one.save("staff", {"phone": "13700000007"}, person)
    stick.read(one, answer)
    stick.round(one)
    with one.store.reading() as session:
        told = conflicts.list_issues(session)
    assert [(each.kind, each.mine, each.theirs) for each in told] == [
        (WON, "137****0007", "139****0009")
    ]
    stick.round(other)
    same(hub, one, other)


def test_the_same_race_online_tells_what_it_replaced(hub: Hub, pair: tuple[PC, PC]) -> None:
    one, other = pair
    person = one.save("staff", staff("王小明", phone="13800000000"))
    for pc in (one, other):
        pc.sync()
    other.save("staff", {"phone": "13900000009"}, person)
    other.sync()
    assert one.client is not None

    def meanwhile() -> None:
        assert one.client is not None
        one.client.meanwhile = lambda: None
        one.save("staff", {"phone": "13700000007"}, person)

    one.client.meanwhile = meanwhile
    one.sync()
    with one.store.reading() as session:
        told = conflicts.list_issues(session)
    assert [(each.kind, each.theirs) for each in told] == [(WON, "139****0009")]
    other.sync()
    same(hub, one, other)


def test_a_deletion_and_an_edit_under_way_meet(hub: Hub, pair: tuple[PC, PC], stick: Stick) -> None:
    one, other = pair
    person = one.save("staff", staff("王小明"))
    stick.round(one)
    stick.round(other)
    with other.store.writing() as session:
        remove(session, find_register("staff"), person)
    stick.round(other)
    answer = stick.county(stick.write(one))
    one.save("staff", {"phone": "13700000007"}, person)
    stick.read(one, answer)
    for pc in (one, other, one):
        stick.round(pc)
    same(hub, one, other)
    assert other.load("staff", person)["phone"] == "13700000007"
    with other.store.reading() as session:
        assert [each.kind for each in conflicts.list_issues(session)] == [LOST]


def test_a_refused_record_is_named_and_mended_by_the_next_stick(
    hub: Hub, pair: tuple[PC, PC], stick: Stick
) -> None:
    one, other = pair
    with one.store.writing() as session:
        bad = one.save_raw(session, "staff", name="王小明", id_number="110105194912310020")
    report = stick.round(one)
    assert [each.id for each in report.refused] == [bad]
    assert one.status().issues == 1
    one.save("staff", staff("王小明"), bad)
    report = stick.round(one)
    assert report.refused == []
    assert one.status().issues == 0
    stick.round(other)
    same(hub, one, other)


def test_photos_go_with_the_stick_as_far_as_they_fit(
    hub: Hub, pair: tuple[PC, PC], stick: Stick
) -> None:
    one, other = pair
    clinic = one.save("clinics", {"name": "南庄村卫生室"})
    visit = one.save("visits", {"clinic_id": clinic, "visited_on": date(2026, 11, 20)})
    pictures = [b"\xff\xd8" + bytes([each]) * 1000 for each in range(3)]
    photos.add(one.store, Subject(visit), list(map(NewPhoto, pictures)), date(2026, 11, 20))
    written = Courier(one.store).write(stick.folder / "小包", 2500)
    assert (written.photos, written.photos_left) == (2, 1)
    report = stick.read(one, stick.county(written.path))
    assert (report.files.sent, report.files.waiting) == (2, 1)
    stick.round(other)
    assert stick.round(other).files.fetched == 2
    stick.round(one)
    assert stick.round(other).files.fetched == 1
    assert other.status().files_missing == 0


def test_a_copied_disk_is_told_by_the_packets_count(
    hub: Hub, make_pc: MakePC, stick: Stick, tmp_path: Path
) -> None:
    one = make_pc()
    one.join(hub, code_for(hub))
    one.save("staff", staff("都有的"))
    stick.round(one)
    copy = PC.__new__(PC)
    copy.home, copy.client = tmp_path / "复制的盘", None
    one.reopen(lambda: void(shutil.copytree(one.home, copy.home)))
    copy.opened = open_centre(copy.home, "院长", PASSWORD, vault=Vault(copy.home, cost=CHEAP))
    try:
        one.save("staff", staff("原来的"))
        copy.save("staff", staff("复制的"))
        assert not stick.round(one).copied
        report = stick.round(copy)
        assert report.copied
        assert report.again
        # Either may have sent under the number they shared, so neither goes on with it.
        assert [stick.round(pc).copied for pc in (copy, one, copy, one, copy, one)] == [
            *(False, True, False),
            *(False, False, False),
        ]
        same(hub, one, copy)
        assert len(one.rows()["staff"]) == 3
    finally:
        copy.close()


def test_a_copied_disk_is_told_though_the_other_is_online(
    hub: Hub, make_pc: MakePC, stick: Stick, tmp_path: Path
) -> None:
    one = make_pc()
    one.join(hub, code_for(hub))
    one.sync()
    kept = tmp_path / "备份"
    one.reopen(lambda: void(shutil.copytree(one.home, kept)))
    one.save("staff", staff("之后的"))
    one.sync()
    one.sync()

    def restore() -> None:
        shutil.rmtree(one.home)
        shutil.copytree(kept, one.home)

    one.reopen(restore)
    one.save("staff", staff("恢复之后的"))
    assert stick.round(one).copied
    stick.round(one)
    same(hub, one)
    assert len(one.rows()["staff"]) == 2


def void(_result: object) -> None:
    """Take a result and give none."""


def test_a_restored_hub_gets_everything_again_by_stick(tmp_path: Path, make_pc: MakePC) -> None:
    path = tmp_path / "hub.db"
    hub = Hub(copy_hub(tmp_path))
    one = make_pc()
    one.join(hub, code_for(hub))
    hub.close()
    shutil.copy(path, tmp_path / "backup.db")
    stick = Stick(hub, tmp_path)
    one.save("staff", staff("备份之后"))
    stick.round(one)
    hub.close()
    for piece in tmp_path.glob("hub.db*"):
        piece.unlink()
    shutil.copy(tmp_path / "backup.db", path)
    with hub.writing() as connection:
        renew_generation(connection)
    assert stick.round(one).again
    assert not stick.round(one).again
    one.sync()
    same(hub, one)
    hub.close()


def test_a_clock_far_ahead_is_put_right_by_stick(
    hub: Hub, pair: tuple[PC, PC], stick: Stick
) -> None:
    one, _other = pair
    one.skew(3_600_000)
    person = one.save("staff", staff("王小明"))
    one.save("staff", {"phone": "13800000001"}, person)
    report = stick.round(one)
    assert report.again
    assert 3_000_000 < report.clock_ahead_ms < 4_000_000
    report = stick.round(one)
    assert (report.again, report.waiting) == (False, 0)
    with hub.reading() as connection:
        assert len(everything(connection)["staff"]) == 1


class Trial:
    """Three PCs whose sticks are lost, doubled and mixed up, and who are online now and then."""

    def __init__(self, seed: int, stick: Stick, pcs: list[PC]) -> None:
        self.chooser = random.Random(seed)
        self.stick = stick
        self.pcs = pcs
        self.people = [pcs[0].save("staff", staff("共有"))]
        self.written: list[tuple[PC, Path]] = []
        self.answered: list[tuple[PC, Path]] = []

    def step(self, step: int) -> None:
        pc = self.chooser.choice(self.pcs)
        match self.chooser.randrange(6):
            case 0:
                self.people.append(pc.save("staff", staff(f"新{step}")))
            case 1:
                self.edit(pc, step)
            case 2:
                self.written.append((pc, self.stick.write(pc)))
            case 3 if self.written:
                owner, packet = self.chooser.choice(self.written)
                self.answered.append((owner, self.stick.county(packet)))
            case 4 if self.answered:
                self.stick.read(*self.chooser.choice(self.answered))
            case 5 if self.chooser.random() < 0.4:
                pc.sync()
        time.sleep(0.001)

    def edit(self, pc: PC, step: int) -> None:
        there = [each for each in self.people if each in pc.rows()["staff"]]
        if there:
            field = self.chooser.choice(["name", "title"])
            pc.save("staff", {field: f"改{step}"}, self.chooser.choice(there))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_becomes_of_the_sticks(
    seed: int, sqlite_hub: Hub, make_pc: MakePC, tmp_path: Path
) -> None:
    stick = Stick(sqlite_hub, tmp_path)
    pcs = [make_pc(), make_pc(person="张会计"), make_pc(person="李所长")]
    for pc in pcs:
        pc.join(sqlite_hub, code_for(sqlite_hub))
    trial = Trial(seed, stick, pcs)
    for step in range(60):
        trial.step(step)
    for _round in range(2):
        for pc in pcs:
            stick.round(pc)
    same(sqlite_hub, *pcs)
    assert all(pc.status().waiting == 0 for pc in pcs)
    with sqlite_hub.reading() as connection:
        assert len(centres.devices(connection)) == 3
