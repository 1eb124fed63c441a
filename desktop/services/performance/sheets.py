"""Pay sheets: approved and frozen, appealed against, corrected only by a dated supplement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from desktop.errors import Frozen, NotFound, UserError
from desktop.models.kinds import show_amount
from desktop.models.register import Values
from desktop.models.registers.pay_sheets import APPROVED, MAIN, REGISTER, SUPPLEMENT, PaySheet
from desktop.models.registers.schemes import DRAFT, ENDED
from desktop.models.store import Store, save
from desktop.services.performance.pending import PendingRow, exchange_of
from desktop.services.performance.results import Simulation
from desktop.services.performance.simulating import simulate
from desktop.services.performance.statement import Statement, decode_statement, state
from desktop.services.periods import parse_period
from desktop.services.records import Records
from desktop.text import _

APPEAL = "appeal"
RECOMPUTED = "recomputed"


class ApprovalWarned(UserError):  # noqa: N818 - a question, not a failure
    """Approving has to be confirmed first; holds the warnings and the rows not yet sent."""

    def __init__(self, warnings: Sequence[str], unsent: Sequence[PendingRow]) -> None:
        super().__init__("".join(warnings), _("核对无误后请确认核定。"))
        self.warnings = tuple(warnings)
        self.unsent = tuple(unsent)


@dataclass(frozen=True)
class Adjustment:
    """Money a supplement adds or takes back, 分, with its reason."""

    doctor: str
    name: str
    amount: int
    reason: str
    kind: str = RECOMPUTED
    appeal: str = ""


@dataclass(frozen=True)
class Before:
    """What a doctor was owed before a supplement, 分, and the clinic on the main sheet."""

    doctor: str
    clinic: str
    amount: int


@dataclass(frozen=True)
class Supplement:
    """What a supplementary sheet keeps; ``before`` is frozen, whatever another PC adds later."""

    sheet: str
    period: str
    reason: str
    adjustments: tuple[Adjustment, ...]
    before: tuple[Before, ...]


@dataclass(frozen=True)
class Sheet:
    """A sheet as kept; ``statement`` of a main one, ``supplement`` of a supplementary one."""

    id: bytes
    period: str
    scheme: str
    scheme_version: int
    kind: str
    number: int
    total: int
    approved_by: str
    approved_at: str
    checksum: str
    statement: Statement | None = None
    supplement: Supplement | None = None
    received_at: str = ""


def centre_name(session: Session) -> str:
    """Return the centre's name as a sheet's head has it."""
    table = Records(session).table("centre").c
    rows = Records(session).rows(
        select(table.name).where(table.deleted_at.is_(None)).order_by(table.id).limit(1)
    )
    return (rows[0].name or "") if rows else ""


def approval_warnings(
    session: Session, simulation: Simulation, today: date
) -> tuple[list[str], tuple[PendingRow, ...]]:
    """Return what a person should know before approving, and the rows not yet sent."""
    exchange = exchange_of(session, simulation.period)
    found = exchange.warnings
    if today <= simulation.period.last:
        found.append(_("{period}还没有结束。").format(period=simulation.period.label))
    found += [
        _("{period}已按方案“{name}”核定过一张发放表，同一村医可能发两次。").format(
            period=parse_period(each.period).label, name=each.scheme
        )
        for each in sheets(session)
        if each.kind == MAIN
        and each.scheme != simulation.scheme.name
        and parse_period(each.period).overlaps(simulation.period)
    ]
    found += [notice.message for notice in simulation.notices]
    return found, exchange.unsent


def approve(
    store: Store, simulation: Simulation, now: datetime, *, acknowledged: bool = False
) -> bytes:
    """Freeze a simulation as the pay sheet of its period; returns the sheet's id.

    Raises:
        ApprovalWarned: There is something to confirm first.
        Frozen: The period, or a part of it, is approved already.
        UserError: The rows have changed since the simulation, or the scheme is not in use.
    """
    scheme = simulation.scheme
    if simulation.scheme_id is None or scheme.status in (DRAFT, ENDED, ""):
        raise UserError(
            _("方案“{name}”没有在执行，不能核定。").format(name=scheme.name),
            _("请先让方案试行或执行，再测算。"),
        )
    with store.writing() as session:
        _refuse_approved(session, simulation)
        again = simulate(session, simulation.period, scheme, scheme_id=simulation.scheme_id)
        if again.numbers != simulation.numbers:
            raise UserError(_("测算之后记录有变动，金额已不同。"), _("请重新测算并核对。"))
        if not acknowledged:
            warnings, unsent = approval_warnings(session, again, now.date())
            if warnings:
                raise ApprovalWarned(warnings, unsent)
        values: Values = {
            "period": simulation.period.key,
            "scheme": scheme.name,
            "scheme_version": scheme.version,
            "kind": MAIN,
            "number": 0,
            "status": APPROVED,
            "total": again.total,
            "content": state(again, centre_name(session)).encode(),
            "checksum": again.checksum,
            "approved_by": store.person_name,
            "approved_at": now.isoformat(timespec="seconds"),
        }
        return save(session, REGISTER, values)


def _refuse_approved(session: Session, simulation: Simulation) -> None:
    rows = session.execute(
        select(PaySheet.period).where(
            PaySheet.deleted_at.is_(None),
            PaySheet.kind == MAIN,
            PaySheet.status == APPROVED,
            PaySheet.scheme == simulation.scheme.name,
        )
    ).scalars()
    for key in rows:
        other = parse_period(key or "")
        if other.overlaps(simulation.period):
            raise Frozen(
                _("{period}已核定锁定，不能再次核定。").format(period=other.label),
                _("需要更正时请做补充表。"),
            )


# Reading


def sheets(session: Session, period: str = "") -> list[Sheet]:
    """Return the approved sheets, of one period or all, main ones before their supplements."""
    conditions = [PaySheet.deleted_at.is_(None), PaySheet.status == APPROVED]
    if period:
        conditions.append(PaySheet.period == period)
    rows = session.execute(
        select(PaySheet.__table__)
        .where(*conditions)
        .order_by(PaySheet.period.desc(), PaySheet.scheme, PaySheet.number, PaySheet.id)
    ).all()
    return [sheet_of(row) for row in rows]


def read_sheet(session: Session, sheet_id: bytes) -> Sheet:
    """Return an approved sheet as it was frozen.

    Raises:
        NotFound: There is none with that id.
    """
    row = session.execute(
        select(PaySheet.__table__).where(PaySheet.id == sheet_id, PaySheet.deleted_at.is_(None))
    ).first()
    if row is None:
        raise NotFound(_("这张发放表已不存在。"))
    return sheet_of(row)


def sheet_of(row: Any) -> Sheet:
    """Return the sheet that a row of the register keeps."""
    main = row.kind == MAIN
    content = row.content or ""
    return Sheet(
        id=bytes(row.id),
        period=row.period or "",
        scheme=row.scheme or "",
        scheme_version=row.scheme_version or 0,
        kind=row.kind or "",
        number=row.number or 0,
        total=row.total or 0,
        approved_by=row.approved_by or "",
        approved_at=row.approved_at or "",
        checksum=row.checksum or "",
        statement=decode_statement(content) if main and content else None,
        supplement=msgspec.json.decode(content, type=Supplement) if not main and content else None,
        received_at=row.received_at or "",
    )


def supplements_of(session: Session, sheet: Sheet) -> list[Sheet]:
    """Return a main sheet's supplements, the oldest first."""
    return [
        each
        for each in sheets(session, sheet.period)
        if each.supplement is not None and each.supplement.sheet == sheet.id.hex()
    ]


def is_true(bind: Session | Connection | Records, sheet: Sheet) -> bool:
    """Say that the registers, here or at the county, give the numbers of a main sheet to the 分."""
    if sheet.statement is None:
        return False
    return simulate(bind, sheet.period, sheet.statement.scheme).checksum == sheet.checksum


# Supplements


def recomputed(session: Session, sheet: Sheet) -> list[Adjustment]:
    """Return what each doctor's money differs by when the sheet's period is computed again.

    Whoever's records have not changed is left out, whatever an appeal has added. What earlier
    supplements have paid is taken off, so that nothing is paid twice.
    """
    assert sheet.statement is not None
    again = simulate(session, sheet.period, sheet.statement.scheme)
    now = {result.id.hex(): (result.name, result.pay) for result in again.doctors}
    then = {each.id: (each.name, each.pay) for each in sheet.statement.doctors}
    earlier = [
        each
        for supplement in supplements_of(session, sheet)
        if supplement.supplement is not None
        for each in supplement.supplement.adjustments
    ]
    made = []
    for doctor in sorted(now.keys() | then.keys()):
        name = (now.get(doctor) or then[doctor])[0]
        pay, was = (now.get(doctor, ("", 0))[1], then.get(doctor, ("", 0))[1])
        mended = sum(e.amount for e in earlier if e.doctor == doctor and e.kind == RECOMPUTED)
        given = sum(each.amount for each in earlier if each.doctor == doctor)
        if pay == was + mended or pay == was + given:
            continue
        reason = _("按现有记录重算应发 {now} 元，原核定 {then} 元，已补 {given} 元。").format(
            now=show_amount(pay), then=show_amount(was), given=show_amount(given)
        )
        made.append(Adjustment(doctor, name, pay - was - given, reason))
    return made


def supplement(
    store: Store, sheet_id: bytes, adjustments: Sequence[Adjustment], reason: str, now: datetime
) -> bytes:
    """Make a dated supplementary sheet to an approved one; returns its id.

    Raises:
        UserError: There is nothing to adjust, no reason, or an appeal is settled already.
    """
    if not adjustments or not any(each.amount for each in adjustments):
        raise UserError(_("没有需要补发或扣回的金额。"))
    if not reason.strip():
        raise UserError(_("请写明补充的事由。"))
    with store.writing() as session:
        main = read_sheet(session, sheet_id)
        if main.statement is None:
            raise UserError(_("补充表只能针对正表。"))
        done = settled_appeals(session, main)
        twice = [each.name for each in adjustments if each.appeal and each.appeal in done]
        if twice:
            raise UserError(_("{names}的申诉已在补充表中处理过。").format(names="、".join(twice)))
        content = Supplement(
            sheet_id.hex(),
            main.period,
            reason.strip(),
            tuple(adjustments),
            _before(main.statement, supplements_of(session, main), adjustments),
        )
        values = _supplement_values(main, content, _newest_supplement(session, main) + 1)
        values |= {
            "approved_by": store.person_name,
            "approved_at": now.isoformat(timespec="seconds"),
        }
        return save(session, REGISTER, values)


def _newest_supplement(session: Session, main: Sheet) -> int:
    """Return the number of the latest supplement to a sheet; 0 where there is none."""
    newest = session.execute(
        select(func.max(PaySheet.number)).where(
            PaySheet.period == main.period,
            PaySheet.scheme == main.scheme,
            PaySheet.kind == SUPPLEMENT,
            PaySheet.deleted_at.is_(None),
        )
    ).scalar()
    return newest or 0


def _supplement_values(main: Sheet, content: Supplement, number: int) -> Values:
    return {
        "period": main.period,
        "scheme": main.scheme,
        "scheme_version": main.scheme_version,
        "kind": SUPPLEMENT,
        "number": number,
        "status": APPROVED,
        "total": sum(each.amount for each in content.adjustments),
        "content": msgspec.json.encode(content, order="deterministic").decode(),
        "checksum": main.checksum,
        "supplements": f"{main.period} {main.scheme}",
        "reason": content.reason,
    }


def _before(
    statement: Statement, earlier: Sequence[Sheet], adjustments: Sequence[Adjustment]
) -> tuple[Before, ...]:
    """Return what each adjusted doctor was owed by the sheet and the supplements made so far."""
    owed = {each.id: each.pay for each in statement.doctors}
    clinics = {each.id: each.clinic for each in statement.doctors}
    for sheet in earlier:
        for each in sheet.supplement.adjustments if sheet.supplement is not None else ():
            owed[each.doctor] = owed.get(each.doctor, 0) + each.amount
    people = dict.fromkeys(each.doctor for each in adjustments)
    return tuple(Before(who, clinics.get(who, ""), owed.get(who, 0)) for who in people)


def settled_appeals(session: Session, sheet: Sheet) -> set[str]:
    """Return the ids of the appeals that a supplement of the sheet has paid."""
    return {
        each.appeal
        for supplement in supplements_of(session, sheet)
        if supplement.supplement is not None
        for each in supplement.supplement.adjustments
        if each.appeal
    }
