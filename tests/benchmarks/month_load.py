"""What the PCs of a county send at month's end, made once by the real outbox of a real centre.

A database for each PC would measure this machine's disk. Each PC sends the same changes under ids
of its own: every centre has its own contracts and lots, every PC its own movements, and the PCs of
a centre edit the same contracts in different fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from desktop.models.changes import last_seq
from desktop.models.kinds import Kind
from desktop.models.opening import Centre
from desktop.models.registers import registers_by_number
from desktop.models.store import change_many
from desktop.sync import outbox
from desktop.sync.protocol import Edits, Rows
from desktop.sync.wire import ID_BYTES, pack_column, pack_ids, unpack_column, unpack_ids
from tests.benchmarks.exchange_rows import CONTRACTS, MOVES, add_moves, fill_centre, stored
from tests.helpers.centres import make_centre

_BATCH = 1_500
"""What a PC sends at once over an ordinary link."""
_COUNTER_BITS = 32
_EDITED = [CONTRACTS.by_key[key].number for key in ("phone", "householder", "note", "packages")]


class Message(msgspec.Struct, array_like=True):
    """A batch without what belongs to its sender."""

    count: int
    base: int
    people: list[str]
    inserts: list[Rows]
    edits: list[Edits]


class Load:
    """The messages of a centre that begins and of a PC at month's end.

    Args:
        folder: Where the centre is made.
        changes: How many changes a PC has; half are new movements, half edits of contracts.
    """

    def __init__(self, folder: Path, changes: int) -> None:
        with make_centre(folder) as centre:
            fill_centre(centre, changes // 2, 1)
            self._begun = _batches(centre, 0)
            with centre.store.reading() as session:
                start = last_seq(session)
            add_moves(centre, changes - changes // 2, seed=11)
            ids = [row[0] for row in stored(centre, CONTRACTS)]
            with centre.store.writing() as session:
                edits = [(id, {"phone": f"139{at:08}"}) for at, id in enumerate(ids)]
                change_many(session, CONTRACTS, edits)  # type: ignore[arg-type]
            self._month = _batches(centre, start)

    def beginning(self, centre: int) -> list[Message]:
        """Return what a centre has before the month ends."""
        return [_renamed(each, _ids_of(centre), _ids_of(centre)) for each in self._begun]

    def month(self, centre: int, pc: int) -> list[Message]:
        """Return what one of its PCs sends at month's end."""
        messages = [_renamed(each, _ids_of(pc), _ids_of(centre)) for each in self._month]
        field = _EDITED[pc % len(_EDITED)]
        for message in messages:
            for edits in message.edits:
                edits.fields = [msgspec.structs.replace(one, field=field) for one in edits.fields]
        return messages


def _batches(centre: Centre, start: int) -> list[Message]:
    """Return everything that waits after a change row, as the outbox packs it."""
    made = []
    names: Mapping[str, str] = {centre.store.person_id: centre.store.person_name}
    while True:
        with centre.store.reading() as session:
            batch = outbox.build(session, start, _BATCH, names)
        count = batch.last - batch.first + 1
        made.append(Message(count, batch.base, batch.people, batch.inserts, batch.edits))
        if not batch.more:
            return made
        start = batch.last


Renaming = Callable[[bytes], bytes]


def _ids_of(number: int) -> Renaming:
    """Return what makes an id one of the number's own: its time and its counter stay."""
    key = (number + 1 << _COUNTER_BITS).to_bytes(ID_BYTES)

    def renamed(id: bytes) -> bytes:
        return bytes(one ^ other for one, other in zip(id, key, strict=True))

    return renamed


def _renamed(message: Message, moves: Renaming, others: Renaming) -> Message:
    inserts = [
        Rows(
            rows.table,
            _each(rows.ids, moves if rows.table == MOVES.number else others),
            rows.fields,
            [_column(rows, at, others) for at in range(len(rows.fields))],
        )
        for rows in message.inserts
    ]
    edits = [Edits(each.table, _each(each.ids, others), [*each.fields]) for each in message.edits]
    return msgspec.structs.replace(message, inserts=inserts, edits=edits)


def _each(planes: bytes, renaming: Renaming) -> bytes:
    return pack_ids([renaming(id) for id in unpack_ids(planes)])


def _column(rows: Rows, at: int, renaming: Renaming) -> Any:
    field = registers_by_number()[rows.table].by_number.get(rows.fields[at])
    column = rows.columns[at]
    if field is None or field.kind is not Kind.REFERENCE:
        return column
    return pack_column([each and renaming(each) for each in unpack_column(column)])
