"""The first download of a new PC: snapshot pages that the hub has packed beforehand.

Each page is taken in by itself and at once usable; a download that was cut off goes on with the
next page. What came after the snapshot is then pulled as always. A hub without a snapshot, or an
older one, gives everything in ordinary pages.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from hashlib import sha256

import msgspec
from sqlalchemy.orm import Session

from desktop.models.store import Store
from desktop.sync import account, seen
from desktop.sync.applying import Applied, Applying
from desktop.sync.client import Client, Declined, Unreachable
from desktop.sync.outbox import Batch
from desktop.sync.pages import Manifest, PageSummary, SnapshotPage
from desktop.sync.protocol import Reply, Status
from desktop.sync.steps import RunDb, Steps
from desktop.sync.wire import BadMessage, unpack
from desktop.text import _

Coming = deque[tuple[int, Callable[[], SnapshotPage]]]
"""Pages on their way, by their numbers, with what waits for each."""

_AHEAD = 2


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
            number, answer = coming.popleft()
            page = answer()
            self._order(coming, manifest, number + _AHEAD)
            place.pages = number
            applied = self._db(partial(self._take, manifest, place, page))
            done += manifest.pages[number - 1].records
            arrived(applied, done, manifest.records)
        self._db(partial(self._finish, manifest))

    def _coming(self, manifest: Manifest, first: int) -> Coming:
        coming: Coming = deque()
        for number in range(first, first + _AHEAD):
            self._order(coming, manifest, number)
        return coming

    def _order(self, coming: Coming, manifest: Manifest, number: int) -> None:
        """Let a page be fetched while those before it are taken in."""
        if number <= len(manifest.pages):
            summary = manifest.pages[number - 1]
            fetch = partial(self._page, manifest.rev, number, summary)
            coming.append((number, self._client.later(fetch)))

    def _page(self, rev: int, number: int, summary: PageSummary) -> SnapshotPage:
        content = self._client.snapshot_page(rev, number)
        if sha256(content).hexdigest() != summary.digest:
            raise _damaged()
        try:
            return unpack(content, SnapshotPage)
        except BadMessage as error:
            raise _damaged() from error

    # Steps on the database

    def _read(self) -> tuple[int, int, Place | None]:
        with self._store.reading() as session:
            row = account.read_row(session)
            assert row is not None
            place = msgspec.json.decode(row.snapshot, type=Place) if row.snapshot else None
            return row.cursor, row.hub_gen, place

    def _take(self, manifest: Manifest, place: Place, page: SnapshotPage) -> Applied:
        # A power cut may lose the page but never half of it: it is then fetched again.
        with (
            self._store.writing(durable=False) as session,
            self._store.database.not_capturing(session.connection()),
        ):
            found = account.read_account(session)
            nothing = Batch(found.acknowledged + 1, found.acknowledged, more=False)
            reply = Reply(Status.TAKEN, found.acknowledged, 0, 0, 0, 0, b"", 0)
            applied = Applying(session, nothing, reply).take_page(page.records, [])
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


def _damaged() -> Unreachable:
    return Unreachable(
        _("收到的一页数据在路上损坏了，没有保存。"), _("请再同步一次，会从这一页接着取。")
    )


def _note_seen(session: Session, rev: int) -> None:
    """Edits made during the download had seen some of it: the hub had better ask."""
    found = account.read_account(session)
    seen.note(session, found.acknowledged, found.cursor, rev)
