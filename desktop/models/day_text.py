"""Days as people write them beside year-month-day in figures.

Two figures for the year, figures in Chinese, and the year last are read only where no other day
could be meant: 3/5/2026 is none, because nobody can tell the month from the day.
"""

from __future__ import annotations

import re
from datetime import date

_FIGURES = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_TEN = re.compile(r"(\d?)十(\d?)")
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?")
_SHORT_YEAR = re.compile(r"(\d{2})\s*([-./年])\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-./])\s*(\d{1,2})\s*\2\s*(\d{4})")
_AROUND = " '‘’`.。起止"
_MONTHS = 12
_DAYS = 31
_YEARS_AHEAD = 20

Parts = tuple[int, int, int]


def day_parts(text: str) -> Parts | None:
    """Return year, month and day of a narrow text, or None where it is no clear day."""
    text = text.strip(_AROUND)
    if "年" in text:
        figures = _TEN.sub(lambda ten: f"{ten[1] or 1}{ten[2] or 0}", text.translate(_FIGURES))
        found = _CHINESE.fullmatch(figures)
        if found is not None:
            return int(found[1]), int(found[2]), int(found[3])
    return _whole_year_first(text) or _short_year(text) or _year_last(text)


def has_short_year(text: str) -> bool:
    """Tell whether a day is written with two figures for its year."""
    return _SHORT_YEAR.fullmatch(text.strip(_AROUND)) is not None


def _whole_year_first(text: str) -> Parts | None:
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?", text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _short_year(text: str) -> Parts | None:
    """Read 26.3.5 and 98年7月1日: the first figures can be no month, or 年 says what they are."""
    found = _SHORT_YEAR.fullmatch(text)
    if found is None or (int(found[1]) <= _MONTHS and found[2] != "年"):
        return None
    if found[2] == "/" and int(found[1]) <= _DAYS:
        return None  # 26/3/05 may be the day first, as some systems export it.
    century = 2000 if 2000 + int(found[1]) <= date.today().year + _YEARS_AHEAD else 1900
    return century + int(found[1]), int(found[3]), int(found[4])


def _year_last(text: str) -> Parts | None:
    """Read 13/5/2026 and 5/13/2026, and 5/5/2026: only one reading is a day."""
    found = _YEAR_LAST.fullmatch(text)
    if found is None:
        return None
    first, second = int(found[1]), int(found[3])
    if first == second or second > _MONTHS:
        return int(found[4]), first, second
    return (int(found[4]), second, first) if first > _MONTHS else None
