"""What office PC and county hub say to each other; both sides import this module.

Structs travel as arrays: a newer side may append members, the older side ignores them. Tables and
fields go by their stable numbers, so a side keeps what it does not know without understanding it.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import msgspec

PROTOCOL = 1
"""Version of the messages themselves; raised only when an older side could not read them."""

SCHEMA = 7
"""Version of the registers' declarations; raised with every added table or field."""

OLDEST_SCHEMA = 1
"""The oldest declarations that the hub still exchanges with."""

CONTENT_TYPE = "application/vnd.thdesk.exchange"
DEVICE_HEADER = "X-Thdesk-Device"
SIGNATURE_HEADER = "X-Thdesk-Signature"

HELLO = "/hello"
ENROL = "/enrol"
ACCOUNT = "/account"
SYNC = "/sync"
FORK = "/fork"
HISTORY = "/history"
FILES = "/files"
FILE_PUT = "/files/put"
FILE_GET = "/files/get"

LARGEST_BODY = 8 * 1024 * 1024
"""Compressed bytes that either side takes in one message."""

LARGEST_FILE = 4 * 1024 * 1024
"""Bytes of a file, such as a photo; they travel one by one and apart from the records."""

MOST_FILES = 500
"""So many files are asked about in one message."""

LARGEST_MESSAGE = 128 * 1024 * 1024
"""Bytes a message may grow to when unpacked: a small bomb must not fill the memory."""

LARGEST_REQUEST = 32 * 1024 * 1024
"""Bytes a PC's request may grow to at the hub, where many come at once; a PC sends less then."""

MOST_RECORDS = 50_000
"""So many new records are taken in one request; a PC sends a tenth of it."""

MOST_EDITS = 500_000
"""So many edited fields are taken in one request: every field of a PC's largest batch."""

MOST_NOISE = 64
"""Bytes of a nonce, a mark or a packet's id, and how many of them, are at most so many."""

CLOCK_TOLERANCE_MS = 5 * 60 * 1000
"""How far a PC's edits may be ahead of the hub's time."""

COUNTER_BITS = 16
"""A clock stamp (HLC) is milliseconds shifted by these bits, plus a counter."""

Column = list[Any] | bytes
"""Values of one field; ids without gaps travel as byte planes."""


class Status(IntEnum):
    """How the hub took a request."""

    TAKEN = 0
    REWIND = 1
    """The hub lacks what came before (restored from a backup): start again after ``ack``."""
    CLOCK = 2
    """The edits are too far ahead of the hub's time: shift them back and repeat."""
    EARLY = 3
    """The request has overtaken the one before it: nothing was done, send it again."""


class Rows(msgspec.Struct, array_like=True):
    """New records of one table, column by column."""

    table: int
    ids: bytes
    fields: list[int]
    columns: list[Column]


class FieldEdits(msgspec.Struct, array_like=True):
    """New values of one field.

    Attributes:
        field: Stable number of the field.
        rows: Positions in the ids of the table; None where every row has a value.
        values: The values, in the order of the rows.
        stamps: Clock stamps less the message's base; empty where the receiver needs none.
        people: Positions in the message's list of people; empty likewise.
    """

    field: int
    rows: list[int] | None
    values: Column
    stamps: list[int] = msgspec.field(default_factory=list)
    people: list[int] = msgspec.field(default_factory=list)


class Edits(msgspec.Struct, array_like=True):
    """Edited fields of one table."""

    table: int
    ids: bytes
    fields: list[FieldEdits]


MISSING = "missing"
"""The reason for which the hub refuses an edit: it does not have the record."""


class Refusal(msgspec.Struct, array_like=True):
    """A record the hub did not take, and why.

    Attributes:
        table: Stable number of the register.
        id: The record.
        reason: Stable code, such as ``bad_id_number``.
        message: The reason in words.
        field: Number of the field at fault, -1 for the whole record.
        theirs: What the hub holds for the refused fields, None where it has no such record.
        restore: The PC shall put the hub's values back: a locked record.
    """

    table: int
    id: bytes
    reason: str
    message: str
    field: int = -1
    theirs: dict[int, Any] | None = None
    restore: bool = False


class Request(msgspec.Struct, array_like=True):
    """One batch of a PC's edits and its wish for a page.

    Attributes:
        protocol: ``PROTOCOL`` of the sender.
        schema: ``SCHEMA`` of the sender.
        device: The hub's number for this PC.
        generation: The hub's generation as the PC knows it.
        nonce: What the hub's last reply issued; any other than the last two means a copied disk.
        first: First change number of the batch.
        last: Last change number of the batch, ``first - 1`` for a batch without edits.
        cursor: The hub's revision up to which the PC has everything.
        want: How many records the PC takes; 0 while it still has edits to send.
        base: Clock stamp that the stamps of ``edits`` are counted from.
        people: Names of the people who made the edits.
        inserts: New records.
        edits: Edited fields.
        packets: How many packets this PC has written for sticks.
        marks: A random mark for each try under this nonce, kept on the disk before it is sent; the
            last is this try's. A disk put back to before a try does not know its mark.
        ahead: It left before the answer to the request before it had come.
        written: Ids of the last of those packets in their order: a disk that was put back gives
            their numbers to others.
    """

    protocol: int
    schema: int
    device: int
    generation: int
    nonce: bytes
    first: int
    last: int
    cursor: int
    want: int
    base: int = 0
    people: list[str] = msgspec.field(default_factory=list)
    inserts: list[Rows] = msgspec.field(default_factory=list)
    edits: list[Edits] = msgspec.field(default_factory=list)
    packets: int = 0
    marks: list[bytes] = msgspec.field(default_factory=list)
    ahead: bool = False
    written: list[bytes] = msgspec.field(default_factory=list)


class Reply(msgspec.Struct, array_like=True):
    """The hub's receipt and page.

    Attributes:
        status: A ``Status``.
        ack: The last change number of the request: up to there the hub holds everything durably,
            merged or refused by name. To a request not taken, the highest it holds at all.
        cursor: The PC has everything up to here once it has applied the page.
        top: The centre's newest revision: the end of the road for the progress bar.
        clock: Greatest clock stamp the hub has seen in this centre.
        generation: The hub's generation; a new one after a restored backup.
        nonce: For the next request.
        now: The hub's time in milliseconds.
        safe: Highest change number covered by a verified backup of the hub.
        base: Clock stamp that the stamps below are counted from.
        people: Names of the people behind the values below.
        inserts: New records of the page.
        edits: Edited fields of the page, with the hub's present values.
        superseded: Present values of fields whose sent edit lost to a later one.
        overridden: Values unseen by the PC that its own later edits replaced.
        refused: Records that were not taken.
        met: The hub's values of records sent as new that another PC had sent before under the same
            id. What the hub holds stands, its blanks were filled. A person's name says that the
            difference is to be told.
    """

    status: int
    ack: int
    cursor: int
    top: int
    clock: int
    generation: int
    nonce: bytes
    now: int
    safe: int = 0
    base: int = 0
    people: list[str] = msgspec.field(default_factory=list)
    inserts: list[Rows] = msgspec.field(default_factory=list)
    edits: list[Edits] = msgspec.field(default_factory=list)
    superseded: list[Edits] = msgspec.field(default_factory=list)
    overridden: list[Edits] = msgspec.field(default_factory=list)
    refused: list[Refusal] = msgspec.field(default_factory=list)
    met: list[Edits] = msgspec.field(default_factory=list)


class Hello(msgspec.Struct):
    """What the hub says of itself to anyone."""

    name: str
    version: str
    protocol: int
    schema: int
    oldest_schema: int
    now: int


class EnrolRequest(msgspec.Struct):
    """A PC asks to be let in with a one-time code.

    Repeating it with the same key is harmless: the first answer may have been lost.
    """

    code: str
    key: bytes
    centre: str
    name: str
    schema: int = SCHEMA


class Enrolled(msgspec.Struct):
    """The PC is let in."""

    device: int
    centre: str
    centre_name: str
    generation: int
    nonce: bytes
    now: int
    key: bytes = b""
    """What the hub signs with and what packets for it are sealed to."""


class ForkRequest(msgspec.Struct):
    """A restored or copied PC asks for a number of its own, signed with its old key."""

    device: int
    key: bytes
    acknowledged: int


class Account(msgspec.Struct):
    """What the hub knows of the asking PC."""

    device: int
    centre: str
    centre_name: str
    acknowledged: int
    now: int
    key: bytes = b""


class HistoryAsked(msgspec.Struct):
    """A record of the PC's own centre whose edits it asks for, by register and id."""

    table: int
    id: bytes


class LoggedEdit(msgspec.Struct, array_like=True):
    """One edit that the hub has logged.

    Attributes:
        field: Stable number of the field.
        value: What it was changed to, as it travels.
        at: When, in milliseconds.
        person: Who, as the PC named them; empty for the county.
        device: Name of the PC; empty for the county.
        lost: It gave way to another edit.
    """

    field: int
    value: Any
    at: int
    person: str
    device: str
    lost: bool


class History(msgspec.Struct):
    """The edits of a record that the hub has logged, the newest first.

    Attributes:
        made_on: Name of the PC that made the record, None where the hub has no such record.
        edits: The edits.
    """

    made_on: str | None
    edits: list[LoggedEdit]


class FilesAsked(msgspec.Struct):
    """Digests (SHA-256) that a PC asks about: files it has and files it wants."""

    digests: list[str]


class FilesKnown(msgspec.Struct):
    """Which of them the hub stores for the centre, and which it lacks though a record names them.

    A file that no record of the centre names is in neither: its record has to arrive first.
    """

    stored: list[str]
    lacking: list[str]


class FileContent(msgspec.Struct, array_like=True):
    """One file on its way to the hub; the digest is that of the content."""

    digest: str
    content: bytes


class FileWanted(msgspec.Struct):
    """One file that a PC asks for."""

    digest: str


class Fault(msgspec.Struct):
    """Why a request as a whole was refused: a code for programs, a sentence for people."""

    code: str
    message: str


FORKED = "forked"
UNKNOWN_DEVICE = "unknown_device"
REVOKED = "revoked"
TOO_OLD = "too_old"
TOO_NEW = "too_new"
BAD_CODE = "bad_code"
OTHER_CENTRE = "other_centre"
MALFORMED = "malformed"
NO_RECORD = "no_record"
NO_FILE = "no_file"
FILE_TOO_LARGE = "file_too_large"
TOO_LARGE = "too_large"
"""Sent with status 413: the same in smaller pieces is taken."""

TOO_SLOW = "too_slow"
"""Sent with status 408 where a body stalls on its way."""

TOO_MANY = "too_many"
"""Sent with status 429; the header ``Retry-After`` says after how many seconds to come again."""
