"""Public-health work and the villages' part of it (公卫任务分配), S1-6.1e."""

from __future__ import annotations

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Choice, Field, Register
from desktop.text import N_


class Workload(Record):
    """One public-health item of a period: all the work, and what the clinics do of it."""

    __tablename__ = "workload"
    __table_args__ = (
        Index("ix_workload_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    period: Mapped[str | None] = mapped_column(Text)
    item: Mapped[str | None] = mapped_column(Text)
    total: Mapped[int | None]
    village: Mapped[int | None]
    weight: Mapped[int | None]
    unit: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Workload.period,
        label=N_("期间"),
        kind=Kind.TEXT,
        required=True,
        synonyms=("年度",),
        help=N_("年度 2026、季度 2026-Q4 或月份 2026-10。"),
    ),
    Field(
        number=2,
        column=Workload.item,
        label=N_("公卫项目"),
        kind=Kind.CHOICE,
        required=True,
        width=10,
        synonyms=("项目", "服务项目"),
        choices=(
            Choice(N_("居民健康档案")),
            Choice(N_("健康教育")),
            Choice(N_("预防接种")),
            Choice(N_("传染病报告和处理")),
            Choice(N_("0—6岁儿童健康管理")),
            Choice(N_("孕产妇健康管理")),
            Choice(N_("老年人健康管理")),
            Choice(N_("高血压患者健康管理")),
            Choice(N_("糖尿病患者健康管理")),
            Choice(N_("严重精神障碍患者管理")),
            Choice(N_("肺结核患者健康管理")),
            Choice(N_("中医药健康管理")),
            Choice(N_("卫生监督协管")),
        ),
        open_choice=True,
    ),
    Field(
        number=3,
        column=Workload.total,
        label=N_("任务总量"),
        kind=Kind.WHOLE,
        minimum=0,
        synonyms=("总量",),
    ),
    Field(
        number=4,
        column=Workload.village,
        label=N_("村级承担量"),
        kind=Kind.WHOLE,
        minimum=0,
        synonyms=("村卫生室承担",),
        help=N_("留空时取村卫生室月报中对应项目之和。"),
    ),
    Field(
        number=5,
        column=Workload.weight,
        label=N_("当量"),
        kind=Kind.AMOUNT,
        minimum=0,
        help=N_("不同项目相加时每单位折合的工作量；留空为 1。"),
    ),
    Field(
        number=6, column=Workload.unit, label=N_("计量单位"), kind=Kind.TEXT, width=4, listed=False
    ),
    Field(number=7, column=Workload.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)

REGISTER = Register(
    number=31,
    key="workloads",
    singular="workload",
    label=N_("公卫任务分配"),
    record=Workload,
    fields=FIELDS,
    natural_key=(Workload.period, Workload.item),
    title=(Workload.period, Workload.item),
    search=(Workload.period, Workload.item),
    group=N_("村卫生室"),
    icon="fa6s.chart-pie",
    detail=True,
    counter=N_("项"),
)
