"""The first download of a new PC: snapshot pages that the hub has packed beforehand.

Each page is taken in by itself and at once usable; a download that was cut off goes on with the
next page. What came after the snapshot is then pulled as always. A hub without a snapshot, or an
older one, gives everything in ordinary pages.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from hashlib import sha256

import msgspec
from sqlalchemy.orm import Session

from desktop.models.crowds import crowd
from desktop.models.register import Register
from desktop.models.registers import registers_by_number
from desktop.models.store import Store
from desktop.sync import account, seen
from desktop.sync.applying import Applied, Applying
from desktop.sync.client import Client, Declined, Unreachable
from desktop.sync.outbox import Batch
from desktop.sync.pages import Manifest, PageSummary, SnapshotPage
from desktop.sync.protocol import Reply, Rows, Status
from desktop.sync.steps import RunDb, Steps
from desktop.sync.wire import ID_BYTES, BadMessage, unpack
from desktop.text import _

Coming = deque[tuple[int, Future[bytes]]]
"""Pages on their way, by their numbers, with what waits for each."""

_TOGETHER = 4
"""So many pages are taken in as one: where they come quicker than they can be, that saves a fifth.

It holds up whoever wants to write for a moment: seconds on an old PC, once in its life.
"""
_MOMENT_SECONDS = 0.05


class Place(msgspec.Struct):
    """How far a download is: the snapshot, and how many of its pages are here."""

    generation: int
    rev: int
    pages: int


class FirstDownload(Steps):
    """The snapshot's part of an exchange.

    Args:
        store: The centre's store.
        client: The connection, signed as this PC.
        run: Runs a database step where such steps are run.
    """

    def __init__(self, store: Store, client: Client, run: RunDb) -> None:
        self._store = store
        self._client = client
        super().__init__(run)

    def fetch(
        self,
        arrived: Callable[[Applied, int, int], object],
        cancelled: Callable[[], bool],
    ) -> None:
        """Fetch what is still lacking of the snapshot, where this PC has nothing of the hub.

        Args:
            arrived: Told of each page: what it brought, records so far, records in all.
            cancelled: Asked before each page.
        """
        cursor, generation, place = self._db(self._read)
        if cursor:
            return
        try:
            manifest = self._client.snapshot()
        except Declined:
            return  # An older hub.
        if not manifest.pages or manifest.generation != generation:
            return
        if place is None or (place.generation, place.rev) != (generation, manifest.rev):
            place = Place(generation, manifest.rev, 0)
        done = sum(each.records for each in manifest.pages[: place.pages])
        coming = self._coming(manifest, place.pages + 1)
        while coming:
            if cancelled():
                return
            pages = self._arrived(coming, manifest)
            first, place.pages = place.pages, place.pages + len(pages)
            applied = self._db(partial(self._take, manifest, place, pages))
            done += sum(each.records for each in manifest.pages[first : place.pages])
            arrived(applied, done, manifest.records)
        self._db(partial(self._finish, manifest))

    def _coming(self, manifest: Manifest, first: int) -> Coming:
        coming: Coming = deque()
        for number in range(first, first + _TOGETHER):
            self._order(coming, manifest, number)
        return coming

    def _arrived(self, coming: Coming, manifest: Manifest) -> list[bytes]:
        """Wait for the next page; returns it with those after it that are here as well."""
        pages: list[bytes] = []
        while coming and len(pages) < _TOGETHER and (not pages or _is_here(coming[0][1])):
            number, answer = coming.popleft()
            pages.append(answer.result())
            self._order(coming, manifest, number + _TOGETHER)
        return pages

    def _order(self, coming: Coming, manifest: Manifest, number: int) -> None:
        """Let a page be fetched while those before it are taken in."""
        if number <= len(manifest.pages):
            summary = manifest.pages[number - 1]
            fetch = partial(self._page, manifest.rev, number, summary)
            coming.append((number, self._client.later(fetch)))

    def _page(self, rev: int, number: int, summary: PageSummary) -> bytes:
        content = self._client.snapshot_page(rev, number)
        if sha256(content).hexdigest() != summary.digest:
            raise _damaged()
        return content

    # Steps on the database

    def _read(self) -> tuple[int, int, Place | None]:
        with self._store.reading() as session:
            row = account.read_row(session)
            assert row is not None
            place = msgspec.json.decode(row.snapshot, type=Place) if row.snapshot else None
            return row.cursor, row.hub_gen, place

    def _take(self, manifest: Manifest, place: Place, pages: list[bytes]) -> Applied:
        try:
            records = [rows for page in pages for rows in unpack(page, SnapshotPage).records]
        except BadMessage as error:
            raise _damaged() from error
        # A power cut may lose the pages but never half of one: they are then fetched again.
        with (
            self._store.writing(durable=False) as session,
            self._store.database.not_capturing(session.connection()),
        ):
            found = account.read_account(session)
            nothing = Batch(found.acknowledged + 1, found.acknowledged, more=False)
            reply = Reply(Status.TAKEN, found.acknowledged, 0, 0, 0, 0, b"", 0)
            with crowd(session.connection(), _counted(records)):
                applied = Applying(session, nothing, reply).take_page(records, [])
            account.write(
                session,
                snapshot=msgspec.json.encode(place).decode(),
                # What is edited from now on was edited after these values were seen.
                hlc=max(manifest.clock, found.clock),
            )
            return applied

    def _finish(self, manifest: Manifest) -> None:
        with self._store.writing() as session:
            _note_seen(session, manifest.rev)
            account.write(session, cursor=manifest.rev, snapshot=None)


def _is_here(answer: Future[bytes]) -> bool:
    """Tell whether a page is here, or comes in a moment: where pages are slow it is no loss."""
    try:
        return answer.exception(_MOMENT_SECONDS) is None
    except TimeoutError:
        return False


def _counted(records: list[Rows]) -> dict[Register, int]:
    """Return how many records come to which register."""
    registers, coming = registers_by_number(), Counter[Register]()
    for rows in records:
        if rows.table in registers:
            coming[registers[rows.table]] += len(rows.ids) // ID_BYTES
    return coming


def _damaged() -> Unreachable:
    return Unreachable(
        _("收到的一页数据在路上损坏了，没有保存。"), _("请再同步一次，会从这一页接着取。")
    )


def _note_seen(session: Session, rev: int) -> None:
    """Edits made during the download had seen some of it: the hub had better ask."""
    found = account.read_account(session)
    seen.note(session, found.acknowledged, found.cursor, rev)
