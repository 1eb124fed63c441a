"""Records sampled on a visit: whose, and true or not (抽查真实性)."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Chip, Choice, Field, Register
from desktop.text import N_


class VisitSample(Record):
    """One sampled record of one visit."""

    __tablename__ = "visit_sample"
    __table_args__ = (
        Index("ix_visit_sample_visit_id", "visit_id"),
        Index("ix_visit_sample_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    visit_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    kind: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    resident_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    genuine: Mapped[bool | None]
    compliant: Mapped[bool | None]
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=VisitSample.visit_id,
        label=N_("督导"),
        kind=Kind.REFERENCE,
        target="visits",
        required=True,
        width=12,
    ),
    Field(
        number=2,
        column=VisitSample.kind,
        label=N_("抽查类别"),
        kind=Kind.CHOICE,
        required=True,
        choices=(
            Choice(N_("健康档案")),
            Choice(N_("高血压随访")),
            Choice(N_("糖尿病随访")),
            Choice(N_("老年人体检")),
            Choice(N_("签约协议")),
            Choice(N_("处方")),
        ),
        open_choice=True,
    ),
    Field(
        number=3,
        column=VisitSample.subject,
        label=N_("抽查对象"),
        kind=Kind.TEXT,
        required=True,
        width=6,
        synonyms=("姓名", "抽查人"),
    ),
    Field(
        number=4,
        column=VisitSample.resident_id,
        label=N_("居民档案"),
        kind=Kind.REFERENCE,
        target="residents",
        listed=False,
    ),
    Field(
        number=5,
        column=VisitSample.genuine,
        label=N_("是否真实"),
        kind=Kind.YES_NO,
        synonyms=("真实",),
    ),
    Field(
        number=6,
        column=VisitSample.compliant,
        label=N_("是否规范"),
        kind=Kind.YES_NO,
        synonyms=("规范",),
    ),
    Field(number=7, column=VisitSample.note, label=N_("备注"), kind=Kind.LONG_TEXT, width=12),
)

REGISTER = Register(
    number=25,
    key="visit_samples",
    singular="visit_sample",
    label=N_("督导抽查记录"),
    record=VisitSample,
    fields=FIELDS,
    natural_key=(VisitSample.visit_id, VisitSample.kind, VisitSample.subject),
    title=(VisitSample.subject, VisitSample.kind),
    search=(VisitSample.subject, VisitSample.kind),
    chips=(
        Chip("untrue", N_("不真实"), lambda: VisitSample.genuine.is_(False)),
        Chip("not_compliant", N_("不规范"), lambda: VisitSample.compliant.is_(False)),
    ),
    group=N_("村卫生室"),
    icon="fa6s.magnifying-glass",
    detail=True,
    counter=N_("份"),
)
