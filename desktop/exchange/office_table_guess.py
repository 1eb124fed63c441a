"""Where the rows of a table stand in an office's template: a clinic, group or drug to a row."""

from __future__ import annotations

import re
from collections.abc import Iterator

from desktop.exchange.office_marks import (
    TableMarks,
    folded,
    head_path,
    is_number,
    without_brackets,
)
from desktop.exchange.office_workbook import OfficeSheet
from desktop.models.return_text import SheetBlock, SheetHead
from desktop.text import sources

TOTALS = frozenset({"合计", "总计", "小计", "全院合计", "全镇合计"})
"""How the row of totals is named."""

_NAMES = re.compile(r"村卫生室|机构名称|单位名称|卫生室|人群|类别|药品|名称|项目|姓名")
_NOTE = re.compile(r"^(?:注|说明|备注|填表|单位负责人|负责人|审核关系)[:：]?")
_NAME_TAIL = re.compile(r"(?:村)?(?:卫生室|卫生所|医务室)$")


def name_key(text: str) -> str:
    """Return a row's name as it is compared: 清河村 and 清河村卫生室 are one."""
    plain = folded(text)
    return _NAME_TAIL.sub("", plain).removesuffix("村") or plain


def names_of(block: SheetBlock) -> set[str]:
    """Return the names of a table's rows as they may stand in an office's file."""
    rows = (row for row in block.rows if not row.total)
    return {name_key(source) for row in rows for source in sources(row.label)}


def table_marks(office: OfficeSheet, block: SheetBlock) -> TableMarks | None:
    """Return where a table of the return stands on a sheet; None where its heads are not there."""
    heads = [head for head in block.heads[1:] if head.code]
    found = _candidates(office, block, heads)
    if not found:
        return None
    row, columns = found[-1]
    labels = names_of(block)
    names = _names_column(office, row, min(columns.values()), labels, block.heads[0].label)
    if names is None:
        return None
    first, last = _rows_below(office, row, names, min(columns.values()))
    if first > last:
        return None
    return TableMarks(
        sheet=office.name,
        section=block.title,
        names=names,
        head_row=row,
        first=first,
        last=last,
        columns=columns,
        heads={code: head_path(office, row, column) for code, column in columns.items()},
        sure=len(columns) == len(heads),
    )


def _candidates(
    office: OfficeSheet, block: SheetBlock, heads: list[SheetHead]
) -> list[tuple[int, dict[str, int]]]:
    """Return the rows that may be a table's heads with their columns, the likeliest last.

    Of two tables with the same heads the one below the table's title, or with its rows, is meant.
    """
    least = 1 if len(heads) == 1 else max(2, len(heads) // 3)
    labels = names_of(block)
    titles = {folded(each) for each in sources(block.title)}
    ranked = []
    for row in range(office.rows):
        columns = _columns_at(office, row, heads)
        if len(columns) < least:
            continue
        above = {folded(office.text((at, 0))) for at in range(max(0, row - 4), row + 1)}
        value = min(columns.values())
        names = _names_column(office, row, value, labels, block.heads[0].label) or 0
        first, last = _rows_below(office, row, names, value)
        below = {name_key(office.text((at, names))) for at in range(first, last + 1)}
        rank = (len(columns), bool(titles & above), len(labels & below), -row)
        ranked.append((rank, row, columns))
    ranked.sort(key=lambda each: each[0])
    return [(row, columns) for _rank, row, columns in ranked]


def _columns_at(office: OfficeSheet, row: int, heads: list[SheetHead]) -> dict[str, int]:
    """Return which columns have a table's heads in a row."""
    paths = {column: head_path(office, row, column) for column in range(office.columns)}
    own = {column: office.text((row, column)) for column in paths}
    found: dict[str, int] = {}
    for head in heads:
        free = [column for column in paths if own[column] and column not in found.values()]
        labels = {without_brackets(each) for each in sources(head.label)}
        groups = tuple(folded(each) for each in sources(head.group)) if head.group else ()
        named = [column for column in free if without_brackets(own[column]) in labels]
        grouped = [column for column in named if groups and paths[column].startswith(groups)]
        chosen = grouped or named
        if chosen:
            found[head.code] = chosen[0]
    return found


def _names_column(
    office: OfficeSheet, row: int, before: int, labels: set[str], rows_label: str
) -> int | None:
    """Return the column with the rows' names: where they stand, else by its head."""
    counts = {
        column: sum(
            name_key(office.text((at, column))) in labels for at in range(row + 1, office.rows)
        )
        for column in range(before)
    }
    best = max(counts, key=lambda column: counts[column], default=None)
    if best is not None and counts[best]:
        return best
    for column in range(before):
        head = head_path(office, row, column)
        named = any(folded(each) in head for each in sources(rows_label))
        if named or _NAMES.search(head):
            return column
    return None


def _rows_below(office: OfficeSheet, row: int, names: int, value: int) -> tuple[int, int]:
    """Return first and last row of the table below its heads."""
    first = row + 1
    while first < office.rows and _is_numbering(office, first):
        first += 1
    reached = named = first - 1
    for at, name in _named_rows(office, first, names):
        band = value and office.first_of((at, value)) == office.first_of((at, names))
        if band or _NOTE.match(folded(office.text((at, names)))):
            break
        if name in TOTALS:
            return first, at
        reached, named = at, at if name else named
    return first, named if named >= first else reached


def _named_rows(office: OfficeSheet, first: int, names: int) -> Iterator[tuple[int, str]]:
    for at in range(first, office.rows):
        yield at, name_key(office.text((at, names)))


def _is_numbering(office: OfficeSheet, row: int) -> bool:
    """Say that a row only numbers the columns: 甲 乙 1 2 3, or gives their units."""
    texts = [office.text((row, column)) for column in range(office.columns)]
    said = [text for text in texts if text]
    return (
        bool(said)
        and all(text in "甲乙丙丁" or is_number(text) for text in said)
        and ("甲" in said or len(said) > len(texts) // 2)
    )
