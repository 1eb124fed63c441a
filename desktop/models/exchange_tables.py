"""Tables of the exchange that stay on the PC: what people must look at, what is kept for later."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Base


class SyncIssue(Base):
    """A conflict or a refusal, until somebody has dealt with it.

    ``kind`` is ``lost`` (my value gave way to a later one), ``won`` (my later value replaced one I
    had not seen) or ``refused``. ``mine`` and ``theirs`` are JSON. ``state`` is ``open``,
    ``put_back``, ``dismissed`` or ``mended``.
    """

    __tablename__ = "sync_issue"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    t: Mapped[int] = mapped_column(Integer)
    record_id: Mapped[bytes] = mapped_column(LargeBinary(16))
    field: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    mine: Mapped[str | None] = mapped_column(Text)
    theirs: Mapped[str | None] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[int] = mapped_column(BigInteger, default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    message: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(Text, default="open")


class SyncRefused(Base):
    """A field whose edit the hub refused: it is sent again with the record's next edit.

    Otherwise a record mended by its *other* field would leave the two sides different for ever.
    ``field`` is -1 where the whole new record was refused.
    """

    __tablename__ = "sync_refused"

    t: Mapped[int] = mapped_column(Integer, primary_key=True)
    record_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    field: Mapped[int] = mapped_column(Integer, primary_key=True)
    hlc: Mapped[int] = mapped_column(BigInteger)
    person: Mapped[str | None] = mapped_column(Text)


class UnknownField(Base):
    """A value of a field that a newer program declared: kept until this one knows it too."""

    __tablename__ = "unknown_field"

    t: Mapped[int] = mapped_column(Integer, primary_key=True)
    record_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    field: Mapped[int] = mapped_column(Integer, primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)


class StoredFile(Base):
    """A file of content beside the database: whether it is here, and whether the county has it.

    ``state`` is ``here``, ``lost`` (it was here and is no longer as it was) or ``awaited`` (only
    the record has come so far). ``hub_gen`` is the generation of the hub that gave its receipt.
    ``tries`` and ``not_before`` (milliseconds) make the exchange wait longer after each failure.
    """

    __tablename__ = "stored_file"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    hub_gen: Mapped[int | None] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[int] = mapped_column(BigInteger, default=0)


class SeenMark(Base):
    """What an editor had seen: changes up to ``seq`` were made at the hub's revision ``cursor``.

    Needed only while changes wait that are older than the newest page: the hub has to know that
    their authors had not seen what that page brought.
    """

    __tablename__ = "sync_seen"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    cursor: Mapped[int] = mapped_column(BigInteger)


class CourierPacket(Base):
    """A packet written for a stick: what its answer has to be read with.

    ``number`` counts this PC's packets and ``packet`` is random: two copies of one disk give the
    same number to different packets. ``secret`` is a key of its own, for the number that the hub
    then gives this copy.
    """

    __tablename__ = "courier_packet"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    packet: Mapped[bytes] = mapped_column(LargeBinary(16))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    first: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[int] = mapped_column(BigInteger)
    written_at: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[str | None] = mapped_column(Text)
