"""The faces that papers embed: registered once a process, only when a paper needs them.

A character is drawn from the wanted face, else from the next one that has it, so that a rare name
never prints as a box; what no face has is drawn as 〓 and reported.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from desktop.paths import resource
from desktop.printing.office_faces import OfficeFaces, find_faces, system_folders

STAND_IN = "〓"
"""Drawn for a character that no face has (the printers' geta)."""


class Face(Enum):
    """The faces shipped in ``resources/fonts``, and the office's own where it has them."""

    SERIF = "NotoSerifSC-Regular"
    SANS = "NotoSansSC-Regular"
    BOLD = "NotoSansSC-Bold"
    OFFICE = "OfficeText"
    TITLE = "OfficeTitle"


@dataclass(frozen=True)
class PaperFaces:
    """The faces of an official paper; without one for its title that is set in thickened text."""

    text: Face = Face.SERIF
    title: Face | None = None


SHIPPED = PaperFaces()

_ORDER = {
    Face.OFFICE: (Face.OFFICE, Face.SERIF, Face.SANS, Face.BOLD),
    Face.TITLE: (Face.TITLE, Face.BOLD, Face.SERIF, Face.SANS),
    Face.SERIF: (Face.SERIF, Face.SANS, Face.BOLD),
    Face.SANS: (Face.SANS, Face.SERIF, Face.BOLD),
    Face.BOLD: (Face.BOLD, Face.SANS, Face.SERIF),
}

_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
"""Control characters, joiners and variation selectors: nothing to draw."""

_BEYOND_BMP = re.compile(r"<([0-9A-F]{5,6})>$", re.MULTILINE)


def _as_utf16(found: re.Match[str]) -> str:
    return f"<{chr(int(found[1], 16)).encode('utf-16-be').hex().upper()}>"


class _Embedded(TTFont):
    """A face whose text can be copied out of the PDF again, rare characters too."""

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - ReportLab's name
        """Write the font's objects, with characters beyond U+FFFF as the surrogates PDF asks for.

        WORKAROUND: ReportLab 5.1 writes U+20164 as ``<20164>`` in the ToUnicode map, which readers
        take for two characters (ISO 32000-1, 9.10.3 wants UTF-16BE).
        """
        super().addObjects(doc)
        for name, held in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:"):
                held.content = _BEYOND_BMP.sub(_as_utf16, held.content)


@cache
def _font(face: Face) -> TTFont:
    """Register the face with ReportLab and return it; 0.06 s the first time."""
    return _register(face, resource("fonts", f"{face.value}.ttf"))


def _register(face: Face, path: Path) -> TTFont:
    font = _Embedded(face.value, str(path))
    pdfmetrics.registerFont(font)
    return font


@cache
def office_faces() -> PaperFaces:
    """Return the faces for official papers: the office's own where installed, else the shipped."""
    return use_faces(find_faces(system_folders()))


def use_faces(installed: OfficeFaces) -> PaperFaces:
    """Let papers use faces of the office; one that ReportLab cannot read is left aside."""
    _office.clear()
    for face, path in ((Face.OFFICE, installed.text), (Face.TITLE, installed.title)):
        if path is None:
            continue
        try:
            _office[face] = _register(face, path)
        except (TTFError, OSError, struct.error):
            continue
    for kept in (_drawn, _advances, _face_for):
        kept.cache_clear()
    return PaperFaces(
        Face.OFFICE if Face.OFFICE in _office else Face.SERIF,
        Face.TITLE if Face.TITLE in _office else None,
    )


_office: dict[Face, TTFont] = {}


def _found(face: Face) -> TTFont:
    return _office[face] if face in (Face.OFFICE, Face.TITLE) else _font(face)


@cache
def _drawn(face: Face) -> set[str]:
    """Return the characters that are known to be in the face, those met so far."""
    del face
    return set()


class _Advances(dict[str, float]):
    """Widths of characters as a share of the font size, each looked up when it is first met."""

    def __init__(self, face: Face) -> None:
        super().__init__()
        self._widths = _found(face).face.charWidths

    def __missing__(self, character: str) -> float:
        wide = self._widths.get(ord(character), 1000) / 1000
        self[character] = wide
        return float(wide)


@cache
def _advances(face: Face) -> _Advances:
    return _Advances(face)


def _has(face: Face, character: str) -> bool:
    return ord(character) in _found(face).face.charToGlyph


@cache
def _face_for(character: str, face: Face) -> Face | None:
    """Return the first face that has the character."""
    return next((each for each in _ORDER[face] if _has(each, character)), None)


def printable(text: str) -> str:
    """Return the text without what has no shape on paper."""
    return _INVISIBLE.sub("", text) if not text.isprintable() or max(text) >= "\ufe00" else text


def runs(text: str, face: Face) -> tuple[list[tuple[str, str]], set[str]]:
    """Split a text into runs of one font each.

    Returns:
        (font name, piece) in order, and the characters that no face has.
    """
    drawn = _drawn(face)
    if drawn.issuperset(text):
        return [(face.value, text)], set()
    if all(_has(face, character) for character in set(text).difference(drawn)):
        drawn.update(text)
        return [(face.value, text)], set()
    made: list[tuple[str, str]] = []
    missing: set[str] = set()
    for character in text:
        found = _face_for(character, face)
        if found is None:
            missing.add(character)
        shape = STAND_IN if found is None else character
        name = (found or face).value
        if made and made[-1][0] == name:
            made[-1] = (name, made[-1][1] + shape)
        else:
            made.append((name, shape))
    return made, missing


def width(text: str, face: Face, size: float) -> float:
    """Return how wide the text is in points; Chinese characters are one em in every face."""
    return sum(map(_advances(face).__getitem__, text)) * size
