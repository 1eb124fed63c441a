"""The life of a return: draft, checked, approved, submitted, received, accepted or sent back.

A submitted return never changes; a correction is a new revision that names the old one. Received,
accepted and returned are only ever set by the exchange, from what the hub says (S0-3b, S0-6c).
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
from desktop.models.registers.return_cells import EXPLANATION, FILLED
from desktop.models.registers.return_cells import REGISTER as CELLS
from desktop.models.registers.returns import (
    APPROVED,
    CHECKED,
    DRAFT,
    OPEN,
    REGISTER,
    RETURNED,
    SETTLED,
    SUBMITTED,
    Return,
)
from desktop.models.store import save
from desktop.services.periods import Period, parse_period
from desktop.services.records import Records
from desktop.services.returns.composed import ComposedReturn
from desktop.services.returns.composing import compose, open_return
from desktop.services.returns.forms import Line, split_key
from desktop.services.returns.library import library
from desktop.services.returns.locks import lock_of
from desktop.services.returns.stored import as_stored
from desktop.services.returns.wording import parse_typed
from desktop.text import _, in_a_row


def refuse_future(period: Period, today: date) -> None:
    """Refuse a period that has not begun.

    Raises:
        UserError: The period lies ahead.
    """
    if period.first > today:
        raise UserError(_("{month} 还没有开始，不能编制报表。").format(month=period.key))


def save_draft(session: Session, form: str, period: str) -> ComposedReturn:
    """Compose the period's return and keep it as the draft; a submitted one is left as it is."""
    opened = open_return(session, form, period)
    if opened.frozen or opened.status == RETURNED:
        return opened
    _keep(session, opened, {})
    return compose(session, form, period)


def set_typed(
    session: Session, form: str, period: str, cells: Mapping[str, Cell]
) -> ComposedReturn:
    """Fill in cells that no register holds; an empty one makes the cell blank again.

    Raises:
        Frozen: The return was submitted, or is locked.
        NotFound: The form has no such cell, or it is computed.
        UserError: A value is no number of the cell's unit.
    """
    opened = _for_change(session, form, period)
    values = {key: parse_typed(_typed_line(opened, key), cell) for key, cell in cells.items()}
    for key, value in values.items():
        _put(session, opened, FILLED, key, None if value is None else str(value))
    return _changed(session, opened)


def set_explanations(
    session: Session, form: str, period: str, texts: Mapping[str, str]
) -> ComposedReturn:
    """Write the explanations of queries, by the key of the finding; an empty one is taken back.

    Raises:
        Frozen: The return was submitted, or is locked.
    """
    opened = _for_change(session, form, period)
    for key, text in texts.items():
        _put(session, opened, EXPLANATION, key, text.strip() or None)
    return _changed(session, opened)


def check(session: Session, form: str, period: str, person: str) -> ComposedReturn:
    """Say that the return was checked: nothing blocks it any more (审核).

    Raises:
        Frozen: It was submitted, or is locked.
        UserError: A check rule does not hold, or a query is not explained.
    """
    opened = _for_change(session, form, period)
    _refuse_blocked(opened)
    _keep(session, opened, {"status": CHECKED, "checked_at": _now(), "checked_by": person})
    return open_return(session, form, period)


def approve(session: Session, form: str, period: str, person: str) -> ComposedReturn:
    """Say that the director approves the return as it stands (批准).

    Raises:
        Frozen: It was submitted, or is locked.
        UserError: It was not checked, or does not pass the checks any more.
    """
    opened = _for_change(session, form, period)
    if opened.status not in (CHECKED, APPROVED):
        raise UserError(
            _("《{title}》还没有审核。").format(title=_(opened.form.title)), _("请先审核。")
        )
    _refuse_blocked(opened)
    _keep(session, opened, {"status": APPROVED, "approved_at": _now(), "approved_by": person})
    return open_return(session, form, period)


def take_back(session: Session, form: str, period: str) -> ComposedReturn:
    """Make a checked or approved return a draft again, before it is submitted.

    Raises:
        Frozen: It was submitted.
    """
    opened = _for_change(session, form, period)
    _keep(session, opened, _DRAFT)
    return open_return(session, form, period)


def submit(session: Session, form: str, period: str, person: str) -> ComposedReturn:
    """Compose once more, check, and lock the return; the exchange carries it to the county.

    Raises:
        Frozen: It was submitted before, or is locked.
        UserError: It was not approved, or the registers have changed its figures since.
    """
    opened = _for_change(session, form, period)
    _refuse_blocked(opened)
    if opened.status != APPROVED:
        raise UserError(
            _("《{title}》还没有批准，不能上报。").format(title=_(opened.form.title)),
            _("请先审核，再由院长批准；批准后台账有改动的要重新审核。"),
        )
    _keep(
        session,
        opened,
        {
            "status": SUBMITTED,
            "submitted_at": _now(),
            "submitted_by": person,
        },
    )
    return open_return(session, form, period)


def submit_all_steps(session: Session, form: str, period: str, person: str) -> ComposedReturn:
    """Check, approve and submit in one go, for the director at the command line.

    Raises:
        Frozen: It was submitted before, or is locked.
        UserError: A check rule does not hold, or a query is not explained.
    """
    check(session, form, period, person)
    approve(session, form, period, person)
    return submit(session, form, period, person)


def revise(session: Session, form: str, period: str) -> ComposedReturn:
    """Begin a correction: a new draft that names the submitted revision it replaces.

    Raises:
        UserError: Nothing was submitted for the period.
    """
    old = open_return(session, form, period)
    if old.status not in (*SETTLED, RETURNED):
        raise UserError(_("{month} 的报表还没有上报，直接修改草稿即可。").format(month=period))
    save(
        session,
        REGISTER,
        {
            **_place(old),
            "revision": old.revision + 1,
            "status": DRAFT,
            "typed": json.dumps(old.typed, sort_keys=True),
            "explanations": json.dumps(old.explanations, ensure_ascii=False, sort_keys=True),
            "replaces": _("第 {revision} 版（校验码 {code}）").format(
                revision=old.revision, code=old.check_code
            ),
        },
    )
    return save_draft(session, form, period)


def listed(session: Session, period: str = "") -> list[Any]:
    """Return form, period, revision, status and dates of all returns kept, newest first."""
    columns = (
        Return.form,
        Return.month,
        Return.period,
        Return.revision,
        Return.status,
        Return.checksum,
        Return.submitted_at,
        Return.submitted_by,
        Return.received_at,
        Return.answered_at,
    )
    statement = select(*columns).where(Return.deleted_at.is_(None))
    if period:
        statement = statement.where((Return.period == period) | (Return.month == period))
    order = (Return.month.desc(), Return.form, Return.period.desc(), Return.revision.desc())
    return list(session.execute(statement.order_by(*order)))


def forms_wanted(session: Session, form: str, period: str) -> list[str]:
    """Return the form named, or all forms of the period where none is."""
    found = library(Records(session))
    asked = parse_period(period)
    return [found.find(form, asked).key] if form else [each.key for each in found.for_period(asked)]


_DRAFT: Values = {
    "status": DRAFT,
    "checked_at": None,
    "checked_by": None,
    "approved_at": None,
    "approved_by": None,
}


def _now() -> str:
    return datetime.now(UTC).astimezone().isoformat(timespec="seconds")


def _refuse_blocked(opened: ComposedReturn) -> None:
    if opened.blocking:
        listed = "\n".join(f"· {each.key} {each.message}" for each in opened.blocking)
        raise UserError(
            _("{period}《{title}》还有 {count} 处审核未通过，不能上报：\n{list}\n").format(
                period=opened.period.key,
                title=_(opened.form.title),
                count=len(opened.blocking),
                list=listed,
            ),
            _("错误（E）请改正，查询（Q）请写情况说明。"),
        )


def _for_change(session: Session, form: str, period: str) -> ComposedReturn:
    opened = open_return(session, form, period)
    if opened.frozen:
        raise Frozen(
            _("{month}《{title}》已上报，不能修改。").format(
                month=period, title=_(opened.form.title)
            ),
            _("需要更正时请另作更正版次。"),
        )
    lock = lock_of(Records(session), opened.form, opened.period, date.today())
    if lock is not None:
        raise Frozen(lock.reason, _("如确需补报，请由院长解锁并写明原因。"))
    if opened.status == RETURNED:
        return revise(session, form, period)
    return opened


def _typed_line(opened: ComposedReturn, key: str) -> Line:
    if key not in opened.to_fill:
        raise NotFound(
            _("“{code}”不是填报项。").format(code=key),
            _("可填报的有：{codes}。").format(codes=in_a_row(opened.to_fill[:40])),
        )
    return opened.form.by_code[split_key(key)[0]]


def _put(session: Session, opened: ComposedReturn, kind: str, cell: str, value: str | None) -> None:
    """Keep a cell; one that already says so is left as it is."""
    table = CELLS.table.c
    place = {"form": opened.form.key, "period": opened.period.key, "cell": cell, "kind": kind}
    there = session.execute(
        select(table.id, table.value).where(
            table.deleted_at.is_(None), *(table[name] == text for name, text in place.items())
        )
    ).first()
    before = (opened.typed if kind == FILLED else opened.explanations).get(cell)
    if there is None and (before is None) == (value is None) and str(before) == str(value):
        return
    if there is None:
        save(session, CELLS, {**place, "value": value})
    elif there.value != value:
        save(session, CELLS, {**place, "value": value}, bytes(there.id))


def _changed(session: Session, opened: ComposedReturn) -> ComposedReturn:
    """Keep the draft as it is now; what was checked or approved has to be so again."""
    again = compose(session, opened.form.key, opened.period)
    assert again.status in OPEN, again.status
    _keep(session, again, _DRAFT)
    return compose(session, opened.form.key, opened.period)


def _place(opened: ComposedReturn) -> Values:
    return {
        "form": opened.form.key,
        "month": opened.period.month,
        "period": opened.period.key,
    }


def _keep(session: Session, opened: ComposedReturn, more: Values) -> None:
    """Store the return with its figures, if anything of it changed."""
    values: Values = {
        **_place(opened),
        "revision": opened.revision,
        "status": opened.status,
        "typed": json.dumps(opened.typed, sort_keys=True),
        "explanations": json.dumps(opened.explanations, ensure_ascii=False, sort_keys=True),
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
    values["composed_at"] = _now()
    save(session, REGISTER, values, opened.record_id)
