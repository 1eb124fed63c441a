"""Which rows of a sheet are data: titles, repeated headers, totals, footers and notes are not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from desktop.exchange.headers import Match
from desktop.exchange.layouts import normal
from desktop.exchange.sheets import Row, is_blank
from desktop.models.kinds import Cell, plain
from desktop.text import N_

TOTAL = N_("合计行")
FOOTER = N_("表尾")
NOTE = N_("说明或标题")
REPEATED = N_("重复的表头")
NUMBERING = N_("栏次行")

_TOTAL = re.compile(
    r"^.{0,8}(?:合计|总计|小计|共计|总合计)(?:[:(数人金].*)?$|^(?:累计|平均)(?:[:(数人].*)?$"
    r"|^合计.*[人份种项个条]$"
)
_FOOTER = re.compile(
    r"^(?:单位|分管|部门|科室|统计|财务|机构)?(?:负责人|领导|主管)(?:签字|签名|\(签字\)|\(签章\)|\(盖章\))?[:]|"
    r"^(?:填表|填报|制表|审核|复核|经办|统计|盘点|监盘|报告|保管|核对|记录|录入|联系|验收|审批|编制)(?:人|员|者|单位|日期|时间)?"
    r"(?:员|签字|签名|\(签字\)|\(签章\)|\(盖章\))?[:]|"
    r"^(?:注|备注|说明|附注|附|注释|填表说明|注意|日期|盖章|单位盖章|签字|签名|联系电话|报出日期|打印日期|制表日期|时间)[:]|"
    r"^第?\d+页|^共\d+页|^[-—]\d+[-—]$"
)
_SECTION = re.compile(
    r"^(?:第?[一二三四五六七八九十]{1,3}[、.．部类章节]|[(（][一二三四五六七八九十\d]{1,2}[)）])"
)
_OF_WHICH = re.compile(r"^其中[:、,]?")
DITTO = frozenset({"同上", "〃", "″", '"', "''", "”", "“", "同前", "上同"})
"""What clerks write for “the same as above”."""
_ORDINALS = re.compile(r"^(?:[甲乙丙丁戊己庚辛]|栏次|行次|[(]?\d{1,3}[)]?|[A-Za-z])$")
_WIDE = 3
_LONG = 20
_FEW = 6
_SURELY_DATA = 8
_SURELY_MANY = 3


@dataclass
class Table:
    """The data rows of a matched sheet, merged cells filled down.

    Args:
        match: How the sheet is read.
        rows: Cells of each data row.
        numbers: The sheet's own number of each row.
        merged_under: Position of the first row of a merged area, by (row in ``rows``, column).
        skipped: Rows that are not data: (row number, why).
    """

    match: Match
    rows: list[Row] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    merged_under: dict[tuple[int, int], int] = field(default_factory=dict)
    skipped: list[tuple[int, str]] = field(default_factory=list)

    def cells(self, key: str) -> list[Cell]:
        """Return the raw cells of the column matched to a key."""
        at = self.match.columns[key]
        return [row[at] for row in self.rows]


def read_table(match: Match) -> Table:
    """Return the data rows of a matched sheet."""
    sheet = match.sheet
    begin = match.top + match.depth
    rows, origins, wide = _fill_down(match, begin)
    table = Table(match)
    places: dict[int, int] = {}
    judge = _Judge(match, wide)
    for at in range(begin, len(rows)):
        row = rows[at]
        verdict = judge.why_not_data(at, row)
        if verdict is None:
            table.rows.append(row)
            table.numbers.append(sheet.numbers[at])
            places[at] = len(table.rows) - 1
        elif verdict:
            table.skipped.append((sheet.numbers[at], verdict))
    _spell_out(table)
    table.merged_under = {
        (places[at], column): places[first]
        for (at, column), first in origins.items()
        if at in places and first in places
    }
    return table


def _spell_out(table: Table) -> None:
    """Put the cell above in the place of a sign that says it is the same."""
    columns = table.match.layout.by_key
    for key, at in table.match.columns.items():
        if columns[key].ignored:
            continue
        if DITTO.isdisjoint({row[at] for row in table.rows}):
            continue
        for place in range(1, len(table.rows)):
            if table.rows[place][at] in DITTO:
                table.rows[place] = list(table.rows[place])
                table.rows[place][at] = table.rows[place - 1][at]


def _fill_down(
    match: Match, begin: int
) -> tuple[list[Row], dict[tuple[int, int], int], dict[int, int]]:
    """Fill cells merged over several rows, and find rows whose merged cell is wide.

    Returns the rows, the first row of each filled cell, and the widest merge of each row.
    """
    rows = list(match.sheet.rows)
    origins: dict[tuple[int, int], int] = {}
    wide: dict[int, int] = {}
    for span in match.sheet.merged:
        if span.top < begin or span.top >= len(rows):
            continue
        width = span.right - span.left + 1
        wide[span.top] = max(width, wide.get(span.top, 0))
        if width >= _WIDE or span.bottom == span.top:
            continue
        value = rows[span.top][span.left]
        for at in range(span.top + 1, min(span.bottom + 1, len(rows))):
            if rows[at] is match.sheet.rows[at]:
                rows[at] = list(rows[at])
            rows[at][span.left] = value
            origins[at, span.left] = span.top
    return rows, origins, wide


class _Judge:
    """Tells data rows from the rest of one sheet."""

    def __init__(self, match: Match, wide: dict[int, int]) -> None:
        self._match = match
        self._wide = wide
        columns = match.layout.by_key
        self._known = [at for key, at in match.columns.items() if not columns[key].ignored]
        self._required = [at for key, at in match.columns.items() if columns[key].required]
        self._header = {
            heading.index: {normal(heading.text), *map(normal, heading.parts)}
            for heading in match.headings
        }
        header = match.sheet.rows[match.top : match.top + match.depth]
        self._texts = {
            heading.index: {heading.text, *heading.parts, *(row[heading.index] for row in header)}
            for heading in match.headings
        }
        # A row that has all it must have and is no heading needs no closer look.
        self._sure = self._required if len(self._required) >= _SURELY_MANY else []
        self._numbering_ends = match.top + match.depth + 2

    def why_not_data(self, at: int, row: Row) -> str | None:
        """Return None for a data row, the empty text for a blank one, else what the row is."""
        if self._sure and at >= self._numbering_ends and all(row[index] for index in self._sure):
            key = self._sure[0]
            if row[key] not in self._texts[key] and len(str(row[self._sure[-1]])) > 1:
                return None
        filled = [index for index, cell in enumerate(row) if not is_blank(cell)]
        if not filled:
            return ""
        if self._is_repeated(row, filled):
            return REPEATED
        if len(filled) >= _SURELY_DATA and isinstance(row[filled[0]], float | int):
            return None
        verdict = _foot_or_total(row, filled)
        if verdict is not None:
            return verdict
        if at < self._numbering_ends and len(filled) > 2 and _is_numbering(row, filled):  # noqa: PLR2004
            return NUMBERING
        if len(filled) == 1 or len({plain(row[index]) for index in filled}) == 1:
            return self._single(at, row, filled[0])
        return self._empty_of_known(row)

    def _is_repeated(self, row: Row, filled: Sequence[int]) -> bool:
        """Tell whether the row shows the headings again, as on every page of a printed list."""
        same = 0
        for index in filled:
            cell = row[index]
            if isinstance(cell, str) and index in self._header:
                same += normal(cell) in self._header[index]
            elif not isinstance(cell, str) and same == 0:
                return False
        return same >= max(2, len(filled) // 2)

    def _single(self, at: int, row: Row, index: int) -> str | None:
        """Judge a row with one value: a record only if it is the value a record must have."""
        text = plain(row[index])
        if index not in self._known:
            return "" if text.isdigit() else NOTE
        if self._wide.get(at, 1) >= _WIDE or ":" in text or "：" in text or len(text) > _LONG:
            return NOTE
        if _SECTION.match("".join(text.split())):
            return NOTE
        if index in self._required and not isinstance(row[index], float | int):
            # With many columns, a lone text in the first one is a section's title.
            return NOTE if len(self._known) >= _FEW and index == 0 else None
        # What names no record is the title of a section, in whichever column it stands.
        return NOTE if len(self._known) >= _SURELY_MANY else self._empty_of_known(row)

    def _empty_of_known(self, row: Row) -> str | None:
        """Judge a row by its known columns: zeros that formulas left behind are no record."""
        cells = [row[index] for index in self._known if not is_blank(row[index])]
        if not cells:
            return ""
        if all(isinstance(cell, float | int) and cell == 0 for cell in cells):
            return ""
        return None


def _foot_or_total(row: Row, filled: Sequence[int]) -> str | None:
    """Tell whether the row is a footer, or a total with the parts that follow it (其中：本科)."""
    first = "".join(plain(row[filled[0]]).split()).replace("：", ":")
    few = len(filled) <= _FEW
    if few and _FOOTER.match(first):
        return FOOTER
    is_part = few and _OF_WHICH.match(first)
    return TOTAL if is_part or any(_is_total(row[index]) for index in filled[:3]) else None


def _is_total(cell: Cell) -> bool:
    if not isinstance(cell, str):
        return False
    text = "".join(cell.split()).replace("：", ":").replace("（", "(")
    return len(text) <= _LONG * 2 and (
        _TOTAL.match(text) is not None or text.startswith(("合计:", "总计:", "共计:"))
    )


def _is_numbering(row: Row, filled: Sequence[int]) -> bool:
    """Tell whether the row numbers the columns (甲, 乙, 1, 2 …), as official forms do."""
    texts = [plain(row[index]) for index in filled]
    if not all(_ORDINALS.match(text) for text in texts):
        return False
    digits = [int(text.strip("()")) for text in texts if text.strip("()").isdigit()]
    return digits == list(range(1, len(digits) + 1)) and len(texts) > len(row) // 2
