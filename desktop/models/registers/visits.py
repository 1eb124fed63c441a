"""Supervision visits (巡查督导) of clinics by a weighted checklist (S3-5.2a, S4-4a)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Date, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Chip, Choice, Field, Register
from desktop.text import N_


class Visit(Record):
    """One visit of one clinic on a day, with its score, class and next date."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_clinic_id", "clinic_id"),
        Index("ix_visit_visited_on", "visited_on"),
        Index("ix_visit_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    clinic_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    visited_on: Mapped[date | None] = mapped_column(Date)
    kind: Mapped[str | None] = mapped_column(Text)
    staff_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    checklist: Mapped[str | None] = mapped_column(Text)
    score: Mapped[int | None]
    grade: Mapped[str | None] = mapped_column(Text)
    vetoed: Mapped[bool | None]
    next_visit_on: Mapped[date | None] = mapped_column(Date)
    signed_visitor: Mapped[str | None] = mapped_column(Text)
    signed_clinic: Mapped[str | None] = mapped_column(Text)
    content: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Visit.clinic_id,
        label=N_("村卫生室"),
        kind=Kind.REFERENCE,
        target="clinics",
        required=True,
        width=9,
        synonyms=("卫生室", "被督导单位"),
    ),
    Field(
        number=3,
        column=Visit.kind,
        label=N_("督导类别"),
        kind=Kind.CHOICE,
        width=5,
        synonyms=("类别",),
        choices=(
            Choice(N_("日常督导")),
            Choice(N_("季度考核")),
            Choice(N_("专项检查")),
            Choice(N_("复查")),
        ),
        open_choice=True,
    ),
    Field(
        number=2,
        column=Visit.visited_on,
        label=N_("督导日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("检查日期", "日期"),
    ),
    Field(
        number=4,
        column=Visit.staff_id,
        label=N_("督导人"),
        kind=Kind.REFERENCE,
        target="staff",
        width=5,
        synonyms=("检查人", "责任医生"),
    ),
    Field(
        number=5, column=Visit.checklist, label=N_("检查表"), kind=Kind.TEXT, width=8, listed=False
    ),
    Field(number=6, column=Visit.score, label=N_("得分"), kind=Kind.AMOUNT, minimum=0, width=4),
    Field(
        number=7,
        column=Visit.grade,
        label=N_("等级"),
        kind=Kind.CHOICE,
        width=3,
        choices=(Choice(N_("A")), Choice(N_("B")), Choice(N_("C"))),
        open_choice=True,
    ),
    Field(
        number=8, column=Visit.vetoed, label=N_("一票否决"), kind=Kind.YES_NO, width=4, listed=False
    ),
    Field(number=9, column=Visit.next_visit_on, label=N_("下次督导日期"), kind=Kind.DATE),
    Field(
        number=10, column=Visit.signed_visitor, label=N_("督导人签名"), kind=Kind.TEXT, listed=False
    ),
    Field(
        number=11,
        column=Visit.signed_clinic,
        label=N_("被督导人签名"),
        kind=Kind.TEXT,
        listed=False,
    ),
    Field(
        number=12,
        column=Visit.content,
        label=N_("指导内容"),
        kind=Kind.LONG_TEXT,
        listed=False,
        synonyms=("督导内容",),
    ),
    Field(number=13, column=Visit.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)


def known_by(_values: Mapping[str, Value]) -> tuple[Value, ...]:
    """Return nothing: visits entered apart on one day are two, each with its own checklist."""
    return ()


REGISTER = Register(
    number=23,
    key="visits",
    singular="visit",
    label=N_("督导检查"),
    record=Visit,
    fields=FIELDS,
    natural_key=(Visit.clinic_id, Visit.visited_on, Visit.kind, Visit.staff_id),
    title=(Visit.clinic_id, Visit.visited_on),
    search=(Visit.clinic_id, Visit.staff_id),
    chips=(
        Chip("grade_c", N_("C 级"), lambda: Visit.grade == "C"),
        Chip("vetoed", N_("一票否决"), lambda: Visit.vetoed.is_(True)),
    ),
    group=N_("村卫生室"),
    icon="fa6s.clipboard-check",
    counter=N_("次"),
    known_by=known_by,
)
