"""What a person has marked on an office's template so far; no widgets here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from desktop.exchange.office_cells import letters
from desktop.exchange.office_marks import (
    THIS,
    Mark,
    Marks,
    TableMarks,
    head_path,
    with_anchors,
)
from desktop.exchange.office_table_guess import name_key, names_of
from desktop.exchange.office_workbook import OfficeSheet, Position
from desktop.exchange.return_template import WORDS, refuse_formula
from desktop.models.return_text import ReturnBook, SheetBlock
from desktop.text import _


@dataclass(frozen=True)
class Choice:
    """Something that a cell can take: a word, a line, or a column of a table."""

    take: str
    label: str
    section: str = ""
    """Title of its table; empty for words and lines."""
    compared: bool = False
    """It has several columns to choose from."""


@dataclass(frozen=True)
class Marked:
    """A mark as it is listed and drawn."""

    sheet: str
    place: Position
    short: str
    label: str
    sure: bool


def choices_of(given: ReturnBook) -> list[Choice]:
    """Return everything of a return that a cell can take."""
    made = [Choice(key, _(label)) for key, label in WORDS.items()]
    for block in _blocks(given):
        if block.table:
            made += [
                Choice(head.code, f"{head.code} {head.label}", block.title)
                for head in block.heads
                if head.code
            ]
        else:
            made += [
                Choice(row.keys[0].partition("@")[0], f"{row.cells[0]} {row.label}", compared=True)
                for row in block.rows
            ]
    return made


def columns_of(given: ReturnBook) -> dict[str, str]:
    """Return the compared columns of a return's lines with their heads."""
    return {
        head.name: head.label
        for block in _blocks(given)
        for head in block.heads
        if head.name and not block.table
    }


def _blocks(given: ReturnBook) -> Sequence[SheetBlock]:
    return given.sheet.parts[0].blocks if given.sheet.parts else ()


class Marking:
    """The marks of a template while they are looked over.

    Args:
        sheets: The template's worksheets.
        given: The return whose figures go into it.
        marks: What is marked to begin with.
    """

    def __init__(self, sheets: Mapping[str, OfficeSheet], given: ReturnBook, marks: Marks) -> None:
        self.sheets = sheets
        self.given = given
        self._signature = marks.signature
        self._cells = {(mark.sheet, mark.place): mark for mark in marks.cells}
        self.tables = {(table.sheet, table.section): table for table in marks.tables}
        self._choices = {choice.take: choice for choice in choices_of(given)}
        self._columns = columns_of(given)

    @property
    def marks(self) -> Marks:
        """Return the marks as they are kept."""
        cells = sorted(self._cells.values(), key=lambda mark: (mark.sheet, mark.place))
        return Marks(
            signature=self._signature, cells=tuple(cells), tables=tuple(self.tables.values())
        )

    def at(self, sheet: str, place: Position) -> tuple[str, str]:
        """Return what a cell takes and which column of it; empty for nothing."""
        mark = self._cells.get((sheet, self.sheets[sheet].first_of(place)))
        if mark is not None:
            return mark.take, mark.compared
        for (name, _section), table in self.tables.items():
            if name == sheet and table.first <= place[0] <= table.last:
                for code, column in table.columns.items():
                    if column == place[1]:
                        return code, THIS
        return "", ""

    def put(self, sheet: str, places: Sequence[Position], take: str, compared: str) -> None:
        """Let cells take something: one cell a word or line, a column of cells a table's column.

        Raises:
            UserError: The cell is a formula of the template.
        """
        if not places:
            return
        choice = self._choices[take]
        office = self.sheets[sheet]
        if choice.section:
            self.clear(sheet, places)
            self._put_column(office, choice, places)
            return
        row, column = office.first_of(places[0])
        mark = Mark(sheet=sheet, row=row, column=column, take=take, compared=compared or THIS)
        refuse_formula(office, mark)
        text = office.text(mark.place)
        if take in WORDS and text.endswith(("：", ":")):
            mark = msgspec.structs.replace(mark, prefix=text)
        self.clear(sheet, places[:1])
        self._cells[sheet, mark.place] = with_anchors(mark, office)

    def _put_column(self, office: OfficeSheet, choice: Choice, places: Sequence[Position]) -> None:
        rows = sorted({row for row, _column in places})
        column = places[0][1]
        place = (office.name, choice.section)
        there = self.tables.get(place)
        if there is None:
            last = rows[-1] if len(rows) > 1 else max(rows[0], office.rows - 1)
            there = TableMarks(
                sheet=office.name,
                section=choice.section,
                names=self._names_column(office, choice.section, column, rows[0], last),
                head_row=max(0, rows[0] - 1),
                first=rows[0],
                last=last,
                columns={},
            )
        elif len(rows) > 1:
            there = msgspec.structs.replace(there, first=rows[0], last=rows[-1])
        columns = {**there.columns, choice.take: column}
        heads = {code: head_path(office, there.head_row, at) for code, at in columns.items()}
        self.tables[place] = msgspec.structs.replace(there, columns=columns, heads=heads, sure=True)

    def _names_column(
        self, office: OfficeSheet, section: str, before: int, first: int, last: int
    ) -> int:
        """Return the column at the left in which most of the rows' names stand."""
        tables = [block for block in _blocks(self.given) if block.title == section]
        labels = names_of(tables[0]) if tables else set()
        counts = [
            (
                sum(
                    name_key(office.text((row, column))) in labels for row in range(first, last + 1)
                ),
                sum(bool(office.text((row, column))) for row in range(first, last + 1)),
                -column,
            )
            for column in range(before)
        ]
        return -max(counts, default=(0, 0, 0))[2]

    def clear(self, sheet: str, places: Sequence[Position]) -> None:
        """Let cells take nothing; of a table's column the whole column."""
        for place in places:
            self._cells.pop((sheet, self.sheets[sheet].first_of(place)), None)
            for key, table in list(self.tables.items()):
                if key[0] != sheet or not table.first <= place[0] <= table.last:
                    continue
                columns = {code: at for code, at in table.columns.items() if at != place[1]}
                heads = {code: table.heads.get(code, "") for code in columns}
                if columns:
                    new = msgspec.structs.replace(table, columns=columns, heads=heads)
                    self.tables[key] = new
                else:
                    del self.tables[key]

    def set_rows(self, key: tuple[str, str], names: int, first: int, last: int) -> None:
        """Say where a table's names and rows stand."""
        self.tables[key] = msgspec.structs.replace(
            self.tables[key], names=names, first=first, last=max(first, last)
        )

    def listed(self) -> list[Marked]:
        """Return all marks in the order of the sheets, those to be looked at first."""
        made = [*self._listed_cells(), *self._listed_columns()]
        order = {name: at for at, name in enumerate(self.sheets)}
        return sorted(made, key=lambda each: (each.sure, order[each.sheet], each.place))

    def _listed_cells(self) -> Iterator[Marked]:
        for mark in self._cells.values():
            choice = self._choices.get(mark.take)
            label = choice.label if choice else mark.take
            if choice is None or choice.compared:
                label = f"{label} · {self._columns.get(mark.compared, mark.compared)}"
            yield Marked(mark.sheet, mark.place, self._short(mark), label, mark.sure)

    def _short(self, mark: Mark) -> str:
        if mark.take in WORDS:
            return _(WORDS[mark.take])
        return f"{mark.take} {self._columns.get(mark.compared, '')}".strip()

    def _listed_columns(self) -> Iterator[Marked]:
        for table in self.tables.values():
            for code, column in table.columns.items():
                choice = self._choices.get(code)
                rows = f"{letters(column)}{table.first + 1}–{table.last + 1}"
                label = f"{choice.label if choice else code} · {rows}"
                yield Marked(table.sheet, (table.first, column), code, label, table.sure)
