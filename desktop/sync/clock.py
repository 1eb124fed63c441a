"""Shifting stamps back after this PC's clock ran ahead of the hub's."""

from __future__ import annotations

import time

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from desktop.models.changes import NEW_RECORD
from desktop.models.local import Change, SyncState
from desktop.sync.protocol import CLOCK_TOLERANCE_MS, COUNTER_BITS, Reply


def ahead_ms(hub_now: int) -> int:
    """Return by how many milliseconds this PC's clock is ahead of the hub's; negative if behind."""
    return time.time_ns() // 1_000_000 - hub_now


def furthest_ms(session: Session, acknowledged: int, upto: int) -> int:
    """Return the time of the latest stamp among waiting changes."""
    between = Change.seq.between(acknowledged + 1, upto)
    latest = session.execute(select(func.max(Change.hlc)).where(between)).scalar() or 0
    return int(latest) >> COUNTER_BITS


def shift_back(
    session: Session, acknowledged: int, reply: Reply, ahead: int, upto: int = 2**62
) -> int:
    """Shift the waiting stamps that lie in the hub's future, in their order; returns how many.

    They are never cut to one equal value: equal stamps would make two edits look like one. Changes
    after ``upto`` were made later than the hub's reading: only their order is kept.

    Args:
        session: The transaction.
        acknowledged: The last change with a receipt.
        reply: The hub's answer, with its time and the greatest stamp that it has seen.
        ahead: By how many milliseconds this PC's clock is ahead, as far as that is known.
        upto: The last change that was sent.
    """
    hub_now = reply.now
    rows = session.execute(
        select(Change.seq, Change.hlc)
        .where(
            Change.seq > acknowledged,
            # What a restored hub is offered has its place right behind what the hub still has.
            or_(Change.person.is_not(None), Change.mask == NEW_RECORD),
        )
        .order_by(Change.seq)
    ).all()
    last, is_own = _seen_upto(session, acknowledged, reply)
    shifted = []
    for seq, hlc in rows:
        new = hlc
        if seq <= upto and hlc >> COUNTER_BITS > hub_now:
            # The clock may have been put right since: then nothing better than now is known.
            by = ahead if ahead > CLOCK_TOLERANCE_MS else (hlc >> COUNTER_BITS) - hub_now
            new = hlc - (by << COUNTER_BITS)
        last = max(new, last + 1)
        if last != hlc:
            shifted.append({"which": seq, "new_hlc": last})
    if shifted:
        statement = update(Change.__table__).where(Change.__table__.c.seq == bindparam("which"))  # type: ignore[arg-type]
        session.execute(statement.values(hlc=bindparam("new_hlc")), shifted)
    if is_own:
        session.execute(update(SyncState).values(hlc=last))
    return len(shifted)


def _seen_upto(session: Session, acknowledged: int, reply: Reply) -> tuple[int, bool]:
    """Return what all waiting stamps have to be later than, and whether the floor comes down."""
    # A new record's stamp is never sent, so the hub takes it however far ahead it is: such a one
    # says nothing of what the hub has seen, and would hold all later stamps in the future.
    limit = reply.now + CLOCK_TOLERANCE_MS << COUNTER_BITS
    before = session.execute(
        select(func.max(Change.hlc)).where(Change.seq <= acknowledged, Change.hlc <= limit)
    ).scalar()
    floor = session.execute(select(SyncState.hlc)).scalar() or 0
    # Nor does a floor that is as far ahead, unless the hub has seen such stamps itself, because its
    # own clock was put back: those may have been seen here, and what replaces them has to be later.
    is_own = floor > max(limit, reply.clock)
    return max(before or 0, reply.clock if is_own else floor), is_own
