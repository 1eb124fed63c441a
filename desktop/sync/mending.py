"""Finding where this PC and the hub have silently come apart, and mending it.

Both sides hold the same after every exchange, unless a disk, a program or a person has spoilt a
record past the exchange. So once a week, when nothing waits, the two compare digests of their
registers; where they differ they compare records, and only those travel again. What the hub has
stands, as in every exchange, and a value that gives way is told with one click to put it back;
records that the hub lacks are offered to it again, whoever made them.

A hub that was restored from a backup is compared with before anything is pulled from it. What it
lacks may be on this PC alone: the PC that wrote it may be restored as well, or gone. Values which
this PC had seen the hub replace are offered right behind the stamp of what the hub has now, so that
their author's own edit, with its own later stamp, always goes before them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Self

import msgspec
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from desktop.models.changes import NEW_RECORD, columns_by_number
from desktop.models.local import Change
from desktop.models.published import held_fields
from desktop.models.register import Owner, Register
from desktop.models.store import Store
from desktop.sync import account, issues
from desktop.sync.apart import Answering, Apart, Comparing, waiting_records
from desktop.sync.applying import Applying
from desktop.sync.digests import (
    CHECK_DAYS,
    MOST_FETCHED,
    OFFERED,
    UNSEEN,
    FetchAnswer,
)
from desktop.sync.outbox import Batch, Record, pending_fields, read_records
from desktop.sync.protocol import COUNTER_BITS, Reply, Rows, Status
from desktop.sync.steps import RunDb, Steps
from desktop.sync.wire import unpack_column, unpack_ids, write_value
from desktop.text import _

_ANYTIME = 2**62 - 1


@dataclass(slots=True)
class Found:
    """What comparing has found, in records.

    Attributes:
        fetched: The hub had them and this PC lacked them or had them otherwise.
        offered: This PC had them and the hub lacked them or had an older value.
        told: Values of this PC that gave way and are kept for somebody to look at.
        kept: The hub has not got them and does not take them; they stay here.
    """

    fetched: int = 0
    offered: int = 0
    told: int = 0
    kept: int = 0

    def __iadd__(self, other: Found) -> Self:
        """Count in what another comparison has found."""
        self.fetched += other.fetched
        self.offered += other.offered
        self.told += other.told
        self.kept += other.kept
        return self

    def __bool__(self) -> bool:
        """Tell whether anything was found."""
        return bool(self.fetched or self.offered or self.kept)


def in_words(found: Found) -> str:
    """Return what comparing has found, in sentences."""
    if not found:
        return _("与县级核对过，两边一致。")
    words = ""
    if found.fetched:
        words += _("与县级核对，本机有 {count} 条不一致，已从县级补齐。").format(
            count=found.fetched
        )
    if found.offered:
        words += _("县级缺少或较旧的 {count} 条，已由本机补送。").format(count=found.offered)
    if found.told:
        words += _("本机原来的 {count} 处值留在“需要核对”里。").format(count=found.told)
    if found.kept:
        words += _("{count} 条由县级维护而县级没有的记录留在本机，请与县里联系。").format(
            count=found.kept
        )
    return words


class Mending(Steps):
    """The comparison's part of an exchange.

    Args:
        store: The centre's store.
        hub: What answers: the connection, or what came on a stick.
        run: Runs a database step where such steps are run.
    """

    def __init__(self, store: Store, hub: Answering, run: RunDb) -> None:
        self._store = store
        super().__init__(run)
        self._comparing = Comparing(store, hub, run)
        self.changed: set[str] = set()

    def is_due(self) -> bool:
        """Tell whether a week has gone since both sides were compared."""
        return self._db(partial(is_due, self._store))

    def compare(self) -> Found | None:
        """Compare with the hub and mend what differs; records offered to it wait as new ones.

        Called when nothing waits and the hub's newest revision is here.
        """
        found = Found()
        differing = self._comparing.differing(self._db(self._cursor))
        if differing is None:
            return None
        for apart in differing:
            for ids in _pieces([*apart.lacking, *apart.other]):
                answer = self._comparing.fetch(apart.register, ids)
                self._db(partial(self._take, apart.register, answer.rows, found))
            self._db(partial(self._offer, apart, found))
        self._db(partial(self._note, found))
        return found

    def make_up(self) -> Found:
        """Offer a hub that was restored what it has lost, before anything is pulled from it."""
        found = Found()
        lost = self._db(self._lost)
        for apart in self._comparing.differing(_ANYTIME, edited=True) or ():
            register = apart.register
            if register.owner is Owner.COUNTY:
                continue
            if not register.append_only:
                for ids in _pieces(apart.other):
                    answer = self._comparing.fetch(register, ids, lost)
                    self._db(partial(self._offer_values, register, answer, found))
            self._db(partial(self._offer, apart, found))
        self._db(self._made_up)
        return found

    # Steps on the database

    def _cursor(self) -> int:
        with self._store.reading() as session:
            return account.read_account(session).cursor

    def _lost(self) -> tuple[int, int]:
        with self._store.reading() as session:
            return account.read_account(session).lost or (0, 0)

    def _take(self, register: Register, rows: Rows, found: Found) -> None:
        """Take records over from the hub; values of this PC that give way are told."""
        with (
            self._store.writing() as session,
            self._store.database.not_capturing(session.connection()),
        ):
            now = account.read_account(session)
            nothing = Batch(now.acknowledged + 1, now.acknowledged, more=False)
            reply = Reply(Status.TAKEN, now.acknowledged, 0, 0, 0, 0, b"", 0)
            own = read_own(session, register, unpack_ids(rows.ids))
            waiting = waiting_records(session)
            locked = _locked(register, rows)
            for id, number, mine, theirs in _differences(rows, own):
                if (register.number, id) not in waiting and id not in locked:
                    found.told += _tell(session, (register.number, id), number, (mine, theirs))
            self.changed |= Applying(session, nothing, reply).take_page([rows], []).changed
            found.fetched += sum(
                (register.number, id) not in waiting for id in unpack_ids(rows.ids)
            )

    def _offer(self, apart: Apart, found: Found) -> None:
        """Let records that the hub lacks wait as new ones."""
        if not apart.more:
            return
        if apart.register.owner is Owner.COUNTY:
            found.kept += len(apart.more)
            return
        with self._store.writing() as session:
            waiting = waiting_records(session)
            offered = [id for id in apart.more if (apart.register.number, id) not in waiting]
            _append(
                session,
                [
                    {"t": apart.register.number, "record_id": id, "mask": NEW_RECORD}
                    for id in offered
                ],
            )
            found.offered += len(offered)

    def _offer_values(self, register: Register, answer: FetchAnswer, found: Found) -> None:
        """Let values wait that came after what the restored hub has."""
        ids = unpack_ids(answer.rows.ids)
        columns = {number: at for at, number in enumerate(answer.rows.fields)}
        with self._store.writing() as session:
            waiting = pending_fields(session, account.read_account(session).acknowledged)
            for record, number in issues.refused_fields(session):
                waiting[record] |= -1 if number < 0 else 1 << number
            county = held_fields(session, register, ids)
            masks: dict[tuple[bytes, int], int] = defaultdict(int)
            for id, number, mine, theirs in _differences(
                answer.rows, read_own(session, register, ids)
            ):
                stamp = answer.stamps[columns[number]][ids.index(id)] if answer.stamps else UNSEEN
                pending = waiting.get((register.number, id), 0) >> number & 1
                if stamp == OFFERED and not pending:
                    found.told += _tell(session, (register.number, id), number, (mine, theirs))
                if stamp >= 0 and id not in county and not pending:
                    masks[id, stamp + 1] |= 1 << number
            _append(
                session,
                [
                    {"t": register.number, "record_id": id, "mask": mask, "hlc": stamp}
                    for (id, stamp), mask in sorted(masks.items(), key=lambda each: each[0][1])
                ],
            )
            found.offered += len({id for id, _stamp in masks})

    def _made_up(self) -> None:
        with self._store.writing() as session:
            account.write(session, lost_gen=None, lost_cursor=0, checked_at="")

    def _note(self, found: Found) -> None:
        with self._store.writing() as session:
            text = msgspec.json.encode(asdict(found)).decode()
            account.write(session, checked_at=_now(), check_found=text)


def _tell(session: Session, record: Record, field: int, values: tuple[Any, Any]) -> bool:
    """Note that a value of this PC gives way to the hub's; says whether this is news."""
    now = _now_ms() << COUNTER_BITS
    who, kind, reason = _("县级平台"), issues.LOST, issues.CAME_APART
    return issues.note_conflict(session, record, field, kind, values, who, now, reason)


def is_due(store: Store) -> bool:
    """Tell whether a week has gone since both sides were compared."""
    with store.reading() as session:
        row = account.read_row(session)
        assert row is not None
        if row.checked_at is None:  # Everything has just been sent or fetched.
            return False
        return not row.checked_at or _days_since(row.checked_at) >= CHECK_DAYS


def last_found(text: str | None) -> Found | None:
    """Return what the last comparison found, None before the first one."""
    return msgspec.json.decode(text, type=Found) if text else None


def read_own(
    session: Session, register: Register, ids: Sequence[bytes]
) -> dict[bytes, dict[int, Any]]:
    """Return the values of this PC's records as they travel, by field."""
    numbers = list(columns_by_number(register))
    return {
        id: {number: write_value(value) for number, value in zip(numbers, values, strict=True)}
        for id, values in read_records(session, register, ids)
    }


def _differences(
    rows: Rows, own: Mapping[bytes, Mapping[int, Any]]
) -> Iterable[tuple[bytes, int, Any, Any]]:
    """Give record, field, own value and the hub's wherever both have the record and differ."""
    ids = unpack_ids(rows.ids)
    for number, column in zip(rows.fields, rows.columns, strict=True):
        for id, theirs in zip(ids, unpack_column(column), strict=True):
            if id in own and number in own[id] and own[id][number] != theirs:
                yield id, number, own[id][number], theirs


def _locked(register: Register, rows: Rows) -> set[bytes]:
    """Return which of the hub's records are locked: nobody could put a value of theirs back."""
    names = columns_by_number(register)
    columns = {
        names[number]: unpack_column(column)
        for number, column in zip(rows.fields, rows.columns, strict=True)
        if number in names
    }
    return {
        id
        for at, id in enumerate(unpack_ids(rows.ids))
        if register.frozen_when({name: column[at] for name, column in columns.items()})
    }


def _append(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add change rows that nobody made now; stamps made later still go beyond all before."""
    if not rows:
        return
    last = session.execute(select(func.max(Change.hlc))).scalar() or 0
    account.write(session, hlc=max(last, account.read_account(session).clock))
    session.execute(
        insert(Change),
        [{"person": None, "hlc": last + 1 + at, **row} for at, row in enumerate(rows)],
    )


def _pieces(ids: Sequence[bytes]) -> Iterable[Sequence[bytes]]:
    for start in range(0, len(ids), MOST_FETCHED):
        yield ids[start : start + MOST_FETCHED]


def _now() -> str:
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")


def _now_ms() -> int:
    return int(dt.datetime.now(dt.UTC).timestamp() * 1000)


def _days_since(moment: str) -> float:
    since = dt.datetime.now().astimezone() - dt.datetime.fromisoformat(moment)
    return abs(since.total_seconds()) / 86_400
