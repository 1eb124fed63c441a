"""What people must look at after an exchange, and what they can do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from desktop.errors import NotFound, UserError
from desktop.models import store
from desktop.models.changes import hlc_time
from desktop.models.exchange_tables import SyncIssue
from desktop.models.kinds import Kind, Value, show
from desktop.models.register import DELETED_AT, Field, Register
from desktop.models.registers import find_register, registers_by_number
from desktop.models.titles import titles
from desktop.sync import issues
from desktop.sync.outbox import WHOLE_RECORD, Record
from desktop.sync.protocol import COUNTER_BITS
from desktop.text import _

_TABLE = SyncIssue.__table__


@dataclass(frozen=True, slots=True)
class Issue:
    """One conflict or refusal, side by side.

    Attributes:
        kind: ``lost`` (mine gave way), ``won`` (mine replaced theirs unseen) or ``refused``.
        mine: This PC's value as people read it.
        theirs: The other value as people read it.
        who: Who wrote the other value.
        at: When that was, None where nobody knows; for a refusal when the refused edit was made.
        message: Why it was refused, in words.
    """

    id: int
    register: Register
    record_id: bytes
    title: str
    field: Field | None
    label: str
    kind: str
    mine: str
    theirs: str
    who: str
    at: dt.datetime | None
    reason: str
    message: str
    state: str
    is_deletion: bool = False
    in_use_deleted: bool = False
    """Of a deletion: the record is deleted as things stand."""
    not_taken: bool = False
    """Of a refusal: the county has not taken the record as it is here until it is mended."""


def list_issues(
    session: Session, *, everything: bool = False, most: int | None = None
) -> list[Issue]:
    """Return the open issues, the newest first; with ``everything`` those dealt with too.

    Each is read with its titles and values: a page asks for no more than the ``most`` it shows.
    """
    known = _TABLE.c.t.in_(registers_by_number())
    statement = select(_TABLE).where(known).order_by(_TABLE.c.id.desc()).limit(most)
    if not everything:
        statement = statement.where(_TABLE.c.state == issues.OPEN)
    rows = session.execute(statement).all()
    refused = issues.not_taken(session)
    return [_issue(session, row._mapping, refused) for row in rows]  # noqa: SLF001


def put_back(session: Session, issue_id: int) -> None:
    """Write the value that gave way as a new edit of now, under the register's own rules.

    Raises:
        RecordRefused, Frozen: The record does not take it.
        UserError: The issue is a refusal: its record is mended in its form instead. Or what would
            be referred to was deleted.
    """
    row = _open_issue(session, issue_id)
    if row["kind"] == issues.REFUSED:
        raise UserError(_("被退回的记录请打开后改正，再同步。"))
    register = registers_by_number()[row["t"]]
    field = register.by_number.get(row["field"])
    gave_way = row["mine"] if row["kind"] == issues.LOST else row["theirs"]
    value = issues.from_json(field, gave_way)
    if row["field"] == DELETED_AT:
        if value is None:
            _refuse_leading_nowhere(session, register, _values_of(session, register, row))
            store.put_back(session, register, row["record_id"])
        else:
            store.remove(session, register, row["record_id"])
    elif field is not None:
        _refuse_leading_nowhere(session, register, {field.key: value})
        store.save(session, register, {field.key: value}, row["record_id"])
    _close(session, issue_id, issues.PUT_BACK)


def _values_of(session: Session, register: Register, row: Any) -> Mapping[str, Value]:
    """Return the stored values of an issue's record, deleted or not."""
    table = register.table
    found = session.execute(select(table).where(table.c.id == row["record_id"])).first()
    return dict(found._mapping) if found is not None else {}  # noqa: SLF001


def _refuse_leading_nowhere(
    session: Session, register: Register, values: Mapping[str, Value]
) -> None:
    """Refuse references to deleted records: no form lets them be deleted while referred to."""
    for field in register.stored:
        target = values.get(field.key)
        if field.kind is not Kind.REFERENCE or not isinstance(target, bytes):
            continue
        other = find_register(field.target)
        deleted = select(other.table.c.id).where(
            other.table.c.id == target, other.table.c.deleted_at.is_not(None)
        )
        if session.execute(deleted).first() is not None:
            title = titles(session, other, [target]).get(target, "")
            raise UserError(
                _("这里引用的“{label} · {title}”已经删除，不能换回。").format(
                    label=_(other.label), title=title
                ),
                _("请先恢复或重新录入它；不再需要的话，保持现在的样子即可。"),
            )


def dismiss(session: Session, issue_id: int) -> None:
    """Leave things as they are; the issue stays in the history."""
    _open_issue(session, issue_id)
    _close(session, issue_id, issues.DISMISSED)


def _open_issue(session: Session, issue_id: int) -> Any:
    found = session.execute(select(_TABLE).where(_TABLE.c.id == issue_id)).first()
    if found is None or found.state != issues.OPEN:
        raise NotFound(_("这一项已经处理过了。"), _("请刷新后再看。"))
    return found._mapping  # noqa: SLF001 - SQLAlchemy's documented name


def _close(session: Session, issue_id: int, state: str) -> None:
    session.execute(update(SyncIssue).where(SyncIssue.id == issue_id).values(state=state))


def _issue(session: Session, row: Any, refused: Container[Record]) -> Issue:
    register = registers_by_number()[row["t"]]
    field = register.by_number.get(row["field"])
    lost = row["kind"] == issues.LOST
    return Issue(
        id=row["id"],
        register=register,
        record_id=row["record_id"],
        title=titles(session, register, [row["record_id"]]).get(row["record_id"], ""),
        field=field,
        label=_label(register, row["field"]),
        kind=row["kind"],
        mine=_shown(session, field, row["field"], row["mine"]),
        theirs=_shown(session, field, row["field"], row["theirs"]),
        who=row["who"],
        # What came with a record has a stamp before all edits, which tells no time.
        at=hlc_time(row["at"]) if row["at"] >> COUNTER_BITS else None,
        reason=row["reason"],
        message=row["message"],
        state=row["state"],
        is_deletion=row["field"] == DELETED_AT,
        in_use_deleted=issues.from_json(None, row["theirs" if lost else "mine"]) is not None
        if row["field"] == DELETED_AT
        else False,
        not_taken=(row["t"], row["record_id"]) in refused,
    )


def _label(register: Register, number: int) -> str:
    if number == DELETED_AT:
        return _("删除")
    if number == WHOLE_RECORD or number not in register.by_number:
        return _(register.label)
    return _(register.by_number[number].label)


def _shown(session: Session, field: Field | None, number: int, text: str | None) -> str:
    value: Value = issues.from_json(field, text)
    if number == DELETED_AT:
        return _("未删除") if value is None else _("已删除")
    if value is None or field is None:
        return ""
    if field.kind is Kind.REFERENCE and isinstance(value, bytes):
        return titles(session, find_register(field.target), [value]).get(value, "")
    return show(field.kind, value)
