"""Postings (任职): which clinic a village doctor works in, from when to when, for which share."""

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

WORK = "任职"
LEAVE = "请假"
WHOLE_SHARE = 100


class Posting(Record):
    """A doctor's time at a clinic, or a leave; a doctor may serve two clinics."""

    __tablename__ = "posting"
    __table_args__ = (
        Index("ix_posting_doctor_id", "doctor_id"),
        Index("ix_posting_clinic_id", "clinic_id"),
        Index("ix_posting_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    doctor_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    clinic_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    kind: Mapped[str | None] = mapped_column(Text)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    share: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Posting.doctor_id,
        label=N_("乡村医生"),
        kind=Kind.REFERENCE,
        target="village_doctors",
        required=True,
        width=6,
        synonyms=("村医", "姓名", "村医姓名"),
    ),
    Field(
        number=2,
        column=Posting.clinic_id,
        label=N_("村卫生室"),
        kind=Kind.REFERENCE,
        target="clinics",
        width=9,
        synonyms=("卫生室", "任职卫生室", "村卫生室名称"),
        help=N_("请假不填村卫生室时，指所有任职处。"),
    ),
    Field(
        number=3,
        column=Posting.kind,
        label=N_("类别"),
        kind=Kind.CHOICE,
        required=True,
        width=4,
        choices=(Choice(N_("任职")), Choice(N_("请假"), ("休假", "病假", "事假", "产假"))),
    ),
    Field(
        number=4,
        column=Posting.starts_on,
        label=N_("开始日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("任职日期", "起始日期"),
    ),
    Field(
        number=5,
        column=Posting.ends_on,
        label=N_("截止日期"),
        kind=Kind.DATE,
        synonyms=("结束日期", "离任日期"),
    ),
    Field(
        number=6,
        column=Posting.share,
        label=N_("工作份额"),
        kind=Kind.WHOLE,
        minimum=1,
        unit=N_("%"),
        width=4,
        help=N_("在两处任职时各占的百分比，合计不超过 100；留空为 100。"),
    ),
    Field(number=7, column=Posting.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)


def check(values: Mapping[str, Value]) -> list[Problem]:
    """Refuse a posting that ends before it begins, has no clinic or is more than whole."""
    found = []
    start, end = values.get("starts_on"), values.get("ends_on")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        found.append(Problem("end_before_start", _("截止日期早于开始日期。"), "ends_on"))
    if values.get("kind") == WORK and values.get("clinic_id") is None:
        found.append(Problem("missing_clinic", _("任职须填村卫生室。"), "clinic_id"))
    share = values.get("share")
    if isinstance(share, int) and share > WHOLE_SHARE:
        found.append(Problem("share_over_100", _("工作份额不能超过 100%。"), "share"))
    return found


def _now() -> ColumnElement[bool]:
    today = date.today()
    return and_(
        or_(Posting.starts_on.is_(None), Posting.starts_on <= today),
        or_(Posting.ends_on.is_(None), Posting.ends_on >= today),
    )


REGISTER = Register(
    number=18,
    key="postings",
    singular="posting",
    label=N_("村医任职与请假"),
    record=Posting,
    fields=FIELDS,
    natural_key=(Posting.doctor_id, Posting.clinic_id, Posting.kind, Posting.starts_on),
    title=(Posting.doctor_id, Posting.clinic_id),
    search=(Posting.doctor_id, Posting.clinic_id),
    check=check,
    chips=(
        Chip("current", N_("在任"), _now),
        Chip("leave", N_("请假"), lambda: Posting.kind == LEAVE),
    ),
    group=N_("村卫生室"),
    icon="fa6s.user-clock",
    detail=True,
    counter=N_("条"),
)
