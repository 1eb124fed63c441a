"""Backbone doctors assigned to villages (划片包村) with dates (S3-5.2c, S4-3b)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, Date, Index, LargeBinary, Text, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from desktop.errors import Problem
from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Chip, Field, Register
from desktop.text import N_, _


class Assignment(Record):
    """A person of the centre who guides a village or clinic for a time."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index("ix_assignment_staff_id", "staff_id"),
        Index("ix_assignment_clinic_id", "clinic_id"),
        Index("ix_assignment_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    staff_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    village_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    clinic_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    duties: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Assignment.staff_id,
        label=N_("责任医生"),
        kind=Kind.REFERENCE,
        target="staff",
        required=True,
        width=6,
        synonyms=("包村医生", "骨干医生", "姓名", "包村责任人"),
    ),
    Field(
        number=2,
        column=Assignment.village_id,
        label=N_("包联行政村"),
        kind=Kind.REFERENCE,
        target="divisions",
        width=8,
        synonyms=("行政村", "村", "包联村"),
    ),
    Field(
        number=3,
        column=Assignment.clinic_id,
        label=N_("包联村卫生室"),
        kind=Kind.REFERENCE,
        target="clinics",
        width=9,
        synonyms=("村卫生室", "卫生室"),
    ),
    Field(
        number=6, column=Assignment.duties, label=N_("职责"), kind=Kind.TEXT, width=10, listed=False
    ),
    Field(
        number=4,
        column=Assignment.starts_on,
        label=N_("开始日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("起始日期",),
    ),
    Field(
        number=5,
        column=Assignment.ends_on,
        label=N_("截止日期"),
        kind=Kind.DATE,
        synonyms=("结束日期",),
    ),
    Field(number=7, column=Assignment.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)


def check(values: Mapping[str, Value]) -> list[Problem]:
    """Refuse an assignment that ends before it begins."""
    start, end = values.get("starts_on"), values.get("ends_on")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        return [Problem("end_before_start", _("截止日期早于开始日期。"), "ends_on")]
    return []


def _now() -> ColumnElement[bool]:
    today = date.today()
    return and_(
        or_(Assignment.starts_on.is_(None), Assignment.starts_on <= today),
        or_(Assignment.ends_on.is_(None), Assignment.ends_on >= today),
    )


REGISTER = Register(
    number=19,
    key="assignments",
    singular="assignment",
    label=N_("划片包村"),
    record=Assignment,
    fields=FIELDS,
    natural_key=(
        Assignment.staff_id,
        Assignment.village_id,
        Assignment.clinic_id,
        Assignment.starts_on,
    ),
    title=(Assignment.staff_id, Assignment.village_id),
    search=(Assignment.staff_id, Assignment.village_id, Assignment.clinic_id),
    check=check,
    chips=(Chip("current", N_("现行"), _now),),
    group=N_("村卫生室"),
    icon="fa6s.map-pin",
    detail=True,
    counter=N_("条"),
)
