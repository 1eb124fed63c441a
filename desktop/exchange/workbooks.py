"""Writing workbooks: one place for how they look and for what can go wrong on the disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from desktop.errors import UserError
from desktop.text import _

MOST_SHEET_NAME = 31
DATE_FORMAT = "yyyy-mm-dd"


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Give a path to write to, and put it in the file's place when all is written.

    Raises:
        UserError: The file cannot be written, for example because Excel has it open.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=file.suffix)
        os.close(handle)
        part = Path(name)
        try:
            yield part
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    except (OSError, FileCreateError) as error:
        raise UserError(
            _("无法写入“{file}”。").format(file=file),
            _("请关闭打开它的程序，或换一个位置。"),
        ) from error


def write_file(file: Path, content: bytes) -> None:
    """Write a whole file: it stands complete or not at all.

    Raises:
        UserError: It cannot be written, for example because Excel has it open.
    """
    with replacing(file) as part:
        part.write_bytes(content)


@contextmanager
def new_workbook(file: Path) -> Iterator[Any]:
    """Give a new workbook that is written row by row and stands complete or not at all."""
    with replacing(file) as part:
        book = xlsxwriter.Workbook(
            part,
            {"constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False},
        )
        try:
            yield book
        finally:
            book.close()


class Styles:
    """The cell formats of one workbook."""

    def __init__(self, book: Any) -> None:
        font = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
        heading = font | {"bold": True, "bg_color": "#E6F2F1", "border": 1, "text_wrap": True}
        self.header = book.add_format(heading | {"border_color": "#C5CED6", "align": "center"})
        self.required = book.add_format(
            heading | {"border_color": "#C5CED6", "align": "center", "font_color": "#B42318"}
        )
        self.text = book.add_format(font | {"num_format": "@"})
        self.plain = book.add_format(font)
        self.date = book.add_format(font | {"num_format": DATE_FORMAT, "align": "left"})
        self.whole = book.add_format(font | {"num_format": "0"})
        self.amount = book.add_format(font | {"num_format": "0.00"})
        self.warning = book.add_format(font | {"font_color": "#B42318"})
