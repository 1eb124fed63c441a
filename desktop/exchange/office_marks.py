"""Which cell of an office's template takes which figure, and by what it is known there.

A mark remembers the texts beside and above its cell. A newer edition of the template, in which rows
or columns have moved, is recognised by them: marks move along, and those whose texts are gone are
told, never filled in at the place where they used to be.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from desktop.exchange.office_cells import reference
from desktop.exchange.office_workbook import OfficeSheet, Position

THIS = "this"

CENTRE, PERIOD, IDENTITY = "@centre", "@period", "@identity"
DIRECTOR, STATISTICIAN, FILLER = "@director", "@statistician", "@filler"
PHONE, REPORTED = "@phone", "@reported"
LINE = "@line"
"""A cell with several of them side by side: 单位负责人：　　填表人：　　联系电话："""

_NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十\d]+\)|\d+[、.)](?!\d)|[①-⑳])"
)
_PART_OF = re.compile(r"^(?:其中|其|#)[::]?(?=.)")
_BRACKETS = re.compile(r"\([^()]*\)")


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that takes a figure of a line, or a word of the head such as ``@centre``.

    ``prefix`` is what stands in the cell itself before the word; ``label`` and ``head`` are the
    texts at the left and above, by which the cell is found again.
    """

    sheet: str
    row: int
    column: int
    take: str
    compared: str = THIS
    prefix: str = ""
    label: str = ""
    head: str = ""
    sure: bool = True

    @property
    def place(self) -> Position:
        """Return the cell's position."""
        return self.row, self.column

    @property
    def where(self) -> str:
        """Return the cell as people write it."""
        return f"{self.sheet}!{reference(self.place)}"


class TableMarks(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a template that take the rows of a table: a clinic each, found by their names.

    ``columns`` says which column takes which code; ``heads`` the texts above them.
    """

    sheet: str
    section: str
    names: int
    head_row: int
    first: int
    last: int
    columns: dict[str, int]
    heads: dict[str, str] = {}
    sure: bool = True


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """All marks of a template, with the signature of the file they were made on."""

    signature: str = ""
    cells: tuple[Mark, ...] = ()
    tables: tuple[TableMarks, ...] = ()

    def written(self) -> str:
        """Return the marks as the register keeps them."""
        return msgspec.json.encode(self).decode()


def read_marks(text: str) -> Marks:
    """Return the marks that the register keeps.

    Raises:
        msgspec.MsgspecError: They are not what this program writes.
    """
    return msgspec.json.decode(text, type=Marks)


def folded(text: str) -> str:
    """Return a label as it is compared: without spaces, numbering and "其中"."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("︰", ":")
    plain = _NUMBERING.sub("", plain)
    return _PART_OF.sub("", plain).strip(":·-—*")


def without_brackets(text: str) -> str:
    """Return a label without what stands in brackets, most often its unit."""
    return _BRACKETS.sub("", folded(text))


def signature_of(sheets: Mapping[str, OfficeSheet]) -> str:
    """Return what a template is known by: the texts of its cells that are no numbers."""
    made = blake2b(digest_size=12)
    for name, sheet in sheets.items():
        for place in sorted(sheet.texts):
            text = folded(sheet.texts[place])
            if text and place not in sheet.formulas and not is_number(text):
                made.update(f"{name}\x1f{place}\x1f{text}\x1e".encode())
    return made.hexdigest()


def is_number(text: str) -> bool:
    """Say that a text is a number, such as an example figure in a template."""
    try:
        float(text.replace(",", "").rstrip("%"))
    except ValueError:
        return False
    return True


def anchors_of(sheet: OfficeSheet, place: Position) -> tuple[str, str]:
    """Return the texts by which a cell is known: those at its left, the nearest above it."""
    row, column = place
    left = dict.fromkeys(folded(sheet.text((row, at))) for at in range(column))
    label = "/".join(text for text in left if text and not is_number(text))
    for at in range(row - 1, -1, -1):
        text = folded(sheet.text((at, column)))
        if text and not is_number(text) and sheet.first_of((at, column)) not in sheet.formulas:
            return label, text
    return label, ""


def head_path(sheet: OfficeSheet, row: int, column: int) -> str:
    """Return a column's head with the group's above it, as one text."""
    texts = dict.fromkeys(folded(sheet.text((at, column))) for at in (row - 1, row) if at >= 0)
    return "/".join(text for text in texts if text and not is_number(text))


def with_anchors(mark: Mark, sheet: OfficeSheet) -> Mark:
    """Return a mark that knows by which texts its cell is found again."""
    label, head = anchors_of(sheet, mark.place)
    return msgspec.structs.replace(mark, label=label, head=head)


# A newer edition of the template


@dataclass(frozen=True)
class Moved:
    """What became of the marks in a newer edition of a template."""

    marks: Marks
    moved: tuple[tuple[Mark, Mark], ...] = ()
    lost: tuple[Mark, ...] = ()
    lost_tables: tuple[TableMarks, ...] = ()

    @property
    def changed(self) -> bool:
        """Say that not all of them stand where they stood."""
        return bool(self.moved or self.lost or self.lost_tables)


def carried_over(marks: Marks, sheets: Mapping[str, OfficeSheet]) -> Moved:
    """Return the marks at their places in a newer edition, found by the texts beside them."""
    kept: list[Mark] = []
    moved: list[tuple[Mark, Mark]] = []
    lost: list[Mark] = []
    for mark in marks.cells:
        place = _found_again(mark, sheets)
        if place is None:
            lost.append(mark)
            continue
        new = msgspec.structs.replace(mark, sheet=place[0], row=place[1][0], column=place[1][1])
        kept.append(new)
        if new != mark:
            moved.append((mark, new))
    tables = [_table_again(table, sheets) for table in marks.tables]
    return Moved(
        Marks(
            signature=signature_of(sheets),
            cells=tuple(kept),
            tables=tuple(table for table in tables if table is not None),
        ),
        tuple(moved),
        tuple(lost),
        tuple(old for old, new in zip(marks.tables, tables, strict=True) if new is None),
    )


def _found_again(mark: Mark, sheets: Mapping[str, OfficeSheet]) -> tuple[str, Position] | None:
    best: tuple[int, str, Position] | None = None
    for name, sheet in sheets.items():
        for place in _candidates(mark, sheet):
            far = abs(place[0] - mark.row) + abs(place[1] - mark.column)
            far += 0 if name == mark.sheet else 1_000
            if best is None or far < best[0]:
                best = (far, name, place)
    return None if best is None else best[1:]


def _candidates(mark: Mark, sheet: OfficeSheet) -> Iterator[Position]:
    """Return the cells that have the mark's texts beside them."""
    if mark.prefix:
        for place, text in sheet.texts.items():
            if folded(text).startswith(folded(mark.prefix)):
                yield place
        return
    rows = {row for row, _column in sheet.texts} | {mark.row}
    columns = {mark.column, *(column for _row, column in sheet.texts)}
    for row in rows:
        for column in columns:
            place = (row, column)
            if place in sheet.formulas or sheet.first_of(place) != place:
                continue
            text = sheet.text(place)
            free = not text or is_number(text) or mark.take.startswith("@")
            if free and anchors_of(sheet, place) == (mark.label, mark.head):
                yield place


def _table_again(table: TableMarks, sheets: Mapping[str, OfficeSheet]) -> TableMarks | None:
    """Return a table's marks where its heads still stand above the same columns, or moved."""
    sheet = sheets.get(table.sheet) or next(iter(sheets.values()), None)
    if sheet is None:
        return None
    found: dict[int, dict[str, int]] = {}
    for row in range(sheet.rows):
        paths = {head_path(sheet, row, column): column for column in range(sheet.columns)}
        at = {code: paths[head] for code, head in table.heads.items() if head in paths}
        if len(at) == len(table.heads):
            found[row] = at
    if not found:
        return None
    row = min(found, key=lambda each: abs(each - table.head_row))
    down = row - table.head_row
    aside = min(found[row].values()) - min(table.columns.values())
    first = table.first + down
    return msgspec.structs.replace(
        table,
        sheet=sheet.name,
        columns=found[row],
        names=max(0, table.names + aside),
        head_row=row,
        first=first,
        last=max(first, min(table.last + down, sheet.rows - 1)),
    )
