"""What a person says of a sheet that is not recognised: its register, its header, its columns.

All of it is kept as column memory: a heading's field under (register, heading), and that a whole
header belongs to a register under (register, :func:`signature`). So a person's answer is read the
same way in the file at hand and in the next one of its kind, with the window or without.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from desktop.errors import UserError
from desktop.exchange.claims import NOT_THIS, Heading, Memory
from desktop.exchange.headers import (
    DEEPEST,
    SEARCHED_ROWS,
    Match,
    candidates,
    headings_said,
    match_layout,
    possible_headers,
)
from desktop.exchange.layouts import Column, Layout, find_layout, normal
from desktop.exchange.likeness import liken
from desktop.exchange.sheets import Sheet, is_blank

WHOLE = "="
"""Remembered for the signature of a header that a person said belongs to the register."""

Place = tuple[str, str]
"""Under what a heading is remembered: its register and its normal form."""

_MARK = "¦"


def signature(headings: Iterable[Heading]) -> str:
    """Return what a header is known by again: its headings in normal form."""
    return "".join(f"{_MARK}{normal(heading.text)}" for heading in headings)


def recalled(sheet: Sheet, chosen: Collection[Layout], memory: Memory) -> Match | None:
    """Return the sheet read as a person said of the same header before, where that is complete."""
    # Of two registers said of one header, the later one counts.
    known = {heading: register for (register, heading), key in memory.items() if key == WHOLE}
    if not known:
        return None
    among = {layout.register.key: layout for layout in chosen}
    for top, depth in _places(sheet):
        headings = headings_said(sheet, top, depth)
        layout = among.get(known.get(signature(headings), ""))
        if layout is not None:
            match = match_layout(sheet, layout, top, headings, depth, memory)
            liken(match, memory)
            if not match.missing:
                return match
    return None


def _places(sheet: Sheet) -> Iterator[tuple[int, int]]:
    """Yield where a header may lie: a first row that says something, and how many rows it has."""
    count = len(sheet.rows)
    for top in range(min(count, SEARCHED_ROWS)):
        if all(is_blank(cell) for cell in sheet.rows[top]):
            continue
        for depth in range(1, min(DEEPEST, count - top) + 1):
            yield top, depth


@dataclass(frozen=True)
class Question:
    """The sheets of a file with all that is needed to read them as a person says.

    Args:
        sheets: The sheets, hidden ones only where no other is there.
        memory: What people corrected before.
        guess: The reading that fits best, where one is worth beginning with.
    """

    sheets: Sequence[Sheet]
    memory: Memory
    guess: Match | None = None

    @classmethod
    def about(cls, sheets: Sequence[Sheet], memory: Memory, guess: Match | None) -> Question:
        """Return the question about a file; of a form the guess is no sheet of it and left out."""
        shown = [sheet for sheet in sheets if sheet.visible] or list(sheets)
        if guess is not None and not any(guess.sheet is sheet for sheet in shown):
            guess = None
        return cls(shown, memory, guess)

    def header(self, sheet: Sheet, register: str) -> tuple[int, int]:
        """Return where the sheet's header most likely lies: its first row and its depth."""
        guess = self.guess
        if guess is not None and guess.sheet is sheet and register in ("", guess.register_key):
            return guess.top, guess.depth
        if register:
            found = candidates(sheet, [find_layout(register)], self.memory)
            if found:
                return found[0].top, found[0].depth
        widest = max(possible_headers(sheet), key=lambda each: len(each[2]), default=None)
        if widest is not None:
            return widest[0], widest[1]
        filled = (
            at
            for at, row in enumerate(sheet.rows[:SEARCHED_ROWS])
            if not all(is_blank(cell) for cell in row)
        )
        return next(filled, 0), 1

    def read(self, sheet: Sheet, register: str, top: int, depth: int) -> Match:
        """Return the sheet read as that register with that header, by name and by likeness."""
        headings = headings_said(sheet, top, depth)
        match = match_layout(sheet, find_layout(register), top, headings, depth, self.memory)
        liken(match, self.memory)
        return match


class NotRecognised(UserError):  # noqa: N818 - named as the person meets it
    """No register fits a file, or two do; carries what a person needs to say which."""

    def __init__(self, message: str, advice: str, question: Question) -> None:
        super().__init__(message, advice)
        self.question = question


class Choosing:
    """The fields of one header while a person chooses them: a field is given to one heading.

    Args:
        match: The reading to begin with.
    """

    def __init__(self, match: Match) -> None:
        self.match = match
        by_index = {index: key for key, index in match.columns.items()}
        self._read: dict[Place, str] = {}
        self._chosen: dict[Place, str] = {}
        self._moved: set[Place] = set()
        for heading in match.headings:
            self._read.setdefault(self.place(heading), by_index.get(heading.index, NOT_THIS))

    def place(self, heading: Heading) -> Place:
        """Return under what a heading's field is remembered."""
        return self.match.register_key, normal(heading.text)

    def key_at(self, place: Place) -> str:
        """Return the field's key, or :data:`NOT_THIS` where the heading has none."""
        if place in self._chosen:
            return self._chosen[place]
        key = self._read[place]
        return NOT_THIS if key in self._chosen.values() else key

    def choose(self, place: Place, key: str) -> None:
        """Give a heading a field; whichever had the field has none then."""
        guessed = {*self.match.told, *self.match.likened}
        for other in self._read:
            if other != place and key != NOT_THIS and self.key_at(other) == key:
                if other in self._chosen:
                    self._chosen[other] = NOT_THIS
                elif key in guessed:  # What is known by its name gives way by itself.
                    self._moved.add(other)
        self._chosen[place] = key

    def lacking(self) -> list[Column]:
        """Return the columns that the sheet must have and no heading is given to."""
        layout = self.match.layout
        missing = layout.lacking({self.key_at(place) for place in self._read} - {NOT_THIS})
        return [column for column in layout.columns if column.key in missing]

    def corrections(self) -> dict[Place, str]:
        """Return what is to be remembered of the headings."""
        return {place: self.key_at(place) for place in self._read if self._is_said(place)}

    def _is_said(self, place: Place) -> bool:
        return place in self._chosen or place in self._moved

    def answer(self) -> dict[Place, str]:
        """Return the corrections, the guesses left standing, and whose the whole header is."""
        guessed = {self.match.columns[key]: key for key in self.match.likened}
        places = {self.place(each): guessed.get(each.index) for each in self.match.headings}
        agreed = {place: key for place, key in places.items() if key == self.key_at(place)}
        whole = (self.match.register_key, signature(self.match.headings))
        return {**agreed, **self.corrections(), whole: WHOLE}
