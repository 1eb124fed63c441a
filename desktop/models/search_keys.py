"""The search key of a record: pinyin, initials, name and numbers in one text.

It begins with the pinyin of the title, so ordering by it is the order people expect of names.
"""

from __future__ import annotations

from collections.abc import Mapping

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
    parts: list[str] = []
    originals: list[str] = []
    for name in register.searched:
        value = values.get(name)
        if value is None:
            continue
        text = titles.get(value, "") if isinstance(value, bytes) else str(value)
        if not text.isascii():
            for reading in spellings(text):
                parts += reading
        originals.append(searched(text))
    return " ".join(parts + originals)


def reference_columns(register: Register) -> list[str]:
    """Return the keys of the searched columns that point to other records."""
    return [
        field.key
        for field in register.stored
        if field.kind is Kind.REFERENCE and field.key in register.searched
    ]
