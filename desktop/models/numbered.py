"""Numbers of which no two present records may have the same, such as those of agreements."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import Problem, RecordRefused
from desktop.models.kinds import Value
from desktop.models.register import Register, Values
from desktop.text import _


def refuse_taken(
    session: Session,
    register: Register,
    values: Values,
    changed: Sequence[str],
    record_id: bytes | None,
) -> None:
    """Refuse a number that another record has; one that was doubled while apart can stay."""
    problems = []
    for key in (str(column.key) for column in register.unique):
        value = values.get(key)
        if value is None or key not in changed:
            continue
        paper = values.get(str(register.one_paper.key)) if register.one_paper is not None else None
        if holders(session, register, key, value, paper) - {record_id}:
            label = _(register.by_key[key].label)
            message = _("已有一条{labels}相同的记录。").format(labels=label)
            problems.append(Problem(f"duplicate_{key}", message, key))
    if problems:
        raise RecordRefused(problems)


def holders(
    session: Session, register: Register, key: str, value: Value, paper: Value = None
) -> set[bytes]:
    """Return the present records that have this number, without those of one paper."""
    table = register.table
    here = [table.c[key] == value, table.c.deleted_at.is_(None)]
    if paper is not None and register.one_paper is not None:
        here.append(table.c[str(register.one_paper.key)].is_distinct_from(paper))
    return set(session.scalars(select(table.c.id).where(*here)))
