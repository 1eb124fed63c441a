"""Workbooks and text tables made for a test, as clerks make them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from tests.helpers import office
from tests.helpers.samples import id_number

OFFICE = office.OFFICE

Rows = Sequence[Sequence[Any]]


def workbook(
    path: Path,
    rows: Rows,
    *,
    merged: Iterable[str] = (),
    sheet: str = "Sheet1",
    hidden: bool = False,
) -> Path:
    """Write one sheet; merged areas are named as in Excel (A1:C1)."""
    return workbooks(path, {sheet: (rows, tuple(merged))}, hidden=(sheet,) if hidden else ())


def workbooks(
    path: Path,
    sheets: dict[str, tuple[Rows, Iterable[str]]],
    hidden: Iterable[str] = (),
) -> Path:
    """Write several sheets."""
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    for name, (rows, merged) in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
        for area in merged:
            page.merge_cells(area)
        if name in hidden:
            page.sheet_state = "hidden"
    book.save(path)
    book.close()
    return path


def person(order: int, born: date = date(1960, 3, 5)) -> str:
    """Return a valid ID number."""
    return id_number(order, born)


def broken(number: str) -> str:
    """Return an ID number with a wrong check digit."""
    return number[:-1] + ("1" if number[-1] != "1" else "2")
