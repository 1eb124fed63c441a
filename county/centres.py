"""Centres and their PCs: who may exchange, and for which centre."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from sqlalchemy import Connection, Row, func, insert, or_, select, update

from county import fences
from county.clock import now_ms, written
from county.storage import generation, identity
from county.tables import CENTRES, CODES, DEVICES
from desktop.errors import NotFound, UserError
from desktop.sync import protocol
from desktop.text import _, in_a_row

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # Without 0 O 1 I L, which people mix up.
_CODE_LENGTH = 10
_KEY_LENGTH = 32
_DIVISION_LENGTH = 12
_LONGEST_NAME = 200
CODE_HOURS = 72
LARGEST_DEVICE = 2**31 - 1
"""What the id's column holds: PostgreSQL refuses to look for a larger one."""


class Refused(Exception):  # noqa: N818 - a request, named as it is answered
    """A request that is refused as a whole.

    Args:
        http: Status of the answer.
        code: Stable code for programs.
        message: Sentence for people.
    """

    def __init__(self, http: int, code: str, message: str) -> None:
        super().__init__(message)
        self.http = http
        self.fault = protocol.Fault(code, message)


@dataclass(frozen=True, slots=True)
class Device:
    """A PC that may exchange, as its credential proves; its centre is never read from a message."""

    id: int
    centre_id: int
    key: bytes
    name: str
    nonce: bytes
    previous_nonce: bytes | None
    last_body: bytes | None
    mark: bytes | None
    generation: int | None
    acknowledged: int
    packets: int
    safe: int
    copy_of: int | None


def new_nonce() -> bytes:
    """Return a nonce for a device's next request."""
    return secrets.token_bytes(16)


def add_centre(connection: Connection, code: str, name: str) -> int:
    """Add a centre by its code and name."""
    code, name = code.strip(), " ".join(name.split())
    if not code or not name:
        raise UserError(_("请给出机构的代码和名称。"))
    for there in connection.execute(select(CENTRES)):
        if there.code == code:
            raise UserError(_("代码“{code}”已经是{name}。").format(code=code, name=there.name))
    values = {"code": code, "name": name, "rev": 0, "clock": 0, "awaits": True}
    made = connection.execute(insert(CENTRES).values(values).returning(CENTRES.c.id))
    return int(made.scalar_one())


def find_centre(connection: Connection, word: str) -> Row[Any]:
    """Return the centre of that code or name."""
    found = connection.execute(
        select(CENTRES).where(or_(CENTRES.c.code == word.strip(), CENTRES.c.name == word.strip()))
    ).all()
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(_("有几家机构名为“{name}”，请用代码。").format(name=word))
    known = connection.execute(select(CENTRES.c.code, CENTRES.c.name).limit(40))
    listed = in_a_row(f"{row.code} {row.name}" for row in known)
    raise NotFound(
        _("没有代码或名称为“{name}”的机构。").format(name=word),
        _("已登记的有：{names}。").format(names=listed or _("无")),
    )


# Letting a PC in


def new_code(connection: Connection, centre_id: int, hours: int = CODE_HOURS) -> str:
    """Return a one-time code for a PC of the centre; only its digest is kept."""
    code = "".join(secrets.choice(_LETTERS) for _each in range(_CODE_LENGTH))
    expires = now_ms() + hours * 3_600_000
    connection.execute(
        insert(CODES).values(digest=_digest(code), centre_id=centre_id, expires_at=expires)
    )
    return f"{code[:5]}-{code[5:]}"


def enrol(connection: Connection, request: protocol.EnrolRequest) -> protocol.Enrolled:
    """Let a PC in for the centre of its code; asking again with the same key is harmless."""
    if len(request.key) != _KEY_LENGTH:
        raise Refused(400, protocol.MALFORMED, _("登记请求不完整。"))
    digest = _digest(request.code)
    # The update takes the row's lock: one code lets in one PC, also when two ask at once.
    code = connection.execute(
        update(CODES)
        .where(CODES.c.digest == digest)
        .values(expires_at=CODES.c.expires_at)
        .returning(CODES)
    ).first()
    if code is None:
        raise Refused(403, protocol.BAD_CODE, _("登记码不正确。"))
    centre = connection.execute(select(CENTRES).where(CENTRES.c.id == code.centre_id)).one()
    if code.device_id is not None:
        device = connection.execute(select(DEVICES).where(DEVICES.c.id == code.device_id)).one()
        if device.key != request.key or device.revoked_at is not None:
            raise Refused(403, protocol.BAD_CODE, _("登记码已经用过，请向县里再要一个。"))
        return _enrolled(connection, device.id, centre, device.nonce)
    if code.expires_at < now_ms():
        raise Refused(403, protocol.BAD_CODE, _("登记码已过期，请向县里再要一个。"))
    _refuse_other_centre(connection, request.centre, centre)
    made, nonce = _add_device(connection, centre.id, request.name, request.key, 0, None)
    connection.execute(update(CODES).where(CODES.c.digest == digest).values(device_id=made))
    return _enrolled(connection, made, centre, nonce)


def split_copy(
    connection: Connection, device: Device, request: protocol.ForkRequest
) -> protocol.Enrolled:
    """Give a restored or copied PC a number of its own in the same centre.

    The old number ends with it: until now either copy may have sent under it, and a PC is never
    given what its own number has sent. Whoever still uses it gets a number of its own too, and with
    it everything anew.
    """
    if len(request.key) != _KEY_LENGTH:
        raise Refused(400, protocol.MALFORMED, _("登记请求不完整。"))
    centre = connection.execute(select(CENTRES).where(CENTRES.c.id == device.centre_id)).one()
    there = connection.execute(
        select(DEVICES).where(DEVICES.c.copy_of == device.id, DEVICES.c.key == request.key)
    ).first()
    if there is not None:
        return _enrolled(connection, there.id, centre, there.nonce)
    made, nonce = _add_device(
        connection, centre.id, device.name, request.key, request.acknowledged, device.id
    )
    connection.execute(
        update(DEVICES)
        .where(DEVICES.c.id == device.id)
        .values(nonce=new_nonce(), previous_nonce=None, last_body=None)
    )
    return _enrolled(connection, made, centre, nonce)


def _refuse_other_centre(connection: Connection, told: str, centre: Row[Any]) -> None:
    """Refuse a code used at a PC whose own code is another centre's."""
    others = connection.execute(select(CENTRES).where(CENTRES.c.id != centre.id))
    for other in others:
        if told and _same_division(other.code, told) and not _same_division(centre.code, told):
            raise Refused(
                409,
                protocol.OTHER_CENTRE,
                _("登记码属于{right}，这台电脑的数据属于{wrong}。").format(
                    right=centre.name, wrong=other.name
                ),
            )


def _same_division(one: str, other: str) -> bool:
    """Compare codes written with 9 or with 12 digits."""
    return one.ljust(_DIVISION_LENGTH, "0") == other.strip().ljust(_DIVISION_LENGTH, "0")


def _add_device(
    connection: Connection,
    centre_id: int,
    name: str,
    key: bytes,
    acknowledged: int,
    copy_of: int | None,
) -> tuple[int, bytes]:
    nonce = new_nonce()
    made = connection.execute(
        insert(DEVICES)
        .values(
            centre_id=centre_id,
            name=name.replace("\x00", "")[:_LONGEST_NAME],
            key=key,
            nonce=nonce,
            acknowledged=acknowledged,
            enrolled_at=written(),
            copy_of=copy_of,
        )
        .returning(DEVICES.c.id)
    )
    return int(made.scalar_one()), nonce


def _enrolled(
    connection: Connection, device: int, centre: Row[Any], nonce: bytes
) -> protocol.Enrolled:
    return protocol.Enrolled(
        device=device,
        centre=centre.code,
        centre_name=centre.name,
        generation=generation(connection),
        nonce=nonce,
        now=now_ms(),
        key=bytes(identity(connection).verify_key),
    )


def _digest(code: str) -> bytes:
    letters = "".join(letter for letter in code.upper() if letter in _LETTERS)
    return blake2b(letters.encode(), digest_size=32, person=b"thdesk-enrol").digest()


# Known PCs


def authenticate(connection: Connection, device_id: str, signature: str, body: bytes) -> Device:
    """Return the device whose key signed the body.

    Raises:
        Refused: Unknown, wrong signature (the same answer), or no longer let in.
    """
    found = None
    if device_id.isdecimal() and len(device_id) < 10:  # noqa: PLR2004 - fits the id's column
        found = connection.execute(select(DEVICES).where(DEVICES.c.id == int(device_id))).first()
    if found is None or not _signed(found.key, signature, body):
        raise Refused(401, protocol.UNKNOWN_DEVICE, _("县级平台不认识这台电脑。"))
    return _let_in(connection, found)


def find_device(connection: Connection, device_id: int) -> Device:
    """Return the device of that number, whose signature the caller checks.

    Raises:
        Refused: Unknown, or no longer let in.
    """
    found = connection.execute(select(DEVICES).where(DEVICES.c.id == device_id)).first()
    if found is None:
        raise Refused(401, protocol.UNKNOWN_DEVICE, _("县级平台不认识这台电脑。"))
    return _let_in(connection, found)


def numbers_before(connection: Connection, device: Device) -> frozenset[int]:
    """Return the numbers under which a disk exchanged before it was known as restored or copied."""
    numbers: set[int] = set()
    number = device.copy_of
    while number is not None:
        numbers.add(number)
        number = connection.execute(
            select(DEVICES.c.copy_of).where(DEVICES.c.id == number)
        ).scalar()
    return frozenset(numbers)


def _let_in(connection: Connection, found: Row[Any]) -> Device:
    if found.revoked_at is not None:
        raise Refused(403, protocol.REVOKED, _("这台电脑已被县里停用。"))
    fences.confine(connection, found.centre_id)
    return Device(
        id=found.id,
        centre_id=found.centre_id,
        key=found.key,
        name=found.name,
        nonce=found.nonce,
        previous_nonce=found.previous_nonce,
        last_body=found.last_body,
        mark=found.mark,
        generation=found.generation,
        acknowledged=found.acknowledged,
        packets=found.packets,
        safe=found.safe,
        copy_of=found.copy_of,
    )


def _signed(key: bytes, signature: str, body: bytes) -> bool:
    try:
        VerifyKey(key).verify(body, bytes.fromhex(signature))
    except (BadSignatureError, ValueError):
        return False
    return True


def devices(connection: Connection) -> list[dict[str, Any]]:
    """Return every PC with its centre, in the order they were let in."""
    found = connection.execute(
        select(
            DEVICES.c.id,
            CENTRES.c.code.label("centre"),
            CENTRES.c.name.label("centre_name"),
            DEVICES.c.name,
            DEVICES.c.enrolled_at,
            DEVICES.c.last_seen,
            DEVICES.c.acknowledged,
            DEVICES.c.cursor,
            DEVICES.c.revoked_at,
            DEVICES.c.copy_of,
        )
        .join(CENTRES, CENTRES.c.id == DEVICES.c.centre_id)
        .order_by(DEVICES.c.id)
    )
    return [dict(row._mapping) for row in found]  # noqa: SLF001 - SQLAlchemy's documented name


def revoke(connection: Connection, device_id: int) -> None:
    """No longer let a PC in; what it has sent stays."""
    done = connection.execute(
        update(DEVICES)
        .where(DEVICES.c.id == device_id, DEVICES.c.revoked_at.is_(None))
        .values(revoked_at=written())
    )
    if not done.rowcount:
        known = connection.execute(select(func.count()).select_from(DEVICES)).scalar_one()
        raise NotFound(
            _("没有编号为 {id} 的在用电脑。").format(id=device_id),
            _("共登记 {count} 台，见 county-hub devices。").format(count=known),
        )
