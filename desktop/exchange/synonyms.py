"""Headings that clerks use beside the official terms and the registers' own synonyms.

The registers' synonyms are also what a person may type in a condition; these are only ever read on
sheets, and stand in ``resources/reference/headings.toml``, where an office can add its own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from desktop.paths import resource

_COMMON = "common"
_WORDS = "words"
_WEAK = "weak"


@cache
def _headings() -> dict[str, dict[str, Any]]:
    with resource("reference", "headings.toml").open("rb") as file:
        return tomllib.load(file)


def other_names(register: str, field: str) -> tuple[str, ...]:
    """Return the further headings of a register's field."""
    shipped = _headings()
    return (
        *shipped.get(register, {}).get(field, ()),
        *shipped.get(_COMMON, {}).get(field, ()),
    )


def weak_names(register: str, field: str) -> tuple[str, ...]:
    """Return the headings that mean the field only where no other column means it better."""
    return tuple(_headings().get(_WEAK, {}).get(register, {}).get(field, ()))


@cache
def heading_words(register: str) -> tuple[Mapping[str, str], re.Pattern[str]]:
    """Return what each word is read as in the headings of a register, and how words are found.

    A word of the data file's ``same`` lists is read as the first of its list, an ``idle`` one as
    nothing.
    """
    words = _headings()[_WORDS]
    read = {word: same[0] for same in words["same"] for word in same}
    read |= dict.fromkeys((*words["idle"], *words.get(register, ())), "")
    longest_first = sorted(read, key=len, reverse=True)
    return read, re.compile("|".join(map(re.escape, longest_first)))
