"""The search key of a record: pinyin, initials, name and numbers in one text.

It begins with the pinyin of the title, so ordering by it is the order people expect of names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from desktop.models.kinds import Kind, Value, narrow
from desktop.models.pinyin import spellings
from desktop.models.register import Register

Titles = Mapping[bytes, str]
"""Titles of referenced records by id."""


def searched(text: str) -> str:
    """Return a text as it is kept and looked for: small letters, signs and digits made narrow."""
    return text.strip().lower() if text.isascii() else narrow(text).lower()


def search_key(register: Register, values: Mapping[str, Value], titles: Titles) -> str:
    """Return the search key of a record with these values."""
    return _key((values.get(name) for name in register.searched), titles)


def search_keys(
    register: Register, columns: Mapping[str, Sequence[Value]], titles: Titles, count: int
) -> list[str]:
    """Return the search keys of as many records whose values are given column by column."""
    wanted = [columns[name] for name in register.searched if name in columns]
    if not wanted:
        return [""] * count
    rows = list(zip(*wanted, strict=True))
    made = {row: _key(row, titles) for row in set(rows)}  # A lot's movements share one.
    return [made[row] for row in rows]


def _key(values: Iterable[Value], titles: Titles) -> str:
    readings: list[str] = []
    originals: list[str] = []
    for value in values:
        if value is None:
            continue
        text = titles.get(value, "") if isinstance(value, bytes) else str(value)
        if text.isascii():
            originals.append(text.strip().lower())
        else:
            reading, original = _spelt(text)
            readings.append(reading)
            originals.append(original)
    return " ".join(readings + originals)


@lru_cache(maxsize=16_384)
def _spelt(text: str) -> tuple[str, str]:
    """Return every reading of a text, and the text: villages and drugs come again and again."""
    return " ".join(map(" ".join, spellings(text))), searched(text)


def reference_columns(register: Register) -> list[str]:
    """Return the keys of the searched columns that point to other records."""
    return [
        field.key
        for field in register.stored
        if field.kind is Kind.REFERENCE and field.key in register.searched
    ]
