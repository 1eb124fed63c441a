"""The ledger of fever-clinic supplies, appended and never changed (S0-13b)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Field, Register
from desktop.models.registers.stock_moves import MOVE_KINDS
from desktop.text import N_


class SupplyMove(Record):
    """A movement of a supply item: positive comes in, negative goes out."""

    __tablename__ = "supply_move"
    __table_args__ = (
        Index("ix_supply_move_supply_id", "supply_id", "moved_on", "quantity"),
        Record.__table_args__,
    )

    supply_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    moved_on: Mapped[date | None] = mapped_column(Date)
    kind: Mapped[str | None] = mapped_column(Text)
    quantity: Mapped[int | None]
    document_no: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=SupplyMove.supply_id,
        label=N_("物资名称"),
        kind=Kind.REFERENCE,
        target="supplies",
        required=True,
        width=10,
    ),
    Field(number=2, column=SupplyMove.moved_on, label=N_("日期"), kind=Kind.DATE, required=True),
    Field(
        number=3,
        column=SupplyMove.kind,
        label=N_("业务类型"),
        kind=Kind.CHOICE,
        choices=MOVE_KINDS,
        required=True,
        width=4,
    ),
    Field(number=4, column=SupplyMove.quantity, label=N_("数量"), kind=Kind.WHOLE, required=True),
    Field(number=5, column=SupplyMove.document_no, label=N_("单据号"), kind=Kind.TEXT),
    Field(number=6, column=SupplyMove.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)

REGISTER = Register(
    number=12,
    key="supply_moves",
    singular="supply_move",
    label=N_("物资出入库"),
    record=SupplyMove,
    fields=FIELDS,
    natural_key=(),
    title=(SupplyMove.moved_on, SupplyMove.kind),
    search=(SupplyMove.document_no, SupplyMove.kind),
    append_only=True,
    group=N_("药品与物资"),
    icon="fa6s.right-left",
    detail=True,
    counter=N_("笔"),
)
