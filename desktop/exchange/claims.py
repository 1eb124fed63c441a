"""What the headings of a sheet mean within one register, and which column each field gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from desktop.exchange.layouts import OFFICE_REGISTERS, Layout, Tier, look_up, normal
from desktop.exchange.synonyms import heading_words

Memory = Mapping[tuple[str, str], str]
"""What a person corrected: (register, normal heading) to the key of the column."""

NOT_THIS = "-"
"""Remembered for a heading that a person said means no field of the register."""

OTHER_PERSON = (
    *("户主", "监护人", "紧急", "法人", "负责人", "家属", "配偶", "父亲", "母亲", "联系人"),
    *("家庭医生", "签约医生", "责任医生", "责任乡医", "包村医生", "团队长", "经办"),
    *("院校", "分级", "独居", "合同", "身份证有效", "新增", "患者数", "人口数"),
    *("上月", "上年", "去年", "同期", "同比", "环比", "累计", "原", "上级", "开户", "增长"),
)
"""Words that make a heading speak of something else than the field it resembles."""

_EMPTY_LEAVES = frozenset(
    {"是否", "打√", "√", "有无", "填写", "内容", "名称", "是/否", "(√)", "数量"}
)
CORRECTED = 9.0
"""Strength of what a person said."""
_PARTIAL = 0.5
_OFFICIAL = 0.25


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


@dataclass(frozen=True)
class Reading:
    """One thing a heading may mean.

    Args:
        strength: How surely; the surest is the greatest.
        columns: The columns it may mean, as (register, key).
        group: What stands above the words that were read, empty where nothing was left out.
    """

    strength: float
    columns: frozenset[tuple[str, str]]
    group: str = ""


@dataclass(frozen=True)
class Claim:
    """What a heading means within one layout.

    Args:
        strength: How surely.
        keys: The columns it may mean.
        weight: What it says about the sheet being one of the layout's register.
        group: What stands above the words that were read and tells it from its like.
    """

    strength: float
    keys: frozenset[str]
    weight: float
    group: str = ""


@lru_cache(maxsize=4096)
def readings(parts: tuple[str, ...]) -> tuple[Reading, ...]:
    """Return what a heading may mean, the strongest reading first."""
    forms = [normal(part) for part in parts]
    found: list[Reading] = []
    for start in range(len(forms)):
        group = "".join(forms[:start])
        if any(word in group for word in OTHER_PERSON):
            break  # “户主 / 身份证号” is not the person's own number.
        found += [
            Reading(tier - (_PARTIAL if start else 0.0), columns, group)
            for tier, columns in look_up("".join(forms[start:]))
        ]
    if len(forms) > 1 and not found and forms[-1] in _EMPTY_LEAVES:
        # “高血压 / 是否” and the like: what stands above names the column.
        found = [Reading(float(Tier.BARE), columns) for _tier, columns in look_up(forms[0])]
    return tuple(sorted(found, key=lambda reading: -reading.strength))


def _says_nothing(group: str, register: str) -> bool:
    """Tell whether a group's heading adds nothing on sheets of a register (基本信息)."""
    return not heading_words(register)[1].sub("", group)


def claims_of(layout: Layout, headings: Iterable[Heading], memory: Memory) -> dict[int, Claim]:
    """Return for each column the strongest reading within one layout."""
    key = layout.register.key
    claims: dict[int, Claim] = {}
    for heading in headings:
        kept = memory.get((key, normal(heading.text)))
        if kept == NOT_THIS:
            continue
        if kept in layout.by_key:
            claims[heading.index] = Claim(CORRECTED, frozenset({kept}), 2.0)
            continue
        claim = _strongest(layout, heading)
        if claim is not None:
            claims[heading.index] = claim
    return claims


def _strongest(layout: Layout, heading: Heading) -> Claim | None:
    register = layout.register.key
    best: Claim | None = None
    for reading in readings(heading.parts):
        keys = frozenset(column for owner, column in reading.columns if owner == register)
        if not keys:
            continue
        strength, group = reading.strength, reading.group
        if group and _says_nothing(group, register):
            strength, group = strength + _PARTIAL, ""
        if any(normal(layout.by_key[key].label) == normal(heading.parts[-1]) for key in keys):
            strength += _OFFICIAL
        if best is None or strength > best.strength:
            # A heading that only one register has says most about the sheet.
            owners = {owner for owner, _column in reading.columns} & OFFICE_REGISTERS
            best = Claim(strength, keys, 0.5 + 1.5 / max(len(owners), 1), group)
    return best


def assign(claims: Mapping[int, Claim]) -> dict[str, int]:
    """Give each key its column: the strongest first, the leftmost among equals.

    Words that stand below several groups (期初 / 数量, 实盘 / 数量) give no key its column: which
    group is meant is not to be guessed.
    """
    given: dict[str, int] = {}
    doubtful: set[str] = set()
    for index, claim in sorted(claims.items(), key=lambda item: (-item[1].strength, item[0])):
        free = claim.keys - set(given) - doubtful
        if len(free) != 1:
            continue
        key = next(iter(free))
        rivals = claim.group and any(
            key in other.keys
            and other.strength == claim.strength
            and other.group not in ("", claim.group)
            for other in claims.values()
        )
        if rivals:
            doubtful.add(key)
        else:
            given[key] = index
    return given
