"""Photos go apart from the records: after them, one by one, whatever breaks."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from county import files as hub_files
from county.storage import Hub, renew_generation
from county.tables import FILES
from county.verifying import problems
from desktop.models import file_states
from desktop.models.exchange_tables import StoredFile
from desktop.models.file_states import LOST
from desktop.models.files import FileMissing, Files, digest_of
from desktop.models.registers import find_register
from desktop.models.storage_errors import DataDamaged
from desktop.services import photos
from desktop.services.photos import NewPhoto, Subject
from desktop.sync import protocol
from desktop.sync.client import Client, Declined, TooLarge, Unreachable
from desktop.sync.engine import Engine
from desktop.sync.files import FileExchange
from tests.sync.parts import PC, HubProcess, Lost, Proxy, add_centre, code_for, staff
from tests.sync.test_faults import enrol, sync, thdesk

MakePC = Callable[..., PC]
TODAY = date(2026, 11, 20)
ONE, TWO, THREE = (b"\xff\xd8 picture %d " % number + os.urandom(3_000) for number in range(3))


@pytest.fixture
def two(hub: Hub, make_pc: MakePC) -> tuple[PC, PC]:
    one, other = make_pc(), make_pc(person="张会计")
    for each in (one, other):
        each.join(hub, code_for(hub))
        each.sync()
    one.sync()
    return one, other


@pytest.fixture
def link(hub_process: HubProcess) -> Iterator[Proxy]:
    hub_process.start()
    made = Proxy(hub_process.port)
    yield made
    made.close()


def a_visit(pc: PC) -> bytes:
    clinic = pc.save("clinics", {"name": f"{pc.home.name}村卫生室"})
    return pc.save("visits", {"clinic_id": clinic, "visited_on": TODAY, "kind": "日常督导"})


def take_photos(pc: PC, *contents: bytes) -> list[str]:
    taken = [NewPhoto(content) for content in contents]
    photos.add(pc.store, Subject(visit_id=a_visit(pc)), taken, TODAY)
    return [digest_of(content) for content in contents]


def held(pc: PC, digest: str) -> bytes:
    return Files.of(pc.store.database).read(digest)


def at_hub(url_or_hub: Hub | str) -> dict[str, bytes]:
    with contextlib.ExitStack() as stack:
        if isinstance(url_or_hub, str):
            hub = stack.enter_context(contextlib.closing(Hub(url_or_hub)))
        else:
            hub = url_or_hub
        connection = stack.enter_context(hub.reading())
        rows = connection.execute(select(FILES.c.digest, FILES.c.content))
        return {digest: bytes(content) for digest, content in rows}


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
    hub = Hub(f"sqlite:///{folder / 'hub.db'}")
    hub.create()
    add_centre(hub)
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


# The hub's side


def test_another_centre_sees_and_writes_nothing(
    hub: Hub, two: tuple[PC, PC], make_pc: MakePC
) -> None:
    one, _other = two
    (digest,) = take_photos(one, ONE)
    one.sync()
    add_centre(hub, "330523101", "乙镇卫生院")
    stranger = make_pc(name="乙镇卫生院", code="330523101")
    stranger.join(hub, code_for(hub, "330523101"))
    stranger.sync()
    client = stranger.client
    assert client is not None
    known = client.ask_files([digest])
    assert (known.stored, known.lacking) == ([], [])
    with pytest.raises(Declined) as refused:
        client.get_file(digest)
    assert refused.value.code == protocol.NO_FILE
    with pytest.raises(Declined) as refused:
        client.put_file(digest, ONE)
    assert refused.value.code == protocol.NO_RECORD
    # With a record of its own it keeps its own copy, and that is all.
    take_photos(stranger, ONE)
    assert stranger.sync().files.sent == 1
    assert len(at_hub(hub)) == 1
    with hub.reading() as connection:
        assert len(connection.execute(select(FILES.c.centre_id)).all()) == 2


def test_a_strange_key_gets_nothing(hub: Hub, two: tuple[PC, PC]) -> None:
    one, _other = two
    (digest,) = take_photos(one, ONE)
    one.sync()
    client = one.client
    assert client is not None
    client.sign_as(client._device or 0, b"k" * 32)
    calls: list[Callable[[], object]] = [
        lambda: client.ask_files([digest]),
        lambda: client.get_file(digest),
        lambda: client.put_file(digest, ONE),
    ]
    for call in calls:
        with pytest.raises(Declined) as refused:
            call()
        assert refused.value.code == protocol.UNKNOWN_DEVICE


def test_what_is_no_photo_of_a_record_is_refused(hub: Hub, two: tuple[PC, PC]) -> None:
    one, _other = two
    client = one.client
    assert client is not None
    for digest, content, code in (
        (digest_of(ONE), ONE, protocol.NO_RECORD),
        (digest_of(ONE), TWO, protocol.MALFORMED),
        ("nonsense", TWO, protocol.MALFORMED),
        (digest_of(bytes(5 << 20)), bytes(5 << 20), protocol.FILE_TOO_LARGE),
    ):
        with pytest.raises(Declined) as refused:
            client.put_file(digest, content)
        assert refused.value.code == code
    for work, path in (
        (hub_files.known, protocol.FILES),
        (hub_files.put, protocol.FILE_PUT),
        (hub_files.get, protocol.FILE_GET),
    ):
        for body in (b"", b"\xff", b"[1]", msgspec.json.encode({"digests": ["x"] * 501})):
            with pytest.raises(Declined) as refused:
                client._call(work, path, body)
            assert refused.value.code == protocol.MALFORMED
    assert at_hub(hub) == {}


def test_a_photo_whose_record_was_refused_waits_with_it(hub: Hub, two: tuple[PC, PC]) -> None:
    one, _other = two
    content = NewPhoto(ONE)
    (digest,) = photos.write_files(one.store, [content])
    with one.store.writing() as session:
        one.save_raw(session, "visit_photos", visit_id=a_visit_id(), file=digest, caption="\x00")
        file_states.note(session, [digest], file_states.HERE)
    report = one.sync()
    assert len(report.refused) == 1
    assert (report.files.sent, report.files.waiting) == (0, 1)
    assert at_hub(hub) == {}


def a_visit_id() -> bytes:
    return os.urandom(16)


def test_a_hub_restored_from_an_older_backup_gets_its_photos_again(
    hub: Hub, two: tuple[PC, PC]
) -> None:
    one, other = two
    digests = take_photos(one, ONE, TWO)
    one.sync()
    other.sync()
    with hub.writing() as connection:
        connection.execute(FILES.delete().where(FILES.c.digest == digests[0]))
        renew_generation(connection)
    report = one.sync().files
    assert (report.sent, report.waiting) == (1, 0)
    assert at_hub(hub) == dict(zip(digests, (ONE, TWO), strict=True))
    assert other.sync().files.sent == 0


def test_verify_finds_a_photo_damaged_at_the_hub(hub: Hub, two: tuple[PC, PC]) -> None:
    one, _other = two
    take_photos(one, ONE)
    one.sync()
    with hub.writing() as connection:
        connection.execute(FILES.update().values(content=b"harmed"))
    with hub.reading() as connection:
        (problem,) = problems(connection)
    assert "已损坏" in problem


# Real programs


def test_a_hub_killed_in_the_middle_and_links_cut_at_any_byte(
    hub_process: HubProcess, link: Proxy, make_pc: MakePC, database_url: str
) -> None:
    one, other = make_pc(), make_pc()
    for pc in (one, other):
        enrol(pc, hub_process, link)
        assert sync(pc)[0] == 0
    contents = [each * 20 for each in (ONE, TWO, THREE)]
    digests = take_photos(one, *contents)
    # The connection carries the records and the first photo, and is cut in the middle of another.
    link.plans.append((100_000, None))
    process = thdesk(one, "sync", "--json")
    out, _error = process.communicate()
    hub_process.kill()
    report = json.loads(out)
    assert process.returncode == 1
    assert report["waiting"] == 0
    assert report["photos"]["waiting"] == 3 - report["photos"]["sent"] > 0
    assert report["photos"]["error"]
    hub_process.start()
    code, report = sync(one)
    assert (code, report["photos"]["waiting"]) == (0, 0)
    assert at_hub(database_url) == dict(zip(digests, contents, strict=True))
    for cut in (30_000, 90_000, 100_000):
        link.plans.append((None, cut))
        out, _error = thdesk(other, "sync", "--json").communicate()
        assert json.loads(out)["photos"]["error"]
    code, report = sync(other)
    assert (code, report["photos"]["missing"]) == (0, 0)
    assert [held(other, digest) for digest in digests] == contents
    assert "数据库完好" in hub_process.command("verify")


def test_the_http_client_tells_a_photo_too_large(
    hub_process: HubProcess, link: Proxy, make_pc: MakePC, tmp_path: Path
) -> None:
    pc = make_pc()
    enrol(pc, hub_process, link)
    with pc.store.reading() as session:
        from desktop.sync import account

        own = account.read_account(session)
    content = bytes(protocol.LARGEST_FILE + 1)
    with Client(own.url, own.device, own.secret) as client, pytest.raises(TooLarge):
        client.put_file(digest_of(content), content)


def test_the_command_tells_what_waits(two: tuple[PC, PC]) -> None:
    one, _other = two
    take_photos(one, ONE)
    out, _error = thdesk(one, "sync", "--status", "--json").communicate()
    assert json.loads(out)["photos"] == {"waiting": 1, "missing": 0}
    assert Engine(one.store, one.client).exchange().files.waiting == 0
