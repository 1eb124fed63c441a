"""Targets (目标任务) of a clinic, or of every clinic, for a year or month (S4-4c, S4-7d)."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Choice, Field, Register
from desktop.text import N_

FIGURES = (
    Choice(N_("诊疗人次")),
    Choice(N_("中医诊疗人次")),
    Choice(N_("上转人次")),
    Choice(N_("高血压随访人次"), ("高血压随访",)),
    Choice(N_("糖尿病随访人次"), ("糖尿病随访",)),
    Choice(N_("老年人体检人数"), ("老年人体检",)),
    Choice(N_("健康教育活动次数"), ("健康教育",)),
    Choice(N_("新建健康档案份数"), ("新建档案",)),
    Choice(N_("有效签约人数"), ("签约人数",)),
    Choice(N_("新签约人数")),
)
"""The figures that a task letter gives a clinic: medical care, public health, contracts (S4-4c)."""


class Target(Record):
    """One figure's target; without a clinic it holds for every one."""

    __tablename__ = "target"
    __table_args__ = (
        Index("ix_target_clinic_id", "clinic_id"),
        Index("ix_target_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    clinic_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    figure: Mapped[str | None] = mapped_column(Text)
    period: Mapped[str | None] = mapped_column(Text)
    value: Mapped[int | None]
    clause: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Target.clinic_id,
        label=N_("村卫生室"),
        kind=Kind.REFERENCE,
        target="clinics",
        width=9,
        synonyms=("卫生室", "村卫生室名称"),
        help=N_("留空表示适用于所有村卫生室。"),
    ),
    Field(
        number=2,
        column=Target.figure,
        label=N_("指标"),
        kind=Kind.CHOICE,
        required=True,
        width=8,
        choices=FIGURES,
        open_choice=True,
        synonyms=("任务指标", "指标名称"),
    ),
    Field(
        number=3,
        column=Target.period,
        label=N_("期间"),
        kind=Kind.TEXT,
        required=True,
        synonyms=("年度", "月份", "年月"),
        help=N_("年度 2026、季度 2026-Q4 或月份 2026-10；年度目标按月平均分解。"),
    ),
    Field(
        number=4,
        column=Target.value,
        label=N_("目标值"),
        kind=Kind.WHOLE,
        minimum=0,
        required=True,
        synonyms=("目标", "任务数"),
    ),
    Field(number=5, column=Target.clause, label=N_("依据"), kind=Kind.TEXT, listed=False),
    Field(number=6, column=Target.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)

REGISTER = Register(
    number=22,
    key="targets",
    singular="target",
    label=N_("目标任务"),
    record=Target,
    fields=FIELDS,
    natural_key=(Target.clinic_id, Target.figure, Target.period),
    title=(Target.figure, Target.period),
    search=(Target.clinic_id, Target.figure, Target.period),
    group=N_("村卫生室"),
    icon="fa6s.bullseye",
    detail=True,
    counter=N_("条"),
)
