"""A PC's key in wrong hands: what it sends never touches another centre and never ends the hub."""

from __future__ import annotations

import functools
from contextlib import suppress
from typing import TYPE_CHECKING

import zstandard
from nacl.signing import SigningKey

from county import api, centres
from county.api import Signed
from desktop.models.registers import find_register
from desktop.sync import account, protocol
from desktop.sync.account import Account
from desktop.sync.protocol import Edits, FieldEdits, Request, Rows
from desktop.sync.wire import pack, pack_column, pack_ids, unpack
from tests.simulation.link import county

if TYPE_CHECKING:
    from tests.simulation.desks import Desk
    from tests.simulation.work import Numbers
    from tests.simulation.world import World

_BOMB = 256 * 1024 * 1024


def attack(world: World, desk: Desk, n: Numbers) -> None:
    """Send something that no program of ours sends; an answer may say nothing of others."""
    with desk.store.reading() as session:
        own = account.read_account(session)
    kind = n[0] % 6
    body = _body(world, desk, own, kind, n)
    key = SigningKey(bytes(32)) if kind == 5 else SigningKey(own.secret)
    signature = key.sign(protocol.SYNC.encode() + b"\n" + body).signature.hex()
    headers = {
        protocol.DEVICE_HEADER.lower(): str(own.device),
        protocol.SIGNATURE_HEADER.lower(): signature,
    }
    with suppress(centres.Refused), county():
        answer = api.exchange(world.hub.hub, Signed(protocol.SYNC, headers, body))
        reply = unpack(answer, protocol.Reply)
        # Who has not yet heard of a restored hub has none of its nonces: it is only told of that.
        is_told = reply.status == protocol.Status.REWIND and not (reply.inserts or reply.edits)
        assert kind == 0 or (kind == 4 and is_told), f"attack {kind} was answered"
        # A refusal may name the records that were asked for, but say nothing of them.
        assert all(each.theirs is None for each in reply.refused)
        reply.refused = []
        world._look(desk, reply)


def _body(world: World, desk: Desk, own: Account, kind: int, n: Numbers) -> bytes:
    if kind == 1:
        return _bomb()
    if kind == 2:
        return zstandard.compress(bytes(n[1] % 251 for _each in range(40)))
    whole = pack(_foreign(world, desk, own, n))
    if kind == 3:
        return whole[: len(whole) // 2]
    if kind == 4:
        return pack(_replayed(own))
    return whole


@functools.cache
def _bomb() -> bytes:
    """Return a few kilobytes that would fill the memory."""
    return zstandard.compress(bytes(_BOMB))


def _foreign(world: World, desk: Desk, own: Account, n: Numbers) -> Request:
    """Speak of other centres' records as if they were this one's."""
    ids = [id for id, centre in world.story.owners.items() if centre != desk.centre][:50]
    staff = find_register("staff")
    name = staff.by_key["name"].number
    clock = own.clock + 1
    return Request(
        protocol=protocol.PROTOCOL,
        schema=protocol.SCHEMA,
        device=own.device,
        generation=own.generation,
        nonce=own.nonce,
        first=own.acknowledged + 1,
        last=own.acknowledged,
        cursor=0,
        want=n[2],
        base=clock,
        people=["坏人"],
        inserts=[Rows(staff.number, pack_ids(ids), [name], [pack_column(["抢来的"] * len(ids))])],
        edits=[
            Edits(
                staff.number,
                pack_ids(ids),
                [
                    FieldEdits(
                        name,
                        None,
                        pack_column(["改掉的"] * len(ids)),
                        [0] * len(ids),
                        [0] * len(ids),
                    )
                ],
            )
        ]
        if ids
        else [],
    )


def _replayed(own: Account) -> Request:
    """Use a nonce that was never given out."""
    return Request(
        protocol=protocol.PROTOCOL,
        schema=protocol.SCHEMA,
        device=own.device,
        generation=own.generation,
        nonce=bytes(16),
        first=own.acknowledged + 1,
        last=own.acknowledged,
        cursor=own.cursor,
        want=7,
    )
