"""Appeals (申诉) of village doctors against an approved sheet, and their outcome."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Chip, Choice, Field, Register
from desktop.text import N_

PENDING = "受理中"
UPHELD = "维持"
ADJUSTED = "调整"
WITHDRAWN = "撤回"


class Appeal(Record):
    """One appeal; an adjustment is paid by a supplement, never by a silent edit."""

    __tablename__ = "appeal"
    __table_args__ = (
        Index("ix_appeal_sheet_id", "sheet_id"),
        Index("ix_appeal_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    sheet_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    doctor_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    item: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    raised_on: Mapped[date | None] = mapped_column(Date)
    outcome: Mapped[str | None] = mapped_column(Text)
    adjustment: Mapped[int | None]
    decision: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_on: Mapped[date | None] = mapped_column(Date)


FIELDS = (
    Field(
        number=1,
        column=Appeal.sheet_id,
        label=N_("发放表"),
        kind=Kind.REFERENCE,
        target="pay_sheets",
        required=True,
        width=10,
    ),
    Field(
        number=2,
        column=Appeal.doctor_id,
        label=N_("申诉人"),
        kind=Kind.REFERENCE,
        target="village_doctors",
        required=True,
        width=5,
        synonyms=("乡村医生", "姓名"),
    ),
    Field(number=3, column=Appeal.item, label=N_("申诉项目"), kind=Kind.TEXT, width=5),
    Field(
        number=4,
        column=Appeal.reason,
        label=N_("申诉理由"),
        kind=Kind.LONG_TEXT,
        required=True,
        width=14,
        synonyms=("理由",),
    ),
    Field(number=5, column=Appeal.raised_on, label=N_("申诉日期"), kind=Kind.DATE, required=True),
    Field(
        number=6,
        column=Appeal.outcome,
        label=N_("处理结果"),
        kind=Kind.CHOICE,
        width=4,
        choices=(Choice(N_("受理中")), Choice(N_("维持")), Choice(N_("调整")), Choice(N_("撤回"))),
    ),
    Field(
        number=7,
        column=Appeal.adjustment,
        label=N_("调整金额"),
        kind=Kind.AMOUNT,
        unit=N_("元"),
        help=N_("补发为正，扣回为负。"),
    ),
    Field(
        number=8, column=Appeal.decision, label=N_("处理意见"), kind=Kind.LONG_TEXT, listed=False
    ),
    Field(number=9, column=Appeal.decided_by, label=N_("处理人"), kind=Kind.TEXT, listed=False),
    Field(number=10, column=Appeal.decided_on, label=N_("处理日期"), kind=Kind.DATE),
)

REGISTER = Register(
    number=30,
    key="appeals",
    singular="appeal",
    label=N_("绩效申诉"),
    record=Appeal,
    fields=FIELDS,
    natural_key=(Appeal.sheet_id, Appeal.doctor_id, Appeal.item, Appeal.raised_on),
    title=(Appeal.doctor_id, Appeal.raised_on),
    search=(Appeal.doctor_id, Appeal.item),
    chips=(Chip("pending", N_("待处理"), lambda: Appeal.outcome == PENDING),),
    group=N_("村卫生室"),
    icon="fa6s.comments",
    detail=True,
    counter=N_("件"),
)
