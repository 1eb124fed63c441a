"""Photos of visits and findings: kept with their records, read back, taken away (S3-5.2a, S4-4a).

The files are written before the records that name them, so that no record waits for its own photo.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from desktop.models import file_states
from desktop.models.exchange_tables import StoredFile
from desktop.models.file_states import HERE, LOST
from desktop.models.files import FileMissing, Files
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.registers.visit_photos import EVIDENCE, SCENE
from desktop.models.storage_errors import DataDamaged
from desktop.models.store import Store, insert_many, load, remove, save

KEY = "visit_photos"


@dataclass(frozen=True)
class NewPhoto:
    """A photo to be kept: its content as it will be stored, and what is said of it."""

    content: bytes
    caption: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Photo:
    """A photo that is kept; ``here`` says whether its file has arrived."""

    id: bytes
    digest: str
    caption: str
    kind: str
    taken_on: date | None
    added_by: str
    visit_id: bytes | None
    finding_id: bytes | None
    here: bool


@dataclass(frozen=True)
class Subject:
    """What a photo shows: a visit, or a finding (of a visit, where it is known)."""

    visit_id: bytes | None = None
    finding_id: bytes | None = None

    @property
    def usual_kind(self) -> str:
        """The kind of a photo that nothing else is said of."""
        return EVIDENCE if self.finding_id is not None else SCENE


def write_files(store: Store, photos: Iterable[NewPhoto]) -> list[str]:
    """Write the content of photos durably; returns their digests in order.

    Raises:
        UserError: One is too large, or the disk is full or cannot be written.
    """
    files = Files.of(store.database)
    return [files.put(photo.content) for photo in photos]


def attach(
    session: Session,
    store: Store,
    subject: Subject,
    photos: Sequence[NewPhoto],
    digests: Sequence[str],
    taken_on: date,
) -> list[bytes]:
    """Write the records of photos whose files are there; one that is there already is left out."""
    register = find_register(KEY)
    there = _own(session, subject)
    known = {photo.digest for photo in there}
    rows: list[Values] = []
    for photo, digest in zip(photos, digests, strict=True):
        if digest in known:
            continue
        known.add(digest)
        rows.append(
            {
                "visit_id": subject.visit_id,
                "finding_id": subject.finding_id,
                "kind": photo.kind or subject.usual_kind,
                "caption": photo.caption.strip() or None,
                "taken_on": taken_on,
                "added_by": store.person_name,
                "file": digest,
                "position": len(there) + len(rows) + 1,
            }
        )
    file_states.note(session, digests, HERE)
    return insert_many(session, register, rows)


def add(store: Store, subject: Subject, photos: Sequence[NewPhoto], on: date) -> list[bytes]:
    """Keep photos of a visit or a finding: the files first, then their records.

    Raises:
        UserError: One is too large, or the disk is full or cannot be written.
    """
    digests = write_files(store, photos)
    with store.writing() as session:
        return attach(session, store, subject, photos, digests, on)


def photos_of(session: Session, subject: Subject) -> list[Photo]:
    """Return the photos of a visit, those of its findings among them, or of one finding."""
    return _own(session, subject, findings_too=True)


def _own(session: Session, subject: Subject, *, findings_too: bool = False) -> list[Photo]:
    photo, stored = find_register(KEY).table, StoredFile
    if subject.finding_id is not None:
        condition = photo.c.finding_id == subject.finding_id
    elif findings_too:
        finding = find_register("findings").table.c
        of_visit = select(finding.id).where(finding.visit_id == subject.visit_id)
        condition = or_(photo.c.visit_id == subject.visit_id, photo.c.finding_id.in_(of_visit))
    else:
        condition = (photo.c.visit_id == subject.visit_id) & photo.c.finding_id.is_(None)
    rows = session.execute(
        select(photo, stored.state)
        .outerjoin(stored, stored.digest == photo.c.file)
        .where(photo.c.deleted_at.is_(None), condition)
        .order_by(photo.c.finding_id, photo.c.taken_on, photo.c.position, photo.c.id)
    )
    return [_photo(row) for row in rows]


def _photo(row: Any) -> Photo:
    return Photo(
        bytes(row.id),
        row.file or "",
        row.caption or "",
        row.kind or "",
        row.taken_on,
        row.added_by or "",
        row.visit_id,
        row.finding_id,
        row.state == HERE,
    )


def content_of(store: Store, digest: str) -> bytes:
    """Return a photo; one that is gone is noted, so that the exchange fetches it again.

    Raises:
        FileMissing: It has not arrived, or was taken away.
        DataDamaged: What is here is not what was kept.
    """
    try:
        return Files.of(store.database).read(digest)
    except (FileMissing, DataDamaged):
        with store.writing() as session:
            held = session.get(StoredFile, digest)
            if held is not None and held.state == HERE:
                file_states.note(session, [digest], LOST)
        raise


def caption(session: Session, photo_id: bytes, text: str) -> None:
    """Write under a photo what it shows."""
    register = find_register(KEY)
    if (load(session, register, photo_id)["caption"] or "") != text.strip():
        save(session, register, {"caption": text.strip() or None}, photo_id)


def take_away(session: Session, photo_id: bytes) -> None:
    """Mark a photo as deleted; its file stays, because the mark can be taken off again."""
    remove(session, find_register(KEY), photo_id)
