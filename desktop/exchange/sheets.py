"""Reading the office's files: workbooks by calamine, text tables by finding encoding and separator.

A sheet keeps the numbers its rows have in Excel, because every refusal names them.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import python_calamine as calamine

from desktop.errors import NotFound, UserError
from desktop.exchange.web_tables import WebTables
from desktop.models.kinds import Cell
from desktop.text import _

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
TEXTS = frozenset({".csv", ".txt", ".tsv"})
FOREIGN = frozenset({".et", ".ett", ".wps", ".numbers", ".pages"})
"""Endings of tables that other office programs write and that must be saved as xlsx first."""

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SEPARATORS = (",", "\t", ";", "|", "，", "；")
_BEFORE_A_PAGE = b"\xef\xbb\xbf\xff\xfe \r\n\t"
_SAMPLE_LINES = 50
_LONGEST_CELL = 1_000_000

Row = list[Cell]


@dataclass(frozen=True)
class Span:
    """A merged area, counted from zero, its last row and column included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """One sheet as it lies in the file.

    Args:
        file: The file it came from.
        name: Name of the sheet, empty for a text file.
        rows: Cells of each row; an empty cell is the empty text.
        numbers: The number each row has in Excel.
        merged: Merged areas, by positions in ``rows``.
        visible: Not hidden in the workbook.
        encoding: Encoding of a text file, empty for a workbook.
        form: The rows of the whole sheet, where ``rows`` is what was read out of a form on it.
    """

    file: Path
    name: str
    rows: Sequence[Row]
    numbers: Sequence[int]
    merged: tuple[Span, ...] = ()
    visible: bool = True
    encoding: str = ""
    form: Sequence[Row] = ()


def is_blank(cell: Cell) -> bool:
    """Tell whether a cell holds nothing that can be seen."""
    return cell is None or cell == "" or (isinstance(cell, str) and not cell.strip())


def files_in(path: Path) -> list[Path]:
    """Return the files to take in: the file itself, or those of a folder and its folders, by name.

    Raises:
        NotFound: There is nothing at the path.
        UserError: The folder has no file that could be taken in.
    """
    if not path.exists():
        raise NotFound(
            _("找不到“{path}”。").format(path=path), _("请检查文件或文件夹的名称和位置。")
        )
    if path.is_file():
        return [path]
    wanted = WORKBOOKS | TEXTS | FOREIGN
    found = sorted(
        file
        for file in path.rglob("*")
        if file.is_file()
        and file.suffix.lower() in wanted
        and not file.name.startswith(("~$", ".", "._"))  # Excel's lock files and hidden ones
    )
    if not found:
        raise UserError(
            _("文件夹“{path}”里没有表格文件。").format(path=path.name),
            _("可以导入的有 xlsx、xls、xlsm、ods、csv 和 txt 文件。"),
        )
    return found


def read(path: Path) -> list[Sheet]:
    """Return the sheets of one file.

    Raises:
        NotFound: There is no such file.
        UserError: It cannot be read; the sentence says why and what to do.
    """
    ending = path.suffix.lower()
    if ending in FOREIGN:
        raise UserError(
            _("“{name}”是 WPS 或其他软件的专用格式，无法直接读取。").format(name=path.name),
            _("请打开后另存为 xlsx 再试。"),
        )
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(_("找不到“{path}”。").format(path=path)) from error
    except OSError as error:
        raise UserError(
            _("无法打开“{name}”。").format(name=path.name),
            _("请检查文件是否被占用，或有没有读取的权限。"),
        ) from error
    if not content.strip():
        raise UserError(_("“{name}”是空文件。").format(name=path.name))
    if content.startswith((_ZIP, _COMPOUND)):
        return _read_workbook(path, content)
    letters = content.replace(b"\x00", b"").lstrip(_BEFORE_A_PAGE)  # of UTF-16 too
    if letters[:1] == b"<" and b"<table" in letters.lower():
        return [_read_page(path, content)]
    if ending in WORKBOOKS and (b"\x00" in content[:200] or content.lstrip()[:1] == b"<"):
        raise UserError(
            _("“{name}”不是真正的 Excel 工作簿。").format(name=path.name),
            _("请用 Excel 或 WPS 打开后另存为 xlsx 再试。"),
        )
    return [_read_text(path, content)]


def _read_workbook(path: Path, content: bytes) -> list[Sheet]:
    """Return every worksheet that has a cell, hidden ones marked."""
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            sheets = list(_worksheets(path, workbook))
    except calamine.PasswordError as error:
        raise UserError(
            _("“{name}”有打开密码，无法读取。").format(name=path.name),
            _("请在 Excel 或 WPS 中去掉密码，另存后再试。"),
        ) from error
    except (calamine.CalamineError, OSError) as error:
        if b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P" in content:
            raise UserError(
                _("“{name}”有打开密码，无法读取。").format(name=path.name),
                _("请在 Excel 或 WPS 中去掉密码，另存后再试。"),
            ) from error
        raise UserError(
            _("“{name}”不是可以读取的工作簿，文件可能已损坏。").format(name=path.name),
            _("请用 Excel 或 WPS 打开检查，另存为 xlsx 后再试。"),
        ) from error
    if not sheets:
        raise UserError(_("“{name}”里没有数据。").format(name=path.name))
    return sheets


def _worksheets(path: Path, workbook: calamine.CalamineWorkbook) -> Iterator[Sheet]:
    """Yield the worksheets of an open workbook that are not empty."""
    for index, about in enumerate(workbook.sheets_metadata):
        if about.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_index(index)
        rows: list[Row] = sheet.to_python(skip_empty_area=False)  # type: ignore[assignment]
        if not any(any(map(bool, row)) for row in rows):
            continue
        yield Sheet(
            file=path,
            name=about.name,
            rows=rows,
            numbers=range(1, len(rows) + 1),
            merged=tuple(
                Span(top, left, bottom, right)
                for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
                if top < len(rows) and left < len(rows[0])  # else it lies beside all cells
            ),
            visible=about.visible == calamine.SheetVisibleEnum.Visible,
        )


def _decode(path: Path, content: bytes) -> tuple[str, str]:
    """Return a text file's text and the name of its encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16"), "utf-16"
    if b"\x00" in content[:400]:
        # Commas and digits have one zero byte, and on which side it stands tells the order.
        little = content[1::2].count(0) > content[::2].count(0)
        tries: tuple[str, ...] = ("utf-16-le" if little else "utf-16-be",)
    else:
        tries = ("utf-8-sig", "gb18030")
    for encoding in tries:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            marked = content.startswith(b"\xef\xbb\xbf")
            return text, encoding if marked or encoding != "utf-8-sig" else "utf-8"
    raise UserError(
        _("“{name}”不是表格文件，或文字编码无法识别。").format(name=path.name),
        _("请用 Excel 或 WPS 打开后另存为 xlsx 再试。"),
    )


def _separator(text: str) -> str:
    """Return the separator by which most of the first lines fall into one count of cells."""
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]
    best, best_score = ",", 0
    for separator in _SEPARATORS:
        counts = Counter(line.count(separator) for line in lines)
        counts.pop(0, None)
        if not counts:
            continue
        score = max(count * min(cells, 5) for cells, count in counts.items())
        if score > best_score:
            best, best_score = separator, score
    return best


def _without_formula(cell: str) -> str:
    """Return what a cell such as ="001" shows, by which systems keep Excel from making a number."""
    return cell[2:-1] if cell[:2] == '="' and cell[-1:] == '"' else cell


def _read_page(path: Path, content: bytes) -> Sheet:
    """Return the tables of a web page, which many systems name .xls, as one sheet."""
    text, encoding = _decode(path, content)
    page = WebTables()
    page.feed(text)
    page.close()
    width = max(map(len, page.rows), default=0)
    rows = [[*row, *[""] * (width - len(row))] for row in page.rows]
    if not width:
        raise UserError(_("“{name}”里没有数据。").format(name=path.name))
    return Sheet(
        file=path,
        name="",
        rows=rows,
        numbers=range(1, len(rows) + 1),
        merged=tuple(Span(*area) for area in page.merged if area[2] < len(rows)),
        encoding=encoding,
    )


def _read_text(path: Path, content: bytes) -> Sheet:
    """Return a text table; rows are numbered as Excel shows them, not by their lines."""
    text, encoding = _decode(path, content)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    rows: list[Row] = []
    try:
        rows.extend([_without_formula(cell) for cell in row] for row in reader)
    except csv.Error as error:
        raise UserError(
            _("“{name}”第 {line} 行无法读取。").format(name=path.name, line=reader.line_num),
            _("请用 Excel 或 WPS 打开后另存为 xlsx 再试。"),
        ) from error
    width = max(map(len, rows), default=0)
    for filled in rows:
        filled.extend([""] * (width - len(filled)))
    numbers = range(1, len(rows) + 1)
    return Sheet(file=path, name="", rows=rows, numbers=numbers, encoding=encoding)
