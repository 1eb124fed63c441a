"""The versions of a scheme in the register: which holds, a new version for each change in use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import Session

from desktop.errors import NotFound, UserError
from desktop.models.changes import mark_all_written
from desktop.models.ids import seeded_id
from desktop.models.published import is_published
from desktop.models.register import Values
from desktop.models.registers.pay_sheets import PaySheet
from desktop.models.registers.schemes import DRAFT, ENDED, IN_FORCE, REGISTER, TRIAL
from desktop.models.registers.schemes import Scheme as Row
from desktop.models.store import change_many, find_twin, insert_many, load, save
from desktop.services.performance.scheme import Scheme, decode, encode, shipped
from desktop.services.performance.validation import refuse_unsound
from desktop.services.periods import Period
from desktop.services.records import Records
from desktop.text import _

USABLE = (TRIAL, IN_FORCE)


@dataclass(frozen=True)
class SchemeVersion:
    """A version as kept: its record, dates and what it says."""

    id: bytes
    scheme: Scheme
    status: str
    valid_from: date | None
    valid_to: date | None

    @property
    def frozen(self) -> bool:
        """Say that a change to it makes a new version."""
        return self.status in (IN_FORCE, ENDED)


def _version(row: Any) -> SchemeVersion:
    # The record's own name, number and status go before what the body repeats.
    body = replace(
        decode(row.body or "{}"),
        name=row.name,
        version=row.version,
        status=row.status or "",
        clause=row.clause or "",
        note=row.note or "",
    )
    return SchemeVersion(bytes(row.id), body, row.status or "", row.valid_from, row.valid_to)


_COLUMNS = (
    "id",
    "name",
    "version",
    "status",
    "valid_from",
    "valid_to",
    "body",
    "clause",
    "note",
)


def scheme_versions(records: Records) -> list[SchemeVersion]:
    """Return every version kept, the newest first."""
    table = records.table("schemes").c
    rows = records.rows(
        select(*(table[name] for name in _COLUMNS))
        .where(table.deleted_at.is_(None), table.body.is_not(None))
        .order_by(table.name, table.version.desc(), table.id.desc())
    )
    return [_version(row) for row in rows]


def scheme_for(records: Records, period: Period, name: str = "") -> SchemeVersion | None:
    """Return the version that holds on the period's last day; None where there is none.

    Where the county has published one, the centre's own give way to it.

    Raises:
        UserError: Several schemes hold and none is named, or the named one does not hold.
    """
    table = records.table("schemes").c
    conditions = [
        table.deleted_at.is_(None),
        table.body.is_not(None),
        table.status.in_(USABLE),
        table.valid_from <= period.last,
        or_(table.valid_to.is_(None), table.valid_to >= period.last),
    ]
    if name:
        conditions.append(table.name == name)
    published = is_published(table.id, records.table("county_marks")).label("published")
    rows = records.rows(
        select(*(table[each] for each in _COLUMNS), published)
        .where(*conditions)
        .order_by(table.valid_from.desc(), table.version.desc(), table.id.desc())
    )
    rows = [row for row in rows if row.published] or rows
    if name and not rows:
        raise NotFound(
            _("{period} 没有名为“{name}”的考核方案在执行。").format(period=period.label, name=name)
        )
    names = sorted({row.name for row in rows})
    if len(names) > 1:
        raise UserError(
            _("{period} 有几个考核方案在执行：{names}。").format(
                period=period.label, names="、".join(names)
            ),
            _("请指明用哪一个。"),
        )
    return _version(rows[0]) if rows else None


def install_proposal(session: Session, valid_from: date) -> bytes:
    """Put the scheme that comes with the program into the register, on trial; once.

    Each PC of a centre gives it the same id, so that two of them do not make two.
    """
    scheme = shipped()
    values = _values(scheme, TRIAL, valid_from, None)
    found = find_twin(session, REGISTER, values)
    if found is not None:
        return found
    centre = Records(session).table("centre").c
    row = Records(session).rows(select(centre.code, centre.name).order_by(centre.id).limit(1))
    words = (str(row[0].code), str(row[0].name)) if row else ("", "")
    own = seeded_id(*words, "scheme", scheme.name, str(scheme.version))
    if session.get(Row, own) is not None:  # It was given another name here, or taken away.
        return save(session, REGISTER, values)
    return insert_many(session, REGISTER, [{"id": own, **values}])[0]


def _values(scheme: Scheme, status: str, valid_from: date, valid_to: date | None) -> Values:
    return {
        "name": scheme.name,
        "version": scheme.version,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "status": status,
        "body": encode(scheme).decode(),
        "clause": scheme.clause or None,
        "note": scheme.note or None,
    }


def save_scheme(
    session: Session, scheme: Scheme, valid_from: date, record_id: bytes | None = None
) -> bytes:
    """Keep a changed scheme: a version in use is left as it is and a new draft is made.

    Returns:
        The id of the version that now has the changes.
    """
    if record_id is not None:
        kept = load(session, REGISTER, record_id)
        if kept["status"] == DRAFT or (kept["status"] == TRIAL and not _is_used(session, kept)):
            if kept["status"] == TRIAL:
                refuse_unsound(scheme)
            same = replace(scheme, name=str(kept["name"]), version=int(str(kept["version"])))
            values = _values(same, str(kept["status"]), valid_from, None)
            return save(session, REGISTER, values, record_id)
    newest = session.execute(
        select(func.max(Row.version)).where(Row.name == scheme.name, Row.deleted_at.is_(None))
    ).scalar()
    renewed = replace(scheme, version=(newest or 0) + 1)
    return save(session, REGISTER, _values(renewed, DRAFT, valid_from, None))


def begin_scheme(session: Session, scheme: Scheme, name: str, valid_from: date) -> bytes:
    """Keep a scheme under a new name as the draft of its first version; returns its id.

    Raises:
        UserError: There is no name, or a scheme has it already.
    """
    named = replace(scheme, name=_free_name(session, name), version=1)
    return save(session, REGISTER, _values(named, DRAFT, valid_from, None))


def rename_scheme(session: Session, record_id: bytes, name: str) -> None:
    """Give a version another name, as long as no pay rests on it.

    Raises:
        UserError: The version is in use or was, or another scheme has the name.
    """
    kept = load(session, REGISTER, record_id)
    if kept["status"] != DRAFT and (kept["status"] != TRIAL or _is_used(session, kept)):
        raise UserError(
            _("这一版已执行、停用或核定过发放表，不能改名。"), _("请复制为新方案，用新的名称。")
        )
    named = _free_name(session, name)
    body = replace(decode(str(kept["body"])), name=named, version=1)
    changed: Values = {"name": named, "version": 1, "body": encode(body).decode()}
    save(session, REGISTER, changed, record_id)


def _free_name(session: Session, name: str) -> str:
    """Return a name without blanks around it that no scheme has yet."""
    wanted = name.strip()
    if not wanted:
        raise UserError(_("请填写方案名称。"))
    taken = select(Row.id).where(Row.name == wanted, Row.deleted_at.is_(None)).limit(1)
    if session.execute(taken).first() is not None:
        raise UserError(
            _("已有名为“{name}”的方案。").format(name=wanted), _("请换一个名称，或改那个方案。")
        )
    return wanted


def _is_used(session: Session, kept: Values) -> bool:
    """Say that an approved sheet was computed with this version."""
    return (
        session.execute(
            select(PaySheet.id)
            .where(
                PaySheet.scheme == kept["name"],
                PaySheet.scheme_version == kept["version"],
                PaySheet.deleted_at.is_(None),
            )
            .limit(1)
        ).first()
        is not None
    )


def put_in_force(session: Session, record_id: bytes, on: date, *, alone: bool = False) -> None:
    """Let a version hold from a day on; the one before ends the day before.

    Args:
        session: A session in a writing transaction.
        record_id: The version.
        on: Its first day.
        alone: Schemes of other names end the day before as well.

    Raises:
        SchemeRefused: It breaks its rules.
        UserError: A later version holds already, or this one was withdrawn.
    """
    kept = load(session, REGISTER, record_id)
    if kept["status"] in (IN_FORCE, ENDED):
        raise UserError(_("这个版本已执行或停用。"), _("请另存为新版本。"))
    refuse_unsound(decode(str(kept["body"])))
    rows = session.execute(
        select(Row.id, Row.valid_from).where(
            true() if alone else Row.name == kept["name"],
            Row.id != record_id,
            Row.status.in_(USABLE),
            Row.deleted_at.is_(None),
            or_(Row.valid_to.is_(None), Row.valid_to >= on),
        )
    ).all()
    if any(row.valid_from is not None and row.valid_from >= on for row in rows):
        raise UserError(
            _("已有版本在 {day} 或之后开始执行。").format(day=on.isoformat()),
            _("请换一个更晚的执行日期。"),
        )
    # The register keeps versions in use from being edited; only their end is set here.
    ends: list[tuple[bytes, Values]] = [
        (bytes(row.id), {"valid_to": on - timedelta(days=1)}) for row in rows
    ]
    change_many(session, REGISTER, ends)
    force: Values = {"status": IN_FORCE, "valid_from": on, "valid_to": None}
    change_many(session, REGISTER, [(record_id, force)])
    # As a whole: another PC's draft of it must not show through what holds from now on.
    mark_all_written(session, REGISTER, record_id)


def withdraw(session: Session, record_id: bytes) -> None:
    """Take a version out of use altogether."""
    change_many(session, REGISTER, [(record_id, {"status": ENDED})])
