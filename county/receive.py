"""Taking in a PC's batch: one transaction, bad records set aside by name, the rest kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table

from county import fences, loading, receipts
from county.batch import RawValues, TableBatch, read_records, select_by_id
from county.meeting import Meeting
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
        receipted = receipts.RECEIPTED.get(number)
        if receipted is not None:
            receipts.leave_to_county(receipted, batch)
        _take_register(merge, register, table, batch)


def _take_register(merge: Merge, register: Register, table: Table, batch: TableBatch) -> None:
    fresh, met = _insert_new(merge, register, table, batch)
    if met:
        Meeting(merge, register, table).fill(met, batch.edits)
    RowMerge(merge, register, table).take(batch.edits, fresh, met)
    touched = [*fresh, *(id for id in batch.edits if id not in fresh)]
    merge.release(register.number, touched)
    receipted = receipts.RECEIPTED.get(register.number)
    if receipted is not None:
        receipts.acknowledge(merge, receipted, touched)


def _insert_new(
    merge: Merge, register: Register, table: Table, batch: TableBatch
) -> tuple[set[bytes], dict[bytes, RawValues]]:
    """Insert the records the hub lacks; returns them, and those that another PC sent before.

    A record that this PC has sent before is no news, whatever it says.
    """
    columns = (table.c.id, table.c.centre_id, table.c.dev)
    ids = [id for records in batch.inserts for id in records.ids]
    found = select_by_id(merge.connection, table, ids, columns=columns)
    there = {row.id: row.centre_id for row in found}
    there |= dict.fromkeys(fences.foreign(merge.connection, table, ids), fences.ELSEWHERE)
    others = {row.id for row in found if row.dev != merge.dev}
    met: dict[bytes, RawValues] = {}
    made: list[dict[str, Any]] = []
    for records in batch.inserts:
        values, problems = read_records(register, records)
        names = [name for name in ("deleted_at", *register.by_key) if name in values]
        rows = zip(*(values[name] for name in names), strict=True) if names else [()] * len(ids)
        for at, (id, row) in enumerate(zip(records.ids, rows, strict=True)):
            problem = problems.get(at)
            if id in there:
                if there[id] == merge.centre_id:
                    if id in others:
                        met[id] = {number: column[at] for number, column in records.columns.items()}
                    continue
                problem = Problem("refused", _("县级平台没有接受这条记录。"))
            record: dict[str, Any] = dict(zip(names, row, strict=True))
            problem = problem or next(iter(register.problems(record)), None)
            if problem:
                _refuse(merge, register, id, records.content(at), problem)
                continue
            record |= {"id": id, "centre_id": merge.centre_id, "dev": merge.dev}
            made.append(record | {"rev": merge.next_rev()})
            there[id] = merge.centre_id
    insert_rows(merge, register, table, made)
    return {row["id"] for row in made}, met


def insert_rows(merge: Merge, register: Register, table: Table, made: list[dict[str, Any]]) -> None:
    """Insert rows in one statement, without the columns that are blank in all of them."""
    if not made:
        return
    fields = ("deleted_at", *(field.key for field in register.stored))
    filled = {name for name in fields if any(row.get(name) is not None for row in made)}
    names = ("id", "centre_id", "rev", "dev", *(name for name in fields if name in filled))
    loading.load(
        merge.connection, table, names, [[row.get(name) for name in names] for row in made]
    )


def _refuse(
    merge: Merge, register: Register, id: bytes, content: dict[str, Any], problem: Problem
) -> None:
    field = register.by_key.get(problem.field)
    refusal = Refusal(
        table=register.number,
        id=id,
        reason=problem.reason,
        message=problem.message,
        field=field.number if field else WHOLE_RECORD,
    )
    merge.refuse(refusal, content)


def _refuse_all(merge: Merge, number: int, batch: TableBatch, reason: str, message: str) -> None:
    new = [id for records in batch.inserts for id in records.ids]
    for id in {*new, *batch.edits}:
        refusal = Refusal(table=number, id=id, reason=reason, message=message)
        merge.refuse(refusal, {})
