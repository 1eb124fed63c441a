"""Villages of the centre: from the division codes and from what its clinics name (GB/T 2260)."""

from __future__ import annotations

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Field, Register
from desktop.text import N_


class Division(Record):
    """A village or neighbourhood (行政村, 社区) that the centre serves."""

    __tablename__ = "division"
    __table_args__ = (
        Index("ix_division_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    name: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    township: Mapped[str | None] = mapped_column(Text)
    population: Mapped[int | None]


FIELDS = (
    Field(
        number=1,
        column=Division.name,
        label=N_("行政村"),
        kind=Kind.TEXT,
        required=True,
        width=10,
        synonyms=("村", "村名", "村（社区）", "村居", "所在行政村", "所在村", "村级名称", "居住村"),
    ),
    Field(number=2, column=Division.code, label=N_("区划代码"), kind=Kind.TEXT, width=8),
    Field(number=3, column=Division.township, label=N_("乡镇"), kind=Kind.TEXT, width=8),
    Field(
        number=4,
        column=Division.population,
        label=N_("常住人口"),
        kind=Kind.WHOLE,
        minimum=0,
        unit=N_("人"),
    ),
)

REGISTER = Register(
    number=3,
    key="divisions",
    singular="village",
    label=N_("行政村"),
    record=Division,
    fields=FIELDS,
    natural_key=(Division.name,),
    title=(Division.name,),
    search=(Division.name, Division.code),
    group=N_("设置"),
    icon="fa6s.map-location-dot",
    counter=N_("个村"),
)
