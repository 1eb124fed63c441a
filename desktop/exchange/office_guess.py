"""A first proposal for what goes where in an office's template, for a person to correct.

Lines are found by their codes and labels, columns by the words that head them, tables by the heads
of their columns and the names of their rows. What is only like a label is marked as unsure.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from desktop.exchange.office_marks import (
    CENTRE,
    DIRECTOR,
    FILLER,
    IDENTITY,
    LINE,
    PERIOD,
    PHONE,
    REPORTED,
    STATISTICIAN,
    THIS,
    Mark,
    Marks,
    folded,
    is_number,
    signature_of,
    with_anchors,
    without_brackets,
)
from desktop.exchange.office_table_guess import table_marks
from desktop.exchange.office_workbook import OfficeSheet, Position
from desktop.models.return_text import ReturnSheet, SheetBlock, SheetRow
from desktop.text import sources

COLUMN_WORDS: dict[str, tuple[str, ...]] = {
    THIS: (
        "本月",
        "本期",
        "本周",
        "本季",
        "本年",
        "当月",
        "本月数",
        "本期数",
        "本年数",
        "数量",
        "数值",
    ),
    "last": ("上月", "上期", "上周", "上季", "上年", "上月数", "上期数", "上年数"),
    "change": ("环比", "环比增减", "增减", "增减率", "较上月", "比上月增减", "增减幅度"),
    "year_ago": ("去年同期", "上年同期", "同期", "去年同月", "同期数", "上年同期数"),
    "to_date": ("本年累计", "累计", "累计数", "本年累计数", "自年初累计", "1至本月累计", "年累计"),
}
"""Heads of the columns that compare, folded."""

_HEAD_WORDS = (
    (IDENTITY, re.compile(r"统一社会信用代码|组织机构代码|机构代码")),
    (CENTRE, re.compile(r"填报单位|填报机构|报送单位|上报单位|单位名称|机构名称|编制单位")),
    (PERIOD, re.compile(r"报告期|统计月份|统计时间|统计期间|报表月份|所属时期|所属期")),
    (STATISTICIAN, re.compile(r"统计负责人|审核人|科室负责人")),
    (DIRECTOR, re.compile(r"单位负责人|负责人|院长|主管领导")),
    (FILLER, re.compile(r"填表人|填报人|制表人|经办人|报表人")),
    (PHONE, re.compile(r"联系电话|电话|联系方式")),
    (REPORTED, re.compile(r"报出日期|填报日期|上报日期|填表日期|报送日期")),
)
_PERIOD_TO_FILL = re.compile(
    r"^\(?(?:\d{4}|[\s_]*)年(?:\d{1,2}|[\s_]*)月份?\)?(?:\(.*\))?$|^\(?\d{4}年\)?$"
)
"""An empty 　年　月, or the period of the example that the template was made from."""

_LONGEST_HEAD_WORD = 20
_LIKE = 0.82
_SIGNS = re.compile(r"[\W_]")


@dataclass(frozen=True)
class _Found:
    """A line's label found in a sheet."""

    row: SheetRow
    place: Position
    sure: bool


def guess(sheets: Mapping[str, OfficeSheet], sheet: ReturnSheet) -> Marks:
    """Return a proposal for a return's template.

    Args:
        sheets: The template's worksheets.
        sheet: The return as text, with the codes of its lines and the heads of its tables.
    """
    blocks = sheet.parts[0].blocks if sheet.parts else ()
    cells: list[Mark] = []
    tables = []
    for office in sheets.values():
        if not office.visible:
            continue
        taken: set[Position] = set()
        for table in (block for block in blocks if block.table):
            found = table_marks(office, table)
            if found is not None:
                tables.append(found)
        lines = [row for block in blocks if not block.table for row in block.rows]
        for mark in (*_line_marks(office, lines, blocks), *_word_marks(office)):
            if mark.place not in taken:
                taken.add(mark.place)
                cells.append(with_anchors(mark, office))
    return Marks(signature=signature_of(sheets), cells=tuple(cells), tables=tuple(tables))


# Lines


def _line_marks(
    office: OfficeSheet, lines: Sequence[SheetRow], blocks: Sequence[SheetBlock]
) -> Iterator[Mark]:
    compared = {head.name for block in blocks if not block.table for head in block.heads}
    heads = _column_heads(office)
    for found in _lines_found(office, lines):
        code, unit = found.row.cells[0], found.row.cells[1]
        places = _under_heads(office, found.place, heads)
        if not places:
            beside = _first_free(office, found.place, (code, unit))
            places = {THIS: beside} if beside else {}
        for name, place in places.items():
            if name in compared:
                yield Mark(
                    sheet=office.name,
                    row=place[0],
                    column=place[1],
                    take=found.row.keys[0].partition("@")[0],
                    compared=name,
                    sure=found.sure,
                )


def _lines_found(office: OfficeSheet, lines: Sequence[SheetRow]) -> Iterator[_Found]:
    """Return where the lines stand: by code and label, by label, else by likeness."""
    by_label: dict[str, list[Position]] = defaultdict(list)
    for place in sorted(office.texts):
        by_label[folded(office.texts[place])].append(place)
        short = without_brackets(office.texts[place])
        if short and place not in by_label[short]:
            by_label[short].append(place)
    used: set[Position] = set()
    for line in lines:
        found = _line_found(office, line, by_label, used)
        if found is not None:
            used.add(found.place)
            yield found


def _line_found(
    office: OfficeSheet,
    line: SheetRow,
    by_label: Mapping[str, list[Position]],
    used: set[Position],
) -> _Found | None:
    labels = sorted(sources(line.label))
    named = [
        place
        for label in labels
        for place in by_label.get(folded(label)) or by_label.get(without_brackets(label), [])
    ]
    places = [place for place in named if place not in used]
    # Of several of one name the one with the line's code beside it, else the next from above.
    coded = [place for place in places if _beside(office, place, line.cells[0])]
    if coded:
        return _Found(line, coded[0], sure=True)
    if places:
        return _Found(line, places[0], sure=len(places) == 1)
    likes = [_most_like(folded(label), by_label, used) for label in labels]
    like = next((each for each in likes if each is not None), None)
    return None if like is None else _Found(line, like, sure=False)


def _beside(office: OfficeSheet, place: Position, code: str) -> bool:
    digits = code.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ").lstrip("0")
    texts = {office.text((place[0], at)) for at in range(office.columns)}
    return code in texts or bool(digits and digits in texts)


def _most_like(
    label: str, by_label: Mapping[str, list[Position]], used: set[Position]
) -> Position | None:
    """Return the only cell whose text is like a label."""
    best: dict[Position, float] = {}
    for text, places in by_label.items():
        if len(text) < 3 or is_number(text):  # noqa: PLR2004 - shorter ones are like too many
            continue
        ratio = max(SequenceMatcher(None, label, text).ratio(), _same_letters(label, text))
        if ratio >= _LIKE:
            best |= {place: max(ratio, best.get(place, 0)) for place in places}
    best = {place: ratio for place, ratio in best.items() if place not in used}
    ranked = sorted(best, key=lambda place: -best[place])
    if not ranked or (len(ranked) > 1 and best[ranked[0]] == best[ranked[1]]):
        return None
    return ranked[0]


def _same_letters(one: str, other: str) -> float:
    """Return how many letters two labels share in whatever order: 双向转诊上转, 上转(双向转诊)."""
    first, second = (Counter(_SIGNS.sub("", text)) for text in (one, other))
    return (first & second).total() / max(first.total(), second.total(), 1)


def _column_heads(office: OfficeSheet) -> dict[int, dict[int, str]]:
    """Return the heads of comparing columns by row: column and what it compares."""
    words = {word: name for name, each in COLUMN_WORDS.items() for word in each}
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for (row, column), text in office.texts.items():
        name = words.get(without_brackets(text).rstrip("%")) or words.get(folded(text))
        if name:
            found[row][column] = name
    return found


def _under_heads(
    office: OfficeSheet, label: Position, heads: Mapping[int, Mapping[int, str]]
) -> dict[str, Position]:
    """Return the free cells of a line's row under the nearest heads above and to the right."""
    row, column = label
    above = [at for at in heads if at < row and any(each > column for each in heads[at])]
    if not above:
        return {}
    found: dict[str, Position] = {}
    for at, name in sorted(heads[max(above)].items()):
        place = office.first_of((row, at))
        if at > column and name not in found and _is_free(office, place):
            found[name] = place
    return found


def _first_free(office: OfficeSheet, label: Position, aside: tuple[str, ...]) -> Position | None:
    """Return the first free cell at the right of a label, past its code and unit."""
    row, start = label
    past = not aside
    for column in range(start + 1, office.columns + 1):
        place = office.first_of((row, column))
        text = office.text(place)
        # A number before the unit is the line's; one behind it is an example to be replaced.
        numbered = bool(text) and is_number(text) and not past
        if place == office.first_of(label) or text in aside or numbered:
            past = past or text in aside[1:]
            continue
        return place if _is_free(office, place) else None
    return None


def _is_free(office: OfficeSheet, place: Position) -> bool:
    """Say that a cell is there to be filled in: empty, or with an example number."""
    text = office.texts.get(place, "")
    return place not in office.formulas and (not text or is_number(text))


# Words of head and foot


def _word_marks(office: OfficeSheet) -> Iterator[Mark]:
    done: set[str] = set()
    for place in sorted(office.texts):
        if place in office.formulas:
            continue
        mark = _word_mark(office, place)
        if mark is not None and mark.take not in done:
            done.add(mark.take)
            yield mark


def word_of(label: str) -> str:
    """Return what a label of head or foot asks for; empty for other labels."""
    plain = folded(label)
    return next((take for take, words in _HEAD_WORDS if words.match(plain)), "")


def _word_mark(office: OfficeSheet, place: Position) -> Mark | None:
    """Return the mark of a word: behind the colon in its own cell, else in the next free cell."""
    text = unicodedata.normalize("NFKC", office.texts[place])
    row, column = place
    if _PERIOD_TO_FILL.fullmatch(text.strip()):
        return Mark(sheet=office.name, row=row, column=column, take=PERIOD)
    label, colon, rest = text.partition(":")
    take = word_of(label) if len(label) <= _LONGEST_HEAD_WORD else ""
    if not take:
        return None
    if ":" in rest:
        return Mark(sheet=office.name, row=row, column=column, take=LINE)
    if colon:
        prefix = office.texts[place][: len(label) + 1]
        return Mark(sheet=office.name, row=row, column=column, take=take, prefix=prefix)
    free = _first_free(office, place, ())
    if free is None or free in office.texts:
        return None
    return Mark(sheet=office.name, row=free[0], column=free[1], take=take)
