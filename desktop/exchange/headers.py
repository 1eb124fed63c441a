"""Finding a sheet's header and what each of its columns means.

Every row of the beginning is tried as the top of a header of one to three rows; headings are
scored against the columns of every register. Only known names count for finding the header; the
columns left over may then be matched by likeness (:mod:`desktop.exchange.likeness`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from desktop.exchange.claims import CORRECTED, Claim, Heading, Memory, assign, claims_of
from desktop.exchange.layouts import HINTS, OFFICE_REGISTERS, Layout
from desktop.exchange.sheets import Row, Sheet, is_blank
from desktop.models.kinds import Cell, plain

SEARCHED_ROWS = 40
DEEPEST = 3
_LEAST_SCORE = 2.5
_PENALTY = 2.5
_TITLE_SHARE = 0.6
_SAME_SHARE = 0.5
_ALMOST = 1e-9
_DAY = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_FILLED_IN = re.compile(
    r"(?:填报|填表|制表|编制|统计|报送)?(?:单位|机构|日期|时间|部门|科室|人)"
    r"(?:[（(].{1,6}[)）])?\s*[:：]"
)


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
        likened: Keys matched by likeness or content only, to be shown to the person.
        told: Keys matched because a person said so.
        score: How well it fits.
    """

    sheet: Sheet
    layout: Layout
    top: int
    depth: int
    columns: dict[str, int]
    headings: tuple[Heading, ...]
    likened: tuple[str, ...] = ()
    told: frozenset[str] = frozenset()
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
    if depth > 1 and _is_title(sheet, top, rows[0]):
        return None
    return _read_headings(rows)


def headings_said(sheet: Sheet, top: int, depth: int) -> tuple[Heading, ...]:
    """Return the headings of the rows that a person says are the header, whatever they hold."""
    rows = _header_rows(sheet, top, depth)
    return _read_headings(rows or [list(row) for row in sheet.rows[top : top + depth]])


def _read_headings(rows: list[Row]) -> tuple[Heading, ...]:
    """Return the headings in the rows of a header."""
    if len(rows) > 1:
        _spread_groups(rows)
    found = []
    for index in range(max(map(len, rows), default=0)):
        parts: list[str] = []
        for row in rows:
            text = plain(row[index]) if index < len(row) else ""
            if text and text not in parts:
                parts.append(text)
        if parts:
            found.append(Heading(index, tuple(parts), " ".join(" ".join(parts).split())))
    return tuple(found)


def _may_be_heading(cell: Cell) -> bool:
    """Tell whether a cell may stand in a header: no figure, no day, nothing after a colon."""
    if not isinstance(cell, str):
        return False
    text = cell.strip()
    return not (_FILLED_IN.match(text) or _DAY.fullmatch(text))


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


def _score(layout: Layout, columns: Mapping[str, int], claims: Mapping[int, Claim]) -> float:
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
    claims = claims_of(layout, headings, memory)
    columns = assign(claims)
    taken = set(columns.values())
    rest = tuple(
        heading
        for heading in headings
        if heading.index not in taken and not _is_aside(layout, claims.get(heading.index))
    )
    score = _score(layout, columns, claims) - 0.25 * len(rest)
    told = frozenset(key for key, at in columns.items() if claims[at].strength == CORRECTED)
    return Match(
        sheet, layout, top, depth, columns, headings, told=told, score=score, unmatched=rest
    )


def _is_aside(layout: Layout, claim: Claim | None) -> bool:
    """Tell whether a heading is known and left aside, beside one like it that was matched."""
    return claim is not None and all(layout.by_key[key].ignored for key in claim.keys)


def possible_headers(sheet: Sheet) -> Iterable[tuple[int, int, tuple[Heading, ...]]]:
    """Yield where a header can lie: its first row, its depth and its headings."""
    for top in range(min(len(sheet.rows), SEARCHED_ROWS)):
        for depth in range(1, DEEPEST + 1):
            headings = headings_of(sheet, top, depth)
            if headings:
                yield top, depth, headings


def candidates(sheet: Sheet, among: Iterable[Layout], memory: Memory) -> list[Match]:
    """Return the best reading of the sheet for each layout it fits, the best first."""
    chosen = list(among)
    best: dict[str, Match] = {}
    for top, depth, headings in possible_headers(sheet):
        for layout in chosen:
            match = match_layout(sheet, layout, top, headings, depth, memory)
            before = best.get(layout.register.key)
            promise = match.score + _PENALTY * len(match.missing)
            if promise >= _LEAST_SCORE and (before is None or _is_better(match, before)):
                best[layout.register.key] = match
    words = _hint_text(sheet)
    for key, match in best.items():
        match.score += 1.2 * any(hint in words for hint in HINTS.get(key, ()))
        match.score += 1.0 * (key in OFFICE_REGISTERS)
    return sorted(best.values(), key=lambda match: -match.score)


def _is_better(match: Match, before: Match) -> bool:
    """Tell whether a header fits better than one above it, which it may only repeat.

    A list printed page by page shows its header again; the rows between are data.
    """
    if match.score <= before.score + _ALMOST:
        return False
    if before.missing or match.top < before.top + before.depth:
        return True
    again = sum(before.columns.get(key) == at for key, at in match.columns.items())
    return again < _SAME_SHARE * len(match.columns)


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
