"""Writing a publication into the feeds of its centres: all of them in one transaction.

Each centre gets its own copy, written by the hub as if by one more device of the centre: nothing
but the ordinary feed carries it, and no statement ever speaks of two centres' rows at once. A
record that the centre has already is taken over field by field, under its own id.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from county import fences
from county.batch import select_by_id
from county.exchanging import lock_centre
from county.publishing.changes import Changes
from county.publishing.content import Content
from county.publishing.finding import Finder
from county.publishing.versions import ENDS_EARLIER
from county.tables import STANDING, register_tables
from county.writer import Writer
from desktop.errors import UserError
from desktop.models.identity import joined, key_text
from desktop.models.ids import id_space, keyed_id
from desktop.models.published import fields_in, mask_of
from desktop.models.register import DELETED_AT, Register, Values
from desktop.models.registers import centre as centre_register
from desktop.models.registers.county_marks import REGISTER as MARKS
from desktop.models.registers.publications import REGISTER as PUBLICATIONS
from desktop.text import _

STOPPED = "停用"
IN_USE = "在用"


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a publication at one centre."""

    centre: str
    name: str
    number: str
    changes: Changes

    @property
    def changed(self) -> bool:
        """Say that there was anything to publish."""
        return bool(self.number)


def publish(
    connection: Connection, content: Content, centre_ids: Sequence[int], on: date
) -> list[Published]:
    """Publish to these centres; a centre that has it all already gets nothing.

    Raises:
        UserError: It does not fit what a centre uses; nothing is published anywhere.
    """
    number = content.number or next_number(connection, on)
    # In one order, so that two publications at once do not wait for each other for ever.
    return [
        AtCentre(connection, centre_id, content, number, on).publish()
        for centre_id in sorted(centre_ids)
    ]


def next_number(connection: Connection, on: date) -> str:
    """Return the number of the day's next publication."""
    _register, table = register_tables()[PUBLICATIONS.number]
    begin = f"{on:%Y%m%d}-"
    taken = [
        *connection.scalars(select(table.c.number).where(table.c.number.like(f"{begin}%"))),
        *connection.scalars(select(STANDING.c.number).where(STANDING.c.number.like(f"{begin}%"))),
    ]
    last = max((int(each.removeprefix(begin)) for each in taken if _counts(each, begin)), default=0)
    return f"{begin}{last + 1}"


def _counts(number: str, begin: str) -> bool:
    return number.removeprefix(begin).isdecimal()


def centre_code(connection: Connection, centre: Row[Any]) -> str:
    """Return the code by which the centre's own PCs make ids, as their record of it says."""
    _register, table = register_tables()[centre_register.REGISTER.number]
    found: str | None = connection.execute(
        select(table.c.code)
        .where(table.c.centre_id == centre.id, table.c.deleted_at.is_(None))
        .order_by(table.c.id)
        .limit(1)
    ).scalar()
    return found or str(centre.code)


class AtCentre:
    """One publication at one centre."""

    def __init__(
        self, connection: Connection, centre_id: int, content: Content, number: str, on: date
    ) -> None:
        self._connection = connection
        self._writer = Writer(connection, lock_centre(connection, centre_id))
        self._content = content
        self._number = number
        self._on = on
        self._changes = Changes()
        self._code = centre_code(connection, self._writer.centre)
        self._news: list[tuple[Register, dict[str, Any]]] = []
        self._marked = self._read_marks()

    def publish(self) -> Published:
        """Write the records, their marks and the word of it."""
        if self._content.kind.key:
            self._publish_rows(self._content.kind.register)
        self._insert_news()
        number = self._tell()
        self._writer.write()
        return self._published(number)

    def tell(self, changes: Changes) -> Published:
        """Write the word alone of what was changed otherwise."""
        self._changes = changes
        number = self._tell()
        self._writer.write()
        return self._published(number)

    def _published(self, number: str) -> Published:
        centre = self._writer.centre
        return Published(centre.code, centre.name, number, self._changes)

    def _read_marks(self) -> dict[bytes, Row[Any]]:
        """Return the standing and the withdrawn marks of the centre by record."""
        table = self._writer.table(MARKS)
        asked = select(table).where(table.c.centre_id == self._writer.centre.id)
        return {row.id: row for row in self._connection.execute(asked)}

    # Records

    def _publish_rows(self, register: Register) -> None:
        held = self._rows_of(register)
        published = frozenset(id for id, mark in self._marked.items() if mark.deleted_at is None)
        self._changes.begin(register, held, published)
        finder = Finder(register, held)
        touched: set[bytes] = set()
        taken = self._taken(register, held)
        for values in self._content.rows:
            meant = finder.find(values)
            for row in meant:
                self._refuse_unfit(register, row, values)
                self._take_over(register, row, values)
                touched.add(row.id)
            if not meant:
                id = self._new_id(register, values, taken)
                taken.add(id)
                touched.add(id)
                self._news.append((register, {"id": id, **values}))
                self._changes.add(register, values)
                self._mark(register, id, values, changed=True)
        if self._content.whole:
            self._stop(register, [row for row in held if row.id not in touched])
        if register.key in ENDS_EARLIER:
            self._end_earlier(register, [row for row in held if row.id not in touched])

    def _rows_of(self, register: Register) -> list[Row[Any]]:
        table = self._writer.table(register)
        asked = select(table).where(table.c.centre_id == self._writer.centre.id)
        return list(self._connection.execute(asked.order_by(table.c.id)).all())

    def _taken(self, register: Register, held: Sequence[Row[Any]]) -> set[bytes]:
        """Return the ids that new records cannot get; another centre may have made one of them."""
        table = self._writer.table(register)
        wanted = [self._keyed(register, values, 0) for values in self._content.rows]
        there = select_by_id(self._connection, table, wanted, columns=(table.c.id,))
        # Behind the fence of a PC's exchange other centres' rows are seen by their ids alone.
        foreign = fences.foreign(self._connection, table, wanted)
        return {row.id for row in (*held, *there)} | foreign

    def _new_id(self, register: Register, values: Values, taken: Container[bytes]) -> bytes:
        """Return the id that the centre's PCs would give the record, were they to make it."""
        turn = 0
        while (made := self._keyed(register, values, turn)) in taken:
            turn += 1
        return made

    def _keyed(self, register: Register, values: Values, turn: int) -> bytes:
        key = key_text(register, values)
        if key is None:
            # What PCs make apart is still one record when the county publishes it again.
            key = joined([values.get(str(column.key)) for column in register.natural_key]) or ""
        return keyed_id(id_space(self._code, register.key), f"{key}\x1f{turn}" if turn else key)

    def _take_over(self, register: Register, row: Row[Any], values: Values) -> None:
        values = self._going_on(row, values)
        differing = {key: value for key, value in values.items() if getattr(row, key) != value}
        if row.deleted_at is not None:
            self._writer.set(register, row.id, DELETED_AT, None)
        for key, value in differing.items():
            self._writer.set(register, row.id, register.by_key[key].number, value)
        if row.deleted_at is not None:
            self._changes.add(register, values)
        elif differing:
            self._changes.change(register, row, differing)
        changed = bool(differing) or row.deleted_at is not None
        self._mark(register, row.id, values, changed=changed)

    def _going_on(self, row: Row[Any], values: Values) -> Values:
        """Return the values of a drug that is in the catalogue again with it in use again.

        A version that is published again ends where the county's next one begins, as before.
        """
        mark = self._marked.get(row.id)
        if mark is None:
            return values
        register = self._content.kind.register
        held = fields_in(register, mark.fields or 0)
        if register.key == "drugs" and row.status == STOPPED and "status" in held:
            return {"status": IN_USE, **values}
        standing = row.deleted_at is None and mark.deleted_at is None
        if register.key in ENDS_EARLIER and standing and "valid_to" in held:
            return {"valid_to": row.valid_to, **values}
        return values

    def _mark(self, register: Register, id: bytes, values: Values, *, changed: bool) -> None:
        """Say which fields of a record are the county's from now on."""
        wanted: Values = {
            "register": register.number,
            "fields": mask_of(register, values),
            "published_on": self._on,
            "publication": self._number,
        }
        mark = self._marked.get(id)
        if mark is None:
            self._news.append((MARKS, {"id": id, **wanted}))
            if not changed:
                # It says what the centre has already, and is the county's from now on.
                self._changes.take_over()
            return
        if mark.deleted_at is not None:
            self._writer.set(MARKS, id, DELETED_AT, None)
            self._changes.take_over()
        elif not changed and mark.fields == wanted["fields"]:
            return
        for key, value in wanted.items():
            if getattr(mark, key) != value:
                self._writer.set(MARKS, id, MARKS.by_key[key].number, value)

    def _stop(self, register: Register, rest: Sequence[Row[Any]]) -> None:
        """Stop what an earlier catalogue of the county had and this one has no more."""
        status = register.by_key["status"].number
        for row in rest:
            mark = self._marked.get(row.id)
            if mark is None or mark.deleted_at is not None or row.deleted_at is not None:
                continue
            if row.status != STOPPED:
                self._writer.set(register, row.id, status, STOPPED)
                self._changes.change(register, row, {"status": STOPPED})
                fields = (mark.fields or 0) | 1 << status
                self._writer.set(MARKS, row.id, MARKS.by_key["fields"].number, fields)

    def _end_earlier(self, register: Register, rest: Sequence[Row[Any]]) -> None:
        """Let an earlier version that the county published end on the day before the new one."""
        name, end = ENDS_EARLIER[register.key], register.by_key["valid_to"].number
        starts = {values[name]: values["valid_from"] for values in self._content.rows}
        for row in rest:
            mark = self._marked.get(row.id)
            start = starts.get(getattr(row, name))
            if mark is None or mark.deleted_at is not None or row.deleted_at is not None:
                continue
            if not isinstance(start, date) or row.valid_from is None or row.valid_from >= start:
                continue
            if row.valid_to is None or row.valid_to >= start:
                self._writer.set(register, row.id, end, start - timedelta(days=1))
                fields = (mark.fields or 0) | 1 << end
                self._writer.set(MARKS, row.id, MARKS.by_key["fields"].number, fields)

    def _refuse_unfit(self, register: Register, row: Row[Any], values: Values) -> None:
        """Refuse a checklist without items that visits have been recorded by."""
        if register.key != "checklists" or not row.body or row.body == values["body"]:
            return
        from desktop.services.checklists import parse_checklist

        try:
            before = parse_checklist(row.body)
        except UserError:
            return  # What was spoilt holds nobody back.
        dropped = sorted(set(before.by_code) - set(parse_checklist(str(values["body"])).by_code))
        if dropped and before.valid_from <= self._on:
            raise UserError(
                _("检查表“{key}”已在用，新的内容少了项目 {codes}。").format(
                    key=values["code"], codes="、".join(dropped)
                ),
                _("请保留这些项目，或换一个代号（key）作为新版本。"),
            )

    def _insert_news(self) -> None:
        """Insert what is new, records before the marks on them."""
        registers = {register.number: register for register, _row in self._news}
        for number in sorted(registers):
            rows = [row for register, row in self._news if register.number == number]
            self._writer.insert(registers[number], rows)

    # The word of it

    def _tell(self) -> str:
        """Write what the centre reads of it; returns its number, empty where nothing changed."""
        content = self._content
        values: Values = {
            "kind": content.kind.label,
            "number": self._number,
            "title": content.title,
            "text": content.text or None,
            "published_on": self._on,
            "valid_from": content.valid_from,
            "valid_until": content.valid_until,
            "must_confirm": content.must_confirm or None,
            "changes": self._changes.as_json() if content.kind.key else None,
        }
        before = self._find_publication()
        if content.kind.key and not self._changes:
            return ""
        if before is None:
            id = self._new_id(PUBLICATIONS, values, frozenset())
            self._writer.insert(PUBLICATIONS, [{"id": id, **values}])
            return self._number
        if (before.title, before.text) == (values["title"], values["text"]):
            values["published_on"] = before.published_on
        differing = {key: value for key, value in values.items() if getattr(before, key) != value}
        if before.deleted_at is not None:
            self._writer.set(PUBLICATIONS, before.id, DELETED_AT, None)
        for key, value in differing.items():
            self._writer.set(PUBLICATIONS, before.id, PUBLICATIONS.by_key[key].number, value)
        return self._number if differing or before.deleted_at is not None else ""

    def _find_publication(self) -> Row[Any] | None:
        table = self._writer.table(PUBLICATIONS)
        return self._connection.execute(
            select(table).where(
                table.c.centre_id == self._writer.centre.id,
                table.c.kind == self._content.kind.label,
                table.c.number == self._number,
            )
        ).first()
