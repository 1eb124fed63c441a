"""The county's marks on what it has published: which fields of which record only it may change.

A mark has the id of the record it is about. It lies beside the record, so that the registers which
centre and county share (drugs, policies, checklists, schemes, forms) stay what they are.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Field, Owner, Register
from desktop.text import N_


class CountyMark(Record):
    """``fields`` is a mask as in change rows; the other fields of the record are the centre's."""

    __tablename__ = "county_mark"
    __table_args__ = (
        Index("ix_county_mark_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    register: Mapped[int | None]
    fields: Mapped[int | None]
    published_on: Mapped[date | None] = mapped_column(Date)
    publication: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=CountyMark.register,
        label=N_("台账编号"),
        kind=Kind.WHOLE,
        required=True,
        width=4,
    ),
    Field(number=2, column=CountyMark.fields, label=N_("县级字段"), kind=Kind.WHOLE),
    Field(number=3, column=CountyMark.published_on, label=N_("发布日期"), kind=Kind.DATE),
    Field(
        number=4,
        column=CountyMark.publication,
        label=N_("发布编号"),
        kind=Kind.TEXT,
        required=True,
        width=8,
    ),
)

REGISTER = Register(
    number=46,
    key="county_marks",
    singular="county_mark",
    label=N_("县级发布标记"),
    record=CountyMark,
    fields=FIELDS,
    natural_key=(CountyMark.register, CountyMark.publication),
    title=(CountyMark.publication,),
    search=(CountyMark.publication,),
    owner=Owner.COUNTY,
    counter=N_("条"),
    without_page=True,
)
