"""Filling an office's own template with a return: its figures into the marked cells, nothing else.

What could not be filled in is told in sentences: a clinic that the template has no row for, a row
whose clinic has not reported, a code that the form no longer has, a cell that is a formula.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from desktop.errors import UserError
from desktop.exchange.office_cells import letters
from desktop.exchange.office_guess import guess, word_of
from desktop.exchange.office_marks import (
    CENTRE,
    DIRECTOR,
    FILLER,
    IDENTITY,
    LINE,
    PERIOD,
    PHONE,
    REPORTED,
    STATISTICIAN,
    THIS,
    Mark,
    Marks,
    TableMarks,
    signature_of,
)
from desktop.exchange.office_table_guess import TOTALS, name_key
from desktop.exchange.office_workbook import OfficeSheet, OfficeWorkbook, Position, Value
from desktop.models.return_text import Number, ReturnBook, SheetBlock, SheetPart
from desktop.text import N_, _, in_a_row, sources

WORDS = {
    CENTRE: N_("填报单位"),
    IDENTITY: N_("统一社会信用代码"),
    PERIOD: N_("报告期"),
    DIRECTOR: N_("单位负责人"),
    STATISTICIAN: N_("统计负责人"),
    FILLER: N_("填表人"),
    PHONE: N_("联系电话"),
    REPORTED: N_("报出日期"),
    LINE: N_("负责人、填表人、电话等（同一格内）"),
}
"""What a template may take besides figures, in the order in which it is offered."""

_SIGNED = (DIRECTOR, STATISTICIAN, FILLER, PHONE, REPORTED)
"""The order of a return's signatures."""

_PERCENT_CHANGE = "percent_change"
_MOST_NAMED = 20


@dataclass(frozen=True)
class Filled:
    """A template filled in, and what is to be told about it."""

    content: bytes
    cells: int
    told: tuple[str, ...]


@dataclass
class _Filling:
    """The values of one template, and what could not be filled in."""

    book: OfficeWorkbook
    given: ReturnBook
    part: SheetPart
    values: dict[str, dict[Position, Value]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def put(self, sheet: OfficeSheet, place: Position, value: Value) -> None:
        """Put a value into a cell, of a merged area into its first; a formula is left alone."""
        first = sheet.first_of(place)
        if first in sheet.formulas:
            where = f"{sheet.name}!{letters(first[1])}{first[0] + 1}"
            self.told.append(_("{cell} 在模板里是公式，没有填入。").format(cell=where))
            return
        self.values.setdefault(sheet.name, {})[first] = value


def fill(book: OfficeWorkbook, marks: Marks, given: ReturnBook, part: SheetPart) -> Filled:
    """Return a template with the figures of a return, or of one clinic's part of it.

    Raises:
        UserError: The marks were made on another edition of the template.
    """
    if signature_of(book.sheets) != marks.signature:
        raise UserError(
            _("模板文件与所记的填入位置不是同一版。"),
            _("请在报表页“导出 Excel”里重新核对这个模板的填入位置。"),
        )
    filling = _Filling(book, given, part)
    _fill_cells(filling, marks)
    for table in marks.tables:
        _fill_table(filling, table)
    count = sum(len(values) for values in filling.values.values())
    return Filled(book.filled(filling.values), count, tuple(dict.fromkeys(filling.told)))


def _fill_cells(filling: _Filling, marks: Marks) -> None:
    keys = {
        row.keys[0].partition("@")[0]: row.keys[0]
        for block in filling.part.blocks
        if not block.table
        for row in block.rows
        if row.keys
    }
    words = words_of(filling.given, filling.part)
    unknown: list[Mark] = []
    for mark in marks.cells:
        sheet = filling.book.sheets[mark.sheet]
        if mark.take == LINE:
            filling.put(sheet, mark.place, _line(sheet.text(mark.place), words))
        elif mark.take in words:
            word = words[mark.take]
            filling.put(sheet, mark.place, mark.prefix + word if mark.prefix else word or None)
        else:
            unknown += _fill_figure(filling, mark, sheet, keys)
    if unknown:
        filling.told.append(
            _("这一期的表式里没有代码 {codes}，模板里的相应各格没有填入。").format(
                codes=in_a_row(dict.fromkeys(mark.take for mark in unknown))
            )
        )


def _fill_figure(
    filling: _Filling, mark: Mark, sheet: OfficeSheet, keys: Mapping[str, str]
) -> list[Mark]:
    """Put a line's figure into its cell; returns the mark where the form has no such line."""
    key = keys.get(mark.take, mark.take)
    number = filling.given.numbers.get((key, mark.compared))
    if number is None:
        return [mark]
    filling.put(sheet, mark.place, _value(number, sheet, mark.place))
    return []


def _line(text: str, words: Mapping[str, str]) -> str:
    """Return a line of labels with the words behind their colons, about as wide as before."""

    def filled(found: re.Match[str]) -> str:
        label, colon, room = found.groups()
        word = words.get(word_of(label), "")
        return f"{label}{colon}{word}{' ' * max(2, len(room) - 2 * len(word))}"

    return re.sub(r"([^\s:：_]+)([:：])([\s_]*)", filled, text).rstrip()


def _value(number: Number, sheet: OfficeSheet, place: Position) -> Value:
    """Return a number as the template's cell shows it: a share as 0.473 where it shows percent."""
    if number.value is None:
        return number.text or None
    percent = sheet.first_of(place) in sheet.percents
    if number.face == _PERCENT_CHANGE:
        return number.value if percent else round(number.value * 100, 1)
    if number.per_cent and percent:
        return round(number.value / 100, 8)
    return number.value


def words_of(given: ReturnBook, part: SheetPart) -> dict[str, str]:
    """Return the words of head and foot that a template may take."""
    sheet = given.sheet
    signed = [_behind_colon(text) for text in sheet.signatures]
    return {
        CENTRE: part.subject or sheet.centre,
        IDENTITY: _behind_colon(sheet.head_left[0]) if sheet.head_left else "",
        PERIOD: sheet.month,
        **dict(zip(_SIGNED, [*signed, *[""] * len(_SIGNED)], strict=False)),
    }


def _behind_colon(text: str) -> str:
    head, colon, rest = text.partition("：")
    return (rest if colon else head.partition(":")[2]).strip()


# Tables: a row to a clinic, group or drug


def _fill_table(filling: _Filling, table: TableMarks) -> None:
    sheet = filling.book.sheets[table.sheet]
    block = _block_of(filling.part, table)
    if block is None:
        filling.told.append(
            _("这一期的表式里没有“{section}”，模板里的这张表没有填入。").format(
                section=table.section
            )
        )
        return
    rows = {name_key(row.label): _row_key(row.keys) for row in block.rows if not row.total}
    labels = {name_key(row.label): row.label for row in block.rows}
    total = next((_row_key(row.keys) for row in block.rows if row.total), None)
    known = {
        name_key(source): name_key(row.label)
        for row in block.rows
        if not row.total
        for source in sources(row.label)
    }
    places = [(known.get(name, name), at) for name, at in _places(sheet, table)]
    if not any(name and name not in TOTALS for name, _at in places):
        _write_names(filling, table, places, labels, rows)
        places = [
            (name or new, at)
            for (name, at), new in zip(places, [*rows, *[""] * len(places)], strict=False)
        ]
    _fill_rows(filling, table, places, rows, total)
    texts = {name: sheet.text((at, table.names)) for name, at in places}
    _tell_rows(filling, texts, rows, labels)


def _block_of(part: SheetPart, table: TableMarks) -> SheetBlock | None:
    """Return the table of a return: of that title, else one that has the codes."""
    tables = [block for block in part.blocks if block.table]
    codes = set(table.columns)
    fitting = [block for block in tables if codes & {head.code for head in block.heads}]
    named = [block for block in fitting if block.title == table.section]
    return next(iter((*named, *fitting)), None)


def _row_key(keys: Sequence[str]) -> str:
    return keys[0].partition("@")[2] if keys else ""


def _places(sheet: OfficeSheet, table: TableMarks) -> list[tuple[str, int]]:
    """Return the rows of a table in the template with their names, merged rows once."""
    return [
        (name_key(sheet.text((at, table.names))), at)
        for at in range(table.first, table.last + 1)
        if sheet.first_of((at, table.names))[0] == at
    ]


def _write_names(
    filling: _Filling,
    table: TableMarks,
    places: list[tuple[str, int]],
    labels: Mapping[str, str],
    rows: Mapping[str, str],
) -> None:
    """Write the names into a table that has only empty rows."""
    sheet = filling.book.sheets[table.sheet]
    free = [at for name, at in places if not name]
    for name, at in zip(rows, free, strict=False):
        filling.put(sheet, (at, table.names), labels[name])


def _fill_rows(
    filling: _Filling,
    table: TableMarks,
    places: list[tuple[str, int]],
    rows: Mapping[str, str],
    total: str | None,
) -> None:
    sheet = filling.book.sheets[table.sheet]
    for name, at in places:
        key = total if name in TOTALS else rows.get(name)
        for code, column in table.columns.items():
            place = (at, column)
            if sheet.first_of(place) in sheet.formulas:
                continue
            number = filling.given.numbers.get((f"{code}@{key}", THIS)) if key else None
            value = None if number is None else _value(number, sheet, place)
            if value is not None or sheet.text(place):
                filling.put(sheet, place, value)


def _tell_rows(
    filling: _Filling,
    there: Mapping[str, str],
    rows: Mapping[str, str],
    labels: Mapping[str, str],
) -> None:
    missing = [labels[name] for name in rows if name not in there]
    unknown = [
        text for name, text in there.items() if text and name not in rows and name not in TOTALS
    ]
    if missing:
        filling.told.append(
            _("模板里没有 {names} 的行，{count} 行没有填入。").format(
                names=in_a_row(missing[:_MOST_NAMED]), count=len(missing)
            )
        )
    if unknown:
        filling.told.append(
            _("模板里的 {names} 在报表中没有，这些行留空。").format(
                names=in_a_row(unknown[:_MOST_NAMED])
            )
        )


def proposed(book: OfficeWorkbook, given: ReturnBook) -> Marks:
    """Return a proposal for what goes where.

    Raises:
        UserError: The template has no visible sheet with texts.
    """
    if not any(sheet.texts and sheet.visible for sheet in book.sheets.values()):
        raise UserError(_("这个工作簿里没有表格，不能作为模板。"))
    return guess(book.sheets, given.sheet)


def refuse_formula(sheet: OfficeSheet, mark: Mark) -> None:
    """Refuse to mark a cell that the template works out itself.

    Raises:
        UserError: The cell is a formula.
    """
    if sheet.first_of(mark.place) in sheet.formulas:
        raise UserError(_("{cell} 是公式，由模板自己计算，不用填入。").format(cell=mark.where))
