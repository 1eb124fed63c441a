"""The centre itself: one record, its name, codes and settings for headers and returns (S0-3b)."""

from __future__ import annotations

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Choice, Field, Register
from desktop.text import N_


class Centre(Record):
    """A township health centre: stays a legal entity with its own name and seal (S0-3b)."""

    __tablename__ = "centre"

    name: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    uscc: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    director: Mapped[str | None] = mapped_column(Text)
    statistician: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    consortium: Mapped[str | None] = mapped_column(Text)
    lead_hospital: Mapped[str | None] = mapped_column(Text)
    population: Mapped[int | None]
    beds: Mapped[int | None]


FIELDS = (
    Field(
        number=1, column=Centre.name, label=N_("机构名称"), kind=Kind.TEXT, required=True, width=14
    ),
    Field(number=2, column=Centre.code, label=N_("区划代码"), kind=Kind.TEXT, width=8),
    Field(number=3, column=Centre.uscc, label=N_("统一社会信用代码"), kind=Kind.TEXT, width=10),
    Field(
        number=4,
        column=Centre.category,
        label=N_("机构类别"),
        kind=Kind.CHOICE,
        choices=(Choice(N_("中心卫生院")), Choice(N_("乡卫生院")), Choice(N_("社区卫生服务中心"))),
        open_choice=True,
    ),
    Field(number=5, column=Centre.director, label=N_("单位负责人"), kind=Kind.TEXT),
    Field(number=6, column=Centre.statistician, label=N_("统计负责人"), kind=Kind.TEXT),
    Field(number=7, column=Centre.phone, label=N_("联系电话"), kind=Kind.PHONE),
    Field(number=8, column=Centre.address, label=N_("地址"), kind=Kind.TEXT, width=14),
    Field(number=9, column=Centre.consortium, label=N_("医共体名称"), kind=Kind.TEXT, width=12),
    Field(number=10, column=Centre.lead_hospital, label=N_("牵头医院"), kind=Kind.TEXT, width=12),
    Field(
        number=11,
        column=Centre.population,
        label=N_("常住人口"),
        kind=Kind.WHOLE,
        minimum=0,
        unit=N_("人"),
        help=N_("辖区常住居民数，签约覆盖率的分母。"),
    ),
    Field(
        number=12,
        column=Centre.beds,
        label=N_("编制床位"),
        kind=Kind.WHOLE,
        minimum=0,
        unit=N_("张"),
    ),
)

REGISTER = Register(
    number=1,
    key="centre",
    singular="centre",
    label=N_("本机构"),
    record=Centre,
    fields=FIELDS,
    natural_key=(Centre.name,),
    title=(Centre.name,),
    search=(Centre.name, Centre.code),
    group=N_("设置"),
    icon="fa6s.hospital",
    counter=N_("家"),
)
