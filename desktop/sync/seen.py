"""What the author of a waiting change had seen of the other PCs' work.

The hub tells an overwritten value, or revives a deleted record, where the editor had not seen it.
A page that arrives while changes wait would otherwise speak for changes made before it.
"""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from desktop.models.exchange_tables import SeenMark
from desktop.models.local import Change


def note(session: Session, acknowledged: int, before: int, after: int) -> None:
    """Note that the changes waiting now were made before a page moved the cursor."""
    session.execute(delete(SeenMark).where(SeenMark.seq <= acknowledged))
    last = session.execute(select(func.max(Change.seq))).scalar() or 0
    if before < after and last > acknowledged:
        mark = insert(SeenMark).values(seq=last, cursor=before)
        session.execute(mark.on_conflict_do_nothing())


def mark_after(session: Session, acknowledged: int) -> SeenMark | None:
    """Return the first mark that waiting changes fall under, None where they saw everything."""
    return session.scalars(
        select(SeenMark).where(SeenMark.seq > acknowledged).order_by(SeenMark.seq).limit(1)
    ).first()


def forget(session: Session) -> None:
    """Forget the marks: the cursor begins anew, which says less than any of them."""
    session.execute(delete(SeenMark))
