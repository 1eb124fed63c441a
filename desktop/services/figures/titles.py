"""Levels of professional titles (facts h): 正高, 副高, 中级, 师级, 士级, and none."""

from __future__ import annotations

from desktop.text import N_

SENIOR, VICE_SENIOR, INTERMEDIATE = "正高", "副高", "中级"
JUNIOR, ASSISTANT, OTHER, UNTITLED = "初级（师）", "初级（士）", "其他", "无职称"

LEVELS = (
    N_("正高"),
    N_("副高"),
    N_("中级"),
    N_("初级（师）"),
    N_("初级（士）"),
    N_("其他"),
    N_("无职称"),
)
"""The levels from the highest down."""

_SIGNS = (
    ("副主任", VICE_SENIOR),
    ("主任", SENIOR),
    ("主治", INTERMEDIATE),
    ("主管", INTERMEDIATE),
)
_ENDINGS = (("师", JUNIOR), ("士", ASSISTANT))
_NONE = frozenset({"", "无", "—", "-", "待聘"})


def level_of(title: str | None) -> str:
    """Return the level of a title: 主治 and 主管 are intermediate, 师 and 士 below."""
    word = (title or "").strip()
    if word in _NONE:
        return UNTITLED
    for sign, level in _SIGNS:
        if sign in word:
            return level
    for ending, level in _ENDINGS:
        if word.endswith(ending):
            return level
    return OTHER


def intermediate_or_above(title: str | None) -> bool:
    """Say that a title is 主治 (中级) or above (S0-7d, S4-8b)."""
    return level_of(title) in (SENIOR, VICE_SENIOR, INTERMEDIATE)
