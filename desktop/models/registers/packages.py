"""Service packages (服务包) of family-doctor contracts: content and price (facts c, S0-12d)."""

from __future__ import annotations

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Field, Register
from desktop.text import N_


class Package(Record):
    """A service package."""

    __tablename__ = "package"
    __table_args__ = (
        Index("ix_package_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    name: Mapped[str | None] = mapped_column(Text)
    audience: Mapped[str | None] = mapped_column(Text)
    price: Mapped[int | None]
    content: Mapped[str | None] = mapped_column(Text)
    includes_tcm: Mapped[bool | None]
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Package.name,
        label=N_("服务包名称"),
        kind=Kind.TEXT,
        required=True,
        width=8,
        synonyms=("服务包", "签约包", "包名称"),
    ),
    Field(
        number=2,
        column=Package.audience,
        label=N_("适用人群"),
        kind=Kind.TEXT,
        width=8,
        synonyms=("服务对象", "人群"),
    ),
    Field(
        number=3,
        column=Package.price,
        label=N_("年收费（元）"),
        kind=Kind.AMOUNT,
        minimum=0,
        unit=N_("元"),
        synonyms=("价格", "收费标准", "年费"),
    ),
    Field(
        number=4,
        column=Package.content,
        label=N_("服务内容"),
        kind=Kind.LONG_TEXT,
        width=18,
        synonyms=("内容", "服务项目"),
    ),
    Field(
        number=5,
        column=Package.includes_tcm,
        label=N_("含中医药服务"),
        kind=Kind.YES_NO,
        synonyms=("中医药", "是否含中医药服务"),
    ),
    Field(number=6, column=Package.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)

REGISTER = Register(
    number=15,
    key="packages",
    singular="package",
    label=N_("服务包"),
    record=Package,
    fields=FIELDS,
    natural_key=(Package.name,),
    title=(Package.name,),
    search=(Package.name, Package.audience),
    group=N_("居民服务"),
    icon="fa6s.box-open",
    counter=N_("种"),
)
