"""Values of fields that a newer program declared: put in place once this one knows them too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from desktop.models.exchange_tables import UnknownField
from desktop.models.kinds import BadValue
from desktop.models.registers import registers_by_number
from desktop.sync.applying import Applying
from desktop.sync.outbox import Batch, Record, latest_waiting, read_records
from desktop.sync.protocol import Edits, FieldEdits, Reply, Rows, Status
from desktop.sync.wire import field_of, pack_column, pack_ids, read_value
from desktop.text import _


def fill_in(session: Session, acknowledged: int) -> set[str]:
    """Write the kept values of fields and registers known by now; returns the registers changed."""
    table = UnknownField.__table__.c
    found: dict[int, dict[bytes, dict[int, Any]]] = defaultdict(lambda: defaultdict(dict))
    kept = session.execute(select(table.t, table.record_id, table.field, table.value)).all()
    for number, id, field, value in kept:
        register = registers_by_number().get(number)
        if register is not None and field_of(register.by_number, field)[0]:
            found[number][id][field] = msgspec.msgpack.decode(value)
    if not found:
        return set()
    inserts: list[Rows] = []
    edits: list[Edits] = []
    typed: list[Edits] = []
    for number, records in found.items():
        there = {
            id
            for id, _values in read_records(session, registers_by_number()[number], list(records))
        }
        for id, values in records.items():
            ids = pack_ids([id])
            fields = [(field, pack_column([raw])) for field, raw in values.items()]
            if id in there:
                edits.append(
                    Edits(number, ids, [FieldEdits(f, None, column) for f, column in fields])
                )
                typed += _typed_over(session, acknowledged, (number, id), values)
            else:
                inserts.append(Rows(number, ids, [f for f, _c in fields], [c for _f, c in fields]))
            session.execute(
                delete(UnknownField).where(
                    UnknownField.t == number,
                    UnknownField.record_id == id,
                    UnknownField.field.in_(list(values)),
                )
            )
    nothing = Batch(acknowledged + 1, acknowledged, more=False)
    told, page = (Reply(Status.TAKEN, acknowledged, 0, 0, 0, 0, b"", 0) for _each in range(2))
    # Who had typed into what still looked blank did not see that somebody else had filled it in.
    told.overridden, told.people = typed, [_("其他电脑")]
    Applying(session, nothing, told).tell_conflicts()
    return Applying(session, nothing, page).take_page(inserts, edits).changed


def _typed_over(
    session: Session, acknowledged: int, record: Record, values: Mapping[int, Any]
) -> list[Edits]:
    """Return the kept values in whose place a person has typed another, as of that moment."""
    fields = []
    for field, raw in values.items():
        when = latest_waiting(session, acknowledged, record, field)
        if when and raw is not None and _is_readable(record[0], field, raw):
            fields.append(FieldEdits(field, None, pack_column([raw]), [when], [0]))
    return [Edits(record[0], pack_ids([record[1]]), fields)] if fields else []


def _is_readable(number: int, field: int, raw: Any) -> bool:
    """Tell whether a value can be shown beside another: one of a program still newer cannot."""
    try:
        read_value(field_of(registers_by_number()[number].by_number, field)[1], raw)
    except BadValue:
        return False
    return True
