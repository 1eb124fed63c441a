"""Residents of the centre's villages: one person, one record, known by the ID number (GB 11643)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Choice, Field, Register
from desktop.models.registers._people import ID_NUMBER_SYNONYMS, PHONE_SYNONYMS, SEX_AND_AGE
from desktop.text import N_


class Resident(Record):
    """A person living in one of the centre's villages."""

    __tablename__ = "resident"
    __table_args__ = (
        Index("ix_resident_search_key", "search_key", "deleted_at"),
        Index("ix_resident_id_number", "id_number"),
        Index("ix_resident_village_id", "village_id"),
        Record.__table_args__,
    )

    name: Mapped[str | None] = mapped_column(Text)
    id_number: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    village_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    householder: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Resident.name,
        label=N_("姓名"),
        kind=Kind.TEXT,
        required=True,
        width=5,
        synonyms=("居民姓名",),
    ),
    Field(
        number=2,
        column=Resident.id_number,
        label=N_("身份证号"),
        kind=Kind.ID_NUMBER,
        required=True,
        width=10,
        synonyms=ID_NUMBER_SYNONYMS,
    ),
    Field(
        number=3,
        column=Resident.phone,
        label=N_("联系电话"),
        kind=Kind.PHONE,
        width=7,
        synonyms=PHONE_SYNONYMS,
    ),
    Field(
        number=4,
        column=Resident.village_id,
        label=N_("行政村"),
        kind=Kind.REFERENCE,
        target="divisions",
        width=7,
        synonyms=("村", "所在村", "所在行政村", "居住村", "村名"),
    ),
    Field(
        number=5,
        column=Resident.householder,
        label=N_("户主姓名"),
        kind=Kind.TEXT,
        width=5,
        synonyms=("户主",),
    ),
    Field(
        number=6,
        column=Resident.address,
        label=N_("住址"),
        kind=Kind.TEXT,
        width=12,
        listed=False,
        synonyms=("家庭住址", "地址", "现住址", "居住地址"),
    ),
    Field(
        number=7,
        column=Resident.status,
        label=N_("居住状态"),
        kind=Kind.CHOICE,
        choices=(Choice(N_("常住")), Choice(N_("外出")), Choice(N_("迁出")), Choice(N_("死亡"))),
        open_choice=True,
        width=4,
        listed=False,
        synonyms=("状态",),
    ),
    Field(number=8, column=Resident.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)


def known_by(values: Mapping[str, Value]) -> tuple[Value, ...]:
    """Return ID number and name: a number given out twice (身份证重号) is two people."""
    if values.get("id_number") is None:
        return ()
    return values.get("id_number"), values.get("name")


REGISTER = Register(
    number=13,
    key="residents",
    singular="resident",
    label=N_("居民"),
    record=Resident,
    fields=FIELDS,
    natural_key=(Resident.id_number,),
    title=(Resident.name,),
    search=(Resident.name, Resident.id_number, Resident.phone),
    derived=SEX_AND_AGE,
    group=N_("居民服务"),
    icon="fa6s.people-roof",
    counter=N_("人"),
    known_by=known_by,
)
