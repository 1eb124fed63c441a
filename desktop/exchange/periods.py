"""Which month a sheet's figures are of, and on which day it was filled in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from desktop.errors import UserError
from desktop.exchange.sheets import Row, Sheet
from desktop.models.kinds import BadValue, Cell, narrow, parse_date, parse_month
from desktop.text import _

_FILLED_IN = re.compile(
    r"(?:填报|填表|报告|盘点|制表|统计|上报|报出|编制)(?:日期|时间)?[:：\s]*"
    r"([\d.年月日号/\- ]{6,}|$)"
)
_TITLE_MONTH = re.compile(
    r"(20\d{2})\s*[年.\-/]\s*(\d{1,2})\s*月?(?!\s*[-./月]?\s*\d{1,2}\s*[日号])(?![\d.\-/])"
)
_DAY = re.compile(r"20\d{2}\s*[-./年]\s*\d{1,2}\s*[-./月]\s*\d{1,2}\s*日?")
_NAME_MONTH = re.compile(r"(?<!\d)(20\d{2})(?:年|-|_|\.)?(0[1-9]|1[0-2]|[1-9](?=月))月?(?!\d)")
_LOOKED_AT = 8
_NEXT_MONTHS_DAYS = 15


def parse_period(text: str) -> str:
    """Return a month given by a person as ``YYYY-MM``.

    Raises:
        UserError: It is no month.
    """
    try:
        month = parse_month(text)
    except BadValue as error:
        raise UserError(error.message) from error
    if month is None:
        raise UserError(_("请写明月份，例如 2026-10。"))
    return month


def _ends(sheet: Sheet) -> list[Row]:
    """Return the rows of the beginning and the end, where titles and dates stand."""
    rows = sheet.form or sheet.rows
    return [*rows[:_LOOKED_AT], *rows[max(_LOOKED_AT, len(rows) - 4) :]]


def day_of(sheet: Sheet, top: int = 0) -> date | None:
    """Return the day on which the sheet says it was filled in or counted.

    A day in the rows above the header, which begins at ``top``, needs no word that says so.
    """
    for row in _ends(sheet):
        for at, cell in enumerate(row):
            found = _FILLED_IN.search(narrow(cell)) if isinstance(cell, str) else None
            if found is None:
                continue
            beside: list[Cell] = [found[1].strip()] if found[1] else list(row[at + 1 :])
            for candidate in beside:
                try:
                    day = parse_date(candidate)
                except BadValue:
                    break
                if day is not None:
                    return day
    return _day_above(sheet.form or sheet.rows[:top])


def _day_above(rows: Sequence[Row]) -> date | None:
    """Return the one day that stands among titles."""
    found = set()
    for row in rows:
        for cell in row:
            texts = _DAY.findall(narrow(cell)) if isinstance(cell, str) else [cell]
            for text in texts if isinstance(cell, str | date) else ():
                try:
                    found.add(parse_date(text))
                except BadValue:
                    continue
    return found.pop() if len(found) == 1 else None


def month_of(sheet: Sheet, top: int = 0) -> tuple[str, bool]:
    """Return the month a sheet speaks of, and whether it was only concluded from a date.

    A title that names a month comes first, then the name of sheet, file and folder. A sheet that
    only says when it was filled in is of that month, or, in its first half, of the month before.
    """
    texts = [narrow(cell) for row in _ends(sheet) for cell in row if isinstance(cell, str)]
    for text in texts:
        found = _TITLE_MONTH.search(_FILLED_IN.sub("", text))
        if found and 1 <= int(found[2]) <= 12:  # noqa: PLR2004 - months of a year
            return f"{found[1]}-{int(found[2]):02d}", False
    for name in (sheet.name, sheet.file.stem, sheet.file.parent.name):
        found = _NAME_MONTH.search(name)
        if found:
            return f"{found[1]}-{int(found[2]):02d}", False
    day = day_of(sheet, top)
    if day is None:
        return "", False
    if day.day <= _NEXT_MONTHS_DAYS:
        day = day.replace(day=1) - timedelta(days=1)
    return f"{day.year:04d}-{day.month:02d}", True
