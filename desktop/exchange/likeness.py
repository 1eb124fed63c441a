"""Matching the columns that no known heading names: by likeness or by what stands in them.

Whatever is matched here is told to the person (:attr:`Match.likened`), and nothing is where two
fields could be meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from itertools import islice

from desktop.exchange.claims import NOT_THIS, OTHER_PERSON, Heading, Memory, readings
from desktop.exchange.headers import Match
from desktop.exchange.layouts import Column, bare, normal
from desktop.exchange.sheets import is_blank
from desktop.models.kinds import PARSERS, BadValue, Cell, Kind, plain

_ALIKE = 0.78
_CLEARLY = 0.08
_LOOKED_AT = 60
_MOSTLY = 0.8


def liken(match: Match, memory: Memory) -> None:
    """Match the columns left over, where exactly one free field can be meant."""
    left = [
        heading
        for heading in match.unmatched
        if memory.get((match.register_key, normal(heading.text))) != NOT_THIS
    ]
    for find in (_between_meanings, _alike, _numbers_of_people):
        claimants: dict[str, list[Heading]] = {}
        for heading in left:
            key = find(match, heading)
            if key is not None:
                claimants.setdefault(key, []).append(heading)
        for key, headings in claimants.items():
            if len(headings) == 1:
                match.columns[key] = headings[0].index
                match.likened += (key,)
                left.remove(headings[0])
    taken = set(match.columns.values())
    match.unmatched = tuple(each for each in match.unmatched if each.index not in taken)


def _free(match: Match) -> list[Column]:
    return [column for column in match.layout.columns if column.key not in match.columns]


def _between_meanings(match: Match, heading: Heading) -> str | None:
    """Choose between the fields that a heading may mean (分类) by the words in its column."""
    register = match.register_key
    free = {column.key: column for column in _free(match)}
    for reading in readings(heading.parts):
        keys = {key for owner, key in reading.columns if owner == register and key in free}
        if len(keys) > 1:
            cells = _cells(match, heading)
            closed = [key for key in keys if free[key].kind is not Kind.TEXT]
            fitting = [key for key in closed if _holds(free[key], cells)]
            texts = [key for key in keys if free[key].kind is Kind.TEXT]
            chosen = fitting or texts
            return chosen[0] if len(chosen) == 1 and cells else None
    return None


def _alike(match: Match, heading: Heading) -> str | None:
    """Return the one free column that the heading is clearly like."""
    form = bare(normal(heading.parts[-1]))
    if len(form) < 2 or any(word in heading.text for word in OTHER_PERSON):  # noqa: PLR2004
        return None
    scores: Mapping[str, float] = {
        column.key: max(
            (_likeness(form, normal(name)) for name in (column.label, *column.names)), default=0.0
        )
        for column in _free(match)
        if not column.gives
    }
    ranked = sorted(scores.items(), key=lambda item: -item[1])[:2]
    if not ranked or ranked[0][1] < _ALIKE:
        return None
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < _CLEARLY:
        return None
    return ranked[0][0]


def _likeness(form: str, name: str) -> float:
    """Return how alike two headings are, from 0 to 1; one inside the other counts more."""
    ratio = SequenceMatcher(None, form, name).ratio()
    shorter, longer = sorted((form, name), key=len)
    if len(shorter) >= 3 and shorter in longer:  # noqa: PLR2004 - two characters say too little
        return max(ratio, 0.8 + 0.2 * len(shorter) / len(longer))
    return ratio


def _numbers_of_people(match: Match, heading: Heading) -> str | None:
    """Return the ID number's key where the sheet must have one and the column is full of them."""
    column = match.layout.by_key.get("id_number")
    if column is None or column.key not in match.missing:
        return None
    if any(word in heading.text for word in OTHER_PERSON):
        return None
    return column.key if _holds(column, _cells(match, heading)) else None


def _cells(match: Match, heading: Heading) -> list[Cell]:
    """Return the first cells of a column that hold something."""
    rows = match.sheet.rows[match.top + match.depth :]
    filled = (row[heading.index] for row in rows if heading.index < len(row))
    return list(islice((cell for cell in filled if not is_blank(cell)), _LOOKED_AT))


def _holds(column: Column, cells: list[Cell]) -> bool:
    """Tell whether most of the cells are values of the column's kind."""
    return bool(cells) and sum(_is_value(column, cell) for cell in cells) >= _MOSTLY * len(cells)


def _is_value(column: Column, cell: Cell) -> bool:
    if column.kind is Kind.CHOICE and column.field is not None:
        return plain(cell) in column.field.terms
    try:
        return PARSERS[column.kind](cell) is not None
    except BadValue:
        return False
