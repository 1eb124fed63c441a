"""Digests of this PC's records, to be held against the hub's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.changes import columns_by_number
from desktop.models.register import Register
from desktop.models.registers import all_registers
from desktop.sync.digests import BUCKETS, Digest, added, digest_of

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
