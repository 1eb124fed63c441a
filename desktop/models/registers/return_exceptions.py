"""Exceptions that open a locked return again (报表解锁): recorded with reason and person."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Field, Register
from desktop.text import N_


class ReturnException(Record):
    """Leave to fill in one period's return after its lock day, until ``valid_until``."""

    __tablename__ = "return_exception"
    __table_args__ = (
        Index("ix_return_exception_form", "form", "period"),
        Index("ix_return_exception_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    form: Mapped[str | None] = mapped_column(Text)
    period: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    opened_by: Mapped[str | None] = mapped_column(Text)
    opened_on: Mapped[date | None]
    valid_until: Mapped[date | None]


FIELDS = (
    Field(
        number=1,
        column=ReturnException.form,
        label=N_("报表"),
        kind=Kind.TEXT,
        required=True,
        width=12,
    ),
    Field(number=2, column=ReturnException.period, label=N_("期别"), kind=Kind.TEXT, required=True),
    Field(
        number=3,
        column=ReturnException.reason,
        label=N_("解锁原因"),
        kind=Kind.TEXT,
        required=True,
        width=16,
    ),
    Field(number=4, column=ReturnException.opened_by, label=N_("批准人"), kind=Kind.TEXT),
    Field(number=5, column=ReturnException.opened_on, label=N_("解锁日期"), kind=Kind.DATE),
    Field(
        number=6,
        column=ReturnException.valid_until,
        label=N_("解锁至"),
        kind=Kind.DATE,
        required=True,
    ),
)

REGISTER = Register(
    number=39,
    key="return_exceptions",
    singular="return_exception",
    label=N_("报表解锁记录"),
    record=ReturnException,
    fields=FIELDS,
    natural_key=(ReturnException.form, ReturnException.period, ReturnException.opened_on),
    title=(ReturnException.form, ReturnException.period),
    search=(ReturnException.form, ReturnException.period, ReturnException.reason),
    group=N_("上报"),
    icon="fa6s.lock-open",
    counter=N_("次"),
    stamped=ReturnException.opened_on,
    detail=True,
)
