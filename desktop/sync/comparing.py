"""Digests of this PC's records, to be held against the hub's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.changes import columns_by_number
from desktop.models.register import Register
from desktop.models.registers import all_registers
from desktop.models.store import Store
from desktop.sync.digests import BUCKETS, Digest, added, bucket_of, digest_of, hashes_of
from desktop.sync.steps import RunDb, Steps

PIECE = 20_000
"""So many records are read in one step: nobody waits for more than a blink."""

EMPTY: Digest = [(0, 0)] * BUCKETS


def digests(session: Session) -> dict[int, Digest]:
    """Return the digest of every register that has records, by its number."""
    found = {}
    for register in all_registers().values():
        made, after = EMPTY, b""
        while True:
            rows = piece(session, register, after)
            made = added(made, digest_of(list(columns_by_number(register)), rows))
            if len(rows) < PIECE:
                break
            after = rows[-1][0]
        if any(count for count, _sum in made):
            found[register.number] = made
    return found


def piece(session: Session, register: Register, after: bytes) -> Sequence[Any]:
    """Return the next records after an id, with what travels of them."""
    table = register.table
    columns = [table.c[name] for name in columns_by_number(register).values()]
    return session.execute(
        select(table.c.id, *columns).where(table.c.id > after).order_by(table.c.id).limit(PIECE)
    ).all()


class Own(Steps):
    """This PC's records, read piece by piece: the window's own questions come in between.

    Args:
        store: The centre's store.
        run: Runs a database step where such steps are run.
    """

    def __init__(self, store: Store, run: RunDb) -> None:
        self._store = store
        super().__init__(run)

    def digest(self, register: Register) -> Digest:
        """Return the digest of a register."""
        made, after, more = EMPTY, b"", True
        while more:
            one, after, more = self._db(partial(self._digest_piece, register, after))
            made = added(made, one)
        return made

    def _digest_piece(self, register: Register, after: bytes) -> tuple[Digest, bytes, bool]:
        with self._store.reading() as session:
            rows = piece(session, register, after)
            made = digest_of(list(columns_by_number(register)), rows)
            return made, rows[-1][0] if rows else after, len(rows) == PIECE

    def hashes(self, register: Register, buckets: frozenset[int]) -> dict[bytes, int]:
        """Return the hash of each record in some buckets of a register."""
        found: dict[bytes, int] = {}
        after, more = b"", True
        while more:
            one, after, more = self._db(partial(self._hashes_piece, register, buckets, after))
            found |= one
        return found

    def _hashes_piece(
        self, register: Register, buckets: frozenset[int], after: bytes
    ) -> tuple[dict[bytes, int], bytes, bool]:
        with self._store.reading() as session:
            rows = piece(session, register, after)
            inside = (row for row in rows if bucket_of(row[0]) in buckets)
            found = dict(hashes_of(list(columns_by_number(register)), inside))
            return found, rows[-1][0] if rows else after, len(rows) == PIECE
