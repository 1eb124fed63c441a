"""Forms of returns (报表表式) that the county has published or the centre has made (S0-3b)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Date, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.errors import Problem
from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Field, Register
from desktop.text import N_, _


class ReturnForm(Record):
    """One version of a form; ``body`` is its TOML, read by the returns' services."""

    __tablename__ = "return_form"
    __table_args__ = (
        Index("ix_return_form_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    code: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int | None]
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    body: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=ReturnForm.code,
        label=N_("表式代号"),
        kind=Kind.TEXT,
        required=True,
        width=12,
    ),
    Field(
        number=2,
        column=ReturnForm.title,
        label=N_("表式名称"),
        kind=Kind.TEXT,
        required=True,
        width=14,
    ),
    Field(
        number=3,
        column=ReturnForm.version,
        label=N_("版本"),
        kind=Kind.WHOLE,
        required=True,
        minimum=1,
        width=3,
    ),
    Field(
        number=4,
        column=ReturnForm.valid_from,
        label=N_("执行日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("生效日期",),
    ),
    Field(
        number=5,
        column=ReturnForm.valid_to,
        label=N_("截止日期"),
        kind=Kind.DATE,
        synonyms=("失效日期",),
    ),
    Field(
        number=6,
        column=ReturnForm.body,
        label=N_("表式内容"),
        kind=Kind.LONG_TEXT,
        listed=False,
    ),
)


def check(values: Mapping[str, Value]) -> list[Problem]:
    """Refuse a version that ends before it begins."""
    start, end = values.get("valid_from"), values.get("valid_to")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        return [Problem("expiry_before_start", _("截止日期早于执行日期。"), "valid_to")]
    return []


REGISTER = Register(
    number=40,
    key="return_forms",
    singular="return_form",
    label=N_("报表表式"),
    record=ReturnForm,
    fields=FIELDS,
    natural_key=(ReturnForm.code, ReturnForm.version),
    title=(ReturnForm.title, ReturnForm.version),
    search=(ReturnForm.title, ReturnForm.code),
    check=check,
    group=N_("上报"),
    icon="fa6s.table-list",
    counter=N_("版"),
    detail=True,
)
