"""The search key of a record: pinyin, initials, name and numbers in one text.

It begins with the pinyin of the title, so ordering by it is the order people expect of names.
"""

from __future__ import annotations

from collections.abc import Mapping

from desktop.models.kinds import Kind, Value
from desktop.models.pinyin import spell
from desktop.models.register import Register

Titles = Mapping[bytes, str]
"""Titles of referenced records by id."""


def search_key(register: Register, values: Mapping[str, Value], titles: Titles) -> str:
    """Return the search key of a record with these values."""
    parts: list[str] = []
    originals: list[str] = []
    for column in register.search:
        value = values.get(str(column.key))
        if value is None:
            continue
        text = titles.get(value, "") if isinstance(value, bytes) else str(value)
        if text.isascii():
            originals.append(text.lower())
            continue
        full, initials = spell(text)
        parts += (full, initials)
        originals.append(text)
    return " ".join(parts + originals)


def reference_columns(register: Register) -> list[str]:
    """Return the keys of the searched columns that point to other records."""
    searched = {str(column.key) for column in register.search}
    return [
        field.key
        for field in register.stored
        if field.kind is Kind.REFERENCE and field.key in searched
    ]
