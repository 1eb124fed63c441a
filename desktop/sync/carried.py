"""Comparing with the hub by stick: what is asked online step by step goes there and back at once.

A packet tells the hash of every record here. The answer brings what the hub would have said to each
question that may follow, so that the comparison itself is the same as online.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from desktop.models.changes import columns_by_number
from desktop.models.registers import registers_by_number
from desktop.models.store import Store
from desktop.sync import account
from desktop.sync.account import Account
from desktop.sync.apart import Answer
from desktop.sync.comparing import Own
from desktop.sync.digests import (
    BUCKETS,
    SUMS,
    Compared,
    FetchAnswer,
    FetchAsked,
    Held,
    RecordsAnswer,
    RecordsAsked,
    TableTotal,
    bucket_of,
    pack_hashes,
    unpack_hashes,
)
from desktop.sync.mending import Mending, is_due
from desktop.sync.packet import LARGEST_PACKET, damaged
from desktop.sync.protocol import Rows
from desktop.sync.report import ExchangeReport
from desktop.sync.steps import RunDb, Steps
from desktop.sync.wire import BadMessage, pack_column, pack_ids, unpack, unpack_column, unpack_ids

_ALL = frozenset(range(BUCKETS))


class Carried:
    """The hub's answers to the questions of a comparison, as they came on a stick.

    Args:
        told: What came.
    """

    def __init__(self, told: Compared) -> None:
        self._told = told
        self._fields: dict[int, list[int]] = {}
        self._records: dict[int, dict[bytes, tuple[list[Any], list[int]]]] = defaultdict(dict)
        for each in told.fetched:
            rows, stamps = each.rows, each.stamps
            self._fields[rows.table] = rows.fields
            columns = [unpack_column(column) for column in rows.columns]
            for at, id in enumerate(unpack_ids(rows.ids)):
                record = [column[at] for column in columns], [column[at] for column in stamps]
                self._records[rows.table][id] = record

    def check(self, path: str, question: msgspec.Struct, kind: type[Answer]) -> Answer:
        """Answer one of the questions by which both sides find where they differ."""
        answer: msgspec.Struct = self._told.answer
        if isinstance(question, RecordsAsked):
            answer = _in_buckets(self._told.records[question.table], frozenset(question.buckets))
        elif isinstance(question, FetchAsked):
            answer = self._fetch(question.table, unpack_ids(question.ids))
        assert isinstance(answer, kind), path
        return answer

    def _fetch(self, table: int, wanted: Sequence[bytes]) -> FetchAnswer:
        """Return records as far as they came: what was edited here since differs only now."""
        there = self._records[table]
        ids = [id for id in wanted if id in there]
        columns = zip(*(there[id][0] for id in ids), strict=True)
        stamps = zip(*(there[id][1] for id in ids), strict=True)
        fields = self._fields[table] if ids else []
        rows = Rows(table, pack_ids(ids), fields, [pack_column(column) for column in columns])
        return FetchAnswer(rows, [list(column) for column in stamps])


def _in_buckets(records: RecordsAnswer, buckets: frozenset[int]) -> RecordsAnswer:
    """Return what the hub would have said of these buckets alone."""
    ids, hashes = unpack_ids(records.ids), unpack_hashes(records.hashes)
    moved = {ids[at] for at in records.moved}
    inside = {
        id: hashed for id, hashed in zip(ids, hashes, strict=True) if bucket_of(id) in buckets
    }
    places = [at for at, id in enumerate(inside) if id in moved]
    return RecordsAnswer(pack_ids(list(inside)), pack_hashes(inside.values()), places)


class CarriedMending(Steps):
    """The comparison's part of an exchange by stick.

    Args:
        store: The centre's store.
        run: Runs a database step where such steps are run.
    """

    def __init__(self, store: Store, run: RunDb) -> None:
        self._store = store
        super().__init__(run)

    def held(self, found: Account) -> list[Held]:
        """Return what goes with a packet where a comparison is due or the hub was restored."""
        if not (found.lost or self._db(partial(is_due, self._store))):
            return []
        own = Own(self._store, self._run)
        held = []
        for number, register in registers_by_number().items():
            hashes = own.hashes(register, _ALL)
            short = len(hashes), sum(hashes.values()) % SUMS
            summed = TableTotal(number, list(columns_by_number(register)), *short)
            held.append(Held(summed, pack_ids(list(hashes)), pack_hashes(hashes.values())))
        return held

    def make_up(self, told: Compared | None, report: ExchangeReport) -> None:
        """Offer a restored hub what it has lost, before the answer's older values are taken in.

        Args:
            told: What the hub said, None where it was not asked.
            report: What the answer did, to count this in.
        """
        now = self._db(self._account)
        # It may have been made up online since.
        if told and told.restored and now.lost and told.answer.generation == now.generation:
            report.found += Mending(self._store, Carried(told), self._run).make_up()

    def compare(
        self, told: Compared | None, reached: tuple[int, int], report: ExchangeReport
    ) -> None:
        """Mend what has come apart, where nothing was exchanged after this answer.

        Args:
            told: What the hub said right after its last page, None where it was not asked.
            reached: The last change that it has a receipt for, and the page's revision.
            report: What the answer did, to count this in.
        """
        now = self._db(self._account)
        if not told or told.restored or reached != (now.acknowledged, now.cursor):
            return
        mending = Mending(self._store, Carried(told), self._run)
        found = mending.compare()
        if found is not None:
            report.compared = True
            report.found += found
            report.changed |= mending.changed

    def _account(self) -> Account:
        with self._store.reading() as session:
            return account.read_account(session)


def read_compared(packed: bytes) -> Compared | None:
    """Return what an answer says of a comparison, None where there was none.

    Raises:
        BadPacket: It is damaged.
    """
    try:
        return unpack(packed, Compared, LARGEST_PACKET) if packed else None
    except BadMessage as error:
        raise damaged() from error
