"""What was published to all centres and still stands: kept for the centres that are added later.

A centre that is added gets it with the first exchange in which one of its PCs has sent everything:
only then is it known what the centre has already, and its own drugs are taken over instead of
standing beside the county's.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, delete, insert, select, update

from county.publishing import writing
from county.publishing.content import KINDS, Content, PublishedKind
from county.publishing.withdrawing import is_named, spoken
from county.publishing.writing import AtCentre, Published
from county.tables import CENTRES, STANDING
from desktop.errors import UserError
from desktop.models.identity import joined
from desktop.models.register import Values
from desktop.models.registers.publications import REGISTER as PUBLICATIONS
from desktop.sync.wire import pack, read_value, unpack, write_value

_LOG = logging.getLogger(__name__)


class _Kept(Struct, array_like=True):
    """A publication as it is kept: fields by their numbers, which stay for ever."""

    title: str
    rows: list[dict[int, Any]]
    text: str
    valid_from: str | None
    valid_until: str | None
    must_confirm: bool
    whole: bool


def publish(
    connection: Connection,
    content: Content,
    centre_ids: Sequence[int],
    on: date,
    *,
    everybody: bool,
) -> list[Published]:
    """Publish to these centres; what is for everybody is kept for those that are added later."""
    content = replace(content, number=content.number or writing.next_number(connection, on))
    done = writing.publish(connection, content, centre_ids, on)
    if everybody:
        keep(connection, content, on)
    return done


def keep(connection: Connection, content: Content, on: date) -> None:
    """Keep what was just published to all centres, in the place of what it replaces."""
    for row in _entries(connection, content.kind):
        if _replaces(content, _read(row)):
            connection.execute(delete(STANDING).where(STANDING.c.id == row.id))
    connection.execute(
        insert(STANDING).values(
            kind=content.kind.word,
            number=content.number,
            published_on=on,
            content=_packed(content),
        )
    )


def withdraw(connection: Connection, kind: PublishedKind, words: Sequence[str]) -> bool:
    """Keep no more what the words name, or nothing of a kind; tells whether any of it was kept."""
    named = {spoken(word) for word in words}
    found = False
    for row in _entries(connection, kind):
        content = _read(row)
        left = tuple(
            values for values in content.rows if not is_named(named, kind.register, values)
        )
        notice: Values = {"number": content.number, "title": content.title}
        stays = left if kind.key else not is_named(named, PUBLICATIONS, notice)
        found |= not stays or len(left) < len(content.rows)
        if not stays:
            connection.execute(delete(STANDING).where(STANDING.c.id == row.id))
        elif len(left) < len(content.rows):
            packed = _packed(replace(content, rows=left))
            connection.execute(
                update(STANDING).where(STANDING.c.id == row.id).values(content=packed)
            )
    return found


def count(connection: Connection, today: date) -> int:
    """Return how many publications a centre would get that is added now."""
    return len(_standing(connection, today))


def hand_over(connection: Connection, centre_id: int, today: date) -> None:
    """Write all that stands into the feed of a centre that waits for it, whose row is locked.

    One that does not fit what the centre uses is left out: its exchange must go on.
    """
    for row, content in _standing(connection, today):
        at = AtCentre(connection, centre_id, content, content.number, row.published_on)
        try:
            with connection.begin_nested():
                at.publish()
        except UserError as error:
            _LOG.warning("publication %s left out at centre %d: %s", row.number, centre_id, error)
    connection.execute(update(CENTRES).where(CENTRES.c.id == centre_id).values(awaits=False))


def _standing(connection: Connection, today: date) -> list[tuple[Row[Any], Content]]:
    rows = connection.execute(select(STANDING).order_by(STANDING.c.id)).all()
    found = [(row, _read(row)) for row in rows if row.kind in KINDS]
    return [
        (row, content)
        for row, content in found
        if content.valid_until is None or content.valid_until >= today
    ]


def _entries(connection: Connection, kind: PublishedKind) -> Sequence[Row[Any]]:
    asked = select(STANDING).where(STANDING.c.kind == kind.word).order_by(STANDING.c.id)
    return connection.execute(asked).all()


def _replaces(content: Content, before: Content) -> bool:
    """Tell whether nothing of an earlier publication is left after this one."""
    if not content.kind.key:
        return content.number == before.number
    return content.whole or _keys(before) <= _keys(content)


def _keys(content: Content) -> set[str | None]:
    columns = [str(column.key) for column in content.kind.register.natural_key]
    return {joined([values.get(name) for name in columns]) for values in content.rows}


def _packed(content: Content) -> bytes:
    by_key = content.kind.register.by_key if content.kind.key else {}
    rows = [
        {by_key[key].number: write_value(value) for key, value in values.items()}
        for values in content.rows
    ]
    return pack(
        _Kept(
            title=content.title,
            rows=rows,
            text=content.text,
            valid_from=content.valid_from.isoformat() if content.valid_from else None,
            valid_until=content.valid_until.isoformat() if content.valid_until else None,
            must_confirm=content.must_confirm,
            whole=content.whole,
        )
    )


def _read(row: Row[Any]) -> Content:
    kind = KINDS[row.kind]
    kept = unpack(row.content, _Kept)
    fields = kind.register.by_number if kind.key else {}
    rows = tuple(
        {
            fields[number].key: read_value(fields[number], raw)
            for number, raw in values.items()
            if number in fields
        }
        for values in kept.rows
    )
    return Content(
        kind=kind,
        title=kept.title,
        rows=rows,
        number=row.number,
        text=kept.text,
        valid_from=date.fromisoformat(kept.valid_from) if kept.valid_from else None,
        valid_until=date.fromisoformat(kept.valid_until) if kept.valid_until else None,
        must_confirm=kept.must_confirm,
        whole=kept.whole,
    )
