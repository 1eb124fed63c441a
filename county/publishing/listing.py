"""What was published to whom, and who has confirmed that it was read."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from county.tables import CENTRES, register_tables
from desktop.models.registers.confirmations import REGISTER as CONFIRMATIONS
from desktop.models.registers.publications import REGISTER as PUBLICATIONS


@dataclass(slots=True)
class ListedPublication:
    """A publication at one centre."""

    number: str
    kind: str
    title: str
    centre: str
    centre_name: str
    published_on: str
    valid_from: str
    valid_until: str
    must_confirm: bool
    confirmed: list[str] = field(default_factory=list)


def listing(connection: Connection) -> list[ListedPublication]:
    """Return every standing publication by number and centre."""
    table = register_tables()[PUBLICATIONS.number][1]
    rows = connection.execute(
        select(table, CENTRES.c.code.label("centre"), CENTRES.c.name.label("centre_name"))
        .join(CENTRES, CENTRES.c.id == table.c.centre_id)
        .where(table.c.deleted_at.is_(None))
        .order_by(table.c.published_on, table.c.number, CENTRES.c.code)
    ).all()
    confirmed = _confirmed(connection)
    return [
        ListedPublication(
            number=row.number,
            kind=row.kind,
            title=row.title,
            centre=row.centre,
            centre_name=row.centre_name,
            published_on=_day(row.published_on),
            valid_from=_day(row.valid_from),
            valid_until=_day(row.valid_until),
            must_confirm=bool(row.must_confirm),
            confirmed=confirmed.get((row.centre_id, row.id), []),
        )
        for row in rows
    ]


def _confirmed(connection: Connection) -> dict[tuple[int, bytes], list[str]]:
    """Return who of which centre has confirmed what, and when."""
    table = register_tables()[CONFIRMATIONS.number][1]
    rows = connection.execute(
        select(table).where(table.c.deleted_at.is_(None)).order_by(table.c.confirmed_at, table.c.id)
    )
    found: dict[tuple[int, bytes], list[str]] = {}
    for row in rows:
        words = f"{row.person} {row.confirmed_at or ''}".strip()
        found.setdefault((row.centre_id, row.publication_id), []).append(words)
    return found


def _day(day: object) -> str:
    return str(day) if day else ""
