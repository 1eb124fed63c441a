"""Bytes of the exchange: columnar msgpack under zstd, ids and reference columns as byte planes.

Measured on 140,000 rows: columns instead of rows save 16 %, ids plane by plane another 13 %.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from types import NoneType
from typing import Any, TypeVar

import msgspec
import zstandard

from desktop.models.id_numbers import are_id_numbers
from desktop.models.kinds import NUMERIC, PARSERS, BadValue, Kind, Value
from desktop.models.register import DELETED_AT, Field
from desktop.sync.protocol import LARGEST_MESSAGE, Column
from desktop.text import _

LEVEL = 6
ID_BYTES = 16
_NO_ID = bytes(ID_BYTES)
_WIDEST = 2**63
_LONGEST_TEXT = 1_000_000
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_DIGEST = re.compile(r"[0-9a-f]{64}")

Message = TypeVar("Message")


class BadMessage(ValueError):  # noqa: N818 - a message, named as it is met
    """Bytes that are no message of the exchange."""


class TooBig(BadMessage):
    """A message that would take more memory than one may; a smaller one is taken."""


# Messages


def pack(message: msgspec.Struct) -> bytes:
    """Return the message as compressed bytes."""
    return zstandard.ZstdCompressor(level=LEVEL).compress(msgspec.msgpack.encode(message))


def unpack(data: bytes, kind: type[Message], limit: int = LARGEST_MESSAGE) -> Message:
    """Return the message in the bytes.

    Raises:
        BadMessage: The bytes are not one.
        TooBig: It would grow beyond the limit.
    """
    try:
        size = zstandard.frame_content_size(data)
        if size < 0:
            raise BadMessage("the message does not tell its size")
        if size > limit:
            raise TooBig("the message would be too large")
        # Room is made for the size that was told: a frame that grows beyond it ends in an error.
        return read(zstandard.ZstdDecompressor().decompress(data), kind)
    except zstandard.ZstdError as error:
        raise BadMessage(str(error)) from error


def read(plain: bytes, kind: type[Message]) -> Message:
    """Return the message in bytes that are not compressed.

    Raises:
        BadMessage: The bytes are not one.
    """
    try:
        return msgspec.msgpack.decode(plain, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError) as error:
        raise BadMessage(str(error)) from error


# Ids


def pack_ids(ids: Sequence[bytes]) -> bytes:
    """Return 16-byte ids plane by plane: all first bytes, then all second ones, and so on."""
    joined = b"".join(ids)
    if len(joined) != ID_BYTES * len(ids):
        raise BadMessage("an id is not 16 bytes long")
    return b"".join(joined[place::ID_BYTES] for place in range(ID_BYTES))


def unpack_ids(planes: bytes) -> list[bytes]:
    """Return the ids of byte planes."""
    count, rest = divmod(len(planes), ID_BYTES)
    if rest:
        raise BadMessage("byte planes of ids end in the middle")
    joined = bytearray(len(planes))
    for place in range(ID_BYTES):
        joined[place::ID_BYTES] = planes[place * count : (place + 1) * count]
    whole = bytes(joined)
    return [whole[start : start + ID_BYTES] for start in range(0, len(whole), ID_BYTES)]


# Columns

_REPEATED = 8
"""How often ids have to come on average for a column to hold them whole."""


def pack_column(values: Iterable[Value]) -> Column:
    """Return the values of one field as they travel; ids become byte planes, no id a zero id.

    Where the same few ids come again and again, such as a contract's team, they stay whole: taken
    apart each of their hashed bytes would have to be said anew.
    """
    plain = list(values)
    kinds = set(map(type, plain))
    if bytes in kinds:
        ids: list[Any] = [value and _as_id(value) for value in plain]
        if len(set(ids)) * _REPEATED <= len(ids):
            return ids
        return pack_ids([_NO_ID if value is None else _as_id(value) for value in plain])
    if date in kinds:
        return [value.isoformat() if isinstance(value, date) else value for value in plain]
    return plain


def unpack_column(column: Column) -> list[Any]:
    """Return the raw values of a column; ``read_value`` makes stored ones of them."""
    if isinstance(column, bytes):
        return [None if each == _NO_ID else each for each in unpack_ids(column)]
    return column


def _as_id(value: Value) -> bytes:
    if not isinstance(value, bytes):
        raise BadMessage("a column mixes ids with other values")
    return value


# Values


def write_value(value: Value) -> Any:
    """Return one stored value as it travels."""
    return value.isoformat() if isinstance(value, date) else value


def read_value(field: Field | None, raw: Any) -> Value:
    """Return the stored value of a raw one; no field means ``deleted_at``.

    Nothing from the other side is trusted: a value of another type than its kind is refused.

    Raises:
        BadValue: The raw value is not of the field's kind.
    """
    if raw is None:
        return None
    return _text(raw) if field is None else _READERS[field.kind](raw)


def read_column(field: Field | None, raws: Sequence[Any]) -> list[Value]:
    """Return the stored values of a raw column, at once.

    Raises:
        BadValue: One of them is not of the field's kind; ``read_value`` tells which.
    """
    values = list(raws)
    kinds = set(map(type, values)) - {NoneType}
    kind = Kind.TEXT if field is None else field.kind
    if kind in _RAW and not kinds <= {_RAW[kind]}:
        raise _wrong(kinds)
    if not kinds:
        return values
    if kind in _AS_THEY_ARE:
        _AS_THEY_ARE[kind]([raw for raw in values if raw is not None])
        return values
    # Days and months repeat themselves, however many records there are.
    read = {raw: read_value(field, raw) for raw in set(values)}
    return [read[raw] for raw in values]


def _check_texts(raws: Sequence[str]) -> None:
    whole = "".join(raws)
    if "\x00" in whole or (len(whole) > _LONGEST_TEXT and max(map(len, raws)) > _LONGEST_TEXT):
        raise _wrong(whole)


def _check_wholes(raws: Sequence[int]) -> None:
    if not -_WIDEST <= min(raws) <= max(raws) < _WIDEST:
        raise _wrong(max(raws))


def _check_references(raws: Sequence[bytes]) -> None:
    if set(map(len, raws)) != {ID_BYTES}:
        raise _wrong(raws[0])


def _check_nothing(_raws: Sequence[bool]) -> None:
    """Find nothing wrong: its type says all of a yes or no."""


_RAW: dict[Kind, type] = {
    **dict.fromkeys((Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE, Kind.ID_NUMBER, Kind.PHONE), str),
    **dict.fromkeys((Kind.DATE, Kind.MONTH, Kind.ATTACHMENT), str),
    **dict.fromkeys((Kind.WHOLE, Kind.AMOUNT), int),
    Kind.YES_NO: bool,
    Kind.REFERENCE: bytes,
}
_AS_THEY_ARE: dict[Kind, Callable[[Any], None]] = {
    **dict.fromkeys(
        (Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE, Kind.ID_NUMBER, Kind.PHONE), _check_texts
    ),
    **dict.fromkeys((Kind.WHOLE, Kind.AMOUNT), _check_wholes),
    Kind.YES_NO: _check_nothing,
    Kind.REFERENCE: _check_references,
}
"""What is stored as it travels: such a column is looked at as a whole."""


def check_column(field: Field | None, values: Sequence[Value]) -> None:
    """Refuse a column with a value that the field's own rules would not make.

    Raises:
        BadValue: One of them breaks a rule; ``check_value`` tells which.
    """
    if field is None or field.kind in _FREE:
        return
    distinct = set(values) - {None}
    if field.kind is Kind.ID_NUMBER and are_id_numbers(distinct):  # type: ignore[arg-type]
        return
    if field.kind in _OWN_FORM:
        parse = PARSERS[field.kind]
        different = {value for value in distinct if parse(value) != value}
        if different:
            raise _wrong(different)
        return
    for value in distinct:  # Choices and counts are few, however many records there are.
        check_value(field, value)


def check_value(field: Field | None, value: Value) -> None:
    """Refuse a stored value that the field's own rules would not make.

    Raises:
        BadValue: The value breaks the kind's or the field's rule.
    """
    if value is None or field is None or field.kind in _FREE:
        return
    if field.kind is Kind.CHOICE and (field.open_choice or value in field.terms):
        return
    if field.kind in NUMERIC:
        # Amounts are stored in hundredths and typed in whole units: parsing would multiply them.
        if field.minimum is None or not isinstance(value, int) or value >= field.minimum:
            return
        field.parse(value)
        raise _wrong(value)
    if field.parse(value) != value:
        raise _wrong(value)


_FREE = frozenset(
    {
        *(Kind.TEXT, Kind.LONG_TEXT, Kind.REFERENCE, Kind.YES_NO, Kind.MONTH, Kind.DATE),
        Kind.ATTACHMENT,
    }
)
"""What the kind's own reader has already checked whole."""
_OWN_FORM = frozenset({Kind.ID_NUMBER, Kind.PHONE})
"""What is stored in the form that its parser makes of it, whatever the field."""


def _text(raw: Any) -> str:
    # PostgreSQL keeps no NUL in a text.
    if type(raw) is not str or len(raw) > _LONGEST_TEXT or "\x00" in raw:
        raise _wrong(raw)
    return raw


def _whole(raw: Any) -> int:
    if type(raw) is not int or not -_WIDEST <= raw < _WIDEST:
        raise _wrong(raw)
    return raw


def _yes_no(raw: Any) -> bool:
    if type(raw) is not bool:
        raise _wrong(raw)
    return raw


def _reference(raw: Any) -> bytes:
    if type(raw) is not bytes or len(raw) != ID_BYTES:
        raise _wrong(raw)
    return raw


def _month(raw: Any) -> str:
    if type(raw) is not str or not _MONTH.fullmatch(raw):
        raise _wrong(raw)
    return raw


def _digest(raw: Any) -> str:
    if type(raw) is not str or not _DIGEST.fullmatch(raw):
        raise _wrong(raw)
    return raw


def _date(raw: Any) -> date:
    try:
        return date.fromisoformat(raw)
    except (TypeError, ValueError) as error:
        raise _wrong(raw) from error


_READERS: dict[Kind, Callable[[Any], Value]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.WHOLE: _whole,
    Kind.AMOUNT: _whole,
    Kind.DATE: _date,
    Kind.MONTH: _month,
    Kind.YES_NO: _yes_no,
    Kind.CHOICE: _text,
    Kind.REFERENCE: _reference,
    Kind.ID_NUMBER: _text,
    Kind.PHONE: _text,
    Kind.ATTACHMENT: _digest,
}


def _wrong(raw: Any) -> BadValue:
    return BadValue("bad_value", _("“{value}”不是这一栏的值。").format(value=str(raw)[:40]))


def field_of(fields: dict[int, Field], number: int) -> tuple[bool, Field | None]:
    """Return whether the number is known, and its field; ``deleted_at`` is known and has none."""
    if number == DELETED_AT:
        return True, None
    return number in fields, fields.get(number)
