"""Returns as an Excel workbook that looks like the paper, with real numbers in its cells.

A worksheet for each return, or for each clinic of a form that is filled in for each. The numbers
stay as fine as they are kept, their formats round them as the paper does; a blank stays blank, "not
applicable" is —. A hidden sheet says which cell of which return stands where, so that a workbook
can be held against what was submitted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import Any

from desktop.errors import UserError
from desktop.exchange.sheets import read
from desktop.exchange.workbook_layout import CHARACTER, Faces, grid_of, text_width
from desktop.exchange.workbooks import MOST_SHEET_NAME, replacing
from desktop.models.kinds import Cell
from desktop.models.return_text import (
    Number,
    Place,
    ReturnBook,
    SheetBlock,
    SheetHead,
    SheetPart,
    SheetRow,
    place_of,
)
from desktop.text import _

INDEX = "_thdesk"
"""The hidden sheet: code of the return, cell, column, worksheet, row and column from 0."""

_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_A4 = 9
_TITLE, _LINE, _HEAD_LINE = 34.0, 18.0, 15.0
_SIDE, _ABOVE = 0.55, 0.79
"""Inches: 14 mm at the sides, 20 mm above and below, as on paper."""

_SIGNATURES_A_ROW = 3


@dataclass
class _Book:
    """A workbook being written."""

    book: Any
    faces: Faces
    names: set[str] = field(default_factory=lambda: {INDEX})
    index: list[tuple[str | int, ...]] = field(default_factory=list)

    def sheet_name(self, wanted: str) -> str:
        """Return a name that Excel takes and that no other sheet has."""
        plain = " ".join(wanted.translate(_FORBIDDEN).split()) or _("报表")
        name, number = plain[:MOST_SHEET_NAME], 2
        while name.lower() in self.names:
            tail = f" {number}"
            name, number = plain[: MOST_SHEET_NAME - len(tail)] + tail, number + 1
        self.names.add(name.lower())
        return name


def write_return_workbook(path: Path, returns: Sequence[ReturnBook]) -> None:
    """Write one return, or the pack of a period with a list of its sheets in front.

    Raises:
        UserError: The file cannot be written, most often because Excel has it open; or a form that
            is filled in for each clinic has none.
    """
    import xlsxwriter

    if not any(each.sheet.parts for each in returns):
        raise UserError(
            _("《{title}》还没有要填报的对象，没有内容可导出。").format(
                title=returns[0].sheet.title
            ),
            _("请先在台账里登记村卫生室。"),
        )
    with replacing(path) as part:
        book = xlsxwriter.Workbook(str(part), {"strings_to_formulas": False})
        try:
            made = _Book(book, Faces(book))
            pack = len(returns) > 1
            contents = book.add_worksheet(made.sheet_name(_("目录"))) if pack else None
            places = [(each, _write_return(made, each)) for each in returns]
            if contents is not None:
                _write_contents(made, contents, places)
            _write_index(made)
        finally:
            book.close()


def _write_return(made: _Book, given: ReturnBook) -> str:
    """Write the worksheets of a return; returns the name of the first."""
    names = []
    for part in given.sheet.parts:
        wanted = f"{part.subject} {given.name}" if part.subject else given.name
        names.append(made.sheet_name(wanted))
        _PartWriter(made, names[-1], given, part).write()
    return names[0] if names else ""


class _PartWriter:
    """Writes one worksheet from the top down."""

    def __init__(self, made: _Book, name: str, given: ReturnBook, part: SheetPart) -> None:
        self._index, self._faces = made.index, made.faces
        self._page = made.book.add_worksheet(name)
        self._name, self._return, self._part = name, given, part
        self._grid = grid_of(part.blocks)
        self._at = 0

    def write(self) -> None:
        """Write head, sections and foot, and how it is printed."""
        for column, width in enumerate(self._grid.widths):
            self._page.set_column(column, column, width)
        self._write_head()
        repeated = self._write_blocks()
        self._write_foot()
        self._set_page(repeated)

    def _put(self, text: str, look: Any, left: int, right: int, below: int = 0) -> None:
        """Write a text into the row at hand, merged over columns and rows."""
        if left == right and not below:
            self._page.write_string(self._at, left, text, look)
        else:
            self._page.merge_range(self._at, left, self._at + below, right, text, look)

    def _across(self, text: str, kind: str, height: float = _LINE) -> None:
        """Write a text over all columns and go on to the next row."""
        self._put(text, self._faces.of(kind), 0, self._grid.last)
        self._page.set_row(self._at, height)
        self._at += 1

    def _write_head(self) -> None:
        sheet = self._return.sheet
        self._across(sheet.title, "title", _TITLE)
        self._across(f"{sheet.month}{_('（草稿）')}" if sheet.draft else sheet.month, "middle")
        left = [*sheet.head_left, *filter(None, [self._part.subject])]
        right = list(sheet.head_right)
        if sheet.money:
            right.append(_("计量单位：{unit}").format(unit=sheet.money))
        self._side_by_side(left, right)

    def _side_by_side(self, left: list[str], right: list[str]) -> None:
        """Write two blocks that end on the same row."""
        count = max(len(left), len(right))
        places = self._grid.parts(2)
        rows = zip(
            [""] * (count - len(left)) + left, [""] * (count - len(right)) + right, strict=True
        )
        for texts in rows:
            for text, (start, end) in zip(texts, places, strict=False):
                if text:
                    self._put(text, self._faces.of("left"), start, end)
            self._page.set_row(self._at, _LINE)
            self._at += 1

    def _write_blocks(self) -> tuple[int, int] | None:
        """Write the sections; returns the rows of the first head, which every page repeats."""
        repeated: tuple[int, int] | None = None
        before: list[str] = []
        for block in self._part.blocks:
            if block.table:
                self._across(block.title, "band")
            heads = [f"{head.group} {head.label} {head.unit}" for head in block.heads]
            if block.table or heads != before:
                top = self._at
                self._write_heads(block)
                repeated = repeated or (top, self._at - 1)
            if not block.table:
                self._across(block.title, "band")
            before = [] if block.table else heads
            for row in block.rows:
                self._write_row(block, row)
        return repeated

    def _write_heads(self, block: SheetBlock) -> None:
        """Write the heads, a group's merged over its columns, its unit below each."""
        look, below = self._faces.of("head"), int(any(head.group for head in block.heads))
        span = self._grid.label_span(block)
        self._put(block.heads[0].label, look, 0, span, below)
        column = span + 1
        for group, members in groupby(block.heads[1:], key=lambda head: head.group):
            heads = list(members)
            if group:
                self._put(group, look, column, column + len(heads) - 1)
                self._at += 1
            for each in heads:
                self._put(_head_text(each), look, column, column, 0 if group else below)
                column += 1
            self._at -= 1 if group else 0
        lines = self._head_lines(block, span)
        self._page.set_row(self._at + below, lines * _HEAD_LINE + 4)
        self._at += 1 + below

    def _head_lines(self, block: SheetBlock, span: int) -> int:
        """Return on how many lines the highest head stands."""
        widths = self._grid.widths[span + 1 :]
        return max(
            (
                sum(ceil(text_width(line) / (width - 1)) for line in _head_text(head).split("\n"))
                for head, width in zip(block.heads[1:], widths, strict=True)
            ),
            default=1,
        )

    def _write_row(self, block: SheetBlock, row: SheetRow) -> None:
        span = self._grid.label_span(block)
        label = self._faces.of("label", indent=row.indent, total=row.total)
        self._put(row.label, label, 0, span)
        for column, head in enumerate(block.heads[1:]):
            place = place_of(head, row.keys, column)
            number = self._return.numbers.get(place)
            if number is None:
                word = self._faces.of("word", total=row.total)
                self._page.write_string(self._at, span + 1 + column, row.cells[column], word)
            else:
                self._write_number(span + 1 + column, number, place, total=row.total)
        width = sum(self._grid.widths[: span + 1])
        lines = ceil((text_width(row.label) + 2 * row.indent) / (width - 1))
        self._page.set_row(self._at, max(_LINE, lines * _HEAD_LINE))
        self._at += 1

    def _write_number(self, column: int, number: Number, place: Place, *, total: bool) -> None:
        look = self._faces.of("figure", total=total, number=number.face)
        if number.value is not None:
            self._page.write_number(self._at, column, number.value, look)
        elif number.text:
            self._page.write_string(self._at, column, number.text, look)
        else:
            self._page.write_blank(self._at, column, None, look)
        self._index.append((self._return.sheet.qr_text, *place, self._name, self._at, column))

    def _write_foot(self) -> None:
        """Write what is signed, three to a row, and the notes below."""
        sheet = self._return.sheet
        self._page.set_row(self._at, _LINE / 2)
        self._at += 1
        places = self._grid.parts(_SIGNATURES_A_ROW)
        for start in range(0, len(sheet.signatures), _SIGNATURES_A_ROW):
            texts = sheet.signatures[start : start + _SIGNATURES_A_ROW]
            for text, (left, right) in zip(texts, places, strict=False):
                self._put(text, self._faces.of("left"), left, right)
            self._page.set_row(self._at, _TITLE)
            self._at += 1
        for note in self._notes():
            lines = ceil(text_width(note) * 0.9 / (self._grid.whole - CHARACTER))
            self._across(note, "note", max(1, lines) * _HEAD_LINE)

    def _notes(self) -> list[str]:
        """Return the notes of this part: what is said of another clinic stands on its own sheet."""
        own = self._part.subject
        others = [part.subject for part in self._return.sheet.parts if part is not self._part]
        return [
            note
            for note in self._return.sheet.notes
            if (own and own in note) or not any(name in note for name in others)
        ]

    def _set_page(self, repeated: tuple[int, int] | None) -> None:
        """Say how it is printed: A4, as wide as the paper, heads on every page, page numbers."""
        page, sheet = self._page, self._return.sheet
        page.set_paper(_A4)
        page.set_landscape() if sheet.landscape else page.set_portrait()
        page.fit_to_pages(1, 0)
        page.print_area(0, 0, self._at - 1, self._grid.last)
        page.center_horizontally()
        page.set_margins(left=_SIDE, right=_SIDE, top=_ABOVE, bottom=_ABOVE)
        code = _("校验码 {code}").format(code=sheet.check_code)
        page.set_footer("&L" + _("第 &P 页 共 &N 页") + "&R" + code)
        if sheet.draft:
            page.set_header("&R" + _("草稿"))
        if repeated is not None:
            page.repeat_rows(*repeated)
            if len({len(block.heads) for block in self._part.blocks}) == 1:
                page.freeze_panes(repeated[1] + 1, 1)
        page.hide_gridlines(2)


def _head_text(head: SheetHead) -> str:
    return f"{head.label}\n（{head.unit}）" if head.unit else head.label


def _write_contents(made: _Book, page: Any, places: Iterable[tuple[ReturnBook, str]]) -> None:
    """Write the list of the pack: each return with its period, state and check code."""
    rows = list(places)
    first = rows[0][0].sheet
    widths = (6, 44, 26, 14, 14)
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    page.merge_range(0, 0, 0, 4, _("{centre}报表").format(centre=first.centre), _title(made))
    page.set_row(0, _TITLE)
    heads = (_("序号"), _("报表"), _("期间"), _("状态"), _("校验码"))
    page.write_row(1, 0, heads, made.faces.of("head"))
    word = made.faces.of("word")
    for number, (each, name) in enumerate(rows, start=1):
        page.write_number(number + 1, 0, number, word)
        link = made.faces.of("link")
        if name:
            page.write_url(number + 1, 1, f"internal:'{name}'!A1", link, each.sheet.title)
        else:
            page.write_string(number + 1, 1, each.sheet.title, made.faces.of("label"))
        texts = (each.sheet.month, each.status, each.sheet.check_code)
        page.write_row(number + 1, 2, texts, word)
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.activate()


def _title(made: _Book) -> Any:
    return made.faces.of("title")


def _write_index(made: _Book) -> None:
    page = made.book.add_worksheet(INDEX)
    page.very_hidden()
    for at, row in enumerate(made.index):
        page.write_row(at, 0, row)


# Reading such a workbook back


@dataclass(frozen=True)
class SavedCell:
    """A cell of a workbook as it is now: where it stands and what is in it."""

    where: str
    value: Cell


@dataclass(frozen=True)
class SavedReturn:
    """A return in a workbook of this program: its code, and its cells as they are now."""

    qr_text: str
    cells: dict[Place, SavedCell]


def read_return_workbook(path: Path) -> list[SavedReturn]:
    """Return the returns in a workbook that this program wrote; none where it is another's.

    Raises:
        UserError: The file cannot be read.
    """
    sheets = {sheet.name: sheet.rows for sheet in read(path)}
    found: dict[str, dict[Place, SavedCell]] = {}
    for code, cell, column, name, row, at in sheets.get(INDEX, []):
        rows = sheets.get(str(name), [])
        line, place_at = _whole(row), _whole(at)
        values = rows[line] if line < len(rows) else []
        value = values[place_at] if place_at < len(values) else ""
        where = f"{name}!{column_letters(place_at)}{line + 1}"
        place = (str(cell), str(column))
        found.setdefault(str(code), {})[place] = SavedCell(where, value)
    return [SavedReturn(code, cells) for code, cells in found.items()]


def _whole(cell: Cell) -> int:
    return int(str(cell).partition(".")[0])


def column_letters(column: int) -> str:
    """Return a column's letters, A for 0."""
    letters, left = "", column + 1
    while left:
        left, digit = divmod(left - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
