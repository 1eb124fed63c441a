"""Pinyin of names, for searching by full spelling or initials and for the order of lists."""

from __future__ import annotations

import os
from functools import cache

_SURNAMES = {
    "乐": "yue",
    "仇": "qiu",
    "卜": "bu",
    "区": "ou",
    "单": "shan",
    "召": "shao",
    "员": "yun",
    "尉": "wei",
    "折": "she",
    "曾": "zeng",
    "朴": "piao",
    "查": "zha",
    "祭": "zhai",
    "秘": "bi",
    "种": "chong",
    "繁": "po",
    "缪": "miao",
    "翟": "zhai",
    "薄": "bo",
    "覃": "qin",
    "解": "xie",
    "逄": "pang",
    "郇": "xun",
    "阚": "kan",
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


@cache
def _initial(character: str) -> str:
    return _syllable(character)[:1]


def spell(text: str) -> tuple[str, str]:
    """Return the full pinyin and the initials of a name, in small letters."""
    return spellings(text)[0]


def spellings(text: str) -> list[tuple[str, str]]:
    """Return every reading of a text: 解 begins a person's name as xie, a village's as jie."""
    if text.isascii():
        return [(text.lower(), "")]
    found = [_joined(text)]
    surname = _SURNAMES.get(text[0])
    if surname is not None and surname != _syllable(text[0]):
        given, initials = _joined(text[1:])
        found.insert(0, (surname + given, surname[0] + initials))
    return found


def _joined(text: str) -> tuple[str, str]:
    return "".join(map(_syllable, text)), "".join(map(_initial, text))
