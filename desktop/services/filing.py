"""The life of a return: draft, filled in, explained, submitted, corrected (S0-3b, S0-6c).

A submitted return never changes; a correction is a new revision that names the old one. Received
("县级已接收") is only ever set by the exchange, from the hub's receipt.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import Frozen, NotFound, UserError
from desktop.models.kinds import Cell
from desktop.models.register import Values
from desktop.models.registers.returns import ACCEPTED, DRAFT, REGISTER, RETURNED, SUBMITTED, Return
from desktop.models.store import save
from desktop.services.forms import DEFAULT_FORM, Line, form_keys, load_form
from desktop.services.months import month_of
from desktop.services.returns import ComposedReturn, as_stored, compose, open_return
from desktop.services.wording import parse_typed
from desktop.text import _, in_a_row


def refuse_future(month: str, today: date) -> None:
    """Refuse a month that has not begun.

    Raises:
        UserError: The month lies ahead.
    """
    if month > month_of(today):
        raise UserError(_("{month} 还没有开始，不能编制报表。").format(month=month))


def save_draft(session: Session, form: str, month: str) -> ComposedReturn:
    """Compose the month's return and keep it as the draft; a submitted one is left as it is."""
    opened = open_return(session, form, month)
    if opened.frozen:
        return opened
    _keep(session, opened, {})
    return compose(session, form, month)


def set_typed(session: Session, form: str, month: str, cells: Mapping[str, Cell]) -> ComposedReturn:
    """Fill in items that no register holds; an empty cell makes the item blank again.

    Raises:
        Frozen: The return was submitted.
        NotFound: The form has no such item, or it is computed.
        UserError: A value is no number of the item's unit.
    """
    opened = _for_change(session, form, month)
    typed = dict(opened.typed)
    for code, cell in cells.items():
        value = parse_typed(_typed_line(opened, code), cell)
        typed.pop(code, None)
        if value is not None:
            typed[code] = value
    _keep(session, opened, {"typed": json.dumps(typed, sort_keys=True)})
    return save_draft(session, form, month)


def set_explanations(
    session: Session, form: str, month: str, texts: Mapping[str, str]
) -> ComposedReturn:
    """Write the explanations of queries, by the key of the finding; an empty one is taken back.

    Raises:
        Frozen: The return was submitted.
    """
    opened = _for_change(session, form, month)
    kept = {**opened.explanations, **{key: text.strip() for key, text in texts.items()}}
    kept = {key: text for key, text in sorted(kept.items()) if text}
    _keep(session, opened, {"explanations": json.dumps(kept, ensure_ascii=False)})
    return save_draft(session, form, month)


def submit(session: Session, form: str, month: str, person: str) -> ComposedReturn:
    """Compose once more, check, and lock the return; the exchange carries it to the county.

    Raises:
        Frozen: It was submitted before.
        UserError: A check rule does not hold, or a query is not explained.
    """
    opened = _for_change(session, form, month)
    if opened.blocking:
        listed = "\n".join(f"· {each.key} {each.message}" for each in opened.blocking)
        raise UserError(
            _("还有 {count} 处审核未通过，不能上报：\n{list}\n").format(
                count=len(opened.blocking), list=listed
            ),
            _("错误（E）请改正，查询（Q）请写情况说明。"),
        )
    now = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
    _keep(
        session,
        opened,
        {"status": SUBMITTED, "submitted_at": now, "submitted_by": person},
    )
    return open_return(session, form, month)


def revise(session: Session, form: str, month: str) -> ComposedReturn:
    """Begin a correction: a new draft that names the submitted revision it replaces.

    Raises:
        UserError: Nothing was submitted for the month.
    """
    old = open_return(session, form, month)
    if old.status not in (SUBMITTED, ACCEPTED, RETURNED):
        raise UserError(_("{month} 的报表还没有上报，直接修改草稿即可。").format(month=month))
    save(
        session,
        REGISTER,
        {
            "form": form,
            "month": month,
            "revision": old.revision + 1,
            "status": DRAFT,
            "typed": json.dumps(old.typed, sort_keys=True),
            "explanations": json.dumps(old.explanations, ensure_ascii=False),
            "replaces": _("第 {revision} 版（校验码 {code}）").format(
                revision=old.revision, code=old.check_code
            ),
        },
    )
    return save_draft(session, form, month)


def listed(session: Session, month: str = "") -> list[Any]:
    """Return form, month, revision, status and dates of all returns kept, newest first."""
    columns = (
        Return.form,
        Return.month,
        Return.revision,
        Return.status,
        Return.checksum,
        Return.submitted_at,
        Return.submitted_by,
        Return.received_at,
    )
    statement = select(*columns).where(Return.deleted_at.is_(None))
    if month:
        statement = statement.where(Return.month == month)
    order = (Return.month.desc(), Return.form, Return.revision.desc())
    return list(session.execute(statement.order_by(*order)))


def forms_wanted(form: str) -> list[str]:
    """Return the form named, or all forms where none is."""
    return [load_form(form).key] if form else form_keys() or [DEFAULT_FORM]


def _for_change(session: Session, form: str, month: str) -> ComposedReturn:
    opened = open_return(session, form, month)
    if opened.frozen:
        raise Frozen(
            _("{month}《{title}》已上报，不能修改。").format(
                month=month, title=_(opened.form.title)
            ),
            _("需要更正时请另作更正版次。"),
        )
    if opened.status == RETURNED:
        return revise(session, form, month)
    return opened


def _typed_line(opened: ComposedReturn, code: str) -> Line:
    line = opened.form.by_code.get(code)
    if line is None or not line.typed:
        codes = in_a_row(each.code for each in opened.form.lines if each.typed)
        raise NotFound(
            _("“{code}”不是填报项。").format(code=code),
            _("可填报的有：{codes}。").format(codes=codes),
        )
    return line


def _keep(session: Session, opened: ComposedReturn, more: Values) -> None:
    """Store the return with its figures, if anything of it changed."""
    values: Values = {
        "form": opened.form.key,
        "month": opened.month,
        "revision": opened.revision,
        "status": DRAFT,
        "figures": as_stored(opened),
        "checksum": opened.checksum,
        **more,
    }
    if opened.record_id is not None:
        stored = session.execute(
            select(*(REGISTER.table.c[name] for name in values)).where(
                REGISTER.table.c.id == opened.record_id
            )
        ).one()
        if dict(stored._mapping) == values:  # noqa: SLF001 - SQLAlchemy's documented name
            return
    values["composed_at"] = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
    save(session, REGISTER, values, opened.record_id)
