"""Rows of a period that the county has not got from this PC, or this PC not from the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from desktop.models.local import Change, SyncState
from desktop.models.registers import find_register
from desktop.models.titles import titles
from desktop.services.performance.facts import CHILDREN, REGISTERS
from desktop.services.performance.reading import belongs
from desktop.services.periods import Period
from desktop.text import _


@dataclass(frozen=True)
class PendingRow:
    """A record that was written here and has not reached the county."""

    register: str
    label: str
    id: bytes
    title: str


@dataclass(frozen=True)
class Exchange:
    """Where a period's rows stand: what was not sent, and since when nothing was received."""

    enrolled: bool
    last_success: str
    unsent: tuple[PendingRow, ...]

    @property
    def warnings(self) -> list[str]:
        """Return what a person should know before approving."""
        found = []
        if not self.enrolled:
            found.append(_("本机未接入县级平台，其他电脑录入的记录可能没有到齐。"))
        elif not self.last_success:
            found.append(_("本机还没有同步成功过，其他电脑录入的记录可能没有收到。"))
        else:
            found.append(
                _("上次同步成功为 {time}，此后其他电脑录入的记录本机还没有。").format(
                    time=self.last_success
                )
            )
        if self.unsent:
            found.append(
                _("本期有 {count} 条记录还没有送达县级平台。").format(count=len(self.unsent))
            )
        return found


def exchange_of(session: Session, period: Period) -> Exchange:
    """Return where the rows of a period stand."""
    row = session.execute(
        select(SyncState.url, SyncState.last_success, SyncState.acked_seq).where(SyncState.one == 1)
    ).first()
    enrolled = row is not None and bool(row.url)
    acknowledged = row.acked_seq if row is not None and enrolled else None
    unsent = tuple(_unsent(session, period, acknowledged)) if acknowledged is not None else ()
    return Exchange(enrolled, (row.last_success or "") if row is not None else "", unsent)


def _unsent(session: Session, period: Period, acknowledged: int) -> Iterator[PendingRow]:
    parts = [(part, key) for part, (key, _rows) in REGISTERS.items()] + [("contracts", "contracts")]
    visits = find_register("visits").table
    for part, key in parts:
        register = find_register(key)
        table = register.table
        waiting = select(Change.record_id).where(
            Change.t == register.number, Change.seq > acknowledged
        )
        if part == "contracts":
            condition = and_(table.c.signed_on <= period.last, table.c.expires_on >= period.first)
        else:
            condition = belongs(part, table, period)
        if part in CHILDREN:
            of_visits = select(visits.c.id).where(belongs("visits", visits, period))
            condition = and_(condition, table.c.visit_id.in_(of_visits))
        # A row deleted here and still there at the county counts as well.
        gone = and_(table.c.deleted_at.is_not(None), table.c.id.in_(waiting))
        found = session.execute(
            select(table.c.id).where(or_(and_(condition, table.c.id.in_(waiting)), gone))
        ).scalars()
        ids = [bytes(each) for each in found]
        names = titles(session, register, ids)
        for each in ids:
            yield PendingRow(register.key, register.label, each, names.get(each, ""))
