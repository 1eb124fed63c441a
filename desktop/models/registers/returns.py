"""Returns (报表): composed figures of a month, frozen when submitted (S0-3b, S0-6c)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Choice, Field, Register
from desktop.text import N_

DRAFT = "草稿"
SUBMITTED = "已上报"
ACCEPTED = "县级已接收"
RETURNED = "退回重报"


class Return(Record):
    """One revision of a form for a month; a correction is a new revision that names the old one.

    ``figures`` is the JSON of every line as composed, ``typed`` the JSON of the items that no
    register holds, ``explanations`` the JSON of the notes to queries; ``checksum`` is over figures.
    """

    __tablename__ = "return"
    __table_args__ = (
        Index("ix_return_month", "month"),
        Index("ix_return_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    form: Mapped[str | None] = mapped_column(Text)
    month: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int | None]
    status: Mapped[str | None] = mapped_column(Text)
    figures: Mapped[str | None] = mapped_column(Text)
    typed: Mapped[str | None] = mapped_column(Text)
    explanations: Mapped[str | None] = mapped_column(Text)
    checksum: Mapped[str | None] = mapped_column(Text)
    composed_at: Mapped[str | None] = mapped_column(Text)
    submitted_at: Mapped[str | None] = mapped_column(Text)
    submitted_by: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[str | None] = mapped_column(Text)
    replaces: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(number=1, column=Return.form, label=N_("报表"), kind=Kind.TEXT, required=True, width=12),
    Field(number=2, column=Return.month, label=N_("月份"), kind=Kind.MONTH, required=True),
    Field(number=3, column=Return.revision, label=N_("版次"), kind=Kind.WHOLE, minimum=1, width=3),
    Field(
        number=4,
        column=Return.status,
        label=N_("状态"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("草稿")),
            Choice(N_("已上报")),
            Choice(N_("县级已接收")),
            Choice(N_("退回重报")),
        ),
    ),
    Field(
        number=5,
        column=Return.figures,
        label=N_("数据"),
        kind=Kind.LONG_TEXT,
        listed=False,
        made=True,
    ),
    Field(number=6, column=Return.typed, label=N_("填报数据"), kind=Kind.LONG_TEXT, listed=False),
    Field(
        number=7,
        column=Return.explanations,
        label=N_("情况说明"),
        kind=Kind.LONG_TEXT,
        listed=False,
    ),
    Field(number=8, column=Return.checksum, label=N_("校验码"), kind=Kind.TEXT, made=True),
    Field(
        number=9,
        column=Return.composed_at,
        label=N_("编制时间"),
        kind=Kind.TEXT,
        width=8,
        made=True,
    ),
    Field(number=10, column=Return.submitted_at, label=N_("上报时间"), kind=Kind.TEXT, width=8),
    Field(number=11, column=Return.submitted_by, label=N_("上报人"), kind=Kind.TEXT),
    Field(number=12, column=Return.received_at, label=N_("接收时间"), kind=Kind.TEXT, width=8),
    Field(number=13, column=Return.replaces, label=N_("更正版次"), kind=Kind.TEXT, listed=False),
)


def frozen(values: Mapping[str, Value]) -> bool:
    """Say that a submitted or accepted return no longer changes."""
    return values.get("status") in (SUBMITTED, ACCEPTED)


REGISTER = Register(
    number=17,
    key="returns",
    singular="return",
    label=N_("报表"),
    record=Return,
    fields=FIELDS,
    natural_key=(Return.form, Return.month, Return.revision),
    title=(Return.form, Return.month),
    search=(Return.form, Return.month),
    frozen_when=frozen,
    group=N_("上报"),
    icon="fa6s.print",
    counter=N_("份"),
)
