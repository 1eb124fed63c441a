"""A PC's batch taken apart: raw new records and edits by register and record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.sql import ColumnElement

from desktop.errors import Problem
from desktop.models.kinds import BadValue, Value
from desktop.models.register import Register, Values
from desktop.sync.protocol import (
    MOST_EDITS,
    MOST_NOISE,
    MOST_RECORDS,
    Edits,
    FieldEdits,
    Request,
    Rows,
)
from desktop.sync.wire import (
    ID_BYTES,
    BadMessage,
    TooBig,
    check_column,
    check_value,
    field_of,
    pack_column,
    pack_ids,
    read_column,
    read_value,
    unpack_column,
    unpack_ids,
)

_CHUNK = 500
_LATEST = 2**63 - 1
_LAST_TABLE = 2**15
_LARGEST = 2**62
_LONGEST_TEXT = 400


class Edit(NamedTuple):
    """One field edited at a PC."""

    field: int
    raw: Any
    stamp: int
    person: str


RawValues = dict[int, Any]
"""Raw values of one record by field."""


@dataclass(frozen=True, slots=True)
class NewRecords:
    """New records as they came: raw values column by column."""

    ids: list[bytes]
    columns: dict[int, list[Any]]

    def raws(self, at: int) -> RawValues:
        """Return all raw values of one record."""
        return {number: column[at] for number, column in self.columns.items()}

    def content(self, at: int) -> dict[str, Any]:
        """Return all raw values of one record, for the quarantine."""
        return {str(number): raw for number, raw in self.raws(at).items()}


@dataclass(slots=True)
class TableBatch:
    """What a batch holds of one register."""

    inserts: list[NewRecords] = field(default_factory=list)
    edits: dict[bytes, list[Edit]] = field(default_factory=lambda: defaultdict(list))


class Cell(NamedTuple):
    """One value on its way to a PC, with who wrote it and when."""

    table: int
    id: bytes
    field: int
    value: Value
    stamp: int
    person: str


def take_apart(request: Request) -> dict[int, TableBatch]:
    """Return the batch by the registers' numbers, in their order: parents before children.

    Raises:
        BadMessage: Columns, ids and positions do not fit each other.
        TooBig: It holds more records than one request may.
    """
    numbers = (request.first, request.last, request.cursor, request.want, request.schema)
    if not all(0 <= number < _LARGEST for number in (*numbers, request.packets)):
        raise BadMessage("a number is out of its range")
    _refuse_noise(request)
    tables = [each.table for each in request.inserts] + [each.table for each in request.edits]
    if not all(0 <= table <= _LAST_TABLE for table in tables):
        raise BadMessage("no register can have this number")
    batches: dict[int, TableBatch] = defaultdict(TableBatch)
    for rows in request.inserts:
        batches[rows.table].inserts.append(_records(rows))
    for edits in request.edits:
        ids = unpack_ids(edits.ids)
        for one in edits.fields:
            for place, edit in _edits(one, request, len(ids)):
                batches[edits.table].edits[ids[place]].append(edit)
    return {number: batches[number] for number in sorted(batches)}


def _refuse_noise(request: Request) -> None:
    """Refuse what no PC sends, before any of it is gone through."""
    noise = (request.nonce, *request.marks, *request.written)
    many = max(len(request.marks), len(request.written)) > MOST_NOISE
    if many or any(len(each) > MOST_NOISE for each in noise):
        raise BadMessage("a nonce, a mark or a packet's id is too long")
    if len(request.written) > request.packets:
        raise BadMessage("more packets than there are")
    made = sum(1 + len(rows.ids) // ID_BYTES for rows in request.inserts)
    edited = sum(1 + len(one.stamps) for edits in request.edits for one in edits.fields)
    if made > MOST_RECORDS or edited + len(request.edits) > MOST_EDITS:
        raise TooBig("too many records at once")


def plain(text: str) -> str:
    """Return a text of the other side as every database keeps it: PostgreSQL takes no NUL."""
    return text.replace("\x00", "")[:_LONGEST_TEXT]


def latest_stamp(batches: Mapping[int, TableBatch]) -> int:
    """Return the greatest clock stamp of all edits, 0 without any."""
    return max(
        (
            edit.stamp
            for batch in batches.values()
            for each in batch.edits.values()
            for edit in each
        ),
        default=0,
    )


def _records(rows: Rows) -> NewRecords:
    ids = unpack_ids(rows.ids)
    columns = [unpack_column(column) for column in rows.columns]
    if len(columns) != len(rows.fields) or any(len(column) != len(ids) for column in columns):
        raise BadMessage("columns and ids do not fit")
    if len(set(ids)) != len(ids):
        raise BadMessage("a new record comes twice")
    return NewRecords(ids, dict(zip(rows.fields, columns, strict=True)))


def _edits(one: FieldEdits, request: Request, count: int) -> Iterable[tuple[int, Edit]]:
    places = range(count) if one.rows is None else one.rows
    values = unpack_column(one.values)
    if not len(places) == len(values) == len(one.stamps) == len(one.people):
        raise BadMessage("an edited field lacks values, stamps or people")
    for place, raw, offset, person in zip(places, values, one.stamps, one.people, strict=True):
        stamp = offset + request.base
        if not (0 <= place < count and 0 <= person < len(request.people) and 0 < stamp <= _LATEST):
            raise BadMessage("an edit points outside its message")
        yield place, Edit(one.field, raw, stamp, plain(request.people[person]))


def read_values(
    register: Register, raws: Iterable[tuple[int, Any]]
) -> tuple[Values, list[Problem]]:
    """Return stored values by column, and what is wrong with the raw ones; unknown fields drop."""
    values: Values = {}
    problems = []
    for number, raw in raws:
        known, declared = field_of(register.by_number, number)
        if not known:
            continue
        key = declared.key if declared else "deleted_at"
        try:
            values[key] = read_value(declared, raw)
            check_value(declared, values[key])
        except BadValue as error:
            problems.append(error.problem(key))
    return values, problems


def read_records(
    register: Register, records: NewRecords
) -> tuple[dict[str, list[Value]], dict[int, Problem]]:
    """Return stored values by column, and by place the first thing wrong with a record.

    A column is read at once; only one with something wrong in it is looked at value by value.
    """
    columns: dict[str, list[Value]] = {}
    problems: dict[int, Problem] = {}
    for number, raws in records.columns.items():
        known, declared = field_of(register.by_number, number)
        if not known:
            continue
        key = declared.key if declared else "deleted_at"
        try:
            columns[key] = read_column(declared, raws)
            check_column(declared, columns[key])
        except BadValue:
            columns[key] = [None] * len(raws)
            for at, raw in enumerate(raws):
                values, wrong = read_values(register, [(number, raw)])
                columns[key][at] = values.get(key)
                if wrong:
                    problems.setdefault(at, wrong[0])
    return columns, problems


def select_by_id(
    connection: Connection,
    table: Table,
    ids: Sequence[bytes],
    where: Callable[[Sequence[bytes]], ColumnElement[bool]] | None = None,
    columns: Sequence[ColumnElement[Any]] = (),
) -> list[Row[Any]]:
    """Return the rows of the ids, asked for in pieces that every database takes."""
    found: list[Row[Any]] = []
    for start in range(0, len(ids), _CHUNK):
        piece = ids[start : start + _CHUNK]
        condition = where(piece) if where else table.c.id.in_(piece)
        found += connection.execute(select(*(columns or table.columns)).where(condition)).all()
    return found


def pack_cells(cells: Iterable[Cell], people: list[str], base: int) -> list[Edits]:
    """Return cells as they travel; adds the people they need to the message's list."""
    tables: dict[int, dict[int, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        tables[cell.table][cell.field].append(cell)
    return [_pack_table(table, fields, people, base) for table, fields in sorted(tables.items())]


def _pack_table(
    table: int, fields: Mapping[int, list[Cell]], people: list[str], base: int
) -> Edits:
    places: dict[bytes, int] = {}
    names = {name: place for place, name in enumerate(people)}
    packed = []
    for number, cells in sorted(fields.items()):
        for cell in cells:
            places.setdefault(cell.id, len(places))
            if cell.person not in names:
                names[cell.person] = len(people)
                people.append(cell.person)
        packed.append(
            FieldEdits(
                field=number,
                rows=[places[cell.id] for cell in cells],
                values=pack_column(cell.value for cell in cells),
                stamps=[cell.stamp - base for cell in cells],
                people=[names[cell.person] for cell in cells],
            )
        )
    return Edits(table=table, ids=pack_ids(list(places)), fields=packed)
