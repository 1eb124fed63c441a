"""Little forms that are not tables: a label in a cell, its value in the next one or below it.

A village clinic's monthly form is such a sheet. It is read into a table of one row, so that the
rest of the import sees no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from desktop.exchange.claims import Heading
from desktop.exchange.headers import Match, is_single
from desktop.exchange.layouts import Layout, find_layout, look_up, normal
from desktop.exchange.sheets import Row, Sheet, is_blank
from desktop.models.kinds import NUMERIC, Cell, plain
from desktop.text import _

FORM_REGISTER = "clinic_months"

_MOST_ROWS = 80
_MOST_COLUMNS = 16
_LEAST_FIGURES = 3
_SURELY_A_FORM = 5
_TITLES = 4
_LABELS = 2
_TITLE_CLINIC = re.compile(r"(?!各|全镇|全乡)(.{1,12}?(?:村|社区)(?:卫生室|卫生所|卫生服务站))")
_INLINE = re.compile(r"^([^:：]{2,14})[:：]\s*(\S.*)$", re.DOTALL)
_UNITS = frozenset(
    (
        "人",
        "次",
        "人次",
        "元",
        "份",
        "个",
        "例",
        "张",
        "场",
        "户",
        "千元",
        "万元",
        "件",
        "次数",
        "人数",
    )
)
_NUMBER = re.compile(r"^[¥￥+-]?\d[\d,.]*\s*[\u4e00-\u9fff]{0,3}$")


def read_form(sheet: Sheet) -> Match | None:
    """Return a form as a match of one row, or None where the sheet is no such form."""
    if len(sheet.rows) > _MOST_ROWS or not sheet.rows or len(sheet.rows[0]) > _MOST_COLUMNS:
        return None
    layout = find_layout(FORM_REGISTER)
    found: dict[str, tuple[str, Cell, int]] = {}
    for row, column, label, inline in _labels(sheet, layout):
        key = _meaning(layout, label)
        if key is None or key in found:
            continue
        value = inline or _value_of(sheet, layout, key, row, column)
        if not is_blank(value):
            found[key] = (label, value, sheet.numbers[row])
    figures = [key for key in found if layout.by_key[key].kind in NUMERIC]
    if "clinic_id" not in found:
        found |= _clinic_in_title(sheet)
    if len(figures) < (_LEAST_FIGURES if "clinic_id" in found else _SURELY_A_FORM):
        return None
    return _as_match(sheet, layout, found)


def _clinic_in_title(sheet: Sheet) -> dict[str, tuple[str, Cell, int]]:
    """Return the clinic that a title names (上河村卫生室2026年10月工作月报)."""
    column = find_layout(FORM_REGISTER).by_key["clinic_id"]
    for at, row in enumerate(sheet.rows[:_TITLES]):
        for cell in row if is_single(row) else ():
            named = _TITLE_CLINIC.match("".join(cell.split())) if isinstance(cell, str) else None
            if named is not None:
                return {column.key: (_(column.label), named[1], sheet.numbers[at])}
    return {}


def looks_like_form(match: Match, rows: Sequence[Row]) -> bool:
    """Tell whether rows read as a table's data hold labels, as only a form's do."""
    return any(sum(_is_label(match.layout, cell) for cell in row) >= _LABELS for row in rows)


def _labels(sheet: Sheet, layout: Layout) -> Iterator[tuple[int, int, str, str]]:
    """Yield each text cell: (row, column, label, what stands behind a colon in it)."""
    for at, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            if not isinstance(cell, str) or is_blank(cell):
                continue
            parts = None if _is_label(layout, cell) else _INLINE.match(plain(cell))
            yield (at, column, parts[1], parts[2]) if parts else (at, column, plain(cell), "")


def _meaning(layout: Layout, label: str) -> str | None:
    """Return the key of the one column that a label means."""
    for _tier, columns in look_up(normal(label)):
        keys = {key for owner, key in columns if owner == layout.register.key}
        if len(keys) == 1:
            return keys.pop()
    return None


def _is_label(layout: Layout, cell: Cell) -> bool:
    return isinstance(cell, str) and _meaning(layout, cell) is not None


def _value_of(sheet: Sheet, layout: Layout, key: str, row: int, column: int) -> Cell:
    """Return the value of a label: the first fitting cell to the right, else the one below."""
    numeric = layout.by_key[key].kind in NUMERIC
    line = sheet.rows[row]
    for cell in line[column + 1 :]:
        if is_blank(cell) or cell == line[column]:
            continue
        if _is_label(layout, cell):
            break
        if not numeric or _is_number(cell) or plain(cell) not in _UNITS:
            return cell
    if row + 1 < len(sheet.rows):
        below = sheet.rows[row + 1][column]
        if not is_blank(below) and not _is_label(layout, below) and _is_number(below) == numeric:
            return below
    return ""


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) or (
        isinstance(cell, str) and _NUMBER.match(cell.strip()) is not None
    )


def _as_match(sheet: Sheet, layout: Layout, found: dict[str, tuple[str, Cell, int]]) -> Match:
    labels = [label for label, _value, _row in found.values()]
    values: Row = [value for _label, value, _row in found.values()]
    number = next(iter(found.values()))[2]
    number = found["clinic_id"][2] if "clinic_id" in found else number
    table = Sheet(sheet.file, sheet.name, [list(labels), values], [0, number], form=sheet.rows)
    headings = tuple(Heading(at, (label,), label) for at, label in enumerate(labels))
    columns = {key: at for at, key in enumerate(found)}
    return Match(table, layout, 0, 1, columns, headings, score=float(len(found)))
