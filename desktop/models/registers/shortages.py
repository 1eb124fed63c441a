"""Drug shortages (短缺药品登记): who asked for what, what the county did (S0-8c, S4-10a)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Date, Index, LargeBinary, Text, and_
from sqlalchemy.orm import Mapped, mapped_column

from desktop.errors import Problem
from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Chip, Choice, Field, Register
from desktop.text import N_, _

SERVED = ("县级配送", "调剂", "替代药品")
"""Outcomes by which the patients got what they needed."""


class Shortage(Record):
    """One drug that ran short, asked for by the centre or one of its village clinics."""

    __tablename__ = "shortage"
    __table_args__ = (
        Index("ix_shortage_drug_id", "drug_id"),
        Index("ix_shortage_clinic_id", "clinic_id"),
        Index("ix_shortage_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    drug_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    drug_name: Mapped[str | None] = mapped_column(Text)
    clinic_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    reported_on: Mapped[date | None] = mapped_column(Date)
    needed: Mapped[int | None]
    kind: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    urgent: Mapped[bool | None]
    reported_to_county_on: Mapped[date | None] = mapped_column(Date)
    replied: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    resolved_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Shortage.drug_id,
        label=N_("目录内药品"),
        kind=Kind.REFERENCE,
        target="drugs",
        width=11,
        synonyms=("目录药品", "在用目录药品"),
        help=N_("药品目录里有的选目录内药品；没有的只写药品名称。"),
    ),
    Field(
        number=2,
        column=Shortage.drug_name,
        label=N_("短缺药品名称"),
        kind=Kind.TEXT,
        width=11,
        synonyms=("短缺药品", "缺药名称", "缺货药品", "药品名称", "药品名称及规格"),
    ),
    Field(
        number=3,
        column=Shortage.clinic_id,
        label=N_("申请卫生室"),
        kind=Kind.REFERENCE,
        target="clinics",
        width=8,
        synonyms=("申报卫生室", "需求卫生室", "村卫生室"),
        help=N_("由村卫生室提出的填写；本院提出的留空。"),
    ),
    Field(
        number=4,
        column=Shortage.reported_on,
        label=N_("登记日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("缺药日期", "短缺日期", "报缺日期"),
    ),
    Field(
        number=5,
        column=Shortage.needed,
        label=N_("需求数量"),
        kind=Kind.WHOLE,
        minimum=0,
        width=4,
        synonyms=("需要数量", "申请数量", "缺货数量"),
    ),
    Field(
        number=6,
        column=Shortage.kind,
        label=N_("短缺类型"),
        kind=Kind.CHOICE,
        required=True,
        width=4,
        choices=(
            Choice(N_("缺货"), ("无货",)),
            Choice(N_("断供"), ("停产", "停供")),
            Choice(N_("不足"), ("供应不足", "数量不足")),
        ),
        synonyms=("缺药类型", "短缺类别"),
    ),
    Field(
        number=7,
        column=Shortage.reason,
        label=N_("用药人群"),
        kind=Kind.CHOICE,
        width=5,
        listed=False,
        choices=(
            Choice(N_("下转患者"), ("下转",)),
            Choice(N_("慢病患者"), ("慢病", "门诊慢性病患者")),
            Choice(N_("其他患者"), ("其他",)),
        ),
        open_choice=True,
        synonyms=("需求原因", "患者类别"),
    ),
    Field(
        number=8,
        column=Shortage.urgent,
        label=N_("是否急需"),
        kind=Kind.YES_NO,
        width=4,
        listed=False,
        synonyms=("急需", "是否紧急"),
    ),
    Field(
        number=9,
        column=Shortage.reported_to_county_on,
        label=N_("上报县级日期"),
        kind=Kind.DATE,
        synonyms=("上报日期", "报县日期"),
    ),
    Field(
        number=10,
        column=Shortage.replied,
        label=N_("县级答复"),
        kind=Kind.LONG_TEXT,
        width=10,
        listed=False,
        synonyms=("答复内容", "药房答复"),
    ),
    Field(
        number=11,
        column=Shortage.outcome,
        label=N_("处理结果"),
        kind=Kind.CHOICE,
        width=5,
        choices=(
            Choice(N_("县级配送"), ("配送", "已配送")),
            Choice(N_("调剂"), ("院间调剂", "已调剂")),
            Choice(N_("替代药品"), ("替代", "替换")),
            Choice(N_("未解决"), ("未到货",)),
        ),
        synonyms=("解决方式", "处理方式", "供应结果"),
    ),
    Field(
        number=12,
        column=Shortage.resolved_on,
        label=N_("解决日期"),
        kind=Kind.DATE,
        synonyms=("供应日期", "送达日期", "办结日期"),
    ),
    Field(number=13, column=Shortage.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)


def check(values: Mapping[str, Value]) -> list[Problem]:
    """Refuse a shortage without a drug, and one that is served before it came up or undone."""
    found = []
    if values.get("drug_id") is None and not values.get("drug_name"):
        found.append(
            Problem("missing_drug", _("请选择目录内药品或填写短缺药品名称。"), "drug_name")
        )
    reported = values.get("reported_on")
    for key in ("reported_to_county_on", "resolved_on"):
        day = values.get(key)
        if isinstance(reported, date) and isinstance(day, date) and day < reported:
            sentence = _("{label}早于登记日期。").format(label=_(REGISTER.by_key[key].label))
            found.append(Problem("end_before_start", sentence, key))
    if values.get("outcome") in SERVED and values.get("resolved_on") is None:
        found.append(Problem("missing_resolved_on", _("已解决的短缺须填解决日期。"), "resolved_on"))
    return found


REGISTER = Register(
    number=36,
    key="shortages",
    singular="shortage",
    label=N_("短缺药品登记"),
    record=Shortage,
    fields=FIELDS,
    natural_key=(
        Shortage.drug_id,
        Shortage.drug_name,
        Shortage.clinic_id,
        Shortage.reported_on,
    ),
    title=(Shortage.drug_id, Shortage.drug_name, Shortage.reported_on),
    search=(Shortage.drug_id, Shortage.drug_name, Shortage.clinic_id),
    check=check,
    chips=(
        Chip("open", N_("未解决"), lambda: Shortage.resolved_on.is_(None)),
        Chip(
            "to_report",
            N_("待上报"),
            lambda: and_(Shortage.resolved_on.is_(None), Shortage.reported_to_county_on.is_(None)),
        ),
        Chip("urgent", N_("急需"), lambda: Shortage.urgent.is_(True)),
    ),
    group=N_("药品与物资"),
    icon="fa6s.triangle-exclamation",
    counter=N_("条"),
)
