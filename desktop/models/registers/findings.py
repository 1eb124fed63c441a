"""Findings (存在问题) of visits and their rectification up to the re-check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, Date, Index, LargeBinary, Text, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Chip, Choice, Field, Register
from desktop.text import N_

OPEN = "待整改"
RECTIFIED = "已整改"
PASSED = "复查合格"
FAILED = "复查不合格"
UNSETTLED = (OPEN, FAILED)
"""States in which the clinic has still to act."""


class VisitFinding(Record):
    """One problem found at a clinic, who puts it right until when, and the proof."""

    __tablename__ = "finding"
    __table_args__ = (
        Index("ix_finding_clinic_id", "clinic_id"),
        Index("ix_finding_visit_id", "visit_id"),
        Index("ix_finding_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    clinic_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    problem: Mapped[str | None] = mapped_column(Text)
    found_on: Mapped[date | None] = mapped_column(Date)
    item_code: Mapped[str | None] = mapped_column(Text)
    clause: Mapped[str | None] = mapped_column(Text)
    doctor_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    due_on: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str | None] = mapped_column(Text)
    rectified_on: Mapped[date | None] = mapped_column(Date)
    evidence: Mapped[str | None] = mapped_column(Text)
    rechecked_on: Mapped[date | None] = mapped_column(Date)
    rechecked_by: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    visit_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    severity: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=VisitFinding.clinic_id,
        label=N_("村卫生室"),
        kind=Kind.REFERENCE,
        target="clinics",
        required=True,
        width=9,
        synonyms=("卫生室",),
    ),
    Field(
        number=2,
        column=VisitFinding.problem,
        label=N_("存在问题"),
        kind=Kind.TEXT,
        required=True,
        width=16,
        synonyms=("问题", "问题描述"),
    ),
    Field(
        number=3,
        column=VisitFinding.found_on,
        label=N_("发现日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("检查日期",),
    ),
    Field(
        number=4,
        column=VisitFinding.item_code,
        label=N_("检查项目代号"),
        kind=Kind.TEXT,
        width=4,
        listed=False,
    ),
    Field(
        number=5,
        column=VisitFinding.clause,
        label=N_("依据条款"),
        kind=Kind.TEXT,
        width=8,
        listed=False,
        synonyms=("条款", "依据"),
    ),
    Field(
        number=6,
        column=VisitFinding.doctor_id,
        label=N_("责任人"),
        kind=Kind.REFERENCE,
        target="village_doctors",
        width=5,
        synonyms=("责任村医",),
    ),
    Field(
        number=7,
        column=VisitFinding.due_on,
        label=N_("整改期限"),
        kind=Kind.DATE,
        synonyms=("限期",),
    ),
    Field(
        number=8,
        column=VisitFinding.status,
        label=N_("整改状态"),
        kind=Kind.CHOICE,
        width=5,
        choices=(
            Choice(N_("待整改")),
            Choice(N_("已整改")),
            Choice(N_("复查合格")),
            Choice(N_("复查不合格")),
        ),
        open_choice=True,
    ),
    Field(
        number=9,
        column=VisitFinding.rectified_on,
        label=N_("整改日期"),
        kind=Kind.DATE,
        listed=False,
    ),
    Field(
        number=10,
        column=VisitFinding.evidence,
        label=N_("整改情况"),
        kind=Kind.LONG_TEXT,
        listed=False,
        synonyms=("整改证据",),
    ),
    Field(
        number=11,
        column=VisitFinding.rechecked_on,
        label=N_("复查日期"),
        kind=Kind.DATE,
        listed=False,
    ),
    Field(
        number=12,
        column=VisitFinding.rechecked_by,
        label=N_("复查人"),
        kind=Kind.REFERENCE,
        target="staff",
        listed=False,
    ),
    Field(
        number=13,
        column=VisitFinding.visit_id,
        label=N_("督导"),
        kind=Kind.REFERENCE,
        target="visits",
        listed=False,
    ),
    Field(
        number=14,
        column=VisitFinding.severity,
        label=N_("严重程度"),
        kind=Kind.CHOICE,
        width=4,
        listed=False,
        choices=(Choice(N_("一般")), Choice(N_("关键")), Choice(N_("一票否决"))),
        open_choice=True,
    ),
    Field(number=15, column=VisitFinding.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)


def _overdue() -> ColumnElement[bool]:
    unsettled = or_(VisitFinding.status.is_(None), VisitFinding.status.in_(UNSETTLED))
    return and_(unsettled, VisitFinding.due_on < date.today())


def known_by(_values: Mapping[str, Value]) -> tuple[Value, ...]:
    """Return nothing: two visits that found the same have a finding each."""
    return ()


REGISTER = Register(
    number=26,
    key="findings",
    singular="finding",
    label=N_("问题与整改"),
    record=VisitFinding,
    fields=FIELDS,
    natural_key=(
        VisitFinding.clinic_id,
        VisitFinding.found_on,
        VisitFinding.item_code,
        VisitFinding.problem,
    ),
    title=(VisitFinding.problem,),
    search=(VisitFinding.problem, VisitFinding.clinic_id, VisitFinding.doctor_id),
    chips=(
        Chip(
            "open",
            N_("未整改"),
            lambda: or_(VisitFinding.status.is_(None), VisitFinding.status.in_(UNSETTLED)),
        ),
        Chip("overdue", N_("逾期"), _overdue),
        Chip("to_recheck", N_("待复查"), lambda: VisitFinding.status == RECTIFIED),
    ),
    group=N_("村卫生室"),
    icon="fa6s.triangle-exclamation",
    counter=N_("条"),
    known_by=known_by,
)
