"""Finding a sheet's header and what each of its columns means.

Every row of the beginning is tried as the top of a header of one to three rows; headings are
scored against the columns of every register. Only exact names count for finding the header; the
columns left over may then be matched by likeness, but only where one field alone is like them, and
that is told to the person (:attr:`Match.likened`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from desktop.exchange.layouts import (
    HINTS,
    OFFICE_REGISTERS,
    Layout,
    bare,
    meanings,
    normal,
)
from desktop.exchange.sheets import Row, Sheet, is_blank
from desktop.models.kinds import Cell, Kind, plain

Memory = Mapping[tuple[str, str], str]
"""What a person corrected: (register, normal heading) to the key of the column."""

NOT_THIS = "-"
"""Remembered for a heading that a person said means no field of the register."""

_SEARCHED_ROWS = 40
_DEEPEST = 3
_LEAST_SCORE = 2.5
_PENALTY = 2.5
_TITLE_SHARE = 0.6
_ALIKE = 0.78
_CLEARLY = 0.08
_OTHER_PERSON = (
    *("户主", "监护人", "紧急", "法人", "负责人", "家属", "配偶", "父亲", "母亲", "联系人"),
    *("上月", "上年", "去年", "同期", "同比", "环比", "累计", "原", "上级", "开户", "增长"),
)
"""Words that make a heading speak of something else than the field it resembles."""

_TIERS = {"memory": 4, "whole": 3, "leaf": 3, "bare": 2, "like": 1}


@dataclass(frozen=True)
class Heading:
    """The heading of one column.

    Args:
        index: Position of the column.
        parts: Texts of the header's rows from above, repeated ones once.
        text: The heading as a person reads it.
    """

    index: int
    parts: tuple[str, ...]
    text: str


@dataclass
class Match:
    """A sheet read as a table of one register.

    Args:
        sheet: The sheet.
        layout: The register's layout.
        top: Position of the header's first row.
        depth: How many rows the header has.
        columns: Position of the sheet's column for each matched key.
        headings: Every heading of the sheet.
        likened: Keys matched by likeness only, to be shown to the person.
        score: How well it fits.
    """

    sheet: Sheet
    layout: Layout
    top: int
    depth: int
    columns: dict[str, int]
    headings: tuple[Heading, ...]
    likened: tuple[str, ...] = ()
    score: float = 0.0
    unmatched: tuple[Heading, ...] = field(default_factory=tuple)

    @property
    def register_key(self) -> str:
        """Return the key of the register."""
        return self.layout.register.key

    @property
    def missing(self) -> frozenset[str]:
        """Return the required columns that the sheet lacks."""
        return self.layout.lacking(self.columns)


def _header_rows(sheet: Sheet, top: int, depth: int) -> list[Row] | None:
    """Return the rows of a possible header with merged areas spread, or None where it cannot be."""
    bottom = top + depth
    if bottom > len(sheet.rows):
        return None
    rows = [list(sheet.rows[at]) for at in range(top, bottom)]
    for span in sheet.merged:
        if span.bottom < top or span.top >= bottom:
            continue
        if span.top < top or span.bottom >= bottom:
            return None  # The area reaches out of the header: it is cut in the wrong place.
        value = sheet.rows[span.top][span.left]
        for row in range(span.top, span.bottom + 1):
            line = rows[row - top]
            for column in range(span.left, min(span.right + 1, len(line))):
                line[column] = value
    return rows


def _spread_groups(rows: list[Row]) -> None:
    """Let a group's heading stand over its blank neighbours, where merges are not in the file."""
    for above, below in pairwise(rows):
        carried: object = ""
        for at, cell in enumerate(above):
            under = below[at] if at < len(below) else ""
            if not is_blank(cell):
                carried = cell
            elif not is_blank(carried) and not is_blank(under):
                above[at] = carried


def headings_of(sheet: Sheet, top: int, depth: int) -> tuple[Heading, ...] | None:
    """Return the headings of a possible header, or None where no header can be."""
    rows = _header_rows(sheet, top, depth)
    if rows is None or is_single(rows[-1]):
        return None
    if not all(_may_be_heading(cell) for row in rows for cell in row if not is_blank(cell)):
        return None
    if depth > 1:
        if _is_title(sheet, top, rows[0]):
            return None
        _spread_groups(rows)
    found = []
    for index in range(max(len(row) for row in rows)):
        parts: list[str] = []
        for row in rows:
            text = plain(row[index]) if index < len(row) else ""
            if text and text not in parts:
                parts.append(text)
        if parts:
            found.append(Heading(index, tuple(parts), " ".join(" ".join(parts).split())))
    return tuple(found)


def _may_be_heading(cell: Cell) -> bool:
    """Tell whether a cell may stand in a header: no figure, and nothing filled in after a colon."""
    return isinstance(cell, str) and not _FILLED_IN.match(cell.strip())


def _is_title(sheet: Sheet, top: int, row: Row) -> bool:
    """Tell whether a row says one thing over most of the table, or nothing: no part of a header."""
    if not is_single(row):
        return False
    spans = [span for span in sheet.merged if span.top == top]
    width = max((span.right - span.left + 1 for span in spans), default=1)
    return width == 1 or width > _TITLE_SHARE * len(row)


def is_single(row: Sequence[object]) -> bool:
    """Tell whether a row shows one value only, as titles do (merged cells hold it repeatedly)."""
    return len({plain(cell) for cell in row if not is_blank(cell)}) <= 1


@lru_cache(maxsize=4096)
def readings(parts: tuple[str, ...]) -> tuple[tuple[int, frozenset[tuple[str, str]]], ...]:
    """Return what a heading may mean, the strongest reading first: (tier, columns)."""
    exact, loose = meanings()
    forms = [normal(part) for part in parts]
    found: list[tuple[int, frozenset[tuple[str, str]]]] = []

    def add(tier: str, *candidates: str) -> None:
        for candidate in candidates:
            for index, name in ((exact, tier), (loose, "bare")):
                if candidate in index and (_TIERS[tier] == _TIERS["whole"] or name == "bare"):
                    found.append((_TIERS[name], frozenset(index[candidate])))

    for start in range(len(forms)):
        joined = "".join(forms[start:])
        if start and any(word in "".join(forms[:start]) for word in _OTHER_PERSON):
            break  # “户主 / 身份证号” is not the person's own number.
        add("whole", joined)
        add("bare", bare(joined))
    if len(forms) > 1 and not found:
        # “高血压 / 是否” and the like: what stands above names the column.
        add("bare", forms[0], bare(forms[0])) if forms[-1] in _EMPTY_LEAVES else None
    return tuple(found)


_FILLED_IN = re.compile(
    r"(?:填报|填表|制表|编制|统计|报送)?(?:单位|机构|日期|时间|部门|科室|人)(?:[（(].{1,6}[)）])?\s*[:：]"
)
_EMPTY_LEAVES = frozenset(
    {"是否", "打√", "√", "有无", "填写", "内容", "名称", "是/否", "(√)", "数量"}
)


@dataclass(frozen=True)
class _Claim:
    """What a heading means within one layout: how surely, which columns, and what that says."""

    tier: int
    keys: frozenset[str]
    weight: float


def _claims(layout: Layout, headings: Iterable[Heading], memory: Memory) -> dict[int, _Claim]:
    """Return for each column the strongest reading within one layout."""
    key = layout.register.key
    claims: dict[int, _Claim] = {}
    for heading in headings:
        kept = memory.get((key, normal(heading.text)))
        if kept == NOT_THIS:
            continue
        if kept in layout.by_key:
            claims[heading.index] = _Claim(_TIERS["memory"], frozenset({kept}), 2.0)
            continue
        for tier, columns in readings(heading.parts):
            keys = frozenset(column for register, column in columns if register == key)
            if keys:
                owners = {register for register, _column in columns} & OFFICE_REGISTERS
                # A heading that only one register has says most about the sheet.
                claims[heading.index] = _Claim(tier, keys, 0.5 + 1.5 / max(len(owners), 1))
                break
    return claims


def _assign(claims: Mapping[int, _Claim]) -> dict[str, int]:
    """Give each key its column: the strongest first, the leftmost among equals."""
    given: dict[str, int] = {}
    for index, claim in sorted(claims.items(), key=lambda item: (-item[1].tier, item[0])):
        free = claim.keys - set(given)
        if len(free) == 1:
            given[next(iter(free))] = index
    return given


def _score(layout: Layout, columns: Mapping[str, int], claims: Mapping[int, _Claim]) -> float:
    """Return how well the matched columns speak for the register."""
    score = -_PENALTY * len(layout.lacking(columns))
    for key, index in columns.items():
        column = layout.by_key[key]
        if column.ignored:
            score += 0.15
        else:
            score += claims[index].weight + (0.8 if column.required else 0.0)
    return score


def match_layout(
    sheet: Sheet,
    layout: Layout,
    top: int,
    headings: tuple[Heading, ...],
    depth: int,
    memory: Memory,
) -> Match:
    """Return the sheet read as one register with that header."""
    claims = _claims(layout, headings, memory)
    columns = _assign(claims)
    taken = set(columns.values())
    rest = tuple(heading for heading in headings if heading.index not in taken)
    score = _score(layout, columns, claims) - 0.25 * len(rest)
    return Match(sheet, layout, top, depth, columns, headings, score=score, unmatched=rest)


def _possible_headers(sheet: Sheet) -> Iterable[tuple[int, int, tuple[Heading, ...]]]:
    for top in range(min(len(sheet.rows), _SEARCHED_ROWS)):
        for depth in range(1, _DEEPEST + 1):
            headings = headings_of(sheet, top, depth)
            if headings:
                yield top, depth, headings


def candidates(sheet: Sheet, among: Iterable[Layout], memory: Memory) -> list[Match]:
    """Return the best reading of the sheet for each layout it fits, the best first."""
    chosen = list(among)
    best: dict[str, Match] = {}
    for top, depth, headings in _possible_headers(sheet):
        for layout in chosen:
            match = match_layout(sheet, layout, top, headings, depth, memory)
            before = best.get(layout.register.key)
            promise = match.score + _PENALTY * len(match.missing)
            if promise >= _LEAST_SCORE and (before is None or match.score > before.score + 1e-9):
                best[layout.register.key] = match
    words = _hint_text(sheet)
    for key, match in best.items():
        match.score += 1.2 * any(hint in words for hint in HINTS.get(key, ()))
        match.score += 1.0 * (key in OFFICE_REGISTERS)
    return sorted(best.values(), key=lambda match: -match.score)


def _hint_text(sheet: Sheet) -> str:
    """Return the words around the table that may name its register: file, sheet and title rows."""
    titles = [
        plain(cell)
        for row in sheet.rows[:4]
        if is_single(row)
        for cell in row
        if isinstance(cell, str)
    ]
    return " ".join((sheet.file.stem, sheet.name, *titles))


def liken(match: Match, memory: Memory) -> None:
    """Match the columns left over by likeness, where exactly one free field is like the heading."""
    key = match.register_key
    free = {
        column.key: {normal(name) for name in (column.label, *column.names)}
        for column in match.layout.columns
        if column.key not in match.columns
    }
    likely: dict[str, list[tuple[float, Heading]]] = {}
    for heading in match.unmatched:
        if memory.get((key, normal(heading.text))) == NOT_THIS:
            continue
        found = _most_alike(heading, free)
        if found is not None:
            likely.setdefault(found[1], []).append((found[0], heading))
    for name, claimants in likely.items():
        if len(claimants) == 1:
            match.columns[name] = claimants[0][1].index
            match.likened += (name,)
    taken = set(match.columns.values())
    match.unmatched = tuple(each for each in match.headings if each.index not in taken)


def _most_alike(heading: Heading, free: Mapping[str, set[str]]) -> tuple[float, str] | None:
    """Return the one free column that the heading is clearly like."""
    form = bare(normal(heading.parts[-1]))
    if len(form) < 2 or any(word in heading.text for word in _OTHER_PERSON):  # noqa: PLR2004
        return None
    scores: Counter[str] = Counter()
    for key, names in free.items():
        scores[key] = max((_likeness(form, name) for name in names), default=0.0)  # type: ignore[assignment]
    ranked = scores.most_common(2)
    if not ranked or ranked[0][1] < _ALIKE:
        return None
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < _CLEARLY:
        return None
    return float(ranked[0][1]), ranked[0][0]


def _likeness(form: str, name: str) -> float:
    """Return how alike two headings are, from 0 to 1; one inside the other counts more."""
    ratio = SequenceMatcher(None, form, name).ratio()
    shorter, longer = sorted((form, name), key=len)
    if len(shorter) >= 3 and shorter in longer:  # noqa: PLR2004 - two characters say too little
        return max(ratio, 0.8 + 0.2 * len(shorter) / len(longer))
    return ratio


def accepts_dates(match: Match, key: str) -> bool:
    """Tell whether the column of that key is read as a date."""
    return match.layout.by_key[key].kind is Kind.DATE
