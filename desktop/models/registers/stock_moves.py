"""The drug stock ledger: every movement of a lot, appended and never changed (S4-4d, S4-9b)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Choice, Field, Register
from desktop.text import N_

MOVE_KINDS = (
    Choice(N_("期初")),
    Choice(N_("入库"), ("购入", "调入")),
    Choice(N_("出库"), ("领用", "消耗", "发出")),
    Choice(N_("报损"), ("损耗", "报废")),
    Choice(N_("退回")),
    Choice(N_("盘点")),
    Choice(N_("冲正")),
)


class StockMove(Record):
    """A movement of a drug lot: positive comes in, negative goes out, in the catalogue's unit."""

    __tablename__ = "stock_move"
    __table_args__ = (
        Index("ix_stock_move_lot_id", "lot_id", "quantity"),
        Record.__table_args__,
    )

    lot_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    moved_on: Mapped[date | None] = mapped_column(Date)
    kind: Mapped[str | None] = mapped_column(Text)
    quantity: Mapped[int | None]
    document_no: Mapped[str | None] = mapped_column(Text)
    clinic_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=StockMove.lot_id,
        label=N_("药品批次"),
        kind=Kind.REFERENCE,
        target="drug_stock",
        required=True,
        width=12,
    ),
    Field(number=2, column=StockMove.moved_on, label=N_("日期"), kind=Kind.DATE, required=True),
    Field(
        number=3,
        column=StockMove.kind,
        label=N_("业务类型"),
        kind=Kind.CHOICE,
        choices=MOVE_KINDS,
        required=True,
        width=4,
    ),
    Field(number=4, column=StockMove.quantity, label=N_("数量"), kind=Kind.WHOLE, required=True),
    Field(number=5, column=StockMove.document_no, label=N_("单据号"), kind=Kind.TEXT),
    Field(
        number=6,
        column=StockMove.clinic_id,
        label=N_("领用卫生室"),
        kind=Kind.REFERENCE,
        target="clinics",
        listed=False,
    ),
    Field(number=7, column=StockMove.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)

REGISTER = Register(
    number=10,
    key="stock_moves",
    singular="stock_move",
    label=N_("药品出入库"),
    record=StockMove,
    fields=FIELDS,
    natural_key=(),
    title=(StockMove.moved_on, StockMove.kind),
    search=(StockMove.document_no, StockMove.kind),
    append_only=True,
    group=N_("药品与物资"),
    icon="fa6s.right-left",
    detail=True,
    counter=N_("笔"),
)
