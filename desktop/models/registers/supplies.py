"""Fever-clinic supplies (发热诊室物资): item, reserve and the ledger's balance (S0-13b)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, Text, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Chip, Field, Register
from desktop.models.registers.supply_moves import SupplyMove
from desktop.text import N_


class Supply(Record):
    """A supply item of the fever room."""

    __tablename__ = "supply"
    __table_args__ = (
        Index("ix_supply_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    name: Mapped[str | None] = mapped_column(Text)
    unit: Mapped[str | None] = mapped_column(Text)
    standard: Mapped[str | None] = mapped_column(Text)
    reserve: Mapped[int | None]
    nearest_expiry: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)


_balance = (
    select(func.coalesce(func.sum(SupplyMove.quantity), 0))
    .where(SupplyMove.supply_id == Supply.id, SupplyMove.deleted_at.is_(None))
    .correlate_except(SupplyMove)
    .scalar_subquery()
)
Supply.closing_stock = column_property(_balance)

FIELDS = (
    Field(
        number=1,
        column=Supply.name,
        label=N_("物资名称"),
        kind=Kind.TEXT,
        required=True,
        width=10,
        synonyms=("名称", "品名", "物品名称", "物资品名", "物资", "品种"),
    ),
    Field(
        number=2,
        column=Supply.unit,
        label=N_("计量单位"),
        kind=Kind.TEXT,
        width=4,
        synonyms=("单位",),
    ),
    Field(
        number=3,
        column=Supply.standard,
        label=N_("执行标准"),
        kind=Kind.TEXT,
        synonyms=("标准", "产品标准", "标准号", "质量标准"),
    ),
    Field(
        number=4,
        column=Supply.reserve,
        label=N_("储备标准（30天）"),
        kind=Kind.WHOLE,
        minimum=0,
        width=5,
        synonyms=(
            "储备标准",
            "储备定额",
            "应储备量",
            "储备量",
            "30天储备",
            "储备标准量",
            "储备数量",
        ),
    ),
    Field(
        number=5,
        column=Supply.nearest_expiry,
        label=N_("最近效期"),
        kind=Kind.DATE,
        synonyms=("效期", "有效期", "有效期至", "最近有效期", "失效日期"),
    ),
    Field(
        number=6,
        column=Supply.closing_stock,  # type: ignore[attr-defined]
        label=N_("现有库存"),
        kind=Kind.WHOLE,
        computed=True,
        width=5,
    ),
    Field(number=7, column=Supply.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)

REGISTER = Register(
    number=11,
    key="supplies",
    singular="supply",
    label=N_("发热诊室物资"),
    record=Supply,
    fields=FIELDS,
    natural_key=(Supply.name,),
    title=(Supply.name,),
    search=(Supply.name, Supply.standard),
    chips=(
        Chip("below_reserve", N_("低于储备"), lambda: Supply.closing_stock < Supply.reserve),  # type: ignore[attr-defined]
        Chip("out", N_("无库存"), lambda: Supply.closing_stock <= 0),  # type: ignore[attr-defined]
    ),
    group=N_("药品与物资"),
    icon="fa6s.head-side-mask",
    counter=N_("种"),
)
