"""How a return's worksheet is laid out: columns shared by all its sections, and its formats.

Sections have different numbers of columns. They share the columns at the right; the label of a
section with fewer columns is merged over what is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from desktop.models.return_text import SheetBlock

CHARACTER = 2.1
"""Width of a Chinese character in the unit of worksheet columns."""

_LEAST, _MOST = 9.6, 18.0
_LEAST_LABEL, _MOST_LABEL = 16.0, 44.0
_LEAST_WHOLE = 88.0
_NARROW = 128
"""Letters above this code take the width of two."""

_MINUS = '"−"'
_FORMATS = {
    "count": "#,##0",
    "tenths": "#,##0.0",
    "hundredths": "#,##0.00",
    "percent_change": "0.0%",
}


@dataclass(frozen=True)
class Grid:
    """The columns of a worksheet: their widths, and how many each section leaves to its label."""

    widths: tuple[float, ...]

    @property
    def last(self) -> int:
        """Return the number of the last column."""
        return len(self.widths) - 1

    @property
    def whole(self) -> float:
        """Return the width of all columns."""
        return sum(self.widths)

    def parts(self, count: int) -> list[tuple[int, int]]:
        """Share the columns out among so many texts that stand side by side."""
        bounds: list[tuple[int, int]] = []
        reached, start = 0.0, 0
        for column, width in enumerate(self.widths):
            reached += width
            full = reached >= self.whole * (len(bounds) + 1) / count
            if full and len(bounds) < count - 1:
                bounds.append((start, column))
                start = column + 1
        return [*bounds, (start, self.last)] if start <= self.last else bounds

    def label_span(self, block: SheetBlock) -> int:
        """Return the last column over which a section's labels stand."""
        return len(self.widths) - len(block.heads)


def grid_of(blocks: Sequence[SheetBlock]) -> Grid:
    """Return the columns that hold all sections."""
    count = max((len(block.heads) for block in blocks), default=1)
    widths = [_LEAST] * count
    widths[0] = _LEAST_LABEL
    for block in blocks:
        offset = count - len(block.heads)
        for column, wanted in enumerate(_wanted(block)):
            if column or not offset:
                widths[offset + column] = max(widths[offset + column], wanted)
    widths[0] = max(widths[0], min(_LEAST_WHOLE - sum(widths[1:]), _MOST_LABEL))
    return Grid(tuple(round(width, 1) for width in widths))


def _wanted(block: SheetBlock) -> Iterator[float]:
    """Return how wide the columns of a section would be."""
    labels = [*(row.label for row in block.rows), block.heads[0].label]
    indent = max((row.indent for row in block.rows), default=0)
    yield min(max(map(text_width, labels)) + 2 + 2 * indent, _MOST_LABEL)
    for column, head in enumerate(block.heads[1:]):
        texts = [row.cells[column] for row in block.rows if column < len(row.cells)]
        content = max(map(text_width, texts), default=0.0)
        # A head is broken into lines of about four characters, a figure never is.
        lines = ceil(text_width(head.label) / (4 * CHARACTER))
        yield min(max(content + 2, text_width(head.label) / max(lines, 1) + 2), _MOST)


def text_width(text: str) -> float:
    """Return about how wide a text is in the unit of worksheet columns."""
    return sum(CHARACTER if ord(letter) > _NARROW else 1.0 for letter in text)


class Faces:
    """The cell formats of one workbook, each made when it is first used."""

    _KINDS: dict[str, dict[str, Any]] = {  # noqa: RUF012 - never changed
        "title": {"bold": True, "font_size": 20, "align": "center"},
        "middle": {"align": "center"},
        "left": {"align": "left"},
        "note": {"align": "left", "valign": "top", "text_wrap": True, "font_size": 9},
        "head": {
            "font_name": "黑体",
            "align": "center",
            "text_wrap": True,
            "border": 1,
            "bg_color": "#FFFFFF",
        },
        "band": {"font_name": "黑体", "align": "left", "border": 1, "bg_color": "#F0F4F7"},
        "label": {"align": "left", "border": 1, "text_wrap": True},
        "word": {"align": "center", "border": 1},
        "figure": {"align": "right", "border": 1},
        "link": {"font_color": "#0563C1", "underline": 1, "border": 1},
    }

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[str, ...], Any] = {}

    def of(self, kind: str, *, indent: int = 0, total: bool = False, number: str = "") -> Any:
        """Return a format.

        Args:
            kind: What stands in the cell.
            indent: How deep a label stands under its parent.
            total: The row of totals stands out.
            number: How a number is shown: a key of the figures' faces.
        """
        place = (kind, str(indent), str(total), number)
        if place not in self._made:
            look = {"font_name": "宋体", "font_size": 10.5, "valign": "vcenter"}
            look |= self._KINDS[kind]
            look |= {"indent": indent} if indent else {}
            look |= {"bold": True} if total else {}
            look |= {"num_format": number_format(number)} if number else {}
            self._made[place] = self._book.add_format(look)
        return self._made[place]


def number_format(face: str) -> str:
    """Return Excel's format of a face; a difference shows its sign, a minus is a real minus."""
    kind = face.removesuffix("_change") if face not in _FORMATS else face
    plain = _FORMATS[kind]
    if face.endswith("_change"):
        return f"+{plain};{_MINUS}{plain};{plain}"
    return f"{plain};{_MINUS}{plain}"
