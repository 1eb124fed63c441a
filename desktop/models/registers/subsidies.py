"""Fixed subsidies of village doctors by channel and person (S1-6.1d, S4-16b)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, Date, Index, LargeBinary, Text, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from desktop.errors import Problem
from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Chip, Choice, Field, Register
from desktop.text import N_, _


class Subsidy(Record):
    """A monthly subsidy of one doctor, or of one clinic's doctors together, for a time."""

    __tablename__ = "subsidy"
    __table_args__ = (
        Index("ix_subsidy_doctor_id", "doctor_id"),
        Index("ix_subsidy_clinic_id", "clinic_id"),
        Index("ix_subsidy_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    doctor_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    clinic_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    kind: Mapped[str | None] = mapped_column(Text)
    monthly: Mapped[int | None]
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    payer: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Subsidy.doctor_id,
        label=N_("乡村医生"),
        kind=Kind.REFERENCE,
        target="village_doctors",
        width=6,
        synonyms=("村医", "姓名"),
    ),
    Field(
        number=2,
        column=Subsidy.clinic_id,
        label=N_("村卫生室"),
        kind=Kind.REFERENCE,
        target="clinics",
        width=9,
        synonyms=("卫生室",),
        help=N_("按室核定时填写，由该室村医按在岗时间分配。"),
    ),
    Field(
        number=3,
        column=Subsidy.kind,
        label=N_("补助类别"),
        kind=Kind.CHOICE,
        required=True,
        width=8,
        synonyms=("补助项目",),
        choices=(
            Choice(N_("基本公卫补助")),
            Choice(N_("基本药物补助")),
            Choice(N_("一般诊疗费补助")),
            Choice(N_("养老补助")),
            Choice(N_("离岗补助")),
            Choice(N_("运行补助")),
            Choice(N_("边远补助")),
        ),
        open_choice=True,
    ),
    Field(
        number=4,
        column=Subsidy.monthly,
        label=N_("月补助额"),
        kind=Kind.AMOUNT,
        minimum=0,
        required=True,
        unit=N_("元"),
        synonyms=("每月金额", "月标准"),
    ),
    Field(
        number=5,
        column=Subsidy.starts_on,
        label=N_("开始日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("起始日期",),
    ),
    Field(
        number=6,
        column=Subsidy.ends_on,
        label=N_("截止日期"),
        kind=Kind.DATE,
        synonyms=("结束日期",),
    ),
    Field(
        number=7,
        column=Subsidy.payer,
        label=N_("资金来源"),
        kind=Kind.TEXT,
        synonyms=("渠道",),
        width=8,
    ),
    Field(number=8, column=Subsidy.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)


def check(values: Mapping[str, Value]) -> list[Problem]:
    """Refuse a subsidy of nobody, and one that ends before it begins."""
    found = []
    if values.get("clinic_id") is None and values.get("doctor_id") is None:
        found.append(Problem("missing_doctor", _("须填村卫生室或乡村医生。"), "doctor_id"))
    start, end = values.get("starts_on"), values.get("ends_on")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        found.append(Problem("end_before_start", _("截止日期早于开始日期。"), "ends_on"))
    return found


def _now() -> ColumnElement[bool]:
    today = date.today()
    return and_(
        or_(Subsidy.starts_on.is_(None), Subsidy.starts_on <= today),
        or_(Subsidy.ends_on.is_(None), Subsidy.ends_on >= today),
    )


REGISTER = Register(
    number=32,
    key="subsidies",
    singular="subsidy",
    label=N_("村医定额补助"),
    record=Subsidy,
    fields=FIELDS,
    natural_key=(Subsidy.doctor_id, Subsidy.clinic_id, Subsidy.kind, Subsidy.starts_on),
    title=(Subsidy.doctor_id, Subsidy.kind),
    search=(Subsidy.doctor_id, Subsidy.clinic_id, Subsidy.kind),
    check=check,
    chips=(Chip("current", N_("现行"), _now),),
    group=N_("村卫生室"),
    icon="fa6s.hand-holding-dollar",
    detail=True,
    counter=N_("条"),
)
