"""Checklists of supervision visits as data: what is looked at, how it is scored and classed.

Score = points earned ÷ points that applied × 100. A failed veto item makes the class C, a failed
critical item keeps a clinic from class A; the bands are policy rows.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import NotFound, UserError
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import save
from desktop.paths import resource
from desktop.services.records import Records
from desktop.text import N_, _

FOLDER = ("forms", "performance")
PREFIX = "visit_checklist_"

PASSED = N_("合格")
FAILED = N_("不合格")
NOT_APPLICABLE = N_("不适用")
POINTS = N_("计分")

_FULL = 10_000
GRADES = ("A", "B", "C")


@dataclass(frozen=True)
class ChecklistItem:
    """An item: ``points`` in hundredths; ``by_points`` where points are given, not a verdict."""

    code: str
    wording: str
    section: str
    points: int
    by_points: bool = False
    critical: bool = False
    veto: bool = False
    clause: str = ""
    due_days: int | None = None


@dataclass(frozen=True)
class Checklist:
    """A version of a checklist."""

    key: str
    title: str
    version: int
    valid_from: date
    clause: str
    items: tuple[ChecklistItem, ...]

    @cached_property
    def by_code(self) -> dict[str, ChecklistItem]:
        """Return the items by code."""
        return {item.code: item for item in self.items}

    @property
    def sections(self) -> tuple[str, ...]:
        """Return the sections in their order."""
        return tuple(dict.fromkeys(item.section for item in self.items))


@dataclass(frozen=True)
class Answer:
    """What was found of an item: a verdict, or points in hundredths with the verdict 计分."""

    result: str
    points: int | None = None
    note: str = ""


@dataclass(frozen=True)
class JudgedItem:
    """An item with its answer and the points it earned of those possible."""

    item: ChecklistItem
    answer: Answer
    earned: int
    possible: int

    @property
    def failed(self) -> bool:
        """Say that something has to be put right: failed, or no points given."""
        if self.answer.result == POINTS:
            return (bool(self.answer.note) and self.earned < self.possible) or not self.earned
        return self.answer.result == FAILED


@dataclass(frozen=True)
class Judgement:
    """A visit's score in hundredths (None where nothing applied), class and failed items."""

    items: tuple[JudgedItem, ...]
    score: int | None
    grade: str
    vetoed: bool
    critical_failed: bool

    @property
    def failed(self) -> tuple[JudgedItem, ...]:
        """Return the items that need a finding."""
        return tuple(each for each in self.items if each.failed)

    @property
    def by_section(self) -> dict[str, tuple[int, int]]:
        """Return the points earned and possible by section."""
        made: dict[str, tuple[int, int]] = {}
        for each in self.items:
            earned, possible = made.get(each.item.section, (0, 0))
            made[each.item.section] = (earned + each.earned, possible + each.possible)
        return made


@dataclass(frozen=True)
class Bands:
    """The least scores of classes A and B, in hundredths; None where no policy gives one."""

    a_least: int | None = None
    b_least: int | None = None


def bands_on(records: Records, day: date) -> Bands:
    """Return the bands that hold on a day."""

    def least(code: str) -> int | None:
        number = records.policy(code, day)
        return None if number is None else int(number * 100)

    return Bands(least("visit.grade_a_least"), least("visit.grade_b_least"))


def judge(
    checklist: Checklist, answers: Mapping[str, Answer], bands: Bands, *, partial: bool = False
) -> Judgement:
    """Return the score and class of answers; ``partial`` judges what is answered so far.

    Raises:
        UserError: An item has no answer, or an answer does not fit its item.
    """
    unknown = sorted(set(answers) - set(checklist.by_code))
    if unknown:
        raise UserError(_("检查表没有项目 {codes}。").format(codes="、".join(unknown)))
    open_codes = [item.code for item in checklist.items if item.code not in answers]
    if open_codes and not partial:
        raise UserError(
            _("还有 {count} 项没有结果：{codes}。").format(
                count=len(open_codes), codes="、".join(open_codes)
            ),
            _("不适用的请填“不适用”。"),
        )
    judged = tuple(
        _judged(item, answers[item.code]) for item in checklist.items if item.code in answers
    )
    earned, possible = sum(e.earned for e in judged), sum(e.possible for e in judged)
    score = (2 * earned * _FULL + possible) // (2 * possible) if possible else None
    failed = [each.item for each in judged if each.answer.result == FAILED]
    vetoed = any(item.veto for item in failed)
    critical = any(item.critical for item in failed)
    grade = _grade(score, bands, vetoed=vetoed, critical=critical)
    return Judgement(judged, score, grade, vetoed, critical)


def _judged(item: ChecklistItem, answer: Answer) -> JudgedItem:
    if answer.result == NOT_APPLICABLE:
        return JudgedItem(item, answer, 0, 0)
    if answer.result == POINTS:
        given = answer.points
        if not item.by_points or given is None or not 0 <= given <= item.points:
            raise UserError(
                _("{code} 的得分应在 0 到 {most} 之间。").format(
                    code=item.code, most=Decimal(item.points) / 100
                )
            )
        return JudgedItem(item, answer, given, item.points)
    if answer.result not in (PASSED, FAILED):
        raise UserError(_("{code} 的结果只能是合格、不合格或不适用。").format(code=item.code))
    return JudgedItem(item, answer, item.points if answer.result == PASSED else 0, item.points)


def _grade(score: int | None, bands: Bands, *, vetoed: bool, critical: bool) -> str:
    if vetoed:
        return "C"
    if score is None or bands.a_least is None or bands.b_least is None:
        return ""
    if score >= bands.a_least and not critical:
        return "A"
    return "B" if score >= bands.b_least else "C"


# The files


def _item(section: str, given: dict[str, Any]) -> ChecklistItem:
    values = dict(given)
    points = int(Decimal(str(values.pop("points"))) * 100)
    by_points = values.pop("kind", "pass") == "points"
    return ChecklistItem(section=section, points=points, by_points=by_points, **values)


@lru_cache(maxsize=64)
def parse_checklist(text: str) -> Checklist:
    """Return the checklist that a TOML text declares.

    Raises:
        UserError: The text is no TOML, or something is missing, misspelt or there twice.
    """
    try:
        declared = tomllib.loads(text)
        sections = declared.pop("section")
        items = [_item(each["name"], item) for each in sections for item in each["item"]]
        made = Checklist(**declared, items=tuple(items))
        problem = _problem(made)
    except (KeyError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        problem = str(error)
    if problem:
        raise UserError(
            _("检查表文件写得不对：{reason}。").format(reason=problem),
            _("请照程序附带的检查表（resources/forms/performance）改写。"),
        )
    return made


def _problem(made: Checklist) -> str:
    """Return what a checklist that could be read still lacks; empty where nothing."""
    kinds = (made.key, str), (made.title, str), (made.version, int), (made.valid_from, date)
    if not all(type(value) is kind and value for value, kind in kinds):
        return "key, title, version, valid_from"
    if not made.key.startswith(PREFIX):
        return _("代号（key）应以 {prefix} 开头").format(prefix=PREFIX)
    twice = [code for code, held in Counter(item.code for item in made.items).items() if held > 1]
    if twice:
        return _("代号 {codes} 出现了两次").format(codes="、".join(twice))
    worthless = [item.code for item in made.items if item.points <= 0]
    if worthless or not made.items:
        return _("项目 {codes} 没有分值").format(codes="、".join(worthless))
    return ""


@cache
def _shipped() -> dict[str, Checklist]:
    files = resource(*FOLDER).glob(f"{PREFIX}*.toml")
    every = [parse_checklist(path.read_text("utf-8")) for path in sorted(files)]
    return {each.key: each for each in every}


def checklists(records: Records | None = None) -> dict[str, Checklist]:
    """Return the versions by key: those of the program, and those added to the register."""
    if records is None:
        return _shipped()
    table = records.table("checklists").c
    rows = records.rows(
        select(table.body)
        .where(table.deleted_at.is_(None), table.body.is_not(None))
        .order_by(table.code, table.id)
    )
    added = {}
    for row in rows:
        with suppress(UserError):  # One spoilt by hand in the register takes no visit down.
            made = parse_checklist(row.body)
            added[made.key] = made
    return _shipped() | added


def load_checklist(key: str, records: Records | None = None) -> Checklist:
    """Return the checklist with that key; old versions stay for old visits.

    Raises:
        NotFound: No such checklist is here.
    """
    found = checklists(records).get(key)
    if found is None:
        raise NotFound(_("没有名为“{key}”的督导检查表。").format(key=key))
    return found


def checklist_on(day: date, records: Records | None = None) -> Checklist:
    """Return the checklist that holds on a day: the newest begun by then."""
    every = list(checklists(records).values())
    begun = [each for each in every if each.valid_from <= day]
    if not begun:
        return min(every, key=lambda each: (each.valid_from, each.version))
    return max(begun, key=lambda each: (each.valid_from, each.version))


def add_checklist(session: Session, text: str) -> Checklist:
    """Keep another version, which the exchange brings to the other PCs and the county.

    Raises:
        UserError: The text is no checklist, or another version has its code already.
    """
    made = parse_checklist(text)
    known = checklists(Records(session)).get(made.key)
    if known == made:
        return made
    if known is not None:
        raise UserError(
            _("已有代号为“{key}”的检查表，内容不同。").format(key=made.key),
            _("用过的版本不能改，请换一个代号（key）和版本号。"),
        )
    values: Values = {
        "code": made.key,
        "title": made.title,
        "version": made.version,
        "valid_from": made.valid_from,
        "clause": made.clause,
        "body": text,
    }
    save(session, find_register("checklists"), values)
    return made


def unified_lists() -> list[dict[str, Any]]:
    """Return the known lists of domains of unified management (五统一, 六统一)."""
    with resource(*FOLDER, "unified_management.toml").open("rb") as file:
        return list(tomllib.load(file)["list"])
