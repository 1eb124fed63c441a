"""The refused rows as a workbook: the sheet's own header and rows, with the reason beside each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from desktop.exchange.headers import Match
from desktop.exchange.plan import Plan
from desktop.exchange.sheets import Row
from desktop.exchange.workbooks import MOST_SHEET_NAME, Styles, new_workbook
from desktop.models.kinds import Cell
from desktop.text import N_, _, in_one_line

ROW_NUMBER = N_("原表行号")
REASON = N_("退回原因")


@dataclass(frozen=True)
class Returned:
    """A row of the sheet with everything that keeps it out."""

    row: int
    cells: Row
    message: str


def write_refused(plans: Sequence[Plan], file: Path) -> int:
    """Write all refused rows, a sheet for each one they came from; returns how many there are.

    The workbook can be mended and taken in again: its header is the original one.
    """
    count = 0
    used: set[str] = set()
    with new_workbook(file) as book:
        styles = Styles(book)
        for plan in plans:
            for match, rows in _by_sheet(plan):
                name = _sheet_name(plan, match, used)
                _write_sheet(book.add_worksheet(name), styles, match, rows)
            count += sum(len(part.refused) for part in plan.parts)
    return count


def _by_sheet(plan: Plan) -> Iterator[tuple[Match, list[Returned]]]:
    """Yield each sheet with its refused rows; one that feeds two registers comes once."""
    matches: dict[int, Match] = {}
    found: dict[int, dict[int, Returned]] = {}
    for part in plan.parts:
        for each in part.refused:
            match = part.matches[each.source]
            matches.setdefault(id(match.sheet), match)
            rows = found.setdefault(id(match.sheet), {})
            before = rows.get(each.row)
            message = in_one_line([before.message, each.message]) if before else each.message
            rows[each.row] = Returned(each.row, each.cells, message)
    for key, rows in found.items():
        yield matches[key], [rows[number] for number in sorted(rows)]


def _sheet_name(plan: Plan, match: Match, used: set[str]) -> str:
    """Return a name that Excel accepts and no other sheet has; it says the month, if there is."""
    wanted = match.sheet.name or plan.file.stem
    if plan.period and "month" not in match.columns:
        wanted = f"{plan.period} {wanted}"
    clean = "".join("_" if letter in "[]:*?/\\'" else letter for letter in wanted)
    name = (clean or match.register_key)[:MOST_SHEET_NAME]
    number = 2
    while name.lower() in used:
        name = f"{clean[: MOST_SHEET_NAME - 4]}({number})"
        number += 1
    used.add(name.lower())
    return name


def _write_sheet(sheet: Any, styles: Styles, match: Match, rows: Sequence[Returned]) -> None:
    width = max(heading.index for heading in match.headings) + 1
    sheet.set_column(0, width - 1, 14)
    sheet.set_column(width, width, 9)
    sheet.set_column(width + 1, width + 1, 48)
    depth = max(len(heading.parts) for heading in match.headings)
    for level in range(depth):
        for heading in match.headings:
            text = heading.parts[min(level, len(heading.parts) - 1)]
            sheet.write_string(level, heading.index, text, styles.header)
        sheet.write_string(level, width, _(ROW_NUMBER), styles.header)
        sheet.write_string(level, width + 1, _(REASON), styles.header)
    sheet.freeze_panes(depth, 0)
    for at, each in enumerate(rows, depth):
        for column, cell in enumerate(each.cells[:width]):
            _write_cell(sheet, styles, at, column, cell)
        sheet.write_number(at, width, each.row)
        sheet.write_string(at, width + 1, each.message, styles.warning)


def _write_cell(sheet: Any, styles: Styles, row: int, column: int, cell: Cell) -> None:
    """Write a cell back as it was read; text stays text, whatever it looks like."""
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, styles.date)
    else:
        sheet.write_string(row, column, str(cell), styles.text)
