"""Cells to values, a column at a time: each distinct spelling is read once.

A column of 20,000 dates has a few hundred spellings; only names and numbers of people are all
different.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from desktop.errors import Problem
from desktop.exchange.claims import Heading
from desktop.exchange.layouts import Column, normal
from desktop.exchange.tables import DITTO, Table
from desktop.models.day_text import has_short_year
from desktop.models.kinds import PARSERS, BadValue, Cell, Kind, Value, narrow, parse_month, plain
from desktop.models.ledger import month_days
from desktop.models.register import Field
from desktop.text import _

_SAYS_NOTHING = frozenset(
    {
        "/",
        "-",
        "--",
        "—",
        "——",
        "无",
        "暂无",
        "空",
        "不详",
        "未知",
        "无电话",
        "n/a",
        "na",
        "none",
        "null",
        "未填",
    }
)
"""What clerks write into a cell that has nothing to say."""
_LEFT_OUT = frozenset({"bad_phone", "incomplete_date"})
"""Reasons that leave one optional value out, with a warning, and keep the row."""

_WITHOUT_END = frozenset({"长期", "长期有效", "永久", "无期限", "无限期"})
"""Words for a licence that does not expire, which is a blank date."""

_SCALE = re.compile(r"[((](?:单位:?)?([百千万])元[))]")
_SCALES = {"百": 100, "千": 1_000, "万": 10_000}
_AROUND_MONTH = " .。至止"
_CUT_SHORT = re.compile(r"\d{4}\.1")
_FIGURES = re.compile(r"\d+")
_BROKEN = re.compile(r"#(?:REF|N/A|VALUE|DIV/0|NAME|NULL|NUM)[!?]?", re.IGNORECASE)


@dataclass
class Columns:
    """The values of a table by column.

    Args:
        values: For each key its value in each row.
        problems: What is wrong, by position of the row.
        warnings: What a person should look at, by position of the row.
        assumed_no: Keys of yes/no columns whose blanks mean no, because the sheet uses ticks.
    """

    values: dict[str, list[Value]] = field(default_factory=dict)
    problems: dict[int, list[Problem]] = field(default_factory=dict)
    warnings: dict[int, list[Problem]] = field(default_factory=dict)
    assumed_no: dict[str, set[int]] = field(default_factory=dict)

    def refuse(self, row: int, problem: Problem) -> None:
        """Note a problem that keeps the row out."""
        self.problems.setdefault(row, []).append(problem)

    def warn(self, row: int, problem: Problem) -> None:
        """Note something to look at that does not keep the row out."""
        self.warnings.setdefault(row, []).append(problem)


def convert(table: Table, skip: frozenset[str] = frozenset()) -> Columns:
    """Return a table's values; references stay as typed text, for the look-up to find."""
    columns = Columns()
    headings = {heading.index: heading for heading in table.match.headings}
    for key, index in table.match.columns.items():
        column = table.match.layout.by_key[key]
        if column.ignored or key in skip:
            continue
        _convert_column(columns, column, table.cells(key), headings[index])
    _read_ticks(columns, table)
    return columns


def _convert_column(
    columns: Columns, column: Column, cells: Sequence[Cell], heading: Heading
) -> None:
    """Read one column; bad cells become problems of their rows."""
    parse = _parser(column, heading)
    spellings: dict[Cell, Value] = {}
    bad: dict[Cell, BadValue] = {}
    if bool in set(map(type, cells)):
        # True and 1 are one key of a dictionary, yet not one spelling.
        cells = [("是" if cell else "否") if type(cell) is bool else cell for cell in cells]
    for cell in dict.fromkeys(cells):
        try:
            spellings[cell] = parse(cell)
        except BadValue as error:
            spellings[cell] = None
            bad[cell] = error
    columns.values[column.key] = values = [spellings[cell] for cell in cells]
    if column.kind is Kind.DATE:
        _tell_dates(columns, column, cells, values)
    if bad:
        for row, cell in enumerate(cells):
            if cell in bad:
                lenient = bad[cell].reason in _LEFT_OUT and not column.required
                note = columns.warn if lenient else columns.refuse
                note(row, bad[cell].problem(column.key))


def _tell_dates(
    columns: Columns, column: Column, cells: Sequence[Cell], values: Sequence[Value]
) -> None:
    """Tell how a day was read whose century or whose day of the month is not on the sheet."""
    told: dict[Cell, Problem] = {}
    for cell, value in dict(zip(cells, values, strict=True)).items():
        if type(cell) not in (str, float) or value is None:
            continue
        words = {"value": plain(cell), "day": value}
        if type(cell) is str and has_short_year(narrow(cell)):
            message = _("“{value}”按 {day} 导入，请核对年份。").format(**words)
            told[cell] = Problem("short_year", message, column.key)
        elif column.through_month and _month_in(cell):
            message = _("“{value}”只有年月，按该月最后一天 {day} 导入，请核对。").format(**words)
            told[cell] = Problem("month_end", message, column.key)
    for row, cell in enumerate(cells) if told else ():
        if cell in told:
            columns.warn(row, told[cell])


def _parser(column: Column, heading: Heading) -> Callable[[Cell], Value]:
    """Return how a cell of the column is read."""
    plainly = _plain_parser(column)
    if column.kind is Kind.YES_NO:
        return _yes_no_parser(column, plainly)
    scale = _scale(column, heading)
    silent = _SAYS_NOTHING | (_WITHOUT_END if column.kind is Kind.DATE else frozenset())

    def parse(cell: Cell) -> Value:
        if cell == "" or cell is None:
            return None
        if type(cell) is str and len(cell) <= 6:  # noqa: PLR2004 - longer than any such word
            text = cell.strip()
            if text.lower() in silent:
                return None
            if text in DITTO:
                raise BadValue(
                    "bad_value", _("写着“{value}”，但上一行没有内容。").format(value=text)
                )
            if _BROKEN.fullmatch(text):
                raise BadValue("bad_value", _("单元格是错误值 {value}。").format(value=text))
        value = plainly(cell)
        if scale != 1 and type(value) is int:
            value *= scale
        return value

    return parse


def _parse_date(cell: Cell) -> Value:
    """Return a date; one without its day is told apart from what is no date at all."""
    try:
        return PARSERS[Kind.DATE](cell)
    except BadValue as error:
        if not _month_in(cell):
            raise
        message = _("“{value}”只有年月，缺少日，没有导入这个日期。").format(value=plain(cell))
        raise BadValue("incomplete_date", message) from error


def _parse_date_or_month(cell: Cell) -> Value:
    """Return a date, of a month its last day; 2027.1 may have been 2027.10 and is left out."""
    month = _month_in(cell)
    if not month or _CUT_SHORT.fullmatch(plain(cell)):
        return _parse_date(cell)
    return month_days(month)[1]


def _month_in(cell: Cell) -> str:
    """Return the month that a cell names without a day, as rosters often do, or nothing."""
    if not isinstance(cell, str | float):
        return ""
    text = plain(cell)
    if len(_FIGURES.findall(text)) > 2:  # noqa: PLR2004 - year, month
        return ""
    try:
        return parse_month(text.strip(_AROUND_MONTH)) or ""
    except BadValue:
        return ""


def _plain_parser(column: Column) -> Callable[[Cell], Value]:
    """Return the field's own reading; a reference stays text, and a least number is kept."""
    if column.kind is Kind.REFERENCE:
        return PARSERS[Kind.TEXT]
    if column.kind is Kind.DATE and not column.required:
        return _parse_date_or_month if column.through_month else _parse_date
    if column.kind is Kind.CHOICE and column.field is not None:
        return _choice_parser(column.field)
    # Blank cells are met before; what the field adds to its kind is a least number, so the
    # others are read without its detour.
    if column.field is not None and column.minimum is not None:
        return column.field.parse
    if column.minimum is None:
        return PARSERS[column.kind]
    least = column.minimum

    def parse(cell: Cell) -> Value:
        value = PARSERS[column.kind](cell)
        if isinstance(value, int) and value < least:
            raise BadValue(
                f"negative_{column.key}",
                _("{label}不能小于 {least}，现为 {value}。").format(
                    label=_(column.label), least=least, value=plain(cell)
                ),
            )
        return value

    return parse


def _choice_parser(field: Field) -> Callable[[Cell], Value]:
    """Return the reading of a term, which clerks like to put in brackets."""

    def parse(cell: Cell) -> Value:
        text = narrow(cell)
        inner = text[1:-1] if text[:1] == "(" and text[-1:] == ")" else ""
        return field.terms.get(inner) or field.parse(cell)

    return parse


def _yes_no_parser(column: Column, plainly: Callable[[Cell], Value]) -> Callable[[Cell], Value]:
    """Return the reading of a tick; the column's own name written in it means yes as well."""
    own = {normal(name) for name in (column.label, *column.names)}

    def parse(cell: Cell) -> Value:
        if isinstance(cell, str) and cell and normal(cell) in own:
            return True
        return plainly(cell)

    return parse


def _scale(column: Column, heading: Heading) -> int:
    """Return what an amount is counted in, as its heading says (千元, 万元)."""
    if column.kind is not Kind.AMOUNT:
        return 1
    found = _SCALE.search(heading.text.replace("（", "(").replace("）", ")").replace("：", ":"))
    return _SCALES[found[1]] if found else 1


def _read_ticks(columns: Columns, table: Table) -> None:
    """Let blanks mean no in columns that only ever say yes, where the sheet uses ticks at all."""
    by_key = table.match.layout.by_key
    ticked = [key for key in columns.values if by_key[key].kind is Kind.YES_NO]
    used = [key for key in ticked if True in columns.values[key]]
    for key in ticked if used else ():
        values = columns.values[key]
        if False in values:
            continue
        blanks = {row for row, value in enumerate(values) if value is None}
        columns.values[key] = [value is True for value in values]
        columns.assumed_no[key] = blanks
