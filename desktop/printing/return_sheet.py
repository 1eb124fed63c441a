"""What a return and a pack of returns have to say of themselves to be printed, all of it text."""

from __future__ import annotations

from collections.abc import Sequence
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
    def width(self) -> float:
        """Return the least width in millimetres; 0 leaves it to the content."""

    @property
    def numeric(self) -> bool:
        """Say that the column's texts are figures, which stand at the right."""


class Row(Protocol):
    """A row of a table."""

    @property
    def label(self) -> str:
        """Return what stands in the first column."""

    @property
    def cells(self) -> Sequence[str]:
        """Return what stands in the others."""

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
    """A return as text, ready to be laid out."""

    @property
    def title(self) -> str:
        """Return the form's name."""

    @property
    def month(self) -> str:
        """Return the period in words."""

    @property
    def head_left(self) -> Sequence[str]:
        """Return the lines on the left: credit code, reporting unit."""

    @property
    def head_right(self) -> Sequence[str]:
        """Return the block on the right: form number, issuer, validity."""

    @property
    def centre(self) -> str:
        """Return the centre's name."""

    @property
    def parts(self) -> Sequence[Part]:
        """Return what begins on a page of its own."""

    @property
    def rows(self) -> int:
        """Return how many rows all tables have."""

    @property
    def signatures(self) -> Sequence[str]:
        """Return the five fields of the foot in their order (facts a)."""

    @property
    def notes(self) -> Sequence[str]:
        """Return the check rules and the explanations, a paragraph each."""

    @property
    def landscape(self) -> bool:
        """Say that the paper lies."""

    @property
    def draft(self) -> bool:
        """Say that it was not submitted."""

    @property
    def sent_back(self) -> bool:
        """Say that the county has sent it back, so that the paper no longer holds."""

    @property
    def check_code(self) -> str:
        """Return the short code over the figures."""

    @property
    def qr_text(self) -> str:
        """Return what the QR code says."""

    @property
    def money(self) -> str:
        """Return the unit of its amounts; empty where it has none."""


class CoverEntry(Protocol):
    """A return as the cover sheet lists it."""

    @property
    def title(self) -> str:
        """Return the form's name."""

    @property
    def period(self) -> str:
        """Return its period in words."""

    @property
    def state(self) -> str:
        """Return how it stands, with its revision."""

    @property
    def check_code(self) -> str:
        """Return the short code over its figures."""


class Cover(Protocol):
    """The cover sheet of a month's returns."""

    @property
    def title(self) -> str:
        """Return what the pack is called."""

    @property
    def period(self) -> str:
        """Return the period in words."""

    @property
    def centre(self) -> str:
        """Return the centre's name."""

    @property
    def head(self) -> Sequence[str]:
        """Return the lines under the title: credit code, reporting unit."""

    @property
    def entries(self) -> Sequence[CoverEntry]:
        """Return the returns in their order."""

    @property
    def signatures(self) -> Sequence[str]:
        """Return the five fields of the foot in their order (facts a)."""

    @property
    def notes(self) -> Sequence[str]:
        """Return what else is to be said, a paragraph each."""
