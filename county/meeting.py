"""Records that two PCs made before they had met: the same key gave them the same id.

What the hub holds stands, for it may have been seen and printed by others; its blanks are filled
from the second PC, which is told of every value of its own that gave way. Edits of either PC are
merged by their clocks as always.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Row, Table, and_, func, select

from county import marks
from county.batch import Cell, Edit, RawValues, read_values, select_by_id
from county.history import History, winner
from county.merge import HUB, Merge, RowMerge
from county.tables import DEVICES, RESTORATIONS, column_of
from desktop.models.register import DELETED_AT, Register, Values
from desktop.sync.wire import write_value
from desktop.text import _

_BEFORE_EVERY_EDIT = 1
"""The clock stamp of a filled blank: any edit of the field, made before or after, beats it."""

_BLANK = (None, "")
"""What says nothing: a policy without a number is kept as an empty text."""


class Meeting:
    """The records of one register in one batch that the hub has from another PC already.

    Args:
        merge: The batch.
        register: The register.
        table: Its table on the hub.
    """

    def __init__(self, merge: Merge, register: Register, table: Table) -> None:
        self._merge = merge
        self._register = register
        self._table = table
        self._devices: dict[int, str] = {}

    def fill(self, met: Mapping[bytes, RawValues], edits: dict[bytes, list[Edit]]) -> None:
        """Tell the PC what stands, and add to its edits what fills the hub's blanks."""
        rows = RowMerge(self._merge, self._register, self._table)
        histories = rows.histories(list(met))
        county = self._countys(list(met))
        for row in select_by_id(self._merge.connection, self._table, list(met)):
            history = histories.get(row.id, {})
            edited = {edit.field: edit.raw for edit in edits.get(row.id, ())}
            self._log_first(rows, row, edited, history)
            fills = self._compare(row, met[row.id], edited, history, county.get(row.id, ()))
            if fills:
                edits[row.id] += fills
            deletion = winner(history.get(DELETED_AT, ()))
            if (
                row.deleted_at is not None
                and met[row.id].get(DELETED_AT) is None
                and deletion is not None
                and rows.unseen([deletion])
            ):
                # Who made it anew had not seen that it was deleted: as with an edit, it stands.
                rows.set_by_hub(row.id, DELETED_AT, None)
        rows.write()

    @cached_property
    def _restored(self) -> int | None:
        """The centre's revision when the hub was restored the last time, None if it never was."""
        latest = select(func.max(RESTORATIONS.c.rev))
        own = RESTORATIONS.c.centre_id == self._merge.centre_id
        return self._merge.connection.execute(latest.where(own)).scalar()

    def _countys(self, ids: Sequence[bytes]) -> Mapping[bytes, Container[int]]:
        """Return what is the county's of records that a restored hub is sent again.

        It may have another value by now, and that is no question to the centre.
        """
        if self._restored is None:
            return {}
        return marks.held(self._merge.connection, self._merge.centre_id, self._register, ids)

    def note_unseen(self, edits: Mapping[bytes, Sequence[Edit]]) -> None:
        """Log what came with records that the editor has not seen in the place of its own.

        A restored hub may have got one anew, under the key of a record that it had lost. Of all
        other records the writer has seen what came with them, also of those beyond its cursor: that
        begins anew for a disk that was put back.
        """
        merge, table = self._merge, self._table
        if self._restored is None:
            return
        after = max(merge.cursor, self._restored)
        rows = RowMerge(merge, self._register, table)
        unseen = select_by_id(
            merge.connection,
            table,
            list(edits),
            where=lambda piece: and_(
                table.c.id.in_(piece),
                table.c.centre_id == merge.centre_id,
                table.c.rev > after,
                table.c.dev.not_in((HUB, merge.dev)),
            ),
        )
        histories = rows.histories([row.id for row in unseen])
        for row in unseen:
            # What is offered to a restored hub is nobody's edit: it was seen by who offers it.
            edited = {edit.field: edit.raw for edit in edits[row.id] if edit.person}
            self._log_first(rows, row, edited, histories.get(row.id, {}))
        rows.write()

    def _log_first(
        self, rows: RowMerge, row: Row[Any], edited: RawValues, history: History
    ) -> None:
        """Log a value that came with the record and that an edit is about to replace unseen.

        Values of new records are not in the history; this one has to be told to who replaced it.
        """
        for number, raw in edited.items():
            field = self._register.by_number.get(number)
            held = write_value(getattr(row, field.key)) if field else None
            if held not in (*_BLANK, raw) and number not in history:
                first = Edit(number, held, _BEFORE_EVERY_EDIT, self._device(row.dev))
                rows.add_log(row.id, first, row.dev, lost=False)

    def _compare(
        self,
        row: Row[Any],
        sent: RawValues,
        edited: Container[int],
        history: History,
        county: Container[int],
    ) -> list[Edit]:
        register = self._register
        before: Values = {field.key: getattr(row, field.key) for field in register.stored}
        deleted = sent.get(DELETED_AT) is not None
        locked = register.append_only or deleted or register.frozen_when(before)
        fills: list[Edit] = []
        for number, field in register.by_number.items():
            raw, held = sent.get(number), before[field.key]
            if number in edited or write_value(held) == raw:
                continue
            if held in _BLANK and number not in history and not locked:
                person = self._device(self._merge.dev)
                fills.append(Edit(number, raw, _BEFORE_EVERY_EDIT, person))
                continue
            self._tell(row, number, history, told=raw not in _BLANK and number not in county)
        return fills if self._fits(before, fills) else []

    def _fits(self, before: Values, fills: Iterable[Edit]) -> bool:
        values, problems = read_values(self._register, ((edit.field, edit.raw) for edit in fills))
        standing = set(self._register.problems(before))
        return not problems and standing.issuperset(self._register.problems(before | values))

    def _tell(self, row: Row[Any], number: int, history: History, *, told: bool) -> None:
        """Send the value that stands, with whose it is where a person is to be told."""
        standing = winner(history.get(number, ()))
        value = getattr(row, column_of(self._register, number))
        stamp = standing.clock if standing else self._merge.clock
        person = (standing.person if standing else "") or self._device(row.dev)
        cell = Cell(self._register.number, row.id, number, value, stamp, person if told else "")
        self._merge.met.append(cell)

    def _device(self, dev: int) -> str:
        """Return the name of the PC that sent a record: nobody's name came with it."""
        if dev == HUB:
            return _("县里")
        if dev not in self._devices:
            found = self._merge.connection.execute(
                select(DEVICES.c.name).where(DEVICES.c.id == dev)
            ).scalar()
            self._devices[dev] = found or str(dev)
        return self._devices[dev]
