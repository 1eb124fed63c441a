"""The county's replies to shortages of drugs (缺药答复): what comes, how much, when (S0-8c)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Choice, Field, Owner, Register
from desktop.text import N_


class ShortageReply(Record):
    """The reply about one drug."""

    __tablename__ = "shortage_reply"
    __table_args__ = (
        Index("ix_shortage_reply_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    number: Mapped[str | None] = mapped_column(Text)
    drug: Mapped[str | None] = mapped_column(Text)
    spec: Mapped[str | None] = mapped_column(Text)
    manufacturer: Mapped[str | None] = mapped_column(Text)
    reply: Mapped[str | None] = mapped_column(Text)
    quantity: Mapped[int | None]
    unit: Mapped[str | None] = mapped_column(Text)
    expected_on: Mapped[date | None] = mapped_column(Date)
    substitute: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=ShortageReply.number,
        label=N_("答复编号"),
        kind=Kind.TEXT,
        width=8,
        synonyms=("编号", "申请编号", "文号"),
    ),
    Field(
        number=2,
        column=ShortageReply.drug,
        label=N_("药品通用名"),
        kind=Kind.TEXT,
        required=True,
        width=10,
        synonyms=("通用名", "药品名称", "药名", "品名", "药品"),
    ),
    Field(
        number=3,
        column=ShortageReply.spec,
        label=N_("规格"),
        kind=Kind.TEXT,
        width=8,
        synonyms=("药品规格",),
    ),
    Field(
        number=4,
        column=ShortageReply.manufacturer,
        label=N_("生产企业"),
        kind=Kind.TEXT,
        width=9,
        listed=False,
        synonyms=("生产厂家", "厂家"),
    ),
    Field(
        number=5,
        column=ShortageReply.reply,
        label=N_("答复"),
        kind=Kind.CHOICE,
        required=True,
        width=5,
        choices=(
            Choice(N_("可以供应"), ("可供", "有货")),
            Choice(N_("部分供应"), ("部分可供",)),
            Choice(N_("调剂供应"), ("调剂",)),
            Choice(N_("改用替代药品"), ("替代",)),
            Choice(N_("暂不能供应"), ("暂缺", "无货", "缺货")),
        ),
        open_choice=True,
        synonyms=("答复意见", "处理意见", "回复"),
    ),
    Field(
        number=6,
        column=ShortageReply.quantity,
        label=N_("供应数量"),
        kind=Kind.WHOLE,
        minimum=0,
        width=4,
        synonyms=("数量", "可供数量"),
    ),
    Field(
        number=7,
        column=ShortageReply.unit,
        label=N_("单位"),
        kind=Kind.TEXT,
        width=3,
        synonyms=("计量单位",),
    ),
    Field(
        number=8,
        column=ShortageReply.expected_on,
        label=N_("预计到货日期"),
        kind=Kind.DATE,
        synonyms=("预计到货", "到货日期", "预计日期"),
    ),
    Field(
        number=9,
        column=ShortageReply.substitute,
        label=N_("替代药品"),
        kind=Kind.TEXT,
        width=8,
        listed=False,
    ),
    Field(number=10, column=ShortageReply.note, label=N_("备注"), kind=Kind.LONG_TEXT, width=10),
)

REGISTER = Register(
    number=44,
    key="shortage_replies",
    singular="shortage_reply",
    label=N_("缺药答复"),
    record=ShortageReply,
    fields=FIELDS,
    natural_key=(ShortageReply.drug, ShortageReply.spec, ShortageReply.number),
    title=(ShortageReply.drug, ShortageReply.spec),
    search=(ShortageReply.drug, ShortageReply.spec),
    owner=Owner.COUNTY,
    group=N_("药品与物资"),
    icon="fa6s.reply",
    counter=N_("条"),
    detail=True,
)
