"""Drug lots in stock (药品库存): what is there is the sum of the ledger, never typed (S4-9b)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, Date, Index, LargeBinary, Text, and_, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Chip, Field, Register
from desktop.models.registers._policies import days_ahead
from desktop.models.registers.stock_moves import StockMove
from desktop.text import N_


class DrugLot(Record):
    """A batch of a drug with its expiry and price; its balance is the sum of its movements."""

    __tablename__ = "drug_lot"
    __table_args__ = (
        Index("ix_drug_lot_drug_id", "drug_id"),
        Index("ix_drug_lot_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    drug_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    batch_no: Mapped[str | None] = mapped_column(Text)
    expires_on: Mapped[date | None] = mapped_column(Date)
    unit_price: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)


_balance = (
    select(func.coalesce(func.sum(StockMove.quantity), 0))
    .where(StockMove.lot_id == DrugLot.id, StockMove.deleted_at.is_(None))
    .correlate_except(StockMove)
    .scalar_subquery()
)
DrugLot.quantity = column_property(_balance)

FIELDS = (
    Field(
        number=1,
        column=DrugLot.drug_id,
        label=N_("药品名称"),
        kind=Kind.REFERENCE,
        target="drugs",
        required=True,
        width=14,
        synonyms=("药品通用名", "通用名", "药名", "品名", "药品", "通用名称", "名称"),
    ),
    Field(
        number=2,
        column=DrugLot.batch_no,
        label=N_("批号"),
        kind=Kind.TEXT,
        synonyms=("生产批号", "药品批号", "批次", "批次号"),
    ),
    Field(
        number=3,
        column=DrugLot.expires_on,
        label=N_("有效期至"),
        kind=Kind.DATE,
        synonyms=("有效期", "效期", "失效日期", "效期至", "到期日期", "失效期", "有效日期"),
    ),
    Field(
        number=4,
        column=DrugLot.unit_price,
        label=N_("单价"),
        kind=Kind.AMOUNT,
        minimum=0,
        unit=N_("元"),
        width=5,
        synonyms=("进价", "购进价", "单价（元）", "零售价", "价格", "购入价"),
    ),
    Field(
        number=5,
        column=DrugLot.quantity,  # type: ignore[attr-defined]
        label=N_("库存数量"),
        kind=Kind.WHOLE,
        minimum=0,
        computed=True,
        width=5,
        synonyms=(
            "数量",
            "盘点数量",
            "实盘数量",
            "库存",
            "实存数量",
            "结存数量",
            "现存量",
            "实盘数",
        ),
    ),
    Field(number=6, column=DrugLot.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)


def _near_expiry() -> ColumnElement[bool]:
    today = date.today()
    return and_(
        DrugLot.expires_on >= today, DrugLot.expires_on <= days_ahead("drug.near_expiry_days")
    )


def known_by(values: Mapping[str, Value]) -> tuple[Value, ...]:
    """Return drug and batch; lots without a batch are told apart by their expiry."""
    return values.get("drug_id"), values.get("batch_no") or values.get("expires_on")


REGISTER = Register(
    number=9,
    key="drug_stock",
    singular="lot",
    label=N_("药品库存"),
    record=DrugLot,
    fields=FIELDS,
    natural_key=(DrugLot.drug_id, DrugLot.batch_no),
    title=(DrugLot.drug_id, DrugLot.batch_no),
    search=(DrugLot.drug_id, DrugLot.batch_no),
    chips=(
        Chip("near_expiry", N_("近效期"), _near_expiry),
        Chip("expired", N_("已过期"), lambda: DrugLot.expires_on < date.today()),
    ),
    group=N_("药品与物资"),
    icon="fa6s.boxes-stacked",
    counter=N_("批"),
    known_by=known_by,
)
