"""The edits that the hub has logged of a record, and which of them stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Logged(NamedTuple):
    """One edit of a field in the hub's history."""

    clock: int
    dev: int
    rev: int
    lost: bool
    value: bytes
    person: str


History = Mapping[int, Sequence[Logged]]
"""The logged edits of one record by field."""


def winner(logged: Iterable[Logged]) -> Logged | None:
    """Return the edit that a field's present value is from."""
    standing = [each for each in logged if not each.lost]
    return max(standing, key=lambda each: (each.clock, each.dev), default=None)
