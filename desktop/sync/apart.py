"""Finding which records differ from the hub's: registers, then buckets, then records.

Records that are known to differ are left out: edited here, refused by the hub, or written at the
hub since this PC's cursor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.changes import NEW_RECORD, columns_by_number
from desktop.models.local import Change
from desktop.models.register import Register
from desktop.models.registers import all_registers, registers_by_number
from desktop.models.store import Store
from desktop.sync import account, issues
from desktop.sync.client import Declined
from desktop.sync.comparing import Own
from desktop.sync.digests import (
    CHECK,
    CHECK_FETCH,
    CHECK_RECORDS,
    CheckAnswer,
    CheckAsked,
    FetchAnswer,
    FetchAsked,
    RecordsAnswer,
    RecordsAsked,
    TableTotal,
    differing,
    total,
    unpack_hashes,
)
from desktop.sync.outbox import Record
from desktop.sync.steps import RunDb, Steps
from desktop.sync.wire import pack_ids, unpack_ids

_NO_SUCH_ADDRESS = "http"

Answer = TypeVar("Answer", bound=msgspec.Struct)


class Answering(Protocol):
    """What answers the questions by which both sides find where they differ."""

    def check(self, path: str, question: msgspec.Struct, kind: type[Answer]) -> Answer:
        """Answer one of them."""


@dataclass(slots=True)
class Apart:
    """Where one register differs from the hub's.

    Attributes:
        lacking: Records that only the hub has.
        other: Records that both have, with other values.
        more: Records that only this PC has.
    """

    register: Register
    lacking: list[bytes] = field(default_factory=list)
    other: list[bytes] = field(default_factory=list)
    more: list[bytes] = field(default_factory=list)


class Comparing(Steps):
    """Questions to the hub and to this PC's own database.

    Args:
        store: The centre's store.
        hub: What answers: the connection, or what came on a stick.
        run: Runs a database step where such steps are run.
    """

    def __init__(self, store: Store, hub: Answering, run: RunDb) -> None:
        self._store = store
        self._hub = hub
        self._own = Own(store, run)
        super().__init__(run)

    def differing(self, cursor: int, *, edited: bool = False) -> list[Apart] | None:
        """Return where the two differ; None where the hub does not compare or was restored."""
        own = {register.number: self._own.digest(register) for register in all_registers().values()}
        tables = [
            TableTotal(register.number, list(columns_by_number(register)), *total(own[number]))
            for number, register in registers_by_number().items()
        ]
        try:
            answer = self._hub.check(CHECK, CheckAsked(tables), CheckAnswer)
        except Declined as declined:
            if declined.code == _NO_SUCH_ADDRESS:
                return None  # An older hub.
            raise
        if answer.generation != self._db(self._generation):
            return None
        held = self._db(self._new_here if edited else self._left_out)
        apart = []
        for each in answer.differing:
            theirs = list(zip(each.counts, each.sums, strict=True))
            buckets = differing(own[each.table], theirs)
            apart.append(self._compare(registers_by_number()[each.table], buckets, cursor, held))
        return apart

    def _compare(
        self, register: Register, buckets: Sequence[int], cursor: int, held: set[Record]
    ) -> Apart:
        fields = list(columns_by_number(register))
        question = RecordsAsked(register.number, fields, list(buckets), cursor)
        answer = self._hub.check(CHECK_RECORDS, question, RecordsAnswer)
        ids = unpack_ids(answer.ids)
        theirs = dict(zip(ids, unpack_hashes(answer.hashes), strict=True))
        moved = {ids[at] for at in answer.moved}
        own = self._own.hashes(register, frozenset(buckets))
        apart = Apart(register)
        for id, hashed in theirs.items():
            if id in moved or (register.number, id) in held:
                continue
            if id not in own:
                apart.lacking.append(id)
            elif own[id] != hashed:
                apart.other.append(id)
        apart.more = [id for id in own if id not in theirs and (register.number, id) not in held]
        return apart

    def fetch(
        self, register: Register, ids: Sequence[bytes], lost: tuple[int, int] = (0, 0)
    ) -> FetchAnswer:
        """Fetch records whole; with how far a hub had been seen before it was restored."""
        question = FetchAsked(register.number, pack_ids(ids), *lost)
        return self._hub.check(CHECK_FETCH, question, FetchAnswer)

    def _generation(self) -> int:
        with self._store.reading() as session:
            return account.read_account(session).generation

    def _new_here(self) -> set[Record]:
        """Return the records that travel whole anyway; of others it is told field by field."""
        with self._store.reading() as session:
            acknowledged = account.read_account(session).acknowledged
            rows = session.execute(
                select(Change.t, Change.record_id)
                .where(Change.seq > acknowledged, Change.mask == NEW_RECORD)
                .distinct()
            )
            return {(row[0], row[1]) for row in rows}

    def _left_out(self) -> set[Record]:
        """Return the records that are known to differ: edited here, or refused by the hub."""
        with self._store.reading() as session:
            return waiting_records(session) | issues.refused_records(session)


def waiting_records(session: Session) -> set[Record]:
    """Return the records with changes that have no receipt."""
    acknowledged = account.read_account(session).acknowledged
    rows = session.execute(
        select(Change.t, Change.record_id).where(Change.seq > acknowledged).distinct()
    )
    return {(row[0], row[1]) for row in rows}
