"""Versions of the supervision checklist that the centre or the county has added (S4-4a)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Field, Register
from desktop.text import N_


class Checklist(Record):
    """One version; ``body`` is its TOML, read by the checklist service."""

    __tablename__ = "checklist"
    __table_args__ = (
        Index("ix_checklist_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    code: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int | None]
    valid_from: Mapped[date | None] = mapped_column(Date)
    clause: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Checklist.code,
        label=N_("检查表代号"),
        kind=Kind.TEXT,
        required=True,
        width=12,
    ),
    Field(
        number=2,
        column=Checklist.title,
        label=N_("检查表名称"),
        kind=Kind.TEXT,
        required=True,
        width=14,
    ),
    Field(
        number=3,
        column=Checklist.version,
        label=N_("版本"),
        kind=Kind.WHOLE,
        required=True,
        minimum=1,
        width=3,
    ),
    Field(
        number=4,
        column=Checklist.valid_from,
        label=N_("执行日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("生效日期",),
    ),
    Field(number=5, column=Checklist.clause, label=N_("依据"), kind=Kind.TEXT, width=10),
    Field(
        number=6,
        column=Checklist.body,
        label=N_("检查表内容"),
        kind=Kind.LONG_TEXT,
        listed=False,
    ),
)

REGISTER = Register(
    number=35,
    key="checklists",
    singular="checklist",
    label=N_("检查表版本"),
    record=Checklist,
    fields=FIELDS,
    natural_key=(Checklist.code,),
    title=(Checklist.title,),
    search=(Checklist.title, Checklist.code),
    group=N_("村卫生室"),
    icon="fa6s.list-ol",
    counter=N_("版"),
    detail=True,
)
