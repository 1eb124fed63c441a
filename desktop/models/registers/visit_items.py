"""The items of a visit's checklist as they were judged."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Chip, Choice, Field, Register
from desktop.text import N_


class VisitItem(Record):
    """One item of one visit: its wording, judgement and points as on that day."""

    __tablename__ = "visit_item"
    __table_args__ = (
        Index("ix_visit_item_visit_id", "visit_id"),
        Index("ix_visit_item_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    visit_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    code: Mapped[str | None] = mapped_column(Text)
    section: Mapped[str | None] = mapped_column(Text)
    wording: Mapped[str | None] = mapped_column(Text)
    result: Mapped[str | None] = mapped_column(Text)
    earned: Mapped[int | None]
    possible: Mapped[int | None]
    critical: Mapped[bool | None]
    veto: Mapped[bool | None]
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=VisitItem.visit_id,
        label=N_("督导"),
        kind=Kind.REFERENCE,
        target="visits",
        required=True,
        width=12,
    ),
    Field(
        number=2,
        column=VisitItem.code,
        label=N_("项目代号"),
        kind=Kind.TEXT,
        required=True,
        width=4,
    ),
    Field(number=3, column=VisitItem.section, label=N_("领域"), kind=Kind.TEXT, width=5),
    Field(number=4, column=VisitItem.wording, label=N_("检查内容"), kind=Kind.TEXT, width=16),
    Field(
        number=5,
        column=VisitItem.result,
        label=N_("结果"),
        kind=Kind.CHOICE,
        width=4,
        choices=(
            Choice(N_("合格")),
            Choice(N_("不合格")),
            Choice(N_("不适用")),
            Choice(N_("计分")),
        ),
    ),
    Field(
        number=6,
        column=VisitItem.earned,
        label=N_("项目得分"),
        kind=Kind.AMOUNT,
        minimum=0,
        width=4,
    ),
    Field(
        number=7,
        column=VisitItem.possible,
        label=N_("项目满分"),
        kind=Kind.AMOUNT,
        minimum=0,
        width=4,
    ),
    Field(number=8, column=VisitItem.critical, label=N_("关键项"), kind=Kind.YES_NO, listed=False),
    Field(number=9, column=VisitItem.veto, label=N_("否决项"), kind=Kind.YES_NO, listed=False),
    Field(number=10, column=VisitItem.note, label=N_("备注"), kind=Kind.LONG_TEXT, width=10),
)

REGISTER = Register(
    number=24,
    key="visit_items",
    singular="visit_item",
    label=N_("督导检查项目"),
    record=VisitItem,
    fields=FIELDS,
    natural_key=(VisitItem.visit_id, VisitItem.code),
    title=(VisitItem.code, VisitItem.wording),
    search=(VisitItem.code, VisitItem.wording),
    chips=(Chip("failed", N_("不合格"), lambda: VisitItem.result == "不合格"),),
    group=N_("村卫生室"),
    icon="fa6s.list-ol",
    detail=True,
    counter=N_("项"),
)
