"""Numbers that a policy sets: dated, editable, each with the clause it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Date, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.errors import Problem
from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Choice, Field, Register
from desktop.text import N_, _


class Policy(Record):
    """One number or text of a policy, valid from a day on (S0-0)."""

    __tablename__ = "policy"

    code: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    value: Mapped[str | None] = mapped_column(Text)
    unit: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    clause: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(number=1, column=Policy.code, label=N_("代号"), kind=Kind.TEXT, required=True, width=9),
    Field(number=2, column=Policy.name, label=N_("名称"), kind=Kind.TEXT, required=True, width=14),
    Field(
        number=3,
        column=Policy.value,
        label=N_("数值"),
        kind=Kind.TEXT,
        help=N_("留空表示政策没有给数，由本机构填写后才参与计算。"),
    ),
    Field(number=4, column=Policy.unit, label=N_("单位"), kind=Kind.TEXT, width=3),
    Field(
        number=5,
        column=Policy.valid_from,
        label=N_("执行日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("生效日期", "开始日期"),
    ),
    Field(
        number=6,
        column=Policy.valid_to,
        label=N_("截止日期"),
        kind=Kind.DATE,
        synonyms=("失效日期", "结束日期"),
    ),
    Field(number=7, column=Policy.clause, label=N_("依据"), kind=Kind.TEXT, width=10),
    Field(
        number=8,
        column=Policy.status,
        label=N_("依据状态"),
        kind=Kind.CHOICE,
        choices=(Choice(N_("现行")), Choice(N_("征求意见稿")), Choice(N_("本机构设定"))),
        open_choice=True,
    ),
    Field(number=9, column=Policy.note, label=N_("说明"), kind=Kind.LONG_TEXT, width=14),
)


def check(values: Mapping[str, Value]) -> list[Problem]:
    """Refuse a policy that ends before it begins."""
    start, end = values.get("valid_from"), values.get("valid_to")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        return [Problem("expiry_before_start", _("截止日期早于执行日期。"), "valid_to")]
    return []


REGISTER = Register(
    number=2,
    key="policy",
    singular="policy",
    label=N_("政策参数"),
    record=Policy,
    fields=FIELDS,
    natural_key=(Policy.code, Policy.valid_from),
    title=(Policy.name,),
    search=(Policy.name, Policy.code, Policy.clause),
    check=check,
    group=N_("设置"),
    icon="fa6s.scale-balanced",
    counter=N_("项"),
)
