"""Appraisal schemes (考核方案), versioned: what is scored and what is paid (S1-6.2d, S2-7b)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Date, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.errors import Problem
from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Chip, Choice, Field, Register
from desktop.text import N_, _

DRAFT = "草稿"
TRIAL = "试行"
IN_FORCE = "执行"
ENDED = "停用"


class Scheme(Record):
    """One version of a scheme; ``body`` is its JSON, read by the performance service."""

    __tablename__ = "scheme"
    __table_args__ = (
        Index("ix_scheme_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    name: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int | None]
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    clause: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Scheme.name,
        label=N_("方案名称"),
        kind=Kind.TEXT,
        required=True,
        width=12,
        synonyms=("方案",),
    ),
    Field(
        number=2,
        column=Scheme.version,
        label=N_("版本"),
        kind=Kind.WHOLE,
        required=True,
        minimum=1,
        width=3,
    ),
    Field(
        number=3,
        column=Scheme.valid_from,
        label=N_("执行日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("生效日期",),
    ),
    Field(
        number=4,
        column=Scheme.valid_to,
        label=N_("截止日期"),
        kind=Kind.DATE,
        synonyms=("失效日期",),
    ),
    Field(
        number=5,
        column=Scheme.status,
        label=N_("状态"),
        kind=Kind.CHOICE,
        required=True,
        width=4,
        choices=(Choice(N_("草稿")), Choice(N_("试行")), Choice(N_("执行")), Choice(N_("停用"))),
    ),
    Field(number=6, column=Scheme.body, label=N_("方案内容"), kind=Kind.LONG_TEXT, listed=False),
    Field(number=7, column=Scheme.clause, label=N_("依据"), kind=Kind.TEXT, width=10),
    Field(number=8, column=Scheme.note, label=N_("说明"), kind=Kind.LONG_TEXT, width=12),
)


def check(values: Mapping[str, Value]) -> list[Problem]:
    """Refuse a version that ends before it begins."""
    start, end = values.get("valid_from"), values.get("valid_to")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        return [Problem("expiry_before_start", _("截止日期早于执行日期。"), "valid_to")]
    return []


def frozen(values: Mapping[str, Value]) -> bool:
    """Say that a version in use or out of use no longer changes: a change makes a new one."""
    return values.get("status") in (IN_FORCE, ENDED)


def known_by(_values: Mapping[str, Value]) -> tuple[Value, ...]:
    """Return nothing: two drafts of the same next version are two, for people to choose from."""
    return ()


REGISTER = Register(
    number=27,
    key="schemes",
    singular="scheme",
    label=N_("考核方案"),
    record=Scheme,
    fields=FIELDS,
    natural_key=(Scheme.name, Scheme.version),
    title=(Scheme.name, Scheme.version),
    search=(Scheme.name,),
    check=check,
    frozen_when=frozen,
    ends=(Scheme.valid_to, Scheme.status),
    chips=(Chip("in_force", N_("执行中"), lambda: Scheme.status.in_((TRIAL, IN_FORCE))),),
    group=N_("村卫生室"),
    icon="fa6s.scale-balanced",
    counter=N_("版"),
    known_by=known_by,
)
