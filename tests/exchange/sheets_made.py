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


CONTRACT = [
    "签约居民姓名",
    "身份证号",
    "联系电话",
    "行政村",
    "签约团队",
    "签约日期",
    "到期日期",
    "服务包",
    "高血压",
]


def contract(order: int, **other: Any) -> list[Any]:
    row = {
        "name": f"居民{'甲乙丙丁戊己庚辛'[order % 8]}",
        "id_number": person(order),
        "phone": 13800000000.0 + order,
        "village": "上河",
        "team": "第1团队",
        "signed": "2026年1月1日",
        "expires": date(2026, 12, 31),
        "package": "基础包",
        "tick": "√" if order % 2 else None,
    }
    return list((row | other).values())


def reasons(outcome: dict[str, Any]) -> dict[int, str]:
    return {each["row"]: each["reason"] for each in outcome["rejected"]}
