"""What a return has to say of itself to become a workbook: its texts as printed, its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class Head(Protocol):
    """The head of a column."""

    @property
    def label(self) -> str:
        """Return what stands in it."""

    @property
    def group(self) -> str:
        """Return the head above it and its neighbours; empty for none."""

    @property
    def unit(self) -> str:
        """Return the unit of the column's figures; empty for none."""

    @property
    def code(self) -> str:
        """Return the code of a table's column; empty for others."""

    @property
    def name(self) -> str:
        """Return the compared column that it heads, such as ``last``; empty for others."""

    @property
    def numeric(self) -> bool:
        """Say that the column's cells are figures, which stand at the right."""


class Row(Protocol):
    """A row of a section."""

    @property
    def label(self) -> str:
        """Return what stands in the first column."""

    @property
    def cells(self) -> Sequence[str]:
        """Return what stands in the others."""

    @property
    def keys(self) -> Sequence[str]:
        """Return the names of its cells: of a line one, of a table's row one for each column."""

    @property
    def indent(self) -> int:
        """Return how deep it stands under its parent."""

    @property
    def total(self) -> bool:
        """Say that it is the row of totals."""


class Block(Protocol):
    """A section: lines that are compared, or a table with columns of its own."""

    @property
    def title(self) -> str:
        """Return its heading."""

    @property
    def heads(self) -> Sequence[Head]:
        """Return the heads of its columns."""

    @property
    def rows(self) -> Sequence[Row]:
        """Return its rows."""

    @property
    def table(self) -> bool:
        """Say that it has columns of its own."""


class Part(Protocol):
    """The whole return, or what belongs to one clinic of it."""

    @property
    def subject(self) -> str:
        """Return the clinic's name; empty for the whole."""

    @property
    def blocks(self) -> Sequence[Block]:
        """Return its sections."""


class Sheet(Protocol):
    """A return as text, in the order it is printed."""

    @property
    def title(self) -> str:
        """Return its title."""

    @property
    def month(self) -> str:
        """Return its period in words."""

    @property
    def centre(self) -> str:
        """Return the centre's name."""

    @property
    def head_left(self) -> Sequence[str]:
        """Return what stands at the left above the table."""

    @property
    def head_right(self) -> Sequence[str]:
        """Return the statutory block at the right above the table."""

    @property
    def parts(self) -> Sequence[Part]:
        """Return its parts, each on a worksheet of its own."""

    @property
    def signatures(self) -> Sequence[str]:
        """Return what is signed, in its order."""

    @property
    def notes(self) -> Sequence[str]:
        """Return what stands below the table."""

    @property
    def landscape(self) -> bool:
        """Say that it is printed on paper laid broadside."""

    @property
    def draft(self) -> bool:
        """Say that it was not submitted."""

    @property
    def check_code(self) -> str:
        """Return the check code."""

    @property
    def qr_text(self) -> str:
        """Return what its QR code says."""

    @property
    def money(self) -> str:
        """Return the unit of its amounts of money; empty where it has none."""


class Number(Protocol):
    """What stands in a cell: a number and how it is shown, or a text, or nothing."""

    @property
    def value(self) -> int | float | None:
        """Return the number in the line's unit."""

    @property
    def face(self) -> str:
        """Return how it is shown: a key of the formats."""

    @property
    def text(self) -> str:
        """Return what stands there where it is no number, such as —."""

    @property
    def per_cent(self) -> bool:
        """Say that the number is a share in percent."""


Place = tuple[str, str]
"""A cell's name and the compared column; a table's cells have only ``this``."""

Numbers = Mapping[Place, Number]


class BookReturn(Protocol):
    """A return to be written into a workbook."""

    @property
    def name(self) -> str:
        """Return its short name, by which its worksheet goes."""

    @property
    def sheet(self) -> Sheet:
        """Return its texts."""

    @property
    def numbers(self) -> Numbers:
        """Return its numbers by cell and column."""

    @property
    def status(self) -> str:
        """Return its state in a word."""


def place_of(head: Head, keys: Sequence[str], column: int) -> Place:
    """Return the place of a row's cell under a head, the first after the label being column 0."""
    if head.name:
        return keys[0], head.name
    return (keys[column], "this") if head.code and column < len(keys) else ("", "")
