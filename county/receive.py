"""Taking in a PC's batch: one transaction, bad records set aside by name, the rest kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, insert

from county import receipts
from county.batch import TableBatch, read_values, select_by_id
from county.merge import WHOLE_RECORD, Merge, RowMerge
from county.tables import register_tables
from desktop.errors import Problem
from desktop.models.register import Owner, Register
from desktop.sync.protocol import Refusal
from desktop.text import _


def take(merge: Merge, batches: dict[int, TableBatch]) -> None:
    """Merge a batch; whatever cannot be taken is named in ``merge.refused``."""
    tables = register_tables()
    for number, batch in batches.items():
        if number not in tables:
            _refuse_all(merge, number, batch, "unknown_register", _("县级平台没有这个台账。"))
            continue
        register, table = tables[number]
        if register.owner is Owner.COUNTY:
            _refuse_all(merge, number, batch, "county_owned", _("这个台账由县级统一维护。"))
            continue
        if number == receipts.NUMBER:
            receipts.leave_to_county(batch)
        _take_register(merge, register, table, batch)


def _take_register(merge: Merge, register: Register, table: Table, batch: TableBatch) -> None:
    fresh = _insert_new(merge, register, table, batch)
    RowMerge(merge, register, table).take(batch.edits, fresh)
    touched = [*fresh, *(id for id in batch.edits if id not in fresh)]
    merge.release(register.number, touched)
    if register.number == receipts.NUMBER:
        receipts.acknowledge(merge, touched)


def _insert_new(merge: Merge, register: Register, table: Table, batch: TableBatch) -> set[bytes]:
    """Insert the records the hub lacks; one it has already is no news, whatever it says."""
    columns = (table.c.id, table.c.centre_id)
    there = {
        row.id: row.centre_id
        for row in select_by_id(merge.connection, table, list(batch.inserts), columns=columns)
    }
    names = ["deleted_at", *(field.key for field in register.stored)]
    made: list[dict[str, Any]] = []
    for id, raws in batch.inserts.items():
        if id in there:
            if there[id] != merge.centre_id:
                problem = Problem("refused", _("县级平台没有接受这条记录。"))
                _refuse(merge, register, id, raws, problem)
            continue
        values, problems = read_values(register, raws.items())
        problems = problems or register.problems(values)
        if problems:
            _refuse(merge, register, id, raws, problems[0])
            continue
        row: dict[str, Any] = dict.fromkeys(names) | values
        row |= {"id": id, "centre_id": merge.centre_id, "rev": merge.next_rev(), "dev": merge.dev}
        made.append(row)
    if made:
        merge.connection.execute(insert(table), made)
    return {row["id"] for row in made}


def _refuse(
    merge: Merge, register: Register, id: bytes, raws: dict[int, Any], problem: Problem
) -> None:
    field = register.by_key.get(problem.field)
    refusal = Refusal(
        table=register.number,
        id=id,
        reason=problem.reason,
        message=problem.message,
        field=field.number if field else WHOLE_RECORD,
    )
    merge.refuse(refusal, {str(number): raw for number, raw in raws.items()})


def _refuse_all(merge: Merge, number: int, batch: TableBatch, reason: str, message: str) -> None:
    ids: Sequence[bytes] = list({**batch.inserts, **batch.edits})
    for id in ids:
        refusal = Refusal(table=number, id=id, reason=reason, message=message)
        merge.refuse(refusal, {})
