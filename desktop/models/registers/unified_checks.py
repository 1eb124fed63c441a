"""How far the centre manages a clinic (五统一, 六统一), domain by domain (S3-5.2a, S4-4a)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Chip, Choice, Field, Register
from desktop.text import N_


class UnifiedCheck(Record):
    """One domain of one clinic on a day: managed by the centre or not, and the evidence."""

    __tablename__ = "unified_check"
    __table_args__ = (
        Index("ix_unified_check_clinic_id", "clinic_id"),
        Index("ix_unified_check_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    clinic_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    domain: Mapped[str | None] = mapped_column(Text)
    passed: Mapped[bool | None]
    checked_on: Mapped[date | None] = mapped_column(Date)
    evidence: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=UnifiedCheck.clinic_id,
        label=N_("村卫生室"),
        kind=Kind.REFERENCE,
        target="clinics",
        required=True,
        width=9,
        synonyms=("卫生室", "村卫生室名称"),
    ),
    Field(
        number=2,
        column=UnifiedCheck.domain,
        label=N_("统一管理领域"),
        kind=Kind.CHOICE,
        required=True,
        synonyms=("领域", "管理内容"),
        choices=(
            Choice(N_("行政")),
            Choice(N_("人员")),
            Choice(N_("业务")),
            Choice(N_("药品")),
            Choice(N_("药械")),
            Choice(N_("财务")),
            Choice(N_("绩效")),
            Choice(N_("绩效考核")),
        ),
        open_choice=True,
    ),
    Field(
        number=3,
        column=UnifiedCheck.passed,
        label=N_("是否统一管理"),
        kind=Kind.YES_NO,
        synonyms=("是否落实", "落实情况", "是否统一"),
    ),
    Field(
        number=4,
        column=UnifiedCheck.checked_on,
        label=N_("核查日期"),
        kind=Kind.DATE,
        required=True,
    ),
    Field(
        number=5,
        column=UnifiedCheck.evidence,
        label=N_("佐证"),
        kind=Kind.TEXT,
        width=14,
        synonyms=("依据", "佐证材料"),
    ),
    Field(number=6, column=UnifiedCheck.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)

REGISTER = Register(
    number=20,
    key="unified_checks",
    singular="unified_check",
    label=N_("一体化管理核查"),
    record=UnifiedCheck,
    fields=FIELDS,
    natural_key=(UnifiedCheck.clinic_id, UnifiedCheck.domain, UnifiedCheck.checked_on),
    title=(UnifiedCheck.clinic_id, UnifiedCheck.domain),
    search=(UnifiedCheck.clinic_id, UnifiedCheck.domain),
    chips=(Chip("not_unified", N_("未统一"), lambda: UnifiedCheck.passed.is_(False)),),
    group=N_("村卫生室"),
    icon="fa6s.list-check",
    detail=True,
    counter=N_("条"),
)
