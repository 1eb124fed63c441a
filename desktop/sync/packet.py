"""Exchange packets (交换包): the same batches and pages as online, in a file on a stick.

A packet is sealed to the hub and signed by the PC, its answer is sealed to the PC and signed by the
hub. Neither the order nor the loss nor the doubling of sticks does harm: receipts and pages say
from where to where they reach.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec
from nacl.exceptions import BadSignatureError, CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey

from desktop.errors import UserError
from desktop.models.replacing import write_whole
from desktop.models.storage_errors import explained
from desktop.sync.digests import Held
from desktop.sync.protocol import Enrolled, EnrolRequest, Fault, FileContent
from desktop.sync.wire import BadMessage, read
from desktop.text import _

SUFFIX = ".thx"
LARGEST_PACKET = 256 * 1024 * 1024
"""Bytes of a file that either side reads into its memory."""

_MAGIC = b"THDESK-EXCHANGE\x01"
_INVITATION = b"THDESK-INVITATION\x01"
_DIGEST_BYTES = 32
_FINGERPRINT_BYTES = 8

TO_COUNTY = "to_county"
TO_CENTRE = "to_centre"


class Envelope(msgspec.Struct, array_like=True):
    """What of a packet can be read by anyone: for whom it is and from whom, nothing of its content.

    Attributes:
        way: ``TO_COUNTY`` or ``TO_CENTRE``.
        hub: Fingerprint of the hub's key.
        device: The hub's number for the PC.
        number: Count of the PC's packets; an answer repeats it.
        packet: The packet's random id; an answer repeats it.
        sealed: The content.
        signature: Over all of the above.
    """

    way: str
    hub: bytes
    device: int
    number: int
    packet: bytes
    sealed: bytes
    signature: bytes = b""


class Packet(msgspec.Struct, array_like=True):
    """What a PC sends.

    Attributes:
        protocol: ``PROTOCOL`` of the sender.
        schema: ``SCHEMA`` of the sender.
        generation: The hub's generation as the PC knows it.
        nonce: The nonce the PC would use online: an unknown one may mean a copied disk.
        previous: Id of the packet that this PC wrote before, empty for its first.
        spare: Public key for a number of its own, should this be a copied disk.
        acknowledged: Last change number with a receipt.
        requests: Packed ``Request`` messages; the last one asks for what is new.
        photos: Files of records.
        wanted: Digests of files that the PC lacks.
    """

    protocol: int
    schema: int
    generation: int
    nonce: bytes
    previous: bytes
    spare: bytes
    acknowledged: int
    requests: list[bytes]
    photos: list[FileContent] = msgspec.field(default_factory=list)
    wanted: list[str] = msgspec.field(default_factory=list)
    enrol: EnrolRequest | None = None
    """Instead of anything else: a PC without a link asks to be let in; its device is 0."""
    marks: list[bytes] = msgspec.field(default_factory=list)
    """The marks of the requests that this PC has sent online under the nonce."""
    written: list[bytes] = msgspec.field(default_factory=list)
    """Ids of the last packets that this PC wrote before, in their order."""
    lost: tuple[int, int] = (0, 0)
    """Generation and revision up to which this PC had seen a hub that was restored since."""
    held: list[Held] = msgspec.field(default_factory=list)
    """What this PC has, where the two sides are to be compared."""


class Answer(msgspec.Struct, array_like=True):
    """What the hub gives back.

    Attributes:
        replies: Packed ``Reply`` messages, in the order of the requests, then further pages.
        starts: For each reply the first change number it receipts and the revision its page
            follows on.
        more: Pages did not all fit; the next packet goes on.
        enrolled: The PC is a copy: its own number from now on.
        fault: Why nothing was taken in.
        stored: Digests of files that the hub holds by now.
        photos: Files of records that the PC lacked.
        held: For each reply the last change number that the hub held, online or by other packets,
            when it read the page: the page says nothing of fields that were edited since.
        compared: A packed ``Compared``, empty where the packet did not ask for it.
    """

    replies: list[bytes]
    starts: list[tuple[int, int]]
    more: bool = False
    enrolled: Enrolled | None = None
    fault: Fault | None = None
    stored: list[str] = msgspec.field(default_factory=list)
    photos: list[FileContent] = msgspec.field(default_factory=list)
    held: list[int] = msgspec.field(default_factory=list)
    compared: bytes = b""


class Invitation(msgspec.Struct, array_like=True):
    """What a PC without a link needs to ask to be let in: as good as a one-time code on paper.

    Attributes:
        url: The hub's address for later, blank where it has none.
        key: The hub's key.
        code: The one-time code.
        centre: Name of the centre it is for.
    """

    url: str
    key: bytes
    code: str
    centre: str


Content = TypeVar("Content", Packet, Answer)


class BadPacket(UserError):  # noqa: N818 - named as the person meets it
    """A file that is no exchange packet, or one that is not for here."""


def fingerprint(hub_key: bytes) -> bytes:
    """Return what tells one hub's key from another's."""
    return sha256(hub_key).digest()[:_FINGERPRINT_BYTES]


def seal(
    envelope: Envelope, content: Packet | Answer, receiver: bytes, sender: SigningKey
) -> bytes:
    """Return the bytes of a file with this content, for the holder of the receiver's key alone."""
    box = SealedBox(VerifyKey(receiver).to_curve25519_public_key())
    # The batches inside are compressed already; photos cannot be made smaller.
    envelope.sealed = box.encrypt(msgspec.msgpack.encode(content))
    envelope.signature = b""
    envelope.signature = sender.sign(_signed(envelope)).signature
    body = msgspec.msgpack.encode(envelope)
    return _MAGIC + sha256(body).digest() + body


def check_place(path: Path) -> None:
    """Refuse a place where no file can be written, before anything is done for its content.

    Raises:
        UserError: It is a folder, or in none.
    """
    if path.is_dir():
        raise UserError(_("“{file}”是文件夹。").format(file=path), _("请写明文件名。"))
    if not path.parent.is_dir():
        raise UserError(
            _("没有“{folder}”这个文件夹。").format(folder=path.parent),
            _("请插好U盘，或另选位置。"),
        )


def write_packet(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    check_place(path)
    write_whole(path, content)


def read_packet(path: Path) -> bytes:
    """Return the bytes of a file that was brought on a stick."""
    with explained():
        try:
            if path.stat().st_size > LARGEST_PACKET:
                raise damaged()
            return path.read_bytes()
        except (FileNotFoundError, IsADirectoryError) as error:
            raise UserError(
                _("没有“{file}”这个文件。").format(file=path), _("请插好U盘，再选一次。")
            ) from error


def pack_invitation(invitation: Invitation) -> bytes:
    """Return the bytes of an invitation's file."""
    return _INVITATION + msgspec.msgpack.encode(invitation)


def read_invitation(data: bytes) -> Invitation:
    """Return the invitation in a file.

    Raises:
        BadPacket: It is none.
    """
    try:
        if data.startswith(_INVITATION):
            return read(data[len(_INVITATION) :], Invitation)
    except BadMessage:
        pass
    raise BadPacket(_("这个文件不是县里的登记邀请。"), _("请向县里要登记邀请文件。"))


def read_envelope(data: bytes) -> Envelope:
    """Return a file's envelope.

    Raises:
        BadPacket: It is no exchange packet, or a damaged one.
    """
    if not data.startswith(_MAGIC[:-1]):
        raise BadPacket(_("这个文件不是交换包。"), _("交换包的文件名以 .thx 结尾。"))
    if not data.startswith(_MAGIC):
        raise BadPacket(_("这个交换包由更新的版本写成。"), _("请先升级程序。"))
    body = data[len(_MAGIC) + _DIGEST_BYTES :]
    try:
        if sha256(body).digest() != data[len(_MAGIC) :][:_DIGEST_BYTES]:
            raise damaged()
        return read(body, Envelope)
    except BadMessage as error:
        raise damaged() from error


def open_content(
    envelope: Envelope, kind: type[Content], receiver: SigningKey, sender: bytes
) -> Content:
    """Return the content of an envelope.

    Raises:
        BadPacket: The sender did not sign it, or it is not for this receiver.
    """
    check_signature(envelope, sender)
    return unseal(envelope, kind, receiver)


def check_signature(envelope: Envelope, sender: bytes) -> None:
    """Refuse an envelope that the holder of this key did not sign."""
    signature, envelope.signature = envelope.signature, b""
    try:
        VerifyKey(sender).verify(_signed(envelope), signature)
    except (BadSignatureError, ValueError) as error:
        raise BadPacket(
            _("这个交换包的签名不对，没有读入。"), _("它可能被改动过，请重新写一个。")
        ) from error


def unseal(envelope: Envelope, kind: type[Content], receiver: SigningKey) -> Content:
    """Return the content for its receiver, whoever has signed it."""
    try:
        box = SealedBox(receiver.to_curve25519_private_key())
        return read(box.decrypt(envelope.sealed), kind)
    except (CryptoError, BadMessage) as error:
        raise damaged() from error


def damaged() -> BadPacket:
    """Return the sentence for a damaged file."""
    return BadPacket(_("这个交换包已损坏或不完整。"), _("请重新拷贝，或再写一个。"))


def _signed(envelope: Envelope) -> bytes:
    return _MAGIC + msgspec.msgpack.encode(envelope)
