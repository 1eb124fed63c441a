"""Publications that come as a sheet: the drug catalogue, policies, orders, replies, advices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from county.publishing.content import ContentRefused
from desktop.errors import UserError
from desktop.exchange.choosing import NotRecognised
from desktop.exchange.convert import convert
from desktop.exchange.headers import SEARCHED_ROWS, Match, headings_said
from desktop.exchange.layouts import Layout, layout_of, normal
from desktop.exchange.recognising import recognise
from desktop.exchange.sheets import Sheet, read
from desktop.exchange.tables import Table, read_table
from desktop.models.identity import joined
from desktop.models.kinds import BadValue, Value
from desktop.models.register import Register, Values
from desktop.sync.wire import check_value
from desktop.text import _, in_a_row

_OFFICE = frozenset({"drugs"})
"""Registers of which offices have sheets of every look: read as the office PC reads them."""


def read_rows(path: Path, register: Register, given: Mapping[str, Value]) -> tuple[Values, ...]:
    """Return the records of a sheet.

    Args:
        path: The file.
        register: What it holds.
        given: Values for rows that say nothing themselves, such as the day it holds from.

    Raises:
        ContentRefused: A row is wrong; names every one.
        UserError: The file has no such table.
    """
    sheets = read(path)
    if register.key in _OFFICE:
        tables = _recognise(sheets, register)
    else:
        tables = _find_tables(sheets, register, given)
    rows: list[Values] = []
    faults: list[tuple[int, str]] = []
    places: dict[str, int] = {}
    for table in tables:
        for line, values, reasons in _rows_of(table, register, given):
            again = _twice(register, values, line, places)
            faults += [(line, reason) for reason in (*reasons, *again)]
            rows.append(values)
    if faults:
        raise ContentRefused(path.name, faults)
    if not rows:
        raise UserError(_("“{name}”里没有可发布的内容。").format(name=path.name))
    return tuple(rows)


def _rows_of(
    table: Table, register: Register, given: Mapping[str, Value]
) -> list[tuple[int, Values, list[str]]]:
    columns = convert(table)
    found = []
    for at, line in enumerate(table.numbers):
        read_here = {key: values[at] for key, values in columns.values.items()}
        values: Values = dict(given) | {
            key: value
            for key, value in read_here.items()
            if key in register.by_key and value is not None
        }
        reasons = [problem.message for problem in columns.problems.get(at, ())]
        found.append((line, values, reasons or faults_of(register, values)))
    return found


def faults_of(register: Register, values: Values) -> list[str]:
    """Return why a record cannot be published."""
    reasons = []
    for key, value in values.items():
        try:
            check_value(register.by_key[key], value)
        except BadValue as error:
            reasons.append(error.problem(key).message)
        if isinstance(value, str) and "\x00" in value:
            label = _(register.by_key[key].label)
            reasons.append(_("“{label}”里有不能用的字符。").format(label=label))
    return reasons or [problem.message for problem in register.problems(values)]


def _twice(register: Register, values: Values, line: int, places: dict[str, int]) -> list[str]:
    key = joined(register.key_values(values))
    if key is None:
        return []
    first = places.setdefault(key, line)
    if first == line:
        return []
    return [_("与第 {row} 行重复。").format(row=first)]


def _recognise(sheets: list[Sheet], register: Register) -> list[Table]:
    """Recognise a sheet as the office PC does, whose advice is of no use without its window."""
    try:
        return recognise(sheets, {}, register.key)
    except NotRecognised as error:
        wanted = [each.label for each in layout_of(register).columns if each.required]
        raise UserError(error.message, _headings_wanted(wanted)) from error


def _headings_wanted(labels: Iterable[str]) -> str:
    return _("表头要有这些列：{columns}。").format(columns=in_a_row(_(each) for each in labels))


# Sheets that no office draws up for itself: the headings are the fields' own names


def _find_tables(
    sheets: list[Sheet], register: Register, given: Mapping[str, Value]
) -> list[Table]:
    layout = layout_of(register)
    found = [match for sheet in sheets if sheet.visible for match in _match(sheet, layout, given)]
    if not found:
        wanted = [each.label for each in layout.columns if each.required and each.key not in given]
        raise UserError(
            _("在“{file}”里没有找到“{register}”的表头。").format(
                file=sheets[0].file.name, register=_(register.label)
            ),
            _headings_wanted(wanted),
        )
    return [read_table(match) for match in found]


def _match(sheet: Sheet, layout: Layout, given: Mapping[str, Value]) -> list[Match]:
    """Return how a sheet is read: by the row with the most known headings, if by any."""
    best: Match | None = None
    for top in range(min(SEARCHED_ROWS, len(sheet.rows))):
        headings = headings_said(sheet, top, 1)
        columns: dict[str, int] = {}
        for heading in headings:
            key = _key_of(layout, heading.text)
            if key:
                columns.setdefault(key, heading.index)
        if best is None or len(columns) > len(best.columns):
            best = Match(sheet, layout, top, 1, columns, headings)
    if best is None or best.missing - given.keys():
        return []
    return [best]


def _key_of(layout: Layout, heading: str) -> str:
    form = normal(heading)
    for column in layout.columns:
        if form in {normal(name) for name in (column.label, *column.names)}:
            return column.key
    return ""
