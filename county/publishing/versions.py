"""Versions of a scheme or form: each of the county's ends on the day before its next one begins."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row

from desktop.models.published import mask_of
from desktop.models.register import Register

ENDS_EARLIER: Mapping[str, str] = {"schemes": "name", "return_forms": "code"}
"""Registers in which a new version ends the one before, with the field that both have."""


class LiftedEnd(NamedTuple):
    """An end that a version gets in the place of the one which a withdrawn version gave it.

    ``fields`` is what its mark says from now on: the end is the county's only where its file has
    one.
    """

    id: bytes
    end: date | None
    fields: int


def lifted_ends(
    register: Register,
    withdrawn: Sequence[Row[Any]],
    left: Sequence[Row[Any]],
    fields: Mapping[bytes, int],
) -> Iterator[LiftedEnd]:
    """Give the later ends of versions whose next one is withdrawn, and of the withdrawn ones.

    Without it nothing would be in force after the day on which the withdrawn version was to begin.

    Args:
        register: The register, one in which a new version ends the one before.
        withdrawn: The versions that the county takes back.
        left: Its versions that stand.
        fields: The county's fields of each of them, as a mask.
    """
    end_bit = mask_of(register, ["valid_to"])
    gone = {row.id for row in withdrawn}
    for row in (*withdrawn, *left):
        if row.valid_to is None or not fields[row.id] & end_bit:
            continue  # An end that the centre gave it stays.
        if row.id not in gone and not _later_starts(register, row, withdrawn):
            continue
        # A withdrawn one gets its own end back: it may be published again.
        following = [] if row.id in gone else _later_starts(register, row, left)
        declared = _declared_end(register, row)
        ends = [start - timedelta(days=1) for start in following]
        end = min(ends if declared is None else [declared, *ends], default=None)
        if end is None or end > row.valid_to:
            held = fields[row.id]
            yield LiftedEnd(row.id, end, held & ~end_bit if end is None else held)


def _later_starts(register: Register, row: Row[Any], others: Sequence[Row[Any]]) -> list[date]:
    """Return the first days of those of the others that are later versions of the same."""
    name = ENDS_EARLIER[register.key]
    return [
        each.valid_from
        for each in others
        if getattr(each, name) == getattr(row, name) and each.valid_from > row.valid_from
    ]


def _declared_end(register: Register, row: Row[Any]) -> date | None:
    """Return the last day that a form's own file gives it; a scheme's file has none."""
    if register.key != "return_forms":
        return None
    try:
        found = tomllib.loads(row.body or "").get("valid_to")
    except tomllib.TOMLDecodeError:
        return None  # What was spoilt gives no day.
    return found if isinstance(found, date) else None
