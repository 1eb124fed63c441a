"""Head-counts of the centre by post, title, employment and education (S0-16b, S0-16c, facts h).

The roster keeps no history: what it said of an earlier period stands in the return of then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import FromClause, Select, select

from desktop.models.register import Field
from desktop.models.registers.staff import FIELDS, Staff
from desktop.services.figures.catalogue import (
    WHOLE,
    Ask,
    Behind,
    Figure,
    Kind,
    Shape,
    Values,
    declare,
    rate,
)
from desktop.services.figures.dimensions import Dimension, DimensionRow, declare_dimension
from desktop.services.figures.readings import Readings
from desktop.services.figures.titles import LEVELS, intermediate_or_above, level_of
from desktop.services.periods import Period
from desktop.text import N_, _

LICENCE_WARNING = "licence.warning_days"
GONE = frozenset({"离职", "退休"})
ON_QUOTA = "在编"
PROFESSIONAL = "专业技术"
SECONDED = "借调"
PUBLIC_HEALTH = "公共卫生"
BACHELOR_OR_ABOVE = frozenset({"博士", "硕士", "本科"})

BLANK = "blank"
"""The row of people of whom the roster does not say it."""


@dataclass(frozen=True)
class Person:
    """A person of the roster as figures see it."""

    id: bytes
    post: str
    title: str
    employment: str
    education: str
    practice: str
    status: str
    licence_expires_on: date | None


@lru_cache(maxsize=8)
def _roster(staff: FromClause) -> Select[*tuple[Any, ...]]:
    table = staff.c
    return select(
        table.id,
        table.post_category,
        table.title,
        table.employment,
        table.education,
        table.practice_category,
        table.status,
        table.licence_expires_on,
    ).where(table.deleted_at.is_(None))


def _read(readings: Readings) -> list[Person]:
    """Return the roster: a hundred people, whom all head-counts share in one statement."""
    found = readings.records.rows(_roster(readings.records.table("staff")))
    return [
        Person(
            id=bytes(row.id),
            post=row.post_category or "",
            title=row.title or "",
            employment=row.employment or "",
            education=row.education or "",
            practice=row.practice_category or "",
            status=row.status or "",
            licence_expires_on=row.licence_expires_on,
        )
        for row in found
    ]


def roster(readings: Readings) -> list[Person]:
    """Return the people who belong to the centre: neither gone nor retired."""
    return [each for each in readings.once(_read) if each.status not in GONE]


# Rows


def _words(column: Any) -> tuple[str, ...]:
    found: Field = next(field for field in FIELDS if field.column is column)
    return tuple(choice.value for choice in found.choices)


_TERMS: Mapping[str, tuple[str, ...]] = {
    "post": _words(Staff.post_category),
    "title_level": LEVELS,
    "employment": _words(Staff.employment),
    "education": _words(Staff.education),
}


def _row_of(person: Person, by: str) -> str:
    if not by:
        return WHOLE
    if by == "title_level":
        return level_of(person.title)
    words = {"post": person.post, "employment": person.employment, "education": person.education}
    return words[by] or BLANK


def _row_keys(readings: Readings, by: str) -> list[str]:
    """Return the official terms, other words of the roster, and the blank where it occurs."""
    found = dict.fromkeys(_row_of(each, by) for each in roster(readings))
    others = sorted(found.keys() - {*_TERMS[by], BLANK})
    return [*_TERMS[by], *others, *([BLANK] if BLANK in found else [])]


def _list(readings: Readings, _period: Period, by: str) -> list[DimensionRow]:
    return [
        DimensionRow(key, _("未填写") if key == BLANK else _(key), record=False)
        for key in readings.once(_row_keys, by)
    ]


for _key, _label in (
    ("post", N_("岗位类别")),
    ("title_level", N_("职称级别")),
    ("employment", N_("编制性质")),
    ("education", N_("学历")),
):
    declare_dimension(Dimension(_key, _label, partial(_list, by=_key)))


# Figures

Choosing = Callable[[Ask], Callable[[Person], bool] | None]
"""Who counts on the last day of a period; None where nobody can say."""


def _chosen(ask: Ask, choosing: Choosing) -> dict[str, list[Person]]:
    """Return who counts by row; nothing where there is no roster."""
    fits = choosing(ask)
    if fits is None or not ask.readings.once(_read):
        return {}
    rows: Iterable[str] = ask.readings.once(_row_keys, ask.by) if ask.by else (WHOLE,)
    made: dict[str, list[Person]] = {row: [] for row in rows}
    for each in roster(ask.readings):
        if fits(each):
            made[_row_of(each, ask.by)].append(each)
    return made


def _counted(ask: Ask, choosing: Choosing) -> Values:
    return {row: len(people) for row, people in _chosen(ask, choosing).items()}


def _behind(ask: Ask, row: str, choosing: Choosing) -> Behind:
    table = ask.readings.records.table("staff").c
    people = _chosen(ask, choosing).get(row, ())
    return Behind("staff", (table.id.in_([each.id for each in people]),))


def _all(_ask: Ask) -> Callable[[Person], bool]:
    return lambda _person: True


def _professional(_ask: Ask) -> Callable[[Person], bool]:
    return lambda person: person.post == PROFESSIONAL


def _on_quota(_ask: Ask) -> Callable[[Person], bool]:
    return lambda person: person.employment == ON_QUOTA


def _seconded(_ask: Ask) -> Callable[[Person], bool]:
    return lambda person: person.status == SECONDED


def _intermediate(_ask: Ask) -> Callable[[Person], bool]:
    return lambda person: person.post == PROFESSIONAL and intermediate_or_above(person.title)


def _public_health(_ask: Ask) -> Callable[[Person], bool]:
    return lambda person: person.post == PROFESSIONAL and person.practice == PUBLIC_HEALTH


def _graduate(_ask: Ask) -> Callable[[Person], bool]:
    return lambda person: person.education in BACHELOR_OR_ABOVE


def _expired(ask: Ask) -> Callable[[Person], bool]:
    last = ask.period.last
    return lambda person: person.licence_expires_on is not None and person.licence_expires_on < last


def _expiring(ask: Ask) -> Callable[[Person], bool] | None:
    warned = ask.readings.records.policy(LICENCE_WARNING, ask.period.last)
    if warned is None:
        return None
    last = ask.period.last
    until = last + timedelta(days=int(warned))
    return lambda person: (
        person.licence_expires_on is not None and last <= person.licence_expires_on <= until
    )


def _explain_expiring(ask: Ask, _row: str) -> str:
    warned = ask.readings.records.policy(LICENCE_WARNING, ask.period.last)
    if warned is None:
        return _("缺政策参数“执业证到期提醒天数”。")
    return _("{day} 起 {days} 天内执业证到期的在职人数。").format(
        day=ask.period.last.isoformat(), days=int(warned)
    )


_EVERY = frozenset(_TERMS)


def _count(
    key: str,
    label: str,
    definition: str,
    choosing: Choosing,
    clause: str,
    by: frozenset[str] = frozenset(),
) -> Figure:
    return Figure(
        key=key,
        label=label,
        unit=N_("人"),
        definition=definition,
        clause=clause,
        kind=Kind.STOCK,
        snapshot=True,
        by=by,
        values=partial(_counted, choosing=choosing),
        behind=partial(_behind, choosing=choosing),
        explain=_explain_expiring if choosing is _expiring else None,
    )


def _share(key: str, label: str, definition: str, clause: str, *parts: str) -> Figure:
    return Figure(
        key=key,
        label=label,
        unit=N_("%"),
        definition=definition,
        clause=clause,
        kind=Kind.STOCK,
        shape=Shape.RATE,
        snapshot=True,
        values=rate(*parts),
        numerator=parts[0],
        denominator=parts[1],
    )


declare(
    _count(
        "staff.count",
        N_("在职职工"),
        N_("花名册中的人数，不含离职、退休；名册不留历史，以前各期取自当期报表。"),
        _all,
        "S0-16b",
        _EVERY,
    ),
    _count(
        "staff.professional",
        N_("专业技术人员"),
        N_("岗位类别为专业技术的在职人数。"),
        _professional,
        "S0-16c",
        _EVERY - {"post"},
    ),
    _count(
        "staff.on_quota",
        N_("在编人员"),
        N_("编制性质为在编的在职人数。"),
        _on_quota,
        "S0-16b",
        frozenset({"post", "title_level"}),
    ),
    _count(
        "staff.seconded",
        N_("借调在外"),
        N_("在岗状态为借调的人数。"),
        _seconded,
        "S0-6c",
    ),
    _count(
        "staff.intermediate",
        N_("中级及以上职称"),
        N_("专业技术人员中职称为中级（主治、主管）及以上的人数。"),
        _intermediate,
        "S0-16c",
    ),
    _count(
        "staff.public_health",
        N_("公共卫生人员"),
        N_("专业技术人员中执业类别为公共卫生的人数。"),
        _public_health,
        "facts e",
    ),
    _count(
        "staff.graduates",
        N_("本科及以上学历"),
        N_("学历为本科、硕士、博士的在职人数。"),
        _graduate,
        "S0-16c",
        frozenset({"post"}),
    ),
    _count(
        "staff.licence_expiring",
        N_("执业证将到期"),
        N_("期末起在提醒天数内执业证到期的在职人数。"),
        _expiring,
        "S2-6c",
    ),
    _count(
        "staff.licence_expired",
        N_("执业证已过期"),
        N_("期末前执业证已过期的在职人数。"),
        _expired,
        "S2-6c",
    ),
    _share(
        "staff.professional_share",
        N_("专业技术人员占比"),
        N_("专业技术人员 ÷ 在职职工。"),
        "S0-16c",
        "staff.professional",
        "staff.count",
    ),
    _share(
        "staff.intermediate_share",
        N_("中级及以上职称占比"),
        N_("中级及以上职称人数 ÷ 专业技术人员。"),
        "S0-16c",
        "staff.intermediate",
        "staff.professional",
    ),
    _share(
        "staff.public_health_share",
        N_("公共卫生人员占比"),
        N_("公共卫生人员 ÷ 专业技术人员。"),
        "facts e",
        "staff.public_health",
        "staff.professional",
    ),
)
