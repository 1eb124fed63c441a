"""Photos with their records: all of a visit or nothing, each once, none lost on the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop.errors import RecordRefused
from desktop.models.checking import verify
from desktop.models.exchange_tables import StoredFile
from desktop.models.file_states import LOST, count_to_send
from desktop.models.files import FileMissing, Files, digest_of
from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.storage_errors import DiskFull
from desktop.models.store import load, put_back
from desktop.services import photos
from desktop.services.photos import NewPhoto, Subject
from tests.services.test_visits import DAY, answers, clinics, count, visit

PHOTOS = tuple(NewPhoto(b"\xff\xd8" + os.urandom(900), f"说明{n}") for n in range(3))


def listed(fresh_centre: Centre, subject: Subject) -> list[photos.Photo]:
    with fresh_centre.store.reading() as session:
        return photos.photos_of(session, subject)


def waiting(fresh_centre: Centre) -> int:
    with fresh_centre.store.reading() as session:
        return count_to_send(session, None)


def test_a_visit_is_written_with_its_photos_in_their_order(fresh_centre: Centre) -> None:
    (clinic,) = clinics(fresh_centre, "甲")
    made = visit(fresh_centre, clinic, answers(), photos=PHOTOS)
    found = listed(fresh_centre, Subject(made.visit_id))
    assert [each.caption for each in found] == ["说明0", "说明1", "说明2"]
    assert [each.digest for each in found] == [digest_of(each.content) for each in PHOTOS]
    assert {(each.taken_on, each.added_by, each.kind) for each in found} == {
        (DAY, fresh_centre.unlocked.person_name, "督导现场")
    }
    assert [photos.content_of(fresh_centre.store, each.digest) for each in found] == [
        each.content for each in PHOTOS
    ]
    assert waiting(fresh_centre) == 3


def test_a_visit_that_is_refused_leaves_no_photo_behind(fresh_centre: Centre) -> None:
    (clinic,) = clinics(fresh_centre, "甲")
    visit(fresh_centre, clinic, answers())
    with pytest.raises(RecordRefused):
        visit(fresh_centre, clinic, answers(), photos=PHOTOS)
    with fresh_centre.store.reading() as session:
        assert count(session, "visit_photos") == 0
    assert waiting(fresh_centre) == 0
    assert verify(fresh_centre.home, fresh_centre.unlocked) == []


def test_a_full_disk_keeps_the_visit_from_being_half_written(
    fresh_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clinic,) = clinics(fresh_centre, "甲")
    put = Files.put

    def full(files: Files, content: bytes) -> str:
        if content == PHOTOS[1].content:
            raise DiskFull("磁盘空间不足")
        return put(files, content)

    monkeypatch.setattr(Files, "put", full)
    with pytest.raises(DiskFull):
        visit(fresh_centre, clinic, answers(), photos=PHOTOS)
    with fresh_centre.store.reading() as session:
        assert count(session, "visits") == count(session, "visit_photos") == 0


def test_the_same_photo_is_kept_once_and_may_come_back(fresh_centre: Centre) -> None:
    (clinic,) = clinics(fresh_centre, "甲")
    subject = Subject(visit(fresh_centre, clinic, answers(), photos=PHOTOS[:1]).visit_id)
    assert photos.add(fresh_centre.store, subject, [PHOTOS[0], PHOTOS[1], PHOTOS[1]], DAY) != []
    first, second = listed(fresh_centre, subject)
    with fresh_centre.store.writing() as session:
        photos.take_away(session, first.id)
    assert [each.id for each in listed(fresh_centre, subject)] == [second.id]
    with fresh_centre.store.writing() as session:
        put_back(session, find_register("visit_photos"), first.id)
    assert len(listed(fresh_centre, subject)) == 2
    with fresh_centre.store.writing() as session:
        photos.take_away(session, first.id)
    photos.add(fresh_centre.store, subject, PHOTOS[:1], DAY)
    assert len(listed(fresh_centre, subject)) == 2


def test_a_findings_evidence_is_its_own_and_its_visits(fresh_centre: Centre) -> None:
    (clinic,) = clinics(fresh_centre, "甲")
    made = visit(fresh_centre, clinic, answers(D03="不合格"), photos=PHOTOS[:1])
    (finding,) = made.findings
    photos.add(fresh_centre.store, Subject(made.visit_id, finding), PHOTOS, DAY)
    assert len(listed(fresh_centre, Subject(made.visit_id, finding))) == 3
    assert len(listed(fresh_centre, Subject(finding_id=finding))) == 3
    assert len(listed(fresh_centre, Subject(made.visit_id))) == 4
    assert waiting(fresh_centre) == 3  # One picture shows both.


def test_a_caption_is_written_and_only_a_new_one_is_a_change(fresh_centre: Centre) -> None:
    (clinic,) = clinics(fresh_centre, "甲")
    subject = Subject(visit(fresh_centre, clinic, answers(), photos=PHOTOS[:1]).visit_id)
    (photo,) = listed(fresh_centre, subject)
    for text in ("  整改前 ", "整改前"):
        with fresh_centre.store.writing() as session:
            photos.caption(session, photo.id, text)
    with fresh_centre.store.reading() as session:
        assert load(session, find_register("visit_photos"), photo.id)["caption"] == "整改前"


def test_a_photo_that_is_gone_is_noted(fresh_centre: Centre, tmp_path: Path) -> None:
    (clinic,) = clinics(fresh_centre, "甲")
    subject = Subject(visit(fresh_centre, clinic, answers(), photos=PHOTOS[:1]).visit_id)
    (photo,) = listed(fresh_centre, subject)
    Files.of(fresh_centre.database).path(photo.digest).rename(tmp_path / "elsewhere")
    with pytest.raises(FileMissing):
        photos.content_of(fresh_centre.store, photo.digest)
    with fresh_centre.store.reading() as session:
        assert session.get_one(StoredFile, photo.digest).state == LOST
    assert not listed(fresh_centre, subject)[0].here
    assert len(verify(fresh_centre.home, fresh_centre.unlocked)) == 1
