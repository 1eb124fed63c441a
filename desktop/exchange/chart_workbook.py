"""A table with its chart as an Excel workbook; blank cells stay blank and leave a gap."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop.errors import UserError
from desktop.text import _

_FIRST = 3
"""The row of the heads; title and remark stand above."""


def write_chart_workbook(
    path: Path,
    words: tuple[str, str],
    heads: Sequence[str],
    rows: Sequence[Sequence[str | float | None]],
    lines: Sequence[int] = (),
    *,
    bars: bool = False,
) -> None:
    """Write the workbook.

    Args:
        path: The file.
        words: Title and the line below it.
        heads: The heads of the columns.
        rows: The cells; None is blank.
        lines: The columns that the chart draws over the first one; none for no chart.
        bars: Draw bars instead of lines.

    Raises:
        UserError: The file cannot be written, most often because Excel has it open.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    book = xlsxwriter.Workbook(str(path))
    name = words[0][:31]
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, words[0], book.add_format({"bold": True, "font_size": 16}))
    sheet.write_string(1, 0, words[1])
    heading = book.add_format({"bold": True, "border": 1, "align": "center", "bg_color": "#F0F3F5"})
    sheet.write_row(_FIRST - 1, 0, heads, heading)
    _write_rows(book, sheet, rows)
    widths = [
        max([_width(head), *(_width(row[at]) for row in rows if row[at] is not None)])
        for at, head in enumerate(heads)
    ]
    for at, wide in enumerate(widths):
        sheet.set_column(at, at, min(60, wide + 3))
    sheet.freeze_panes(_FIRST, 1)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    if lines and rows:
        _add_chart(book, sheet, name, words[1], heads, len(rows), lines, bars=bars)
    try:
        book.close()
    except FileCreateError as error:
        raise UserError(
            _("无法写入“{file}”。").format(file=path.name),
            _("请关闭正打开它的程序，或换一个位置。"),
        ) from error


def _width(cell: str | float | None) -> int:
    """Return the room a cell takes: a Chinese character is two wide."""
    return sum(1 if character.isascii() else 2 for character in str(cell))


def _write_rows(book: Any, sheet: Any, rows: Sequence[Sequence[str | float | None]]) -> None:
    text = book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter"})
    whole = book.add_format({"border": 1, "num_format": "#,##0", "valign": "vcenter"})
    parts = book.add_format({"border": 1, "num_format": "#,##0.0##", "valign": "vcenter"})
    for at, row in enumerate(rows, start=_FIRST):
        for column, cell in enumerate(row):
            if cell is None:
                sheet.write_blank(at, column, None, text)
            elif isinstance(cell, str):
                sheet.write_string(at, column, cell, text)
            else:
                face = whole if isinstance(cell, int) or cell.is_integer() else parts
                sheet.write_number(at, column, cell, face)


def _add_chart(
    book: Any,
    sheet: Any,
    name: str,
    title: str,
    heads: Sequence[str],
    count: int,
    lines: Sequence[int],
    *,
    bars: bool,
) -> None:
    chart = book.add_chart({"type": "bar" if bars else "line"})
    last = _FIRST + count - 1
    for column in lines:
        chart.add_series(
            {
                "name": heads[column],
                "categories": [name, _FIRST, 0, last, 0],
                "values": [name, _FIRST, column, last, column],
                **({} if bars else {"marker": {"type": "circle"}}),
            }
        )
    chart.show_blanks_as("gap")
    chart.set_title({"name": title, "name_font": {"size": 12}})
    if bars:
        chart.set_y_axis({"reverse": True})
        chart.set_legend({"none": True})
    chart.set_size({"width": 720, "height": max(360, 24 * count if bars else 0)})
    sheet.insert_chart(_FIRST, len(heads) + 1, chart)
