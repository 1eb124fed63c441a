"""Taking back what was published: deleted at the centre, or left to it as its own again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from county.exchanging import lock_centre
from county.merge import HUB
from county.publishing.changes import Changes, title_of
from county.publishing.content import Content, PublishedKind
from county.publishing.versions import ENDS_EARLIER, lifted_ends
from county.publishing.writing import AtCentre, Published, next_number
from county.tables import register_tables
from county.writer import Writer
from desktop.errors import NotFound
from desktop.models.identity import joined
from desktop.models.kinds import Value
from desktop.models.register import DELETED_AT, Register, Values
from desktop.models.registers.county_marks import REGISTER as MARKS
from desktop.models.registers.publications import REGISTER as PUBLICATIONS
from desktop.text import _, in_a_row


def withdraw(
    connection: Connection,
    kind: PublishedKind,
    words: Sequence[str],
    centre_ids: Sequence[int],
    on: date,
    *,
    kept: bool = False,
) -> list[Published]:
    """Take back the records of a kind that one of the words names; all of them for no word.

    Args:
        connection: The transaction.
        kind: The kind.
        words: The words.
        centre_ids: At which centres.
        on: The day on which the centres are told of it.
        kept: Such a record was kept for centres that are added later: it need not be at any.

    Raises:
        NotFound: No centre has such a record of the county.
    """
    number = next_number(connection, on)
    done = [
        _Withdrawal(connection, centre_id, kind, words, on).withdraw(number)
        for centre_id in sorted(centre_ids)
    ]
    if not kept and not any(each.changed for each in done):
        raise NotFound(
            _("没有发布过这样的“{kind}”：{words}。").format(
                kind=_(kind.label), words=in_a_row(words) or _("任何一条")
            ),
            _("发布过的见 county-hub published。"),
        )
    return done


def is_named(words: AbstractSet[str], register: Register, values: Mapping[str, Value]) -> bool:
    """Tell whether one of the words names a record; without words each is meant."""
    if not words:
        return True
    columns = {str(column.key) for column in (*register.natural_key, *register.title)}
    given = (values.get(name) for name in columns)
    said = {spoken(value) for value in given if value is not None}
    return bool(words & {*said, spoken(title_of(register, values))})


def spoken(value: Value) -> str:
    """Return a value as it is compared with a word: a number is typed with and without blanks."""
    return (joined([value]) or "").replace(" ", "")


class _Withdrawal:
    """Taking back at one centre."""

    def __init__(
        self,
        connection: Connection,
        centre_id: int,
        kind: PublishedKind,
        words: Sequence[str],
        on: date,
    ) -> None:
        self._connection = connection
        self._centre_id = centre_id
        self._kind = kind
        self._words = {spoken(word) for word in words}
        self._on = on
        self._changes = Changes()

    def withdraw(self, number: str) -> Published:
        """Take back what is named, and tell the centre."""
        writer = Writer(self._connection, lock_centre(self._connection, self._centre_id))
        if self._kind.key:
            self._withdraw_rows(writer, self._kind.register)
        else:
            self._withdraw_notices(writer)
        writer.write()
        told = ""
        if self._changes:
            told = number
            if self._kind.key:
                self._tell(number)
        return Published(writer.centre.code, writer.centre.name, told, self._changes)

    def _is_named(self, register: Register, row: Row[Any]) -> bool:
        values: Values = {field.key: getattr(row, field.key) for field in register.stored}
        return is_named(self._words, register, values)

    def _standing(self, register: Register) -> list[Row[Any]]:
        table = register_tables()[register.number][1]
        asked = select(table).where(
            table.c.centre_id == self._centre_id, table.c.deleted_at.is_(None)
        )
        return list(self._connection.execute(asked.order_by(table.c.id)).all())

    def _withdraw_rows(self, writer: Writer, register: Register) -> None:
        marks = {row.id: row for row in self._standing(MARKS) if row.register == register.number}
        published = [row for row in self._standing(register) if row.id in marks]
        withdrawn = [row for row in published if self._is_named(register, row)]
        if register.key in ENDS_EARLIER:
            self._lift_ends(writer, register, (published, withdrawn), marks)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        for row in withdrawn:
            # What the centre had before, or uses by now, stays with it as its own.
            if row.dev == HUB and not self._is_used(register, row.id):
                writer.set(register, row.id, DELETED_AT, now)
            writer.set(MARKS, row.id, DELETED_AT, now)
            values: Values = {field.key: getattr(row, field.key) for field in register.stored}
            self._changes.withdraw(title_of(register, values))

    def _lift_ends(
        self,
        writer: Writer,
        register: Register,
        rows: tuple[Sequence[Row[Any]], Sequence[Row[Any]]],
        marks: Mapping[bytes, Row[Any]],
    ) -> None:
        """Let earlier versions hold on, of all that are published where some are withdrawn."""
        published, withdrawn = rows
        gone = {row.id for row in withdrawn}
        left = [row for row in published if row.id not in gone]
        fields = {id: mark.fields or 0 for id, mark in marks.items()}
        for lifted in lifted_ends(register, withdrawn, left, fields):
            writer.set(register, lifted.id, register.by_key["valid_to"].number, lifted.end)
            if lifted.fields != fields[lifted.id]:
                writer.set(MARKS, lifted.id, MARKS.by_key["fields"].number, lifted.fields)

    def _withdraw_notices(self, writer: Writer) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        for row in self._standing(PUBLICATIONS):
            if row.kind == self._kind.label and self._is_named(PUBLICATIONS, row):
                writer.set(PUBLICATIONS, row.id, DELETED_AT, now)
                self._changes.withdraw(row.title)

    def _is_used(self, register: Register, id: bytes) -> bool:
        """Say that records of the centre refer to it: a drug in stock is not taken away."""
        for other, table in register_tables().values():
            for field in other.stored:
                if field.target != register.key:
                    continue
                asked = (
                    select(table.c.id)
                    .where(
                        table.c.centre_id == self._centre_id,
                        table.c[field.key] == id,
                        table.c.deleted_at.is_(None),
                    )
                    .limit(1)
                )
                if self._connection.execute(asked).first() is not None:
                    return True
        return False

    def _tell(self, number: str) -> None:
        content = Content(self._kind, _("撤销：{kind}").format(kind=self._kind.label))
        told = AtCentre(self._connection, self._centre_id, content, number, self._on)
        told.tell(self._changes)
