"""The figures of a return as numbers, for workbooks: in the line's unit, as fine as they are kept.

Paper rounds a figure once, when it is shown; a workbook keeps the number and rounds by its format,
so that sums over several workbooks are those of the figures and not of rounded ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from desktop.models.return_text import Number, ReturnBook
from desktop.services.returns.composed import ComposedCell, ComposedReturn
from desktop.services.returns.forms import COMPARED, ColumnName, Line
from desktop.services.returns.sheet import sheet_of, shown_cell
from desktop.services.returns.wording import NOT_APPLICABLE, plain_number
from desktop.text import _

COUNT, TENTHS, HUNDREDTHS = "count", "tenths", "hundredths"
PERCENT_CHANGE = "percent_change"
CHANGE = "_change"
"""Ending of the faces of differences, which show their sign."""


def book_of(composed: ComposedReturn, today: date) -> ReturnBook:
    """Return a return as workbooks take it; a submitted one bears the day it was submitted."""
    sheet = sheet_of(composed, today)
    return ReturnBook(_(composed.form.short), sheet, numbers_of(composed), _(composed.status))


def numbers_of(composed: ComposedReturn) -> dict[tuple[str, str], Number]:
    """Return the numbers of a return by cell and column; a table's cells have only ``this``."""
    return {(cell.key, name): number for cell, name, number in _numbers(composed)}


def _numbers(composed: ComposedReturn) -> Iterator[tuple[ComposedCell, ColumnName, Number]]:
    for section in composed.sections:
        for cell in section.cells:
            names: tuple[ColumnName, ...] = ("this",) if section.section.rows else COMPARED
            for name in names:
                yield cell, name, number_of(cell, name)


def number_of(cell: ComposedCell, column: ColumnName) -> Number:
    """Return what stands in a compared column of a cell as a number."""
    line, shown = cell.line, shown_cell(cell, column)
    face = face_of(line)
    if shown == NOT_APPLICABLE:
        return Number(None, face, NOT_APPLICABLE)
    if column == "change":
        return _change(line, cell.this, cell.last)
    figure = getattr(cell, column)
    return Number(plain_number(line, figure), face, per_cent=line.shape == "rate")


def face_of(line: Line) -> str:
    """Return how a line's figures are shown: whole, with one decimal, or 元 with two."""
    if line.money:
        return HUNDREDTHS if line.scale == "元" else TENTHS
    return COUNT if line.shape == "count" else TENTHS


def _change(line: Line, this: int | None, last: int | None) -> Number:
    if this is None or last is None:
        return Number(None, PERCENT_CHANGE)
    if line.change == "percent":
        return Number((this - last) / last if last else 0, PERCENT_CHANGE)
    return Number(plain_number(line, this - last), face_of(line) + CHANGE)
