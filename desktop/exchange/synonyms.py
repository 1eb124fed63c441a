"""Headings that clerks use beside the official terms and the registers' own synonyms.

The registers' synonyms are also what a person may type in a condition; these are only ever read on
sheets, and stand in ``resources/reference/headings.toml``, where an office can add its own.
"""

from __future__ import annotations

import tomllib
from functools import cache

from desktop.paths import resource

_COMMON = "common"


@cache
def _headings() -> dict[str, dict[str, list[str]]]:
    with resource("reference", "headings.toml").open("rb") as file:
        return tomllib.load(file)


def other_names(register: str, field: str) -> tuple[str, ...]:
    """Return the further headings of a register's field."""
    shipped = _headings()
    return (
        *shipped.get(register, {}).get(field, ()),
        *shipped.get(_COMMON, {}).get(field, ()),
    )
