"""Files of records (photos) at the hub: kept for the centre whose records name them.

They lie in the database, so that one backup has records and photos of the same moment. A file never
changes and is known by its digest: sending it again, or twice at once, makes no difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, union
from sqlalchemy.exc import IntegrityError

from county.api import Signed
from county.centres import Device, Refused, authenticate
from county.clock import written
from county.storage import Hub
from county.tables import FILES, attachment_columns
from desktop.sync import protocol
from desktop.sync.wire import BadMessage, read
from desktop.text import _

_DIGEST = re.compile(r"[0-9a-f]{64}")


def known(hub: Hub, request: Signed) -> bytes:
    """Say which of these files the hub stores for the centre and which it lacks."""
    with hub.reading() as connection:
        device = _device(connection, request)
        asked = _decode(request.body, protocol.FilesAsked).digests
        if len(asked) > protocol.MOST_FILES:
            raise Refused(400, protocol.MALFORMED, _("请求不完整。"))
        held = stored(connection, device.centre_id, asked)
        lacking = _named(connection, device.centre_id, asked) - held
    return msgspec.json.encode(protocol.FilesKnown(sorted(held), sorted(lacking)))


def put(hub: Hub, request: Signed) -> bytes:
    """Take in one file; the answer leaves after the transaction has ended."""
    with hub.reading() as connection:
        # Before anything is unpacked: a stranger's bytes are not worth the memory.
        _device(connection, request)
    try:
        sent = read(request.body, protocol.FileContent)
    except BadMessage as error:
        raise Refused(400, protocol.MALFORMED, _("请求不完整。")) from error
    check(sent)
    with suppress(IntegrityError):  # The same file arrived twice in the same moment: it is here.
        keep(hub, lambda connection: _device(connection, request), sent)
    return b"{}"


def check(sent: protocol.FileContent) -> None:
    """Refuse a file that is too large or not what its digest says."""
    if len(sent.content) > protocol.LARGEST_FILE:
        raise Refused(413, protocol.FILE_TOO_LARGE, _("照片太大，县级平台没有收。"))
    if sha256(sent.content).hexdigest() != sent.digest:
        raise Refused(400, protocol.MALFORMED, _("照片在路上损坏了，请再送一次。"))


def keep(hub: Hub, sender: Callable[[Connection], Device], sent: protocol.FileContent) -> None:
    """Store a file in a transaction of its own, where a record of the sender's centre names it."""
    with hub.writing() as connection:
        device = sender(connection)
        if not _named(connection, device.centre_id, [sent.digest]):
            raise Refused(409, protocol.NO_RECORD, _("县级平台还没有这张照片的记录。"))
        if stored(connection, device.centre_id, [sent.digest]):
            return
        connection.execute(
            insert(FILES).values(
                centre_id=device.centre_id,
                digest=sent.digest,
                size=len(sent.content),
                content=sent.content,
                dev=device.id,
                at=written(),
            )
        )


def get(hub: Hub, request: Signed) -> bytes:
    """Give one file of the device's own centre; of another's it is not there."""
    with hub.reading() as connection:
        device = _device(connection, request)
        wanted = _decode(request.body, protocol.FileWanted).digest
        found = content(connection, device.centre_id, wanted)
    if found is None:
        raise Refused(404, protocol.NO_FILE, _("县级平台还没有这张照片。"))
    return found


def content(connection: Connection, centre_id: int, digest: str) -> bytes | None:
    """Return a file of the centre, None where the hub has not got it."""
    found = connection.execute(
        select(FILES.c.content).where(
            FILES.c.centre_id == centre_id, FILES.c.digest.in_(_sound([digest]))
        )
    ).scalar()
    return None if found is None else bytes(found)


def _device(connection: Connection, request: Signed) -> Device:
    return authenticate(connection, request.device, request.signature, request.signed)


def stored(connection: Connection, centre_id: int, digests: list[str]) -> set[str]:
    """Return which of these files the hub holds for the centre."""
    return set(
        connection.execute(
            select(FILES.c.digest).where(
                FILES.c.centre_id == centre_id, FILES.c.digest.in_(_sound(digests))
            )
        ).scalars()
    )


def _named(connection: Connection, centre_id: int, digests: list[str]) -> set[str]:
    """Return which of them a record of the centre names; deleted records can be put back."""
    sound = _sound(digests)
    parts = [
        select(column).where(column.table.c.centre_id == centre_id, column.in_(sound))
        for column in attachment_columns()
    ]
    return set(connection.execute(union(*parts)).scalars())


def _sound(digests: Iterable[str]) -> list[str]:
    """Leave out what is no digest: PostgreSQL takes no NUL in a text, not even to look for it."""
    return [digest for digest in digests if _DIGEST.fullmatch(digest)]


def _decode(body: bytes, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, protocol.MALFORMED, _("请求不完整。")) from error
