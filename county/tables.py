"""The hub's tables: every register as the centres declare it, and what the exchange needs.

``hub_change`` is feed, clock, audit and conflict history in one. New records are not in it: their
own ``rev`` is their place in the feed. Within a centre every revision is exactly one new record or
one change, so pages are cut by revision.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.types import TypeEngine

from desktop.models.identity import ONE_OF_A_KIND
from desktop.models.kinds import Kind
from desktop.models.register import DELETED_AT, Register
from desktop.models.registers import all_registers

METADATA = MetaData()

HUB = Table(
    "hub",
    METADATA,
    Column("version", Integer, nullable=False),
    Column("generation", BigInteger, nullable=False),
    # Seed of the key that signs answers on sticks; packets for this hub are sealed to it.
    Column("key", LargeBinary),
)

CENTRES = Table(
    "hub_centre",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("rev", BigInteger, nullable=False, default=0),
    Column("clock", BigInteger, nullable=False, default=0),
    # How many revisions are no longer in the feed: pruned, or skipped when a backup was restored.
    Column("gone", BigInteger, nullable=False, server_default="0"),
    # Added after things were published to all: gets them once one of its PCs has sent everything.
    Column("awaits", Boolean, nullable=False, server_default=false()),
)

DEVICES = Table(
    "hub_device",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("centre_id", Integer, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("previous_nonce", LargeBinary),
    Column("last_body", LargeBinary),
    # What the try that was taken last was marked with.
    Column("mark", LargeBinary),
    # The hub's generation at that time.
    Column("generation", BigInteger),
    Column("acknowledged", BigInteger, nullable=False, default=0),
    Column("cursor", BigInteger, nullable=False, default=0),
    Column("schema", Integer, nullable=False, default=0),
    Column("enrolled_at", Text, nullable=False),
    Column("last_seen", Text),
    Column("revoked_at", Text),
    Column("copy_of", Integer),
    # How many packets for sticks the PC has written, as far as the hub knows.
    Column("packets", BigInteger, nullable=False, server_default="0"),
    # The PC's highest change that a verified backup of the hub holds.
    Column("safe", BigInteger, nullable=False, server_default="0"),
)

PACKETS = Table(
    "hub_packet",
    METADATA,
    Column("device_id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("packet", LargeBinary, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
)

SNAPSHOTS = Table(
    "hub_snapshot",
    METADATA,
    Column("centre_id", Integer, primary_key=True, autoincrement=False),
    Column("rev", BigInteger, nullable=False),
    Column("clock", BigInteger, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("at", Text, nullable=False),
)

SNAPSHOT_PAGES = Table(
    "hub_snapshot_page",
    METADATA,
    Column("centre_id", Integer, primary_key=True, autoincrement=False),
    Column("rev", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("records", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

# What restoring a backup did to the revisions: PCs tell by them what they had seen before.
RESTORATIONS = Table(
    "hub_restoration",
    METADATA,
    Column("centre_id", Integer, primary_key=True, autoincrement=False),
    Column("generation", BigInteger, primary_key=True, autoincrement=False),
    Column("before", BigInteger, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("step", BigInteger, nullable=False),
)

CODES = Table(
    "hub_code",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("centre_id", Integer, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("device_id", Integer),
)

CHANGES = Table(
    "hub_change",
    METADATA,
    Column("centre_id", Integer, primary_key=True, autoincrement=False),
    Column("rev", BigInteger, primary_key=True, autoincrement=False),
    Column("t", Integer, nullable=False),
    Column("row_id", LargeBinary, nullable=False),
    Column("field", Integer, nullable=False),
    Column("clock", BigInteger, nullable=False),
    Column("dev", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("lost", Boolean, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Index("ix_hub_change_row", "centre_id", "t", "row_id", "field"),
    sqlite_with_rowid=False,
)

QUARANTINE = Table(
    "hub_quarantine",
    METADATA,
    Column("centre_id", Integer, primary_key=True, autoincrement=False),
    Column("dev", Integer, primary_key=True, autoincrement=False),
    Column("t", Integer, primary_key=True, autoincrement=False),
    Column("row_id", LargeBinary, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
)

FILES = Table(
    "hub_file",
    METADATA,
    Column("centre_id", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("dev", Integer, nullable=False),
    Column("at", Text, nullable=False),
)

STANDING = Table(
    "hub_standing",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("published_on", Date, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

OWN_COLUMNS = ("id", "centre_id", "rev", "dev")

_TYPES: dict[Kind, type[TypeEngine[Any]]] = {
    Kind.TEXT: Text,
    Kind.LONG_TEXT: Text,
    Kind.WHOLE: BigInteger,
    Kind.AMOUNT: BigInteger,
    Kind.DATE: Date,
    Kind.MONTH: Text,
    Kind.YES_NO: Boolean,
    Kind.CHOICE: Text,
    Kind.REFERENCE: LargeBinary,
    Kind.ID_NUMBER: Text,
    Kind.PHONE: Text,
    Kind.ATTACHMENT: Text,
}


def _register_table(register: Register) -> Table:
    fields = [Column(field.key, _TYPES[field.kind]) for field in register.stored]
    clash = {column.name for column in fields} & {*OWN_COLUMNS, "deleted_at"}
    assert not clash, f"{register.key}: fields named like the hub's own columns: {clash}"
    name = register.table.name
    named = [field.key for field in register.stored if field.kind is Kind.ATTACHMENT]
    return Table(
        name,
        METADATA,
        Column("id", LargeBinary, primary_key=True),
        Column("centre_id", Integer, nullable=False),
        Column("rev", BigInteger, nullable=False),
        Column("dev", Integer, nullable=False),
        Column("deleted_at", Text),
        *fields,
        # With the device: what a PC has sent itself is passed over without reading its rows.
        Index(f"ix_{name}_feed_of", "centre_id", "rev", "dev"),
        *(Index(f"ix_{name}_{key}", "centre_id", key) for key in named),
        *_indexes_of_doubles(register, name),
        sqlite_with_rowid=False,
    )


def _indexes_of_doubles(register: Register, name: str) -> list[Index]:
    """Return what finds the few deleted records of those of which one may be kept for another."""
    if register.key not in ONE_OF_A_KIND:
        return []
    deleted = text("deleted_at IS NOT NULL")
    return [
        Index(
            f"ix_{name}_gone",
            "centre_id",
            "deleted_at",
            sqlite_where=deleted,
            postgresql_where=deleted,
        )
    ]


@cache
def register_tables() -> dict[int, tuple[Register, Table]]:
    """Return each register with its table on the hub, by the register's number."""
    return {
        register.number: (register, _register_table(register))
        for register in all_registers().values()
    }


@cache
def attachment_columns() -> tuple[Column[Any], ...]:
    """Return every column whose values are digests of files."""
    return tuple(
        table.c[field.key]
        for register, table in register_tables().values()
        for field in register.stored
        if field.kind is Kind.ATTACHMENT
    )


def column_of(register: Register, field: int) -> str:
    """Return the column of a field's number, which must be known."""
    return "deleted_at" if field == DELETED_AT else register.by_number[field].key
