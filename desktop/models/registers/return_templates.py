"""Offices' own Excel templates of returns (报表模板), and what goes into which of their cells.

The file lies sealed beside the database, like a photo, and follows the record in the exchange.
"""

from __future__ import annotations

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Field, Register
from desktop.text import N_


class ReturnTemplate(Record):
    """One template of one form; ``marks`` is JSON, read by :mod:`desktop.exchange.office_marks`."""

    __tablename__ = "return_template"
    __table_args__ = (
        Index("ix_return_template_file", "file"),
        Index("ix_return_template_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    name: Mapped[str | None] = mapped_column(Text)
    form: Mapped[str | None] = mapped_column(Text)
    file_name: Mapped[str | None] = mapped_column(Text)
    marks: Mapped[str | None] = mapped_column(Text)
    file: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=ReturnTemplate.name,
        label=N_("模板名称"),
        kind=Kind.TEXT,
        required=True,
        width=14,
    ),
    Field(
        number=2,
        column=ReturnTemplate.form,
        label=N_("报表"),
        kind=Kind.TEXT,
        required=True,
        width=12,
    ),
    Field(
        number=3,
        column=ReturnTemplate.file_name,
        label=N_("文件名"),
        kind=Kind.TEXT,
        width=14,
    ),
    Field(
        number=4,
        column=ReturnTemplate.marks,
        label=N_("填入位置"),
        kind=Kind.LONG_TEXT,
        listed=False,
        made=True,
    ),
    Field(
        number=5,
        column=ReturnTemplate.file,
        label=N_("模板文件"),
        kind=Kind.ATTACHMENT,
        required=True,
        listed=False,
        suffix=".xlsx",
        help=N_("模板在报表页“导出 Excel”里添加、修改。"),
    ),
)

REGISTER = Register(
    number=51,
    key="return_templates",
    singular="return_template",
    label=N_("报表模板"),
    record=ReturnTemplate,
    fields=FIELDS,
    natural_key=(ReturnTemplate.name,),
    title=(ReturnTemplate.name,),
    search=(ReturnTemplate.name, ReturnTemplate.form),
    group=N_("上报"),
    icon="fa6s.file-excel",
    counter=N_("份"),
    detail=True,
)
