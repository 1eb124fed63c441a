"""What a PC asks to find where it differs from the hub: buckets, then records, then their values.

In the ordinary case one small question and an empty answer is all. A restored hub tells with the
values which of them the PC had seen before, so that what the PC has instead came after them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Table, select

from county import digesting
from county.api import Signed
from county.batch import select_by_id
from county.centres import Device, Refused, authenticate
from county.clock import now_ms
from county.history import Logged, read_histories, winner
from county.merge import HUB
from county.send import pack_rows
from county.storage import Hub, generation
from county.tables import CHANGES, RESTORATIONS, column_of, register_tables
from desktop.models.register import DELETED_AT, Register
from desktop.sync import protocol
from desktop.sync.digests import (
    BUCKETS,
    MOST_FETCHED,
    OFFERED,
    UNSEEN,
    CheckAnswer,
    CheckAsked,
    Compared,
    FetchAnswer,
    FetchAsked,
    Held,
    RecordsAnswer,
    RecordsAsked,
    TableDigest,
    bucket_of,
    digest_of,
    hashes_of,
    pack_hashes,
    total,
    unpack_hashes,
)
from desktop.sync.wire import BadMessage, pack, pack_ids, unpack, unpack_ids
from desktop.text import _

_LARGEST = 2**62
ANYTIME = _LARGEST - 1
"""A cursor behind which nothing was written."""

_LARGEST_QUESTION = 1024 * 1024

Message = TypeVar("Message")


def compare(hub: Hub, request: Signed) -> bytes:
    """Give the digests of the registers in which the PC differs from the hub."""
    with hub.reading() as connection:
        device, asked = _open(connection, request, CheckAsked)
        return pack(differing(connection, device, asked))


def records(hub: Hub, request: Signed) -> bytes:
    """Give the records of some buckets of a register, each with its hash."""
    with hub.reading() as connection:
        device, asked = _open(connection, request, RecordsAsked)
        return pack(hashes(connection, device, asked))


def fetch(hub: Hub, request: Signed) -> bytes:
    """Give records of the PC's own centre whole; of another's they are not there."""
    with hub.reading() as connection:
        device, asked = _open(connection, request, FetchAsked)
        return pack(whole(connection, device, asked))


def compared(
    connection: Connection,
    device: Device,
    held: Sequence[Held],
    lost: tuple[int, int],
    cursor: int,
) -> Compared:
    """Answer all questions of a comparison at once, for a PC that sends what it has on a stick.

    Raises:
        Refused: It says what no PC could.
    """
    of_pc = {each.total.table: each for each in held}
    answer = differing(connection, device, CheckAsked([each.total for each in of_pc.values()]))
    told = Compared(answer, {}, [], restored=bool(lost[0]))
    for each in answer.differing:
        own = of_pc[each.table]
        every = RecordsAsked(each.table, own.total.fields, list(range(BUCKETS)), cursor)
        found = told.records[each.table] = hashes(connection, device, every)
        try:
            there = dict(zip(unpack_ids(own.ids), unpack_hashes(own.hashes), strict=True))
        except ValueError as error:
            raise _malformed() from error
        theirs = zip(unpack_ids(found.ids), unpack_hashes(found.hashes), strict=True)
        # What a PC lacks comes with the pages, unless those have all come before.
        apart = [
            id
            for id, hashed in theirs
            if there.get(id) != hashed and (id in there or not told.restored)
        ]
        for start in range(0, len(apart), MOST_FETCHED):
            ids = pack_ids(apart[start : start + MOST_FETCHED])
            asked = FetchAsked(each.table, ids, *lost)
            told.fetched.append(whole(connection, device, asked))
    return told


def differing(connection: Connection, device: Device, asked: CheckAsked) -> CheckAnswer:
    """Return the digests of the registers in which a PC differs from the hub."""
    found = []
    for number, each in {each.table: each for each in asked.tables}.items():
        known = register_tables().get(number)
        if known is None:
            continue
        register, table = known
        numbers = _known(register, each.fields)
        rows = digesting.values(connection, device.centre_id, register, table, numbers)
        made = digest_of(numbers, rows)
        if total(made) != (each.count, each.sum):
            counts, sums = zip(*made, strict=True)
            found.append(TableDigest(number, list(counts), list(sums)))
    return CheckAnswer(generation(connection), now_ms(), found)


def hashes(connection: Connection, device: Device, asked: RecordsAsked) -> RecordsAnswer:
    """Return the records of some buckets of a register, each with its hash."""
    register, table = _register(asked.table)
    wanted = frozenset(asked.buckets)
    if not wanted <= frozenset(range(BUCKETS)) or not 0 <= asked.cursor < _LARGEST:
        raise _malformed()
    numbers = _known(register, asked.fields)
    rows = digesting.values(connection, device.centre_id, register, table, numbers)
    inside = (row for row in rows if isinstance(row[0], bytes) and bucket_of(row[0]) in wanted)
    found = dict(hashes_of(numbers, inside))
    moved = _moved(connection, device.centre_id, register, table, asked.cursor)
    places = [at for at, id in enumerate(found) if id in moved]
    return RecordsAnswer(pack_ids(list(found)), pack_hashes(found.values()), places)


def whole(connection: Connection, device: Device, asked: FetchAsked) -> FetchAnswer:
    """Return records of a PC's own centre whole, with what it had seen of a hub restored since."""
    register, table = _register(asked.table)
    try:
        ids = unpack_ids(asked.ids)
    except BadMessage as error:
        raise _malformed() from error
    if len(ids) > MOST_FETCHED or not 0 <= asked.generation < _LARGEST:
        raise _malformed()
    found = select_by_id(connection, table, ids)
    rows = [row for row in found if row.centre_id == device.centre_id]
    numbers = [DELETED_AT, *register.by_number]
    names = ["id", *(column_of(register, each) for each in numbers)]
    packed = pack_rows(register, [[getattr(row, name) for name in names] for row in rows])
    stamps: list[list[int]] = []
    if asked.generation:
        stamps = _Seen(connection, device.centre_id, asked).stamps(register, rows, numbers)
    return FetchAnswer(packed, stamps)


def _open(connection: Connection, request: Signed, kind: type[Message]) -> tuple[Device, Message]:
    device = authenticate(connection, request.device, request.signature, request.signed)
    try:
        return device, unpack(request.body, kind, _LARGEST_QUESTION)
    except BadMessage as error:
        raise _malformed() from error


def _register(number: int) -> tuple[Register, Table]:
    known = register_tables().get(number)
    if known is None:
        raise _malformed()
    return known


def _malformed() -> Refused:
    return Refused(400, protocol.MALFORMED, _("请求不完整。"))


def _known(register: Register, numbers: Iterable[int]) -> list[int]:
    """Return the fields that both sides know, in the order of the PC."""
    known = {DELETED_AT, *register.by_number}
    return [each for each in dict.fromkeys(numbers) if each in known]


def _moved(
    connection: Connection, centre_id: int, register: Register, table: Table, cursor: int
) -> set[bytes]:
    """Return the records that were made or edited since a cursor."""
    made = select(table.c.id).where(table.c.centre_id == centre_id, table.c.rev > cursor)
    edited = select(CHANGES.c.row_id).where(
        CHANGES.c.centre_id == centre_id,
        CHANGES.c.rev > cursor,
        CHANGES.c.t == register.number,
    )
    return {*connection.scalars(made), *connection.scalars(edited)}


class _Seen:
    """What a PC had seen of a hub before that hub was restored."""

    def __init__(self, connection: Connection, centre_id: int, asked: FetchAsked) -> None:
        self._connection = connection
        self._centre_id = centre_id
        self._cursor = asked.cursor
        restored = connection.execute(
            select(RESTORATIONS).where(
                RESTORATIONS.c.centre_id == centre_id,
                RESTORATIONS.c.generation == generation(connection),
                RESTORATIONS.c.before == asked.generation,
            )
        ).first()
        # Of a hub that was restored twice meanwhile nobody knows what its revisions were.
        self._top: int = restored.rev if restored else 0
        self._step: int = restored.step if restored else 0

    def stamps(
        self, register: Register, rows: Sequence[Row[Any]], numbers: Sequence[int]
    ) -> list[list[int]]:
        """Return for each field what the PC had seen of each record."""
        ids = [row.id for row in rows]
        found = read_histories(self._connection, self._centre_id, register.number, ids)
        return [
            [self._stamp(row, found.get(row.id, {}).get(number, ())) for row in rows]
            for number in numbers
        ]

    def _stamp(self, row: Row[Any], history: Iterable[Logged]) -> int:
        standing = winner(history)
        rev = standing.rev if standing else row.rev
        offered = standing and not standing.person and standing.dev != HUB
        if offered and rev > self._top and self._cursor > self._top - self._step:
            # This PC had seen more than the backup, too: which of the two is later, nobody knows.
            return OFFERED
        if rev > self._top or rev - self._step > self._cursor:
            return UNSEEN
        return standing.clock if standing else 0
