"""Money advices of the county (拨款通知): advances, assessments and settlements (S0-17, S4-8d)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Choice, Field, Owner, Register
from desktop.text import N_


class MoneyAdvice(Record):
    """One sum of one document; a deduction is a negative amount."""

    __tablename__ = "money_advice"
    __table_args__ = (
        Index("ix_money_advice_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    document_number: Mapped[str | None] = mapped_column(Text)
    fund: Mapped[str | None] = mapped_column(Text)
    period: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[int | None]
    issued_on: Mapped[date | None] = mapped_column(Date)
    remark: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=MoneyAdvice.document_number,
        label=N_("拨款文号"),
        kind=Kind.TEXT,
        required=True,
        width=9,
        synonyms=("文号", "文件号", "通知文号", "编号"),
    ),
    Field(
        number=2,
        column=MoneyAdvice.fund,
        label=N_("资金名称"),
        kind=Kind.TEXT,
        required=True,
        width=12,
        synonyms=("资金", "项目", "资金项目", "项目名称"),
    ),
    Field(
        number=3,
        column=MoneyAdvice.period,
        label=N_("所属期间"),
        kind=Kind.TEXT,
        required=True,
        width=5,
        synonyms=("期间", "年度", "月份", "季度"),
    ),
    Field(
        number=4,
        column=MoneyAdvice.kind,
        label=N_("拨款类别"),
        kind=Kind.CHOICE,
        width=4,
        choices=(
            Choice(N_("预拨"), ("预付",)),
            Choice(N_("考核"), ("考核兑现",)),
            Choice(N_("结算"), ("决算",)),
            Choice(N_("清算")),
        ),
        open_choice=True,
        synonyms=("类别", "类型"),
    ),
    Field(
        number=5,
        column=MoneyAdvice.amount,
        label=N_("拨款金额"),
        kind=Kind.AMOUNT,
        required=True,
        unit=N_("元"),
        width=6,
        synonyms=("金额", "金额（元）", "拨付金额"),
    ),
    Field(
        number=6,
        column=MoneyAdvice.issued_on,
        label=N_("发文日期"),
        kind=Kind.DATE,
        synonyms=("拨款日期", "日期"),
    ),
    Field(
        number=7,
        column=MoneyAdvice.remark,
        label=N_("备注"),
        kind=Kind.LONG_TEXT,
        width=10,
        synonyms=("说明", "用途"),
    ),
)

REGISTER = Register(
    number=45,
    key="money_advices",
    singular="money_advice",
    label=N_("拨款通知"),
    record=MoneyAdvice,
    fields=FIELDS,
    natural_key=(MoneyAdvice.document_number, MoneyAdvice.fund, MoneyAdvice.period),
    title=(MoneyAdvice.fund, MoneyAdvice.period),
    search=(MoneyAdvice.fund, MoneyAdvice.document_number),
    owner=Owner.COUNTY,
    group=N_("上报"),
    icon="fa6s.money-bill-transfer",
    counter=N_("笔"),
    detail=True,
)
