"""Returns (报表): composed figures of a month, frozen when submitted (S0-3b, S0-6c)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Choice, Field, Register
from desktop.text import N_

DRAFT = "草稿"
CHECKED = "已审核"
APPROVED = "已批准"
SUBMITTED = "已上报"
RECEIVED = "县级已接收"
ACCEPTED = "县级已审定"
RETURNED = "退回重报"

OPEN = (DRAFT, CHECKED, APPROVED)
"""States in which the centre still works on it; typing something makes it a draft again."""

SETTLED = (SUBMITTED, RECEIVED, ACCEPTED)
"""States in which nothing of it changes any more."""


class Return(Record):
    """One revision of a form for a month; a correction is a new revision that names the old one.

    ``period`` is the week, month, quarter or year (``2026-W44``); ``month`` the month it ends in.
    ``figures`` is the JSON of every line as composed, ``typed`` the JSON of the items that no
    register holds, ``explanations`` the JSON of the notes to queries; ``checksum`` is over figures.
    ``remarks`` is what the county says when it sends a return back: the JSON of a remark per cell,
    the one of the whole return under an empty name. Only the hub sets it and the last states.
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
    period: Mapped[str | None] = mapped_column(Text)
    checked_at: Mapped[str | None] = mapped_column(Text)
    checked_by: Mapped[str | None] = mapped_column(Text)
    approved_at: Mapped[str | None] = mapped_column(Text)
    approved_by: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[str | None] = mapped_column(Text)
    remarks: Mapped[str | None] = mapped_column(Text)


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
            Choice(N_("已审核")),
            Choice(N_("已批准")),
            Choice(N_("已上报")),
            Choice(N_("县级已接收")),
            Choice(N_("县级已审定")),
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
    Field(
        number=6,
        column=Return.typed,
        label=N_("填报数据"),
        kind=Kind.LONG_TEXT,
        listed=False,
        made=True,
    ),
    Field(
        number=7,
        column=Return.explanations,
        label=N_("情况说明"),
        kind=Kind.LONG_TEXT,
        listed=False,
        made=True,
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
    Field(number=14, column=Return.period, label=N_("期别"), kind=Kind.TEXT),
    Field(number=15, column=Return.checked_at, label=N_("审核时间"), kind=Kind.TEXT, listed=False),
    Field(number=16, column=Return.checked_by, label=N_("审核人"), kind=Kind.TEXT, listed=False),
    Field(number=17, column=Return.approved_at, label=N_("批准时间"), kind=Kind.TEXT, listed=False),
    Field(number=18, column=Return.approved_by, label=N_("批准人"), kind=Kind.TEXT, listed=False),
    Field(
        number=19, column=Return.answered_at, label=N_("县级答复时间"), kind=Kind.TEXT, listed=False
    ),
    Field(
        number=20, column=Return.answered_by, label=N_("县级答复人"), kind=Kind.TEXT, listed=False
    ),
    Field(
        number=21, column=Return.remarks, label=N_("县级意见"), kind=Kind.LONG_TEXT, listed=False
    ),
)


def frozen(values: Mapping[str, Value]) -> bool:
    """Say that a return no longer changes once it was submitted; one sent back gets a revision."""
    return values.get("status") in (*SETTLED, RETURNED)


def _known_by(values: Mapping[str, Value]) -> Sequence[Value]:
    """A month's return is known by the month, as it was before there were weeks and years."""
    return [values.get("form"), values.get("period") or values.get("month"), values.get("revision")]


REGISTER = Register(
    number=17,
    key="returns",
    singular="return",
    label=N_("报表"),
    record=Return,
    fields=FIELDS,
    natural_key=(Return.form, Return.month, Return.period, Return.revision),
    title=(Return.form, Return.month),
    search=(Return.form, Return.month, Return.period),
    known_by=_known_by,
    frozen_when=frozen,
    group=N_("上报"),
    icon="fa6s.print",
    counter=N_("份"),
)
