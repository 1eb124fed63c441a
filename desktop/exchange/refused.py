"""The refused rows as a workbook: the sheet's own header and rows, with the reason beside each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from desktop.exchange.headers import Match
from desktop.exchange.plan import Plan, RegisterPlan
from desktop.exchange.workbooks import MOST_SHEET_NAME, Styles, new_workbook
from desktop.models.kinds import Cell
from desktop.text import N_, _

ROW_NUMBER = N_("原表行号")
REASON = N_("退回原因")


def write_refused(plans: Sequence[Plan], file: Path) -> int:
    """Write all refused rows, a sheet for each one they came from; returns how many there are.

    The workbook can be mended and taken in again: its header is the original one.
    """
    count = 0
    used: set[str] = set()
    with new_workbook(file) as book:
        styles = Styles(book)
        for plan in plans:
            for part in plan.parts:
                for source, match in enumerate(part.matches):
                    rows = [each for each in part.refused if each.source == source]
                    if rows:
                        name = _sheet_name(plan, part, match, used)
                        _write_sheet(book.add_worksheet(name), styles, match, part, source)
                        count += len(rows)
    return count


def _sheet_name(plan: Plan, part: RegisterPlan, match: Match, used: set[str]) -> str:
    """Return a name that Excel accepts and no other sheet has."""
    wanted = match.sheet.name or plan.file.stem
    clean = "".join("_" if letter in "[]:*?/\\'" else letter for letter in wanted)
    name = (clean or part.register.key)[:MOST_SHEET_NAME]
    number = 2
    while name.lower() in used:
        name = f"{clean[: MOST_SHEET_NAME - 4]}({number})"
        number += 1
    used.add(name.lower())
    return name


def _write_sheet(sheet: Any, styles: Styles, match: Match, part: RegisterPlan, source: int) -> None:
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
    at = depth - 1
    for each in part.refused:
        if each.source != source:
            continue
        at += 1
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
