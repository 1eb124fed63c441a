"""Digests of this PC's records, to be held against the hub's."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.changes import columns_by_number
from desktop.models.registers import all_registers
from desktop.sync.digests import Digest, digest_of


def digests(session: Session) -> dict[int, Digest]:
    """Return the digest of every register that has records, by its number."""
    found = {}
    for register in all_registers().values():
        named = columns_by_number(register)
        columns = [register.table.c[name] for name in named.values()]
        rows = session.execute(
            select(register.table.c.id, *columns).execution_options(yield_per=5_000)
        )
        made = digest_of(list(named), rows)
        if any(count for count, _sum in made):
            found[register.number] = made
    return found
