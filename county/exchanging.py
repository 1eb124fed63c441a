"""One request of a PC: merged, and answered with a page of the same state."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, update

from county import receive, send
from county.batch import TableBatch, latest_stamp, pack_cells
from county.centres import Device, Refused, numbers_before
from county.clock import now_ms
from county.merge import Merge
from county.tables import CENTRES
from desktop.sync import protocol
from desktop.sync.protocol import Reply, Request, Status
from desktop.text import _


def lock_centre(connection: Connection, centre_id: int) -> Row[Any]:
    """Return the centre's row, locked: its revisions are given out in the order of the commits."""
    return connection.execute(
        update(CENTRES)
        .where(CENTRES.c.id == centre_id)
        .values(rev=CENTRES.c.rev)
        .returning(CENTRES)
    ).one()


class Exchange:
    """One request inside its transaction.

    Args:
        connection: The transaction.
        device: Whose request it is.
        centre: The centre's row, locked.
        request: What the PC sent.
        hub: The hub's generation.
    """

    def __init__(
        self, connection: Any, device: Device, centre: Row[Any], request: Request, hub: int
    ) -> None:
        self._connection = connection
        self._device = device
        self._centre = centre
        self._request = request
        self._generation = hub
        if request.device != device.id:
            raise Refused(401, protocol.UNKNOWN_DEVICE, _("县级平台不认识这台电脑。"))

    def answer(self, batches: dict[int, TableBatch]) -> Reply:
        """Merge, and read the page from the same state."""
        request, device = self._request, self._device
        if request.generation != self._generation or request.first > device.acknowledged + 1:
            return self._reply(Status.EARLY if request.ahead else Status.REWIND)
        latest = latest_stamp(batches)
        if latest >> protocol.COUNTER_BITS > now_ms() + protocol.CLOCK_TOLERANCE_MS:
            # One that is ahead of another gets no answer of its own, nor a nonce: the PC shifts its
            # stamps once, for the first.
            return self._reply(Status.EARLY if request.ahead else Status.CLOCK)
        merge = Merge(
            connection=self._connection,
            centre_id=device.centre_id,
            dev=device.id,
            cursor=request.cursor,
            rev=self._centre.rev,
            clock=max(self._centre.clock, latest),
            again=request.first <= device.acknowledged,
            before=numbers_before(self._connection, device),
        )
        receive.take(merge, batches)
        self._connection.execute(
            update(CENTRES)
            .where(CENTRES.c.id == device.centre_id)
            .values(rev=merge.rev, clock=merge.clock)
        )
        top, clock = merge.rev, merge.clock
        if request.want and self._centre.awaits:  # A PC that asks for a page has sent everything.
            top, clock = self._hand_over()
        reply = self._reply(Status.TAKEN)
        reply.ack = request.last
        reply.clock = clock
        reply.superseded = pack_cells(merge.superseded, reply.people, reply.base)
        reply.overridden = pack_cells(merge.overridden, reply.people, reply.base)
        reply.met = pack_cells(merge.met, reply.people, reply.base)
        reply.refused = list(merge.refused.values())
        self._add_page(reply, top)
        return reply

    def _hand_over(self) -> tuple[int, int]:
        """Give the centre what was published to all before it came; returns where its feed ends."""
        from county.publishing.standing import hand_over  # Reads files of returns' forms.

        hand_over(self._connection, self._device.centre_id, date.today())
        centre = lock_centre(self._connection, self._device.centre_id)
        return centre.rev, centre.clock

    def _add_page(self, reply: Reply, top: int) -> None:
        reply.top = top
        cursor = min(self._request.cursor, top)
        page = send.page(
            self._connection,
            self._device.centre_id,
            self._device.id,
            cursor,
            top,
            self._request.want,
        )
        reply.cursor, reply.inserts, reply.edits = page

    def _reply(self, status: Status) -> Reply:
        return Reply(
            status=status,
            ack=self._device.acknowledged,
            cursor=self._request.cursor,
            top=self._centre.rev,
            clock=self._centre.clock,
            generation=self._generation,
            nonce=b"",
            now=now_ms(),
            safe=self._device.safe,
        )


def refuse_version(request: Request) -> None:
    """Refuse a program outside of the hub's window of versions."""
    if request.protocol > protocol.PROTOCOL or request.schema > protocol.SCHEMA:
        raise Refused(426, protocol.TOO_NEW, _("县级平台的版本较旧，请等县里升级；期间照常工作。"))
    if request.protocol < protocol.PROTOCOL or request.schema < protocol.OLDEST_SCHEMA:
        raise Refused(426, protocol.TOO_OLD, _("本机程序的版本太旧，请先升级。"))
