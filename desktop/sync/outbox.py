"""What waits for the hub: the changes since its last receipt, made into a batch.

A change row holds no values. At sending time the present value of each changed field is read, so
ten edits of a field travel as one. A record's *other* waiting edits go with it: a present value
under the stamp of an earlier edit would let that earlier edit beat another PC's later one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from desktop.models.changes import NEW_RECORD, columns_by_number
from desktop.models.exchange_tables import SyncRefused
from desktop.models.kinds import Kind
from desktop.models.local import Change
from desktop.models.register import Register
from desktop.models.registers import registers_by_number
from desktop.sync import seen
from desktop.sync.account import Account
from desktop.sync.protocol import PROTOCOL, SCHEMA, Edits, FieldEdits, Request, Rows
from desktop.sync.wire import pack_column, pack_ids

_CHUNK = 500
_LAST = 2**62
WHOLE_RECORD = -1
_CHANGES = "SELECT seq, t, record_id, mask, hlc, person FROM change WHERE"
_ANSWERS = {None: None, 0: False, 1: True}
"""Yes and no as the driver gives them, and what they mean."""

Record = tuple[int, bytes]
"""A record by its register's number and its id."""


class Stamp(NamedTuple):
    """When and by whom a field was edited."""

    hlc: int
    person: str


@dataclass(slots=True)
class Batch:
    """Edits on their way to the hub.

    Attributes:
        first: First change number of the batch.
        last: Last change number; ``first - 1`` where nothing waits.
        more: Further changes wait behind it, or nothing new is to be asked for with it.
        seen: The hub's revision that its authors had seen, None for the present cursor.
        new: New records by register.
        edited: Stamps of the edited fields by record.
        resent: Records that carry again what the hub refused of them, None where that is not known.
    """

    first: int
    last: int
    more: bool
    new: dict[int, dict[bytes, Stamp]] = field(default_factory=lambda: defaultdict(dict))
    edited: dict[Record, dict[int, Stamp]] = field(default_factory=lambda: defaultdict(dict))
    people: list[str] = field(default_factory=list)
    base: int = 0
    inserts: list[Rows] = field(default_factory=list)
    edits: list[Edits] = field(default_factory=list)
    seen: int | None = None
    resent: set[Record] | None = None

    @property
    def records(self) -> set[Record]:
        """Return every record in the batch."""
        new = {(number, id) for number, ids in self.new.items() for id in ids}
        return new | set(self.edited)


class Queue:
    """How much waits, and whether edits are among it, without counting it anew for every batch."""

    def __init__(self) -> None:
        self._acknowledged = self._top = self._waiting = 0
        self._last_edit = self._edits_upto = 0

    def waiting(self, session: Session, acknowledged: int) -> int:
        """Return how many change rows have no receipt."""
        if acknowledged < self._acknowledged:  # The hub was restored: more waits than before.
            self._acknowledged = self._top = self._waiting = 0
        if self._top <= acknowledged:
            self._acknowledged, self._top, self._waiting = acknowledged, acknowledged, 0
        ((receipted,),) = _raw(
            session,
            "SELECT count(*) FROM change WHERE seq > ? AND seq <= ?",
            (self._acknowledged, acknowledged),
        )
        ((new, top),) = _raw(
            session, "SELECT count(*), max(seq) FROM change WHERE seq > ?", (self._top,)
        )
        self._waiting += new - receipted
        self._acknowledged, self._top = acknowledged, top or self._top
        return self._waiting

    def has_edits_behind(self, session: Session, seq: int) -> bool:
        """Tell whether an edit, not only new records, waits behind a change."""
        ((top, edit),) = _raw(
            session,
            # The index holds edits only: a first upload's hundred thousand new records are not met.
            "SELECT (SELECT max(seq) FROM change), (SELECT max(seq) FROM change"
            " INDEXED BY ix_change_record WHERE mask > 0 AND seq > ?)",
            (self._edits_upto,),
        )
        self._edits_upto = top or self._edits_upto
        self._last_edit = edit or self._last_edit
        return self._last_edit > seq


def waiting(session: Session, acknowledged: int) -> int:
    """Return how many change rows have no receipt."""
    return Queue().waiting(session, acknowledged)


def build(
    session: Session,
    acknowledged: int,
    limit: int,
    names: Mapping[str, str],
    queue: Queue | None = None,
) -> Batch:
    """Return the next batch of at most ``limit`` changes, with what else waits of its records."""
    mark = seen.mark_after(session, acknowledged)
    upto = mark.seq if mark is not None else _LAST
    rows = _raw(
        session,
        f"{_CHANGES} seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
        (acknowledged, upto, limit + 1),
    )
    taken = rows[:limit]
    last = taken[-1][0] if taken else acknowledged
    batch = Batch(acknowledged + 1, last, more=len(rows) > limit or mark is not None)
    batch.seen = mark.cursor if mark is not None else None
    _note(batch, taken)
    if batch.more and (queue or Queue()).has_edits_behind(session, last):
        _note_behind(session, batch)
    _add_refused(session, batch)
    _read_values(session, batch, names)
    return batch


def sent(session: Session, first: int, last: int) -> Batch:
    """Return again what a batch said of its records, without their values."""
    batch = Batch(first, last, more=False)
    _note(batch, _raw(session, f"{_CHANGES} seq BETWEEN ? AND ? ORDER BY seq", (first, last)))
    return batch


def _raw(session: Session, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the rows as the driver gives them: half of the time of a first upload's reading."""
    driver: Any = session.connection().connection.driver_connection
    found: list[tuple[Any, ...]] = driver.execute(statement, values).fetchall()
    return found


def _note_behind(session: Session, batch: Batch) -> None:
    """Add the edits behind the batch of the records in it."""
    for number, ids in _by_register(batch.records):
        for piece in _pieces(ids):
            marks = ", ".join("?" * len(piece))
            statement = f"{_CHANGES} t = ? AND record_id IN ({marks}) AND mask > 0 AND seq > ?"
            _note(batch, _raw(session, statement, (number, *map(bytearray, piece), batch.last)))


def _note(batch: Batch, rows: Iterable[tuple[int, int, bytes, int, int, str | None]]) -> None:
    for _seq, register, id, mask, hlc, person in rows:
        stamp = Stamp(hlc, person or "")
        if mask == NEW_RECORD:
            batch.new[register][id] = stamp
            continue
        fields = batch.edited[register, id]
        left = mask
        while left:
            number = (left & -left).bit_length() - 1
            left &= left - 1
            fields[number] = max(fields.get(number, stamp), stamp)


def _add_refused(session: Session, batch: Batch) -> None:
    """Send with a record what the hub refused of it before: the other half may be mended now."""
    batch.resent = set()
    table = SyncRefused.__table__.c
    refused = select(table.t, table.record_id, table.field, table.hlc, table.person)
    rows = session.execute(refused).all()
    touched = batch.records if rows else set()
    for number, id, field_number, hlc, person in rows:
        if (number, id) not in touched:
            continue
        batch.resent.add((number, id))
        stamp = Stamp(hlc, person or "")
        if field_number == WHOLE_RECORD:
            batch.new[number].setdefault(id, stamp)
        else:
            fields = batch.edited[number, id]
            fields[field_number] = max(fields.get(field_number, stamp), stamp)


def _read_values(session: Session, batch: Batch, names: Mapping[str, str]) -> None:
    stamps = [stamp for fields in batch.edited.values() for stamp in fields.values()]
    batch.base = min((stamp.hlc for stamp in stamps), default=0)
    people: dict[str, int] = {}
    edited = dict(_by_register(batch.edited))
    for number in sorted(batch.new.keys() | edited.keys()):
        register = registers_by_number()[number]
        new = batch.new.get(number, {})
        rows = _only_new(session, register, batch) if number not in edited else None
        if rows is not None:
            batch.inserts.append(rows)
            continue
        ids = list(dict.fromkeys((*new, *edited.get(number, ()))))
        values = _as_they_travel(session, register, ids)
        new_ids = [id for id in new if id in values]
        if new_ids:
            batch.inserts.append(_pack_new(register, new_ids, values))
        changed = [id for id in edited.get(number, ()) if id in values]
        if changed:
            batch.edits.append(_pack_edits(register, changed, values, batch, people))
    batch.people = [names.get(person, person) for person in people]


def read_records(
    session: Session, register: Register, ids: Sequence[bytes]
) -> Iterator[tuple[bytes, Sequence[Any]]]:
    """Give the stored values of records, in the order of :func:`columns_by_number`."""
    table = register.table
    columns = [table.columns[name] for name in columns_by_number(register).values()]
    for piece in _pieces(ids):
        for row in session.execute(select(table.c.id, *columns).where(table.c.id.in_(piece))):
            yield row[0], row[1:]


def _only_new(session: Session, register: Register, batch: Batch) -> Rows | None:
    """Return a register's new records at once, None where others than these are wanted."""
    table, names = register.table.name, columns_by_number(register)
    listed = ", ".join(f'own."{name}"' for name in ("id", *names.values()))
    found = _raw(
        session,
        f'SELECT {listed} FROM change CROSS JOIN "{table}" AS own ON own.id = change.record_id'  # noqa: S608
        " WHERE change.seq BETWEEN ? AND ? AND change.t = ? AND change.mask = ?"
        " ORDER BY change.seq",
        (batch.first, batch.last, register.number, NEW_RECORD),
    )
    if not found or len(found) != len(batch.new[register.number]):
        return None  # One that was refused comes again, or one is noted as new twice.
    ids, *columns = zip(*found, strict=True)
    packed = [pack_column(each) for each in _answered(register, columns)]
    return Rows(register.number, pack_ids(ids), list(names), packed)


def _as_they_travel(
    session: Session, register: Register, ids: Sequence[bytes]
) -> dict[bytes, tuple[Any, ...]]:
    """Return the values of records as they travel, in the order of :func:`columns_by_number`."""
    table, names = register.table.name, columns_by_number(register)
    listed = ", ".join(f'"{name}"' for name in ("id", *names.values()))
    rows: list[tuple[Any, ...]] = []
    for piece in _pieces(ids):
        marks = ", ".join("?" * len(piece))
        statement = f'SELECT {listed} FROM "{table}" WHERE id IN ({marks})'  # noqa: S608 - declared
        rows += _raw(session, statement, tuple(map(bytearray, piece)))
    if not rows:
        return {}
    found, *columns = zip(*rows, strict=True)
    return dict(zip(found, zip(*_answered(register, columns), strict=True), strict=True))


def _answered(register: Register, columns: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
    """Return the driver's columns with yes and no as such; all else it gives as it travels."""
    answers = {each.key for each in register.stored if each.kind is Kind.YES_NO}
    return [
        [_ANSWERS[value] for value in column] if name in answers else column
        for name, column in zip(columns_by_number(register).values(), columns, strict=True)
    ]


def stored_ids(session: Session, register: Register, ids: Sequence[bytes]) -> set[bytes]:
    """Return which of these records are here."""
    found: set[bytes] = set()
    for piece in _pieces(ids):
        marks = ", ".join("?" * len(piece))
        statement = f'SELECT id FROM "{register.table.name}" WHERE id IN ({marks})'  # noqa: S608
        found.update(id for (id,) in _raw(session, statement, tuple(map(bytearray, piece))))
    return found


def _pack_new(
    register: Register, ids: Sequence[bytes], values: Mapping[bytes, Sequence[Any]]
) -> Rows:
    numbers = list(columns_by_number(register))
    columns = zip(*(values[id] for id in ids), strict=True)
    return Rows(register.number, pack_ids(ids), numbers, [pack_column(each) for each in columns])


def _pack_edits(
    register: Register,
    ids: Sequence[bytes],
    values: Mapping[bytes, Sequence[Any]],
    batch: Batch,
    people: dict[str, int],
) -> Edits:
    packed = []
    for at, number in enumerate(columns_by_number(register)):
        cells = [
            (place, values[id][at], stamp)
            for place, id in enumerate(ids)
            if (stamp := batch.edited[register.number, id].get(number)) is not None
        ]
        if not cells:
            continue
        packed.append(
            FieldEdits(
                field=number,
                rows=None if len(cells) == len(ids) else [place for place, _v, _s in cells],
                values=pack_column(value for _p, value, _s in cells),
                stamps=[stamp.hlc - batch.base for _p, _v, stamp in cells],
                people=[people.setdefault(stamp.person, len(people)) for _p, _v, stamp in cells],
            )
        )
    return Edits(register.number, pack_ids(ids), packed)


def request_of(account: Account, batch: Batch, want: int) -> Request:
    """Return the message that carries a batch and asks for so many records."""
    return Request(
        protocol=PROTOCOL,
        schema=SCHEMA,
        device=account.device,
        generation=account.generation,
        nonce=account.nonce,
        first=batch.first,
        last=batch.last,
        cursor=account.cursor if batch.seen is None else batch.seen,
        want=want,
        base=batch.base,
        people=batch.people,
        inserts=batch.inserts,
        edits=batch.edits,
        packets=account.packets,
        written=account.written,
    )


def pending_fields(session: Session, acknowledged: int) -> dict[Record, int]:
    """Return the mask of the fields with an unreceipted edit, by record."""
    masks: dict[Record, int] = defaultdict(int)
    rows = session.execute(
        select(Change.t, Change.record_id, Change.mask).where(
            Change.seq > acknowledged, Change.mask > 0
        )
    )
    for number, id, mask in rows:
        masks[number, id] |= mask
    return masks


def latest_waiting(session: Session, acknowledged: int, record: Record, number: int) -> int:
    """Return the stamp of the last waiting edit of a field, 0 where none waits."""
    edits = select(Change.mask, Change.hlc).where(
        Change.seq > acknowledged,
        Change.t == record[0],
        Change.record_id == record[1],
        Change.mask > 0,
    )
    return max((hlc for mask, hlc in session.execute(edits) if mask >> number & 1), default=0)


def send_whole(session: Session, record: Record) -> None:
    """Send the whole record next time: the hub lost it with a disk, or never had it."""
    last = session.execute(select(func.max(Change.hlc))).scalar() or 0
    session.execute(
        insert(Change).values(
            t=record[0], record_id=record[1], mask=NEW_RECORD, hlc=last + 1, person=None
        )
    )


def _by_register(records: Iterable[Record]) -> Iterator[tuple[int, list[bytes]]]:
    found: dict[int, list[bytes]] = defaultdict(list)
    for number, id in records:
        found[number].append(id)
    yield from found.items()


def _pieces(ids: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
