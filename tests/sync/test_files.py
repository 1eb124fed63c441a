"""Photos go apart from the records: after them, one by one, whatever breaks."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from county.storage import Hub
from county.verifying import problems
from desktop.models.exchange_tables import StoredFile
from desktop.models.file_states import LOST
from desktop.models.files import FileMissing, Files
from desktop.models.registers import find_register
from desktop.models.storage_errors import DataDamaged
from desktop.services import photos
from desktop.sync import protocol
from desktop.sync.client import Declined, Unreachable
from desktop.sync.engine import Engine
from desktop.sync.files import FileExchange
from tests.sync.databases import copy_hub
from tests.sync.direct import Lost
from tests.sync.parts import PC, code_for, staff
from tests.sync.taken import ONE, THREE, TWO, at_hub, held, take_photos

# Between PCs


def test_photos_reach_the_hub_and_the_other_pc(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    digests = take_photos(one, ONE, TWO)
    assert one.status().files_waiting == 2
    sent = one.sync().files
    assert (sent.sent, sent.waiting, sent.missing, sent.error) == (2, 0, 0, "")
    assert at_hub(hub) == dict(zip(digests, (ONE, TWO), strict=True))
    fetched = other.sync().files
    assert (fetched.fetched, fetched.waiting, fetched.missing) == (2, 0, 0)
    assert [held(other, digest) for digest in digests] == [ONE, TWO]
    again = one.sync().files
    assert (again.sent, again.fetched) == (0, 0)
    with hub.reading() as connection:
        assert problems(connection) == []


def test_the_pcs_pages_of_photos_are_told_of_arrived_files(two: tuple[PC, PC]) -> None:
    one, other = two
    take_photos(one, ONE)
    one.sync()
    assert "visit_photos" in other.sync().changed


def test_a_record_may_come_long_before_its_photo(two: tuple[PC, PC]) -> None:
    one, other = two
    (digest,) = take_photos(one, ONE)
    one.client.put_file = _declining(Unreachable("网线断了"))  # type: ignore[union-attr, method-assign]
    report = one.sync()
    assert (report.waiting, report.files.waiting) == (0, 1)
    assert "网线断了" in report.files.error
    there = other.sync().files
    assert (there.missing, there.fetched, there.error) == (1, 0, "")
    with pytest.raises(FileMissing):
        photos.content_of(other.store, digest)
    del one.client.put_file  # type: ignore[union-attr]
    assert one.sync().files.sent == 1
    assert other.sync().files.fetched == 1
    assert photos.content_of(other.store, digest) == ONE


def test_both_pcs_take_the_same_photo(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    (digest,) = take_photos(one, ONE)
    take_photos(other, ONE)
    assert one.sync().files.sent == 1
    assert (other.sync().files.sent, other.status().files_waiting) == (0, 0)
    assert at_hub(hub) == {digest: ONE}


def test_a_deleted_photo_is_not_fetched_but_its_file_stays_at_the_hub(
    hub: Hub, two: tuple[PC, PC]
) -> None:
    one, other = two
    (digest,) = take_photos(one, ONE)
    with one.store.writing() as session:
        (photo,) = session.execute(select(find_register("visit_photos").table.c.id)).scalars()
        photos.take_away(session, photo)
    assert one.sync().files.sent == 1
    assert other.sync().files.missing == 0
    assert at_hub(hub) == {digest: ONE}


# What goes wrong with one


def _declining(error: Exception) -> Callable[..., None]:
    def refuse(*_given: object) -> None:
        raise error

    return refuse


def test_one_bad_photo_does_not_stop_the_others(hub: Hub, two: tuple[PC, PC]) -> None:
    one, _other = two
    bad, good = take_photos(one, ONE, TWO)
    Files.of(one.store.database).path(bad).write_bytes(b"harmed")
    report = one.sync()
    assert report.waiting == 0
    assert (report.files.sent, report.files.waiting) == (1, 0)
    assert "损坏" in report.files.error
    assert at_hub(hub) == {good: TWO}
    # What is lost here is asked for again, as any photo that has not arrived.
    assert report.files.missing == 1


def test_a_lost_photo_comes_back_from_the_county(two: tuple[PC, PC]) -> None:
    one, _other = two
    gone, harmed = take_photos(one, ONE, TWO)
    one.sync()
    kept = Files.of(one.store.database)
    kept.path(gone).unlink()
    kept.path(harmed).write_bytes(b"harmed")
    with pytest.raises(DataDamaged):
        photos.content_of(one.store, harmed)
    with one.store.reading() as session:
        assert session.get_one(StoredFile, harmed).state == LOST
    assert one.sync().files.fetched == 2
    assert (held(one, gone), held(one, harmed)) == (ONE, TWO)


def test_a_photo_that_arrives_wrong_is_not_kept(two: tuple[PC, PC]) -> None:
    one, other = two
    (digest,) = take_photos(one, ONE)
    one.sync()
    other.client.get_file = lambda _digest: b"something else"  # type: ignore[union-attr, method-assign]
    report = other.sync().files
    assert (report.fetched, report.missing) == (0, 1)
    assert "与记录不符" in report.error
    assert not Files.of(other.store.database).is_whole(digest)
    del other.client.get_file  # type: ignore[union-attr]
    assert other.sync().files.fetched == 1


def test_records_written_meanwhile_go_before_more_photos(two: tuple[PC, PC]) -> None:
    one, other = two
    take_photos(one, ONE, TWO, THREE)
    client = one.client
    assert client is not None
    put, order = client.put_file, []

    def slow(digest: str, content: bytes) -> None:
        put(digest, content)
        order.append("photo")
        if order.count("photo") == 1:
            one.save("staff", staff("急事"))

    exchange = client.exchange

    def noting(request: protocol.Request) -> tuple[protocol.Reply, int]:
        order.append("rows") if request.last >= request.first else None
        return exchange(request)

    client.put_file, client.exchange = slow, noting  # type: ignore[method-assign]
    report = one.sync()
    assert order == ["rows", "photo", "rows", "photo", "photo"]
    assert (report.waiting, report.files.sent, report.files.waiting) == (0, 3, 0)
    assert other.sync().files.fetched == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # The hub is not asked.
def test_a_failing_photo_is_tried_later_and_later(two: tuple[PC, PC]) -> None:
    one, _other = two
    take_photos(one, ONE)
    client = one.client
    assert client is not None
    client.put_file = _declining(Declined("http", "满了"))  # type: ignore[method-assign]
    Engine(one.store, client).exchange()
    now, tries = 1_000_000_000_000, []
    for _minute in range(24 * 60):
        if try_at(one, now, patient=True):
            tries.append(now)
        now += 60_000
    waits = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert waits == sorted(waits)
    assert waits[:4] == [120_000, 240_000, 480_000, 960_000]  # One failure was the exchange.
    assert waits[-1] == 6 * 3_600_000
    # A person who asks for it is not made to wait, nor one whose clock was set back.
    assert try_at(one, now, patient=False)
    assert try_at(one, now - 30 * 86_400_000, patient=True)


def try_at(pc: PC, moment: int, *, patient: bool) -> bool:
    """Exchange the photos alone at a moment; tell whether one was tried and failed."""
    assert pc.client is not None
    part = FileExchange(
        pc.store, pc.client, lambda step: step(), patient=patient, now=lambda: moment
    )
    part.exchange(lambda _done, _total: None, lambda: False)
    return bool(part.report.error)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(fates=st.lists(st.sampled_from(["pass", "lost", "unanswered", "twice"]), max_size=12))
def test_whatever_is_lost_or_doubled_everything_arrives_once(
    tmp_path_factory: pytest.TempPathFactory, fates: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("trial")
    hub = Hub(copy_hub(folder))
    fate = iter(fates)
    pcs = [PC(folder / "甲"), PC(folder / "乙")]
    try:
        for pc in pcs:
            pc.join(hub, code_for(hub), lambda: next(fate, "pass"))
        wanted = dict(zip(take_photos(pcs[0], ONE, TWO), (ONE, TWO), strict=True))
        wanted |= dict(zip(take_photos(pcs[1], TWO, THREE), (TWO, THREE), strict=True))
        for _round in range(len(fates) + 4):
            for pc in pcs:
                with contextlib.suppress(Lost):
                    pc.sync()
        assert at_hub(hub) == wanted
        for pc in pcs:
            assert {digest: held(pc, digest) for digest in wanted} == wanted
            assert (pc.status().files_waiting, pc.status().files_missing) == (0, 0)
    finally:
        for pc in pcs:
            pc.close()
        hub.close()
