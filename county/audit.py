"""The edits of one record as the hub has logged them, for the PCs of its own centre."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from county.api import Signed
from county.centres import Device, Refused, authenticate
from county.merge import HUB
from county.storage import Hub
from county.tables import CHANGES, DEVICES, register_tables
from desktop.sync import protocol
from desktop.sync.protocol import COUNTER_BITS, History, HistoryAsked, LoggedEdit
from desktop.sync.wire import ID_BYTES, BadMessage, pack, read
from desktop.text import _

_MOST = 1_000
_LAST_TABLE = 2**15


def history(hub: Hub, request: Signed) -> bytes:
    """Give the newest edits of a record."""
    with hub.reading() as connection:
        device = authenticate(connection, request.device, request.signature, request.signed)
        try:
            asked = read(request.body, HistoryAsked)
        except BadMessage as error:
            raise Refused(400, protocol.MALFORMED, _("请求不完整。")) from error
        if not 0 <= asked.table < _LAST_TABLE or len(asked.id) != ID_BYTES:
            raise Refused(400, protocol.MALFORMED, _("请求不完整。"))
        return pack(_history(connection, device, asked))


def _history(connection: Connection, device: Device, asked: HistoryAsked) -> History:
    if asked.table not in register_tables():
        return History(None, [])
    _register, table = register_tables()[asked.table]
    made = connection.execute(
        select(table.c.dev).where(table.c.id == asked.id, table.c.centre_id == device.centre_id)
    ).scalar()
    if made is None:
        return History(None, [])
    rows = connection.execute(
        select(CHANGES)
        .where(
            CHANGES.c.centre_id == device.centre_id,
            CHANGES.c.t == asked.table,
            CHANGES.c.row_id == asked.id,
        )
        .order_by(CHANGES.c.clock.desc(), CHANGES.c.rev.desc())
        .limit(_MOST)
    ).all()
    names = _names(connection, {made, *(row.dev for row in rows)})
    edits = [
        LoggedEdit(
            field=row.field,
            value=msgspec.msgpack.decode(row.value),
            at=row.clock >> COUNTER_BITS,
            person=row.person,
            device=names.get(row.dev, ""),
            lost=row.lost,
        )
        for row in rows
    ]
    return History(names.get(made, ""), edits)


def _names(connection: Connection, devices: set[int]) -> dict[int, str]:
    rows = connection.execute(
        select(DEVICES.c.id, DEVICES.c.name).where(DEVICES.c.id.in_(devices - {HUB}))
    )
    return {row.id: row.name for row in rows}
