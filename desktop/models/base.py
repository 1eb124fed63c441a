"""What every record has."""

from __future__ import annotations

from typing import Any

from sqlalchemy import LargeBinary, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from desktop.models.ids import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables of the office PC's database."""

    metadata = MetaData(naming_convention=NAMING)


class Record(Base):
    """A record of a register: travels between PCs and is never purged.

    There is no uniqueness but the id and no foreign key between records: two PCs may make the same
    number while offline, and a child may arrive before its parent. ``search_key`` is derived and
    stays on the PC.
    """

    __abstract__ = True
    __table_args__: Any = {"sqlite_with_rowid": False}  # noqa: RUF012 - never changed

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True, default=new_id)
    search_key: Mapped[str] = mapped_column(Text, default="")
    deleted_at: Mapped[str | None] = mapped_column(Text)
