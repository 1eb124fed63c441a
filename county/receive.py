"""Taking in a PC's batch: one transaction, bad records set aside by name, the rest kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.exc import IntegrityError

from county import fences, loading, receipts, referring, twins
from county.batch import NewRecords, RawValues, TableBatch, read_records
from county.meeting import Meeting
from county.merge import WHOLE_RECORD, Merge, RowMerge
from county.tables import DEVICES, register_tables
from desktop.errors import Problem
from desktop.models.kinds import Value
from desktop.models.register import Owner, Register
from desktop.sync.protocol import Refusal
from desktop.text import _

_WORTH_TRYING = 200


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
        taken_out = receipts.leave_to_county(merge, receipted, batch) if receipted else {}
        _take_register(merge, register, table, batch)
        if receipted is not None:
            receipts.tell_present(merge, receipted, taken_out)
    twins.follow(merge, batches)


def _take_register(merge: Merge, register: Register, table: Table, batch: TableBatch) -> None:
    fresh, met = _insert_new(merge, register, table, batch)
    meeting = Meeting(merge, register, table)
    old = {id: own for id, own in batch.edits.items() if id not in fresh and id not in met}
    if met:
        meeting.fill(met, batch.edits)
    if old:
        meeting.note_unseen(old)
    RowMerge(merge, register, table).take(batch.edits, fresh, met)
    touched = [*fresh, *(id for id in batch.edits if id not in fresh)]
    merge.release(register.number, touched)
    referring.bring_back(merge, register, table, touched)
    receipted = receipts.RECEIPTED.get(register.number)
    if receipted is not None:
        receipts.acknowledge(merge, receipted, touched)


def _insert_new(
    merge: Merge, register: Register, table: Table, batch: TableBatch
) -> tuple[set[bytes], dict[bytes, RawValues]]:
    """Insert the records the hub lacks; returns them, and those that another PC sent before.

    A record that this PC has sent before is no news, whatever it says.
    """
    all_new = _insert_all(merge, register, table, batch)
    if all_new is not None:
        return all_new, {}
    ids = [id for records in batch.inserts for id in records.ids]
    found = loading.owners(merge.connection, table, ids)
    there = {id: centre_id for id, centre_id, _dev in found}
    there |= dict.fromkeys(fences.foreign(merge.connection, table, ids), fences.ELSEWHERE)
    own = _numbers_of(merge) if found else set()
    others = {id for id, _centre_id, dev in found if dev not in own}
    met: dict[bytes, RawValues] = {}
    made: set[bytes] = set()
    for records in batch.inserts:
        columns, wrong = _read(register, records)
        known = _known(merge, records, there, wrong)
        met |= {records.ids[at]: records.raws(at) for at in known if records.ids[at] in others}
        for at, problem in sorted(wrong.items()):
            _refuse(merge, register, records.ids[at], records.content(at), problem)
        left_out = {*known, *wrong}
        new = [at for at in range(len(records.ids)) if at not in left_out]
        new_ids = [records.ids[at] for at in new]
        if left_out:
            columns = {name: [column[at] for at in new] for name, column in columns.items()}
        insert_columns(merge, table, new_ids, columns)
        made.update(new_ids)
        there |= dict.fromkeys(new_ids, merge.centre_id)
    return made, met


def _numbers_of(merge: Merge) -> set[int]:
    """Return the numbers under which this PC has sent: one that was let in again has several."""
    key = select(DEVICES.c.key).where(DEVICES.c.id == merge.dev).scalar_subquery()
    same = select(DEVICES.c.id).where(DEVICES.c.centre_id == merge.centre_id, DEVICES.c.key == key)
    return {merge.dev, *merge.connection.scalars(same)}


def _insert_all(
    merge: Merge, register: Register, table: Table, batch: TableBatch
) -> set[bytes] | None:
    """Insert many records as if the hub had none of them; None where it has, or one is wrong.

    In a first upload that is so: to insert and to fail once is quicker than to ask each time.
    """
    if len(batch.inserts) != 1 or len(batch.inserts[0].ids) < _WORTH_TRYING:
        return None
    (records,) = batch.inserts
    columns, wrong = _read(register, records)
    if wrong:
        return None
    before = merge.rev
    try:
        with merge.connection.begin_nested():
            insert_columns(merge, table, records.ids, columns)
    except IntegrityError:
        merge.rev = before
        return None
    return set(records.ids)


def _read(
    register: Register, records: NewRecords
) -> tuple[dict[str, list[Value]], dict[int, Problem]]:
    """Return the values by column, and by place what is wrong with a record."""
    columns, problems = read_records(register, records)
    return columns, register.first_problems(columns, len(records.ids)) | problems


def _known(
    merge: Merge, records: NewRecords, there: Mapping[bytes, int], wrong: dict[int, Problem]
) -> list[int]:
    """Return the places of records that the centre has; another's are noted as refused."""
    if there.keys().isdisjoint(records.ids):
        return []
    known = []
    for at, id in enumerate(records.ids):
        if there.get(id) == merge.centre_id:
            known.append(at)
            wrong.pop(at, None)
        elif id in there:
            wrong[at] = Problem("refused", _("县级平台没有接受这条记录。"))
    return known


def insert_columns(
    merge: Merge, table: Table, ids: Sequence[bytes], columns: Mapping[str, Sequence[Value]]
) -> None:
    """Add new records to the centre's feed in one statement, without columns that are all blank."""
    if not ids:
        return
    count = len(ids)
    own: dict[str, Sequence[Any]] = {
        "id": ids,
        "centre_id": [merge.centre_id] * count,
        "rev": merge.next_revs(count),
        "dev": [merge.dev] * count,
    }
    filled = {name: column for name, column in columns.items() if column.count(None) < count}
    loading.load(merge.connection, table, own | filled)


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
