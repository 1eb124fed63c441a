"""Earmarked funds for the villages (基本公卫, 基本药物): received, spent, passed on (S4-16b)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Choice, Field, Register
from desktop.text import N_

RECEIVED = "收到"
PASSED_ON = "拨付卫生室"


class FundMove(Record):
    """One movement of an earmarked fund."""

    __tablename__ = "fund_move"
    __table_args__ = (
        Index("ix_fund_move_fund", "fund"),
        Index("ix_fund_move_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    fund: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    moved_on: Mapped[date | None] = mapped_column(Date)
    amount: Mapped[int | None]
    clinic_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    payer: Mapped[str | None] = mapped_column(Text)
    document_no: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=FundMove.fund,
        label=N_("资金"),
        kind=Kind.CHOICE,
        required=True,
        width=9,
        synonyms=("资金名称", "专项资金"),
        choices=(
            Choice(N_("基本公卫补助")),
            Choice(N_("基本药物补助")),
            Choice(N_("一般诊疗费")),
            Choice(N_("其他专项")),
        ),
        open_choice=True,
    ),
    Field(
        number=2,
        column=FundMove.kind,
        label=N_("收支类别"),
        kind=Kind.CHOICE,
        required=True,
        width=5,
        choices=(
            Choice(N_("收到")),
            Choice(N_("拨付卫生室")),
            Choice(N_("本院支出")),
            Choice(N_("考核扣减")),
            Choice(N_("退回")),
        ),
    ),
    Field(number=3, column=FundMove.moved_on, label=N_("日期"), kind=Kind.DATE, required=True),
    Field(
        number=4,
        column=FundMove.amount,
        label=N_("金额"),
        kind=Kind.AMOUNT,
        minimum=0,
        required=True,
        unit=N_("元"),
    ),
    Field(
        number=5,
        column=FundMove.clinic_id,
        label=N_("村卫生室"),
        kind=Kind.REFERENCE,
        target="clinics",
        width=9,
        synonyms=("卫生室",),
    ),
    Field(
        number=6,
        column=FundMove.payer,
        label=N_("拨款单位"),
        kind=Kind.TEXT,
        listed=False,
        help=N_("财政拨付，或牵头医院打包拨付。"),
    ),
    Field(
        number=7,
        column=FundMove.document_no,
        label=N_("凭证号"),
        kind=Kind.TEXT,
        listed=False,
        synonyms=("文号",),
    ),
    Field(number=8, column=FundMove.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)

REGISTER = Register(
    number=33,
    key="fund_moves",
    singular="fund_move",
    label=N_("专项补助资金"),
    record=FundMove,
    fields=FIELDS,
    natural_key=(
        FundMove.fund,
        FundMove.kind,
        FundMove.moved_on,
        FundMove.clinic_id,
        FundMove.document_no,
        FundMove.amount,
    ),
    title=(FundMove.fund, FundMove.moved_on),
    search=(FundMove.fund, FundMove.document_no, FundMove.clinic_id),
    group=N_("村卫生室"),
    icon="fa6s.piggy-bank",
    detail=True,
    counter=N_("笔"),
)
