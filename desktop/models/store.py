"""All writing of records: one transaction with its change rows, checked against the register."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, func, literal, select, update
from sqlalchemy.orm import Session

from desktop.errors import Frozen, NotFound, Problem, RecordRefused, UserError
from desktop.models.changes import mark_all_written
from desktop.models.crowds import insert_columns
from desktop.models.database import Database
from desktop.models.identity import Identities
from desktop.models.numbered import refuse_taken
from desktop.models.published import refuse_deleting_published, refuse_published
from desktop.models.register import Owner, Register, Values
from desktop.models.registers import all_registers
from desktop.models.search_keys import reference_columns, search_key
from desktop.models.titles import reference_titles
from desktop.text import _, in_a_row


class Store:
    """The sessions of one person on the centre's database.

    Args:
        database: The open database.
        person_id: The person signed in, named by every change row.
        person_name: Shown beside what the person did.
    """

    def __init__(self, database: Database, person_id: str, person_name: str) -> None:
        self.database = database
        self.person_id = person_id
        self.person_name = person_name
        database.person = person_id

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one state of the data and writes nothing.

        The transaction is the connection's own, and closing it takes it back: begun through the
        session it would take a twentieth of the time of reading a page.
        """
        with self.database.connect() as connection:
            connection.begin()
            with Session(bind=connection) as session:
                yield session

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Session]:
        """Give a session whose work is one transaction: all of it at the end, or nothing."""
        with (
            self.database.begin(durable=durable) as connection,
            Session(bind=connection) as session,
        ):
            yield session
            session.flush()


def load(session: Session, register: Register, record_id: bytes) -> Values:
    """Return the values of a record by field key, computed fields included.

    Raises:
        NotFound: There is no such record, or it was deleted.
    """
    columns = [field.column.label(field.key) for field in register.fields]
    row = session.execute(
        select(*columns).where(
            register.table.c.id == record_id, register.table.c.deleted_at.is_(None)
        )
    ).first()
    if row is None:
        raise NotFound(_("这条记录已不存在，可能已被他人删除。"), _("请刷新后再试。"))
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name


def save(
    session: Session, register: Register, values: Values, record_id: bytes | None = None
) -> bytes:
    """Save a new record, or the given fields of an existing one; returns its id.

    Raises:
        RecordRefused: The record does not keep the register's rules; names each problem.
        Frozen: The record is locked, or the register is a ledger or owned by the county.
    """
    given = {key: value for key, value in values.items() if not register.by_key[key].computed}
    if record_id is None:
        whole = given
        _refuse_problems(session, register, whole, None)
        refuse_taken(session, register, whole, [*given], None)
        record_id = insert_many(session, register, [given])[0]
    else:
        refuse_frozen(session, register, record_id)
        before = load(session, register, record_id)
        whole = before | given
        _refuse_problems(session, register, whole, record_id)
        changed = [key for key, value in given.items() if value != before[key]]
        refuse_taken(session, register, whole, changed, record_id)
        change_many(session, register, [(record_id, given)])
    if register.frozen_when(whole):
        mark_all_written(session, register, record_id)
    return record_id


def _refuse_problems(
    session: Session, register: Register, values: Values, record_id: bytes | None
) -> None:
    _refuse_county_owned(register)
    problems = register.problems(values)
    twin = find_twin(session, register, values) if not problems else None
    if twin is not None and twin != record_id:
        labels = in_a_row(_(register.by_key[str(c.key)].label) for c in register.natural_key)
        message = _("已有一条{labels}相同的记录。").format(labels=labels)
        problems = [Problem("duplicate", message, str(register.natural_key[0].key))]
    if problems:
        raise RecordRefused(problems)


def _refuse_county_owned(register: Register) -> None:
    if register.owner is Owner.COUNTY:
        raise Frozen(_("“{label}”由县级统一维护，本机构不能修改。").format(label=_(register.label)))


def refuse_frozen(session: Session, register: Register, record_id: bytes) -> None:
    """Refuse to change a ledger row, a locked record or one that the county owns."""
    _refuse_county_owned(register)
    if register.append_only:
        raise Frozen(_("流水账只增不改，请用“冲正”更正。"))
    if register.frozen_when(load(session, register, record_id)):
        raise Frozen(_("这条记录已上报锁定，不能修改。"), _("需要更正时请另作更正版次。"))


def find_twin(session: Session, register: Register, values: Values) -> bytes | None:
    """Return the id of the present record with the same natural key, if there is one.

    Two records whose whole key is blank are two records.
    """
    if all(values.get(str(column.key)) is None for column in register.natural_key):
        return None
    conditions = [
        column.is_(None) if values.get(key) is None else column == values[key]
        for column in (register.table.columns[str(each.key)] for each in register.natural_key)
        for key in (column.key,)
    ]
    found: bytes | None = session.execute(
        select(register.table.c.id).where(register.table.c.deleted_at.is_(None), *conditions)
    ).scalar()
    return found


def insert_many(session: Session, register: Register, rows: Sequence[Values]) -> list[bytes]:
    """Insert checked rows in bulk, with their search keys; returns their ids in order.

    A row may bring its own ``id``; else what it is known by gives it one, and a deleted record of
    that key comes back. All rows of a call have to name the same fields, or leave them out of all:
    what a row lacks is stored as blank, but the day of a register that stamps its new records.
    """
    rows = _stamped(register, rows)
    rows, back = _identified(session, register, rows)
    bring_back(session, register, [row for row in rows if row["id"] in back])
    _insert(session, register, [row for row in rows if row["id"] not in back] if back else rows)
    return [row["id"] for row in rows]  # type: ignore[misc] # an id is bytes, as its maker promises


def _stamped(register: Register, rows: Sequence[Values]) -> Sequence[Values]:
    """Give new records today's date where their register asks for it and none is given."""
    if register.stamped is None:
        return rows
    key, today = str(register.stamped.key), date.today()
    return [row if row.get(key) is not None else {**row, key: today} for row in rows]


def _identified(
    session: Session, register: Register, rows: Sequence[Values]
) -> tuple[Sequence[Values], set[bytes]]:
    if all(row.get("id") for row in rows):
        return rows, set()
    identities = Identities(session)
    named = [
        row if row.get("id") else {**row, "id": identities.of(register, row).id} for row in rows
    ]
    return named, identities.back


def bring_back(session: Session, register: Register, rows: Sequence[Values]) -> None:
    """Let deleted records stand again with these values and no others: each row has its id."""
    names = [field.key for field in register.stored]
    change_many(
        session,
        register,
        [
            (row["id"], {"deleted_at": None, **{name: row.get(name) for name in names}})  # type: ignore[misc]
            for row in rows
        ],
    )


def _insert(session: Session, register: Register, rows: Sequence[Values]) -> None:
    if not rows:
        return
    ids: list[bytes] = [row["id"] for row in rows]  # type: ignore[misc]
    columns = {field.key: [row.get(field.key) for row in rows] for field in register.stored}
    insert_columns(session, register, ids, columns)


def change_many(
    session: Session, register: Register, changes: Sequence[tuple[bytes, Values]]
) -> int:
    """Change the given fields of many records in bulk, with their search keys; returns how many.

    Raises:
        Frozen: A change is one of what the county has published.
    """
    if not changes:
        return 0
    _refuse_county_owned(register)
    refuse_published(session, register, changes)
    table = register.table
    by_fields: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for record_id, values in changes:
        parameters = {f"new_{key}": value for key, value in values.items()}
        by_fields.setdefault(tuple(values), []).append({"which": record_id, **parameters})
    for fields, group in by_fields.items():
        statement = update(table).where(table.c.id == bindparam("which"))
        session.execute(
            statement.values({field: bindparam(f"new_{field}") for field in fields}), group
        )
    searched = {str(column.key) for column in register.search}
    renew = [record_id for record_id, values in changes if searched & set(values)]
    renew_search_keys(session, register, renew)
    return len(changes)


def renew_search_keys(session: Session, register: Register, ids: Sequence[bytes]) -> None:
    """Work out the search keys of these records, and of those that are searched by their names."""
    table: Table = register.table
    for start in range(0, len(ids), 500):
        rows = [
            dict(row._mapping)  # noqa: SLF001
            for row in session.execute(
                select(table).where(table.c.id.in_(ids[start : start + 500]))
            )
        ]
        titles = reference_titles(session, register, rows) if reference_columns(register) else {}
        keys = {row["id"]: search_key(register, row, titles) for row in rows}
        changed = [row["id"] for row in rows if keys[row["id"]] != row["search_key"]]
        if changed:
            session.execute(
                update(table)
                .where(table.c.id == bindparam("which"))
                .values(search_key=bindparam("key")),
                [{"which": each, "key": keys[each]} for each in changed],
            )
            renew_dependants(session, register, changed)


def renew_dependants(session: Session, register: Register, ids: Sequence[bytes]) -> None:
    """Renew the search keys of records that are found by the titles of these."""
    for other, key in _searched_by(register.key):
        column = other.table.columns[key]
        for start in range(0, len(ids), 500):
            piece = ids[start : start + 500]
            found = session.execute(select(other.table.c.id).where(column.in_(piece))).scalars()
            renew_search_keys(session, other, list(found))


@cache
def _searched_by(target: str) -> list[tuple[Register, str]]:
    return [
        (other, key)
        for other in all_registers().values()
        for key in reference_columns(other)
        if other.by_key[key].target == target
    ]


def remove(session: Session, register: Register, record_id: bytes) -> None:
    """Mark a record as deleted; it stays in the file and can be put back.

    Raises:
        UserError: Other records refer to it.
        Frozen: The record is locked, a ledger row or the county's.
    """
    refuse_frozen(session, register, record_id)
    refuse_deleting_published(session, register, record_id)
    _refuse_referenced(session, register, record_id)
    session.execute(
        update(register.table)
        .where(register.table.c.id == record_id)
        .values(deleted_at=datetime.now(UTC).isoformat(timespec="seconds"))
    )


def put_back(session: Session, register: Register, record_id: bytes) -> None:
    """Take the deletion mark off a record."""
    session.execute(
        update(register.table).where(register.table.c.id == record_id).values(deleted_at=None)
    )


def _refuse_referenced(session: Session, register: Register, record_id: bytes) -> None:
    for other in all_registers().values():
        pointing = [field for field in other.stored if field.target == register.key]
        for field in pointing:
            column = other.table.columns[field.key]
            count = session.execute(
                select(func.count(literal(1))).where(
                    column == record_id, other.table.c.deleted_at.is_(None)
                )
            ).scalar_one()
            if count:
                raise UserError(
                    _("“{label}”中还有 {count} 条记录引用它，不能删除。").format(
                        label=_(other.label), count=count
                    ),
                    _("请先改正或删除那些记录。"),
                )
