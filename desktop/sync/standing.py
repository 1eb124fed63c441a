"""Where the exchange stands, told from this PC's own database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.models import file_states
from desktop.models.changes import oldest_waiting, since
from desktop.models.exchange_tables import SyncIssue
from desktop.models.local import Change
from desktop.models.registers import registers_by_number
from desktop.sync import account, issues
from desktop.sync.client import TRUSTING, Way
from desktop.sync.mending import Found, last_found


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """What the sync page shows without asking the network."""

    enrolled: bool
    url: str
    waiting: int
    oldest_waiting: dt.datetime | None
    last_success: str
    last_error: str
    issues: int
    files_waiting: int = 0
    files_missing: int = 0
    device: int = 0
    way: Way = TRUSTING
    checked_at: str = ""
    found: Found | None = None
    refused: int = 0


def status(session: Session) -> SyncStatus:
    """Return what waits, since when, and how the last exchange ended."""
    row = account.read_row(session)
    acknowledged = row.acked_seq if row is not None else 0
    records, oldest = session.execute(
        select(func.count(func.distinct(Change.record_id)), oldest_waiting()).where(
            Change.seq > acknowledged
        )
    ).one()
    open_issues = session.execute(
        select(func.count())
        .select_from(SyncIssue)
        .where(SyncIssue.state == issues.OPEN, SyncIssue.t.in_(registers_by_number()))
    ).scalar_one()
    last_success = (row.last_success or "") if row is not None else ""
    return SyncStatus(
        enrolled=row is not None and row.device is not None,
        url=(row.url or "") if row is not None else "",
        waiting=records,
        oldest_waiting=waits_since(oldest, last_success) if records else None,
        last_success=last_success,
        last_error=(row.last_error or "") if row is not None else "",
        issues=open_issues,
        files_waiting=file_states.count_to_send(session, row.hub_gen if row is not None else None),
        files_missing=len(file_states.to_fetch(session)),
        device=(row.device or 0) if row is not None else 0,
        way=account.way_of(row),
        checked_at=(row.checked_at or "") if row is not None else "",
        found=last_found(row.check_found) if row is not None else None,
        refused=len(issues.not_taken(session)),
    )


def waits_since(oldest: int | None, last_success: str) -> dt.datetime:
    """Return since when changes wait, told by the oldest stamp.

    A clock that was ahead and has been put right leaves stamps that are still to come: those wait
    since the last exchange for all that is known, and must not hide that it was long ago.
    """
    now = dt.datetime.now(dt.UTC)
    found = since(oldest)
    if found > now and last_success:
        found = dt.datetime.fromisoformat(last_success).astimezone(dt.UTC)
    return min(found, now)
