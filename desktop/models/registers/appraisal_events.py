"""Appraisal entries by hand: points given or taken, money, vetoes, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Date, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.errors import Problem
from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Chip, Choice, Field, Register
from desktop.text import N_, _

POINTS_OFF = "扣分"
GRADED = "评分"
COUNTED = "计量"
MONEY_OFF = "扣款"
REWARD = "奖励"
VETO = "一票否决"


class AppraisalEvent(Record):
    """One entry for a doctor, or for every doctor of a clinic, on a day."""

    __tablename__ = "appraisal_event"
    __table_args__ = (
        Index("ix_appraisal_event_doctor_id", "doctor_id"),
        Index("ix_appraisal_event_clinic_id", "clinic_id"),
        Index("ix_appraisal_event_happened_on", "happened_on"),
        Index("ix_appraisal_event_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    clinic_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    doctor_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    kind: Mapped[str | None] = mapped_column(Text)
    item: Mapped[str | None] = mapped_column(Text)
    happened_on: Mapped[date | None] = mapped_column(Date)
    quantity: Mapped[int | None]
    points: Mapped[int | None]
    amount: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=AppraisalEvent.clinic_id,
        label=N_("村卫生室"),
        kind=Kind.REFERENCE,
        target="clinics",
        width=9,
        synonyms=("卫生室",),
        help=N_("只填村卫生室时，对当日在该室任职的每名村医有效。"),
    ),
    Field(
        number=2,
        column=AppraisalEvent.doctor_id,
        label=N_("乡村医生"),
        kind=Kind.REFERENCE,
        target="village_doctors",
        width=6,
        synonyms=("村医", "姓名"),
    ),
    Field(
        number=3,
        column=AppraisalEvent.kind,
        label=N_("记录类别"),
        kind=Kind.CHOICE,
        required=True,
        width=5,
        synonyms=("类别",),
        choices=(
            Choice(N_("扣分")),
            Choice(N_("评分")),
            Choice(N_("计量")),
            Choice(N_("扣款")),
            Choice(N_("奖励")),
            Choice(N_("一票否决")),
        ),
    ),
    Field(
        number=4,
        column=AppraisalEvent.item,
        label=N_("项目代号"),
        kind=Kind.TEXT,
        required=True,
        width=5,
        synonyms=("考核项目",),
    ),
    Field(
        number=5,
        column=AppraisalEvent.happened_on,
        label=N_("发生日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("日期",),
    ),
    Field(
        number=6,
        column=AppraisalEvent.quantity,
        label=N_("数量"),
        kind=Kind.WHOLE,
        minimum=0,
        width=3,
        synonyms=("次数",),
        help=N_("扣分次数或计量数量；扣分留空为 1 次。"),
    ),
    Field(
        number=7,
        column=AppraisalEvent.points,
        label=N_("分值"),
        kind=Kind.AMOUNT,
        minimum=0,
        width=4,
        synonyms=("扣分", "得分"),
        help=N_("扣分为本次扣的分，留空按方案每次分值；评分为给的分。"),
    ),
    Field(
        number=8,
        column=AppraisalEvent.amount,
        label=N_("金额"),
        kind=Kind.AMOUNT,
        minimum=0,
        unit=N_("元"),
        width=5,
    ),
    Field(
        number=9,
        column=AppraisalEvent.reason,
        label=N_("事由"),
        kind=Kind.TEXT,
        required=True,
        width=16,
        synonyms=("原因", "说明"),
    ),
    Field(
        number=10, column=AppraisalEvent.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False
    ),
)


def check(values: Mapping[str, Value]) -> list[Problem]:
    """Refuse an entry that names neither a clinic nor a doctor."""
    if values.get("clinic_id") is None and values.get("doctor_id") is None:
        return [Problem("missing_doctor", _("须填村卫生室或乡村医生。"), "doctor_id")]
    return []


REGISTER = Register(
    number=28,
    key="appraisal_events",
    singular="appraisal_event",
    label=N_("考核记录"),
    record=AppraisalEvent,
    fields=FIELDS,
    natural_key=(
        AppraisalEvent.clinic_id,
        AppraisalEvent.doctor_id,
        AppraisalEvent.kind,
        AppraisalEvent.item,
        AppraisalEvent.happened_on,
        AppraisalEvent.reason,
    ),
    title=(AppraisalEvent.kind, AppraisalEvent.reason),
    search=(AppraisalEvent.doctor_id, AppraisalEvent.clinic_id, AppraisalEvent.reason),
    check=check,
    chips=(
        Chip("points_off", N_("扣分"), lambda: AppraisalEvent.kind == POINTS_OFF),
        Chip("veto", N_("一票否决"), lambda: AppraisalEvent.kind == VETO),
    ),
    group=N_("村卫生室"),
    icon="fa6s.pen-to-square",
    detail=True,
    counter=N_("条"),
)
