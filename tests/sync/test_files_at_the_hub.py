"""Photos at the hub: whose they are, what is refused, and the real programs over a bad line."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from county import files as hub_files
from county.storage import Hub, renew_generation
from county.tables import FILES
from county.verifying import problems
from desktop.models import file_states
from desktop.models.files import digest_of
from desktop.services import photos
from desktop.services.photos import NewPhoto
from desktop.sync import protocol
from desktop.sync.client import Client, Declined, TooLarge
from desktop.sync.engine import Engine
from tests.sync.parts import PC, HubProcess, Proxy, add_centre, code_for
from tests.sync.taken import ONE, THREE, TWO, MakePC, at_hub, held, take_photos
from tests.sync.test_faults import enrol, sync, thdesk

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
    with Client(own.url) as client:
        client.sign_as(own.device, own.secret)
        with pytest.raises(TooLarge):
            client.put_file(digest_of(content), content)


def test_the_command_tells_what_waits(two: tuple[PC, PC]) -> None:
    one, _other = two
    take_photos(one, ONE)
    out, _error = thdesk(one, "sync", "--status", "--json").communicate()
    assert json.loads(out)["photos"] == {"waiting": 1, "missing": 0}
    assert Engine(one.store, one.client).exchange().files.waiting == 0
