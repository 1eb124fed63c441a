"""Files of records (photos) travel apart from the rows and after them, one by one.

A file never changes and is known by its digest, so anything may be sent again at any time: a link
that is cut costs the one file that was on its way. A file that fails is tried again later and later
and never holds up the rows: whenever new rows wait, they go first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.models import file_states
from desktop.models.exchange_tables import StoredFile
from desktop.models.file_states import AWAITED, HERE, LOST
from desktop.models.files import FileMissing, Files, FileTooLarge, digest_of
from desktop.models.storage_errors import DataDamaged
from desktop.models.store import Store
from desktop.sync import account, outbox, protocol
from desktop.sync.client import Client, Declined, TooLarge
from desktop.sync.steps import RunDb, Steps
from desktop.text import _

_FIRST_WAIT_MS = 60_000
_LONGEST_WAIT_MS = 6 * 3_600_000
_OF_ONE_FILE = (Declined, TooLarge, FileMissing, FileTooLarge, DataDamaged)
"""Errors that say nothing of the next file; after any other the link or the disk is at fault."""


@dataclass(slots=True)
class FilesReport:
    """What became of the files in an exchange.

    Attributes:
        sent: Files the hub gave its receipt for.
        fetched: Files that came from the hub.
        waiting: Files here that the hub has not got.
        missing: Files that records name and that are not here.
        error: Why the last one that failed did.
    """

    sent: int = 0
    fetched: int = 0
    waiting: int = 0
    missing: int = 0
    error: str = ""


@dataclass(slots=True)
class _Plan:
    """What is to be tried now; ``acknowledged`` tells whether rows wait meanwhile."""

    generation: int
    acknowledged: int
    send: list[str] = field(default_factory=list)
    fetch: list[str] = field(default_factory=list)


class FileExchange(Steps):
    """The files' part of one exchange.

    Args:
        store: The centre's store.
        client: The connection, signed as this PC.
        run: Runs a database step where such steps are run.
        patient: Leave out what failed lately; a person who asks for an exchange is not.
        now: The clock for the waits, in milliseconds.
    """

    def __init__(
        self,
        store: Store,
        client: Client,
        run: RunDb,
        *,
        patient: bool = False,
        now: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._store = store
        self._client = client
        super().__init__(run)
        self._patient = patient
        self._now = now
        self._files = Files.of(store.database)
        self.report = FilesReport()

    def exchange(self, progress: Callable[[int, int], None], cancelled: Callable[[], bool]) -> bool:
        """Send and fetch what is due; returns whether it was left off because rows wait.

        Nothing is raised for what the world does to a file: it is in the report.
        """
        plan: _Plan = self._db(self._plan)
        try:
            return self._all(plan, progress, cancelled)
        except UserError as error:
            self.report.error = str(error)
            return False
        finally:
            self._db(self._count)

    def _all(
        self, plan: _Plan, progress: Callable[[int, int], None], cancelled: Callable[[], bool]
    ) -> bool:
        total = len(plan.send) + len(plan.fetch)
        for done, (step, digest) in enumerate(self._steps(plan), 1):
            if cancelled():
                return False
            if self._db(partial(self._rows_wait, plan.acknowledged)):
                return True
            self._try(step, digest)
            progress(done, total)
        return False

    def _steps(self, plan: _Plan) -> Iterator[tuple[Callable[[str], None], str]]:
        """Ask the hub about every file of the plan and yield what is left to do with each."""
        put, get = partial(self._put, plan.generation), partial(self._get, plan.generation)
        for asked in _parts(plan.send):
            known = self._client.ask_files(asked)
            stored, lacking = set(known.stored), set(known.lacking)
            here = [digest for digest in asked if digest in stored]
            self._db(partial(self._note_receipts, here, plan.generation))
            yield from ((put, digest) for digest in asked if digest in lacking)
        for asked in _parts(plan.fetch):
            stored = set(self._client.ask_files(asked).stored)
            yield from ((get, digest) for digest in asked if digest in stored)

    def _try(self, step: Callable[[str], None], digest: str) -> None:
        """Send or fetch one file; where it fails, the next is tried unless the link is cut."""
        try:
            step(digest)
        except UserError as error:
            self._db(partial(self._note_failure, digest))
            if not isinstance(error, _OF_ONE_FILE):
                raise
            self.report.error = str(error)

    def _put(self, generation: int, digest: str) -> None:
        try:
            content = self._files.read(digest)
        except (FileMissing, DataDamaged):
            self._db(partial(self._note, digest, LOST))
            raise
        self._client.put_file(digest, content)
        self._db(partial(self._note_receipts, [digest], generation))
        self.report.sent += 1

    def _get(self, generation: int, digest: str) -> None:
        content = self._client.get_file(digest)
        if digest_of(content) != digest:
            raise DataDamaged(_("收到的照片与记录不符，没有保存。"), _("稍后会再取一次。"))
        self._files.put(content)
        self._db(partial(self._note_fetched, digest, generation))
        self.report.fetched += 1

    # Steps on the database

    def _plan(self) -> _Plan:
        with self._store.writing() as session:
            self._note_lost(session)
            found = account.read_account(session)
            resting = self._resting(session) if self._patient else set()
            send = session.scalars(
                select(StoredFile.digest)
                .where(file_states.to_send(found.generation))
                .order_by(StoredFile.tries, StoredFile.digest)
            )
            return _Plan(
                found.generation,
                found.acknowledged,
                [digest for digest in send if digest not in resting],
                [digest for digest in file_states.to_fetch(session) if digest not in resting],
            )

    def _note_lost(self, session: Session) -> None:
        """Notice files that somebody took away or a restored backup lacked: they are fetched."""
        here = session.scalars(select(StoredFile.digest).where(StoredFile.state == HERE))
        file_states.note(session, self._files.missing(here), LOST)

    def _resting(self, session: Session) -> set[str]:
        """Return what failed lately; a wait longer than any is one of a clock that was wrong."""
        now = self._now()
        resting = StoredFile.not_before.between(now + 1, now + _LONGEST_WAIT_MS)
        return set(session.scalars(select(StoredFile.digest).where(resting)))

    def _rows_wait(self, acknowledged: int) -> bool:
        with self._store.reading() as session:
            return outbox.waiting(session, acknowledged) > 0

    def _note(self, digest: str, state: str) -> None:
        with self._store.writing() as session:
            file_states.note(session, [digest], state)

    def _note_fetched(self, digest: str, generation: int) -> None:
        with self._store.writing() as session:
            file_states.note(session, [digest], HERE)
            receipt(session, [digest], generation)

    def _note_receipts(self, digests: list[str], generation: int) -> None:
        with self._store.writing() as session:
            receipt(session, digests, generation)

    def _note_failure(self, digest: str) -> None:
        """Let a file rest twice as long after each failure."""
        with self._store.writing() as session:
            session.execute(
                insert(StoredFile)
                .values(digest=digest, state=AWAITED, tries=0, not_before=0)
                .on_conflict_do_nothing()
            )
            held = session.get_one(StoredFile, digest)
            wait = min(_FIRST_WAIT_MS << min(held.tries, 20), _LONGEST_WAIT_MS)
            held.tries, held.not_before = held.tries + 1, self._now() + wait

    def _count(self) -> None:
        with self._store.reading() as session:
            generation = account.read_account(session).generation
            self.report.waiting = file_states.count_to_send(session, generation)
            self.report.missing = len(file_states.to_fetch(session))


def receipt(session: Session, digests: list[str], generation: int) -> None:
    """Note that the hub of that generation has files durably."""
    session.execute(
        update(StoredFile)
        .where(StoredFile.digest.in_(digests))
        .values(hub_gen=generation, tries=0, not_before=0)
    )


def _parts(digests: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(digests), protocol.MOST_FILES):
        yield digests[start : start + protocol.MOST_FILES]
