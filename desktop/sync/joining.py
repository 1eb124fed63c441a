"""Asking to be let in by stick, for a PC that has no link at all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from nacl.signing import SigningKey
from nacl.utils import random
from sqlalchemy import func, select

from desktop.models.exchange_tables import CourierPacket
from desktop.models.store import Store
from desktop.sync import account, protocol
from desktop.sync.alone import alone
from desktop.sync.courier import named
from desktop.sync.packet import (
    TO_COUNTY,
    Envelope,
    Invitation,
    Packet,
    fingerprint,
    read_invitation,
    read_packet,
    seal,
    write_packet,
)


def ask_by_stick(store: Store, invitation: Path, path: Path, device_name: str) -> Path:
    """Write a packet by which this PC asks to be let in; returns its file.

    The county's answer is read like every other (:meth:`desktop.sync.courier.Courier.read`); asking
    again with the same invitation is harmless.

    Raises:
        UserError: The file is no invitation, or this PC was let in already.
    """
    asked = read_invitation(read_packet(invitation))
    path = named(path)
    with alone(store.database.home):
        envelope, packet, secret = _ask(store, asked, device_name)
        write_packet(path, seal(envelope, packet, asked.key, SigningKey(secret)))
    return path


def _ask(store: Store, asked: Invitation, device_name: str) -> tuple[Envelope, Packet, bytes]:
    with store.writing() as session:
        state = account.read_row(session)
        # The county invites only whom it does not know, such as after a restored backup.
        again = state is not None and state.hub_key == asked.key
        secret = account.ask_with(session, asked.url, again=again)
        account.write(session, hub_key=asked.key)
        row = CourierPacket(
            number=1 + (session.scalar(select(func.max(CourierPacket.number))) or 0),
            packet=random(16),
            secret=secret,
            first=0,
            last=0,
            written_at=dt.datetime.now().astimezone().isoformat(timespec="seconds"),
        )
        session.add(row)
        packet = Packet(protocol.PROTOCOL, protocol.SCHEMA, 0, b"", b"", b"", 0, [])
        packet.enrol = protocol.EnrolRequest(
            code=asked.code,
            key=account.public_key(secret),
            centre=account.centre_code(session),
            name=device_name,
        )
        hub = fingerprint(asked.key)
        return Envelope(TO_COUNTY, hub, 0, row.number, row.packet, b""), packet, secret
