"""Snapshot pages: a centre's present records in a few well packed pieces, for a new PC.

The hub packs them once, at night, as small as it can; whoever needs them fetches one after the
other, checks its digest, and goes on from the snapshot's revision as always.
"""

from __future__ import annotations

import msgspec

from desktop.sync.protocol import Rows

SNAPSHOT = "/snapshot"
SNAPSHOT_PAGE = "/snapshot/page"


class PageSummary(msgspec.Struct, array_like=True):
    """One page: its SHA-256, its records and its bytes."""

    digest: str
    records: int
    size: int


class Manifest(msgspec.Struct):
    """What a snapshot holds; without pages there is none.

    Attributes:
        generation: The hub's generation.
        rev: The centre's revision that the records stand for; what came later is pulled.
        clock: Greatest clock stamp in them.
        records: How many there are in all pages.
        pages: The pages in their order.
    """

    generation: int
    rev: int
    clock: int
    records: int
    pages: list[PageSummary]


class PageWanted(msgspec.Struct):
    """One page of one snapshot that a PC asks for."""

    rev: int
    number: int


class SnapshotPage(msgspec.Struct, array_like=True):
    """What a page holds: whole records of one or several registers."""

    records: list[Rows]


NO_SNAPSHOT = "no_snapshot"
