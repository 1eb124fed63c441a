"""Pay sheets (绩效发放表): scores and money of a period with every line of explanation, frozen."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Choice, Field, Register
from desktop.text import N_

DRAFT = "草稿"
APPROVED = "已核定"
MAIN = "正表"
SUPPLEMENT = "补充"


class PaySheet(Record):
    """An approved sheet or a dated supplement; ``content`` is the JSON of all its lines."""

    __tablename__ = "pay_sheet"
    __table_args__ = (
        Index("ix_pay_sheet_period", "period"),
        Index("ix_pay_sheet_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    period: Mapped[str | None] = mapped_column(Text)
    scheme: Mapped[str | None] = mapped_column(Text)
    scheme_version: Mapped[int | None]
    kind: Mapped[str | None] = mapped_column(Text)
    number: Mapped[int | None]
    status: Mapped[str | None] = mapped_column(Text)
    total: Mapped[int | None]
    content: Mapped[str | None] = mapped_column(Text)
    checksum: Mapped[str | None] = mapped_column(Text)
    approved_by: Mapped[str | None] = mapped_column(Text)
    approved_at: Mapped[str | None] = mapped_column(Text)
    supplements: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1, column=PaySheet.period, label=N_("期间"), kind=Kind.TEXT, required=True, width=6
    ),
    Field(
        number=2,
        column=PaySheet.scheme,
        label=N_("方案名称"),
        kind=Kind.TEXT,
        required=True,
        width=12,
    ),
    Field(number=3, column=PaySheet.scheme_version, label=N_("方案版本"), kind=Kind.WHOLE, width=3),
    Field(
        number=4,
        column=PaySheet.kind,
        label=N_("类别"),
        kind=Kind.CHOICE,
        required=True,
        width=4,
        choices=(Choice(N_("正表")), Choice(N_("补充"))),
    ),
    Field(number=5, column=PaySheet.number, label=N_("序号"), kind=Kind.WHOLE, minimum=0, width=3),
    Field(
        number=6,
        column=PaySheet.status,
        label=N_("状态"),
        kind=Kind.CHOICE,
        required=True,
        width=4,
        choices=(Choice(N_("草稿")), Choice(N_("已核定"))),
    ),
    Field(number=7, column=PaySheet.total, label=N_("合计金额"), kind=Kind.AMOUNT, unit=N_("元")),
    Field(number=8, column=PaySheet.content, label=N_("内容"), kind=Kind.LONG_TEXT, listed=False),
    Field(
        number=9,
        column=PaySheet.checksum,
        label=N_("校验码"),
        kind=Kind.TEXT,
        width=8,
        listed=False,
    ),
    Field(number=10, column=PaySheet.approved_by, label=N_("核定人"), kind=Kind.TEXT),
    Field(number=11, column=PaySheet.approved_at, label=N_("核定时间"), kind=Kind.TEXT, width=8),
    Field(
        number=12,
        column=PaySheet.supplements,
        label=N_("补充对象"),
        kind=Kind.TEXT,
        listed=False,
        help=N_("补充表所更正的正表。"),
    ),
    Field(number=13, column=PaySheet.reason, label=N_("事由"), kind=Kind.LONG_TEXT, listed=False),
    Field(
        number=14,
        column=PaySheet.received_at,
        label=N_("接收时间"),
        kind=Kind.TEXT,
        width=8,
        listed=False,
        help=N_("县级平台收到这份表的时间，由县级平台填写。"),
    ),
)


def frozen(values: Mapping[str, Value]) -> bool:
    """Say that an approved sheet no longer changes: a correction is a supplement."""
    return values.get("status") == APPROVED


def known_by(_values: Mapping[str, Value]) -> tuple[Value, ...]:
    """Return nothing: what was approved apart was signed apart, and neither may be overwritten."""
    return ()


REGISTER = Register(
    number=29,
    key="pay_sheets",
    singular="pay_sheet",
    label=N_("绩效发放表"),
    record=PaySheet,
    fields=FIELDS,
    natural_key=(PaySheet.period, PaySheet.scheme, PaySheet.kind, PaySheet.number),
    title=(PaySheet.period, PaySheet.scheme),
    search=(PaySheet.period, PaySheet.scheme),
    frozen_when=frozen,
    group=N_("村卫生室"),
    icon="fa6s.money-check-dollar",
    detail=True,
    counter=N_("份"),
    known_by=known_by,
)
