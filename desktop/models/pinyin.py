"""Pinyin of names, for searching by full spelling or initials and for the order of lists."""

from __future__ import annotations

import os
from functools import cache

_SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "解": "xie",
    "仇": "qiu",
    "区": "ou",
    "查": "zha",
    "朴": "piao",
}
"""Characters that are read otherwise when they begin a name."""


@cache
def _syllable(character: str) -> str:
    """Return the commonest reading of one character without its tone, or the character itself."""
    # The phrase dictionary would take 30 MB of an old PC's memory; names need only characters.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")
    from pypinyin import Style, lazy_pinyin

    return str(lazy_pinyin(character, style=Style.NORMAL, errors="default")[0]).lower()


def spell(text: str) -> tuple[str, str]:
    """Return the full pinyin and the initials of a text, in small letters."""
    if text.isascii():
        return text.lower(), ""
    syllables = [_syllable(character) for character in text]
    syllables[0] = _SURNAMES.get(text[0], syllables[0])
    return "".join(syllables), "".join(part[0] for part in syllables if part)
