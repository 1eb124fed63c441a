"""Staff orders (调配令) of the county: who works where, from when to when (S0-7, S4-8b)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, Date, Index, Text, or_
from sqlalchemy.orm import Mapped, mapped_column

from desktop.errors import Problem
from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Chip, Choice, Field, Owner, Register
from desktop.text import N_, _


class StaffOrder(Record):
    """One person of one order."""

    __tablename__ = "staff_order"
    __table_args__ = (
        Index("ix_staff_order_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    number: Mapped[str | None] = mapped_column(Text)
    person: Mapped[str | None] = mapped_column(Text)
    id_number: Mapped[str | None] = mapped_column(Text)
    from_unit: Mapped[str | None] = mapped_column(Text)
    to_unit: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=StaffOrder.number,
        label=N_("调配令文号"),
        kind=Kind.TEXT,
        required=True,
        width=9,
        synonyms=("文号", "编号", "调令文号", "调令号"),
    ),
    Field(
        number=2,
        column=StaffOrder.person,
        label=N_("人员姓名"),
        kind=Kind.TEXT,
        required=True,
        width=5,
        synonyms=("姓名", "人员"),
    ),
    Field(
        number=3,
        column=StaffOrder.id_number,
        label=N_("身份证号"),
        kind=Kind.ID_NUMBER,
        width=9,
        listed=False,
        synonyms=("身份证号码", "公民身份号码"),
    ),
    Field(
        number=4,
        column=StaffOrder.from_unit,
        label=N_("原单位"),
        kind=Kind.TEXT,
        width=9,
        synonyms=("原工作单位", "派出单位", "调出单位", "从"),
    ),
    Field(
        number=5,
        column=StaffOrder.to_unit,
        label=N_("派往单位"),
        kind=Kind.TEXT,
        required=True,
        width=9,
        synonyms=("新单位", "接收单位", "调入单位", "到"),
    ),
    Field(
        number=6,
        column=StaffOrder.kind,
        label=N_("调配类别"),
        kind=Kind.CHOICE,
        width=4,
        choices=(
            Choice(N_("派驻"), ("下沉", "驻点")),
            Choice(N_("调动"), ("调任", "调入", "调出")),
            Choice(N_("借调")),
            Choice(N_("轮岗")),
            Choice(N_("进修")),
        ),
        open_choice=True,
        synonyms=("类别", "类型", "方式"),
    ),
    Field(
        number=7,
        column=StaffOrder.starts_on,
        label=N_("开始日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("起始日期", "到岗日期", "自"),
    ),
    Field(
        number=8,
        column=StaffOrder.ends_on,
        label=N_("截止日期"),
        kind=Kind.DATE,
        synonyms=("结束日期", "至"),
    ),
    Field(number=9, column=StaffOrder.note, label=N_("备注"), kind=Kind.LONG_TEXT, width=10),
)


def check(values: Mapping[str, Value]) -> list[Problem]:
    """Refuse an order that ends before it begins."""
    start, end = values.get("starts_on"), values.get("ends_on")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        return [Problem("end_before_start", _("截止日期早于开始日期。"), "ends_on")]
    return []


def _running() -> ColumnElement[bool]:
    return or_(StaffOrder.ends_on.is_(None), StaffOrder.ends_on >= date.today())


REGISTER = Register(
    number=43,
    key="staff_orders",
    singular="staff_order",
    label=N_("调配令"),
    record=StaffOrder,
    fields=FIELDS,
    natural_key=(StaffOrder.number, StaffOrder.person),
    title=(StaffOrder.person, StaffOrder.number),
    search=(StaffOrder.person, StaffOrder.number, StaffOrder.to_unit),
    check=check,
    chips=(Chip("running", N_("未到期"), _running),),
    owner=Owner.COUNTY,
    group=N_("队伍"),
    icon="fa6s.people-arrows",
    counter=N_("条"),
    detail=True,
)
