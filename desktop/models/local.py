"""Tables that never leave the PC: changes waiting, exchange state, imports, what a person set."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Base


class Change(Base):
    """One written row: which record, which fields, who, when (hybrid clock), what stood before.

    Written by triggers in the record's own transaction. ``mask`` is -1 for a new record, else the
    sum of ``1 << number`` of the changed fields. ``hlc`` is milliseconds << 16 plus a counter.
    ``before`` is the JSON of the changed fields' old values, for history and for taking an import
    back; older rows hold the whole old record. A trigger keeps the newest row, so that ``seq`` is
    never given twice; the counter of ``AUTOINCREMENT`` would be one more page in each commit.
    """

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_record", "t", "record_id", sqlite_where=text("mask > 0")),)

    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    t: Mapped[int] = mapped_column(Integer)
    record_id: Mapped[bytes] = mapped_column(LargeBinary(16))
    mask: Mapped[int] = mapped_column(BigInteger)
    hlc: Mapped[int] = mapped_column(BigInteger)
    person: Mapped[str | None] = mapped_column(Text)
    before: Mapped[str | None] = mapped_column(Text)


class SyncState(Base):
    """Where the exchange with the hub stands; one row.

    ``hub_key`` verifies the hub's answers on a stick. ``certificate`` is the SHA-256 of the only
    certificate this PC takes from the hub, where one was pinned. ``proxy`` is what a person set:
    blank for the system's, ``direct`` for none. ``snapshot`` is how far a first download is.
    ``checked_at`` is when both sides were last compared, blank where they have to be now, and
    ``check_found`` what came of it, as JSON. ``lost_gen`` and ``lost_cursor`` are the generation
    of a hub that was restored since and how far it had been seen, until that is made up for.
    """

    __tablename__ = "sync_state"

    one: Mapped[int] = mapped_column(Integer, primary_key=True, default=1)
    url: Mapped[str | None] = mapped_column(Text)
    device: Mapped[int | None]
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    incarnation: Mapped[str | None] = mapped_column(Text)
    nonce: Mapped[bytes | None] = mapped_column(LargeBinary)
    hub_gen: Mapped[int | None]
    cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    hlc: Mapped[int] = mapped_column(BigInteger, default=0)
    acked_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    safe_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    last_success: Mapped[str | None] = mapped_column(Text)
    last_error: Mapped[str | None] = mapped_column(Text)
    hub_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    certificate: Mapped[str | None] = mapped_column(Text)
    proxy: Mapped[str | None] = mapped_column(Text)
    snapshot: Mapped[str | None] = mapped_column(Text)
    checked_at: Mapped[str | None] = mapped_column(Text)
    check_found: Mapped[str | None] = mapped_column(Text)
    lost_gen: Mapped[int | None] = mapped_column(BigInteger)
    lost_cursor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class ImportBatch(Base):
    """One file taken in: the range of its change rows, so that it can be taken back as one step."""

    __tablename__ = "import_batch"

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    file: Mapped[str] = mapped_column(Text)
    registers: Mapped[str] = mapped_column(Text)
    made_at: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    first_seq: Mapped[int] = mapped_column(BigInteger)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    created: Mapped[int] = mapped_column(Integer)
    updated: Mapped[int] = mapped_column(Integer)
    undone_at: Mapped[str | None] = mapped_column(Text)


class ColumnMemory(Base):
    """A heading that a person matched to a field, so that it is known the next time."""

    __tablename__ = "column_memory"

    register: Mapped[str] = mapped_column(Text, primary_key=True)
    heading: Mapped[str] = mapped_column(Text, primary_key=True)
    field: Mapped[str] = mapped_column(Text)


class Preference(Base):
    """What one person set on this PC: font size, shown columns, language."""

    __tablename__ = "preference"

    person: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)
