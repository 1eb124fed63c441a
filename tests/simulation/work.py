"""What people do at a PC; every function takes the world, the PC and the step's numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.exchange import undoing
from desktop.models.changes import last_seq
from desktop.models.identity import Identities
from desktop.models.ids import new_id
from desktop.models.local import ImportBatch
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.registers.returns import DRAFT, RETURNED, SETTLED, SUBMITTED
from desktop.models.store import change_many, insert_many, put_back, remove, save
from tests.exchange.sheets_made import person

if TYPE_CHECKING:
    from tests.simulation.desks import Desk
    from tests.simulation.world import World

FIELDS = ("name", "phone", "department", "note")
FORM = "模拟报表"
MONTHS = ("2026-09", "2026-10", "2026-11")
PEOPLE = 5
_HOT = 500
Numbers = tuple[int, ...]
Work = Callable[["World", "Desk", Numbers], None]


def fields_of(desk: Desk) -> tuple[str, ...]:
    """Return the fields that people edit at this PC."""
    return FIELDS[:-1] if desk.old else FIELDS


def insert(world: World, desk: Desk, _n: Numbers) -> None:
    """Make a person nobody else makes."""
    values: Values = {"name": world.text("name"), "id_number": person(world.next())}
    with desk.store.writing() as session:
        insert_many(session, find_register("staff"), [values])


def keyed(world: World, desk: Desk, n: Numbers) -> None:
    """Make a person whom another PC may have made too; a deleted one comes back."""
    chosen = [key for at, key in enumerate(fields_of(desk)) if key == "name" or n[1] >> at & 1]
    values: Values = {key: world.text(key) for key in chosen}
    values["id_number"] = person(1 + n[0] % PEOPLE)
    with desk.store.writing() as session:
        save(session, find_register("staff"), values)


def edit(world: World, desk: Desk, n: Numbers) -> None:
    """Edit one to three fields of a record, as a form does when it is saved.

    Half of the time it is the record that everybody is at work on, and one of two fields.
    """
    ids = _present(desk)
    if not ids:
        return
    fields = fields_of(desk)
    chosen = {fields[(n[1] + at) % len(fields)] for at in range(1 + n[2] % 3)}
    which = n[0] % len(ids)
    if n[0] >= _HOT:
        which, chosen = 0, {fields[n[1] % 2]}
    with desk.store.writing() as session:
        values: Values = {key: world.text(key) for key in sorted(chosen)}
        change_many(session, find_register("staff"), [(ids[which], values)])


def bulk(world: World, desk: Desk, n: Numbers) -> None:
    """Change one field of many records in one statement, past the store."""
    key = fields_of(desk)[n[0] % 3]
    table = find_register("staff").table
    with desk.store.writing() as session:
        session.execute(table.update().values({key: world.text(key)}))


def delete(_world: World, desk: Desk, n: Numbers) -> None:
    """Delete a record."""
    ids = _present(desk)
    if ids:
        with desk.store.writing() as session:
            remove(session, find_register("staff"), ids[n[0] % len(ids)])


def back(_world: World, desk: Desk, n: Numbers) -> None:
    """Put a deleted record back."""
    table = find_register("staff").table
    with desk.store.writing() as session:
        deleted = table.c.deleted_at.is_not(None)
        ids = session.scalars(select(table.c.id).where(deleted).order_by(table.c.id)).all()
        if ids:
            put_back(session, find_register("staff"), ids[n[0] % len(ids)])


def lot(world: World, desk: Desk, n: Numbers) -> None:
    """Take a lot into stock; the same batch of the same drug may be taken in elsewhere."""
    values: Values = {"drug_id": bytes(15) + bytes([1 + n[0] % 3]), "batch_no": f"批{n[1] % 3}"}
    with desk.store.writing() as session:
        id = save(session, find_register("drug_stock"), values)
    world.lots.setdefault(desk.centre, []).append(id)


def move(world: World, desk: Desk, n: Numbers) -> None:
    """Book a movement, also of a lot that only another PC has so far."""
    lots = world.lots.get(desk.centre) or [bytes(15) + b"\x09"]
    values: Values = {"lot_id": lots[n[0] % len(lots)], "moved_on": date(2026, 10, 1)}
    kind = "入库" if n[1] % 2 else "出库"
    with desk.store.writing() as session:
        row = values | {"kind": kind, "quantity": n[2] - 400}
        insert_many(session, find_register("stock_moves"), [row])


def count(world: World, desk: Desk, n: Numbers) -> None:
    """Book the count of a day that another PC may book too."""
    moves, day = find_register("stock_moves"), date(2026, 10, 1 + n[0] % 3)
    lots = world.lots.get(desk.centre) or [bytes(15) + b"\x09"]
    values: Values = {"lot_id": lots[0], "moved_on": day, "kind": "盘点"}
    with desk.store.writing() as session:
        id = Identities(session).booking(moves, lots[0], str(day), "盘点")
        insert_many(session, moves, [values | {"id": id, "quantity": world.next()}])


def collide(_world: World, desk: Desk, n: Numbers) -> None:
    """Give a person an ID number that another record may have too."""
    ids = _present(desk)
    if ids:
        number: Values = {"id_number": person(1 + n[1] % PEOPLE)}
        with desk.store.writing() as session:
            change_many(session, find_register("staff"), [(ids[n[0] % len(ids)], number)])


def drug(_world: World, desk: Desk, n: Numbers) -> None:
    """Add a drug to the catalogue, which the county may publish too."""
    with desk.store.writing() as session:
        save(session, find_register("drugs"), {"name": f"药品{n[0] % 4}", "spec": "0.1g"})


def price(world: World, desk: Desk, n: Numbers) -> None:
    """Write a note to a drug, which may be the county's."""
    drugs = find_register("drugs")
    with desk.store.writing() as session:
        order = select(drugs.table.c.id).order_by(drugs.table.c.id)
        ids = session.scalars(order.where(drugs.table.c.deleted_at.is_(None))).all()
        if ids:
            key = "note" if n[1] % 3 else "spec"
            change_many(session, drugs, [(ids[n[0] % len(ids)], {key: world.text("note")})])


def submit(world: World, desk: Desk, n: Numbers) -> None:
    """Begin the return of a month, submit a draft, or correct what was submitted."""
    month = MONTHS[n[0] % len(MONTHS)]
    returns = find_register("returns")
    table = returns.table
    with desk.store.writing() as session:
        row = session.execute(
            select(table)
            .where(table.c.form == FORM, table.c.month == month, table.c.deleted_at.is_(None))
            .order_by(table.c.revision.desc(), table.c.id)
            .limit(1)
        ).first()
        number = world.next()
        figures: Values = {"figures": json.dumps({"n": number}), "checksum": str(number)}
        if row is None or row.status in (*SETTLED, RETURNED):
            revision = 1 if row is None else row.revision + 1
            known: Values = {"form": FORM, "month": month, "revision": revision, "status": DRAFT}
            save(session, returns, known | figures)
            return
        if n[1] % 3:
            figures |= {"status": SUBMITTED, "submitted_at": str(number), "submitted_by": "院长"}
        save(session, returns, figures, row.id)


def take_in(world: World, desk: Desk, n: Numbers) -> None:
    """Take in a file with a new and a known person."""
    staff = find_register("staff")
    ids = _present(desk)
    with desk.store.writing() as session:
        first = last_seq(session) + 1
        made: Values = {"name": world.text("name"), "id_number": person(world.next())}
        insert_many(session, staff, [made])
        if ids:
            change_many(session, staff, [(ids[n[0] % len(ids)], {"phone": world.text("phone")})])
        _note_import(session, first)


def _note_import(session: Session, first: int) -> None:
    session.add(
        ImportBatch(
            id=new_id(),
            file="名单.xlsx",
            registers="staff",
            made_at="2026-11-01",
            person="",
            first_seq=first,
            last_seq=last_seq(session),
            created=1,
            updated=1,
        )
    )


def undo(_world: World, desk: Desk, _n: Numbers) -> None:
    """Take back the latest import."""
    undoing.undo(desk.store)


def _present(desk: Desk) -> list[bytes]:
    """Return the staff records that stand at this PC, in one order everywhere."""
    table = find_register("staff").table
    with desk.store.reading() as session:
        here = select(table.c.id).where(table.c.deleted_at.is_(None))
        return list(session.scalars(here.order_by(table.c.id_number, table.c.id)))


WORK: dict[str, Work] = {
    "insert": insert,
    "keyed": keyed,
    "edit": edit,
    "bulk": bulk,
    "delete": delete,
    "put_back": back,
    "lot": lot,
    "move": move,
    "count": count,
    "collide": collide,
    "drug": drug,
    "price": price,
    "submit": submit,
    "take_in": take_in,
    "undo": undo,
}


def cells(session: Session) -> dict[bytes, tuple[Any, ...]]:
    """Return the watched fields of every staff record."""
    table = find_register("staff").table
    rows = session.execute(select(table.c.id, *(table.c[key] for key in FIELDS))).all()
    return {row[0]: tuple(row[1:]) for row in rows}
