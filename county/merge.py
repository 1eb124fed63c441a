"""Merging edits: the later one wins per field, both are kept, and whoever lost is told.

Clocks live only here. ``hub_change`` holds every edit ever taken with its clock stamp and device;
the greatest pair that has not lost is the field's present value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, Table, and_, bindparam, delete, insert, select, update

from county import marks
from county.batch import Cell, Edit, plain, read_values, select_by_id
from county.clock import stamp as later_stamp
from county.clock import written
from county.history import History, Logged, read_histories, winner
from county.tables import CHANGES, QUARANTINE, column_of
from desktop.errors import Problem
from desktop.models.kinds import Value
from desktop.models.register import DELETED_AT, Register, Values
from desktop.sync.protocol import MISSING, Refusal
from desktop.sync.wire import field_of, read_value, write_value
from desktop.text import _

WHOLE_RECORD = -1
HUB = 0
"""The device number of values that the hub sets itself."""


@dataclass(slots=True)
class Merge:
    """One batch of one device on its way into the database.

    ``rev`` and ``clock`` are the centre's, whose row is locked until the transaction ends; with
    ``again`` the device repeats changes, because it did not get the answer to them. ``before`` are
    the numbers that its disk had before it was known as restored or copied.
    """

    connection: Connection
    centre_id: int
    dev: int
    cursor: int
    rev: int
    clock: int
    superseded: list[Cell] = field(default_factory=list)
    overridden: list[Cell] = field(default_factory=list)
    refused: dict[tuple[int, bytes], Refusal] = field(default_factory=dict)
    met: list[Cell] = field(default_factory=list)
    again: bool = False
    before: frozenset[int] = frozenset()

    def next_rev(self) -> int:
        """Return the centre's next revision; each is exactly one new record or one change."""
        return self.next_revs(1)[0]

    def next_revs(self, count: int) -> range:
        """Return as many revisions that follow each other."""
        self.rev += count
        return range(self.rev - count + 1, self.rev + 1)

    def refuse(self, refusal: Refusal, content: object) -> None:
        """Do not take a record: name it to the PC and keep its content at the hub."""
        self.refused[refusal.table, refusal.id] = refusal
        key = {
            "centre_id": self.centre_id,
            "dev": self.dev,
            "t": refusal.table,
            "row_id": refusal.id,
        }
        self._forget_quarantine(refusal.table, [refusal.id])
        self.connection.execute(
            insert(QUARANTINE).values(
                **key,
                reason=refusal.reason,
                message=plain(refusal.message),
                content=msgspec.msgpack.encode(content),
                at=written(),
            )
        )

    def release(self, table: int, ids: Iterable[bytes]) -> None:
        """Take mended records out of quarantine."""
        self._forget_quarantine(table, [id for id in ids if (table, id) not in self.refused])

    def _forget_quarantine(self, table: int, ids: Sequence[bytes]) -> None:
        own = and_(
            QUARANTINE.c.centre_id == self.centre_id,
            QUARANTINE.c.dev == self.dev,
            QUARANTINE.c.t == table,
        )
        # Nearly always there is nothing: one question is cheaper than a deletion for each record.
        held = set(self.connection.scalars(select(QUARANTINE.c.row_id).where(own)))
        for id in held.intersection(ids):
            self.connection.execute(delete(QUARANTINE).where(own, QUARANTINE.c.row_id == id))


class Outcome(NamedTuple):
    """What becomes of the edits of one record."""

    winning: list[Edit]
    losing: list[Edit]
    known: list[Edit]


class RowMerge:
    """The edits of one batch to one register, written together at the end.

    Args:
        merge: The batch.
        register: The register.
        table: Its table on the hub.
    """

    def __init__(self, merge: Merge, register: Register, table: Table) -> None:
        self._merge = merge
        self._register = register
        self._table = table
        self._updates: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._log: list[dict[str, Any]] = []

    def take(
        self,
        edits: Mapping[bytes, Sequence[Edit]],
        fresh: Container[bytes],
        met: Container[bytes] = (),
    ) -> None:
        """Merge edits by record.

        Args:
            edits: The edits.
            fresh: Records that came with this batch and hold the values.
            met: Records that this PC made without having seen that another had made them.
        """
        ids = [id for id in edits if (self._register.number, id) not in self._merge.refused]
        rows = {row.id: row for row in select_by_id(self._merge.connection, self._table, ids)}
        histories = self.histories(ids)
        held = marks.held(self._merge.connection, self._merge.centre_id, self._register, ids)
        for id in ids:
            row = rows.get(id)
            if row is None or row.centre_id != self._merge.centre_id:
                # The same answer for a record of another centre: it does not exist for this one.
                self._refuse(id, edits[id], Problem(MISSING, _("县级平台没有这条记录。")), None)
            elif id in fresh:
                self._log_all(id, self._decode(edits[id]), lost=False)
            else:
                own = self._without_published(row, edits[id], held.get(id))
                self._take_row(row, own, histories.get(id, {}), met=id in met)
        self.write()

    def set_by_hub(
        self, id: bytes, number: int, value: Value, at: tuple[int, str] | None = None
    ) -> None:
        """Set a field in the hub's own name, or at a stamp for a person; then call ``write``."""
        stamp, person = at or (later_stamp(self._merge.clock), "")
        self._merge.clock = max(self._merge.clock, stamp)
        self._updates[column_of(self._register, number)].append({"which": id, "new": value})
        self.add_log(id, Edit(number, write_value(value), stamp, person), HUB, lost=False)

    def write(self) -> None:
        """Write everything that is waiting."""
        merge, table = self._merge, self._table
        for column, parameters in self._updates.items():
            merge.connection.execute(
                update(table)
                .where(table.c.id == bindparam("which"), table.c.centre_id == merge.centre_id)
                .values({column: bindparam("new")}),
                parameters,
            )
        if self._log:
            merge.connection.execute(insert(CHANGES), self._log)
        self._updates.clear()
        self._log.clear()

    # One record

    def _without_published(
        self, row: Row[Any], edits: Sequence[Edit], held: frozenset[int] | None
    ) -> Sequence[Edit]:
        """Refuse the edits of what the county has published; the rest of the record is merged."""
        if not held:
            return edits
        own, wrong, theirs = marks.parted(self._register, row, edits, held)
        if wrong:
            problem = Problem("published", _("由县里发布，本机构不能修改。"))
            self._refuse(row.id, wrong, problem, theirs, restore=True)
        return own

    def _take_row(
        self, row: Row[Any], raw_edits: Sequence[Edit], history: History, *, met: bool
    ) -> None:
        edits = self._decode(raw_edits)
        before: Values = {name: getattr(row, name) for name in self._columns()}
        locks = not self._register.frozen_when(before) and self._register.frozen_when(
            before | read_values(self._register, ((edit.field, edit.raw) for edit in edits))[0]
        )
        outcome = self._arbitrate(edits, history, met=met, locks=locks)
        if outcome.winning:
            values, problems = read_values(
                self._register, ((edit.field, edit.raw) for edit in outcome.winning)
            )
            problem, restore = self._problem(before, values, problems)
            if problem is not None:
                theirs = {
                    edit.field: write_value(before[column_of(self._register, edit.field)])
                    for edit in edits
                }
                self._refuse(row.id, raw_edits, problem, theirs, restore=restore)
                return
            self._log_all(row.id, outcome.winning, lost=False)
            for column, value in values.items():
                self._updates[column].append({"which": row.id, "new": value})
            self._revive(row, outcome.winning, history)
        self._log_all(row.id, outcome.losing, lost=True)
        self._tell(row, outcome, history)

    def _decode(self, edits: Sequence[Edit]) -> list[Edit]:
        """Return the edits of fields known here, in their order; a newer program's others drop."""
        known = (edit for edit in edits if field_of(self._register.by_number, edit.field)[0])
        return sorted(known, key=lambda edit: edit.stamp)

    def _columns(self) -> list[str]:
        return ["deleted_at", *(field.key for field in self._register.stored)]

    def _arbitrate(
        self, edits: Sequence[Edit], history: History, *, met: bool, locks: bool
    ) -> Outcome:
        """Part edits by what becomes of them.

        Those that lock a record, such as the submission of a return, hold all of it as its person
        saw it: they win together over later edits of a draft and are never mixed with them.
        """
        outcome = Outcome([], [], [])
        for edit in edits:
            logged = history.get(edit.field, ())
            key = (edit.stamp, self._merge.dev)
            best = winner(logged)
            if self._is_known(edit, logged):
                outcome.known.append(edit)
            elif locks and best:
                self._merge.clock = max(self._merge.clock, best.clock + 1)
                outcome.winning.append(edit._replace(stamp=max(edit.stamp, best.clock + 1)))
            elif (best and key < (best.clock, best.dev)) or (
                edit.field == DELETED_AT
                and edit.raw is not None
                and (met or self._edited_unseen(history))
            ):
                # Also a deletion by someone who had not seen an edit gives way to that edit, and
                # one by someone who had not seen that another PC has the record to that record.
                outcome.losing.append(edit)
            else:
                outcome.winning.append(edit)
        return outcome

    def _is_known(self, edit: Edit, logged: Iterable[Logged]) -> bool:
        """Tell whether an edit was logged before; one that locked may have got a later stamp."""
        own = [each for each in logged if each.dev == self._merge.dev]
        value = msgspec.msgpack.encode(edit.raw)
        return any(
            each.clock == edit.stamp or (each.clock > edit.stamp and each.value == value)
            for each in own
        )

    def _edited_unseen(self, history: History) -> bool:
        return any(self.unseen(each) for number, each in history.items() if number != DELETED_AT)

    def unseen(self, logged: Iterable[Logged]) -> list[Logged]:
        """Return other PCs' standing edits that the device had not seen when it sent."""
        return [
            each
            for each in logged
            if each.rev > self._merge.cursor
            and each.dev not in (HUB, self._merge.dev)
            and not each.lost
        ]

    def _problem(
        self, before: Values, values: Values, problems: Sequence[Problem]
    ) -> tuple[Problem | None, bool]:
        """Return why the edits cannot be taken, and whether the PC must put the old values back."""
        if self._register.append_only:
            return Problem("append_only", _("流水账只增不改，请用“冲正”更正。")), True
        if not self._register.may_set(before, values):
            return Problem("frozen", _("这条记录已上报锁定，不能修改。")), True
        if problems:
            return problems[0], False
        standing = set(self._register.problems(before))
        new = [each for each in self._register.problems(before | values) if each not in standing]
        return (new[0] if new else None), False

    def _revive(self, row: Row[Any], winning: Sequence[Edit], history: History) -> None:
        """Undo a deletion that the editor had not seen."""
        if row.deleted_at is None or any(edit.field == DELETED_AT for edit in winning):
            return
        deletion = winner(history.get(DELETED_AT, ()))
        if deletion is not None and self.unseen([deletion]):
            self.set_by_hub(row.id, DELETED_AT, None)

    def _tell(self, row: Row[Any], outcome: Outcome, history: History) -> None:
        """Tell the PC which of its edits lost, and which unseen values its edits replaced."""
        for edit in outcome.losing:
            self._supersede(row, edit.field, history)
        for edit in outcome.known:
            best = winner(history.get(edit.field, ()))
            if best is None or (best.clock, best.dev) != (edit.stamp, self._merge.dev):
                self._supersede(row, edit.field, history)
        merge, lost = self._merge, {edit.field for edit in outcome.losing}
        for edit in (*outcome.winning, *outcome.known):
            if edit.field not in lost:
                self._override(row, edit.field, (edit.stamp, self._merge.dev), history)
        # What its own edits before replaced, where the PC may never have got the answer.
        for number in {edit.field for each in outcome for edit in each} if merge.again else lost:
            logged = [each for each in history.get(number, ()) if each.rev > merge.cursor]
            own = sorted(each.clock for each in logged if each.dev == merge.dev and not each.lost)
            for stamp in own if merge.again else own[-1:]:
                self._override(row, number, (stamp, merge.dev), history)

    def _override(self, row: Row[Any], number: int, key: tuple[int, int], history: History) -> None:
        """Tell the PC the unseen value that its edit with this clock and device replaced.

        Under the number that its disk had before, its own edit may hide another's value, which it
        was told of only in an answer that never came.
        """
        unseen = self.unseen(history.get(number, ()))
        earlier = [each for each in unseen if (each.clock, each.dev) < key]
        others = [each for each in earlier if each.dev not in self._merge.before]
        for hidden in dict.fromkeys(max(some) for some in (earlier, others) if some):
            cell = self._cell(row.id, number, hidden)
            if cell not in self._merge.overridden:
                self._merge.overridden.append(cell)

    def _supersede(self, row: Row[Any], number: int, history: History) -> None:
        best = winner(history.get(number, ()))
        if best is not None:
            self._merge.superseded.append(self._cell(row.id, number, best))
            return
        value = getattr(row, column_of(self._register, number))
        cell = Cell(self._register.number, row.id, number, value, self._merge.clock, "")
        self._merge.superseded.append(cell)

    def _cell(self, id: bytes, number: int, logged: Logged) -> Cell:
        declared = field_of(self._register.by_number, number)[1]
        value = read_value(declared, msgspec.msgpack.decode(logged.value))
        return Cell(self._register.number, id, number, value, logged.clock, logged.person)

    # Reading and writing the history

    def histories(self, ids: Sequence[bytes]) -> dict[bytes, dict[int, list[Logged]]]:
        """Return the logged edits of records by field."""
        merge = self._merge
        return read_histories(merge.connection, merge.centre_id, self._register.number, ids)

    def _log_all(self, id: bytes, edits: Iterable[Edit], *, lost: bool) -> None:
        for edit in edits:
            self.add_log(id, edit, self._merge.dev, lost=lost)

    def add_log(self, id: bytes, edit: Edit, dev: int, *, lost: bool) -> None:
        """Log an edit; call ``write`` afterwards."""
        self._log.append(
            {
                "centre_id": self._merge.centre_id,
                "rev": self._merge.next_rev(),
                "t": self._register.number,
                "row_id": id,
                "field": edit.field,
                "clock": edit.stamp,
                "dev": dev,
                "person": edit.person,
                "lost": lost,
                "value": msgspec.msgpack.encode(edit.raw),
            }
        )

    def _refuse(
        self,
        id: bytes,
        edits: Sequence[Edit],
        problem: Problem,
        theirs: dict[int, Any] | None,
        *,
        restore: bool = False,
    ) -> None:
        declared = self._register.by_key.get(problem.field)
        refusal = Refusal(
            table=self._register.number,
            id=id,
            reason=problem.reason,
            message=problem.message,
            field=declared.number if declared else WHOLE_RECORD,
            theirs=theirs,
            restore=restore,
        )
        self._merge.refuse(refusal, {str(edit.field): edit.raw for edit in edits})
