"""A return as an Excel workbook: the printed table with real numbers in its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.errors import UserError
from desktop.text import _

_WIDTHS = (34, 8, 8, 12, 12, 12, 12)


@dataclass(frozen=True)
class ReturnRow:
    """A line of the return; a section's heading has only a label.

    ``figures`` are this month, last month, the same month last year and the year to date, as plain
    numbers in the line's unit; None is blank.
    """

    label: str
    code: str = ""
    unit: str = ""
    indent: int = 0
    figures: tuple[int | float | None, ...] = ()


def write_return_workbook(path: Path, head: Sequence[str], rows: Sequence[ReturnRow]) -> None:
    """Write the workbook.

    Args:
        path: The file.
        head: Title and the line below it.
        rows: The lines in the order of the form.

    Raises:
        UserError: The file cannot be written, most often because Excel has it open.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet(_("报表"))
    title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
    remark = book.add_format({"align": "center"})
    heading = book.add_format({"bold": True, "border": 1, "align": "center", "bg_color": "#F0F3F5"})
    last = len(_WIDTHS) - 1
    for at, (line, face) in enumerate(zip(head, (title, remark), strict=True)):
        sheet.merge_range(at, 0, at, last, line, face)
    labels = (_("指标"), _("代码"), _("单位"), _("本月"), _("上月"), _("去年同期"), _("本年累计"))
    sheet.write_row(2, 0, labels, heading)
    _write_rows(book, sheet, rows)
    for column, wide in enumerate(_WIDTHS):
        sheet.set_column(column, column, wide)
    sheet.freeze_panes(3, 2)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    try:
        book.close()
    except FileCreateError as error:
        raise UserError(
            _("无法写入“{file}”。").format(file=path.name),
            _("请关闭正打开它的程序，或换一个位置。"),
        ) from error


def _write_rows(book: Any, sheet: Any, rows: Sequence[ReturnRow]) -> None:
    band = book.add_format({"bold": True, "border": 1, "bg_color": "#F7F9FA"})
    middle = book.add_format({"border": 1, "align": "center"})
    texts = [book.add_format({"border": 1, "indent": depth}) for depth in range(4)]
    whole = book.add_format({"border": 1, "num_format": "#,##0"})
    tenths = book.add_format({"border": 1, "num_format": "#,##0.0##"})
    for at, row in enumerate(rows, start=3):
        if not row.code:
            sheet.merge_range(at, 0, at, len(_WIDTHS) - 1, row.label, band)
            continue
        sheet.write_string(at, 0, row.label, texts[min(row.indent, 3)])
        sheet.write_string(at, 1, row.code, middle)
        sheet.write_string(at, 2, row.unit, middle)
        for column, figure in enumerate(row.figures, start=3):
            face = tenths if isinstance(figure, float) else whole
            if figure is None:
                sheet.write_blank(at, column, None, face)
            else:
                sheet.write_number(at, column, figure, face)
