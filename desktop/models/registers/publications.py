"""What the county has published to the centre (县里新发): notices and what else it sends."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Date, Index, Text, or_
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Chip, Choice, Field, Owner, Register
from desktop.text import N_

NOTICE = "通知"
DRUGS = "药品目录"
POLICY = "政策参数"
CHECKLIST = "检查表"
SCHEME = "考核方案"
RETURN_FORM = "报表表式"
STAFF_ORDER = "调配令"
SHORTAGE_REPLY = "缺药答复"
MONEY_ADVICE = "拨款通知"


class Publication(Record):
    """One publication as this centre got it; ``changes`` is the JSON of what it changed here."""

    __tablename__ = "publication"
    __table_args__ = (
        Index("ix_publication_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    kind: Mapped[str | None] = mapped_column(Text)
    number: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    published_on: Mapped[date | None] = mapped_column(Date)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    must_confirm: Mapped[bool | None]
    changes: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Publication.kind,
        label=N_("类别"),
        kind=Kind.CHOICE,
        required=True,
        width=5,
        choices=(
            Choice(N_("通知")),
            Choice(N_("药品目录")),
            Choice(N_("政策参数")),
            Choice(N_("检查表")),
            Choice(N_("考核方案")),
            Choice(N_("报表表式")),
            Choice(N_("调配令")),
            Choice(N_("缺药答复")),
            Choice(N_("拨款通知")),
        ),
        open_choice=True,
    ),
    Field(
        number=2,
        column=Publication.number,
        label=N_("发布编号"),
        kind=Kind.TEXT,
        required=True,
        width=8,
    ),
    Field(
        number=3,
        column=Publication.title,
        label=N_("标题"),
        kind=Kind.TEXT,
        required=True,
        width=16,
    ),
    Field(number=4, column=Publication.text, label=N_("正文"), kind=Kind.LONG_TEXT, listed=False),
    Field(number=5, column=Publication.published_on, label=N_("发布日期"), kind=Kind.DATE),
    Field(number=6, column=Publication.valid_from, label=N_("执行日期"), kind=Kind.DATE),
    Field(number=7, column=Publication.valid_until, label=N_("有效期至"), kind=Kind.DATE),
    Field(
        number=8,
        column=Publication.must_confirm,
        label=N_("要求签收"),
        kind=Kind.YES_NO,
        width=4,
    ),
    Field(
        number=9,
        column=Publication.changes,
        label=N_("变动内容"),
        kind=Kind.LONG_TEXT,
        listed=False,
        made=True,
    ),
)


def _standing() -> ColumnElement[bool]:
    return or_(Publication.valid_until.is_(None), Publication.valid_until >= date.today())


REGISTER = Register(
    number=41,
    key="publications",
    singular="publication",
    label=N_("县里新发"),
    record=Publication,
    fields=FIELDS,
    natural_key=(Publication.kind, Publication.number),
    title=(Publication.title,),
    search=(Publication.title, Publication.number),
    chips=(
        Chip("standing", N_("有效"), _standing),
        Chip("to_confirm", N_("要求签收"), lambda: Publication.must_confirm.is_(True)),
    ),
    owner=Owner.COUNTY,
    group=N_("上报"),
    icon="fa6s.bullhorn",
    counter=N_("件"),
)
