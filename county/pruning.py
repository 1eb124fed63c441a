"""Old history: edits that others have long outdone leave the log; a field's last one never does.

The last edit of a field is its clock and its place in the feed, so that a PC however far behind
still gets every present value, and an edit from years ago still loses.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import and_, delete, exists, or_, select, update

from county.clock import now_ms
from county.exchanging import lock_centre
from county.storage import Hub
from county.tables import CENTRES, CHANGES
from desktop.errors import UserError
from desktop.sync.protocol import COUNTER_BITS
from desktop.text import _

LEAST_DAYS = 400
"""What a year's returns and their questions need."""
_DAY_MS = 86_400_000


def prune(hub: Hub, days: int = LEAST_DAYS) -> int:
    """Remove outdone edits older than so many days, centre by centre; returns how many.

    Raises:
        UserError: Fewer days than the history has to be kept.
    """
    if days < LEAST_DAYS:
        raise UserError(_("修改历史至少保留 {days} 天。").format(days=LEAST_DAYS))
    limit = (now_ms() - days * _DAY_MS) << COUNTER_BITS
    with hub.reading() as connection:
        ids = list(connection.scalars(select(CENTRES.c.id).order_by(CENTRES.c.id)))
    return sum(_prune_centre(hub, id, limit) for id in ids)


def _prune_centre(hub: Hub, centre_id: int, limit: int) -> int:
    later = CHANGES.alias("later")
    outdone = exists().where(
        later.c.centre_id == CHANGES.c.centre_id,
        later.c.t == CHANGES.c.t,
        later.c.row_id == CHANGES.c.row_id,
        later.c.field == CHANGES.c.field,
        later.c.lost.is_(False),
        or_(
            later.c.clock > CHANGES.c.clock,
            and_(later.c.clock == CHANGES.c.clock, later.c.dev > CHANGES.c.dev),
        ),
    )
    with hub.writing() as connection:
        lock_centre(connection, centre_id)
        gone = connection.execute(
            delete(CHANGES).where(
                CHANGES.c.centre_id == centre_id, CHANGES.c.clock < limit, outdone
            )
        ).rowcount
        connection.execute(
            update(CENTRES).where(CENTRES.c.id == centre_id).values(gone=CENTRES.c.gone + gone)
        )
    return int(gone)


class Daily:
    """Does a piece of work once a day, in the hour in which nobody works.

    Args:
        work: The work; an error is told and the work tried again the next day.
        hour: The hour of the day.
    """

    def __init__(self, work: Callable[[], object], hour: int = 3) -> None:
        self._work = work
        self._hour = hour
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="daily")

    def start(self) -> None:
        """Begin; whoever starts it has arranged for its end, whatever comes between."""
        self._thread.start()

    def stop(self) -> None:
        """End it; work that has begun is finished."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(_until(self._hour)):
            from county.measuring import LOG

            try:
                self._work()
            except UserError as error:
                LOG.warning("daily work: %s", error)
            except Exception:  # noqa: BLE001 - else the thread ends, and every later day's work
                LOG.exception("daily work")


def _until(hour: int) -> float:
    """Return the seconds to the next time that the hour begins, at least a minute."""
    now = time.localtime()
    passed = (now.tm_hour - hour) * 3600 + now.tm_min * 60 + now.tm_sec
    return max(60.0, float(-passed if passed < 0 else 86_400 - passed))
