"""Exchange packets that come on a stick: taken in like requests, answered with a file.

Nothing hangs on the order or the number of sticks. Batches merge by their clocks, so that a late or
a doubled packet changes nothing; an answer says from where to where it reaches. Copied disks are
told by the packets' own count, because a stick that is under way says nothing of the rolling nonce.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from nacl.signing import SigningKey
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from county import centres, checking, files, packets
from county.batch import take_apart
from county.centres import LARGEST_DEVICE, Device, Refused, find_device
from county.clock import written
from county.exchanging import Exchange, lock_centre, refuse_version
from county.send import LARGEST_PAGE
from county.storage import Hub, generation, identity
from county.tables import CENTRES, DEVICES, PACKETS
from desktop.sync import protocol
from desktop.sync.packet import (
    TO_CENTRE,
    TO_COUNTY,
    Answer,
    BadPacket,
    Envelope,
    Invitation,
    Packet,
    check_signature,
    damaged,
    fingerprint,
    open_content,
    pack_invitation,
    read_envelope,
    seal,
    unseal,
)
from desktop.sync.protocol import Reply, Request, Status
from desktop.sync.wire import BadMessage, pack, unpack
from desktop.text import _

_ID_BYTES = 16
_LARGEST = 2**62
_MOST_BYTES = 64 * 1024 * 1024
"""Pages and photos of an answer stop here; the next packet goes on."""


@dataclass
class Taken:
    """What became of a packet.

    Attributes:
        answer: The answer's file.
        centre: Whose packet it was.
        device: The PC's number.
        number: The packet's number.
        changes: How many changes were receipted.
        refused: How many records were not taken.
        photos: How many photos came with it.
        more: The answer did not hold everything that is new.
        problem: Why nothing was taken in.
    """

    answer: bytes = b""
    centre: str = ""
    device: int = 0
    number: int = 0
    changes: int = 0
    refused: int = 0
    photos: int = 0
    more: bool = False
    problem: str = ""
    replies: list[Reply] = field(default_factory=list)


def take(hub: Hub, data: bytes) -> Taken:
    """Take in a packet and return the answer for the same PC.

    Raises:
        BadPacket: It is damaged, for another hub, or of an unknown PC.
    """
    envelope = read_envelope(data)
    with hub.reading() as connection:
        own = identity(connection)
        _refuse_foreign(envelope, own)
    if not envelope.device:
        return _let_in(hub, envelope, own)
    with hub.reading() as connection:
        key, centre = _sender(connection, envelope)
    packet = open_content(envelope, Packet, own, key)
    _check(envelope, packet)
    taken = Taken(centre=centre, device=envelope.device, number=envelope.number)
    answer = Answer([], [])
    try:
        _answer(hub, envelope, packet, answer, taken)
    except Refused as refused:
        answer = Answer([], [], fault=refused.fault)
        taken.problem = refused.fault.message
    reply = Envelope(
        TO_CENTRE, envelope.hub, envelope.device, envelope.number, envelope.packet, b""
    )
    taken.answer = seal(reply, answer, key, own)
    taken.more = answer.more
    return taken


def invite(connection: Connection, word: str, url: str, hours: int) -> tuple[bytes, str]:
    """Return an invitation for a PC without a link, and the name of its centre."""
    centre = centres.find_centre(connection, word)
    code = centres.new_code(connection, centre.id, hours)
    key = bytes(identity(connection).verify_key)
    return pack_invitation(Invitation(url, key, code, centre.name)), str(centre.name)


def _let_in(hub: Hub, envelope: Envelope, own: SigningKey) -> Taken:
    """Let a PC in that asks by stick, with the one-time code of its invitation."""
    asked = unseal(envelope, Packet, own).enrol
    if asked is None:
        raise damaged()
    check_signature(envelope, asked.key)
    taken = Taken(number=envelope.number)
    answer = Answer([], [])
    try:
        with hub.writing() as connection:
            answer.enrolled = centres.enrol(connection, asked)
        taken.centre, taken.device = answer.enrolled.centre_name, answer.enrolled.device
    except Refused as refused:
        answer.fault = refused.fault
        taken.problem = refused.fault.message
    reply = Envelope(TO_CENTRE, envelope.hub, 0, envelope.number, envelope.packet, b"")
    taken.answer = seal(reply, answer, asked.key, own)
    return taken


def _refuse_foreign(envelope: Envelope, own: SigningKey) -> None:
    if envelope.way != TO_COUNTY:
        raise BadPacket(_("这是县级给乡镇的回执包。"), _("请在写出交换包的那台电脑上读入。"))
    if envelope.hub != fingerprint(bytes(own.verify_key)):
        raise BadPacket(_("这个交换包是写给别的县级平台的，没有读入。"))


def _check(envelope: Envelope, packet: Packet) -> None:
    numbers = (envelope.number, packet.acknowledged + 1, packet.schema)
    ids = (len(envelope.packet), len(packet.previous) or _ID_BYTES, *map(len, packet.written))
    if not all(0 < number < _LARGEST for number in numbers) or set(ids) != {_ID_BYTES}:
        raise damaged()
    if len(packet.written) > min(protocol.MOST_NOISE, envelope.number - 1):
        raise damaged()


def _sender(connection: Connection, envelope: Envelope) -> tuple[bytes, str]:
    found = None
    if 0 < envelope.device <= LARGEST_DEVICE:
        found = connection.execute(
            select(DEVICES.c.key, CENTRES.c.name)
            .join(CENTRES, CENTRES.c.id == DEVICES.c.centre_id)
            .where(DEVICES.c.id == envelope.device)
        ).first()
    if found is None:
        raise BadPacket(
            _("没有编号为 {id} 的电脑，交换包没有读入。").format(id=envelope.device),
            _("请核对平台的数据库，或让这台电脑重新登记。"),
        )
    return bytes(found.key), str(found.name)


def _answer(hub: Hub, envelope: Envelope, packet: Packet, answer: Answer, taken: Taken) -> None:
    with hub.writing() as connection:
        device = find_device(connection, envelope.device)
        if _is_copy(connection, device, envelope, packet):
            wanted = protocol.ForkRequest(device.id, packet.spare, packet.acknowledged)
            answer.enrolled = centres.split_copy(connection, device, wanted)
            taken.problem = _("这台电脑的数据是恢复或复制来的，已给它新的编号。")
            return
        _note_packet(connection, device, envelope, packet)
        if packet.lost[0] and packet.generation == generation(connection):
            # Before anything of the packet is merged, as online.
            answer.compared = _compare(connection, device, packet, checking.ANYTIME)
    cursor = 0
    for reply, start, held in _replies(hub, device.id, packet):
        cursor = reply.cursor
        taken.replies.append(reply)
        answer.replies.append(pack(reply))
        answer.starts.append(start)
        answer.held.append(held)
        taken.refused += len(reply.refused)
        if reply.status != Status.TAKEN:
            return
        taken.changes += reply.ack + 1 - start[0]
        answer.more = reply.cursor < reply.top
        if sum(map(len, answer.replies)) > _MOST_BYTES:
            break
    if not (packet.lost[0] or answer.more):
        with hub.reading() as connection:
            device = find_device(connection, device.id)
            answer.compared = _compare(connection, device, packet, cursor)
    _take_photos(hub, device, packet, answer, taken)


def _compare(connection: Connection, device: Device, packet: Packet, cursor: int) -> bytes:
    """Return what the hub says to a comparison, packed; nothing where none was asked for."""
    if not packet.held:
        return b""
    return pack(checking.compared(connection, device, packet.held, packet.lost, cursor))


def _is_copy(connection: Connection, device: Device, envelope: Envelope, packet: Packet) -> bool:
    """Tell whether two disks count on from one: the same number for different packets.

    A nonce that is out of date is that of a late stick, unless the PC, when it was online since,
    had not yet written this packet. The nonce before the last is out of date for a disk that does
    not know of the request that was taken under it.
    """
    near = (envelope.number - 1, envelope.number, envelope.number + 1)
    rows = connection.execute(
        select(PACKETS).where(PACKETS.c.device_id == device.id, PACKETS.c.number.in_(near))
    ).all()
    known = {row.number: row for row in rows}
    before, same, after = (known.get(number) for number in near)
    if same is not None:
        return bool(same.packet != envelope.packet)
    told = packets.numbered(envelope.number - 1, packet.written)
    if packets.are_anothers(connection, device.id, told):
        return True
    if before is not None and before.packet != packet.previous:
        return True
    if after is not None and after.previous != envelope.packet:
        return True
    if envelope.number <= device.packets:
        return False
    knows_last = device.mark is None or device.mark in packet.marks
    if packet.generation != generation(connection):
        # The hub was restored: its nonces are old, but it may have told this PC already.
        return device.generation == generation(connection) and not knows_last
    last = packet.nonce == device.nonce
    return not (last or (packet.nonce == device.previous_nonce and knows_last))


def _note_packet(
    connection: Connection, device: Device, envelope: Envelope, packet: Packet
) -> None:
    before = packet.written or ([packet.previous] if packet.previous else [])
    told = packets.numbered(envelope.number, [*before, envelope.packet])
    packets.note(connection, device.id, told)
    connection.execute(
        update(DEVICES)
        .where(DEVICES.c.id == device.id)
        .values(
            packets=max(device.packets, envelope.number),
            schema=min(packet.schema, protocol.SCHEMA),
            last_seen=written(),
        )
    )


def _replies(hub: Hub, device: int, packet: Packet) -> Iterator[tuple[Reply, tuple[int, int], int]]:
    """Give the replies, one transaction each, with where each begins; batches, then pages.

    The last number is that of the PC's last change that the hub then held.
    """
    request = None
    for body in packet.requests:
        try:
            request = unpack(body, Request, protocol.LARGEST_REQUEST)
        except BadMessage as error:
            raise damaged() from error
        request.want = LARGEST_PAGE if request.want else 0
        reply, held = _one(hub, device, request)
        yield reply, (request.first, request.cursor), held
        if reply.status != Status.TAKEN:
            return
    while request is not None and reply.cursor < reply.top:
        request = Request(
            protocol=request.protocol,
            schema=request.schema,
            device=device,
            generation=request.generation,
            nonce=b"",
            first=request.last + 1,
            last=request.last,
            cursor=reply.cursor,
            want=LARGEST_PAGE,
        )
        reply, held = _one(hub, device, request)
        yield reply, (request.first, request.cursor), held


def _one(hub: Hub, device_id: int, request: Request) -> tuple[Reply, int]:
    refuse_version(request)
    try:
        return _in_transaction(hub, device_id, request)
    except IntegrityError:
        # Another centre took the same id in the same moment: this time it is seen beforehand.
        return _in_transaction(hub, device_id, request)


def _in_transaction(hub: Hub, device_id: int, request: Request) -> tuple[Reply, int]:
    try:
        batches = take_apart(request)
    except BadMessage as error:
        raise damaged() from error
    with hub.writing() as connection:
        known = find_device(connection, device_id)
        centre = lock_centre(connection, known.centre_id)
        device = find_device(connection, device_id)
        current = generation(connection)
        reply = Exchange(connection, device, centre, request, current).answer(batches)
        held = max(device.acknowledged, reply.ack)
        if reply.status == Status.TAKEN:
            connection.execute(
                update(DEVICES).where(DEVICES.c.id == device.id).values(acknowledged=held)
            )
        elif reply.status == Status.REWIND:
            # After a restored backup the PC goes on from the nonce that the hub has now.
            reply.nonce = device.nonce
    return reply, held


def _take_photos(hub: Hub, device: Device, packet: Packet, answer: Answer, taken: Taken) -> None:
    for sent in packet.photos:
        # One that is damaged or whose record was refused stays at the PC and comes again.
        with suppress(Refused, IntegrityError):
            files.check(sent)
            files.keep(hub, lambda connection: find_device(connection, device.id), sent)
            taken.photos += 1
    with hub.reading() as connection:
        digests = [sent.digest for sent in packet.photos]
        answer.stored = sorted(files.stored(connection, device.centre_id, digests))
        size = sum(map(len, answer.replies))
        for digest in packet.wanted[: protocol.MOST_FILES]:
            content = files.content(connection, device.centre_id, digest)
            if content is not None and size + len(content) <= _MOST_BYTES:
                size += len(content)
                answer.photos.append(protocol.FileContent(digest, content))
