"""Training of village doctors: plan, days, result and effect (S3-5.1d)."""

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


class Training(Record):
    """One doctor's place in one training or meeting, attended or not."""

    __tablename__ = "training"
    __table_args__ = (
        Index("ix_training_doctor_id", "doctor_id"),
        Index("ix_training_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    doctor_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    topic: Mapped[str | None] = mapped_column(Text)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    plan: Mapped[str | None] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    hours: Mapped[int | None]
    attended: Mapped[bool | None]
    score: Mapped[int | None]
    effect: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Training.doctor_id,
        label=N_("乡村医生"),
        kind=Kind.REFERENCE,
        target="village_doctors",
        required=True,
        width=6,
        synonyms=("村医", "姓名", "参训人员"),
    ),
    Field(
        number=2,
        column=Training.topic,
        label=N_("培训内容"),
        kind=Kind.TEXT,
        required=True,
        width=14,
        synonyms=("培训名称", "会议名称", "培训主题"),
    ),
    Field(
        number=3,
        column=Training.starts_on,
        label=N_("培训日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("开始日期", "日期"),
    ),
    Field(number=4, column=Training.ends_on, label=N_("结束日期"), kind=Kind.DATE, listed=False),
    Field(
        number=5,
        column=Training.plan,
        label=N_("培训计划"),
        kind=Kind.TEXT,
        width=8,
        synonyms=("计划名称",),
        help=N_("如“311”临床进修；政策没有给出定义，按本县文件填写。"),
    ),
    Field(
        number=6,
        column=Training.place,
        label=N_("培训地点"),
        kind=Kind.TEXT,
        listed=False,
        synonyms=("地点",),
    ),
    Field(
        number=7, column=Training.hours, label=N_("学时"), kind=Kind.AMOUNT, minimum=0, listed=False
    ),
    Field(
        number=8,
        column=Training.attended,
        label=N_("是否参加"),
        kind=Kind.YES_NO,
        synonyms=("是否到会", "签到"),
    ),
    Field(
        number=9,
        column=Training.score,
        label=N_("考核成绩"),
        kind=Kind.AMOUNT,
        minimum=0,
        synonyms=("成绩",),
    ),
    Field(
        number=10,
        column=Training.effect,
        label=N_("效果评估"),
        kind=Kind.CHOICE,
        synonyms=("评估结果",),
        choices=(Choice(N_("优秀")), Choice(N_("合格")), Choice(N_("不合格"))),
        open_choice=True,
    ),
    Field(number=11, column=Training.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)


def check(values: Mapping[str, Value]) -> list[Problem]:
    """Refuse a training that ends before it begins."""
    start, end = values.get("starts_on"), values.get("ends_on")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        return [Problem("end_before_start", _("截止日期早于开始日期。"), "ends_on")]
    return []


REGISTER = Register(
    number=21,
    key="trainings",
    singular="training",
    label=N_("村医培训"),
    record=Training,
    fields=FIELDS,
    natural_key=(Training.doctor_id, Training.topic, Training.starts_on),
    title=(Training.doctor_id, Training.topic),
    search=(Training.doctor_id, Training.topic, Training.plan),
    check=check,
    chips=(Chip("absent", N_("缺席"), lambda: Training.attended.is_(False)),),
    group=N_("村卫生室"),
    icon="fa6s.graduation-cap",
    detail=True,
    counter=N_("人次"),
)
