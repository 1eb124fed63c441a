"""Which packets for sticks each PC has written, as far as the hub knows.

Copies of one disk count on from the same number and give it to packets with different ids. A packet
may be long under way, so both sides' counts alone do not tell them apart: a PC whose disk was put
back may have written as many as the disk before it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from county.clock import written
from county.tables import PACKETS


def numbered(last: int, ids: Sequence[bytes]) -> dict[int, bytes]:
    """Return the ids of a PC's last packets by number, the last one having the given number."""
    return dict(zip(range(last - len(ids) + 1, last + 1), ids, strict=True))


def are_anothers(connection: Connection, device: int, told: dict[int, bytes]) -> bool:
    """Tell whether the hub knows one of these packets by another id."""
    known = _known(connection, device, told)
    return any(known.get(number, id) != id for number, id in told.items())


def note(connection: Connection, device: int, told: dict[int, bytes]) -> None:
    """Keep what a PC tells of its packets, those of which it is known what they follow on."""
    known = _known(connection, device, told)
    for number, id in told.items():
        previous = told.get(number - 1, b"" if number == 1 else None)
        if number not in known and previous is not None:
            connection.execute(
                insert(PACKETS).values(
                    device_id=device, number=number, packet=id, previous=previous, at=written()
                )
            )


def _known(connection: Connection, device: int, told: dict[int, bytes]) -> dict[int, bytes]:
    if not told:
        return {}
    found = connection.execute(
        select(PACKETS.c.number, PACKETS.c.packet).where(
            PACKETS.c.device_id == device, PACKETS.c.number.in_(told)
        )
    )
    return {row.number: row.packet for row in found}
