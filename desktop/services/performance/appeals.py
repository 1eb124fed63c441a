"""Appeals (申诉) against a sheet: heard, decided, and paid by a visible supplement only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.models.kinds import show_amount
from desktop.models.registers.appeals import ADJUSTED, PENDING, REGISTER, UPHELD, WITHDRAWN, Appeal
from desktop.models.store import load, save
from desktop.services.performance.sheets import (
    APPEAL,
    Adjustment,
    read_sheet,
    settled_appeals,
)
from desktop.text import _


@dataclass(frozen=True)
class AppealEntry:
    """An appeal with what became of it."""

    id: bytes
    doctor: str
    name: str
    item: str
    reason: str
    raised_on: date | None
    outcome: str
    adjustment: int | None
    decision: str
    settled: bool


def raise_appeal(
    session: Session, sheet_id: bytes, doctor: str, item: str, reason: str, on: date
) -> bytes:
    """Record a doctor's appeal against a line of an approved sheet; returns its id.

    Raises:
        UserError: The doctor is not on the sheet, the line does not exist, or no reason is given.
    """
    sheet = read_sheet(session, sheet_id)
    if sheet.statement is None:
        raise UserError(_("只能对正表申诉。"))
    found = next((each for each in sheet.statement.doctors if each.id == doctor), None)
    if found is None:
        raise UserError(_("这张发放表上没有这名村医。"))
    if item and item not in {each.code for each in found.items}:
        raise UserError(_("发放表上没有项目 {code}。").format(code=item))
    values = {
        "sheet_id": sheet_id,
        "doctor_id": bytes.fromhex(doctor),
        "item": item or None,
        "reason": reason.strip() or None,
        "raised_on": on,
        "outcome": PENDING,
    }
    return save(session, REGISTER, dict(values))


def decide_appeal(
    session: Session,
    appeal_id: bytes,
    outcome: str,
    decision: str,
    *,
    by: str,
    on: date,
    adjustment: int | None = None,
) -> None:
    """Record the outcome; an adjustment is then paid by a supplement.

    Raises:
        UserError: The outcome and the adjustment do not fit, or the appeal is settled.
    """
    kept = load(session, REGISTER, appeal_id)
    sheet = read_sheet(session, bytes(kept["sheet_id"]))  # type: ignore[arg-type]
    if appeal_id.hex() in settled_appeals(session, sheet):
        raise UserError(_("这件申诉已按补充表处理完毕，不能再改。"))
    if outcome not in (UPHELD, ADJUSTED, WITHDRAWN):
        raise UserError(_("处理结果只能是维持、调整或撤回。"))
    if (outcome == ADJUSTED) != bool(adjustment):
        raise UserError(_("结果为“调整”时须填调整金额，其他结果不填。"))
    if not decision.strip():
        raise UserError(_("请写明处理意见。"))
    save(
        session,
        REGISTER,
        {
            "outcome": outcome,
            "adjustment": adjustment,
            "decision": decision.strip(),
            "decided_by": by,
            "decided_on": on,
        },
        appeal_id,
    )


def appeals_of(session: Session, sheet_id: bytes) -> list[AppealEntry]:
    """Return a sheet's appeals in the order they were raised."""
    sheet = read_sheet(session, sheet_id)
    settled = settled_appeals(session, sheet)
    names = {} if sheet.statement is None else {e.id: e.name for e in sheet.statement.doctors}
    rows = session.execute(
        select(Appeal.__table__)
        .where(Appeal.sheet_id == sheet_id, Appeal.deleted_at.is_(None))
        .order_by(Appeal.raised_on, Appeal.id)
    ).all()
    return [
        AppealEntry(
            bytes(row.id),
            row.doctor_id.hex(),
            names.get(row.doctor_id.hex(), ""),
            row.item or "",
            row.reason or "",
            row.raised_on,
            row.outcome or PENDING,
            row.adjustment,
            row.decision or "",
            row.id.hex() in settled,
        )
        for row in rows
    ]


def appeal_adjustments(session: Session, sheet_id: bytes) -> list[Adjustment]:
    """Return what decided appeals ask for and no supplement has paid yet."""
    return [
        Adjustment(
            each.doctor,
            each.name,
            each.adjustment or 0,
            _("申诉 {item}：{decision}（{amount} 元）").format(
                item=each.item, decision=each.decision, amount=show_amount(each.adjustment or 0)
            ),
            APPEAL,
            each.id.hex(),
        )
        for each in appeals_of(session, sheet_id)
        if each.outcome == ADJUSTED and not each.settled
    ]
