"""Figures of supervision visits and of what they found (S3-5.2a, S3-5.2c)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from desktop.models.registers.findings import FAILED, PASSED
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
from desktop.services.figures.clinic_rows import working
from desktop.services.figures.readings import Readings
from desktop.services.figures.spans import Span, spans, together, within
from desktop.services.periods import Period
from desktop.text import N_

_BY_CLINIC = frozenset({"clinic"})


def _of_clinic(table: Any, row: str) -> ColumnElement[bool]:
    clinic: ColumnElement[bytes | None] = table.clinic_id
    return clinic == bytes.fromhex(row) if row else clinic.is_not(None)


# Visits


def _visits(readings: Readings, wanted: tuple[Span, ...]) -> list[tuple[str, date, int | None]]:
    """Return clinic, day and score of the visits in some spans."""
    table = readings.records.table("visits").c
    found = readings.records.rows(
        select(table.clinic_id, table.visited_on, table.score).where(
            table.deleted_at.is_(None),
            table.clinic_id.is_not(None),
            within(table.visited_on, wanted),
        )
    )
    return [(bytes(row.clinic_id).hex(), row.visited_on, row.score) for row in found]


def _visits_of(ask: Ask) -> dict[str, list[int | None]]:
    """Return the scores of a period's visits by clinic."""
    wanted = spans(together(ask.readings, ask.period))
    made: dict[str, list[int | None]] = {}
    for clinic, day, score in ask.readings.once(_visits, wanted):
        if ask.period.first <= day <= ask.period.last:
            made.setdefault(clinic, []).append(score)
    return made


def _first_day(readings: Readings, register: str, column: str) -> date | None:
    table = readings.records.table(register).c
    asked = select(func.min(table[column])).where(table.deleted_at.is_(None))
    found: date | None = readings.records.one(asked)[0]
    return found


def kept_by(readings: Readings, register: str, column: str, day: date) -> bool:
    """Say that a register has records of a day or an earlier one."""
    first = readings.once(_first_day, register, column)
    return first is not None and first <= day


def _visits_made(ask: Ask) -> Values:
    if not kept_by(ask.readings, "visits", "visited_on", ask.period.last):
        return {}
    found = _visits_of(ask)
    if not ask.by:
        return {WHOLE: sum(map(len, found.values()))}
    clinics = [each.key for each in working(ask.readings, ask.period)]
    return {**dict.fromkeys(clinics, 0), **{key: len(each) for key, each in found.items()}}


def _visits_behind(ask: Ask, row: str) -> Behind:
    table = ask.readings.records.table("visits").c
    here = table.visited_on.between(ask.period.first, ask.period.last)
    return Behind("visits", (here, _of_clinic(table, row)))


def _clinics_visited(ask: Ask) -> Values:
    if not kept_by(ask.readings, "visits", "visited_on", ask.period.last):
        return {}
    return {WHOLE: len(_visits_of(ask))}


def _clinics_visited_behind(ask: Ask, row: str) -> Behind:
    behind = _visits_behind(ask, row)
    return Behind("visits", behind.conditions, distinct="clinic_id")


def _scores(ask: Ask) -> Values:
    """Return the mean score; points are kept in hundredths and so is the mean."""
    made: dict[str, list[int]] = {}
    for clinic, scores in _visits_of(ask).items():
        made.setdefault(clinic if ask.by else WHOLE, []).extend(
            each for each in scores if each is not None
        )
    return {
        key: (2 * sum(known) + len(known)) // (2 * len(known))
        for key, known in made.items()
        if known
    }


# Findings


def _states(readings: Readings) -> list[Any]:
    """Return the days of all findings: found, due, put right, closed; the register is small."""
    table = readings.records.table("findings").c
    names = ("clinic_id", "found_on", "due_on", "status", "rectified_on", "rechecked_on")
    return list(
        readings.records.rows(
            select(*(table[name] for name in names)).where(
                table.deleted_at.is_(None),
                table.clinic_id.is_not(None),
                table.found_on.is_not(None),
            )
        )
    )


def _is_closed(table: Any, day: date) -> ColumnElement[bool]:
    """Return the condition that a finding had passed its re-check by a day."""
    return and_(
        func.coalesce(table.status, "") == PASSED,
        or_(table.rechecked_on.is_(None), table.rechecked_on <= day),
    )


def _closed(row: Any, day: date) -> bool:
    return row.status == PASSED and (row.rechecked_on is None or row.rechecked_on <= day)


def _found(row: Any, period: Period) -> bool:
    return bool(period.first <= row.found_on <= period.last)


def _closed_now(row: Any, period: Period) -> bool:
    day = row.rechecked_on
    return row.status == PASSED and day is not None and period.first <= day <= period.last


def _open(row: Any, period: Period) -> bool:
    return row.found_on <= period.last and not _closed(row, period.last)


def _overdue(row: Any, period: Period) -> bool:
    if not _open(row, period) or row.due_on is None or row.due_on >= period.last:
        return False
    put_right = row.rectified_on is not None and row.rectified_on <= period.last
    return not put_right or row.status == FAILED


def _findings(matches: Callable[[Any, Period], bool]) -> Callable[[Ask], Values]:
    def values(ask: Ask) -> Values:
        if not kept_by(ask.readings, "findings", "found_on", ask.period.last):
            return {}
        found = [
            bytes(row.clinic_id).hex()
            for row in ask.readings.once(_states)
            if matches(row, ask.period)
        ]
        if not ask.by:
            return {WHOLE: len(found)}
        made = dict.fromkeys((each.key for each in working(ask.readings, ask.period)), 0)
        for clinic in found:
            made[clinic] = made.get(clinic, 0) + 1
        return made

    return values


def _list_of_findings(
    condition: Callable[[Any, Period], ColumnElement[bool]],
) -> Callable[[Ask, str], Behind]:
    def behind(ask: Ask, row: str) -> Behind:
        table = ask.readings.records.table("findings").c
        known = table.found_on.is_not(None)
        return Behind("findings", (known, condition(table, ask.period), _of_clinic(table, row)))

    return behind


def _is_open(table: Any, period: Period) -> ColumnElement[bool]:
    return and_(table.found_on <= period.last, ~_is_closed(table, period.last))


def _is_overdue(table: Any, period: Period) -> ColumnElement[bool]:
    waiting = or_(
        table.rectified_on.is_(None), table.rectified_on > period.last, table.status == FAILED
    )
    return and_(_is_open(table, period), table.due_on < period.last, waiting)


# The figures

declare(
    Figure(
        key="visits.made",
        label=N_("督导检查次数"),
        unit=N_("次"),
        definition=N_("督导日期在期间内的督导检查次数。"),
        clause="S3-5.2c",
        by=_BY_CLINIC,
        values=_visits_made,
        behind=_visits_behind,
    ),
    Figure(
        key="visits.score",
        label=N_("督导平均得分"),
        unit=N_("分"),
        definition=N_("期间内督导检查得分的平均数，未评分的不计。"),
        clause="S3-5.2a",
        kind=Kind.STOCK,
        shape=Shape.AVERAGE,
        by=_BY_CLINIC,
        values=_scores,
    ),
    Figure(
        key="clinics.visited",
        label=N_("接受督导的村卫生室"),
        unit=N_("个"),
        definition=N_("期间内至少督导一次的村卫生室，每室计一次。"),
        clause="S3-5.2c",
        kind=Kind.STOCK,
        values=_clinics_visited,
        behind=_clinics_visited_behind,
    ),
    Figure(
        key="clinics.visited_share",
        label=N_("村卫生室督导覆盖率"),
        unit=N_("%"),
        definition=N_("期间内接受督导的村卫生室 ÷ 期末在运行村卫生室。"),
        clause="S3-5.2c",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        values=rate("clinics.visited", "clinics.working"),
        numerator="clinics.visited",
        denominator="clinics.working",
    ),
    Figure(
        key="findings.found",
        label=N_("发现问题数"),
        unit=N_("条"),
        definition=N_("发现日期在期间内的问题数。"),
        clause="S3-5.2c",
        by=_BY_CLINIC,
        values=_findings(_found),
        behind=_list_of_findings(
            lambda table, period: table.found_on.between(period.first, period.last)
        ),
    ),
    Figure(
        key="findings.closed",
        label=N_("复查合格销号数"),
        unit=N_("条"),
        definition=N_("复查合格且复查日期在期间内的问题数。"),
        clause="S3-5.2c",
        by=_BY_CLINIC,
        values=_findings(_closed_now),
        behind=_list_of_findings(
            lambda table, period: and_(
                table.status == PASSED,
                table.rechecked_on.between(period.first, period.last),
            )
        ),
    ),
    Figure(
        key="findings.open",
        label=N_("期末未销号问题"),
        unit=N_("条"),
        definition=N_("期末以前发现、到期末还没有复查合格的问题数。"),
        clause="S3-5.2c",
        kind=Kind.STOCK,
        by=_BY_CLINIC,
        values=_findings(_open),
        behind=_list_of_findings(_is_open),
    ),
    Figure(
        key="findings.overdue",
        label=N_("逾期未整改问题"),
        unit=N_("条"),
        definition=N_("期末未销号的问题中，整改期限早于期末而到期末没有整改，或复查不合格者。"),
        clause="S3-5.2c",
        kind=Kind.STOCK,
        by=_BY_CLINIC,
        values=_findings(_overdue),
        behind=_list_of_findings(_is_overdue),
    ),
)
