"""Who at the centre has read what the county published (签收), told to the county."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Field, Register
from desktop.text import N_


class Confirmation(Record):
    """One person's word that a publication was read."""

    __tablename__ = "confirmation"
    __table_args__ = (
        Index("ix_confirmation_publication_id", "publication_id"),
        Index("ix_confirmation_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    publication_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    person: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Confirmation.publication_id,
        label=N_("发布内容"),
        kind=Kind.REFERENCE,
        target="publications",
        required=True,
        width=14,
    ),
    Field(
        number=2,
        column=Confirmation.person,
        label=N_("签收人"),
        kind=Kind.TEXT,
        required=True,
        width=5,
    ),
    Field(
        number=3,
        column=Confirmation.confirmed_at,
        label=N_("签收时间"),
        kind=Kind.TEXT,
        width=9,
        made=True,
    ),
)

REGISTER = Register(
    number=42,
    key="confirmations",
    singular="confirmation",
    label=N_("签收记录"),
    record=Confirmation,
    fields=FIELDS,
    natural_key=(Confirmation.publication_id, Confirmation.person),
    title=(Confirmation.publication_id, Confirmation.person),
    search=(Confirmation.person,),
    group=N_("上报"),
    icon="fa6s.user-check",
    counter=N_("条"),
    detail=True,
)
