"""The first download of a new PC from pages that the hub has packed beforehand."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from county import centres, snapshots
from county.storage import Hub, renew_generation
from county.tables import CENTRES, SNAPSHOT_PAGES
from county.verifying import problems
from desktop.models import crowds
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many, remove
from desktop.sync import account, enrolling, snapshot
from desktop.sync.client import Declined, Unreachable
from desktop.sync.conflicts import list_issues
from desktop.sync.engine import Engine, ExchangeReport, Progress
from tests.sync.direct import DirectClient
from tests.sync.parts import (
    NAME,
    PC,
    HubProcess,
    Proxy,
    add_centre,
    code_for,
    enrol_at,
    id_number,
    settle,
    staff,
)

MakePC = Callable[..., PC]

ROWS = 120
PAGE = 25


@pytest.fixture
def filled(hub: Hub, make_pc: MakePC) -> PC:
    """A PC whose centre has a snapshot at the hub, and a little that came later."""
    pc = make_pc()
    pc.join(hub, code_for(hub))
    rows: list[Values] = [{"name": f"居民{each}", "id_number": id_number()} for each in range(ROWS)]
    with pc.store.writing() as session:
        insert_many(session, find_register("residents"), rows)
    drug = pc.save("drugs", {"name": "阿司匹林"})
    lot = pc.save("drug_stock", {"drug_id": drug})
    move: Values = {"lot_id": lot, "moved_on": date(2026, 10, 1), "kind": "入库", "quantity": 3}
    pc.save("stock_moves", move)
    gone = pc.save("staff", staff("已离开"))
    with pc.store.writing() as session:
        remove(session, find_register("staff"), gone)
    first, second = list(pc.rows()["residents"])[:2]
    pc.sync()
    pc.save("residents", {"phone": "13800000000"}, second)
    pc.sync()
    build(hub)
    pc.save("residents", {"name": "后来改的"}, first)
    pc.save("staff", staff("后来的"))
    pc.sync()
    return pc


def build(hub: Hub, code: str = "330523100") -> snapshots.Built:
    with hub.reading() as connection:
        centre = centres.find_centre(connection, code).id
    return snapshots.build(hub, centre, records=PAGE)


def pages_of(hub: Hub) -> int:
    """Return how many pages the snapshot has."""
    with hub.reading() as connection:
        return len(connection.execute(select(SNAPSHOT_PAGES.c.records)).all())


def test_a_new_pc_gets_the_snapshot_and_then_what_came_later(
    hub: Hub, filled: PC, make_pc: MakePC
) -> None:
    new = make_pc(person="张会计")
    mine = new.save("staff", staff("这边先录的"))
    new.join(hub, code_for(hub))
    told: list[Progress] = []
    report = Engine(new.store, new.client).exchange(told.append)
    assert (report.waiting, report.refused) == (0, [])
    pages = [each for each in told if each.phase == "pull"][: pages_of(hub)]
    assert [each.done for each in pages] == sorted(each.done for each in pages)
    assert pages[-1].done == pages[-1].total > ROWS
    assert frozenset({"residents"}) in {each.changed for each in pages}
    assert report.requests <= 4
    settle(filled, new)
    assert new.rows() == filled.rows()
    assert mine in filled.rows()["staff"]
    with hub.reading() as connection:
        assert problems(connection) == []


class Quick(DirectClient):
    """A link so quick that every page ordered is there before it is wanted."""

    def later(self, talk: Callable[[], Any]) -> Future[Any]:
        answer: Future[Any] = Future()
        try:
            answer.set_result(talk())
        except Unreachable as error:
            answer.set_exception(error)
        return answer


def test_pages_that_are_here_are_taken_together(
    hub: Hub, filled: PC, make_pc: MakePC, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowds, "_WORTH_REBUILDING", 3)
    new = make_pc(person="张会计")
    client = Quick(hub)
    enrol_at(new.store, client, code_for(hub))
    told: list[Progress] = []
    Engine(new.store, client).exchange(told.append)
    pages = pages_of(hub)
    downloads = [each for each in told if each.phase == "pull" and each.total == told[0].total]
    assert pages > snapshot._TOGETHER
    assert len(downloads) == -(-pages // snapshot._TOGETHER)
    assert downloads[-1].done == downloads[-1].total > ROWS
    assert new.rows() == filled.rows()


def test_pages_before_one_that_does_not_come_are_taken(
    hub: Hub, filled: PC, make_pc: MakePC
) -> None:
    new = make_pc(person="张会计")
    client = Quick(hub)
    enrol_at(new.store, client, code_for(hub))
    fetch, lost = client.snapshot_page, iter([False, False, True])

    def cut(rev: int, number: int) -> bytes:
        if next(lost, False):
            raise Unreachable("cut")
        return fetch(rev, number)

    client.snapshot_page = cut  # type: ignore[method-assign]
    with pytest.raises(Unreachable):
        Engine(new.store, client).exchange()
    with new.store.reading() as session:
        place = msgspec.json.decode(account.read_row(session).snapshot, type=snapshot.Place)
    assert place.pages == 2
    Engine(new.store, client).exchange()
    assert new.rows() == filled.rows()


def test_a_download_that_was_cut_goes_on_with_the_next_page(
    hub: Hub, filled: PC, make_pc: MakePC
) -> None:
    new = make_pc(person="张会计")
    new.join(hub, code_for(hub))
    assert new.client is not None
    fetch, fetched = new.client.snapshot_page, []
    last = pages_of(hub)

    def cut(rev: int, number: int) -> bytes:
        if number == last - 1 and number not in fetched:
            fetched.append(number)
            raise Unreachable("cut")
        fetched.append(number)
        return fetch(rev, number)

    new.client.snapshot_page = cut  # type: ignore[method-assign]
    with pytest.raises(Unreachable):
        new.sync()
    assert len(new.rows()["residents"]) > 0
    new.sync()
    assert fetched == [*range(1, last), last - 1, last]
    assert new.rows() == filled.rows()


def test_a_snapshot_built_anew_meanwhile_is_begun_again(
    hub: Hub, filled: PC, make_pc: MakePC
) -> None:
    new = make_pc(person="张会计")
    new.join(hub, code_for(hub))
    stopped = iter([False, False, False, True])
    report = Engine(new.store, new.client).exchange(cancelled=lambda: next(stopped, True))
    assert report.pulled > 0
    build(hub)
    new.sync()
    assert new.rows() == filled.rows()


def test_a_damaged_page_is_not_taken(hub: Hub, filled: PC, make_pc: MakePC) -> None:
    new = make_pc(person="张会计")
    new.join(hub, code_for(hub))
    with hub.writing() as connection:
        connection.execute(
            update(SNAPSHOT_PAGES).where(SNAPSHOT_PAGES.c.number == 2).values(content=b"nothing")
        )
    with pytest.raises(Unreachable, match="损坏"):
        new.sync()
    build_again = build(hub)
    assert build_again.pages > 2
    new.sync()
    assert new.rows() == filled.rows()


def test_edits_made_during_the_download_count_as_what_they_are(
    hub: Hub, filled: PC, make_pc: MakePC
) -> None:
    new = make_pc()  # Set up before the other's edits, so that its own stamps are earlier.
    new.skew(-3_600_000)
    new.join(hub, code_for(hub))
    rows = filled.rows()["residents"]
    unseen, seen = (next(id for id, row in rows.items() if word in row) for word in WORDS)

    def meanwhile(step: Progress) -> None:
        if not edited and {unseen, seen} <= new.rows()["residents"].keys():
            edited.append(True)
            new.save("residents", {"name": "不知道已改"}, unseen)
            new.save("residents", {"phone": "13700000007"}, seen)

    edited: list[bool] = []
    Engine(new.store, new.client).exchange(meanwhile)
    settle(filled, new)
    assert edited
    assert new.rows() == filled.rows()
    # Later than the value in the snapshot, though this PC's clock is an hour late.
    assert filled.load("residents", seen)["phone"] == "13700000007"
    # The newest value had not been seen: whichever stands, the other is told.
    with new.store.reading() as session:
        told = [each for each in list_issues(session) if each.record_id == unseen]
    assert {told[0].mine, told[0].theirs} == {"不知道已改", "后来改的"}


WORDS = ("后来改的", "13800000000")


def test_a_snapshot_is_built_only_where_something_came(hub: Hub, filled: PC) -> None:
    assert build(hub).pages > 2
    assert build(hub).pages == 0
    with hub.writing() as connection:
        renew_generation(connection)
    assert build(hub).pages > 2
    with hub.reading() as connection:
        revs = connection.execute(select(SNAPSHOT_PAGES.c.rev).distinct()).scalars().all()
        assert len(revs) == 1


@pytest.mark.parametrize("later", [False, True])
def test_two_builders_at_once_leave_one_whole_snapshot(
    hub: Hub, filled: PC, make_pc: MakePC, monkeypatch: pytest.MonkeyPatch, *, later: bool
) -> None:
    pack = snapshots._pack
    others: list[snapshots.Built] = []

    def meanwhile(page: Any) -> bytes:
        if not others:
            monkeypatch.undo()
            if later:
                filled.save("staff", staff("新来的"))
                filled.sync()
            others.append(build(hub))
        return pack(page)

    monkeypatch.setattr(snapshots, "_pack", meanwhile)
    assert build(hub).pages == 0
    assert others[0].pages == pages_of(hub) > 1
    new = make_pc()
    new.join(hub, code_for(hub))
    new.sync()
    assert new.rows()["staff"].keys() == filled.rows()["staff"].keys()


def test_another_centre_gets_nothing_of_it(hub: Hub, filled: PC, make_pc: MakePC) -> None:
    add_centre(hub, "330523101", "乙镇卫生院")
    stranger = make_pc(name="乙镇卫生院", code="330523101")
    stranger.join(hub, code_for(hub, "330523101"))
    stranger.sync()
    assert stranger.rows()["residents"] == {}
    assert stranger.client is not None
    assert stranger.client.snapshot().pages == []
    with hub.reading() as connection:
        rev = connection.execute(select(CENTRES.c.rev).order_by(CENTRES.c.rev.desc())).scalar()
    for number in range(4):
        with pytest.raises(Declined, match="快照"):
            stranger.client.snapshot_page(rev or 0, number)


def test_over_http_and_through_cut_links(
    hub_process: HubProcess, link: Proxy, make_pc: MakePC
) -> None:
    with contextlib.closing(Hub(hub_process.url)) as hub:
        codes = [code_for(hub) for _each in range(2)]
    one, new = make_pc(), make_pc(person="张会计")
    enrolling.enrol(one.store, link.url, codes[0], "一")
    rows: list[Values] = [{"name": f"居民{each}", "id_number": id_number()} for each in range(ROWS)]
    with one.store.writing() as session:
        insert_many(session, find_register("residents"), rows)
    Engine(one.store).exchange()
    said = hub_process.command("snapshot")
    assert f"{NAME}：" in said
    assert "没有新的内容" in hub_process.command("snapshot", "330523100")
    enrolling.enrol(new.store, link.url, codes[1], "二")
    for down in (400, 1500, 4000):
        link.plans.append((None, down))
        with contextlib.suppress(Unreachable):
            Engine(new.store).exchange()
    link.plans.clear()
    report: ExchangeReport = Engine(new.store).exchange()
    assert report.waiting == 0
    assert new.rows() == one.rows()
