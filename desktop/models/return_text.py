"""A return, or a pack of them, as text: what services make of it and paper and workbooks take.

It stands below all of them, because printing and Excel do not know how a return is computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class SheetHead:
    """The head of a column: its label, a head above it and others, its unit, its width in mm.

    ``numeric`` columns stand to the right; a width of 0 is shared out from what is left.
    ``name`` is the compared column that it heads, such as ``last``.
    """

    label: str
    group: str = ""
    unit: str = ""
    width: float = 0
    numeric: bool = True
    code: str = ""
    name: str = ""


@dataclass(frozen=True)
class SheetRow:
    """A row as text: label, cells under the heads after the first, the cells' names."""

    label: str
    cells: tuple[str, ...]
    keys: tuple[str, ...] = ()
    indent: int = 0
    total: bool = False


@dataclass(frozen=True)
class SheetBlock:
    """A section as text: lines that are compared, or a table with its own columns."""

    title: str
    heads: tuple[SheetHead, ...]
    rows: tuple[SheetRow, ...]
    table: bool = False


@dataclass(frozen=True)
class SheetPart:
    """What belongs together on paper: the whole return, or the sheet of one clinic."""

    subject: str
    blocks: tuple[SheetBlock, ...]


@dataclass(frozen=True)
class ReturnSheet:
    """A return as text, in the order it is printed; one that was sent back is marked so."""

    title: str
    month: str
    centre: str
    head_left: tuple[str, ...]
    head_right: tuple[str, ...]
    parts: tuple[SheetPart, ...]
    signatures: tuple[str, ...]
    notes: tuple[str, ...]
    landscape: bool
    draft: bool
    check_code: str
    qr_text: str
    money: str
    sent_back: bool = False

    @property
    def rows(self) -> int:
        """Return how many rows all its tables have."""
        return sum(len(block.rows) for part in self.parts for block in part.blocks)


# Several returns with a cover sheet


@dataclass(frozen=True)
class PackEntry:
    """A return as the cover sheet lists it."""

    title: str
    period: str
    state: str
    check_code: str


@dataclass(frozen=True)
class PackCover:
    """The cover sheet as text."""

    title: str
    period: str
    centre: str
    head: tuple[str, ...]
    entries: tuple[PackEntry, ...]
    signatures: tuple[str, ...]
    notes: tuple[str, ...]


# Their numbers, for workbooks

Place = tuple[str, str]
"""A cell's name and the compared column; a table's cells have only ``this``."""


class Number(NamedTuple):
    """What stands in a cell: a number and how it is shown, or the text where it is none.

    A blank has neither. ``per_cent`` says that the number is a share in percent.
    """

    value: int | float | None
    face: str
    text: str = ""
    per_cent: bool = False


@dataclass(frozen=True)
class ReturnBook:
    """A return as workbooks take it: its short name, its texts, its numbers, its state."""

    name: str
    sheet: ReturnSheet
    numbers: Mapping[Place, Number]
    status: str


def place_of(head: SheetHead, keys: Sequence[str], column: int) -> Place:
    """Return the place of a row's cell under a head, the first after the label being column 0."""
    if head.name:
        return keys[0], head.name
    return (keys[column], "this") if head.code and column < len(keys) else ("", "")
