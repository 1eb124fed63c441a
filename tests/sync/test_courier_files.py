"""Files of sticks that are not for here, damaged or forged, and letting in by stick."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
import zstandard
from nacl.signing import SigningKey
from sqlalchemy import text

from county import centres, courier
from county.storage import Hub, identity
from desktop.errors import UserError
from desktop.sync import account, protocol
from desktop.sync import packet as packets
from desktop.sync.client import Declined
from desktop.sync.engine import Engine
from desktop.sync.joining import ask_by_stick
from desktop.sync.packet import BadPacket
from tests.sync.parts import (
    CODE,
    NAME,
    PC,
    add_centre,
    code_for,
    everything,
    staff,
)
from tests.sync.sticks import Stick, pair, same, stick

MakePC = Callable[..., PC]

__all__ = ["pair", "stick"]


def test_files_that_are_not_for_here_are_refused_in_words(
    hub: Hub, pair: tuple[PC, PC], stick: Stick, tmp_path: Path
) -> None:
    one, other = pair
    packet = stick.write(one)
    answer = stick.county(packet)
    with pytest.raises(BadPacket, match="写给县级"):
        stick.read(one, packet)
    with pytest.raises(BadPacket, match="给乡镇的回执包"):
        stick.county(answer)
    with pytest.raises(BadPacket, match="1 号电脑"):
        stick.read(other, answer)
    elsewhere = Hub(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    elsewhere.create()
    with pytest.raises(BadPacket, match="别的县级平台"):
        courier.take(elsewhere, packet.read_bytes())
    add_centre(elsewhere)
    other.client = None
    with other.store.writing() as session:
        session.execute(text("UPDATE sync_state SET device = NULL"))
    other.join(elsewhere, code_for(elsewhere))
    foreign = Stick(elsewhere, stick.folder)
    theirs = foreign.county(foreign.write(other))
    with pytest.raises(BadPacket, match="别的县级平台"):
        stick.read(one, theirs)
    elsewhere.close()


def test_damaged_files_are_refused_in_words(hub: Hub, pair: tuple[PC, PC], stick: Stick) -> None:
    one, _other = pair
    one.save("staff", staff("王小明"))
    packet = stick.write(one)
    answer = stick.county(packet).read_bytes()
    whole = packet.read_bytes()
    assert "王小明".encode() not in whole
    chooser = random.Random(5)
    broken = stick.folder / "坏.thx"
    for _each in range(60):
        for data, read in (
            (whole, lambda: courier.take(hub, broken.read_bytes())),
            (answer, lambda: stick.read(one, broken)),
        ):
            place = chooser.randrange(len(data))
            cut = chooser.random() < 0.5
            bent = data[:place] if cut else flipped(data, place)
            broken.write_bytes(bent)
            with pytest.raises(BadPacket):
                read()
    assert one.status().waiting > 0


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_a_packet_changed_on_the_way_and_sealed_anew_is_refused(
    hub: Hub, pair: tuple[PC, PC], stick: Stick
) -> None:
    one, other = pair
    one.save("staff", staff("王小明"))
    envelope = packets.read_envelope(stick.write(one).read_bytes())
    with other.store.reading() as session:
        envelope.device = account.read_account(session).device
    body = msgspec.msgpack.encode(envelope)
    forged = packets._MAGIC + sha256(body).digest() + body
    with pytest.raises(BadPacket, match="签名"):
        courier.take(hub, forged)


@pytest.mark.parametrize(
    "bend",
    [
        lambda envelope, _packet: setattr(envelope, "number", 2**63),
        lambda envelope, _packet: setattr(envelope, "number", 0),
        lambda envelope, _packet: setattr(envelope, "packet", b"short"),
        lambda _envelope, packet: setattr(packet, "previous", b"x"),
        lambda _envelope, packet: setattr(packet, "acknowledged", 2**63),
        lambda _envelope, packet: setattr(packet, "requests", [b"nothing"]),
        lambda _envelope, packet: setattr(packet, "requests", [bomb()]),
        lambda _envelope, packet: setattr(packet, "wanted", ["x" * 64] * 10_000),
    ],
)
def test_a_hostile_packet_does_no_harm(
    hub: Hub, pair: tuple[PC, PC], stick: Stick, bend: Callable[..., None]
) -> None:
    one, _other = pair
    one.save("staff", staff("王小明"))
    with hub.reading() as connection:
        own = identity(connection)
    with one.store.reading() as session:
        secret = account.read_account(session).secret
    envelope = packets.read_envelope(stick.write(one).read_bytes())
    packet = packets.unseal(envelope, packets.Packet, own)
    packet.photos = [protocol.FileContent("0" * 64, b"another content")]
    bend(envelope, packet)
    data = packets.seal(envelope, packet, bytes(own.verify_key), SigningKey(secret))
    with contextlib.suppress(BadPacket):
        assert courier.take(hub, data).photos == 0
    assert stick.round(one).waiting == 0
    same(hub, one)


def bomb() -> bytes:
    """Return a few bytes that would grow beyond what a message may."""
    return zstandard.ZstdCompressor().compress(bytes(protocol.LARGEST_MESSAGE + 1))


def test_a_revoked_pc_is_told_by_the_answer(hub: Hub, pair: tuple[PC, PC], stick: Stick) -> None:
    one, _other = pair
    one.save("staff", staff("王小明"))
    packet = stick.write(one)
    with hub.writing() as connection:
        centres.revoke(connection, 1)
    answer = stick.county(packet)
    with pytest.raises(Declined, match="停用") as told:
        stick.read(one, answer)
    assert told.value.code == protocol.REVOKED
    with hub.reading() as connection:
        assert everything(connection)["staff"] == {}


def test_a_pc_without_a_link_is_let_in_by_stick(hub: Hub, make_pc: MakePC, stick: Stick) -> None:
    pc = make_pc()
    pc.save("staff", staff("王小明"))
    invitation = stick.folder / "邀请"
    with hub.writing() as connection:
        content, name = courier.invite(connection, CODE, "", 72)
    assert name == NAME
    invitation.write_bytes(content)
    lost = ask_by_stick(pc.store, invitation, stick.folder / "申请1", "没网的电脑")
    asked = ask_by_stick(pc.store, invitation, stick.folder / "申请2", "没网的电脑")
    answer = stick.county(asked)
    stick.county(lost)
    report = stick.read(pc, answer)
    assert (report.joined, report.copied, report.again) == (True, False, True)
    with pytest.raises(BadPacket):
        stick.read(pc, answer)
    assert stick.round(pc).waiting == 0
    same(hub, pc)
    with pytest.raises(UserError, match="交换包"):
        Engine(pc.store).exchange()
    other = make_pc(person="张会计")
    with pytest.raises(Declined, match="登记码已经用过"):
        stick.read(
            other,
            stick.county(ask_by_stick(other.store, invitation, stick.folder / "申请3", "乙")),
        )
    with pytest.raises(BadPacket, match="登记邀请"):
        ask_by_stick(other.store, asked, stick.folder / "申请4", "乙")
    with hub.reading() as connection:
        assert len(centres.devices(connection)) == 1
