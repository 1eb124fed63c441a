"""The web pages that hospital systems name .xls: their tables as rows and merged areas.

The XML that Excel 2003 wrote (SpreadsheetML) differs in its names only and is read as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser

from desktop.models.kinds import Cell

_MOST_SPANNED = 1_000
_NAMES = {"row": "tr", "cell": "td"}
_BREAKS = frozenset({"br", "p", "div", "li"})

Area = tuple[int, int, int, int]
"""A merged area: top, left, bottom, right, counted from zero, the last ones included."""


class WebTables(HTMLParser):
    """Collects the rows of every table of a page, one below the other, as Excel shows them.

    Attributes:
        rows: The cells of each row, as wide as they are.
        merged: Cells that reach over several rows or columns.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[Cell]] = []
        self.merged: list[Area] = []
        self._covered: dict[tuple[int, int], bool] = {}
        self._tables = 0
        self._text: list[str] | None = None
        self._span = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell; a table within a cell is part of its text."""
        tag = _NAMES.get(tag, tag)
        if tag == "table":
            self._tables += 1
        elif self._tables == 1 and tag == "tr":
            self._end_cell()
            self.rows.append([])
        elif self._tables == 1 and tag in ("td", "th") and self.rows:
            self._end_cell()
            self._begin_cell(dict(attrs))
        elif tag in _BREAKS and self._text:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a cell or a table."""
        tag = _NAMES.get(tag, tag)
        if tag in ("td", "th", "tr") and self._tables == 1:
            self._end_cell()
        elif tag == "table" and self._tables:
            self._end_cell()
            self._tables -= 1

    def handle_data(self, data: str) -> None:
        """Add text to the open cell."""
        if self._text is not None:
            self._text.append(" ".join(data.split()) if data.strip() else "")

    def _begin_cell(self, given: Mapping[str, str | None]) -> None:
        down = _number(given.get("rowspan")) + _number(given.get("ss:mergedown"), 0)
        across = _number(given.get("colspan")) + _number(given.get("ss:mergeacross"), 0)
        self._span = (down, across)
        row = self.rows[-1]
        row.extend([""] * (_number(given.get("ss:index"), 0) - 1 - len(row)))
        self._text = []

    def _end_cell(self) -> None:
        if self._text is None:
            return
        text, self._text = "".join(self._text).strip(), None
        top, row = len(self.rows) - 1, self.rows[-1]
        while (top, len(row)) in self._covered:
            row.append("")
        left = len(row)
        row.append(text)
        down, across = self._span
        row.extend([""] * (across - 1))
        if down > 1 or across > 1:
            self.merged.append((top, left, top + down - 1, left + across - 1))
        for below in range(top + 1, top + down):
            for column in range(left, left + across):
                self._covered[below, column] = True


def _number(text: str | None, otherwise: int = 1) -> int:
    return min(int(text), _MOST_SPANNED) if text and text.isdigit() and int(text) else otherwise
